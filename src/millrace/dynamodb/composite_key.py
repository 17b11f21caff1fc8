"""Keys of several attributes, as global secondary indexes may have: up to four for the partition, four to sort by.

Every part of a key ends itself, so parts one after another stand in the order of the attributes. The plain keys
that tables have know nothing of this and pay nothing for it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.DesignPattern.MultiAttributeKeys.html
"""

from dataclasses import dataclass

from millrace.core.limits import partition_key_bytes_max, sort_key_bytes_max
from millrace.dynamodb.keys import KeyAttribute, KeySchema, check_length, joint_prefix, key_bytes, length
from millrace.dynamodb.values import Item


@dataclass(frozen=True, slots=True)
class CompositeKeySchema(KeySchema):
    """A key schema whose partition key or sort key has more attributes than its first."""

    more_hashes: tuple[KeyAttribute, ...] = ()
    more_ranges: tuple[KeyAttribute, ...] = ()

    @property
    def hashes(self) -> tuple[KeyAttribute, ...]:
        return (self.hash, *self.more_hashes)

    @property
    def ranges(self) -> tuple[KeyAttribute, ...]:
        return () if self.range is None else (self.range, *self.more_ranges)

    @property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        return (*self.hashes, *self.ranges)

    def covers(self, item: Item) -> bool:
        """Whether an item has all attributes of this key, with right types and lengths."""
        for attribute in self.attributes:
            value = item.get(attribute.name)
            if value is None or attribute.type not in value or not length(attribute, value):
                return False
        return (
            _length(self.hashes, item) <= partition_key_bytes_max
            and _length(self.ranges, item) <= sort_key_bytes_max
        )

    def check_lengths(self, item: Item) -> None:
        """Refuse an item whose attributes are together too long for this key."""
        check_length(_length(self.hashes, item), partition=True)
        check_length(_length(self.ranges, item), partition=False)

    def bytes_of(self, item: Item) -> bytes:
        """The row's key of an item that is known to have one."""
        prefix = joint_prefix(item[attribute.name] for attribute in self.hashes)
        return prefix + b"".join(key_bytes(item[attribute.name]) for attribute in self.ranges)


def schema_of(hashes: tuple[KeyAttribute, ...], ranges: tuple[KeyAttribute, ...]) -> KeySchema:
    """The key schema of these attributes, at least one of them in `hashes`."""
    sort = ranges[0] if ranges else None
    if len(hashes) == 1 and len(ranges) <= 1:
        return KeySchema(hashes[0], sort)
    return CompositeKeySchema(hashes[0], sort, hashes[1:], ranges[1:])


def _length(attributes: tuple[KeyAttribute, ...], item: Item) -> int:
    """Bytes of those of these attributes that an item has with the right type."""
    return sum(
        length(attribute, value)
        for attribute in attributes
        if (value := item.get(attribute.name)) is not None and attribute.type in value
    )
