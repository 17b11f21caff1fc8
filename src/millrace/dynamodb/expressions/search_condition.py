"""Search conditions: equalities of attributes of a vector index's search schema, joined by AND."""

from typing import NamedTuple

from millrace.dynamodb.expressions.scope import Scope, Steps
from millrace.dynamodb.expressions.syntax import And, Comparison, ExpressionError, Node, Path, Value
from millrace.dynamodb.values import AttributeValue


class Equality(NamedTuple):
    """That the attribute at `steps` has this value."""

    steps: Steps
    value: AttributeValue

    @property
    def name(self) -> str:
        """The top-level attribute."""
        return str(self.steps[0])


def bind_search_condition(node: Node, scope: Scope) -> tuple[Equality, ...]:
    """A parsed condition with a request's names and values put in. ExpressionError if it says anything else."""
    if isinstance(node, And):
        return tuple(one for part in node.parts for one in bind_search_condition(part, scope))
    if isinstance(node, Comparison) and node.operator == "=":
        for path, value in ((node.left, node.right), (node.right, node.left)):
            if isinstance(path, Path) and isinstance(value, Value):
                return (Equality(scope.steps(path), scope.value(value)),)
    raise ExpressionError("Invalid comparator used in SearchConditionExpression")
