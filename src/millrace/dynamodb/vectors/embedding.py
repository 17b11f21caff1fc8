"""Vectors: lists of numbers in items, 32-bit floating point numbers in indexes.

Items keep their numbers as they are; an index has the nearest 32-bit ones, packed.
"""

import struct
from collections.abc import Sequence
from decimal import Decimal

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import number
from millrace.dynamodb.values import AttributeValue, type_of
from millrace.dynamodb.vectors.index import VectorIndex

Vector = tuple[float, ...]

float_bytes = 4

_INVALID = "One or more parameter values were invalid."
# As many digits as a 32-bit number can need, fewest first.
_DIGITS = (6, 7, 8, 9)


def packed(value: AttributeValue | None, dimensions: int) -> bytes | None:
    """An attribute as an index keeps it; None if it is no vector of so many numbers."""
    numbers = None if value is None else value.get("L")
    if numbers is None or len(numbers) != dimensions:
        return None
    try:
        return struct.pack(f"<{dimensions}f", *[float(element["N"]) for element in numbers])
    except (KeyError, OverflowError):
        return None


def unpacked(data: bytes, offset: int, dimensions: int) -> Vector:
    """The numbers of a vector that `packed` made."""
    return struct.unpack_from(f"<{dimensions}f", data, offset)


def check(value: AttributeValue, index: VectorIndex) -> None:
    """Refuse to write an attribute that is no vector for this index."""
    if packed(value, index.dimensions) is None:
        raise _wrong(value, index)


def _wrong(value: AttributeValue, index: VectorIndex) -> AwsError:
    name, where = index.attribute, f"IndexName: {index.name}"
    numbers: list[AttributeValue] | None = value.get("L")
    if numbers is None:
        return validation_error(
            f"{_INVALID} Invalid type for parameter {name}, Expected: 32-bit floating point number list {where}"
        )
    for place, element in enumerate(numbers):
        if "N" not in element:
            return validation_error(
                f"{_INVALID} Invalid type for parameter {name}[{place}], Expected: 32-bit floating point number, "
                f"Actual: {type_of(element)}. {where}"
            )
        if not _fits(element["N"]):
            return validation_error(
                f"{_INVALID} Invalid value for parameter {name}[{place}], Value: "
                f"{Decimal(element['N']).normalize()} is outside valid range [-3.4028235E38, 3.4028235E38]. {where}"
            )
    return validation_error(
        f"{_INVALID} Invalid size for parameter {name}, Expected: {index.dimensions}, "
        f"Actual: {len(numbers)} {where}"
    )


def _fits(text: str) -> bool:
    try:
        struct.pack("<f", float(text))
    except OverflowError:
        return False
    return True


def searched(elements: Sequence[AttributeValue]) -> Vector:
    """SearchVector as 32-bit numbers. ValidationException if an element is none."""
    try:
        data = struct.pack(
            f"<{len(elements)}f", *[float(number.canonical(element["N"])) for element in elements]
        )
    except (KeyError, OverflowError, AwsError):
        raise validation_error(
            "Search vector contains invalid values. All values in the search vector must be a 32-bit "
            "floating-point number attribute"
        ) from None
    return unpacked(data, 0, len(elements))


def attribute_value(vector: Vector) -> AttributeValue:
    """A vector as an index gives it: the shortest texts that name its 32-bit numbers, 1.0 for one."""
    return {"L": [{"N": _text(one)} for one in vector]}


def _text(one: float) -> str:
    for digits in _DIGITS:
        text = f"{one:.{digits}g}"
        short = float(text)
        if _fits(text) and struct.unpack("<f", struct.pack("<f", short))[0] == one:
            return repr(short).replace("e+", "e")
    return repr(one)
