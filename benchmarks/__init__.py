"""Measures millrace and the other local servers of these protocols on the same work, in one run, on one machine.

`python -m benchmarks --help` says how. What each row means is told in docs/benchmarks.md.
"""
