"""What an SQLite database held at its newest durable commit: the Reader of every transaction."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from weakref import ref

from millrace.core.limits import storage_cache_bytes_max
from millrace.storage import statements
from millrace.storage.cache import Unknown, ValueCache
from millrace.storage.directory import Directory


class Snapshot:
    """Reads over a connection of their own, inside one long read transaction that `renew` moves forward.

    Only `renew` shows later commits, so the answers always belong together, and belong to `directory`.
    """

    def __init__(self, connection: sqlite3.Connection, directory: Directory) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._directory = directory
        self._cache = ValueCache(storage_cache_bytes_max)
        self._open: list[ref[sqlite3.Cursor]] = []

    def renew(self, changed: Iterable[tuple[int, bytes, bytes | None]] = ()) -> None:
        """See what is committed now, and that it `changed` these spaces' keys to these values.

        If the file cannot be read now, later reads try again one by one, and raise what they meet.
        """
        self.release()
        for number, key, value in changed:
            self._cache.replace((number, key), value)
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._execute(statements.COMMIT)
            self._execute(statements.BEGIN_READ)
            self._execute(statements.PIN).fetchall()

    def release(self) -> None:
        """End the ranges that a transaction left unfinished: an open one would hold on to old pages."""
        if self._open:
            for cursor in (held() for held in self._open):
                if cursor is not None:
                    cursor.close()
            self._open.clear()

    def close(self) -> None:
        self.release()
        with suppress(sqlite3.Error):  # the connection may be broken, which is why it is being closed
            self._connection.close()

    def get(self, space: str, key: bytes) -> bytes | None:
        number = self._directory.spaces.get(space)
        if number is None:
            return None
        place = (number, key)
        known = self._cache.get(place)
        if not isinstance(known, Unknown):
            return known
        row = self._execute(statements.GET, place).fetchone()
        value = None if row is None else row[0]
        self._cache.add(place, value)
        return value

    def range(
        self,
        space: str,
        low: bytes = b"",
        high: bytes | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[tuple[bytes, bytes]]:
        number = self._directory.spaces.get(space)
        if number is None:
            return iter(())
        statement = statements.RANGE[high is not None, reverse]
        rows = (number, low, high, -1 if limit is None else limit)
        cursor = self._execute(statement, rows)
        self._open.append(ref(cursor))
        return cursor

    def tail(self, journal: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        state = self._directory.journals.get(journal)
        if state is None or after >= state.head:
            return []
        first = max(after, state.floor)
        rows = (state.row(first), state.row(state.head), limit)
        base = state.row(0)
        return [(number - base, body) for number, body in self._execute(statements.TAIL, rows)]

    def head(self, journal: str) -> int:
        state = self._directory.journals.get(journal)
        return 0 if state is None else state.head

    def floor(self, journal: str) -> int:
        state = self._directory.journals.get(journal)
        return 0 if state is None else state.floor
