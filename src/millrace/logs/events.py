"""The events of log streams: each stream is a space whose keys are time and number. Inside transactions only.

A group's events in time order are its streams' events merged: nothing is written twice, and
streams whose events lie outside the wanted time are not even opened.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.logs.catalog import (
    Group,
    Stream,
    add_group,
    add_stream,
    event_space,
    find_group,
    find_stream,
    put_stream,
)
from millrace.storage.interface import Reader, Writer

_TIME_MAX = (1 << 64) - 1  # what a key holds; requests may ask for any time


class Position(NamedTuple):
    """Where an event stands in its group: ordered by time, then stream, then number within it."""

    timestamp: int
    stream: int
    number: int

    def __str__(self) -> str:
        """56 digits, as AWS's event ids and tokens have."""
        return f"{self.timestamp:020d}{self.stream:018d}{self.number:018d}"

    @classmethod
    def parse(cls, digits: str) -> "Position":
        """Raises ValueError for what `str` did not make."""
        if len(digits) != 56 or not digits.isascii() or not digits.isdigit():
            raise ValueError(f"not a position: {digits}")
        return cls(int(digits[:20]), int(digits[20:38]), int(digits[38:]))

    @property
    def key(self) -> bytes:
        """Its key within its stream."""
        return _key(self.timestamp, max(0, self.number))


class LogEvent(NamedTuple):
    """An event as it is read. Times are epoch milliseconds."""

    position: Position
    stream: str
    ingestion: int
    message: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one stream as they come in: (epoch milliseconds, message), and when they came."""

    scope: Scope
    group: str
    stream: str
    events: Sequence[tuple[int, str]]
    ingestion: int

    @property
    def size(self) -> int:
        """Bytes, as AWS counts them."""
        return sum(
            len(message.encode(errors="replace")) + limits.log_event_overhead_bytes
            for _, message in self.events
        )

    @property
    def weight(self) -> int:
        """About as many bytes as it takes in memory; cheaper to say than its size."""
        return sum(len(message) + limits.log_event_overhead_bytes for _, message in self.events)


def joined(batches: Iterable[Batch]) -> list[Batch]:
    """One batch for each stream. The order within a stream is kept, and no other is promised."""
    events: dict[tuple[Scope, str, str], list[tuple[int, str]]] = {}
    ingestions: dict[tuple[Scope, str, str], int] = {}
    for batch in batches:
        place = (batch.scope, batch.group, batch.stream)
        events.setdefault(place, []).extend(batch.events)
        ingestions[place] = batch.ingestion
    return [Batch(*place, each, ingestions[place]) for place, each in events.items()]


def write_batches(batches: Iterable[Batch], writer: Writer) -> None:
    """Add events; groups and streams that are not there are made."""
    for batch in batches:
        group = find_group(writer, batch.scope, batch.group)
        if group is None:
            group = add_group(writer, batch.scope, Group(batch.group, 0, batch.ingestion))
        stream = find_stream(writer, group, batch.stream) or add_stream(
            writer, group, batch.stream, batch.ingestion
        )
        add_events(writer, group, stream, batch)


def add_events(writer: Writer, group: Group, stream: Stream, batch: Batch) -> None:
    if not batch.events:
        return
    space = event_space(stream)
    ingestion = batch.ingestion.to_bytes(8, "big")
    number = stream.count
    for timestamp, message in batch.events:
        number += 1
        writer.put(space, _key(timestamp, number), ingestion + message.encode(errors="replace"))
    times = [max(0, timestamp) for timestamp, _ in batch.events]
    first = min(times) if stream.first is None else min(stream.first, *times)
    last = max(times) if stream.last is None else max(stream.last, *times)
    put_stream(
        writer, group, stream, replace(stream, first=first, last=last, ingested=batch.ingestion, count=number)
    )


def read_stream(
    reader: Reader, stream: Stream, low: bytes = b"", high: bytes | None = None, *, reverse: bool = False
) -> Iterator[LogEvent]:
    """Events of a stream with `low <= key < high`, in order of time."""
    for key, raw in reader.range(event_space(stream), low, high, reverse=reverse):
        yield _event(stream, key, raw)


def read_group(
    reader: Reader, streams: Iterable[Stream], after: Position, start_ms: int, end_ms: int | None
) -> Iterator[LogEvent]:
    """Events of several streams behind a position, merged in order of time; `end_ms` is the last wanted."""
    low_ms = max(start_ms, after.timestamp)
    sources: list[Iterator[LogEvent]] = []
    for stream in streams:
        if (
            stream.last is None
            or stream.last < low_ms
            or (end_ms is not None and (stream.first or 0) > end_ms)
        ):
            continue
        high = None if end_ms is None else _key(end_ms + 1, 0)
        sources.append(read_stream(reader, stream, max(_key(start_ms, 0), _behind(after, stream)), high))
    return heapq.merge(*sources)


def start_key(timestamp: int) -> bytes:
    """The lowest key of this millisecond."""
    return _key(timestamp, 0)


def remove_before(writer: Writer, stream: Stream, timestamp: int, limit: int) -> int:
    """Remove up to `limit` events older than `timestamp`, and say how many."""
    space = event_space(stream)
    keys = [key for key, _ in writer.range(space, b"", _key(timestamp, 0), limit=limit)]
    for key in keys:
        writer.delete(space, key)
    return len(keys)


def _behind(position: Position, stream: Stream) -> bytes:
    """The first key of a stream that is behind a position of its group."""
    if stream.id == position.stream:
        return position.key + b"\0"
    return _key(position.timestamp + (1 if stream.id < position.stream else 0), 0)


def _event(stream: Stream, key: bytes, raw: bytes) -> LogEvent:
    timestamp, number = int.from_bytes(key[:8], "big"), int.from_bytes(key[8:], "big")
    position = Position(timestamp, stream.id, number)
    return LogEvent(position, stream.name, int.from_bytes(raw[:8], "big"), raw[8:].decode())


def _key(timestamp: int, number: int) -> bytes:
    return min(max(0, timestamp), _TIME_MAX).to_bytes(8, "big") + number.to_bytes(8, "big")
