"""What the changes of a group mean in rows: worked out purely, before anything is written."""

from dataclasses import dataclass, field
from typing import Any

from millrace.storage.directory import Directory, DirectoryChange, JournalState
from millrace.storage.overlay import JournalChange, Overlay, SpaceChange
from millrace.storage.statements import (
    ADD_DROPPED,
    ADD_NAME,
    APPEND,
    DELETE,
    DROP_NAME,
    JOURNAL_BITS,
    PUT,
    SET_FLOOR,
    SWEEP_RECORDS,
    SWEEP_SPACE,
)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows that nobody sees any more: `statement` with `row` and a limit deletes some of them.

    `dropped` is the number to take out of the table of the dropped when none is left; 0 for trimmed records.
    """

    statement: str
    row: tuple[int, ...]
    dropped: int


@dataclass(slots=True)
class Plan:
    """Statements with their rows, in the order to run them, and what follows when they are durable."""

    steps: list[tuple[str, list[Row]]] = field(default_factory=list[tuple[str, list[Row]]])
    directory: DirectoryChange = field(default_factory=DirectoryChange)
    sweeps: list[Sweep] = field(default_factory=list[Sweep])
    changed: list[tuple[int, bytes, bytes | None]] = field(
        default_factory=list[tuple[int, bytes, bytes | None]]
    )
    pages: int = 0


def plan(overlay: Overlay, directory: Directory) -> Plan:
    """How to make `overlay` real over a database that has `directory`."""
    return _Planner(directory).plan(overlay)


def sweep_space(number: int) -> Sweep:
    """All rows of a dropped space."""
    return Sweep(SWEEP_SPACE, (number,), number)


def sweep_journal(number: int) -> Sweep:
    """All rows of a dropped journal."""
    return Sweep(SWEEP_RECORDS, (number << JOURNAL_BITS, ((number + 1) << JOURNAL_BITS) - 1), number)


def sweep_trimmed(journal: JournalState) -> Sweep:
    """The rows of a journal that were trimmed."""
    return Sweep(SWEEP_RECORDS, (journal.row(0), journal.row(journal.floor)), 0)


class _Planner:
    """Collects the rows of one plan."""

    def __init__(self, directory: Directory) -> None:
        self.known = directory
        self.change = DirectoryChange()
        self.sweeps: list[Sweep] = []
        self.rows: dict[str, list[Row]] = {
            statement: [] for statement in (DROP_NAME, ADD_DROPPED, ADD_NAME, SET_FLOOR, PUT, DELETE, APPEND)
        }

    def plan(self, overlay: Overlay) -> Plan:
        for name, change in overlay.spaces.items():
            self._space(name, change)
        for name, change in overlay.journals.items():
            self._journal(name, change)
        self.rows[PUT].sort()
        steps = [(statement, rows) for statement, rows in self.rows.items() if rows]
        written = self.rows[PUT] + self.rows[APPEND]
        pages = sum(2 + len(row[-1]) // 4096 for row in written) + len(self.rows[DELETE])
        changed: list[Row] = [*self.rows[PUT], *((number, key, None) for number, key in self.rows[DELETE])]
        return Plan(steps, self.change, self.sweeps, changed, pages)

    def _space(self, name: str, change: SpaceChange) -> None:
        number = self.known.spaces.get(name)
        if change.hides and number is not None:
            self._drop(number, "space")
            self.sweeps.append(sweep_space(number))
            self.change.spaces[name] = number = None
        puts = [(key, value) for key, value in change.values.items() if value is not None]
        if number is None and puts:
            self.change.spaces[name] = number = self.known.new_id()
            self.rows[ADD_NAME].append((number, "space", name, 0))
        self.rows[PUT].extend((number, key, value) for key, value in puts)
        if number is not None and not change.hides and len(puts) < len(change.values):
            gone = (key for key, value in change.values.items() if value is None)
            self.rows[DELETE].extend((number, key) for key in gone)

    def _journal(self, name: str, change: JournalChange) -> None:
        known = self.known.journals.get(name)
        if change.hides and known is not None:
            self._drop(known.id, "journal")
            self.sweeps.append(sweep_journal(known.id))
            self.change.journals[name] = known = None
        if known is None and not change.records:
            return
        if known is None:
            state = JournalState(self.known.new_id(), change.head, change.floor)
            self.rows[ADD_NAME].append((state.id, "journal", name, change.floor))
        else:
            state = JournalState(known.id, change.head, change.floor)
            if state == known:
                return
            if state.floor != known.floor:
                self.rows[SET_FLOOR].append((state.id, state.floor))
                self.sweeps.append(sweep_trimmed(state))
        self.change.journals[name] = state
        news = enumerate(change.records, change.start + 1)
        self.rows[APPEND].extend((state.row(number), body) for number, body in news if number > state.floor)

    def _drop(self, number: int, kind: str) -> None:
        self.rows[DROP_NAME].append((number,))
        self.rows[ADD_DROPPED].append((number, kind))
