"""Filling a new index, or the expiry index, with the items that are already in its table.

From the transaction that creates the index on, every change of an item maintains it (see `change`), so
filling only has to visit each item once, in the order of the table, some at a time. An index stays `filling`
over a crash; `resume` then starts again from the beginning, which does no harm.
"""

from dataclasses import replace
from functools import partial
from itertools import islice

from millrace.core import limits
from millrace.dynamodb import catalog, counts, expiry_index
from millrace.dynamodb.catalog import Index, Table, TimeToLive
from millrace.dynamodb.change import index_row
from millrace.dynamodb.row import Row
from millrace.storage.interface import Reader, Storage, Writer

# The ARNs of all tables with something to fill.
SPACE = "backfills"


def begin(writer: Writer, table: Table) -> None:
    """Remember that a table has something to fill."""
    writer.put(SPACE, table.arn.encode(), b"")


async def fill(storage: Storage, arn: str) -> None:
    """Fill the indexes of a table that want it now, and make them active. Ends if the table does."""
    wanted = await storage.read(partial(_wanted, arn=arn))
    after: bytes | None = b""
    while after is not None:
        after = await storage.write(partial(_fill_some, arn=arn, wanted=wanted, after=after))


async def resume(storage: Storage) -> None:
    """Fill what a crash left half filled, in all scopes. For the start of the program."""
    for arn in await storage.read(lambda reader: [key.decode() for key, _ in reader.range(SPACE)]):
        await fill(storage, arn)


def _wanted(reader: Reader, arn: str) -> frozenset[str]:
    """The ids of the indexes that are to be filled. One that comes later has missed the first items."""
    table = catalog.by_arn(reader, arn)
    return frozenset(part.id for part in _filling(table)) if table else frozenset()


def _filling(table: Table) -> list[Index | TimeToLive]:
    parts = (*table.indexes, table.ttl) if table.ttl else table.indexes
    return [part for part in parts if part.filling]


def _fill_some(writer: Writer, arn: str, wanted: frozenset[str], after: bytes) -> bytes | None:
    """Put some items' rows into the wanted indexes; answers where to go on, or None at the end."""
    table = catalog.by_arn(writer, arn)
    if table is None:
        writer.delete(SPACE, arn.encode())
        return None
    filling = [part for part in _filling(table) if part.id in wanted]
    items = writer.range(table.space, after) if filling else iter(())
    found = list(islice(items, limits.index_backfill_items_max))
    for key, value in found:
        _fill_one(writer, table, filling, key, Row.stored(value))
    if found:
        return found[-1][0] + b"\0"
    _finish(writer, table, filling)
    return None


def _finish(writer: Writer, table: Table, filled: list[Index | TimeToLive]) -> None:
    indexes = tuple(replace(index, filling=False) if index in filled else index for index in table.indexes)
    ttl = replace(table.ttl, filling=False) if table.ttl is not None and table.ttl in filled else table.ttl
    table = replace(table, indexes=indexes, ttl=ttl)
    catalog.save(writer, table)
    if not _filling(table):
        writer.delete(SPACE, table.arn.encode())


def _fill_one(writer: Writer, table: Table, parts: list[Index | TimeToLive], key: bytes, row: Row) -> None:
    for part in parts:
        if isinstance(part, TimeToLive):
            expiry_index.fill(writer, table, part, key, row)
        else:
            _fill_index(writer, table, part, row)


def _fill_index(writer: Writer, table: Table, index: Index, row: Row) -> None:
    placed = index_row(table, index, row)
    if placed is None or writer.get(index.space, placed[0]) is not None:
        return
    writer.put(index.space, placed[0], placed[1].value)
    counts.change(writer, index.id, None, placed[1])
