"""Filling a new index with the items that are already in its table.

From the transaction that creates the index on, every change of an item maintains it (see `change`), so
filling only has to visit each item once, in the order of the table, some at a time. An index stays `filling`
over a crash; `resume` then starts again from the beginning, which does no harm.
"""

from dataclasses import replace
from functools import partial
from itertools import islice

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.dynamodb import catalog, counts
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.change import index_row
from millrace.dynamodb.row import Row
from millrace.storage.interface import Storage, Writer


async def fill(storage: Storage, scope: Scope, name: str) -> None:
    """Fill the indexes of a table that want it, and make them active. Ends if the table does."""
    after: bytes | None = b""
    while after is not None:
        after = await storage.write(partial(_fill_some, scope=scope, name=name, after=after))


async def resume(storage: Storage, scope: Scope) -> None:
    """Fill what a crash left half filled."""
    found = await storage.read(lambda reader: list(catalog.tables(reader, scope)))
    for table in found:
        if any(index.filling for index in table.indexes):
            await fill(storage, scope, table.name)


def _fill_some(writer: Writer, scope: Scope, name: str, after: bytes) -> bytes | None:
    """Put some items' rows into the filling indexes; answers where to go on, or None at the end."""
    table = catalog.get(writer, scope, name)
    if table is None:
        return None
    filling = [index for index in table.indexes if index.filling]
    last = None
    found = islice(writer.range(table.space, after), limits.index_backfill_items_max)
    for key, value in list(found):
        for index in filling:
            _fill_one(writer, table, index, Row.stored(value))
        last = key + b"\0"
    if last is None:
        indexes = tuple(replace(index, filling=False) for index in table.indexes)
        catalog.save(writer, replace(table, indexes=indexes))
    return last


def _fill_one(writer: Writer, table: Table, index: Index, row: Row) -> None:
    placed = index_row(table, index, row)
    if placed is None or writer.get(index.space, placed[0]) is not None:
        return
    writer.put(index.space, placed[0], placed[1].value)
    counts.change(writer, index.id, None, placed[1])
