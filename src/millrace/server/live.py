"""Live events: changes, deliveries and log lines, as they happen, for `millrace tail` and the console.

Nothing is collected while nobody looks. A reader that is too slow misses events and is told how many; it
never slows anyone down.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Any, Self

import orjson

from millrace.core import arn, limits
from millrace.core.clock import Clock
from millrace.logs.events import Batch
from millrace.logs.log import Logs
from millrace.storage.interface import Reader, Storage
from millrace.streams import log as stream_log
from millrace.streams.record import Entry, get_records_form
from millrace.streams.stream import Shard, Stream
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Discarded,
    Fact,
    Filtered,
    Resumed,
    Stopped,
    Told,
)
from millrace.triggers.runner import Call
from millrace.triggers.supervisor import Observation, Supervisor

LAMBDA_GROUP = "/aws/lambda/"
Event = Mapping[str, Any]


class Interest:
    """Which events a reader wants: those of a table, of a function, or all; of one region, or of every one.

    A table's reader also wants what its functions log; which those are is learnt from the deliveries.
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        table: str | None = None,
        function: str | None = None,
        region: str | None = None,
    ) -> None:
        self._region = region
        self._tables = {text for text in (name, table) if text}
        self._functions = {text for text in (name, function) if text}
        self._all = not self._tables and not self._functions

    def wants(self, event: Event) -> bool:
        if self._region is not None and event.get("region") != self._region:
            return False
        if self._all:
            return True
        if event["kind"] == "delivery" and event["table"] in self._tables:
            self._functions.add(event["function"])
        return event.get("table") in self._tables or event.get("function") in self._functions


class Feed:
    """The events of one reader, waiting to be sent."""

    def __init__(self, interest: Interest) -> None:
        self._interest = interest
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._missed = 0
        self._news = asyncio.Event()
        self._ended = False

    def offer(self, event: Event) -> None:
        """Take an event if it is wanted and there is room."""
        if not self._interest.wants(event):
            return
        if len(self._waiting) >= limits.live_events_max or self._bytes >= limits.live_bytes_max:
            self._missed += 1
            return
        if self._missed:
            self._waiting.append(_line({"kind": "missed", "events": self._missed}))
            self._missed = 0
        line = _line(event)
        self._waiting.append(line)
        self._bytes += len(line)
        self._news.set()

    def end(self) -> None:
        """Let the reader have what waits, and no more."""
        self._ended = True
        self._news.set()

    async def lines(self) -> AsyncIterator[bytes]:
        """One JSON object a line, the first says that nothing is missed from now on."""
        yield _line({"kind": "ready"})
        while True:
            await self._news.wait()
            self._news.clear()
            if self._waiting:
                lines = b"".join(self._waiting)
                self._waiting.clear()
                self._bytes = 0
                yield lines
            if self._ended and not self._waiting:
                return


class Feeds:
    """Every open feed, and what they are fed from."""

    def __init__(self, storage: Storage, clock: Clock, logs: Logs, supervisor: Supervisor) -> None:
        self._storage = storage
        self._clock = clock
        self._logs = logs
        self._supervisor = supervisor
        self._feeds: set[Feed] = set()
        self._sources: ExitStack | None = None
        self._positions: dict[str, int] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for feed in self._feeds:
            feed.end()
        self._close_sources()

    async def follow(self, interest: Interest) -> AsyncIterator[bytes]:
        """The events that `interest` wants from now on, as lines, until the reader or the server ends it."""
        feed = Feed(interest)
        self._feeds.add(feed)
        if self._sources is None:
            await self._open_sources()
        try:
            async for line in feed.lines():
                yield line
        finally:
            self._feeds.discard(feed)
            if not self._feeds:
                self._close_sources()

    async def _open_sources(self) -> None:
        self._sources = ExitStack()
        self._sources.callback(self._supervisor.observe(self._delivery))
        self._sources.callback(self._logs.subscribe(None, None, self._log_lines))
        self._sources.callback(self._storage.watch(stream_log.CHANGES, self._look_for_streams))
        await self._watch_streams(opened=False)

    def _close_sources(self) -> None:
        if self._sources is not None:
            self._sources.close()
            self._sources = None
        self._positions.clear()
        for task in self._reading.values():
            task.cancel()
        self._reading.clear()

    # Changes: every open shard's journal is watched, and read from where it was when watching began. One that was
    # opened since then is read from its beginning.

    def _look_for_streams(self) -> None:
        self._start("", self._watch_streams(opened=True))

    async def _watch_streams(self, *, opened: bool) -> None:
        for stream, shard, head in await self._storage.read(_open_shards):
            if shard.journal not in self._positions and self._sources is not None:
                self._positions[shard.journal] = 0 if opened else head
                self._sources.callback(
                    self._storage.watch(shard.journal, partial(self._changed, stream, shard))
                )
                self._changed(stream, shard)

    def _changed(self, stream: Stream, shard: Shard) -> None:
        if shard.journal not in self._reading:
            self._start(shard.journal, self._read_changes(stream, shard))

    def _start(self, name: str, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._reading[name] = task
        task.add_done_callback(lambda _: self._reading.pop(name, None))

    async def _read_changes(self, stream: Stream, shard: Shard) -> None:
        while entries := await self._storage.read(partial(self._next_entries, shard)):
            self._positions[shard.journal] = entries[-1].number
            for entry in entries:
                self._offer(_change(stream, entry))

    def _next_entries(self, shard: Shard, reader: Reader) -> list[Entry]:
        return stream_log.read(reader, shard, self._positions.get(shard.journal, 0), 1_000)

    # Deliveries and log lines come by themselves.

    def _delivery(self, observation: Observation) -> None:
        # A turn later, so that a change is shown before its delivery: both follow from the same commit.
        asyncio.get_running_loop().call_soon(
            self._offer,
            {
                "kind": "delivery",
                "time": self._clock.now(),
                "region": observation.region,
                "table": observation.table,
                "function": observation.function,
                "mapping": observation.uuid,
                "shard": observation.shard,
                **describe(observation.fact, self._clock.now()),
                **_call(observation.call),
            },
        )

    def _log_lines(self, batch: Batch) -> None:
        for timestamp, message in batch.events:
            event = {
                "kind": "log",
                "time": timestamp / 1000,
                "region": batch.scope.region,
                "function": batch.group.removeprefix(LAMBDA_GROUP),
                "group": batch.group,
                "stream": batch.stream,
                "message": message,
            }
            self._offer(event)

    def _offer(self, event: Event) -> None:
        for feed in self._feeds:
            feed.offer(event)


def describe(fact: Fact, now: float) -> dict[str, Any]:
    """A fact of a delivery, in the words of docs/api.md."""
    match fact:
        case BatchStarted():
            return {"event": "batch_started", "records": fact.count, "attempt": fact.attempt, **_span(fact)}
        case BatchSucceeded():
            return {"event": "batch_succeeded", "records": fact.count, **_span(fact)}
        case AttemptFailed():
            retry_in = None if fact.retry_at is None else round(max(0.0, fact.retry_at - now), 3)
            told = {"attempt": fact.attempt, "error": fact.error, "retry_in": retry_in}
            return {"event": "attempt_failed", "records": fact.count, **told, **_span(fact)}
        case Discarded():
            return {"event": "discarded", "records": fact.count, "reason": str(fact.reason), **_span(fact)}
        case Told():
            told = {"destination": fact.destination, "error": fact.error}
            return {"event": "destination_told", "records": fact.count, **told, **_span(fact)}
        case Filtered():
            return {"event": "filtered", "records": fact.count}
        case Stopped():
            return {"event": "stopped", "reason": fact.missing or "the mapping is disabled"}
        case Resumed():
            return {"event": "resumed"}


def _call(call: Call | None) -> dict[str, Any]:
    """What is known of the invocation: that its log can be found by it."""
    told = {} if call is None else asdict(call)
    return {name: value for name, value in told.items() if value is not None}


def _span(fact: BatchStarted | BatchSucceeded | AttemptFailed | Discarded | Told) -> dict[str, str]:
    return {"first": fact.first, "last": fact.last}


def _change(stream: Stream, entry: Entry) -> Event:
    region = arn.parse(stream.arn).region
    record = get_records_form(entry, region)
    return {
        "kind": "change",
        "time": entry.created,
        "region": region,
        "table": stream.table,
        "event": record["eventName"],
        "keys": record["dynamodb"]["Keys"],
        "sequence_number": entry.sequence_number,
    }


def _open_shards(reader: Reader) -> list[tuple[Stream, Shard, int]]:
    found: list[tuple[Stream, Shard, int]] = []
    for stream in stream_log.every(reader):
        found += [(stream, shard, reader.head(shard.journal)) for shard in stream.shards if shard.end is None]
    return found


def _line(event: Event) -> bytes:
    return orjson.dumps(event) + b"\n"
