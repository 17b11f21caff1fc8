"""Filling a new index, or the expiry index, with the items that are already in its table.

From the transaction that creates the index on, every change of an item maintains it (see `change`), so
filling only has to visit each item once, in the order of the table, some at a time. A table of few items is
filled in the transaction that wants it; others are remembered, and `life.TableLife` fills them in the background. An
index stays `filling` over a crash; filling then starts again from the beginning, which does no harm.
"""

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple

from millrace.core import limits
from millrace.dynamodb import catalog, counts, expiry_index
from millrace.dynamodb.catalog import Index, Table, TimeToLive
from millrace.dynamodb.change import index_row
from millrace.dynamodb.row import Row
from millrace.dynamodb.vectors import maintenance
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.storage.interface import Reader, Storage, Writer

# The ARNs of all tables with something to fill.
SPACE = "backfills"
_Part = Index | TimeToLive | VectorIndex
# Tells that a table has something to fill, or something pending (see `transition`).
CHANGES = "table-life"


class Fill(NamedTuple):
    """How far the filling of a table's indexes has come: the ids of those that have had all items so far.

    One that is wanted later has missed the first items, and gets its turn afterwards.
    """

    arn: str
    wanted: frozenset[str] | None = None
    after: bytes = b""


def begin(writer: Writer, table: Table) -> None:
    """Remember that a table has something to fill."""
    writer.put(SPACE, table.arn.encode(), b"")
    tell(writer, table)


def tell(writer: Writer, table: Table) -> None:
    """Wake whoever looks after tables."""
    writer.trim(CHANGES, writer.append(CHANGES, table.arn.encode()) - limits.change_notices_max)


def begin_or_finish(writer: Writer, table: Table) -> Table:
    """Fill a table of few items at once, and remember others; the table as it is afterwards, saved."""
    items, _ = counts.get(writer, table.id)
    if items > limits.index_backfill_items_max:
        catalog.save(writer, table)
        begin(writer, table)
        return table
    parts = _filling(table)
    for key, value in list(writer.range(table.space)):
        _fill_one(writer, table, parts, key, Row.stored(value))
    return _finish(writer, table, parts)


def unfinished(reader: Reader) -> list[str]:
    """The ARNs of the tables that have something to fill."""
    return [key.decode() for key, _ in reader.range(SPACE)]


async def fill_some(storage: Storage, fill: Fill) -> Fill | None:
    """Put some items' rows into the indexes that want them; None once those are active, or the table is gone."""
    return await storage.write(partial(_fill_some, fill=fill))


def _fill_some(writer: Writer, fill: Fill) -> Fill | None:
    table = catalog.by_arn(writer, fill.arn)
    if table is None:
        writer.delete(SPACE, fill.arn.encode())
        return None
    filling = [part for part in _filling(table) if fill.wanted is None or part.id in fill.wanted]
    items = writer.range(table.space, fill.after) if filling else iter(())
    found = list(islice(items, limits.index_backfill_items_max))
    for key, value in found:
        _fill_one(writer, table, filling, key, Row.stored(value))
    if found:
        return Fill(fill.arn, frozenset(part.id for part in filling), found[-1][0] + b"\0")
    _finish(writer, table, filling)
    return None


def _filling(table: Table) -> list[_Part]:
    parts = (*table.all_indexes, table.ttl) if table.ttl else table.all_indexes
    return [part for part in parts if part.filling]


def _finish(writer: Writer, table: Table, filled: list[_Part]) -> Table:
    indexes = tuple(replace(index, filling=False) if index in filled else index for index in table.indexes)
    ttl = replace(table.ttl, filling=False) if table.ttl is not None and table.ttl in filled else table.ttl
    vectors = tuple(replace(index, filling=False) if index in filled else index for index in table.vectors)
    table = replace(table, indexes=indexes, ttl=ttl, vectors=vectors)
    catalog.save(writer, table)
    if not _filling(table):
        writer.delete(SPACE, table.arn.encode())
    return table


def _fill_one(writer: Writer, table: Table, parts: list[_Part], key: bytes, row: Row) -> None:
    for part in parts:
        if isinstance(part, TimeToLive):
            expiry_index.fill(writer, table, part, key, row)
        elif isinstance(part, VectorIndex):
            maintenance.fill(writer, table, part, row)
        else:
            _fill_index(writer, table, part, row)


def _fill_index(writer: Writer, table: Table, index: Index, row: Row) -> None:
    placed = index_row(table, index, row)
    if placed is None or writer.get(index.space, placed[0]) is not None:
        return
    writer.put(index.space, placed[0], placed[1].value)
    counts.change(writer, index.id, None, placed[1])
