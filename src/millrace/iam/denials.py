"""The last things each role and user was denied, with the statement that would allow them: for people.

One row per identity and access, counted, so that a function that fails in a loop fills nothing. Rows are
written after the answer has gone: they are a hint, and the request that was denied does not wait for them.
"""

import asyncio
from dataclasses import dataclass, replace

import orjson

from millrace.core import limits
from millrace.core.errors import StorageError
from millrace.iam.policy import Decision
from millrace.iam.registry import ROLES, USERS
from millrace.storage.interface import Reader, Storage, Writer


@dataclass(frozen=True, slots=True)
class Denial:
    """What `identity` (`role/NAME` or `user/NAME`) was denied. Times are epoch seconds."""

    identity: str
    action: str
    resource: str
    reason: str
    remedy: str
    first: float
    last: float
    count: int


class Denials:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._waiting: dict[tuple[str, bytes], Denial] = {}
        self._writing: asyncio.Task[None] | None = None

    def record(self, account: str, identity: str, decision: Decision, now: float) -> None:
        """Note a denial; returns at once."""
        access = decision.access
        denial = Denial(
            identity, access.action, access.resource, decision.reason, decision.remedy, now, now, 1
        )
        place = (_space(account, identity), f"{access.action}\0{access.resource}".encode(errors="replace"))
        waiting = self._waiting.get(place)
        if waiting is None and len(self._waiting) >= limits.denials_waiting_max:
            return
        self._waiting[place] = _joined(waiting, denial)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def last(self, account: str, identity: str) -> list[Denial]:
        """The denials of an identity, the newest first."""
        await self.settle()

        def read(reader: Reader) -> list[Denial]:
            rows = [_decode(raw) for _, raw in reader.range(_space(account, identity))]
            return sorted(rows, key=lambda denial: denial.last, reverse=True)

        return await self._storage.read(read)

    async def every(self, account: str) -> list[Denial]:
        """The last denials of all the account's roles and users, the newest first."""
        await self.settle()

        def read(reader: Reader) -> list[Denial]:
            roles = [f"role/{role.name}" for role in ROLES.all(reader, account)]
            users = [f"user/{user.name}" for user in USERS.all(reader, account)]
            spaces = [_space(account, identity) for identity in (*roles, *users)]
            rows = [_decode(raw) for space in spaces for _, raw in reader.range(space)]
            rows.sort(key=lambda denial: denial.last, reverse=True)
            return rows[: limits.denials_shown_max]

        return await self._storage.read(read)

    async def settle(self) -> None:
        """Return once everything noted so far is written, or given up."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, {}
            try:
                await self._storage.write(lambda writer, batch=batch: _put_all(writer, batch))
            except StorageError:
                return  # A hint is lost. Whoever writes what matters is told by its own write.


def _put_all(writer: Writer, batch: dict[tuple[str, bytes], Denial]) -> None:
    for (space, key), denial in batch.items():
        raw = writer.get(space, key)
        writer.put(space, key, orjson.dumps(_joined(None if raw is None else _decode(raw), denial)))
    for space in {space for space, _ in batch}:
        rows = sorted((_decode(raw).last, key) for key, raw in writer.range(space))
        for _, key in rows[: max(0, len(rows) - limits.denials_kept)]:
            writer.delete(space, key)


def _joined(old: Denial | None, new: Denial) -> Denial:
    return new if old is None else replace(new, first=old.first, count=old.count + new.count)


def _decode(raw: bytes) -> Denial:
    return Denial(**orjson.loads(raw))


def _space(account: str, identity: str) -> str:
    return f"iam/{account}/denials/{identity}"
