"""The differences that are right: AWS's documents, or what was recorded of AWS, say what millrace says.

`holds` is asked for a request, our answer and the peer's. Each difference has its reason and where that is from; the
list is printed by `python -m differential --known`, and in docs/differential.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from differential.answers import Answer
from differential.requests import Request


@dataclass(frozen=True)
class Difference:
    """A difference that may be: its name, why we are right, and how to know it."""

    name: str
    reason: str
    holds: Callable[[Request, Answer, Answer], bool]


KNOWN: list[Difference] = []


def known(request: Request, ours: Answer, theirs: Answer) -> Difference | None:
    """The listed difference that this one is; None if it is none of them."""
    return next((one for one in KNOWN if one.holds(request, ours, theirs)), None)
