"""SET and REMOVE as updates of the expression language.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.update.html
"""

from collections.abc import Iterable

from millrace.core.errors import validation_error
from millrace.dynamodb.expressions import syntax
from millrace.dynamodb.partiql.conditions import changes, misplaced
from millrace.dynamodb.partiql.literals import Literals
from millrace.dynamodb.partiql.placeholders import Placeholders
from millrace.dynamodb.partiql.syntax import (
    Assignment,
    Binary,
    Call,
    Expression,
    Path,
    Select,
    Sequence,
    Unary,
)
from millrace.dynamodb.values import type_of

_SECTIONS = {"set_add": "ADD", "set_delete": "DELETE"}
_sets = frozenset(("SS", "NS", "BS"))
_OPERANDS = 2


class UpdateCompiler:
    """Makes trees of the expression language, with placeholders for all names and values."""

    def __init__(self, literals: Literals, placeholders: Placeholders) -> None:
        self._literals = literals
        self._placeholders = placeholders

    def update(self, assignments: Iterable[Assignment]) -> syntax.Update:
        """The update. ValidationException with AWS's sentence if DynamoDB knows no such one."""
        return syntax.Update(tuple(self._action(assignment) for assignment in assignments))

    def _action(self, assignment: Assignment) -> syntax.Action:
        path = self._placeholders.path(assignment.path.steps)
        value = assignment.value
        if value is None:
            return syntax.Action("REMOVE", path, None)
        if isinstance(value, Call) and value.name in _SECTIONS:
            return self._set_action(assignment.path, path, value)
        return syntax.Action("SET", path, self._operand(value))

    def _set_action(self, target: Path, path: syntax.Path, call: Call) -> syntax.Action:
        """`SET a = set_add(a, …)` is what ADD is elsewhere, and set_delete is DELETE."""
        name = call.name.upper()
        if len(call.operands) != _OPERANDS:
            raise validation_error(f"{name} must have exactly two arguments at {call.at}")
        first, second = call.operands
        if first != target:
            raise validation_error(
                f"The first argument to {name} must equal the assignment value at {call.at}"
            )
        if isinstance(second, Sequence) and second.bag and not second.elements:
            raise validation_error("Empty bags are not supported")
        value = self._literals.value(second) if self._literals.is_value(second) else None
        if value is None or type_of(value) not in _sets:
            raise validation_error(
                f"The second argument to {name} must be a value with type SET at {first.at}"
            )
        return syntax.Action(_SECTIONS[call.name], path, self._placeholders.value(value))

    def _operand(self, node: Expression) -> syntax.Operand:
        match node:
            case Path():
                return self._placeholders.path(node.steps)
            case Binary() if node.operator in {"+", "-"}:
                return syntax.Arithmetic(node.operator, self._operand(node.left), self._operand(node.right))
            case Unary() if node.operator != "NOT":
                raise validation_error(
                    "Incorrect number of operands for operator or function; "
                    f"operator or function: {node.operator}, number of operands: 1"
                )
            case Binary() | Unary():
                raise validation_error(
                    f"Unsupported operator in Update Expression. Operator: {node.operator.lower()}"
                )
            case Call() if node.name in changes:
                return syntax.Call(node.name, tuple(self._operand(one) for one in node.operands))
            case Call():
                raise misplaced(node, "update")
            case _ if self._literals.is_value(node):
                return self._placeholders.value(self._literals.value(node))
            case _:
                word = "SELECT" if isinstance(node, Select) else type(node).__name__.upper()
                raise validation_error(f"Unsupported token in expression: {word} at {node.at}")
