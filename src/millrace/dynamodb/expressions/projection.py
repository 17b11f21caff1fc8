"""Projection expressions: which parts of an item to give."""

from millrace.dynamodb.expressions.paths import check_apart, pick, tree_of
from millrace.dynamodb.expressions.scope import Scope, Steps
from millrace.dynamodb.expressions.syntax import Path
from millrace.dynamodb.values import Item


class Projection:
    """Calling it with an item gives what its paths find, within the maps and lists it stands in."""

    __slots__ = ("_tree", "paths")

    def __init__(self, paths: tuple[Steps, ...]) -> None:
        """Of paths that do not clash."""
        self.paths = paths
        self._tree = tree_of((steps, None) for steps in paths)

    def __call__(self, item: Item) -> Item:
        return pick(item, self._tree)

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes it asks for."""
        return frozenset(str(steps[0]) for steps in self.paths)


def bind_projection(paths: tuple[Path, ...], scope: Scope) -> Projection:
    """A parsed projection with a request's names put in. ExpressionError if its paths clash."""
    steps = tuple(scope.steps(path) for path in paths)
    check_apart(steps)
    return Projection(steps)
