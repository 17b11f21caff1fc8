"""Functions made from a service's shapes: each is made once, though many places refer to it."""

from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Compiled(Generic[P, R]):
    """The functions that were made so far, by what they were made from.

    A shape may contain itself: what refers to it while it is being made looks it up when it is called.
    """

    def __init__(self) -> None:
        self._made: dict[Hashable, Callable[P, R]] = {}

    def of(self, key: Hashable, make: Callable[[], Callable[P, R]]) -> Callable[P, R]:
        """The function of this key; `make` makes it if there is none yet."""
        made = self._made.get(key)
        if made is None:

            def later(*given: P.args, **named: P.kwargs) -> R:
                return self._made[key](*given, **named)

            self._made[key] = later
            made = self._made[key] = make()
        return made
