"""What an expression must not say whatever the names, values and items are; told once per text.

The order of the checks is AWS's: from left to right, a function before its operands, and how deep paths go
when all else is right.
"""

from collections.abc import Iterable

from millrace.core.limits import expression_list_index_max, expression_path_levels_max
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
_values = frozenset(("size",))
_known = _tests | _changes | _values


def check_condition(node: Node) -> None:
    """ExpressionError if the condition uses a function wrongly or a reserved word."""
    simple = leaves(node)
    for leaf in simple:
        if isinstance(leaf, Call):
            _check_call(leaf, _tests)
        for operand in operands_of(leaf):
            _check_value(operand)
    check_levels(path for leaf in simple for operand in operands_of(leaf) for path in paths_of(operand))


def check_update(update: Update) -> None:
    """ExpressionError if the update uses a reserved word, a function wrongly or a section twice."""
    for action in update.actions[: update.repeated]:
        _check_words(action.path)
        if action.value is not None:
            _check_change(action.value, outermost=True)
    if update.repeated is not None:
        section = update.actions[update.repeated - 1].section
        raise ExpressionError(f'The "{section}" section can only be used once in an update expression;')
    check_levels(
        path
        for action in update.actions
        for path in (action.path, *(paths_of(action.value) if action.value else ()))
    )


def check_projection(paths: Iterable[Path]) -> None:
    """ExpressionError if a path has a reserved word in it, or too many levels."""
    for path in paths:
        _check_words(path)
    check_levels(paths)


def check_levels(paths: Iterable[Path]) -> None:
    """ExpressionError if a path has too many levels."""
    for path in paths:
        if len(path.parts) > expression_path_levels_max:
            raise ExpressionError(
                f"The document path has too many nesting levels; nesting levels: {len(path.parts)}"
            )


def _check_words(path: Path) -> None:
    for part in path.parts:
        if isinstance(part, int):
            if part > expression_list_index_max:
                raise ExpressionError(f"List index is not within the allowable range; index: [{part}]")
        elif part[0] != "#" and is_reserved(part):
            raise ExpressionError(f"Attribute name is a reserved keyword; reserved keyword: {part}")


def _check_value(operand: Operand) -> None:
    """As an operand of a condition only size gives a value."""
    if isinstance(operand, Path):
        _check_words(operand)
    elif isinstance(operand, Call):
        _check_call(operand, _values)
        for inner in operand.operands:
            _check_value(inner)


def _check_change(operand: Operand, *, outermost: bool) -> None:
    """list_append, for reasons of AWS, may only be the whole of what is assigned."""
    if isinstance(operand, Path):
        _check_words(operand)
    elif isinstance(operand, Call):
        _check_known(operand)
        if operand.name not in _changes:
            raise ExpressionError(
                f"The function is not allowed in an update expression; function: {operand.name}"
            )
        if operand.name == "list_append" and not outermost:
            raise _out_of_place(operand)
    for inner in inside(operand):
        _check_change(inner, outermost=False)


def _check_call(call: Call, allowed: frozenset[str]) -> None:
    """Whether a function may stand here in a condition."""
    _check_known(call)
    if call.name in _changes:
        raise ExpressionError(f"The function is not allowed in a condition expression; function: {call.name}")
    if call.name not in allowed:
        raise _out_of_place(call)


def _check_known(call: Call) -> None:
    if call.name not in _known:
        raise ExpressionError(f"Invalid function name; function: {call.name}")


def _out_of_place(call: Call) -> ExpressionError:
    return ExpressionError(
        f"The function is not allowed to be used this way in an expression; function: {call.name}"
    )
