"""What transactions want to change, laid over a state that stays as it is.

An `Overlay` is the `Writer` that every transaction gets, over every database. The transactions of one group
run over it one after the other, and each sees what those before it did. `begin` marks where one starts and
`undo` takes back what it did since. Nothing here writes: a database reads `spaces` and `journals` when it
commits. Overlays can lie on each other: while one is on its way to the disk, the next lies on it.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

from millrace.storage.interface import Reader


class _Absent:
    """Neither a value nor a deletion is known for a key."""


_absent: Final = _Absent()


class SpaceChange:
    """New values of a space's keys; None takes a key out. `hides`: what lies below is dropped."""

    __slots__ = ("hides", "order", "values")

    def __init__(self, *, hides: bool = False) -> None:
        self.values: dict[bytes, bytes | None] = {}
        self.order: list[bytes] | None = None
        self.hides = hides

    def between(self, low: bytes, high: bytes | None, *, reverse: bool) -> list[tuple[bytes, bytes | None]]:
        """A copy of the changes with `low <= key < high`, in order: what follows does not alter it."""
        if self.order is None:
            self.order = sorted(self.values)
        first = bisect_left(self.order, low)
        last = len(self.order) if high is None else bisect_left(self.order, high)
        keys = self.order[first:last]
        if reverse:
            keys.reverse()
        return [(key, self.values[key]) for key in keys]

    def restore(self, key: bytes, value: bytes | _Absent | None) -> None:
        """Make `key` what it was before."""
        if isinstance(value, _Absent):
            del self.values[key]
            self.order = None
        else:
            self.values[key] = value


class JournalChange:
    """Records to come after number `start`, and what is trimmed. `hides`: what lies below is dropped."""

    __slots__ = ("floor", "hides", "lost", "old_floor", "records", "start")

    def __init__(self, start: int, floor: int, *, hides: bool = False, lost: bool = False) -> None:
        self.start = start
        self.floor = floor
        self.old_floor = floor
        self.records: list[bytes] = []
        self.hides = hides
        self.lost = lost

    @property
    def head(self) -> int:
        return self.start + len(self.records)

    @property
    def appended(self) -> bool:
        """Whether a watcher has something to hear, be it that the records were dropped again."""
        return bool(self.records) or self.lost


class Overlay:
    """A Writer over `base`, which stays untouched. Holds the changes of all transactions that ran over it."""

    def __init__(self, base: Reader) -> None:
        self.base = base
        self.spaces: dict[str, SpaceChange] = {}
        self.journals: dict[str, JournalChange] = {}
        self._undo: list[tuple[Callable[..., object], tuple[Any, ...]]] = []

    def begin(self) -> None:
        """A transaction starts here."""
        self._undo = []

    def undo(self) -> None:
        """Take back all that was done since `begin`."""
        for action, arguments in reversed(self._undo):
            action(*arguments)
        self._undo = []

    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not any(change.values or change.hides for change in self.spaces.values()) and not any(
            change.records or change.hides or change.floor != change.old_floor
            for change in self.journals.values()
        )

    def get(self, space: str, key: bytes) -> bytes | None:
        change = self.spaces.get(space)
        if change is not None:
            value = change.values.get(key, _absent)
            if not isinstance(value, _Absent):
                return value
            if change.hides:
                return None
        return self.base.get(space, key)

    def range(
        self,
        space: str,
        low: bytes = b"",
        high: bytes | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[tuple[bytes, bytes]]:
        """The range as it is now: later changes of the transaction do not alter a range already asked for."""
        change = self.spaces.get(space)
        pending = change.between(low, high, reverse=reverse) if change else []
        if change and change.hides:
            rows: Iterator[tuple[bytes, bytes]] = iter(())
        elif not pending:
            return self.base.range(space, low, high, reverse=reverse, limit=limit)
        else:
            rows = self.base.range(space, low, high, reverse=reverse)
        return islice(_merged(rows, pending, reverse=reverse), limit)

    def tail(self, journal: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        change = self.journals.get(journal)
        if change is None:
            return self.base.tail(journal, after, limit)
        after = max(after, change.floor)
        found: list[tuple[int, bytes]] = []
        if after < change.start:
            found = self.base.tail(journal, after, limit)
        first = max(after - change.start, 0)
        news = change.records[first : first + limit - len(found)]
        found.extend(enumerate(news, change.start + first + 1))
        return found

    def head(self, journal: str) -> int:
        change = self.journals.get(journal)
        return self.base.head(journal) if change is None else change.head

    def floor(self, journal: str) -> int:
        change = self.journals.get(journal)
        return self.base.floor(journal) if change is None else change.floor

    def put(self, space: str, key: bytes, value: bytes) -> None:
        self._set(space, key, value)

    def delete(self, space: str, key: bytes) -> None:
        self._set(space, key, None)

    def append(self, journal: str, record: bytes) -> int:
        change = self._journal(journal)
        change.records.append(record)
        self._undo.append((change.records.pop, ()))
        return change.head

    def trim(self, journal: str, through: int) -> None:
        change = self._journal(journal)
        through = min(through, change.head)
        if through > change.floor:
            self._undo.append((setattr, (change, "floor", change.floor)))
            change.floor = through

    def drop(self, space: str) -> None:
        self._replace(self.spaces, space, SpaceChange(hides=True))
        journal = self.journals.get(space)
        lost = journal is not None and journal.appended
        self._replace(self.journals, space, JournalChange(0, 0, hides=True, lost=lost))

    def _set(self, space: str, key: bytes, value: bytes | None) -> None:
        change = self.spaces.get(space)
        if change is None:
            change = self.spaces[_text(space)] = SpaceChange()
        old = change.values.get(key, _absent)
        self._undo.append((change.restore, (key, old)))
        change.values[key] = value
        if change.order is not None and isinstance(old, _Absent):
            insort(change.order, key)

    def _journal(self, journal: str) -> JournalChange:
        change = self.journals.get(journal)
        if change is None:
            change = JournalChange(self.base.head(journal), self.base.floor(journal))
            self.journals[_text(journal)] = change
        return change

    def _replace(self, changes: dict[str, Any], name: str, change: object) -> None:
        old = changes.get(name)
        self._undo.append((changes.pop, (name,)) if old is None else (changes.__setitem__, (name, old)))
        changes[name] = change


def _text(name: str) -> str:
    """`name`, if a database can store it (half a surrogate pair it cannot), or UnicodeEncodeError."""
    name.encode()
    return name


def _merged(
    rows: Iterator[tuple[bytes, bytes]], pending: list[tuple[bytes, bytes | None]], *, reverse: bool
) -> Iterator[tuple[bytes, bytes]]:
    """`rows` with the `pending` changes made, both in the same order; reads no row before it must."""
    row = next(rows, None)
    for key, value in pending:
        while row is not None and (row[0] > key if reverse else row[0] < key):
            yield row
            row = next(rows, None)
        if row is not None and row[0] == key:
            row = next(rows, None)
        if value is not None:
            yield key, value
    if row is not None:
        yield row
        yield from rows
