"""Conditions and filters: trees bound to a request's names and values, as functions of an item.

The order of the checks within one simple condition is AWS's: names and values from left to right, the
number of operands, that they differ, their types.
"""

from collections.abc import Callable
from typing import NamedTuple

from millrace.core.limits import expression_in_operands_max
from millrace.dynamodb.expressions import predicates
from millrace.dynamodb.expressions.paths import finder, text_of
from millrace.dynamodb.expressions.scope import Scope, Steps
from millrace.dynamodb.expressions.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Comparison,
    ExpressionError,
    In,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Value,
    leaves,
    operands_of,
    paths_of,
)
from millrace.dynamodb.values import AttributeValue, Item, compare, type_of, types

Test = Callable[[Item], bool]
Get = Callable[[Item], AttributeValue | None]

_ordered = frozenset(("S", "N", "B"))
_with_size = frozenset(types) - {"N", "BOOL", "NULL"}
_OPERAND_COUNTS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_NOTHING: Item = {}


class Condition:
    """Calling it with an item, or None for no item, tells whether the condition holds."""

    __slots__ = ("_test", "attributes", "nested")

    def __init__(self, test: Test, paths: list[Steps]) -> None:
        self._test = test
        self.attributes = frozenset(str(steps[0]) for steps in paths)
        """The top-level attributes it looks at."""
        self.nested = frozenset(str(steps[0]) for steps in paths if len(steps) > 1)
        """Those of them that it looks inside, which no key attribute allows."""

    def __call__(self, item: Item | None) -> bool:
        return self._test(_NOTHING if item is None else item)


def bind_condition(node: Node, scope: Scope) -> Condition:
    """A parsed condition with a request's names and values put in. ExpressionError if they do not fit."""
    test = _bind(node, scope)
    paths = [
        scope.steps(path)
        for leaf in leaves(node)
        for operand in operands_of(leaf)
        for path in paths_of(operand)
    ]
    return Condition(test, paths)


class Bound(NamedTuple):
    """An operand: how to get it from an item, and what is known of it before there is one."""

    get: Get
    type: str | None = None
    value: AttributeValue | None = None
    steps: Steps | None = None


def bind_operand(operand: Operand, scope: Scope) -> Bound:
    """A path, a value or a size. ExpressionError if a placeholder is not given or has a wrong type."""
    match operand:
        case Path():
            steps = scope.steps(operand)
            return Bound(finder(steps), steps=steps)
        case Value():
            return _bind_value(scope.value(operand))
        case Call() | Arithmetic():  # of calls only size is left here, and arithmetic is for updates alone
            return _bind_size(operand, scope)


def _bind_value(value: AttributeValue) -> Bound:
    def given(_: Item) -> AttributeValue:
        return value

    return Bound(given, type=type_of(value), value=value)


def _bind_size(call: Operand, scope: Scope) -> Bound:
    if not isinstance(call, Call):
        raise TypeError(call)
    operands: list[Bound] = []
    for operand in call.operands:  # no comprehension: one frame less for each of many sizes in each other
        operands.append(bind_operand(operand, scope))  # noqa: PERF401
    check_count(call, _OPERAND_COUNTS)
    check_types("size", operands, _with_size)
    get = operands[0].get

    def measured(item: Item) -> AttributeValue | None:
        return predicates.size(get(item))

    return Bound(measured, type="N")


def _bind(node: Node, scope: Scope) -> Test:
    match node:
        case And():
            tests = [_bind(part, scope) for part in node.parts]
            return lambda item: all(test(item) for test in tests)
        case Or():
            tests = [_bind(part, scope) for part in node.parts]
            return lambda item: any(test(item) for test in tests)
        case Not():
            inner = _bind(node.inner, scope)
            return lambda item: not inner(item)
        case Comparison():
            return _bind_comparison(node, scope)
        case Between():
            return _bind_between(node, scope)
        case In():
            return _bind_in(node, scope)
        case Call():
            return _bind_call(node, scope)


def _bind_comparison(node: Comparison, scope: Scope) -> Test:
    left, right = bind_operand(node.left, scope), bind_operand(node.right, scope)
    check_distinct(node.operator, [left, right])
    if node.operator not in {"=", "<>"}:
        check_types(node.operator, [left, right], _ordered)
    holds, one, other = predicates.COMPARISONS[node.operator], left.get, right.get
    return lambda item: holds(one(item), other(item))


def _bind_between(node: Between, scope: Scope) -> Test:
    operands = [bind_operand(operand, scope) for operand in operands_of(node)]
    check_distinct("BETWEEN", operands)
    check_types("BETWEEN", operands, _ordered)
    _check_bounds(operands[1].value, operands[2].value)
    get, low, high = (operand.get for operand in operands)
    at_most = predicates.at_most

    def test(item: Item) -> bool:
        value = get(item)
        return at_most(low(item), value) and at_most(value, high(item))

    return test


def _bind_in(node: In, scope: Scope) -> Test:
    operands = [bind_operand(operand, scope) for operand in operands_of(node)]
    if len(node.choices) > expression_in_operands_max:
        raise ExpressionError(
            f"The IN operator is provided with too many operands; number of operands: {len(node.choices)}"
        )
    check_distinct("IN", operands)
    get, *choices = (operand.get for operand in operands)

    def test(item: Item) -> bool:
        value = get(item)
        return any(predicates.same(value, choice(item)) for choice in choices)

    return test


def _bind_call(node: Call, scope: Scope) -> Test:
    operands = [bind_operand(operand, scope) for operand in node.operands]
    check_count(node, _OPERAND_COUNTS)
    if node.name in {"attribute_exists", "attribute_not_exists"}:
        check_is_path(node)
    check_distinct(node.name, operands)
    get = operands[0].get
    match node.name:
        case "attribute_exists":
            return lambda item: get(item) is not None
        case "attribute_not_exists":
            return lambda item: get(item) is None
        case "attribute_type":
            kind = _named_type(operands[1])
            return lambda item: kind in (get(item) or ())
        case "begins_with":
            check_types("begins_with", operands, frozenset(("S", "B")))
            start = operands[1].get
            return lambda item: predicates.begins_with(get(item), start(item))
        case _:
            sought = operands[1].get
            return lambda item: predicates.contains(get(item), sought(item))


def _named_type(operand: Bound) -> str:
    """The type that attribute_type asks for."""
    if operand.value is None or operand.type != "S":
        told = operand.type or "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        raise _wrong_type("attribute_type", told)
    kind: str = operand.value["S"]
    if kind not in types:
        raise ExpressionError(
            f"Invalid attribute type name found; type: {kind}, valid types: {{B,NULL,SS,BOOL,L,BS,N,NS,S,M}}"
        )
    return kind


def check_count(call: Call, counts: dict[str, int]) -> None:
    """ExpressionError if a function has too many operands or too few."""
    if len(call.operands) != counts[call.name]:
        raise ExpressionError(
            "Incorrect number of operands for operator or function; "
            f"operator or function: {call.name}, number of operands: {len(call.operands)}"
        )


def check_is_path(call: Call) -> None:
    """ExpressionError if the first operand of a function is not a document path."""
    if not isinstance(call.operands[0], Path):
        raise ExpressionError(
            f"Operator or function requires a document path; operator or function: {call.name}"
        )


def check_types(operator: str, operands: list[Bound], allowed: frozenset[str]) -> None:
    """ExpressionError if the type of an operand is known and none of those allowed."""
    for operand in operands:
        if operand.type is not None and operand.type not in allowed:
            raise _wrong_type(operator, operand.type)


def _wrong_type(operator: str, kind: str) -> ExpressionError:
    return ExpressionError(
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {kind}"
    )


def check_distinct(operator: str, operands: list[Bound]) -> None:
    """ExpressionError if the first operand is a path that comes again."""
    first = operands[0].steps
    if first is not None and any(operand.steps == first for operand in operands[1:]):
        raise ExpressionError(
            "The first operand must be distinct from the remaining operands for this operator or function; "
            f"operator: {operator}, first operand: {text_of(first)}"
        )


def _check_bounds(low: AttributeValue | None, high: AttributeValue | None) -> None:
    if low is None or high is None:
        return
    order = compare(low, high)
    if order is not None and order <= 0:
        return
    wanted = "same data type for" if order is None else "upper bound to be greater than or equal to"
    bounds = "lower and upper bounds" if order is None else "lower bound"
    raise ExpressionError(
        f"The BETWEEN operator requires {wanted} {bounds}; "
        f"lower bound operand: AttributeValue: {value_text(low)}, "
        f"upper bound operand: AttributeValue: {value_text(high)}"
    )


def value_text(value: AttributeValue) -> str:
    """A value as AWS's sentences show it."""
    kind = type_of(value)
    return f"{{{kind}:{value[kind]}}}"
