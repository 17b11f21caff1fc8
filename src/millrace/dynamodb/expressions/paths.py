"""Document paths in items: what stands at one, what several of them pick out, and whether they clash."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from millrace.dynamodb.expressions.scope import Steps
from millrace.dynamodb.expressions.syntax import ExpressionError
from millrace.dynamodb.values import AttributeValue, Item

Tree = dict[str | int, Any]
"""Paths joined where they begin alike: each step leads to a further tree, or to what its path is for."""


def text_of(steps: Steps) -> str:
    """A path as AWS's sentences print it: `[a, [0], b]`."""
    return "[" + ", ".join(f"[{step}]" if isinstance(step, int) else step for step in steps) + "]"


def find(item: Item, steps: Steps) -> AttributeValue | None:
    """What stands at a path, or None."""
    value = item.get(str(steps[0]))
    for step in steps[1:]:
        if value is None:
            return None
        value = _child(value, step)
    return value


def finder(steps: Steps) -> Callable[[Item], AttributeValue | None]:
    """`find` for one path, quick for a plain attribute."""
    if len(steps) == 1:
        name = str(steps[0])
        return lambda item: item.get(name)
    return lambda item: find(item, steps)


def _child(value: AttributeValue, step: str | int) -> AttributeValue | None:
    if isinstance(step, str):
        members: Item | None = value.get("M")
        return members.get(step) if members is not None else None
    elements: list[AttributeValue] | None = value.get("L")
    return elements[step] if elements is not None and step < len(elements) else None


def check_apart(paths: Sequence[Steps]) -> None:
    """ExpressionError if two paths are the same, one is inside the other, or they disagree what is a list."""
    for told, clashes, clash in (
        ("overlap", _overlaps, _overlap),
        ("conflict", _conflicts, _conflict),
    ):
        # Joined as a tree, many paths take no longer than they are long; only the one that clashes is held
        # against the others.
        tree: Tree = {}
        for later, second in enumerate(paths):
            if clashes(tree, second):
                first = next(first for first in paths[:later] if clash(first, second))
                raise ExpressionError(
                    f"Two document paths {told} with each other; must remove or rewrite one of these paths; "
                    f"path one: {text_of(first)}, path two: {text_of(second)}"
                )
            _grow(tree, second)


def _grow(tree: Tree, steps: Steps) -> None:
    """Join a path to a tree, in which an empty tree is where one ends."""
    for step in steps:
        tree = tree.setdefault(step, {})


def _overlaps(tree: Tree, steps: Steps) -> bool:
    """Whether one of the tree's paths ends on the way, or goes on behind the end."""
    for step in steps:
        if step not in tree:
            return False
        tree = tree[step]
        if not tree:
            return True
    return True


def _conflicts(tree: Tree, steps: Steps) -> bool:
    """Whether something on the way is a list to one of the tree's paths and a map to this one, or the contrary."""
    for step in steps:
        other = next(iter(tree), step)  # without a conflict yet, all steps here are of one kind
        if isinstance(other, str) is not isinstance(step, str):
            return True
        if step not in tree:
            return False
        tree = tree[step]
    return False


def _overlap(first: Steps, second: Steps) -> bool:
    return all(a == b and type(a) is type(b) for a, b in zip(first, second, strict=False))


def _conflict(first: Steps, second: Steps) -> bool:
    for a, b in zip(first, second, strict=False):
        if type(a) is not type(b):
            return True
        if a != b:
            return False
    return False


def tree_of(paths: Iterable[tuple[Steps, object]]) -> Tree:
    """Paths that do not clash as one tree; each ends in what is given with it."""
    root: Tree = {}
    for steps, end in paths:
        tree = root
        for step in steps[:-1]:
            tree = tree.setdefault(step, {})
        tree[steps[-1]] = end
    return root


def pick(item: Item, tree: Tree) -> Item:
    """What the paths of a tree (whose ends are None) find in an item, within its maps and lists."""
    found: Item = {}
    for step, inner in tree.items():
        name = str(step)
        if name in item and (value := _pick(item[name], inner)) is not None:
            found[name] = value
    return found


def _pick(value: AttributeValue, tree: Tree | None) -> AttributeValue | None:
    if tree is None:
        return value
    if "M" in value:
        found = pick(value["M"], tree)
        return {"M": found} if found else None
    if "L" in value:
        elements = [
            element
            for index in sorted(step for step in tree if isinstance(step, int))
            if index < len(value["L"]) and (element := _pick(value["L"][index], tree[index])) is not None
        ]
        return {"L": elements} if elements else None
    return None
