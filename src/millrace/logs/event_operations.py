"""Operations on log events: putting them in, reading one stream, searching a group."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Context, Operation, Output, Params
from millrace.logs.catalog import Group, Stream, get_group, get_stream, streams_by_name
from millrace.logs.events import Batch, LogEvent, Position, add_events, read_group, read_stream, start_key
from millrace.logs.filter import compile_filter
from millrace.logs.log import Logs, oldest_kept
from millrace.logs.names import group_name, invalid_parameter, sequence_token
from millrace.logs.tokens import invalid_token
from millrace.storage.interface import Reader, Writer


def event_operations(logs: Logs) -> dict[str, Operation]:
    return {
        "PutLogEvents": partial(put_log_events, logs),
        "GetLogEvents": partial(get_log_events, logs),
        "FilterLogEvents": partial(filter_log_events, logs),
    }


async def put_log_events(logs: Logs, context: Context, params: Params) -> Output:
    events = [(event["timestamp"], event["message"]) for event in params["logEvents"]]
    now_ms = logs.now_ms()
    batch = Batch(context.scope, params["logGroupName"], params["logStreamName"], events, now_ms)
    _check_batch(batch)

    def write(writer: Writer) -> tuple[dict[str, int], Batch, str]:
        group = get_group(writer, context.scope, batch.group)
        stream = get_stream(writer, group, batch.stream)
        rejected, kept = _rejected(events, group, now_ms)
        taken = Batch(batch.scope, batch.group, batch.stream, kept, now_ms)
        add_events(writer, group, stream, taken)
        return rejected, taken, sequence_token(get_stream(writer, group, stream.name))

    rejected, taken, token = await logs.storage.write(write)
    if taken.events:
        logs.tell(taken)
    return {"nextSequenceToken": token, "rejectedLogEventsInfo": rejected or None}


async def get_log_events(logs: Logs, context: Context, params: Params) -> Output:
    name = group_name(params)
    token = _StreamToken.parse(params.get("nextToken"))
    forward = token.forward if token is not None else bool(params.get("startFromHead"))
    await logs.flush()

    def read(reader: Reader) -> list[LogEvent]:
        group = get_group(reader, context.scope, name)
        stream = get_stream(reader, group, params["logStreamName"])
        low = start_key(max(params.get("startTime") or 0, oldest_kept(group, logs.now_ms())))
        high = start_key(params["endTime"]) if params.get("endTime") is not None else None
        if token is not None and token.forward:
            low = max(low, token.position.key + b"\0")
        elif token is not None:
            high = token.position.key if high is None else min(high, token.position.key)
        found = read_stream(reader, stream, low, high, reverse=not forward)
        return list(_page(found, params.get("limit") or limits.log_page_events_max))

    events = await logs.storage.read(read)
    ahead, back = _stream_tokens(events if forward else events[::-1], token, params.get("startTime") or 0)
    shown = [_show(event) for event in (events if forward else reversed(events))]
    return {"events": shown, "nextForwardToken": ahead, "nextBackwardToken": back}


async def filter_log_events(logs: Logs, context: Context, params: Params) -> Output:
    """Looks at a bounded number of events; then it answers with a token, maybe without events, as AWS does."""
    name = group_name(params)
    matches = compile_filter(params.get("filterPattern") or "")
    search = _Search(context.scope, name, params, matches, logs.now_ms())
    position = _group_token(params.get("nextToken"))
    room, room_bytes, done = (
        params.get("limit") or limits.log_page_events_max,
        limits.log_page_bytes_max,
        False,
    )
    await logs.flush()
    found: list[LogEvent] = []
    for _ in range(limits.log_scans_max):
        scan = partial(search.scan, position, room - len(found), room_bytes - sum(map(_size, found)))
        more, position, done = await logs.storage.read(scan)
        found.extend(more)
        if done or len(found) >= room or sum(map(_size, found)) >= room_bytes:
            break
    shown = [
        {"logStreamName": event.stream, **_show(event), "eventId": str(event.position)} for event in found
    ]
    return {"events": shown, "searchedLogStreams": [], "nextToken": None if done else str(position)}


@dataclass(frozen=True, slots=True)
class _Search:
    """What FilterLogEvents looks for."""

    scope: Scope
    group: str
    params: Params
    matches: Callable[[str], bool]
    now_ms: int

    def scan(
        self, position: Position, room: int, room_bytes: int, reader: Reader
    ) -> tuple[list[LogEvent], Position, bool]:
        """Look at some more events behind `position`: what matches, how far it came, whether that is the end."""
        group = get_group(reader, self.scope, self.group)
        start = max(self.params.get("startTime") or 0, oldest_kept(group, self.now_ms))
        streams = _streams(reader, group, self.params)
        events = read_group(reader, streams, position, start, self.params.get("endTime"))
        found: list[LogEvent] = []
        size = 0
        for looked, event in enumerate(events):
            if looked >= limits.log_scan_events_max or len(found) >= room or size >= room_bytes:
                return found, position, False
            position = event.position
            if self.matches(event.message):
                found.append(event)
                size += _size(event)
        return found, position, True


@dataclass(frozen=True, slots=True)
class _StreamToken:
    """`f/…/s` goes on behind a position, `b/…/s` before it."""

    forward: bool
    position: Position

    def __str__(self) -> str:
        return f"{'f' if self.forward else 'b'}/{self.position}/s"

    @classmethod
    def parse(cls, text: str | None) -> "_StreamToken | None":
        if text is None:
            return None
        if text[:2] not in ("f/", "b/") or not text.endswith("/s"):
            raise invalid_token()
        return cls(text[0] == "f", _position(text[2:-2]))


def _stream_tokens(events: list[LogEvent], token: _StreamToken | None, start: int) -> tuple[str, str]:
    """The tokens forward and backward of a page. At an end the same token comes back, for the other side
    it includes where the page would have begun.
    """
    if events:
        return str(_StreamToken(True, events[-1].position)), str(_StreamToken(False, events[0].position))
    if token is None:
        begin = Position(max(0, start), 0, 0)
        return str(_StreamToken(True, begin)), str(_StreamToken(False, begin))
    at = token.position
    if token.forward:
        return str(token), str(_StreamToken(False, at._replace(number=at.number + 1)))
    return str(_StreamToken(True, at._replace(number=max(0, at.number - 1)))), str(token)


def _check_batch(batch: Batch) -> None:
    """Raises InvalidParameterException for a batch that AWS does not take at all."""
    times = [timestamp for timestamp, _ in batch.events]
    if len(times) > limits.log_batch_events_max:
        raise invalid_parameter(f"Log event batch exceeds the limit of {limits.log_batch_events_max} events.")
    if batch.size > limits.log_batch_bytes_max:
        raise invalid_parameter(
            f"Upload too large: {batch.size} bytes exceeds limit of {limits.log_batch_bytes_max}"
        )
    if times != sorted(times):
        raise invalid_parameter("Log events in a single PutLogEvents request must be in chronological order.")
    if times and times[-1] - times[0] > limits.log_batch_span_ms_max:
        raise invalid_parameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )


def _rejected(
    events: list[tuple[int, str]], group: Group, now_ms: int
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """Which events of a batch in order are refused, in AWS's terms, and which are kept."""
    too_old, expiry = now_ms - limits.log_event_age_ms_max, oldest_kept(group, now_ms)
    too_new = now_ms + limits.log_event_ahead_ms_max
    old = sum(timestamp < too_old for timestamp, _ in events)
    gone = sum(timestamp < expiry for timestamp, _ in events)
    fine = sum(timestamp <= too_new for timestamp, _ in events)
    rejected: dict[str, int] = {}
    if old:
        rejected["tooOldLogEventEndIndex"] = old
    if gone > old:
        rejected["expiredLogEventEndIndex"] = gone
    if fine < len(events):
        rejected["tooNewLogEventStartIndex"] = fine
    return rejected, events[max(old, gone) : fine]


def _streams(reader: Reader, group: Group, params: Params) -> Iterable[Stream]:
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix is not None:
        raise invalid_parameter(
            "LogStream names and LogStream name prefix are mutually exclusive parameters."
        )
    if names:
        return [get_stream(reader, group, name) for name in dict.fromkeys(names)]
    return list(streams_by_name(reader, group, prefix=prefix or ""))


def _page(events: Iterable[LogEvent], limit: int) -> Iterator[LogEvent]:
    """As many events as one answer holds, one at least."""
    size = 0
    for count, event in enumerate(islice(events, limit)):
        size += _size(event)
        if count and size > limits.log_page_bytes_max:
            return
        yield event


def _size(event: LogEvent) -> int:
    return len(event.message) + limits.log_event_overhead_bytes


def _show(event: LogEvent) -> dict[str, Any]:
    return {"timestamp": event.position.timestamp, "message": event.message, "ingestionTime": event.ingestion}


def _group_token(text: str | None) -> Position:
    return Position(0, 0, 0) if text is None else _position(text)


def _position(digits: str) -> Position:
    try:
        position = Position.parse(digits)
    except ValueError:
        raise invalid_token() from None
    if position.timestamp >= 1 << 63:
        raise invalid_token()
    return position
