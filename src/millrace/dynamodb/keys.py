"""Keys as bytes whose order is DynamoDB's order.

A row's key is the hash of its partition key (8 bytes: parallel-scan segments and stream shards are ranges
of it), the partition key and the sort key. Every part ends itself, so what follows it never disturbs the
order, and index rows append the table's own key to stand in a stable order among equals.

Numbers: one byte for sign, one for the exponent (DynamoDB's 256 exponents fit exactly), two digits a byte,
an end byte; negative numbers have all bits turned over. Texts and binaries: their bytes, with 00 written
as 00 FF, and 00 01 at the end.
"""

from binascii import a2b_base64
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from millrace.core.errors import AwsError, validation_error
from millrace.core.limits import number_exponent_min, partition_key_bytes_max, sort_key_bytes_max
from millrace.dynamodb import number
from millrace.dynamodb.values import AttributeValue, Item, type_of

partition_hash_bytes = 8

_zero, _positive = b"\x80", b"\x81"
_digits_up = bytes(min(byte + 1, 255) for byte in range(256))
_turned_over = bytes(255 - byte for byte in range(256))
_text_end = b"\x00\x01"


def number_bytes(text: str) -> bytes:
    """A canonical number as bytes in the order of numbers."""
    negative, digits, exponent = number.parts(text)
    if not digits:
        return _zero
    pairs = bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "0").translate(_digits_up)
    key = _positive + bytes((exponent - number_exponent_min,)) + pairs + b"\x00"
    return key.translate(_turned_over) if negative else key


def key_bytes(value: AttributeValue) -> bytes:
    """A string, number or binary as bytes that end themselves, in DynamoDB's order."""
    if "N" in value:
        return number_bytes(value["N"])
    return _escaped(value) + _text_end


def _escaped(value: AttributeValue) -> bytes:
    content = value["S"].encode() if "S" in value else a2b_base64(value["B"])
    return content.replace(b"\x00", b"\x00\xff") if b"\x00" in content else content


def partition_hash(hash_value: AttributeValue) -> int:
    """Where a partition key falls in 0 … 2**64 - 1."""
    return int.from_bytes(_hash(key_bytes(hash_value)))


def _hash(partition_key: bytes) -> bytes:
    return blake2b(partition_key, digest_size=partition_hash_bytes).digest()


def partition_prefix(hash_value: AttributeValue) -> bytes:
    """What the keys of all items with this partition key begin with, and no others."""
    partition_key = key_bytes(hash_value)
    return _hash(partition_key) + partition_key


def joint_prefix(hash_values: Iterable[AttributeValue]) -> bytes:
    """The same for a partition key of several attributes, or of one."""
    partition_key = b"".join(map(key_bytes, hash_values))
    return _hash(partition_key) + partition_key


def item_key(hash_value: AttributeValue, range_value: AttributeValue | None) -> bytes:
    """The key of an item's row."""
    prefix = partition_prefix(hash_value)
    return prefix if range_value is None else prefix + key_bytes(range_value)


def prefix_end(prefix: bytes) -> bytes | None:
    """The first key behind all that begin with `prefix`; None if there is none."""
    kept = prefix.rstrip(b"\xff")
    return kept[:-1] + bytes((kept[-1] + 1,)) if kept else None


def range_bounds(
    prefix: bytes, operator: str | None, values: tuple[AttributeValue, ...]
) -> tuple[bytes, bytes | None]:
    """`low <= key < high` for the rows under `prefix` whose sort key fulfils a key condition.

    `operator` is =, <, <=, >, >=, BETWEEN, begins_with or None (all rows under the prefix). In an index,
    where more follows the sort key, the same bounds hold.
    """
    if operator is None:
        return prefix, prefix_end(prefix)
    if operator == "begins_with":
        begin = prefix + _escaped(values[0])
        return begin, prefix_end(begin)
    at = prefix + key_bytes(values[0])
    match operator:
        case "=":
            return at, prefix_end(at)
        case "<":
            return prefix, at
        case "<=":
            return prefix, prefix_end(at)
        case ">":
            return prefix_end(at) or at, prefix_end(prefix)
        case ">=":
            return at, prefix_end(prefix)
        case "BETWEEN":
            return at, prefix_end(prefix + key_bytes(values[1]))
        case _:
            raise ValueError(operator)


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """An attribute of a key, and its type: S, N or B."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class KeySchema:
    """The partition key, and the sort key if there is one, of a table or an index.

    Of one attribute each; `composite_key` has the one of several.
    """

    hash: KeyAttribute
    range: KeyAttribute | None = None

    @property
    def hashes(self) -> tuple[KeyAttribute, ...]:
        """The attributes of the partition key."""
        return (self.hash,)

    @property
    def ranges(self) -> tuple[KeyAttribute, ...]:
        """The attributes of the sort key, in the order in which they sort."""
        return () if self.range is None else (self.range,)

    @property
    def attributes(self) -> tuple[KeyAttribute, ...]:
        return (self.hash,) if self.range is None else (self.hash, self.range)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes)

    def key_of(self, item: Item) -> bytes:
        """The row's key of an item to be written. ValidationException if an attribute of it is no key."""
        for attribute in self.attributes:
            self._check_in_item(attribute, item.get(attribute.name))
        return self.bytes_of(item)

    def key_of_key(self, key: Item) -> bytes:
        """The row's key for a `Key` parameter, which must have the key attributes and nothing else."""
        if len(key) != len(self.attributes):
            raise _no_match()
        for attribute in self.attributes:
            value = key.get(attribute.name)
            if value is None or attribute.type not in value:
                raise _no_match()
            self._check_content(attribute, value)
        return self.bytes_of(key)

    def covers(self, item: Item) -> bool:
        """Whether an item has this (index) key, with right types and lengths: only then the index has it.

        Items that were there before an index may have attributes that no write would be let to have now.
        """
        return all(
            (value := item.get(attribute.name)) is not None
            and attribute.type in value
            and 0 < length(attribute, value) <= self._length_max(attribute)
            for attribute in self.attributes
        )

    def check_lengths(self, item: Item) -> None:
        """Refuse an item whose attributes are too long for this (index) key."""
        for attribute in self.attributes:
            value = item.get(attribute.name)
            if value is not None and attribute.type in value:
                self._check_length(attribute, value)

    def bytes_of(self, item: Item) -> bytes:
        """The row's key of an item that is known to have one."""
        return item_key(item[self.hash.name], item[self.range.name] if self.range else None)

    def index_key_of(self, item: Item, table: "KeySchema") -> bytes:
        """The key of the item's row in an index with this schema, over a table with that one."""
        return self.bytes_of(item) + table.bytes_of(item)[partition_hash_bytes:]

    def extract(self, item: Item) -> Item:
        """The key attributes of an item."""
        return {name: item[name] for name in self.names}

    def _check_in_item(self, attribute: KeyAttribute, value: AttributeValue | None) -> None:
        if value is None:
            raise validation_error(
                f"One or more parameter values were invalid: Missing the key {attribute.name} in the item"
            )
        if attribute.type not in value:
            raise validation_error(
                "One or more parameter values were invalid: Type mismatch for key "
                f"{attribute.name} expected: {attribute.type} actual: {type_of(value)}"
            )
        self._check_content(attribute, value)

    def _check_content(self, attribute: KeyAttribute, value: AttributeValue) -> None:
        if attribute.type == "N":
            return
        check_filled(attribute, value)
        self._check_length(attribute, value)

    def _check_length(self, attribute: KeyAttribute, value: AttributeValue) -> None:
        check_length(length(attribute, value), partition=attribute is self.hash)

    def _length_max(self, attribute: KeyAttribute) -> int:
        return partition_key_bytes_max if attribute is self.hash else sort_key_bytes_max


def length(attribute: KeyAttribute, value: AttributeValue) -> int:
    """Bytes of a key attribute's value. Numbers are never too long: they count as 1."""
    content = value[attribute.type]
    match attribute.type:
        case "N":
            return 1
        case "S":
            return len(content) if content.isascii() else len(content.encode())
        case _:
            return len(a2b_base64(content))


def check_filled(attribute: KeyAttribute, value: AttributeValue) -> None:
    """Refuse an empty string or binary, which no key has."""
    if not value[attribute.type]:
        kind = "string" if attribute.type == "S" else "binary"
        raise validation_error(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {kind} value. Key: {attribute.name}"
        )


def check_length(found: int, *, partition: bool) -> None:
    """Refuse a partition key, or a sort key, of more bytes than it may have."""
    if partition and found > partition_key_bytes_max:
        raise validation_error(
            "One or more parameter values were invalid: "
            f"Size of hashkey has exceeded the maximum size limit of{partition_key_bytes_max} bytes"
        )
    if not partition and found > sort_key_bytes_max:
        raise validation_error(
            "One or more parameter values were invalid: "
            f"Aggregated size of all range keys has exceeded the size limit of {sort_key_bytes_max} bytes"
        )


def _no_match() -> AwsError:
    return validation_error("The provided key element does not match the schema")
