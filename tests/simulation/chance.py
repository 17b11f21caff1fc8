"""Chance that can be repeated: every step of a history has numbers of its own, so a step can be left out.

It is quicker than `random`, and it is cheap to begin anew, which is all that is asked of it.
"""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_BITS = (1 << 64) - 1
_FACTOR, _MORE = 6364136223846793005, 1442695040888963407


class Chance:
    """Numbers from a seed; `turn` begins those of another step."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.number = 0
        self.turn(0)

    def turn(self, step: int) -> None:
        """From here on the numbers are those of this step, whatever was drawn before."""
        mixed = (self.seed * 0x9E3779B97F4A7C15 + (step + 1) * 0xD1B54A32D192ED03) & _BITS
        mixed = ((mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9) & _BITS
        self.number = mixed ^ (mixed >> 32)

    def below(self, end: int) -> int:
        self.number = number = (self.number * _FACTOR + _MORE) & _BITS
        return (number >> 33) % end

    # The same once more in both: they are asked a hundred times in every history.

    def odds(self, of_a_thousand: int) -> bool:
        self.number = number = (self.number * _FACTOR + _MORE) & _BITS
        return (number >> 33) % 1000 < of_a_thousand

    def pick(self, choices: Sequence[T]) -> T:
        self.number = number = (self.number * _FACTOR + _MORE) & _BITS
        return choices[(number >> 33) % len(choices)]
