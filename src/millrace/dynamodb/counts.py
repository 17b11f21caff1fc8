"""How many items and bytes a table or an index holds.

Kept exactly, in the transaction of every change: DescribeTable costs one look-up, no table is ever counted
by reading it, and a crash leaves no difference. (AWS brings the same numbers up to date every six hours.)
"""

from typing import Protocol

from millrace.storage.interface import Reader, Writer

SPACE = "counts"
_NUMBER_BYTES = 8


class Counted(Protocol):
    """What has a size in bytes: a row of a table, or an entry of an index."""

    @property
    def size(self) -> int: ...


def get(reader: Reader, identity: str) -> tuple[int, int]:
    """Items and bytes of the table or index with this id."""
    value = reader.get(SPACE, identity.encode()) or bytes(2 * _NUMBER_BYTES)
    return int.from_bytes(value[:_NUMBER_BYTES]), int.from_bytes(value[_NUMBER_BYTES:])


def change(writer: Writer, identity: str, old: Counted | None, new: Counted | None) -> None:
    """Count that `old` was replaced by `new` (None: nothing)."""
    items = (new is not None) - (old is not None)
    size = (new.size if new else 0) - (old.size if old else 0)
    if not items and not size:
        return
    known_items, known_size = get(writer, identity)
    value = (known_items + items).to_bytes(_NUMBER_BYTES) + (known_size + size).to_bytes(_NUMBER_BYTES)
    writer.put(SPACE, identity.encode(), value)


def forget(writer: Writer, identity: str) -> None:
    writer.delete(SPACE, identity.encode())
