"""What a deployment will do. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from millrace.deploy.document import array, record
from millrace.deploy.intrinsics import Unknown

_SHOWN_MAX = 60


class Action(StrEnum):
    """What happens to one resource."""

    CREATE = "create"
    ADOPT = "adopt"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    KEEP = "keep"  # it left the template, but data is deleted only when told so
    RELEASE = "release"  # it left the template, which said: retain
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what is there, what shall be. None: nothing."""

    path: str
    old: Any
    new: Any

    @property
    def property(self) -> str:
        """The property it is in."""
        return self.path.split(".", 1)[0]

    def __str__(self) -> str:
        return f"{self.path}: {_shown(self.old)} → {_shown(self.new)}"


@dataclass(frozen=True, slots=True)
class Item:
    """One resource's part of the plan. `name` is its physical name, if it has one yet."""

    action: Action
    logical_id: str
    type: str
    name: str
    changes: tuple[Change, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether it changes something."""
        return self.action not in {Action.UNCHANGED, Action.KEEP}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done, in this order."""

    items: tuple[Item, ...]

    @property
    def acts(self) -> bool:
        """Whether there is anything to change."""
        return any(item.acts for item in self.items)


def changes(wanted: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Change, ...]:
    """What has to change in `live`. A property that `wanted` does not have may be anything.

    Both are in their one way to be written. Maps, indexes and attributes are compared one by one, everything else as a whole.
    """
    found: list[Change] = []
    for name, value in wanted.items():
        found += _differences(name, live.get(name), value)
    return tuple(found)


def _differences(path: str, old: Any, new: Any) -> list[Change]:
    if old == new:
        return []
    before, after = _named(old), _named(new)
    if before is None or after is None or "Statement" in {*before, *after}:
        return [Change(path, old, new)]
    found: list[Change] = []
    for name in sorted({*before, *after}):
        found += _differences(f"{path}.{name}", before.get(name), after.get(name))
    return found


def _named(value: Any) -> dict[str, Any] | None:
    """A map as it is; a list of indexes or attributes by their names."""
    elements = array(value)
    if elements is None:
        return record(value)
    for key in ("IndexName", "AttributeName"):
        if all(set(record(each) or {}) > {key} and "KeyType" not in each for each in elements):
            return {each[key]: each for each in elements}
    return None


def shown(value: Any) -> Any:
    """A value as JSON has it."""
    return json.loads(json.dumps(value, default=str))


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, str | Unknown):
        words = str(value)
    else:
        words = json.dumps(value, default=str, ensure_ascii=False)
    return words if len(words) <= _SHOWN_MAX else words[: _SHOWN_MAX - 1] + "…"
