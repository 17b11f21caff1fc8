"""What the patterns of EventBridge's kind ask of one value: the tests alone. Pure.

Mappings' filter criteria and topics' filter policies each read their own syntax, and refuse in their own
words; what they have read becomes one of these.
"""

from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

Test = Callable[[Any], bool]
# Whether the values found at a path (none: there is nothing there) are what a pattern wants.
Leaf = Callable[[Sequence[Any]], bool]

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda value, bound: value == bound,
    "<": lambda value, bound: value < bound,
    "<=": lambda value, bound: value <= bound,
    ">": lambda value, bound: value > bound,
    ">=": lambda value, bound: value >= bound,
}


def on_any(test: Test) -> Leaf:
    """One of the values passes."""
    return lambda values: any(test(value) for value in values)


def is_number(value: Any) -> bool:
    """As JSON sees it: true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equals(wanted: Any) -> Test:
    """JSON's equality: 300 is 300.0, but true is not 1."""
    if is_number(wanted):
        return lambda value: is_number(value) and value == wanted
    return lambda value: type(value) is type(wanted) and value == wanted


def affix(text: str, has: Callable[[str, str], bool]) -> Test:
    """Texts that begin or end so: `has` is str.startswith or str.endswith."""
    return lambda value: isinstance(value, str) and has(value, text)


def affix_ignore_case(text: str, has: Callable[[str, str], bool]) -> Test:
    """Texts that begin or end so, in capitals or not."""
    folded = text.lower()
    return lambda value: isinstance(value, str) and has(value.lower(), folded)


def equals_ignore_case(text: str) -> Test:
    """The text, in capitals or not."""
    folded = text.lower()
    return lambda value: isinstance(value, str) and value.lower() == folded


def wildcard(literals: Sequence[str]) -> Test:
    """Texts that are these literals, of which there is one at least, with anything between them."""
    return lambda value: isinstance(value, str) and _contains(value, literals)


def _contains(value: str, literals: Sequence[str]) -> bool:
    """Literals are sought one after the other, so it is linear whatever is asked."""
    if len(literals) == 1:
        return value == literals[0]
    first, *middle, last = literals
    place, end = len(first), len(value) - len(last)
    if place > end or not value.startswith(first) or not value.endswith(last):
        return False
    for literal in middle:
        place = value.find(literal, place, end)
        if place < 0:
            return False
        place += len(literal)
    return True


def within(network: IPv4Network | IPv6Network) -> Test:
    """Texts that are addresses of this network."""

    def test(value: Any) -> bool:
        try:
            return isinstance(value, str) and ip_address(value) in network
        except ValueError:
            return False

    return test


def range_problem(signs: Sequence[str], bounds: Sequence[float]) -> str | None:
    """What is wrong with `[">", 0, "<=", 5]`, in AWS's words. One comparison alone is always right."""
    if len(signs) < 2:
        return None
    if signs[0] not in (">", ">=") or signs[1] not in ("<", "<="):
        return f"Bad numeric range operator: {signs[1]}"
    return "Bottom must be less than top" if bounds[0] >= bounds[1] else None


def compares(signs: Sequence[str], bounds: Sequence[float]) -> Test:
    """Numbers that stand so to these bounds; the signs are those of COMPARISONS."""
    pairs = [(COMPARISONS[sign], bound) for sign, bound in zip(signs, bounds, strict=True)]
    return lambda value: is_number(value) and all(compare(value, bound) for compare, bound in pairs)
