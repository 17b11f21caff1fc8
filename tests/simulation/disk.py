"""All that survives a crash: rows as dicts, journals as lists. It has the face of `storage.interface.Writer`."""

from collections.abc import Iterator


class Disk:
    def __init__(self) -> None:
        self.rows: dict[str, dict[bytes, bytes]] = {}
        self.journals: dict[str, list[bytes]] = {}
        self.floors: dict[str, int] = {}

    def copy(self) -> "Disk":
        other = Disk()
        other.rows = {space: dict(rows) for space, rows in self.rows.items()}
        other.journals = {journal: list(kept) for journal, kept in self.journals.items()}
        other.floors = dict(self.floors)
        return other

    def get(self, space: str, key: bytes) -> bytes | None:
        return self.rows.get(space, {}).get(key)

    def range(
        self, space: str, low: bytes = b"", high: bytes | None = None, **_: object
    ) -> Iterator[tuple[bytes, bytes]]:
        rows = self.rows.get(space, {})
        # (A generator is slower.)
        return iter([(key, rows[key]) for key in sorted(rows) if key >= low and (high is None or key < high)])

    def put(self, space: str, key: bytes, value: bytes) -> None:
        self.rows.setdefault(space, {})[key] = value

    def delete(self, space: str, key: bytes) -> None:
        self.rows.get(space, {}).pop(key, None)

    def append(self, journal: str, record: bytes) -> int:
        kept = self.journals.setdefault(journal, [])
        kept.append(record)
        return len(kept)

    def tail(self, journal: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        low = max(after, self.floor(journal))
        kept = self.journals.get(journal, [])[low : low + limit]
        return list(enumerate(kept, low + 1))

    def head(self, journal: str) -> int:
        return len(self.journals.get(journal, ()))

    def floor(self, journal: str) -> int:
        return self.floors.get(journal, 0)

    def trim(self, journal: str, through: int) -> None:
        self.floors[journal] = min(max(through, self.floor(journal)), self.head(journal))

    def drop(self, space: str) -> None:
        self.rows.pop(space, None)
        self.journals.pop(space, None)
        self.floors.pop(space, None)
