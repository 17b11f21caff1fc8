"""Whether the client that asked is still there to hear the answer."""

from collections.abc import Callable


class Presence:
    """One client's connection. Whoever waits on its behalf may look, or be called once it has left."""

    __slots__ = ("_watchers", "has_left")

    def __init__(self) -> None:
        self.has_left = False
        self._watchers: set[Callable[[], object]] = set()

    def watch(self, call: Callable[[], object]) -> Callable[[], None]:
        """Have `call` called when the client leaves; answers what ends that."""
        self._watchers.add(call)
        return lambda: self._watchers.discard(call)

    def leave(self) -> None:
        """Say that it sends no more. Twice is fine."""
        self.has_left = True
        for call in tuple(self._watchers):
            call()
