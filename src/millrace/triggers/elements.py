"""Lists in records: what a pattern asks of objects in a list, one of them must meet. Pure.

No two fields may be met by objects in different elements of one list, as "JSON Array Matching" has it in
https://github.com/aws/event-ruler.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from millrace.core import limits
from millrace.core.patterns import Leaf

Steps = tuple[tuple[tuple[str, int], ...], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """What a pattern has at one path."""

    path: tuple[str, ...]
    steps: Steps
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Choice:
    """An `$or`: the fields of one of its alternatives suffice."""

    alternatives: tuple["Nodes", ...]


Nodes = tuple[Field | Choice, ...]


def meeting(nodes: Nodes) -> Callable[[Any], bool] | None:
    """Whether a record has a list that two fields look into; None if no record can have one."""
    # What any two have in common, two neighbours in order have too.
    common = {_common(one, other) for one, other in itertools.pairwise(sorted(_paths(nodes)))}
    tests = [_list_on(path) for path in common if path]
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda record: any(test(record) for test in tests)


def _list_on(path: tuple[str, ...]) -> Callable[[Any], bool]:
    """Whether there is a list on the way along a path, or at its end."""
    steps = steps_of(path)

    def test(record: Any) -> bool:
        value = record
        for name in path:
            if not isinstance(value, dict) or name not in value:
                return _meets_list(record, steps)  # there is one, or a name with a dot
            value = cast("dict[str, Any]", value)[name]
        return isinstance(value, list)

    return test


def _paths(nodes: Nodes) -> Iterator[tuple[str, ...]]:
    for node in nodes:
        if isinstance(node, Field):
            yield node.path
        else:
            for alternative in node.alternatives:
                yield from _paths(alternative)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    length = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    return one[: min(len(one), len(other)) if length is None else length]


def _meets_list(value: Any, steps: Steps, depth: int = 0) -> bool:
    while isinstance(value, dict) and depth < len(steps):
        members = cast("dict[str, Any]", value)
        ways = [(members[name], end) for name, end in steps[depth] if name in members]
        if len(ways) != 1:
            return any(_meets_list(member, steps, end) for member, end in ways)
        value, depth = ways[0]
    return isinstance(value, list)


class Search:
    """Looks for elements of a record's lists that meet a pattern's fields all at once.

    Elements are tried `limits.filter_tries_max` times in all; a record that takes more passes, as each field is met.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = record
        self._tries = 0
        self._met: dict[int, _Met] = {}

    def fits(self, nodes: Nodes, held: Mapping[int, int]) -> bool:
        """`held` is the element of each list, by its id, that the fields before these are in."""
        if not nodes:
            return True
        node, rest = nodes[0], nodes[1:]
        if isinstance(node, Choice):
            return any(self.fits((*alternative, *rest), held) for alternative in node.alternatives)
        met = self._met.get(id(node))
        if met is None:
            met = self._met[id(node)] = _Met(node, self._record)
        for places in met.candidates(held):
            self._tries += 1
            if self._tries > limits.filter_tries_max:
                return True
            agree = all(held.get(array, element) == element for array, element in places.items())
            if agree and self.fits(rest, {**held, **places}):
                return True
        return False


class _Met:
    """Where a field is met, by the element of the outermost list."""

    def __init__(self, field: Field, record: Mapping[str, Any]) -> None:
        found = list(_places(record, field.steps, 0, {}))
        if found:
            self._all = [places for value, places in found if field.leaf([value])]
        else:
            self._all: list[Mapping[int, int]] = [{}] if field.leaf([]) else []
        self._by_outermost: dict[int, dict[int, list[Mapping[int, int]]]] = {}
        for places in self._all:
            for array, element in itertools.islice(places.items(), 1):
                self._by_outermost.setdefault(array, {}).setdefault(element, []).append(places)

    def candidates(self, held: Mapping[int, int]) -> list[Mapping[int, int]]:
        for array, by_element in self._by_outermost.items():
            if array in held and len(self._by_outermost) == 1:
                return by_element.get(held[array], [])
        return self._all


def _places(
    value: Any, steps: Steps, depth: int, held: dict[int, int]
) -> Iterator[tuple[Any, Mapping[int, int]]]:
    """The leaves at a path, as `_find` has them, and which element of which list each is in."""
    if isinstance(value, list):
        elements = cast("list[Any]", value)
        for place, element in enumerate(elements):
            yield from _places(element, steps, depth, {**held, id(elements): place})
    elif isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        for name, end in steps[depth] if depth < len(steps) else ():
            if name in members:
                yield from _places(members[name], steps, end, held)
    elif depth == len(steps):
        yield value, held


def steps_of(path: tuple[str, ...]) -> Steps:
    """The names to look for at each level: one part of the path, or several with dots."""
    return tuple(
        tuple((".".join(path[depth:end]), end) for end in range(depth + 1, len(path) + 1))
        for depth in range(len(path))
    )
