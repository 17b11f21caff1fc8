"""What must be so: the table as its writers know it, and the changes that each key must have in the stream."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

Change = tuple[str, int]  # what the record says: INSERT, MODIFY or REMOVE, and the version it is of


class LostError(AssertionError):
    """The promise is broken."""


@dataclass(frozen=True)
class Step:
    """One key's part of a request: from version `before` (None: no item) to `after`."""

    key: str
    before: int | None
    after: int | None

    @property
    def change(self) -> Change:
        if self.after is None:
            return "REMOVE", self.before or 0
        return ("INSERT" if self.before is None else "MODIFY"), self.after


@dataclass
class Request:
    """What a writer asked for. `whole`: all of it happens or nothing."""

    operation: str
    body: dict[str, Any]
    steps: list[Step]
    whole: bool = True


@dataclass
class Model:
    """The versions of all items, the history of each key, and the requests nobody knows the outcome of."""

    versions: dict[str, int] = field(default_factory=dict[str, int])
    history: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    unknown: list[Request] = field(default_factory=list[Request])
    acknowledged: int = 0

    @property
    def changes(self) -> int:
        return sum(map(len, self.history.values()))

    def acknowledge(self, request: Request) -> None:
        self.acknowledged += 1
        for step in request.steps:
            self._take(step)

    def resolve(self, found: dict[str, int]) -> None:
        """Learn from the table what became of the requests without an answer, and hold it to all the others."""
        for request in self.unknown:
            happened = [found.get(step.key) == step.after for step in request.steps]
            if request.whole and len(set(happened)) > 1:
                raise LostError(f"half of a transaction happened: {request.steps}, found {found}")
            for step, did in zip(request.steps, happened, strict=True):
                if did:
                    self._take(step)
        self.unknown.clear()
        if found != self.versions:
            wrong = {
                key: (self.versions.get(key), found.get(key))
                for key in self.versions.keys() | found.keys()
                if self.versions.get(key) != found.get(key)
            }
            raise LostError(f"items are not what was acknowledged (expected, found): {wrong}")

    def _take(self, step: Step) -> None:
        self.history[step.key].append(step.change)
        if step.after is None:
            del self.versions[step.key]
        else:
            self.versions[step.key] = step.after
