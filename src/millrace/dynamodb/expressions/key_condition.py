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
    ExpressionError,
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
from millrace.dynamodb.keys import (
    KeyAttribute,
    KeySchema,
    check_filled,
    joint_prefix,
    key_bytes,
    range_bounds,
)
from millrace.dynamodb.values import AttributeValue

_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_member = "KeyConditionExpression"


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The partition key, and the condition on the sort key as `keys.range_bounds` takes it.

    `operator` is =, <, <=, >, >=, BETWEEN, begins_with, or None if any sort key will do. Of keys with several
    attributes, `more` has the partition key's others, and `equal` what must equal before what is compared.
    """

    hash: AttributeValue
    operator: str | None = None
    values: tuple[AttributeValue, ...] = ()
    more: tuple[AttributeValue, ...] = ()
    equal: tuple[AttributeValue, ...] = ()

    @property
    def prefix(self) -> bytes:
        """What the row keys of the partition begin with."""
        return joint_prefix((self.hash, *self.more))

    @property
    def bounds(self) -> tuple[bytes, bytes | None]:
        """`low <= key < high` for the rows that fulfil the condition."""
        return range_bounds(self.prefix + b"".join(map(key_bytes, self.equal)), self.operator, self.values)


class Demand(NamedTuple):
    """What a key condition says of one attribute; nothing, if there is no operator."""

    operator: str | None
    values: tuple[AttributeValue, ...]


class KeyDemands:
    """A key condition that is right in itself, before it is held against the key schema of a table."""

    __slots__ = ("demands",)

    def __init__(self, demands: Mapping[str, Demand]) -> None:
        self.demands = demands

    def match(self, schema: KeySchema) -> KeyCondition:
        """The condition for this key schema. ValidationException if it does not fit.

        The rules, their order and their sentences were recorded of AWS in October 2026 (dynoxide 3.2); that of two
        conditions on a key of one attribute earlier, by dynalite and alternator.
        """
        given, defined = len(self.demands), len(schema.attributes)
        if (given, defined) == (2, 1):
            raise _unsupported()
        if given > defined:
            raise validation_error(
                f"The number of query conditions ({given}) exceeds the number of key attributes "
                f"defined in the schema ({defined})"
            )
        if defined > 2 or len(schema.hashes) > 1:
            self._check_composite(schema)
        partition = [self._demand(attribute) for attribute in schema.hashes]
        if partition[0].operator != "=":
            raise _unsupported()
        sort = [self._demand(attribute) for attribute in schema.ranges[: given - len(partition)]]
        last = sort.pop() if sort else Demand(None, ())
        first, *more = (demand.values[0] for demand in partition)
        return KeyCondition(first, *last, tuple(more), tuple(demand.values[0] for demand in sort))

    def _check_composite(self, schema: KeySchema) -> None:
        """A key of several attributes wants all of its partition, and no gap in what it is sorted by."""
        missing = self._unequal(schema.hashes)
        if missing:
            raise validation_error(
                f"HASH key attributes {missing} must have equality conditions specified in the query"
            )
        asked = [place for place, one in enumerate(schema.ranges) if one.name in self.demands]
        if len(asked) + len(schema.hashes) < len(self.demands):
            return  # one is no key attribute at all, which is what is told
        missing = self._unequal(schema.ranges[: asked[-1]]) if asked else ""
        if missing:
            raise validation_error(
                f"RANGE key attributes {missing} must have equality conditions specified in the query "
                f"because a condition is present on key attribute {schema.ranges[asked[-1]].name}"
            )

    def _unequal(self, attributes: tuple[KeyAttribute, ...]) -> str:
        """The names of those without an equality."""
        demands = ((one.name, self.demands.get(one.name)) for one in attributes)
        return ", ".join(name for name, demand in demands if demand is None or demand.operator != "=")

    def _demand(self, attribute: KeyAttribute) -> Demand:
        demand = self.demands.get(attribute.name)
        if demand is None:
            raise validation_error(f"Query condition missed key schema element: {attribute.name}")
        for value in demand.values:
            _check_value(attribute, value)
        return demand


def _check_value(attribute: KeyAttribute, value: AttributeValue) -> None:
    if attribute.type not in value:
        raise validation_error(
            "One or more parameter values were invalid: Condition parameter type does not match schema type"
        )
    check_filled(attribute, value)


def _unsupported() -> AwsError:
    return validation_error("Query key condition not supported")


def bind_key_condition(node: Node, scope: Scope) -> KeyDemands:
    """A parsed key condition with a request's names and values put in.

    ExpressionError if it is wrong, also where another condition would be right: AWS begins all of these with
    "Invalid KeyConditionExpression: " now (recorded in 2026 by moto and by the conformance suite), it did not once.
    """
    bind_condition(node, scope)
    demands: dict[str, Demand] = {}
    _collect(node, scope, demands)
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
                raise ExpressionError("KeyConditionExpressions must only contain one condition per key")
            demands[name] = demand


def _bad_operator(operator: str) -> ExpressionError:
    return ExpressionError(f"Invalid operator used in {_member}: {operator}")


def _demand_of(leaf: Leaf, scope: Scope) -> tuple[str, Demand]:
    operands = operands_of(leaf)
    operator = operator_of(leaf)
    if not isinstance(leaf, Comparison) and not isinstance(operands[0], Path):
        raise ExpressionError(
            f"Invalid condition in {_member}: {operator} operator must have the key attribute as its first operand"
        )
    name = _key_name(operands, scope)
    values = tuple(scope.value(operand) for operand in operands if isinstance(operand, Value))
    if isinstance(operands[0], Value):
        operator = _TURNED[operator]
    return name, Demand(operator, values)


def operator_of(leaf: Leaf) -> str:
    """The operator of a simple condition, as it is written."""
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
                raise ExpressionError(
                    f"Invalid condition in {_member}: Multiple attribute names used in one condition"
                )
            if len(operand.parts) > 1:
                raise ExpressionError("KeyConditionExpressions cannot have conditions on nested attributes")
            name = str(scope.steps(operand)[0])
        elif not isinstance(operand, Value):
            raise ExpressionError("KeyConditionExpressions cannot contain nested operations")
    if name is None:
        raise ExpressionError(f"Invalid condition in {_member}: No key attribute specified")
    return name
