"""Keeps a runner at work for every mapping and shard, and says where they all stand.

Nothing polls: a commit to a shard wakes its runner; a change of a mapping, a stream, a function or its role
wakes the supervisor, which compares what is with what should be.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Self

from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.iam.identities import Identities
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log as stream_log
from millrace.streams.stream import Shard
from millrace.triggers import catalog, checkpoint, destination, permission, target
from millrace.triggers.catalog import Mapping
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
from millrace.triggers.permission import Refusal
from millrace.triggers.runner import Call, Invoker, Runner, Tools
from millrace.triggers.status import MappingStatus, ShardStatus
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


@dataclass(slots=True)
class _Delivery:
    """One mapping at work. `tasks` are its runners', by shard."""

    target: Target
    refusal: Refusal | None
    runners: dict[str, Runner] = field(default_factory=dict[str, Runner])
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    # How often in a row a shard's runner failed.
    faults: dict[str, int] = field(default_factory=dict[str, int])

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
            storage, clock, functions, self.destinations, self._tell, self._rested, self._refresh_soon
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
        await self._refresh()
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
                    self._progress.clear()
                    await self._progress.wait()
        for uuid in list(self._deliveries):
            await self._end(uuid)
        for call in list(self._orphans):
            call.cancel()

    # What others ask.

    def observe(self, callback: Callable[[Observation], None]) -> Callable[[], None]:
        """Call `callback` with everything that happens; it must be quick. The answer ends it."""
        self._observers.append(callback)
        return partial(self._observers.remove, callback)

    async def status(self) -> list[MappingStatus]:
        """Where every mapping stands."""
        return await self.storage.read(self._status)

    def runner(self, uuid: str, shard_id: str) -> Runner | None:
        """Who delivers a shard to a mapping now: nobody before its turn, after its end and after a fault."""
        delivery = self._deliveries.get(uuid)
        return None if delivery is None else delivery.runners.get(shard_id)

    async def idle(self) -> None:
        """Return once nothing is pending and nothing in flight, but for mappings that stand still."""
        # What was written before is to be heeded first. Not here: whoever waits may give up half way through.
        self._changed.set()
        while True:
            self._progress.clear()
            heeded = not self._changed.is_set() and not self._refreshing.locked()
            if heeded and not await self._is_busy():
                return
            await self._progress.wait()

    async def _is_busy(self) -> bool:
        if any(runner.is_busy for runner in self._runners()):
            return True
        return any(status.pending for status in await self.status() if not _stands_still(status))

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
            )
            for observer in self._observers:
                observer(seen)

    def _rested(self) -> None:
        self._progress.set()

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
            self._progress.set()

    def _watch(self, journals: set[str]) -> bool:
        """Watch these journals too; whether any of them is new."""
        fresh = journals - self._watches.keys()
        for journal in fresh:
            self._watches[journal] = self.storage.watch(journal, self._refresh_soon)
        return bool(fresh)

    async def _end(self, uuid: str) -> None:
        """The mapping is gone. A function that is still at work for it may end its work, for nobody."""
        delivery = self._deliveries.pop(uuid)
        for task in delivery.tasks.values():
            await _cancel(task)
        for runner in delivery.runners.values():
            if runner.call is not None:
                self._orphans.add(runner.call)
                runner.call.add_done_callback(self._orphans.discard)

    async def _follow(self, new: Target) -> None:
        """Tell a mapping's runners what has changed."""
        delivery = self._deliveries.get(new.mapping.uuid)
        if delivery is None:
            self._deliveries[new.mapping.uuid] = _Delivery(new, await self._refusal(new))
            return
        old = delivery.target
        for runner in delivery.runners.values():
            runner.configure(new.mapping)
        await self._release_finished(delivery)
        for shard in new.stream.shards if new.stream is not None else ():
            if shard.id in delivery.runners:
                delivery.runners[shard.id].follow(shard)
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

    async def _release_finished(self, delivery: _Delivery) -> None:
        for shard_id in [
            name for name, runner in delivery.runners.items() if runner.state.phase is Phase.FINISHED
        ]:
            del delivery.runners[shard_id]
            await _cancel(delivery.tasks.pop(shard_id))

    async def _start_runners(self) -> None:
        """Take over the rows of all shards that are due, in one commit, and begin."""
        due = [
            (delivery, shard)
            for delivery in self._deliveries.values()
            for shard in delivery.target.shards_to_start()
            if shard.id not in delivery.tasks
        ]
        if not due:
            return
        wanted = [(delivery.target.mapping, shard) for delivery, shard in due]
        rows = await self.storage.write(partial(_claim, wanted, self._owner))
        for (delivery, shard), row in zip(due, rows, strict=True):
            if row is not None:
                self._start(delivery, shard, row)

    def _start(self, delivery: _Delivery, shard: Shard, row: Checkpoint) -> None:
        runner = Runner(self._tools, delivery.target.mapping, shard, row)
        # Whatever is told here is told before the runner reads anything.
        if delivery.refusal is not None:
            runner.tell(PermissionLost(delivery.refusal.remedy, delivery.refusal.result))
        runner.follow(shard)
        delivery.runners[shard.id] = runner
        delivery.tasks[shard.id] = asyncio.create_task(self._attend(delivery, runner), name=repr(runner))

    async def _attend(self, delivery: _Delivery, runner: Runner) -> None:
        """Let a runner run; after a fault it starts again later from what it saved last."""
        shard_id, began = runner.shard.id, self.clock.now()
        try:
            await runner.run()
        except LeaseLostError:
            # Deleted, or another process delivers now: either way there is nothing left to do here.
            delivery.runners.pop(runner.shard.id, None)
            self._progress.set()
            return
        except Exception:  # noqa: BLE001 - the border: a fault of one mapping, or of the disk, must not stop the others
            _log.exception("%r failed; it goes on from its checkpoint soon.", runner)
        if runner.call is not None:
            runner.call.cancel()
        delivery.runners.pop(shard_id, None)
        self._progress.set()
        # A disk that was full for a moment holds nothing up for long, one that stays full is not asked all the time.
        lasted = self.clock.now() - began > limits.mapping_retry_seconds_max
        delivery.faults[shard_id] = 1 if lasted else delivery.faults.get(shard_id, 0) + 1
        await self.clock.sleep(retry_delay(delivery.faults[shard_id]))
        delivery.tasks.pop(shard_id, None)
        self._changed.set()

    # Accounts.

    def _status(self, reader: Reader) -> list[MappingStatus]:
        return [self._mapping_status(reader, one) for one in target.read_all(reader)]

    def _mapping_status(self, reader: Reader, one: Target) -> MappingStatus:
        mapping = one.mapping
        delivery = self._deliveries.get(mapping.uuid)
        refusal = None if delivery is None else delivery.refusal
        runners = {} if delivery is None else delivery.runners
        shards = () if one.stream is None else one.stream.shards
        shown = tuple(_shard_status(reader, one, shard, runners.get(shard.id)) for shard in shards)
        return MappingStatus(
            uuid=mapping.uuid,
            table=mapping.table,
            stream_arn=mapping.stream_arn,
            function=mapping.function,
            role=None if one.function is None else one.function.role,
            state="Enabled" if mapping.enabled else "Disabled",
            last_result=checkpoint.last_result(reader, mapping.uuid) if refusal is None else refusal.result,
            missing=None if refusal is None else refusal.remedy,
            destination=mapping.destination or None,
            told=destination.tally(reader, mapping.uuid),
            shards=shown,
        )


def _shard_status(reader: Reader, one: Target, shard: Shard, runner: Runner | None) -> ShardStatus:
    floor = reader.floor(shard.journal)
    row = one.rows.get(shard.id) or Checkpoint(floor, floor)
    # A runner knows better than the row: filtered records are saved a little later.
    row = row if runner is None else runner.state.checkpoint
    first = stream_log.read(reader, shard, row.position, 1)
    state = None if runner is None else runner.state
    return ShardStatus(
        shard=shard.id,
        phase="pending" if state is None else str(state.phase),
        position=shard.sequence_number(row.position),
        delivered=row.delivered,
        filtered=row.filtered,
        invoked=row.invoked,
        failed=row.failed,
        discarded=dict(row.discarded),
        pending=reader.head(shard.journal) - row.position,
        oldest_pending=first[0].created if first else None,
        # Throttles are no attempts, but people want to know why nothing goes on.
        attempts=row.attempts if state is None else max(row.attempts, state.failures),
        retry_at=state.wake if state is not None and state.phase is Phase.WAITING else None,
        last_error=None if runner is None else runner.last_error,
    )


def _is_of_a_call(fact: Fact) -> bool:
    if isinstance(fact, Discarded):
        return fact.reason is Reason.RETRIES
    return isinstance(fact, BatchStarted | BatchSucceeded | AttemptFailed)


def _stands_still(status: MappingStatus) -> bool:
    return status.state != "Enabled" or status.missing is not None


def _claim(wanted: list[tuple[Mapping, Shard]], owner: str, writer: Writer) -> list[Checkpoint | None]:
    """The rows of mappings that still exist."""
    return [
        checkpoint.claim(writer, mapping.uuid, shard, owner)
        if catalog.find(writer, mapping.scope, mapping.uuid) is not None
        else None
        for mapping, shard in wanted
    ]


async def _cancel(task: asyncio.Task[None]) -> None:
    """End a task. If the caller is cancelled meanwhile it hears of that, which `await task` would hide."""
    task.cancel()
    await asyncio.wait([task])
