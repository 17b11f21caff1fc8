"""The one way an item changes.

Inside one transaction: the old item, the decision, the new item, its index rows, the table's counts, its
history, its entry in the expiry index and the stream record. A write that changes nothing writes nothing and
appends nothing, as on AWS. Whatever writes items (one at a time, in batches, in transactions, by expiry,
import or restore) goes through `apply`.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field

import orjson

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import counts, expiry_index, history, values
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.keys import KeyAttribute, partition_hash_bytes
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item
from millrace.dynamodb.vectors import maintenance
from millrace.storage.interface import Writer
from millrace.streams import log, record
from millrace.streams.record import Image

# Given the item as it is (None: there is none), the item as it shall be. It raises to refuse.
Decision = Callable[[Row | None], Row | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What one write did. `indexes` has the sizes of the rows written in each index.

    `vectors` has the vector indexes that changed, with the bytes written in each.
    """

    old: Row | None
    new: Row | None
    indexes: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    vectors: tuple[tuple[str, int], ...] = ()


def apply(
    writer: Writer, table: Table, key: bytes, decide: Decision, now: float, *, expired: bool = False
) -> Change:
    """Let `decide` change the item at `key` of `table`, with all that follows from it.

    `now` is in epoch seconds; `expired` says in the stream that Time to Live did it.
    """
    stored = writer.get(table.space, key)
    old = None if stored is None else Row.stored(stored)
    new = decide(old)
    if _same(old, new):
        return Change(old, new)
    if new is None:
        writer.delete(table.space, key)
    else:
        writer.put(table.space, key, new.value)
    written = _change_indexes(writer, table, old, new) if table.indexes else {}
    vectors = maintenance.change(writer, table, old, new) if table.vectors else ()
    counts.change(writer, table.id, old, new)
    if table.history:
        history.append(writer, table.id, key, stored, now)
    if table.ttl is not None:
        expiry_index.change(writer, table, key, old, new, now)
    if table.view is not None:
        _append(writer, table, key, old, new, now, expired=expired)
    return Change(old, new, written, vectors)


def check_index_keys(table: Table, item: Item, updated: Container[str] | None = None) -> None:
    """Refuse an item whose attribute is an index's key with the wrong type, empty or too long.

    Of an update, only what it `updated` is judged: what was there before an index may stay as it is.
    """
    for attribute, name in table.index_keys:
        value = item.get(attribute.name)
        if value is None or (updated is not None and attribute.name not in updated):
            continue
        if attribute.type not in value and updated is None:
            raise wrong_index_key(attribute, values.type_of(value), name)
        if attribute.type not in value:
            raise validation_error(
                "The update expression attempted to update the secondary index key to unsupported type"
            )
        if not value[attribute.type]:
            raise _empty_index_key(attribute, None if updated is not None else name)
    for index in table.indexes:
        if updated is None or any(name in updated for name in index.schema.names):
            index.schema.check_lengths(item)
    if table.vectors:
        maintenance.check(table, item, updated)


def _empty_index_key(attribute: KeyAttribute, index: str | None) -> AwsError:
    """AWS names the index to those who put an item, not to those who update one (dynoxide, 2026)."""
    kind = "string" if attribute.type == "S" else "binary"
    what = "The update expression attempted to update a secondary index key to a value that is not supported."
    if index is not None:
        what = "A value specified for a secondary index key is not supported."
    where = "" if index is None else f" IndexName: {index}, IndexKey: {attribute.name}"
    return validation_error(
        f"One or more parameter values are not valid. {what} The AttributeValue for a key attribute cannot "
        f"contain an empty {kind} value.{where}"
    )


def wrong_index_key(attribute: KeyAttribute, actual: str, index: str) -> AwsError:
    """The refusal of an index's key that has another type than it should."""
    return validation_error(
        f"One or more parameter values were invalid: Type mismatch for Index Key {attribute.name} "
        f"Expected: {attribute.type} Actual: {actual} IndexName: {index}"
    )


def index_row(table: Table, index: Index, row: Row | None) -> tuple[bytes, Row] | None:
    """The key and row that an item has in an index; None if it has none there."""
    if row is None or not index.schema.covers(row.item):
        return None
    key = index.schema.index_key_of(row.item, table.schema)
    if index.whole:
        return key, row
    kept = {*table.key_names, *index.schema.names, *index.attributes}
    item = {name: value for name, value in row.item.items() if name in kept}
    return key, Row.of(item, values.size(item))


def _same(old: Row | None, new: Row | None) -> bool:
    """Whether nothing changes. Items are stored in one form, so equal items are equal bytes."""
    if old is None or new is None:
        return old is new
    return old.raw == new.raw


def _change_indexes(writer: Writer, table: Table, old: Row | None, new: Row | None) -> dict[str, list[int]]:
    written: dict[str, list[int]] = {}
    for index in table.indexes:
        sizes = _change_index(writer, index, index_row(table, index, old), index_row(table, index, new))
        if sizes:
            written[index.name] = sizes
    return written


def _change_index(
    writer: Writer, index: Index, old: tuple[bytes, Row] | None, new: tuple[bytes, Row] | None
) -> list[int]:
    """Put one index in line; answers the sizes of what AWS counts as written there."""
    sizes: list[int] = []
    if old is not None and index.filling and writer.get(index.space, old[0]) is None:
        old = None  # the backfill has not come to this item yet
    if old is not None and (new is None or new[0] != old[0]):
        writer.delete(index.space, old[0])
        counts.change(writer, index.id, old[1], None)
        sizes.append(old[1].size)
        old = None
    if new is not None and (old is None or not _same(old[1], new[1])):
        writer.put(index.space, new[0], new[1].value)
        counts.change(writer, index.id, old[1] if old else None, new[1])
        sizes.append(max(new[1].size, old[1].size if old else 0))
    return sizes


def _append(
    writer: Writer, table: Table, key: bytes, old: Row | None, new: Row | None, now: float, *, expired: bool
) -> None:
    stream = None if table.stream is None else log.describe(writer, table.stream)
    item = new or old
    if stream is None or item is None:
        # Better no change at all than one that nobody hears of.
        raise LookupError(f"{table.arn} has no stream to append to")
    decoded = item.item
    keys = {name: decoded[name] for name in table.key_names}
    keys_image = Image(orjson.dumps(keys), values.size(keys))
    partition = int.from_bytes(key[:partition_hash_bytes])
    data = record.encode(
        stream.view, now, keys_image, _image(old), _image(new), partition=partition, expired=expired
    )
    log.append(writer, stream, partition, data)


def _image(row: Row | None) -> Image | None:
    return None if row is None else Image(row.raw, row.size)
