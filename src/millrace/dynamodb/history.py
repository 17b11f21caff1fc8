"""What the items of a table were: the old item of every change, for as long as somebody may ask for it.

A table keeps its history while point-in-time recovery is on, and while it is being copied (see `copying`).
Taking the changes back in reverse order turns any later state of the items into the state at an earlier
number; so a number is a moment of the table, and between two numbers no transaction is torn.
"""

import struct
from dataclasses import dataclass

from millrace.storage.interface import Reader, Writer

# The time in epoch seconds, and how many bytes of key follow; the rest is the old item's row.
_HEAD = struct.Struct(">dH")


@dataclass(frozen=True, slots=True)
class Former:
    """What was at `key` before a change: a stored row, or None for no item. `made`: when it changed, epoch seconds."""

    key: bytes
    value: bytes | None
    made: float


def journal(table_id: str) -> str:
    """The name of the journal with a table's history."""
    return f"history/{table_id}"


def append(writer: Writer, table_id: str, key: bytes, old: bytes | None, now: float) -> None:
    """Remember that the row `old` (None: nothing) was at `key` until the change of epoch second `now`."""
    writer.append(journal(table_id), _HEAD.pack(now, len(key)) + key + (old or b""))


def between(reader: Reader, table_id: str, after: int, through: int) -> list[Former]:
    """What the changes with numbers above `after` up to `through` replaced, in their order."""
    records = reader.tail(journal(table_id), after, through - after)
    return [_former(record) for number, record in records if number <= through]


def number_at(reader: Reader, table_id: str, moment: float) -> int:
    """The number of the last change that was made by epoch second `moment`.

    Changes are in the order of their commits; the times of two that were under way together may be a little
    out of order, and then either of their sides is a true moment of the table.
    """
    name = journal(table_id)
    low, high = reader.floor(name), reader.head(name)
    while low < high:
        middle = (low + high + 1) // 2
        ((_, record),) = reader.tail(name, middle - 1, 1)
        made: float = _HEAD.unpack_from(record)[0]
        low, high = (middle, high) if made <= moment else (low, middle - 1)
    return low


def head(reader: Reader, table_id: str) -> int:
    """The number of the newest change; 0 before the first."""
    return reader.head(journal(table_id))


def trim(writer: Writer, table_id: str, through: int) -> None:
    """Forget the changes up to and including number `through`."""
    writer.trim(journal(table_id), through)


def drop(writer: Writer, table_id: str) -> None:
    """Forget all of a table's history."""
    writer.drop(journal(table_id))


def _former(record: bytes) -> Former:
    made, length = _HEAD.unpack_from(record)
    end = _HEAD.size + length
    return Former(record[_HEAD.size : end], record[end:] or None, made)
