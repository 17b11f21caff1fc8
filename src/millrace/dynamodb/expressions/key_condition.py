"""Key conditions: which partition a Query reads, and which range of its sort keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.expressions.condition import bind_condition
from millrace.dynamodb.expressions.scope import Scope
from millrace.dynamodb.expressions.syntax import (
    And,
    Between,
    Call,
    Comparison,
    In,
    Leaf,
    Node,
    Not,
    Operand,
    Or,
    Path,
    Value,
    operands_of,
)
from millrace.dynamodb.keys import KeyAttribute, KeySchema
from millrace.dynamodb.values import AttributeValue

_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_member = "KeyConditionExpression"


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The partition key, and the condition on the sort key as `keys.range_bounds` takes it.

    `operator` is =, <, <=, >, >=, BETWEEN, begins_with, or None if any sort key will do.
    """

    hash: AttributeValue
    operator: str | None = None
    values: tuple[AttributeValue, ...] = ()


class Demand(NamedTuple):
    """What a key condition says of one attribute."""

    operator: str
    values: tuple[AttributeValue, ...]


class KeyDemands:
    """A key condition that is right in itself, before it is held against the key schema of a table."""

    __slots__ = ("demands",)

    def __init__(self, demands: Mapping[str, Demand]) -> None:
        self.demands = demands

    def match(self, schema: KeySchema) -> KeyCondition:
        """The condition for this key schema. ValidationException if it does not fit."""
        if schema.range is None and len(self.demands) > 1:
            raise _unsupported()
        partition = self._demand(schema.hash, needed=True)
        if partition is None or partition.operator != "=":
            raise _unsupported()
        hash_value = partition.values[0]
        sort = self._demand(schema.range, needed=len(self.demands) > 1) if schema.range else None
        return KeyCondition(hash_value, *sort) if sort else KeyCondition(hash_value)

    def _demand(self, attribute: KeyAttribute, *, needed: bool) -> Demand | None:
        demand = self.demands.get(attribute.name)
        if demand is None:
            if needed:
                raise validation_error(f"Query condition missed key schema element: {attribute.name}")
            return None
        for value in demand.values:
            _check_value(attribute, value)
        return demand


def _check_value(attribute: KeyAttribute, value: AttributeValue) -> None:
    if attribute.type not in value:
        raise validation_error(
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        )
    if not value[attribute.type]:
        kind = "string" if attribute.type == "S" else "binary"
        raise validation_error(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {kind} value. Key: {attribute.name}"
        )


def _unsupported() -> AwsError:
    return validation_error("Query key condition not supported")


def bind_key_condition(node: Node, scope: Scope) -> KeyDemands:
    """A parsed key condition with a request's names and values put in.

    ExpressionError where any condition would be wrong, ValidationException where only a key condition is.
    """
    bind_condition(node, scope)
    demands: dict[str, Demand] = {}
    _collect(node, scope, demands)
    if len(demands) not in {1, 2}:
        raise validation_error("Conditions can be of length 1 or 2 only")
    return KeyDemands(demands)


def _collect(node: Node, scope: Scope, demands: dict[str, Demand]) -> None:
    match node:
        case And():
            for part in node.parts:
                _collect(part, scope, demands)
        case Or() | Not():
            raise _bad_operator(type(node).__name__.upper())
        case In():
            raise _bad_operator("IN")
        case Comparison() if node.operator == "<>":
            raise _bad_operator("<>")
        case Call() if node.name != "begins_with":
            raise _bad_operator(node.name)
        case Comparison() | Between() | Call():
            name, demand = _demand_of(node, scope)
            if name in demands:
                raise validation_error("KeyConditionExpressions must only contain one condition per key")
            demands[name] = demand


def _bad_operator(operator: str) -> AwsError:
    return validation_error(f"Invalid operator used in {_member}: {operator}")


def _demand_of(leaf: Leaf, scope: Scope) -> tuple[str, Demand]:
    operands = operands_of(leaf)
    operator = _operator_of(leaf)
    if not isinstance(leaf, Comparison) and not isinstance(operands[0], Path):
        raise validation_error(
            f"Invalid condition in {_member}: {operator} operator must have the key attribute as its first operand"
        )
    name = _key_name(operands, scope)
    values = tuple(scope.value(operand) for operand in operands if isinstance(operand, Value))
    if isinstance(operands[0], Value):
        operator = _TURNED[operator]
    return name, Demand(operator, values)


def _operator_of(leaf: Leaf) -> str:
    match leaf:
        case Comparison():
            return leaf.operator
        case Call():
            return leaf.name
        case Between():
            return "BETWEEN"
        case In():
            return "IN"


def _key_name(operands: tuple[Operand, ...], scope: Scope) -> str:
    """The one attribute among the operands, which are values besides."""
    name: str | None = None
    for operand in operands:
        if isinstance(operand, Path):
            if name is not None:
                raise validation_error(
                    f"Invalid condition in {_member}: Multiple attribute names used in one condition"
                )
            if len(operand.parts) > 1:
                raise validation_error("KeyConditionExpressions cannot have conditions on nested attributes")
            name = str(scope.steps(operand)[0])
        elif not isinstance(operand, Value):
            raise validation_error("KeyConditionExpressions cannot contain nested operations")
    if name is None:
        raise validation_error(f"Invalid condition in {_member}: No key attribute specified")
    return name
