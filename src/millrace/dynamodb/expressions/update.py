"""Update expressions: what an item becomes.

All values are worked out from the item as it was; then all changes happen at once, so that the elements of
a list keep their numbers while one expression takes some out and sets others.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import number
from millrace.dynamodb.expressions import syntax
from millrace.dynamodb.expressions.charge import charge_of
from millrace.dynamodb.expressions.condition import (
    Bound,
    bind_operand,
    check_count,
    check_distinct,
    check_is_path,
    check_types,
)
from millrace.dynamodb.expressions.paths import Tree, check_apart, find, tree_of
from millrace.dynamodb.expressions.projection import Projection
from millrace.dynamodb.expressions.scope import Scope, Steps
from millrace.dynamodb.expressions.syntax import Arithmetic, Call, ExpressionError, Operand, Path, Value
from millrace.dynamodb.values import AttributeValue, Item, elements, type_of

_sets = frozenset(("SS", "NS", "BS"))
_addable = _sets | {"N"}
_OPERAND_COUNTS = {"if_not_exists": 2, "list_append": 2}
_LONG_TYPES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "M": "MAP",
    "L": "LIST",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}


class MissingError(Exception):
    """A value is read from an attribute that the item does not have."""


class Change(NamedTuple):
    """What comes to stand at a path: `value` of the old item, or nothing if it gives None.

    `type` is the type of that value, if it is known before there is an item.
    """

    steps: Steps
    value: Callable[[Item], AttributeValue | None]
    type: str | None = None


class Update:
    """The changes of one update expression."""

    __slots__ = ("_changes", "charge", "nested", "paths")

    def __init__(self, changes: tuple[Change, ...], read: Iterable[Steps] = (), charge: int = 0) -> None:
        """`read` are the document paths whose values the changes are made of."""
        self._changes = changes
        self.charge = charge
        """The bytes that UpdateItem counts for the expression itself."""
        self.paths = tuple(change.steps for change in changes)
        """The document paths that it changes."""
        self.nested = frozenset(str(steps[0]) for steps in (*self.paths, *read) if len(steps) > 1)
        """The top-level attributes that it changes or reads something in."""

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that it changes, or changes something in."""
        return frozenset(str(steps[0]) for steps in self.paths)

    @property
    def types(self) -> dict[str, str]:
        """The types of top-level attributes that the update changes, as far as no item has to tell them."""
        return {
            str(change.steps[0]): change.type
            for change in self._changes
            if change.type is not None and len(change.steps) == 1
        }

    def touched(self, item: Item) -> Item:
        """The parts of an item that this update changes: UPDATED_OLD of the old item, UPDATED_NEW of the new."""
        return Projection(self.paths)(item)

    def apply(self, item: Item) -> Item:
        """The item as it becomes; the old one stays as it is. ValidationException if it cannot be done."""
        ends: list[tuple[Steps, _End]] = []
        failures: list[AwsError] = []
        missing = False
        for change in self._changes:
            value: AttributeValue | None = None
            try:
                value = change.value(item)
            except AwsError as error:
                failures.append(error)
            except MissingError:
                missing = True
            ends.append((change.steps, _End(value)))
        changed = _changed_map(
            item, tree_of(ends)
        )  # wrong paths count first, then wrong types, then what is missing
        if failures:
            raise failures[0]
        if missing:
            raise validation_error(
                "The provided expression refers to an attribute that does not exist in the item"
            )
        return changed


class _End(NamedTuple):
    """The end of a path in the tree of changes."""

    value: AttributeValue | None


def _changed_map(members: Item, tree: Tree) -> Item:
    changed = dict(members)
    for step, inner in tree.items():
        if not isinstance(step, str):
            raise _bad_path()
        if not isinstance(inner, _End):
            changed[step] = _changed_inside(members.get(step), inner)
        elif inner.value is None:
            changed.pop(step, None)
        else:
            changed[step] = inner.value
    return changed


def _changed_inside(value: AttributeValue | None, tree: Tree) -> AttributeValue:
    if value is not None and "M" in value:
        return {"M": _changed_map(value["M"], tree)}
    if value is not None and "L" in value:
        return {"L": _changed_list(value["L"], tree)}
    raise _bad_path()


def _changed_list(elements: list[AttributeValue], tree: Tree) -> list[AttributeValue]:
    """Elements keep their old numbers until all is done; what is set behind the end is appended in order."""
    changed: list[AttributeValue | None] = list(elements)
    for step in sorted(tree, key=lambda step: (isinstance(step, str), step)):
        inner = tree[step]
        if not isinstance(step, int):
            raise _bad_path()
        inside = step < len(elements)
        if not isinstance(inner, _End):
            if not inside:
                raise _bad_path()
            changed[step] = _changed_inside(elements[step], inner)
        elif inside:
            changed[step] = inner.value
        else:
            changed.append(inner.value)
    return [element for element in changed if element is not None]


def _bad_path() -> AwsError:
    return validation_error("The document path provided in the update expression is invalid for update")


def _bad_type() -> AwsError:
    return validation_error("An operand in the update expression has an incorrect data type")


def bind_update(update: syntax.Update, scope: Scope) -> Update:
    """A parsed update with a request's names and values put in. ExpressionError if they do not fit."""
    for action in update.actions:
        _resolve(action.path, scope, Path)
        _resolve(action.value, scope, Path)
    for action in update.actions:
        _resolve(action.value, scope, Value)
    paths = [scope.steps(action.path) for action in update.actions]
    check_apart(paths)
    for action in update.actions:
        _check_operand(action, scope)
    read = [scope.steps(path) for action in update.actions for path in _paths_read(action)]
    changes = tuple(_bind_action(action, scope) for action in update.actions)
    return Update(changes, read, charge_of(update.actions, scope))


def _paths_read(action: syntax.Action) -> list[Path]:
    return [] if action.value is None else syntax.paths_of(action.value)


def _resolve(operand: Operand | None, scope: Scope, kind: type[Path | Value]) -> None:
    """Look up all placeholders of one kind: AWS tells of missing names before missing values."""
    if operand is None:
        return
    if isinstance(operand, kind):
        bind_operand(operand, scope)
    for inner in syntax.inside(operand):
        _resolve(inner, scope, kind)


def _check_operand(action: syntax.Action, scope: Scope) -> None:
    """ADD takes a number or a set, DELETE a set."""
    if action.section in {"ADD", "DELETE"} and isinstance(action.value, Value):
        kind = type_of(scope.value(action.value))
        if kind not in (_addable if action.section == "ADD" else _sets):
            raise ExpressionError(
                f"Incorrect operand type for operator or function; operator: {action.section}, "
                f"operand type: {_LONG_TYPES[kind]}, typeSet: ALLOWED_FOR_{action.section}_OPERAND"
            )


def _bind_action(action: syntax.Action, scope: Scope) -> Change:
    steps = scope.steps(action.path)
    if action.value is None:
        return Change(steps, _nothing)
    operand = _bind_operand(action.value, scope)
    if action.section == "SET":
        return Change(steps, operand.get, operand.type)
    combine, get = added if action.section == "ADD" else deleted, operand.get

    def value(item: Item) -> AttributeValue | None:
        given = get(item)
        return None if given is None else combine(find(item, steps), given)

    return Change(steps, value, operand.type)


def _nothing(_: Item) -> None:
    return None


def _bind_operand(operand: Operand, scope: Scope) -> Bound:
    match operand:
        case Path():
            return Bound(_reader(scope.steps(operand)), steps=scope.steps(operand))
        case Value():
            return bind_operand(operand, scope)
        case Arithmetic():
            return _bind_arithmetic(operand, scope)
        case Call():
            operands = [_bind_operand(inner, scope) for inner in operand.operands]
            check_count(operand, _OPERAND_COUNTS)
            if operand.name == "list_append":
                return _bind_append(operands)
            check_is_path(operand)
            check_distinct(operand.name, operands)
            return _bind_default(operands)


def _reader(steps: Steps) -> Callable[[Item], AttributeValue]:
    def get(item: Item) -> AttributeValue:
        value = find(item, steps)
        if value is None:
            raise MissingError(steps)
        return value

    return get


def _bind_arithmetic(operand: Arithmetic, scope: Scope) -> Bound:
    operands = [_bind_operand(operand.left, scope), _bind_operand(operand.right, scope)]
    check_types(operand.operator, operands, frozenset("N"))
    combine = number.add if operand.operator == "+" else number.subtract

    def get(item: Item) -> AttributeValue:
        one, other = _contents(operands, item, "N")
        return {"N": combine(one, other)}

    return Bound(get, type="N")


def _bind_append(operands: list[Bound]) -> Bound:
    check_types("list_append", operands, frozenset("L"))

    def get(item: Item) -> AttributeValue:
        one, other = _contents(operands, item, "L")
        return {"L": [*one, *other]}

    return Bound(get, type="L")


def _bind_default(operands: list[Bound]) -> Bound:
    steps, default = operands[0].steps, operands[1]

    def get(item: Item) -> AttributeValue | None:
        found = find(item, steps) if steps else None
        return default.get(item) if found is None else found

    return Bound(get, steps=None)


def _contents(operands: list[Bound], item: Item, kind: str) -> list[Any]:
    """The contents of two operands of one type."""
    contents: list[Any] = []
    for operand in operands:
        value = operand.get(item)
        if value is None or kind not in value:
            raise _bad_type()
        contents.append(value[kind])
    return contents


def added(old: AttributeValue | None, given: AttributeValue) -> AttributeValue:
    """ADD: a number more, or further elements of a set; what is missing begins as 0 or empty."""
    kind = type_of(given)
    if old is None:
        return given
    if kind not in old:
        raise _bad_type()
    if kind == "N":
        return {"N": number.add(old["N"], given["N"])}
    return {kind: elements(kind, {*old[kind], *given[kind]})}


def deleted(old: AttributeValue | None, given: AttributeValue) -> AttributeValue | None:
    """DELETE: fewer elements of a set; the attribute goes with the last one."""
    kind = type_of(given)
    if old is None:
        return None
    if kind not in old:
        raise _bad_type()
    gone = set(given[kind])
    kept = [element for element in old[kind] if element not in gone]
    return {kind: kept} if kept else None
