"""Who is at work on which lane of a mapping's shards, who is due, and who is done: decided here, done by `supervisor`.

No loop and no time. What a task is, is the caller's: it only has to say whether it is over.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from millrace.storage.interface import Writer
from millrace.streams import log
from millrace.streams.stream import Shard
from millrace.triggers import catalog, checkpoint
from millrace.triggers.catalog import Mapping
from millrace.triggers.delivery import PermissionLost, Phase, Signal
from millrace.triggers.lanes import Rows
from millrace.triggers.listener import Listener
from millrace.triggers.permission import Refusal
from millrace.triggers.target import Target

# A shard's id, and a lane of it.
Key = tuple[str, int]


class Work(Protocol):
    """A task, as `asyncio` has them."""

    def done(self) -> bool: ...


R = TypeVar("R", bound=Listener)
T = TypeVar("T", bound=Work)


@dataclass(slots=True)
class Attendance(Generic[R, T]):
    """One mapping at work. `tasks` are its runners', also while they wait to begin again after a fault.

    `faults` counts how often in a row a lane's runner failed.
    """

    target: Target
    refusal: Refusal | None
    runners: dict[Key, R] = field(default_factory=dict[Key, R])
    tasks: dict[Key, T] = field(default_factory=dict[Key, T])
    faults: dict[Key, int] = field(default_factory=dict[Key, int])

    def of(self, shard_id: str) -> list[R]:
        """The runners of a shard's lanes."""
        return [runner for (name, _), runner in self.runners.items() if name == shard_id]

    def attended(self, shard_id: str) -> set[int]:
        """The lanes of a shard that somebody is, or will be again, at work on."""
        return {lane for (name, lane), task in self.tasks.items() if name == shard_id and not task.done()}

    def tell(self, event: Signal | PermissionLost) -> None:
        for runner in self.runners.values():
            runner.tell(event)

    def leaving(self, new: Target) -> list[Key]:
        """Who is done: with their lane for now, or with a shard that is over or gone.

        Who has ended a shard is let go once that is saved. Before, it would be cut off from telling of it.
        """
        shards = () if new.stream is None else new.stream.shards
        there, saved = {shard.id for shard in shards}, new.finished
        ended = {
            key
            for key, runner in self.runners.items()
            if runner.state.phase is Phase.FINISHED and not runner.draining and key in saved
        }
        # Who ended the shard while others began to drain is not waited for: nobody would wake up for them.
        drained = {
            shard_id
            for shard_id in {key[0] for key, runner in self.runners.items() if runner.draining}
            if all(runner.is_drained or runner.key in ended for runner in self.of(shard_id))
            and self.attended(shard_id) <= {runner.key[1] for runner in self.of(shard_id)}
        }
        return [key for key in self.runners if key[0] in drained or key[0] not in there or key in ended]

    def follow(self, new: Target) -> None:
        """Tell the runners what has become of their shards, and of the mapping."""
        for shard in () if new.stream is None else new.stream.shards:
            self._follow_shard(self.of(shard.id), shard, new.mapping.lanes)
        # Whoever drains by now does not hear of new settings: it would begin a batch with them.
        for runner in self.runners.values():
            runner.configure(new.mapping)

    def _follow_shard(self, runners: list[R], shard: Shard, lanes: int) -> None:
        """The shard may have been closed, or its lanes shall be others: then all drain before those begin."""
        changes = any(
            runner.draining or runner.gap or runner.state.checkpoint.lanes != lanes for runner in runners
        )
        for runner in runners:
            runner.follow(shard)
            if changes:
                runner.drain()

    def wishes(self) -> Iterator["Wish"]:
        """What is due: shards that nobody is at work on, and lanes whose runner is to begin again."""
        mapping, known = self.target.mapping, {name for name, _ in self.tasks}
        for shard in self.target.shards_to_start():
            if shard.id not in known:
                yield Wish(mapping, shard, None)
            elif not any(runner.draining for runner in self.of(shard.id)):
                yield from (Wish(mapping, shard, lane) for lane in self._lanes_to_resume(shard))

    def _lanes_to_resume(self, shard: Shard) -> Iterator[int]:
        """Lanes that nobody is at work on. Who is one too many does not begin again: it knows no settings but new ones,
        and these are for the lanes that come once all the others have let go.
        """
        for row in self.target.rows.get(shard.id, ()):
            fits = row.lanes == self.target.mapping.lanes
            if fits and not row.finished and (shard.id, row.lane) not in self.tasks:
                yield row.lane


@dataclass(frozen=True, slots=True)
class Wish:
    """Rows to be taken over: those of all a shard's lanes, or the one of a `lane` whose runner failed.

    `mapping` is as the runners will begin with it. There may be a newer one by now: they hear of it later.
    """

    mapping: Mapping
    shard: Shard
    lane: int | None

    def claim(self, writer: Writer, owner: str) -> tuple[Rows, int]:
        """The rows, and how many records were lost; no rows if the mapping or the shard is gone by now."""
        known = self.mapping
        stream = log.describe(writer, known.stream_arn)
        is_there = catalog.find(writer, known.scope, known.uuid) is not None
        if not is_there or stream is None or stream.shard(self.shard.id) is None:
            return (), 0
        if self.lane is None:
            return checkpoint.claim(writer, known.uuid, self.shard, owner, known.lanes)
        row = checkpoint.claim_lane(writer, known.uuid, self.shard, owner, self.lane)
        return (() if row is None else (row,)), 0
