"""What the operators and functions of conditions say about values.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

from binascii import a2b_base64
from collections.abc import Callable

from millrace.dynamodb.values import AttributeValue, compare, equal, type_of

_ELEMENT_TYPES = {"SS": "S", "NS": "N", "BS": "B"}


def same(one: AttributeValue | None, other: AttributeValue | None) -> bool:
    """`=`: what is missing equals nothing."""
    return one is not None and other is not None and equal(one, other)


def differs(one: AttributeValue | None, other: AttributeValue | None) -> bool:
    """`<>`: also true of what is missing."""
    return not same(one, other)


def _ordering(holds: Callable[[int], bool]) -> Callable[[AttributeValue | None, AttributeValue | None], bool]:
    def test(one: AttributeValue | None, other: AttributeValue | None) -> bool:
        if one is None or other is None:
            return False
        order = compare(one, other)
        return order is not None and holds(order)

    return test


at_most = _ordering(lambda order: order <= 0)

COMPARISONS = {
    "=": same,
    "<>": differs,
    "<": _ordering(lambda order: order < 0),
    "<=": at_most,
    ">": _ordering(lambda order: order > 0),
    ">=": _ordering(lambda order: order >= 0),
}


def begins_with(value: AttributeValue | None, start: AttributeValue | None) -> bool:
    """Of two strings or two binaries."""
    if value is None or start is None:
        return False
    if "S" in value and "S" in start:
        return value["S"].startswith(start["S"])
    if "B" in value and "B" in start:
        return a2b_base64(value["B"]).startswith(a2b_base64(start["B"]))
    return False


def contains(value: AttributeValue | None, sought: AttributeValue | None) -> bool:
    """Part of a string or binary, element of a set or list."""
    if value is None or sought is None:
        return False
    kind, content = next(iter(value.items()))
    if kind == "L":
        return any(equal(element, sought) for element in content)
    if kind in _ELEMENT_TYPES:
        return sought.get(_ELEMENT_TYPES[kind]) in content
    if kind == "S" and "S" in sought:
        return sought["S"] in content
    if kind == "B" and "B" in sought:
        return a2b_base64(sought["B"]) in a2b_base64(content)
    return False


def size(value: AttributeValue | None) -> AttributeValue | None:
    """Length of a string (in UTF-16 units) or binary, elements of a set, list or map; None of others."""
    if value is None:
        return None
    kind = type_of(value)
    content = value[kind]
    match kind:
        case "S":
            length = len(content) if content.isascii() else len(content.encode("utf-16-le")) // 2
        case "B":
            length = len(a2b_base64(content))
        case "SS" | "NS" | "BS" | "L" | "M":
            length = len(content)
        case _:
            return None
    return {"N": str(length)}
