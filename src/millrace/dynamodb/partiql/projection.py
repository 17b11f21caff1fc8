"""What a SELECT shows of an item: each path under a name of its own, not within the maps it stands in.

A path goes by its last attribute. If there is a list index on the way, it goes by the attribute before the
first index, that index and those behind it (`c[0]`), and what is inside keeps its maps and lists.
"""

from millrace.core.errors import validation_error
from millrace.dynamodb.expressions.paths import check_apart, find, pick, tree_of
from millrace.dynamodb.expressions.projection import Projection
from millrace.dynamodb.expressions.scope import Steps
from millrace.dynamodb.values import Item


class NamedProjection:
    """Calling it with an item gives what its paths find, each under its name."""

    __slots__ = ("_shown", "paths")

    def __init__(self, paths: tuple[Steps, ...]) -> None:
        """ValidationException if two paths would go by one name; ExpressionError if they clash."""
        names: set[str] = set()
        for name in map(_identifier, paths):
            if name in names:
                raise validation_error(f"Duplicate identifiers in select clause: {name}")
            names.add(name)
        check_apart(paths)
        self.paths = Projection(paths)
        """The paths, for those who ask which attributes they need."""
        inner: dict[tuple[str, Steps], list[Steps]] = {}
        for steps in paths:
            head = _head(steps)
            inner.setdefault((_identifier(head), head), []).append(steps[len(head) :])
        self._shown = tuple((name, head, _inside(tails)) for (name, head), tails in inner.items())

    def __call__(self, item: Item) -> Item:
        shown: Item = {}
        for name, head, inside in self._shown:
            value = find(item, head)
            if value is not None and inside is not None:
                value = pick({"": value}, inside).get("")
            if value is not None:
                shown[name] = value
        return shown


def _inside(tails: list[Steps]) -> dict[str | int, object] | None:
    """The tree of what is wanted inside a head; None if all of it is."""
    return None if () in tails else tree_of((("", *tail), None) for tail in tails)


def _head(steps: Steps) -> Steps:
    """The part of a path that it goes by."""
    end = next((index for index, step in enumerate(steps) if isinstance(step, int)), len(steps))
    while end < len(steps) and isinstance(steps[end], int):
        end += 1
    return steps[:end]


def _identifier(steps: Steps) -> str:
    """The last attribute of a path, and the list indexes behind it."""
    last = max(index for index, step in enumerate(steps) if isinstance(step, str))
    return str(steps[last]) + "".join(f"[{index}]" for index in steps[last + 1 :])
