"""Going over the rows of a table or an index: what Query and Scan have in common.

A page ends at the Limit, or with the row that brings it to 1 MiB; both count rows before the filter. Where
it ended is told as the keys of its last row. The rows' sizes are stored with them, so a page without a
filter decodes no item but its last.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from millrace.core import limits
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import values
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.expressions import Condition
from millrace.dynamodb.keys import KeyAttribute, KeySchema, check_filled, partition_hash_bytes
from millrace.dynamodb.row import Row
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader

_HASHES = 1 << 8 * partition_hash_bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A table, or one of its indexes."""

    table: Table
    index: Index | None

    @property
    def space(self) -> str:
        return self.table.space if self.index is None else self.index.space

    @property
    def schema(self) -> KeySchema:
        return self.table.schema if self.index is None else self.index.schema

    @property
    def key_names(self) -> tuple[str, ...]:
        """The attributes that tell a row of this place from every other."""
        return tuple(dict.fromkeys((*self.table.schema.names, *self.schema.names)))

    def row_key(self, item: Item) -> bytes:
        if self.index is None:
            return self.table.schema.bytes_of(item)
        return self.index.schema.index_key_of(item, self.table.schema)


@dataclass(frozen=True, slots=True)
class Range:
    """The rows to go over: `low <= key < high`, backwards if asked."""

    low: bytes
    high: bytes | None
    reverse: bool = False

    def after(self, key: bytes) -> "Range":
        """What is left of it behind `key`."""
        return Range(self.low, key, True) if self.reverse else Range(key + b"\0", self.high)

    def holds(self, key: bytes) -> bool:
        return self.low <= key and (self.high is None or key < self.high)


@dataclass(slots=True)
class Page:
    """What a search found. `size` is what it read here, `fetched` the items it then read in the table."""

    rows: list[Row]
    scanned: int = 0
    size: int = 0
    fetched: list[int] = field(default_factory=list[int])
    last: Item | None = None


def page(
    reader: Reader,
    place: Place,
    among: Range,
    *,
    limit: int | None,
    condition: Condition | None,
    fetch: bool,
    size_max: int = limits.page_size_bytes_max,
) -> Page:
    """One page of the rows in a range that fulfil a condition.

    With `fetch` each row of an index is replaced by its whole item from the table. `size_max` is in bytes.
    """
    found = Page([])
    for _, value in reader.range(place.space, among.low, among.high, reverse=among.reverse, limit=limit):
        row = here = Row.stored(value)
        found.scanned += 1
        found.size += here.size
        if fetch:
            row = _whole(reader, place.table, here)
            found.fetched.append(row.size)
        if condition is None or condition(row.item):
            found.rows.append(row)
        if found.scanned == limit or found.size >= size_max:
            found.last = {name: here.item[name] for name in place.key_names}
            break
    return found


def segment(number: int, total: int) -> Range:
    """One of `total` equal parts of all partitions."""
    return Range(_hash(number, total), _hash(number + 1, total) if number + 1 < total else None)


def start_values(given: Item) -> Item:
    """The values of an ExclusiveStartKey; with AWS's preface to some of what can be wrong with them.

    This and what follows was recorded by the authors of dynalite and alternator. Since October 2026 some regions
    tell less: that the starting key is invalid, whatever is wrong with it (dynoxide 3.2).
    """
    try:
        return values.normalise(given)[0]
    except AwsError as error:
        if error.message and any(sentence in error.message for sentence in _PREFACED):
            raise _invalid(f": {error.message}") from error
        raise


_PREFACED = (
    "Supplied AttributeValue",
    "Null attribute value types must have the value of true",
    "An string set  may not be empty",
    "Binary sets should not be empty",
)


def check_start_partition(place: Place, item: Item) -> None:
    """What AWS sees of a query's starting key before it looks at the key condition."""
    if len(item) != len(place.key_names):
        raise _invalid("")
    _check_parts(item, place.schema.hashes)


def check_start(place: Place, item: Item) -> None:
    """What AWS sees of a query's starting key after that."""
    _check_parts(item, place.schema.ranges)
    _check_table_key(place.table.schema, item)
    for attribute in place.table.schema.attributes:
        check_filled(attribute, item[attribute.name])


def check_scan_start(place: Place, item: Item) -> None:
    """What AWS sees of a scan's starting key before it looks at Select."""
    if len(item) != len(place.key_names):
        raise _invalid("" if place.index else f": {_NO_MATCH}")
    if place.index is not None:
        _check_parts(item, place.index.schema.attributes)


def scan_start_key(place: Place, item: Item) -> bytes:
    """The row key for a scan's starting key."""
    _check_table_key(place.table.schema, item)
    return place.row_key(item)


def _check_parts(item: Item, attributes: Iterable[KeyAttribute]) -> None:
    for attribute in attributes:
        if attribute.name not in item:
            raise _invalid("")
        if attribute.type not in item[attribute.name]:
            raise validation_error(_NO_MATCH)


def _check_table_key(schema: KeySchema, item: Item) -> None:
    for attribute in schema.attributes:
        if attribute.type not in item.get(attribute.name, ()):
            raise _invalid(f": {_NO_MATCH}")


_NO_MATCH = "The provided key element does not match the schema"


def _invalid(detail: str) -> AwsError:
    return validation_error(f"The provided starting key is invalid{detail}")


def _hash(number: int, total: int) -> bytes:
    return (-(-_HASHES * number // total)).to_bytes(partition_hash_bytes)


def _whole(reader: Reader, table: Table, row: Row) -> Row:
    stored = reader.get(table.space, table.schema.bytes_of(row.item))
    return row if stored is None else Row.stored(stored)
