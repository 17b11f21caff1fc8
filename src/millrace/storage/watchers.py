"""Who wants to hear that a journal grew."""

import asyncio
from collections.abc import Callable, Iterable


class Watchers:
    """Callbacks by journal. They are called from the event loop, one turn after `wake`."""

    def __init__(self) -> None:
        self._callbacks: dict[str, list[_Entry]] = {}

    def add(self, journal: str, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` from now on; the answer ends it, and may be called twice."""
        entry = _Entry(callback)
        self._callbacks.setdefault(journal, []).append(entry)

        def end() -> None:
            entry.ended = True
            entries = self._callbacks.get(journal, [])
            if entry in entries:
                entries.remove(entry)
            if not entries:
                self._callbacks.pop(journal, None)

        return end

    def wake(self, journals: Iterable[str]) -> None:
        """Tell everyone who watches one of these journals."""
        loop = asyncio.get_running_loop()
        for journal in journals:
            for callback in self._callbacks.get(journal, ()):
                loop.call_soon(callback)


class _Entry:
    """One watcher. It stays silent once ended, also when its call was already on the way."""

    __slots__ = ("callback", "ended")

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.ended = False

    def __call__(self) -> None:
        if not self.ended:
            self.callback()
