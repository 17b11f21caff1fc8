"""DynamoDB's numbers: decimal texts of up to 38 digits between 1E-130 and 9.99…E+125.

Numbers stay texts everywhere. `canonical` gives the one text DynamoDB prints for a number (no exponent, no
sign on zero, no needless zeros), so that equal numbers are equal texts. This module knows nothing of
attribute values.
"""

import re
from decimal import Context, Decimal
from typing import NamedTuple

from millrace.core.limits import number_digits_max, number_exponent_max, number_exponent_min
from millrace.dynamodb.misfit import MisfitError, newer_integer_bits, older_integer_bits

_syntax = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
_canonical = re.compile(r"-?[1-9][0-9]*|-?(?:0|[1-9][0-9]*)\.[0-9]*[1-9]|0").fullmatch
_overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"

# Sums are exact: the longest reach from the first digit of 9.9E+125 to the last of 1E-130 and its 38 digits.
_exact = Context(prec=number_exponent_max - number_exponent_min + 2 * number_digits_max)


class Parts(NamedTuple):
    """A number taken apart: `digits` without zeros at either end, the first standing for 10**exponent."""

    negative: bool
    digits: str
    exponent: int


def parts(number: str) -> Parts:
    """Sign, significant digits and decimal exponent of a canonical number; zero has no digits."""
    negative = number.startswith("-")
    whole, _, fraction = number.removeprefix("-").partition(".")
    if whole != "0":
        return Parts(negative, (whole + fraction).rstrip("0"), len(whole) - 1)
    digits = fraction.lstrip("0")
    return Parts(negative, digits, len(digits) - len(fraction) - 1 if digits else 0)


def canonical(text: str) -> str:
    """The text DynamoDB prints for this number. ValidationException if it is none, or out of range."""
    if len(text) <= number_digits_max and _canonical(text):
        return text
    match = _syntax.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        raise _not_a_number(text)
    fraction = match[3] or ""
    written = match[2] + fraction
    digits = written.lstrip("0")
    power = _power(match[4] or "0", text)
    exponent = power - len(fraction) + max(len(digits), 1) - 1
    digits = digits.rstrip("0")
    if not number_exponent_min <= exponent <= number_exponent_max:
        raise MisfitError(
            _overflow if exponent > 0 else _underflow, older=_older(text, power, len(fraction), exponent)
        )
    if not digits:
        return "0"
    if len(digits) > number_digits_max:
        raise MisfitError("Attempting to store more than 38 significant digits in a Number")
    sign = "-" if match[1] == "-" else ""
    return sign + _plain(digits, exponent)


def _power(exponent: str, text: str) -> int:
    """The exponent as it is written. AWS reads it as an integer of 64 bits."""
    if len(exponent.lstrip("+-0")) <= len(str(1 << newer_integer_bits)):
        power = int(exponent)
        if power == _wrapped(power, newer_integer_bits):
            return power
    raise _not_a_number(text)


def _older(text: str, power: int, decimals: int, exponent: int) -> str:
    """What the older layer says of a number out of range: it counts as Java's BigDecimal, in 32 bits that overflow."""
    bits = older_integer_bits
    if any(count != _wrapped(count, bits) for count in (power, decimals - power)):
        return f"{_unreadable}: {text}"
    return _overflow if _wrapped(exponent + 1, bits) > 0 else _underflow


def _wrapped(count: int, bits: int) -> int:
    """An integer as a register of so many bits holds it."""
    half = 1 << (bits - 1)
    return (count + half) % (2 * half) - half


_unreadable = "The parameter cannot be converted to a numeric value"


def _not_a_number(text: str) -> MisfitError:
    if not text:
        return MisfitError(_unreadable, newer=f"{_unreadable}: ")
    return MisfitError(f"{_unreadable}: {text}")


def _plain(digits: str, exponent: int) -> str:
    """`digits` with the point where 10**exponent of the first digit wants it."""
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    point = exponent + 1
    if len(digits) <= point:
        return digits.ljust(point, "0")
    return digits[:point] + "." + digits[point:]


def byte_size(number: str) -> int:
    """Bytes that DynamoDB counts for a canonical number.

    One for two digits before the point, one for two behind it, without the zeros at either end; one more, and one
    for a minus. Measured on AWS, to the byte, by dynoxide's authors; AWS's own documents only call it approximate.
    """
    whole, _, fraction = number.lstrip("-0").partition(".")
    if not fraction:
        whole = whole.rstrip("0")
    elif not whole:
        fraction = fraction.lstrip("0")
    return (len(whole) + 1) // 2 + (len(fraction) + 1) // 2 + 1 + (number[0] == "-")


def compare(one: str, other: str) -> int:
    """-1, 0 or 1 as the first is less than, equal to or greater than the second."""
    if one == other:
        return 0
    a, b = Decimal(one), Decimal(other)
    return (a > b) - (a < b)


def add(one: str, other: str) -> str:
    """The sum. ValidationException if it cannot be stored."""
    if "." not in one and "." not in other:
        return _storable(str(int(one) + int(other)))
    return _storable(str(_exact.add(Decimal(one), Decimal(other))))


def subtract(one: str, other: str) -> str:
    """The difference. ValidationException if it cannot be stored."""
    return add(one, other[1:] if other[0] == "-" else "-" + other)


def _storable(result: str) -> str:
    """AWS calls a result of more than 38 digits an overflow too (recorded by ScyllaDB's Alternator tests)."""
    digits = result.partition("E")[0].replace(".", "").strip("-0")
    if len(digits) > number_digits_max:
        raise MisfitError(_overflow)
    return canonical(result)
