"""What a database must do for millrace: bytes in order, and journals.

A *space* is an ordered map from bytes to bytes. A *journal* is a list of records with rising numbers, that
is only appended to at its end and trimmed at its beginning. Both come into being with their first write.
Names are short texts (`table/4f2a`, `shard/0001`).

The contract, held by one test suite over every database (`tests/contract`):

- A transaction is one synchronous function. It sees one consistent state and its own writes, happens
  wholly or not at all (an exception undoes it and reaches the caller), and *may be run again*: it must have
  no effect besides its writer's.
- `await write(fn)` returns when the commit is durable: it survives SIGKILL and power loss. Whatever a
  `read` shows is durable too. Writes appear to happen one after the other.
- `append` gives 1, 2, 3, … without a gap, also after a restart and after a trim. Whoever has read up to
  number n and asks for what is after n never misses a record.
- Watchers of a journal are called, on the event loop, after the commit that appended to it is durable and
  before or after (no order is promised) the write's caller goes on. They must be quick and must not raise.
- A database that cannot write raises StorageError (StorageFullError without room) from every
  write; what was answered before is not lost, and reads go on if they can.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Reader(Protocol):
    """One consistent state."""

    def get(self, space: str, key: bytes) -> bytes | None:
        """The value at `key`, or None."""
        ...

    def range(
        self,
        space: str,
        low: bytes = b"",
        high: bytes | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
    ) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values with `low <= key < high` (None: to the end) in byte order, or in reverse.

        Lazy: what is not consumed is not read. Use it up or drop it within the transaction.
        """
        ...

    def tail(self, journal: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` records with numbers above `after`, in order."""
        ...

    def head(self, journal: str) -> int:
        """The number of the newest record ever appended; 0 before the first. Trimming does not lower it."""
        ...

    def floor(self, journal: str) -> int:
        """All records up to and including this number are trimmed; 0 if none are."""
        ...


class Writer(Reader, Protocol):
    """One consistent state, and what this transaction makes of it."""

    def put(self, space: str, key: bytes, value: bytes) -> None: ...

    def delete(self, space: str, key: bytes) -> None:
        """Take `key` out; nothing happens if it is not there."""
        ...

    def append(self, journal: str, record: bytes) -> int:
        """Add a record at the end and give its number."""
        ...

    def trim(self, journal: str, through: int) -> None:
        """Remove the records up to and including number `through`."""
        ...

    def drop(self, space: str) -> None:
        """Remove a space and all it holds, or a journal with all its numbers (it starts at 1 again)."""
        ...


class Storage(Protocol):
    """A database. `async with` opens and closes it; use it from one event loop."""

    async def read(self, fn: Callable[[Reader], T]) -> T: ...

    async def write(self, fn: Callable[[Writer], T]) -> T: ...

    def watch(self, journal: str, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` after every durable commit that appended to `journal`; the answer ends it."""
        ...
