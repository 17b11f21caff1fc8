"""The log of everything that functions and people write: takes events at once, keeps them soon.

`append` never waits: events go to those who watch live, and into a queue from which one writer at a time
fills transactions. Order within a stream is kept. What the queue cannot hold is counted, and the log
says so itself. After a crash, what was not yet flushed is missing, and nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Self

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, Timer
from millrace.core.errors import StorageError
from millrace.logs.catalog import Group, groups, put_stream, scopes, streams_by_name
from millrace.logs.events import Batch, joined, remove_before, write_batches
from millrace.storage.interface import Reader, Storage, Writer

# Called for each batch that comes in, at once, on the event loop. Must be quick and must not raise.
Watcher = Callable[[Batch], None]


class Logs:
    """`storage` is the logs' own: a lighter database than the tables'. Use it from one event loop."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self.storage = storage
        self.clock = clock
        self._queue: deque[Batch] = deque()
        self._queued_bytes = 0
        self._dropped: dict[tuple[Scope, str, str], int] = {}
        self._writing: asyncio.Task[None] | None = None
        self._watchers: list[tuple[Scope | None, str | None, Watcher]] = []
        self._timer: Timer | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._timer = self.clock.call_after(limits.log_sweep_seconds, self._sweep_soon)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._sweeping is not None:
            await asyncio.wait([self._sweeping])
        await self.flush()

    def now_ms(self) -> int:
        return int(self.clock.now() * 1000)

    def append(self, scope: Scope, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Take events (epoch milliseconds, message) of a stream; returns at once.

        Group and stream come into being with their first event.
        """
        if not events:
            return
        batch = Batch(scope, group, stream, events, self.now_ms())
        self.tell(batch)
        if self._queued_bytes + batch.weight > limits.log_queue_bytes_max:
            place = (scope, group, stream)
            self._dropped[place] = self._dropped.get(place, 0) + len(events)
            return
        self._enqueue(batch)
        self._write_soon()

    async def flush(self) -> None:
        """Return once everything appended so far is durable. Raises StorageError if it cannot be."""
        while self._queue or self._dropped:
            self._write_soon()
            if self._writing is not None:
                await self._writing
        if self._writing is not None:
            await self._writing

    def subscribe(self, scope: Scope | None, group: str | None, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` for each batch as it comes; the answer ends it.

        None as scope or group means every one.
        """
        entry = (scope, group, watcher)
        self._watchers.append(entry)

        def end() -> None:
            if entry in self._watchers:
                self._watchers.remove(entry)

        return end

    def tell(self, batch: Batch) -> None:
        """Show a batch to those who watch."""
        for scope, group, watcher in tuple(self._watchers):
            if scope in (None, batch.scope) and group in (None, batch.group):
                watcher(batch)

    async def sweep(self) -> None:
        """Remove the events that are older than their group's retention, a few per transaction."""
        now_ms = self.now_ms()
        for group in await self.storage.read(_groups_that_forget):
            oldest = oldest_kept(group, now_ms)
            while await self.storage.write(
                lambda writer, group=group, oldest=oldest: _forget(writer, group, oldest)
            ):
                pass

    def _enqueue(self, batch: Batch) -> None:
        self._queue.append(batch)
        self._queued_bytes += batch.weight

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(_retrieved)

    async def _write(self) -> None:
        """Empty the queue. What a failed transaction held goes back to its front, for the next to try."""
        while self._queue or self._dropped:
            self._mention_dropped()
            batches = self._take()
            write = partial(write_batches, joined(batches))
            try:
                await self.storage.write(write)
            except StorageError:
                self._queue.extendleft(reversed(batches))
                raise
            self._queued_bytes -= sum(batch.weight for batch in batches)

    def _take(self) -> list[Batch]:
        """The next batches for one transaction."""
        batches: list[Batch] = []
        count = 0
        while self._queue and count < limits.log_write_events_max:
            batch = self._queue.popleft()
            count += len(batch.events)
            batches.append(batch)
        return batches

    def _mention_dropped(self) -> None:
        dropped, self._dropped = self._dropped, {}
        now_ms = self.now_ms()
        for (scope, group, stream), count in dropped.items():
            text = (
                f"[millrace] {count} log events were dropped: they came faster than they could be written.\n"
            )
            self._enqueue(Batch(scope, group, stream, [(now_ms, text)], now_ms))

    def _sweep_soon(self) -> None:
        self._timer = self.clock.call_after(limits.log_sweep_seconds, self._sweep_soon)
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.create_task(self.sweep())
            self._sweeping.add_done_callback(_retrieved)


def oldest_kept(group: Group, now_ms: int) -> int:
    """The time, in epoch milliseconds, before which a group's events are gone."""
    return 0 if group.retention is None else max(0, now_ms - group.retention * 86_400_000)


def _groups_that_forget(reader: Reader) -> list[Group]:
    return [
        group for scope in scopes(reader) for group in groups(reader, scope) if group.retention is not None
    ]


def _forget(writer: Writer, group: Group, oldest: int) -> bool:
    """Remove some events; say whether there may be more."""
    left = limits.log_sweep_events_max
    for stream in list(streams_by_name(writer, group)):
        if stream.first is None or stream.last is None or stream.first >= oldest:
            continue
        left -= remove_before(writer, stream, oldest, left)
        if left <= 0:
            return True
        put_stream(writer, group, stream, replace(stream, first=min(oldest, stream.last)))
    return False


def _retrieved(task: asyncio.Task[None]) -> None:
    """A failed write is told by the next `flush`, a failed sweep is tried again: neither is unseen."""
    if not task.cancelled():
        task.exception()
