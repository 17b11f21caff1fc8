"""A database that forgets everything when it is closed: for tests, and for whoever wants no file.

Held to the same contract suite as the others. A write is done, and as durable as it will ever be, when its
function returns.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Self, TypeVar

from millrace.core import turn
from millrace.core.errors import StorageError
from millrace.storage.interface import Reader, Writer
from millrace.storage.overlay import JournalChange, Overlay, SpaceChange
from millrace.storage.watchers import Watchers

T = TypeVar("T")


class _Space:
    """Values by key, and the keys in order."""

    __slots__ = ("keys", "values")

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.values: dict[bytes, bytes] = {}

    def apply(self, change: SpaceChange) -> None:
        for key, value in change.values.items():
            if value is None:
                if self.values.pop(key, None) is not None:
                    del self.keys[bisect_left(self.keys, key)]
            else:
                if key not in self.values:
                    insort(self.keys, key)
                self.values[key] = value


class _Journal:
    """The records after number `floor`."""

    __slots__ = ("floor", "records")

    def __init__(self) -> None:
        self.floor = 0
        self.records: list[bytes] = []

    @property
    def head(self) -> int:
        return self.floor + len(self.records)

    def apply(self, change: JournalChange) -> None:
        self.records.extend(change.records)
        del self.records[: change.floor - self.floor]
        self.floor = change.floor


class _State:
    """Everything: a Reader that overlays lie on."""

    def __init__(self) -> None:
        self.spaces: dict[str, _Space] = {}
        self.journals: dict[str, _Journal] = {}

    def get(self, space: str, key: bytes) -> bytes | None:
        held = self.spaces.get(space)
        return None if held is None else held.values.get(key)

    def range(
        self,
        space: str,
        low: bytes = b"",
        high: bytes | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[tuple[bytes, bytes]]:
        held = self.spaces.get(space)
        if held is None:
            return iter(())
        first = bisect_left(held.keys, low)
        last = len(held.keys) if high is None else bisect_left(held.keys, high)
        places = range(last - 1, first - 1, -1) if reverse else range(first, last)
        return islice(((held.keys[place], held.values[held.keys[place]]) for place in places), limit)

    def tail(self, journal: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        held = self.journals.get(journal)
        if held is None:
            return []
        first = max(after - held.floor, 0)
        return list(enumerate(held.records[first : first + limit], held.floor + first + 1))

    def head(self, journal: str) -> int:
        held = self.journals.get(journal)
        return 0 if held is None else held.head

    def floor(self, journal: str) -> int:
        held = self.journals.get(journal)
        return 0 if held is None else held.floor

    def apply(self, overlay: Overlay) -> None:
        """Take over what a transaction changed."""
        for name, change in overlay.spaces.items():
            if change.hides:
                self.spaces.pop(name, None)
            if change.values:
                self.spaces.setdefault(name, _Space()).apply(change)
        for name, change in overlay.journals.items():
            if change.hides:
                self.journals.pop(name, None)
            if change.head:
                self.journals.setdefault(name, _Journal()).apply(change)


class MemoryStorage:
    """`async with MemoryStorage() as storage`. See `storage.interface` for the contract."""

    def __init__(self) -> None:
        self._state = _State()
        self._watchers = Watchers()
        self._open = False

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False

    async def read(self, fn: Callable[[Reader], T]) -> T:
        self._check_open()
        return fn(self._state)

    async def write(self, fn: Callable[[Writer], T]) -> T:
        self._check_open()
        overlay = Overlay(self._state)
        answer = fn(overlay)
        self._state.apply(overlay)
        self._watchers.wake(name for name, change in overlay.journals.items() if change.appended)
        await turn.give_way()  # as a wait for a disk would
        return answer

    def watch(self, journal: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(journal, wake)

    def _check_open(self) -> None:
        if not self._open:
            raise StorageError("The database is closed.")
