"""`python -m millrace` is the command `millrace`."""
