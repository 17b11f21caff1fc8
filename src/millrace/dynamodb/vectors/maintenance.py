"""Keeping vector indexes in line with their table, in the transaction of every change."""

from collections.abc import Container

from millrace.core.errors import validation_error
from millrace.dynamodb import counts
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.keys import KeyAttribute, check_length, length
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import AttributeValue, Item, type_of
from millrace.dynamodb.vectors import embedding, entry
from millrace.dynamodb.vectors.entry import Entry
from millrace.dynamodb.vectors.index import SearchAttribute, VectorIndex
from millrace.storage.interface import Writer


def check(table: Table, item: Item, updated: Container[str] | None = None) -> None:
    """Refuse an item whose attributes are none for a vector index; of an update, only what it `updated` is judged.

    What is missing is fine: the index then does without the item.
    """
    for index in sorted(table.vectors, key=lambda index: index.name):
        vector = item.get(index.attribute)
        if vector is not None and (updated is None or index.attribute in updated):
            embedding.check(vector, index)
        for attribute in index.schema:
            value = item.get(attribute.name)
            if value is not None and (updated is None or attribute.name in updated):
                _check_attribute(index, attribute, value, updating=updated is not None)


def _check_attribute(
    index: VectorIndex, attribute: SearchAttribute, value: AttributeValue, *, updating: bool
) -> None:
    if attribute.type not in value:
        raise validation_error(
            f"One or more parameter values were invalid. Attribute '{attribute.name}' type mismatch. "
            f"Expected: {attribute.type}, Actual: {type_of(value)}. IndexName: {index.name}"
        )
    if not attribute.hash:
        return
    if not value[attribute.type]:
        what = "A value specified for a secondary index key is not supported."
        where = f" IndexName: {index.name}, IndexKey: {attribute.name}"
        if updating:
            where = ""
            what = "The update expression attempted to update a secondary index key to a value that is not supported."
        kind = "string" if attribute.type == "S" else "binary"
        raise validation_error(
            f"One or more parameter values are not valid. {what} The AttributeValue for a key attribute cannot "
            f"contain an empty {kind} value.{where}"
        )
    check_length(length(KeyAttribute(attribute.name, attribute.type), value), partition=True)


def change(writer: Writer, table: Table, old: Row | None, new: Row | None) -> tuple[tuple[str, int], ...]:
    """Put all vector indexes of a table in line; the indexes that changed, with the bytes of what was written."""
    written: list[tuple[str, int]] = []
    for index in table.vectors:
        before = None if old is None else entry.of(table, index, old.item)
        after = None if new is None else entry.of(table, index, new.item)
        if before != after:
            _replace(writer, index, before, after)
            written.append((index.name, max(one.size for one in (before, after) if one is not None)))
    return tuple(written)


def _replace(writer: Writer, index: VectorIndex, before: Entry | None, after: Entry | None) -> None:
    if before is not None and index.filling and writer.get(index.space, before.key) is None:
        before = None  # the backfill has not come to this item yet
    if before is not None and (after is None or after.key != before.key):
        writer.delete(index.space, before.key)
    if after is not None:
        writer.put(index.space, after.key, after.value)
    counts.change(writer, index.id, before, after)


def fill(writer: Writer, table: Table, index: VectorIndex, row: Row) -> None:
    """Put an item from before the index into it, unless a change of it did so already."""
    found = entry.of(table, index, row.item)
    if found is not None and writer.get(index.space, found.key) is None:
        writer.put(index.space, found.key, found.value)
        counts.change(writer, index.id, None, found)
