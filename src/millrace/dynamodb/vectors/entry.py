"""What a vector index has of an item.

An entry's key is that of the item's row, behind the partition key if the index has one. Its value is its size
(4 bytes, as AWS counts it), the length of the vector (8), the vector (4 for each number), and the projected item
without it as JSON.
"""

import math
import struct
from typing import NamedTuple

import orjson

from millrace.dynamodb import values
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.keys import KeyAttribute, length, partition_prefix
from millrace.dynamodb.values import AttributeValue, Item
from millrace.dynamodb.vectors import embedding
from millrace.dynamodb.vectors.embedding import Vector
from millrace.dynamodb.vectors.index import SearchAttribute, VectorIndex

_head = struct.Struct("<Id")


class Entry(NamedTuple):
    """One entry to be written. `size` is in bytes, as AWS counts them."""

    key: bytes
    size: int
    vector: bytes
    item: bytes

    @property
    def value(self) -> bytes:
        """What the index's space holds at the key."""
        count = len(self.vector) // embedding.float_bytes
        norm = math.hypot(*embedding.unpacked(self.vector, 0, count))
        return _head.pack(self.size, norm) + self.vector + self.item


class Stored:
    """An entry as a space holds it, taken apart no further than asked for."""

    __slots__ = ("_dimensions", "_value", "norm", "size")

    def __init__(self, value: bytes, dimensions: int) -> None:
        self._value = value
        self._dimensions = dimensions
        self.size, self.norm = _head.unpack_from(value)

    @property
    def vector(self) -> Vector:
        return embedding.unpacked(self._value, _head.size, self._dimensions)

    @property
    def item(self) -> Item:
        """The projected item, without its vector."""
        return orjson.loads(self._value[_head.size + embedding.float_bytes * self._dimensions :])


def of(table: Table, index: VectorIndex, item: Item) -> Entry | None:
    """The entry of an item; None if it has none: without a vector, or without a partition key.

    Items from before the index may have attributes that no write would be let to have now; they have none either.
    """
    vector = embedding.packed(item.get(index.attribute), index.dimensions)
    if vector is None or not all(_fits(attribute, item.get(attribute.name)) for attribute in index.schema):
        return None
    kept = _projected(table, index, item)
    size = values.size(kept) + len(index.attribute.encode()) + len(vector)
    key = table.schema.bytes_of(item)
    if index.hash is not None:
        key = partition_prefix(item[index.hash.name]) + key
    return Entry(key, size, vector, orjson.dumps(kept, option=orjson.OPT_SORT_KEYS))


def _fits(attribute: SearchAttribute, value: AttributeValue | None) -> bool:
    if value is None:
        return not attribute.hash
    if attribute.type not in value:
        return False
    return not attribute.hash or length(KeyAttribute(attribute.name, attribute.type), value) > 0


def _projected(table: Table, index: VectorIndex, item: Item) -> Item:
    if index.projection == "ALL":
        return {name: value for name, value in item.items() if name != index.attribute}
    kept = {*table.key_names, *index.names, *index.attributes} - {index.attribute}
    return {name: value for name, value in item.items() if name in kept}
