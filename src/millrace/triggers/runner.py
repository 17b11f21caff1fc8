"""One mapping on one lane of a shard at work: feeds the delivery machine and carries out its commands.

It decides nothing. Events wait in an inbox and are told to the machine one by one; what the machine orders
is done in its order, and only an invocation goes on by itself. So a slow function delays its own mapping only.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import orjson

from millrace.core import ids, limits
from millrace.core.clock import Clock, Timer
from millrace.core.errors import AwsError
from millrace.core.turn import give_way
from millrace.functions.invocation import InvokeCall
from millrace.storage.interface import Storage
from millrace.streams.stream import Shard
from millrace.triggers import event, lanes, machine
from millrace.triggers.catalog import Mapping
from millrace.triggers.delivery import (
    Answer,
    AttemptFailed,
    BatchSucceeded,
    Checkpoint,
    Command,
    Event,
    Fact,
    Finish,
    InvocationFailed,
    InvocationSucceeded,
    Invoke,
    Read,
    Record,
    RecordsRead,
    Report,
    SaveCheckpoint,
    SetTimer,
    Signal,
    Stopped,
)
from millrace.triggers.destination import Destinations
from millrace.triggers.feed import Feeds, Item
from millrace.triggers.filter import Predicate, compile_filters
from millrace.triggers.listener import Listener


@dataclass(frozen=True, slots=True)
class Call:
    """One invocation, so that its log lines are found. Where they are is known once it has ended.

    `duration_ms` is what REPORT says. What was never run (a throttle) has neither.
    """

    request_id: str
    log_group: str | None = None
    log_stream: str | None = None
    duration_ms: float | None = None


class Invoker(Protocol):
    """Whoever can run functions."""

    @property
    def invoke(self) -> InvokeCall: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What every runner works with.

    `destinations` are told of what is given up. `tell` is told each fact, `rested` that a runner has nothing to do
    right now, `finished` that its closed shard is done with, or that it is drained.
    """

    storage: Storage
    clock: Clock
    invoker: Invoker
    destinations: Destinations
    tell: Callable[["Runner", Fact], None]
    rested: Callable[[], None]
    finished: Callable[[], None]
    feeds: Feeds


class Runner(Listener):
    """Delivers one lane's records of a shard to one mapping's function, from `row` on."""

    def __init__(self, tools: Tools, mapping: Mapping, shard: Shard, row: Checkpoint) -> None:
        super().__init__(mapping, shard, row)
        self.last_error: str | None = None
        self.call: asyncio.Task[InvocationSucceeded | InvocationFailed] | None = None
        self.last_call: Call | None = None
        self._tools = tools
        self._passes: Predicate | None = compile_filters(mapping.filters)
        self._news = asyncio.Event()
        self._rests = False
        self._broken: BaseException | None = None
        self._timer: Timer | None = None

    def __repr__(self) -> str:
        row = self.state.checkpoint
        lane = f" {row.lane + 1}/{row.lanes}" if row.lanes > 1 else ""
        where = f"{self.shard.id}{lane}"
        return f"<Runner {self.mapping.table} -> {self.mapping.function} {where} {self.state.phase}>"

    @property
    def is_busy(self) -> bool:
        return not self._rests or self.call is not None

    def tell(self, event: Event) -> None:
        super().tell(event)
        self._rests = False
        self._news.set()

    def filter_by(self, patterns: tuple[str, ...]) -> None:
        self._passes = compile_filters(patterns)

    async def run(self) -> None:
        """Work until cancelled. Raises StorageError, LeaseLostError, and what invoking should not have raised."""
        self._tools.feeds.join(self.shard, self.mapping.stream_arn)
        close = self._tools.storage.watch(self.shard.journal, self.kick)
        self.tell(Signal.STARTED)
        try:
            while True:
                while self._inbox:
                    await self._step(self.hear())
                if self._broken is not None:
                    raise self._broken
                self._rests = True
                self._tools.rested()
                if self.is_drained:
                    self._tools.finished()
                self._news.clear()
                await self._news.wait()
        finally:
            close()
            self._set_timer(None)
            self._tools.feeds.leave(self.shard)

    async def _step(self, event: Event) -> None:
        self.state, commands = machine.step(self.state, event, self._tools.clock.now())
        for command in commands:
            await self._carry_out(command)

    async def _carry_out(self, command: Command) -> None:
        match command:
            case Invoke():
                self.last_call = Call(ids.uuid())
                self.call = asyncio.create_task(self._invoke(command, self.last_call.request_id))
                self.call.add_done_callback(self._landed)
            case Read():
                read = await self._read(command)
                if not read.exhausted:
                    # Storage answers at once: whoever reads thousands of records would have the loop to himself.
                    await give_way()
                # What was read is told before anything that came meanwhile.
                self._inbox.appendleft(read)
            case SaveCheckpoint():
                await self._save(command)
            case SetTimer():
                self._set_timer(command.when)
            case Report():
                self._report(command.fact)
            case Finish():
                self._tools.finished()

    async def _read(self, command: Read) -> RecordsRead:
        row = self.state.checkpoint
        feed = self._tools.feeds.of(self.shard)
        # Of so many records about one in `lanes` is its own.
        limit = min(command.limit * row.lanes, limits.mapping_read_records_max)
        piece = await feed.read(self._tools.storage, command.after, limit)
        through = piece.items[-1].number if piece.items else command.after
        if not row.is_alone:
            if piece.floor > command.after:
                return self._leave_gap(command)
            records, filtered = self._own(row, piece.items, feed.shaper)
            return RecordsRead(command.after, records, through, piece.exhausted, filtered=filtered)
        shaper, passes = feed.shaper, self._passes
        records = tuple(
            item.shaped(shaper) for item in piece.items if passes is None or passes(item.document(shaper))
        )
        return RecordsRead(command.after, records, through, piece.exhausted, piece.floor)

    def _own(
        self, row: Checkpoint, items: Sequence[Item], shaper: event.Shaper
    ) -> tuple[tuple[Record, ...], tuple[tuple[int, int], ...]]:
        """The lane's own records that pass, and the runs of those that do not."""
        passes = self._passes
        records: list[Record] = []
        filtered: list[tuple[int, int]] = []
        last, count = 0, 0
        for item in items:
            if not lanes.owns(row, item.number, item.partition):
                continue
            if passes is not None and not passes(item.document(shaper)):
                last, count = item.number, count + 1
                continue
            if count:
                filtered.append((last, count))
                count = 0
            records.append(item.shaped(shaper))
        if count:
            filtered.append((last, count))
        return tuple(records), tuple(filtered)

    def _leave_gap(self, command: Read) -> RecordsRead:
        """Records are gone, and whose they were. Only all lanes together can tell how many were lost."""
        self.gap = True
        self.drain()
        return RecordsRead(command.after, (), command.after, exhausted=True)

    async def _save(self, command: SaveCheckpoint) -> None:
        told = await self._tools.destinations.save(self.mapping, self.shard, command)
        if told is not None:
            self._report(told)

    async def _invoke(self, command: Invoke, request_id: str) -> InvocationSucceeded | InvocationFailed:
        mapping = self.mapping
        try:
            done = await self._tools.invoker.invoke(
                mapping.scope,
                mapping.function,
                self._payload(command),
                qualifier=mapping.qualifier,
                request_id=request_id,
            )
        except AwsError as error:
            # It was not run: throttled, not there, or its environment did not come up. That is no attempt.
            return InvocationFailed(str(error), counts=False)
        self.last_call = Call(request_id, done.log_group, done.log_stream, done.duration_ms)
        answer = Answer(request_id, done.executed_version, done.function_error)
        if done.function_error is None:
            return InvocationSucceeded(done.payload, answer)
        return InvocationFailed(_error_text(done.payload), counts=True, answer=answer)

    def _payload(self, command: Invoke) -> bytes:
        if command.window is None:
            return event.payload(command.records)
        return event.window_payload(
            command.records, command.window, self.shard.id, self.mapping.stream_arn, final=command.final
        )

    def _landed(self, call: "asyncio.Task[InvocationSucceeded | InvocationFailed]") -> None:
        self.call = None
        if call.cancelled():
            return
        self._broken = call.exception()
        if self._broken is None:
            self.tell(call.result())
        self._news.set()

    def _set_timer(self, when: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if when is not None:
            self._timer = self._tools.clock.call_at(when, partial(self.tell, Signal.TIMER_FIRED))

    def _report(self, fact: Fact) -> None:
        if self.draining and isinstance(fact, Stopped):
            return
        if isinstance(fact, AttemptFailed):
            self.last_error = fact.error
        elif isinstance(fact, BatchSucceeded):
            self.last_error = None
        self._tools.tell(self, fact)


def _error_text(payload: bytes) -> str:
    """`ValueError: bad order` of a function's error document."""
    try:
        document = orjson.loads(payload)
        kind, message = document.get("errorType"), document.get("errorMessage")
    except (orjson.JSONDecodeError, AttributeError):
        return payload.decode(errors="replace")[: limits.delivery_error_characters_max]
    text = ": ".join(str(part) for part in (kind, message) if part)
    return text[: limits.delivery_error_characters_max]
