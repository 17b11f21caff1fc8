"""What an expression must not say whatever the names, values and items are; told once per text.

The order of the checks is AWS's, as recorded by the tests of dynalite against the real service: in a
condition first the names of functions, then their places, then reserved words; in an update reserved words
first.
"""

from collections.abc import Iterable

from millrace.core.limits import expression_path_levels_max
from millrace.dynamodb.expressions.reserved import is_reserved
from millrace.dynamodb.expressions.syntax import (
    Call,
    ExpressionError,
    Node,
    Operand,
    Path,
    Update,
    inside,
    leaves,
    operands_of,
    paths_of,
)

_tests = frozenset(("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"))
_changes = frozenset(("if_not_exists", "list_append"))
_known = _tests | _changes | {"size"}


def check_condition(node: Node) -> None:
    """ExpressionError if the condition uses a function wrongly or a reserved word."""
    simple = leaves(node)
    for leaf in simple:
        _check_known((leaf,) if isinstance(leaf, Call) else operands_of(leaf))
    for leaf in simple:
        if isinstance(leaf, Call) and leaf.name not in _tests:
            raise _misplaced(leaf)
        for operand in operands_of(leaf):
            _check_is_value(operand)
    check_paths(path for leaf in simple for operand in operands_of(leaf) for path in paths_of(operand))


def check_update(update: Update) -> None:
    """ExpressionError if the update uses a reserved word, a function wrongly or a section twice."""
    check_paths(
        path
        for action in update.actions
        for path in (action.path, *(paths_of(action.value) if action.value else ()))
    )
    for action in update.actions:
        if action.value is not None:
            _check_known((action.value,))
            _check_is_change(action.value)
    for index, section in enumerate(update.sections):
        if section in update.sections[:index]:
            raise ExpressionError(f'The "{section}" section can only be used once in an update expression;')


def check_paths(paths: Iterable[Path]) -> None:
    """ExpressionError if a path has a reserved word in it, or too many levels."""
    for path in paths:
        for part in path.parts:
            if isinstance(part, str) and part[0] != "#" and is_reserved(part):
                raise ExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {part}")
        if len(path.parts) > expression_path_levels_max:
            raise ExpressionError(
                f"The document path has too many nesting levels; nesting levels: {len(path.parts)}"
            )


def _check_known(operands: tuple[Operand, ...]) -> None:
    for operand in operands:
        if isinstance(operand, Call) and operand.name not in _known:
            raise ExpressionError(f"Invalid function name; function: {operand.name}")
        _check_known(inside(operand))


def _check_is_value(operand: Operand) -> None:
    """As an operand of a condition only size gives a value."""
    if isinstance(operand, Call) and operand.name != "size":
        raise _misplaced(operand)
    for inner in inside(operand):
        _check_is_value(inner)


def _check_is_change(operand: Operand) -> None:
    if isinstance(operand, Call) and operand.name not in _changes:
        raise ExpressionError(
            f"The function is not allowed in an update expression; function: {operand.name}"
        )
    for inner in inside(operand):
        _check_is_change(inner)


def _misplaced(call: Call) -> ExpressionError:
    if call.name in _changes:
        return ExpressionError(
            f"The function is not allowed in a condition expression; function: {call.name}"
        )
    return ExpressionError(
        f"The function is not allowed to be used this way in an expression; function: {call.name}"
    )
