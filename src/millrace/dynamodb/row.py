"""A stored item: its wire JSON behind four bytes that tell DynamoDB's size of it.

Reading an item, paging and counting capacity need the bytes and the size only, so an item is decoded no
earlier than an expression asks for it.
"""

from typing import Any

import orjson

from millrace.dynamodb.values import Item

_SIZE_BYTES = 4


class Row:
    """An item as it is, or was, or shall be, in a table or an index. Immutable, though lazily decoded."""

    __slots__ = ("_item", "raw", "size")

    def __init__(self, raw: bytes, size: int, item: Item | None = None) -> None:
        self.raw = raw
        self.size = size
        self._item = item

    @classmethod
    def of(cls, item: Item, size: int) -> "Row":
        """The row of a normalised item of this size. Names stand in order: equal items are equal bytes."""
        return cls(orjson.dumps(item, option=orjson.OPT_SORT_KEYS), size, item)

    @classmethod
    def stored(cls, value: bytes) -> "Row":
        """The row a space holds."""
        return cls(value[_SIZE_BYTES:], int.from_bytes(value[:_SIZE_BYTES]))

    @property
    def value(self) -> bytes:
        """What a space holds of this row."""
        return self.size.to_bytes(_SIZE_BYTES) + self.raw

    @property
    def item(self) -> Item:
        """The decoded item. It is shared: whoever changes it makes a copy."""
        if self._item is None:
            self._item = orjson.loads(self.raw)
        return self._item

    @property
    def fragment(self) -> orjson.Fragment:
        """The item for an answer, without decoding it."""
        return orjson.Fragment(self.raw)


def answer(item: Item | Row | None) -> Any:
    """An item as a member of an answer: stored bytes pass through as they are."""
    return item.fragment if isinstance(item, Row) else item
