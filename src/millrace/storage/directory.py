"""Which spaces and journals exist, by name: in memory, as of the newest durable commit."""

from dataclasses import dataclass, field

from millrace.core.errors import StorageError
from millrace.storage.statements import JOURNAL_BITS, NAMES_MAX


@dataclass(frozen=True, slots=True)
class JournalState:
    """A journal: its number, and the numbers of its newest record and of the last one trimmed."""

    id: int
    head: int
    floor: int

    def row(self, number: int) -> int:
        """The row number of record `number`."""
        return (self.id << JOURNAL_BITS) + number


@dataclass(slots=True)
class Directory:
    """Numbers of spaces and states of journals."""

    spaces: dict[str, int] = field(default_factory=dict[str, int])
    journals: dict[str, JournalState] = field(default_factory=dict[str, JournalState])
    last_id: int = 0

    def new_id(self) -> int:
        """A number no name ever had."""
        if self.last_id >= NAMES_MAX:
            raise StorageError(
                f"{NAMES_MAX:,} names were used up. Export the data and import it into a new database."
            )
        self.last_id += 1
        return self.last_id


@dataclass(slots=True)
class DirectoryChange:
    """What a commit makes of the directory; None: the name is gone."""

    spaces: dict[str, int | None] = field(default_factory=dict[str, int | None])
    journals: dict[str, JournalState | None] = field(default_factory=dict[str, JournalState | None])

    def apply(self, directory: Directory) -> None:
        """The commit is durable: this is how things are now."""
        for name, number in self.spaces.items():
            if number is None:
                directory.spaces.pop(name, None)
            else:
                directory.spaces[name] = number
        for name, state in self.journals.items():
            if state is None:
                directory.journals.pop(name, None)
            else:
                directory.journals[name] = state
