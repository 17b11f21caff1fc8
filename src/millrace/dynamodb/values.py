"""Attribute values in their wire form: checked, made canonical, measured and compared.

An item is `{"id": {"S": "x"}, "count": {"N": "1"}}` from the socket to the disk and back; binaries stay
base64 texts. After `normalise` equal numbers are equal texts, equal sets are equal lists, and every value has exactly one
type.
What is a key, and in what order keys stand, is the business of `keys`.
"""

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from millrace.core.errors import AwsError, validation_error
from millrace.core.limits import attribute_name_bytes_max, item_nesting_levels_max, number_digits_max
from millrace.dynamodb import number
from millrace.dynamodb.misfit import MisfitError

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]

types = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL")

too_deep = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
"""What is said of a value with too many levels."""
_empty_name = "Empty attribute name"
_invalid = "One or more parameter values were invalid: "
_container_bytes = 3
_element_bytes = 1


def type_of(value: AttributeValue) -> str:
    """The type of a normalised value: S, N, B, SS, NS, BS, M, L, BOOL or NULL."""
    return next(iter(value))


def normalise(item: Item) -> tuple[Item, int]:
    """The item as DynamoDB stores it, and its size in bytes.

    Gives the same object if nothing has to change. ValidationException with AWS's sentence if a value is
    none; that the item is not too large, and has its keys, is for the caller to see.
    """
    try:
        return _attributes(item, 1)
    except AwsError as error:
        raise _first(error, item) from None


def _first(error: AwsError, item: Item) -> AwsError:
    """The fault of an item that AWS tells first: an empty name on top, then too many levels, then empty names inside.

    Recorded in October 2026 (paritysuite/dynamodb-conformance).
    """
    if error.message == too_deep and "" in item:
        return validation_error(_empty_name)
    if error.message == _empty_name and "" not in item and any(_exceeds(value, 1) for value in item.values()):
        return validation_error(too_deep)
    return error


def _exceeds(value: AttributeValue, depth: int) -> bool:
    """Whether a value, which may be none, has too many levels."""
    if "M" not in value and "L" not in value:
        return False
    members: Item = value.get("M") or {}
    inner: list[AttributeValue] = value.get("L") or [*members.values()]
    return depth >= item_nesting_levels_max or any(_exceeds(one, depth + 1) for one in inner)


def normalise_value(value: AttributeValue) -> AttributeValue:
    """The value as DynamoDB stores it; the same object if nothing has to change."""
    return _clean(value, 1)[0]


def measured_value(value: AttributeValue) -> tuple[AttributeValue, int]:
    """The value as `normalise_value` gives it, and its size in bytes."""
    return _clean(value, 1)


def size(item: Item) -> int:
    """Bytes of a normalised item: those of its attributes' names and values.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return _attributes(item, 1)[1]


def value_size(value: AttributeValue) -> int:
    """Bytes of a normalised value."""
    return _clean(value, 1)[1]


def equal(one: AttributeValue, other: AttributeValue) -> bool:
    """Whether two normalised values are the same to DynamoDB.

    Sets are compared without their order: until November 2026 they were stored in another.
    """
    return one == other or _equal_sets(one, other)


def _equal_sets(one: AttributeValue, other: AttributeValue) -> bool:
    kind = type_of(one)
    if kind not in other or kind not in _COLLECTIONS or len(one[kind]) != len(other[kind]):
        return False
    a, b = one[kind], other[kind]
    if kind == "M":
        return a.keys() == b.keys() and all(equal(a[name], b[name]) for name in a)
    if kind == "L":
        return all(map(equal, a, b))
    return set(a) == set(b)


def elements(kind: str, content: Iterable[str]) -> list[str]:
    """A set's canonical elements as DynamoDB gives them: numbers by value, texts and binaries by their bytes."""
    return sorted(content, key=_ORDERS[kind])


def compare(one: AttributeValue, other: AttributeValue) -> int | None:
    """-1, 0 or 1 for two strings, two numbers or two binaries; None for what has no order.

    Strings stand in the order of their UTF-8 bytes, which is that of their code points; binaries in that
    of their unsigned bytes.
    """
    kind = type_of(one)
    if kind not in other:
        return None
    a, b = one[kind], other[kind]
    if kind == "S":
        return (a > b) - (a < b)
    if kind == "N":
        return number.compare(a, b)
    if kind == "B":
        a, b = a2b_base64(a), a2b_base64(b)
        return (a > b) - (a < b)
    return None


# The walk: each type's function takes the content and its depth and gives the canonical content (the same
# object if it is that already) and its bytes.

_Walk = Callable[[Any, int], tuple[Any, int]]


def _clean(value: AttributeValue, depth: int) -> tuple[AttributeValue, int]:
    """A value in its canonical form, the same object if it is that already, and its bytes."""
    # Most values are texts: the shortest way, spelled out.
    text = value.get("S")
    if text is not None and len(value) == 1:
        return value, len(text) if text.isascii() else len(text.encode())
    kind, content = _member(value)
    clean, bytes_ = _WALKS[kind](content, depth)
    return (value if clean is content and len(value) == 1 else {kind: clean}), bytes_


def _attributes(item: Item, depth: int) -> tuple[Item, int]:
    """The attributes of an item or of a map, whose values stand at this depth, and their bytes."""
    total = 0
    changed: Item | None = None
    for name, value in item.items():
        clean, bytes_ = _clean(value, depth)
        name_bytes = len(name) if name.isascii() else len(name.encode())
        if name_bytes > attribute_name_bytes_max:
            raise _name_too_large()
        total += bytes_ + name_bytes
        if clean is not value:
            changed = changed or dict(item)
            changed[name] = clean
    if "" in item:
        raise validation_error(_empty_name)
    return changed or item, total


def check_name(name: str) -> None:
    """ValidationException if an attribute name is too long."""
    if len(name if name.isascii() else name.encode()) > attribute_name_bytes_max:
        raise _name_too_large()


def _name_too_large() -> AwsError:
    return validation_error(
        f"Attribute name is too large, must be less than {attribute_name_bytes_max + 1} bytes"
    )


def _member(value: AttributeValue) -> tuple[str, Any]:
    """The one type member of a value and its content."""
    if len(value) == 1:
        [member] = value.items()
        if member[0] in _WALKS and member[1] is not None:
            return member
    return _only_member(value)


def _only_member(value: AttributeValue) -> tuple[str, Any]:
    """As AWS does, look at each member first, and only then at how many there are."""
    members = [(kind, content) for kind, content in value.items() if kind in _WALKS and content is not None]
    if not members:
        raise validation_error(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        )
    for kind, content in members:
        _WALKS[kind](content, 1)
    if len(members) > 1:
        raise validation_error(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    return members[0]


def _text(content: str, _: int) -> tuple[str, int]:
    return content, len(content) if content.isascii() else len(content.encode())


def _number(content: str, _: int) -> tuple[str, int]:
    if len(content) < number_digits_max and content.isascii() and content.isdigit() and content[0] != "0":
        return content, (len(content.rstrip("0")) + 1) // 2 + 1
    clean = number.canonical(content)
    return content if clean == content else clean, number.byte_size(clean)


def _binary(content: str, _: int) -> tuple[str, int]:
    return content, _decoded_size(content)


def _decoded_size(content: str) -> int:
    """Bytes of a binary. The texts are those of AWS's JSON reader."""
    if len(content) % 4:
        raise AwsError(
            "SerializationException",
            f"Base64 encoded length is expected a multiple of 4 bytes but found: {len(content)}",
            status=400,
        )
    try:
        decoded = a2b_base64(content, strict_mode=True)
    except (Base64Error, ValueError) as error:
        raise AwsError("SerializationException", "Invalid Base64 character", status=400) from error
    if content.endswith("=") and not _ends_clean(content):
        raise AwsError(
            "SerializationException", "Invalid last non-pad Base64 character dectected", status=400
        )
    return len(decoded)


def _ends_clean(content: str) -> bool:
    """Whether the bits that padding leaves over are zero, so that equal bytes are equal texts."""
    last = content.rstrip("=")[-1:]
    return last in ("AQgw" if content.endswith("==") else "AEIMQUYcgkosw048")


def _boolean(content: bool, _: int) -> tuple[bool, int]:
    return content, 1


def _null(content: bool, _: int) -> tuple[bool, int]:
    if content is not True:
        raise validation_error(_invalid + "Null attribute value types must have the value of true")
    return content, 1


def _texts(content: list[str], _: int) -> tuple[list[str], int]:
    if not content:
        raise validation_error(_invalid + "An string set  may not be empty")
    if len(set(content)) != len(content):
        raise _duplicates("SS", content)
    return _ordered(content, elements("SS", content)), len("".join(content).encode())


def _numbers(content: list[str], _: int) -> tuple[list[str], int]:
    if not content:
        raise validation_error(_invalid + "An number set  may not be empty")
    clean = [number.canonical(element) for element in content]
    if len(set(clean)) != len(clean):
        raise MisfitError(
            "Input collection contains duplicates", newer=_invalid + "Input collection contains duplicates."
        )
    return _ordered(content, elements("NS", clean)), sum(map(number.byte_size, clean))


def _binaries(content: list[str], _: int) -> tuple[list[str], int]:
    if not content:
        raise validation_error(_invalid + "Binary sets should not be empty")
    total = sum(map(_decoded_size, content))
    if len(set(content)) != len(content):
        raise _duplicates("BS", content)
    return _ordered(content, elements("BS", content)), total


def _ordered(content: list[str], ordered: list[str]) -> list[str]:
    """A set's elements in AWS's order, so that equal sets are equal lists; the same object if they are."""
    return content if ordered == content else ordered


def _duplicates(kind: str, content: list[str]) -> MisfitError:
    """The newer layer tells of elements in quotes, and of those before the first repeated one in their order."""
    seen: set[str] = set()
    first = next(index for index, one in enumerate(content) if one in seen or seen.add(one))
    comma, which = (", ", "") if kind == "SS" else (",", "of type BS")
    quoted = comma.join(f'"{one}"' for one in (*elements(kind, content[:first]), *content[first:]))
    front = f"{_invalid}Input collection"
    return MisfitError(
        f"{front} [{', '.join(content)}]{which} contains duplicates.",
        newer=f"{front} [{quoted}]{which} contains duplicates.",
    )


def _map(content: Item, depth: int) -> tuple[Item, int]:
    _check_depth(depth)
    clean, bytes_ = _attributes(content, depth + 1)
    return clean, _container_bytes + bytes_ + _element_bytes * len(content)


def _list(content: list[AttributeValue], depth: int) -> tuple[list[AttributeValue], int]:
    _check_depth(depth)
    total = _container_bytes + _element_bytes * len(content)
    changed: list[AttributeValue] | None = None
    for index, value in enumerate(content):
        clean, bytes_ = _clean(value, depth + 1)
        total += bytes_
        if clean is not value:
            changed = changed or list(content)
            changed[index] = clean
    return changed or content, total


def _check_depth(depth: int) -> None:
    if depth >= item_nesting_levels_max:  # what stands in the innermost map or list is a level, too
        raise validation_error(too_deep)


_COLLECTIONS = frozenset(("SS", "NS", "BS", "M", "L"))
_ORDERS: dict[str, Callable[[str], Any] | None] = {"SS": None, "NS": Decimal, "BS": a2b_base64}
_WALKS: dict[str, _Walk] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "SS": _texts,
    "NS": _numbers,
    "BS": _binaries,
    "M": _map,
    "L": _list,
    "BOOL": _boolean,
    "NULL": _null,
}
