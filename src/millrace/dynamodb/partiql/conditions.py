"""WHERE clauses as conditions of the expression language.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-functions.html
"""

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb.expressions import syntax
from millrace.dynamodb.partiql.literals import Literals
from millrace.dynamodb.partiql.placeholders import Placeholders
from millrace.dynamodb.partiql.syntax import (
    Between,
    Binary,
    Call,
    Constant,
    Expression,
    Is,
    Joined,
    Path,
    Select,
    Sequence,
    Unary,
)

tests = frozenset(("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"))
changes = frozenset(("if_not_exists", "list_append"))
_comparators = frozenset(("=", "<>", "<", "<=", ">", ">="))
_TYPES = {
    "NULL": "NULL",
    "BOOLEAN": "BOOL",
    "BLOB": "B",
    "STRING": "S",
    "NUMERIC": "N",
    "STRUCT": "M",
    "TUPLE": "M",
    "LIST": "L",
}
_IN = (
    "IN operator must have a left hand argument of type Variable Reference and right hand argument of type Seq "
    "with at least one member"
)


class ConditionCompiler:
    """Makes trees of the expression language, with placeholders for all names and values."""

    def __init__(self, literals: Literals, placeholders: Placeholders) -> None:
        self._literals = literals
        self._placeholders = placeholders

    def condition(self, where: Expression) -> syntax.Node:
        """The condition. ValidationException with AWS's sentence if DynamoDB knows no such one."""
        if not self._is_test(where):
            self._refuse(where)
            raise validation_error("WHERE clause must contain an expression that resolves to a boolean")
        return self._test(where)

    def operand(self, node: Expression) -> syntax.Operand:
        """A path, a value, or the size of one."""
        match node:
            case Path():
                return self._placeholders.path(node.steps)
            case Call() if node.name == "size":
                return syntax.Call("size", tuple(self.operand(one) for one in node.operands))
            case _ if self._literals.is_value(node):
                return self._placeholders.value(self._literals.value(node))
            case _:
                self._refuse(node)
                raise validation_error(f"Unsupported operand at {node.at}")

    def _is_test(self, node: Expression) -> bool:
        match node:
            case Joined() | Between() | Is():
                return True
            case Unary():
                return node.operator == "NOT"
            case Binary():
                return node.operator in _comparators or node.operator == "IN"
            case Call():
                return node.name in tests
            case _:
                return False

    def _test(self, node: Expression) -> syntax.Node:
        match node:
            case Joined():
                parts = tuple(
                    self._part(part, "The arguments to AND/OR must be Expressions") for part in node.parts
                )
                return syntax.And(parts) if node.operator == "AND" else syntax.Or(parts)
            case Unary():
                return syntax.Not(
                    self._part(node.operand, "The argument to NOT must be a Type or Expression")
                )
            case Between():
                return syntax.Between(
                    self.operand(node.operand), self.operand(node.low), self.operand(node.high)
                )
            case Is():
                return self._is(node)
            case Binary() if node.operator == "IN":
                return self._in(node)
            case Binary():
                return self._comparison(node)
            case Call():
                return syntax.Call(node.name, tuple(self.operand(one) for one in node.operands))
            case _:
                raise TypeError(node)

    def _part(self, node: Expression, otherwise: str) -> syntax.Node:
        if self._is_test(node):
            return self._test(node)
        self._refuse(node)
        raise validation_error(otherwise)

    def _comparison(self, node: Binary) -> syntax.Node:
        """A comparison; one of a condition with TRUE or FALSE is that condition, or its contrary."""
        for test, word in ((node.left, node.right), (node.right, node.left)):
            if self._is_test(test) and isinstance(word, Constant) and word.word in {"TRUE", "FALSE"}:
                if node.operator not in {"=", "<>"}:
                    break
                holds = (word.word == "TRUE") == (node.operator == "=")
                return self._test(test) if holds else syntax.Not(self._test(test))
        return syntax.Comparison(node.operator, self.operand(node.left), self.operand(node.right))

    def _in(self, node: Binary) -> syntax.Node:
        if not isinstance(node.right, Sequence) or not node.right.elements:
            raise validation_error(_IN)
        return syntax.In(
            self.operand(node.left), tuple(self.operand(choice) for choice in node.right.elements)
        )

    def _is(self, node: Is) -> syntax.Node:
        if node.kind == "MISSING":
            return syntax.Call("attribute_not_exists", (self.operand(node.operand),))
        kind = _TYPES.get(node.kind)
        if kind is None:
            raise validation_error(
                f"Unsupported data type for IS operator: {node.kind}. Supported data types are "
                f"[MISSING, NULL, BOOLEAN, BLOB, STRING, NUMERIC, STRUCT, TUPLE, LIST] at {node.at}"
            )
        return syntax.Call(
            "attribute_type", (self.operand(node.operand), self._placeholders.value({"S": kind}))
        )

    def _refuse(self, node: Expression) -> None:
        """Raise what AWS says of a node that has no place in a condition, if it says something of its own."""
        match node:
            case Select():
                raise validation_error(f"Unsupported token in expression: SELECT at {node.at}")
            case Binary() | Unary():
                raise validation_error(
                    f"Unsupported operator in Condition Expression. Operator: {node.operator.lower()}"
                )
            case Call() if node.name not in tests and node.name != "size":
                for operand in node.operands:
                    if isinstance(operand, Select):
                        self._refuse(operand)
                raise misplaced(node, "condition")
            case Call() if node.name in tests:
                raise validation_error(
                    f"The function is not allowed to be used this way in an expression; function: {node.name}"
                )
            case _:
                return


def misplaced(call: Call, kind: str) -> AwsError:
    """The refusal of a function that has no place in a condition, or in an update."""
    if call.name in changes or call.name in tests or call.name == "size":
        return validation_error(
            f"The function is not allowed in {_ARTICLES[kind]} expression; function: {call.name}"
        )
    return validation_error(f"Unrecognized function: {call.name} at {call.at}")


_ARTICLES = {"condition": "a condition", "update": "an update"}
