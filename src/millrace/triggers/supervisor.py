"""Keeps a runner at work for every mapping, shard and lane, and says where they all stand.

Nothing polls: a commit to a shard wakes its runner; a change of a mapping, a stream, a function or its role
wakes the supervisor, which compares what is with what should be.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.core.errors import StorageError
from millrace.core.progress import Progress
from millrace.iam.identities import Identities
from millrace.storage.interface import Reader, Storage
from millrace.streams import log as stream_log
from millrace.streams.stream import Shard
from millrace.triggers import catalog, permission, status, target
from millrace.triggers.attendance import Attendance, Key
from millrace.triggers.checkpoint import LeaseLostError
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Checkpoint,
    Discarded,
    Fact,
    PermissionLost,
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


# One mapping at work.
_Delivery = Attendance[Runner, asyncio.Task[None]]


class Supervisor:
    """Delivers while it is entered. `functions` runs functions, `identities` says what their roles may do."""

    name = "triggers"

    def __init__(self, storage: Storage, clock: Clock, functions: Invoker, identities: Identities) -> None:
        self.storage = storage
        self.clock = clock
        self.identities = identities
        self.destinations = Destinations(storage, clock, identities)
        self._progress = Progress()
        self._tools = Tools(
            storage,
            clock,
            functions,
            self.destinations,
            self._tell,
            self._progress.tell,
            self._refresh_soon,
            Feeds(),
        )
        # Rows are owned by one supervisor at a time: this is its name.
        self._owner = ids.uuid()
        self._deliveries: dict[str, _Delivery] = {}
        self._observers: list[Callable[[Observation], None]] = []
        self._watches: dict[str, Callable[[], None]] = {}
        self._changed = asyncio.Event()
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
                await self._progress.until(self._calls_ended)
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
        await self._progress.until(self._rests)

    async def _rests(self) -> bool:
        return not await self.storage.read(self.is_busy)

    async def _calls_ended(self) -> bool:
        return not any(runner.is_busy for runner in self._runners())

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
            self._progress.tell()

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

    async def _dismiss(self, delivery: _Delivery, keys: list[Key]) -> None:
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
        await self._release(delivery, new)
        delivery.follow(new)
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

    async def _release(self, delivery: _Delivery, new: Target) -> None:
        """Let those go who are done."""
        await self._dismiss(delivery, delivery.leaving(new))

    def _leave(self, runner: Runner) -> None:
        """A function that is still at work may end its work, for nobody."""
        if runner.call is not None:
            self._orphans.add(runner.call)
            runner.call.add_done_callback(self._orphans.discard)

    async def _start_runners(self) -> None:
        """Take over the rows of all lanes that are due, in one commit, and begin."""
        due = [(delivery, wish) for delivery in self._deliveries.values() for wish in delivery.wishes()]
        if not due:
            return
        taken = await self.storage.write(
            lambda writer: [wish.claim(writer, self._owner) for _, wish in due],
        )
        for (delivery, wish), (rows, lost) in zip(due, taken, strict=True):
            started = [self._start(delivery, wish.shard, row) for row in rows if not row.finished]
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
            self._progress.tell()
            return
        except Exception:  # noqa: BLE001 - the border: a fault of one mapping, or of the disk, must not stop the others
            _log.exception("%r failed; it goes on from its checkpoint soon.", runner)
        if runner.call is not None:
            runner.call.cancel()
        delivery.runners.pop(key, None)
        self._progress.tell()
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


async def _cancel(*tasks: asyncio.Task[Any]) -> None:
    """End tasks. If the caller is cancelled meanwhile it hears of that, which `await task` would hide."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
