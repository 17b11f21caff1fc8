"""Expected, QueryFilter and ScanFilter, with their ConditionalOperator, as conditions."""

from collections.abc import Mapping
from typing import Any

from millrace.core.errors import validation_error
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions import Condition
from millrace.dynamodb.expressions.condition import bind_condition
from millrace.dynamodb.expressions.scope import Scope
from millrace.dynamodb.expressions.syntax import And, Node, Or, Path, Value
from millrace.dynamodb.legacy.comparison import AttributeTest, checked, tests_of
from millrace.dynamodb.values import AttributeValue

_Conditions = Mapping[str, Mapping[str, Any]]


def expected(conditions: _Conditions | None, operator: str | None) -> Condition | None:
    """The condition of a write, if it has any. `operator` is the ConditionalOperator: AND, OR or None."""
    tests = [_expectation(attribute, given) for attribute, given in (conditions or {}).items()]
    return _joined(tests, operator)


def filtered(conditions: _Conditions | None, operator: str | None) -> Condition | None:
    """The filter of a Query or a Scan, if it has any."""
    return _joined(tests_of(conditions or {}), operator)


def _joined(tests: list[AttributeTest], operator: str | None) -> Condition | None:
    if operator is not None and not tests:
        raise validation_error("ConditionalOperator cannot be used without Filter or Expected")
    if operator is not None and len(tests) == 1:
        raise validation_error(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )
    return _bound(tests, Or if operator == "OR" else And) if tests else None


def _bound(tests: list[AttributeTest], join: type[And | Or]) -> Condition:
    names: dict[str, str] = {}
    values: dict[str, AttributeValue] = {}
    nodes: list[Node] = []
    for test in tests:
        name = f"#n{len(names)}"
        names[name] = test.attribute
        made = {f":v{len(values) + index}": value for index, value in enumerate(test.values)}
        values.update(made)
        nodes.append(test.tree(Path((name,)), tuple(map(Value, made))))
    return bind_condition(join(tuple(nodes)), Scope(names, values or None))


def _expectation(attribute: str, given: Mapping[str, Any]) -> AttributeTest:
    """One attribute of Expected: a ComparisonOperator, or Value and Exists from before there was one."""
    operator, exists = given.get("ComparisonOperator"), given.get("Exists")
    value, values = given.get("Value"), given.get("AttributeValueList")
    if operator is not None and exists is not None:
        raise invalid(f"Exists and ComparisonOperator cannot be used together for Attribute: {attribute}")
    if value is not None and values is not None:
        raise invalid(f"Value and AttributeValueList cannot be used together for Attribute: {attribute}")
    if operator is None:
        if values is not None:
            raise invalid(
                f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {attribute}"
            )
        return _existence(attribute, exists, value)
    if values is None and value is None and operator not in {"NULL", "NOT_NULL"}:
        raise invalid(
            f"Value or AttributeValueList must be used with ComparisonOperator: {operator} "
            f"for Attribute: {attribute}"
        )
    return checked(attribute, operator, values or () if value is None else (value,))


def _existence(attribute: str, exists: bool | None, value: AttributeValue | None) -> AttributeTest:
    if exists is False:
        if value is not None:
            raise invalid(f"Value cannot be used when Exists is false for Attribute: {attribute}")
        return checked(attribute, "NULL", ())
    if value is None:
        told = "null" if exists is None else "true"
        raise invalid(f"Value must be provided when Exists is {told} for Attribute: {attribute}")
    return checked(attribute, "EQ", (value,))
