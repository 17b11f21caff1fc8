"""How many examples the generated tests try: MILLRACE_EXAMPLES=5000 for a long look."""

import os

ORDINARY = 100


def examples(ordinary: int = ORDINARY) -> int:
    """As many as `ordinary`, and in a long look as many times more (or fewer) as it asks of every test."""
    return max(1, ordinary * int(os.environ.get("MILLRACE_EXAMPLES", ORDINARY)) // ORDINARY)
