"""AttributeUpdates: what an item becomes."""

from collections.abc import Callable, Mapping
from typing import Any

from millrace.core.errors import validation_error
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions import Update
from millrace.dynamodb.expressions.update import Change, added, deleted
from millrace.dynamodb.values import AttributeValue, Item, check_name, normalise_value, type_of

_sets = frozenset(("SS", "NS", "BS"))
_Combine = Callable[[AttributeValue | None, AttributeValue], AttributeValue | None]


def attribute_updates(updates: Mapping[str, Mapping[str, Any]] | None) -> Update | None:
    """The update, if there is any: none at all lets an item of its key come into being."""
    changes = tuple(_change(name, update) for name, update in (updates or {}).items())
    return Update(changes) if changes else None


def _change(name: str, update: Mapping[str, Any]) -> Change:
    if not name:
        raise invalid("Empty attribute name")
    check_name(name)
    action, given = update.get("Action") or "PUT", update.get("Value")
    if given is None:
        if action != "DELETE":
            raise invalid("Only DELETE action is allowed when no attribute value is specified")
        return _setting(name, None)
    value = normalise_value(given)
    kind = type_of(value)
    if action == "PUT":
        return _setting(name, value)
    if action == "ADD":
        if kind not in _sets | {"N", "L"}:
            raise invalid(f"ADD action is not supported for the type {kind}")
        return _combining(name, value, _appended if kind == "L" else added)
    if kind not in _sets:
        raise invalid(f"DELETE action with value is not supported for the type {kind}")
    return _combining(name, value, deleted)


def _setting(name: str, value: AttributeValue | None) -> Change:
    def new(_: Item) -> AttributeValue | None:
        return value

    if value is None:
        return Change((name,), new)
    return Change((name,), new, type_of(value))


def _combining(name: str, given: AttributeValue, combine: _Combine) -> Change:
    """A change that needs the old value to be of the given one's type, or missing."""
    kind = type_of(given)

    def value(item: Item) -> AttributeValue | None:
        old = item.get(name)
        if old is not None and kind not in old:
            raise validation_error("Type mismatch for attribute to update")
        return combine(old, given)

    return Change((name,), value, kind)


def _appended(old: AttributeValue | None, given: AttributeValue) -> AttributeValue:
    """ADD of a list, which update expressions do not know: its elements come behind those that are there."""
    return given if old is None else {"L": [*old["L"], *given["L"]]}
