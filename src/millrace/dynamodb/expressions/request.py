"""The expressions of one request, which share its names and values."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from millrace.core.errors import validation_error
from millrace.core.limits import expression_bytes_max
from millrace.dynamodb.expressions.condition import Condition, bind_condition
from millrace.dynamodb.expressions.key_condition import KeyCondition, KeyDemands, bind_key_condition
from millrace.dynamodb.expressions.parser import parse_condition, parse_projection, parse_update
from millrace.dynamodb.expressions.projection import Projection, bind_projection
from millrace.dynamodb.expressions.scope import Scope
from millrace.dynamodb.expressions.search_condition import Equality, bind_search_condition
from millrace.dynamodb.expressions.syntax import ExpressionError
from millrace.dynamodb.expressions.update import Update, bind_update
from millrace.dynamodb.keys import KeySchema
from millrace.dynamodb.values import AttributeValue

Tree = TypeVar("Tree")
Bound = TypeVar("Bound")


class Expressions:
    """Reads the expressions of a request one after the other; `finish` tells what no one used.

    Everything raises ValidationException with AWS's sentence. Ask for the expressions in AWS's order:
    update, condition, filter, projection, key condition.
    """

    def __init__(self, names: Mapping[str, str] | None, values: Mapping[str, AttributeValue] | None) -> None:
        self._scope = Scope(names, values)

    def condition(self, text: str, kind: str = "ConditionExpression") -> Condition:
        """A condition, or with kind="FilterExpression" a filter."""
        return self._read(kind, text, parse_condition, bind_condition)

    def projection(self, text: str) -> Projection:
        return self._read("ProjectionExpression", text, parse_projection, bind_projection)

    def update(self, text: str) -> Update:
        return self._read("UpdateExpression", text, parse_update, bind_update)

    def key_demands(self, text: str) -> KeyDemands:
        """A key condition whose table is not known yet: AWS judges the text before it looks for the table."""
        return self._read("KeyConditionExpression", text, parse_condition, bind_key_condition)

    def key_condition(self, text: str, schema: KeySchema) -> KeyCondition:
        """A key condition for a table or index with this key schema."""
        return self.key_demands(text).match(schema)

    def search_condition(self, text: str) -> tuple[Equality, ...]:
        """What a search of a vector index asks of attributes."""
        return self._read("SearchConditionExpression", text, parse_condition, bind_search_condition)

    def finish(self) -> None:
        """ValidationException if a name or value of the request is used in none of its expressions."""
        self._scope.check_all_used()

    def _read(
        self, kind: str, text: str, parse: Callable[[str], Tree], bind: Callable[[Tree, Scope], Bound]
    ) -> Bound:
        try:
            _check_length(text, told=kind != "UpdateExpression")
            return bind(parse(text), self._scope)
        except ExpressionError as error:
            raise validation_error(f"Invalid {kind}: {error}") from None


def _check_length(text: str, *, told: bool) -> None:
    """`told`: AWS tells the size, of all expressions but one."""
    if not text:
        raise ExpressionError("The expression can not be empty;")
    length = len(text.encode(errors="surrogatepass"))
    if length > expression_bytes_max:
        size = f" expression size: {length}" if told else ""
        raise ExpressionError(f"Expression size has exceeded the maximum allowed size;{size}")
