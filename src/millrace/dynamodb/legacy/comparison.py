"""ComparisonOperator and its values: one test of one attribute, and what it says as a tree."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from millrace.core.errors import validation_error
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Value,
)
from millrace.dynamodb.values import AttributeValue, check_name, compare, normalise_value, type_of

_Tree = Callable[[Path, tuple[Value, ...]], Node]

_COUNTS = {"BETWEEN": 2, "NOT_NULL": 0, "NULL": 0}
_scalars = frozenset(("S", "N", "B"))
_TYPES = {
    "BEGINS_WITH": frozenset(("S", "B")),
    "BETWEEN": _scalars,
    "CONTAINS": _scalars | {"BOOL", "NULL"},
    "GE": _scalars,
    "GT": _scalars,
    "IN": _scalars,
    "LE": _scalars,
    "LT": _scalars,
    "NOT_CONTAINS": _scalars | {"BOOL", "NULL"},
}


class AttributeTest(NamedTuple):
    """A test of one attribute; `values` are normalised and fit the operator."""

    attribute: str
    operator: str
    values: tuple[AttributeValue, ...]

    def tree(self, path: Path, values: tuple[Value, ...]) -> Node:
        """What the test says, of its attribute and values in placeholders."""
        return _TREES[self.operator](path, values)


def tests_of(conditions: Mapping[str, Mapping[str, Any]]) -> list[AttributeTest]:
    """What KeyConditions, a QueryFilter or a ScanFilter ask for."""
    return [
        checked(attribute, condition["ComparisonOperator"], condition.get("AttributeValueList") or ())
        for attribute, condition in conditions.items()
    ]


def checked(attribute: str, operator: str, values: Iterable[AttributeValue]) -> AttributeTest:
    """A test whose values fit its operator. ValidationException if they do not."""
    if not attribute:
        raise invalid("Empty attribute name")
    check_name(attribute)
    clean = tuple(normalise_value(value) for value in values)
    _check_count(operator, len(clean))
    _check_types(operator, [type_of(value) for value in clean])
    if operator == "BETWEEN" and (compare(*clean) or 0) > 0:
        raise validation_error(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
    return AttributeTest(attribute, operator, clean)


def _check_count(operator: str, count: int) -> None:
    if not (count > 0 if operator == "IN" else count == _COUNTS.get(operator, 1)):
        raise invalid(f"Invalid number of argument(s) for the {operator} ComparisonOperator")


def _check_types(operator: str, kinds: list[str]) -> None:
    allowed = _TYPES.get(operator)
    for kind in kinds:
        if allowed is not None and kind not in allowed:
            raise invalid(f"ComparisonOperator {operator} is not valid for {kind} AttributeValue type")
    if len(set(kinds)) > 1:
        raise invalid("AttributeValues inside AttributeValueList must be of same type")


def _comparing(sign: str) -> _Tree:
    return lambda path, values: Comparison(sign, path, values[0])


def _calling(name: str) -> _Tree:
    def tree(path: Path, values: tuple[Value, ...]) -> Node:
        operands: tuple[Operand, ...] = (path, *values)
        return Call(name, operands)

    return tree


def _one_of(path: Path, values: tuple[Value, ...]) -> Node:
    # Not In: an expression may name 100 values at most, of this AWS knows no limit.
    return Or(tuple(Comparison("=", path, value) for value in values))


def _lacking(path: Path, values: tuple[Value, ...]) -> Node:
    """NOT_CONTAINS: unlike NE it does not hold where the attribute is missing."""
    return And((Call("attribute_exists", (path,)), Not(Call("contains", (path, values[0])))))


_TREES: dict[str, _Tree] = {
    "BEGINS_WITH": _calling("begins_with"),
    "BETWEEN": lambda path, values: Between(path, values[0], values[1]),
    "CONTAINS": _calling("contains"),
    "EQ": _comparing("="),
    "GE": _comparing(">="),
    "GT": _comparing(">"),
    "IN": _one_of,
    "LE": _comparing("<="),
    "LT": _comparing("<"),
    "NE": _comparing("<>"),
    "NOT_CONTAINS": _lacking,
    "NOT_NULL": _calling("attribute_exists"),
    "NULL": _calling("attribute_not_exists"),
}
