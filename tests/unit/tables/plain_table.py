"""A table of DynamoDB as a dict, and what its operations do to it, as simply as it can be said."""

import base64
from dataclasses import dataclass, field
from decimal import Decimal


def comparable(value):
    """Something that stands to others of its type as the attribute value does."""
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return content.encode()
        case "B":
            return base64.b64decode(content)
    return Decimal(content)


@dataclass(frozen=True)
class PlainIndex:
    """`projected` has the attributes besides the keys, or is None for all of them."""

    name: str
    keys: tuple[str, ...]
    projected: frozenset[str] | None


@dataclass
class PlainTable:
    keys: tuple[str, ...]
    indexes: tuple[PlainIndex, ...] = ()
    items: dict = field(default_factory=dict)

    def place(self, item):
        return tuple(comparable(item[name]) for name in self.keys)

    def get(self, item):
        return self.items.get(self.place(item))

    def put(self, item):
        old, self.items[self.place(item)] = self.get(item), item
        return old

    def delete(self, key):
        return self.items.pop(self.place(key), None)

    def rows(self, index):
        """What an index, or the table if it is None, holds."""
        if index is None:
            return list(self.items.values())
        kept = None if index.projected is None else {*index.projected, *index.keys, *self.keys}
        return [
            {name: value for name, value in item.items() if kept is None or name in kept}
            for item in self.items.values()
            if all(name in item for name in index.keys)
        ]

    def found(self, index, hash_value, test, *, backwards):
        """What a query finds, in order; rows of an index with one sort key are in any order."""
        hash_name, *sort = self.keys if index is None else index.keys
        rows = [
            row
            for row in self.rows(index)
            if comparable(row[hash_name]) == comparable(hash_value)
            and (not sort or test(comparable(row[sort[0]])))
        ]
        return sorted(rows, key=lambda row: comparable(row[sort[0]]), reverse=backwards) if sort else rows
