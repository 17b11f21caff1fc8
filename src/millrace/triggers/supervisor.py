"""Keeps a runner at work for every mapping, shard and lane, and says where they all stand.

Nothing polls: a commit to a shard wakes its runner; a change of a mapping, a stream, a function or its role
wakes the supervisor, which compares what is with what should be.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.core.errors import StorageError
from millrace.iam.identities import Identities
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log as stream_log
from millrace.streams.stream import Shard
from millrace.triggers import catalog, checkpoint, permission, status, target
from millrace.triggers.checkpoint import LeaseLostError
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Checkpoint,
    Discarded,
    Fact,
    PermissionLost,
    Phase,
    Reason,
    Signal,
    retry_delay,
)
from millrace.triggers.destination import Destinations
from millrace.triggers.feed import Feeds
from millrace.triggers.permission import Refusal
from millrace.triggers.runner import Call, Invoker, Runner, Tools
from millrace.triggers.status import MappingStatus
from millrace.triggers.target import Target

_log = logging.getLogger("millrace.triggers")


@dataclass(frozen=True, slots=True)
class Observation:
    """A fact, and of which delivery it is told. `call` is the invocation that it is of, if it is of one."""

    uuid: str
    region: str
    table: str
    function: str
    shard: str
    fact: Fact
    call: Call | None = None
    lane: int = 0
    lanes: int = 1


# A shard's id, and a lane of it.
_Key = tuple[str, int]


@dataclass(slots=True)
class _Delivery:
    """One mapping at work. `tasks` are its runners', also while they wait to begin again after a fault."""

    target: Target
    refusal: Refusal | None
    runners: dict[_Key, Runner] = field(default_factory=dict[_Key, Runner])
    tasks: dict[_Key, asyncio.Task[None]] = field(default_factory=dict[_Key, asyncio.Task[None]])
    # How often in a row a lane's runner failed.
    faults: dict[_Key, int] = field(default_factory=dict[_Key, int])

    def of(self, shard_id: str) -> list[Runner]:
        """The runners of a shard's lanes."""
        return [runner for (name, _), runner in self.runners.items() if name == shard_id]

    def attended(self, shard_id: str) -> set[int]:
        """The lanes of a shard that somebody is, or will be again, at work on."""
        return {lane for (name, lane), task in self.tasks.items() if name == shard_id and not task.done()}

    def wishes(self) -> Iterator["_Wish"]:
        """What is due: shards that nobody is at work on, and lanes whose runner is to begin again."""
        for shard in self.target.shards_to_start():
            if all(name != shard.id for name, _ in self.tasks):
                yield _Wish(self, shard, None)
            elif not any(runner.draining for runner in self.of(shard.id)):
                yield from (_Wish(self, shard, lane) for lane in self._lanes_to_resume(shard))

    def _lanes_to_resume(self, shard: Shard) -> Iterator[int]:
        """Lanes that nobody is at work on. Who is one too many does not begin again: it knows no settings but new ones,
        and these are for the lanes that come once all the others have let go.
        """
        for row in self.target.rows.get(shard.id, ()):
            fits = row.lanes == self.target.mapping.lanes
            if fits and not row.finished and (shard.id, row.lane) not in self.tasks:
                yield row.lane

    def tell(self, event: Signal | PermissionLost) -> None:
        for runner in self.runners.values():
            runner.tell(event)


class Supervisor:
    """Delivers while it is entered. `functions` runs functions, `identities` says what their roles may do."""

    def __init__(self, storage: Storage, clock: Clock, functions: Invoker, identities: Identities) -> None:
        self.storage = storage
        self.clock = clock
        self.identities = identities
        self.destinations = Destinations(storage, clock, identities)
        self._tools = Tools(
            storage,
            clock,
            functions,
            self.destinations,
            self._tell,
            self._rested,
            self._refresh_soon,
            Feeds(),
        )
        # Rows are owned by one supervisor at a time: this is its name.
        self._owner = ids.uuid()
        self._deliveries: dict[str, _Delivery] = {}
        self._observers: list[Callable[[Observation], None]] = []
        self._watches: dict[str, Callable[[], None]] = {}
        self._changed = asyncio.Event()
        self._progress = asyncio.Event()
        self._refreshing = asyncio.Lock()
        self._orphans: set[asyncio.Task[Any]] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._watch({catalog.CHANGES, stream_log.CHANGES})
        try:
            await self._refresh()
        except StorageError:
            # A disk without room: what is there can be read at least, and delivery begins once there is some.
            self._changed.set()
        self._task = asyncio.create_task(self._run(), name="triggers")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Begin no batch any more, and wait a little for those in flight: what is answered is not repeated."""
        if self._task is not None:
            await _cancel(self._task)
        for close in self._watches.values():
            close()
        for delivery in self._deliveries.values():
            delivery.tell(Signal.DISABLE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limits.mapping_stop_seconds_max):
                while any(runner.is_busy for runner in self._runners()):
                    await self._progress.wait()
        for uuid in list(self._deliveries):
            await self._end(uuid)
        await _cancel(*self._orphans)

    # What others ask.

    def observe(self, callback: Callable[[Observation], None]) -> Callable[[], None]:
        """Call `callback` with everything that happens; it must be quick. The answer ends it."""
        self._observers.append(callback)
        return partial(self._observers.remove, callback)

    async def status(self) -> list[MappingStatus]:
        """Where every mapping stands."""
        return await self.storage.read(self._status)

    def _status(self, reader: Reader) -> list[MappingStatus]:
        return [self._mapping_status(reader, one) for one in target.read_all(reader)]

    def _mapping_status(self, reader: Reader, one: Target) -> MappingStatus:
        delivery = self._deliveries.get(one.mapping.uuid)
        if delivery is None:
            return status.of_mapping(reader, one, {}, None)
        return status.of_mapping(reader, one, delivery.runners, delivery.refusal)

    def refusal(self, uuid: str) -> Refusal | None:
        """What keeps a mapping's role from reading the stream now, if anything does."""
        delivery = self._deliveries.get(uuid)
        return None if delivery is None else delivery.refusal

    def runner(self, uuid: str, shard_id: str, partition: int | None = None) -> Runner | None:
        """Who delivers a shard to a mapping now: nobody before its turn, after its end and after a fault.

        `partition` is the hash of the partition that is asked about; without it any lane is as good.
        """
        delivery = self._deliveries.get(uuid)
        for runner in () if delivery is None else delivery.of(shard_id):
            row = runner.state.checkpoint
            if partition is None or partition % row.lanes == row.lane:
                return runner
        return None

    def is_busy(self, reader: Reader) -> bool:
        """Whether something is pending or in flight, but for mappings that stand still, or not heeded yet."""
        if self._changed.is_set() or self._refreshing.locked():
            return True
        if any(runner.is_busy for runner in self._runners()):
            return True
        return any(one.pending for one in self._status(reader) if not _stands_still(one))

    async def idle(self) -> None:
        """Return once it is not busy."""
        # What was written before is to be heeded first. Not here: whoever waits may give up half way through.
        self._changed.set()
        while True:
            progress = self._progress  # from before the look: what comes about during it counts
            if not await self.storage.read(self.is_busy):
                return
            await progress.wait()

    def _runners(self) -> list[Runner]:
        return [runner for delivery in self._deliveries.values() for runner in delivery.runners.values()]

    # What runners tell.

    def _tell(self, runner: Runner, fact: Fact) -> None:
        if self._observers:
            mapping = runner.mapping
            seen = Observation(
                uuid=mapping.uuid,
                region=mapping.scope.region,
                table=mapping.table,
                function=mapping.function,
                shard=runner.shard.id,
                fact=fact,
                call=runner.last_call if _is_of_a_call(fact) else None,
                lane=runner.state.checkpoint.lane,
                lanes=runner.state.checkpoint.lanes,
            )
            for observer in self._observers:
                observer(seen)

    def _rested(self) -> None:
        """Wake all who wait. There is another event for those who begin to: nobody clears what others wait for."""
        self._progress.set()
        self._progress = asyncio.Event()

    def _refresh_soon(self) -> None:
        self._changed.set()

    # What should be, and what is.

    async def _run(self) -> None:
        faults = 0
        while True:
            await self._changed.wait()
            try:
                await self._refresh()
                faults = 0
            except Exception:  # noqa: BLE001 - the border: whatever is wrong with one mapping must not silence all for ever
                _log.exception("The triggers could not be refreshed; trying again.")
                self._changed.set()
                faults += 1
                await self.clock.sleep(retry_delay(faults))

    async def _refresh(self) -> None:
        """Start, stop and tell runners until they do what the catalogs say."""
        async with self._refreshing:
            self._changed.clear()
            targets = await self.storage.read(target.read_all)
            journals = {journal for one in targets for journal in one.journals}
            if self._watch(journals):
                # Something may have changed before it was watched.
                targets = await self.storage.read(target.read_all)
            for uuid in self._deliveries.keys() - {one.mapping.uuid for one in targets}:
                await self._end(uuid)
            for one in targets:
                await self._follow(one)
            await self._start_runners()
            self._rested()

    def _watch(self, journals: set[str]) -> bool:
        """Watch these journals too; whether any of them is new."""
        fresh = journals - self._watches.keys()
        for journal in fresh:
            self._watches[journal] = self.storage.watch(journal, self._refresh_soon)
        return bool(fresh)

    async def _end(self, uuid: str) -> None:
        """The mapping is gone."""
        delivery = self._deliveries.pop(uuid)
        await self._dismiss(delivery, list(delivery.tasks))

    async def _dismiss(self, delivery: _Delivery, keys: list[_Key]) -> None:
        """Let lanes go, all at once: while the end of one is waited for another may fail, or wake up."""
        tasks = [delivery.tasks.pop(key) for key in keys]
        for runner in [delivery.runners.pop(key) for key in keys if key in delivery.runners]:
            self._leave(runner)
        await _cancel(*tasks)

    async def _follow(self, new: Target) -> None:
        """Tell a mapping's runners what has changed."""
        delivery = self._deliveries.get(new.mapping.uuid)
        if delivery is None:
            self._deliveries[new.mapping.uuid] = _Delivery(new, await self._refusal(new))
            return
        old = delivery.target
        shards = () if new.stream is None else new.stream.shards
        await self._release(delivery, {shard.id for shard in shards}, new.finished)
        for shard in shards:
            self._follow_shard(delivery.of(shard.id), shard, new.mapping.lanes)
        # Whoever drains by now does not hear of new settings: it would begin a batch with them.
        for runner in delivery.runners.values():
            runner.configure(new.mapping)
        if (new.permission, new.changes) != (old.permission, old.changes):
            await self._decide(delivery, new)
        if (new.function, new.permission) != (old.function, old.permission):
            delivery.tell(Signal.RETRY)
        # Last: what an error kept from being told is told the next time.
        delivery.target = new

    async def _decide(self, delivery: _Delivery, new: Target) -> None:
        """Stop, or go on, as the role now may."""
        refusal = await self._refusal(new)
        old, delivery.refusal = delivery.refusal, refusal
        if delivery.refusal is not None:
            delivery.tell(PermissionLost(delivery.refusal.remedy, delivery.refusal.result))
        elif old is not None:
            delivery.tell(Signal.PERMISSION_RESTORED)

    async def _refusal(self, one: Target) -> Refusal | None:
        """Without its function a mapping has no role to be refused to; its invocations fail then."""
        if one.function is None:
            return None
        return await permission.refusal(self.identities, one.function.role, one.mapping.stream_arn)

    def _follow_shard(self, runners: list[Runner], shard: Shard, lanes: int) -> None:
        """The shard may have been closed, or its lanes shall be others: then all drain before those begin."""
        changes = any(
            runner.draining or runner.gap or runner.state.checkpoint.lanes != lanes for runner in runners
        )
        for runner in runners:
            runner.follow(shard)
            if changes:
                runner.drain()

    async def _release(self, delivery: _Delivery, shards: set[str], saved: set[_Key]) -> None:
        """Let those go who are done: with their lane for now, or with a shard that is over or gone.

        Who has ended a shard is let go once that is `saved`. Before, it would be cut off from telling of it.
        """
        drained = {
            shard_id
            for shard_id in {name for name, _ in delivery.tasks}
            if all(runner.is_drained for runner in delivery.of(shard_id))
            and delivery.attended(shard_id) <= {runner.key[1] for runner in delivery.of(shard_id)}
        }
        done: list[_Key] = []
        for key, runner in delivery.runners.items():
            finished = runner.state.phase is Phase.FINISHED and not runner.draining and key in saved
            if finished or key[0] in drained or key[0] not in shards:
                done.append(key)
        await self._dismiss(delivery, done)

    def _leave(self, runner: Runner) -> None:
        """A function that is still at work may end its work, for nobody."""
        if runner.call is not None:
            self._orphans.add(runner.call)
            runner.call.add_done_callback(self._orphans.discard)

    async def _start_runners(self) -> None:
        """Take over the rows of all lanes that are due, in one commit, and begin."""
        due = [wish for delivery in self._deliveries.values() for wish in delivery.wishes()]
        if not due:
            return
        taken = await self.storage.write(
            lambda writer: [wish.claim(writer, self._owner) for wish in due],
        )
        for wish, (rows, lost) in zip(due, taken, strict=True):
            started = [self._start(wish.delivery, wish.shard, row) for row in rows if not row.finished]
            if lost and started:
                self._tell(started[0], Discarded("", "", lost, Reason.TRIMMED))

    def _start(self, delivery: _Delivery, shard: Shard, row: Checkpoint) -> Runner:
        runner = Runner(self._tools, delivery.target.mapping, shard, row)
        # Whatever is told here is told before the runner reads anything.
        if delivery.refusal is not None:
            runner.tell(PermissionLost(delivery.refusal.remedy, delivery.refusal.result))
        runner.follow(shard)
        delivery.runners[runner.key] = runner
        delivery.tasks[runner.key] = asyncio.create_task(self._attend(delivery, runner), name=repr(runner))
        return runner

    async def _attend(self, delivery: _Delivery, runner: Runner) -> None:
        """Let a runner run; after a fault it starts again later from what it saved last."""
        key, began = runner.key, self.clock.now()
        try:
            await runner.run()
        except LeaseLostError:
            # Deleted, or another process delivers now: either way there is nothing left to do here.
            delivery.runners.pop(key, None)
            self._rested()
            return
        except Exception:  # noqa: BLE001 - the border: a fault of one mapping, or of the disk, must not stop the others
            _log.exception("%r failed; it goes on from its checkpoint soon.", runner)
        if runner.call is not None:
            runner.call.cancel()
        delivery.runners.pop(key, None)
        self._rested()
        # A disk that was full for a moment holds nothing up for long, one that stays full is not asked all the time.
        lasted = self.clock.now() - began > limits.mapping_retry_seconds_max
        delivery.faults[key] = 1 if lasted else delivery.faults.get(key, 0) + 1
        await self.clock.sleep(retry_delay(delivery.faults[key]))
        delivery.tasks.pop(key, None)
        self._changed.set()


def _is_of_a_call(fact: Fact) -> bool:
    if isinstance(fact, Discarded):
        return fact.reason is Reason.RETRIES
    return isinstance(fact, BatchStarted | BatchSucceeded | AttemptFailed)


def _stands_still(one: MappingStatus) -> bool:
    return one.state != "Enabled" or one.missing is not None


@dataclass(frozen=True, slots=True)
class _Wish:
    """Rows to be taken over: those of all a shard's lanes, or the one of a `lane` whose runner failed."""

    delivery: _Delivery
    shard: Shard
    lane: int | None

    def claim(self, writer: Writer, owner: str) -> tuple[tuple[Checkpoint, ...], int]:
        """The rows, and how many records were lost; no rows if the mapping or the shard is gone by now."""
        known = self.delivery.target.mapping
        mapping = catalog.find(writer, known.scope, known.uuid)
        stream = stream_log.describe(writer, known.stream_arn)
        if mapping is None or stream is None or stream.shard(self.shard.id) is None:
            return (), 0
        if self.lane is None:
            # As many lanes as the settings say that its runners begin with, though there may be newer ones by now.
            return checkpoint.claim(writer, known.uuid, self.shard, owner, known.lanes)
        row = checkpoint.claim_lane(writer, known.uuid, self.shard, owner, self.lane)
        return (() if row is None else (row,)), 0


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    """End tasks. If the caller is cancelled meanwhile it hears of that, which `await task` would hide."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
