"""The log of changes: every stream's catalog row and every shard's journal, in storage.

All functions run inside a transaction of their caller: a table's change and its record, or the end of a
table and of its stream, are one commit. Records live 24 hours (`retention`).
"""

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.storage.interface import Reader, Writer
from millrace.streams import record, resource_policy
from millrace.streams import stream as streams
from millrace.streams.record import Entry
from millrace.streams.stream import Shard, Stream

# One space for every scope's streams, in the order that ListStreams shows them.
SPACE = "streams"
# The journal that tells the same as `changes`, of all scopes.
CHANGES = "streams/changes"


def changes(scope: Scope) -> str:
    """The journal that tells which streams came, changed their shards, were disabled or went.

    Records that are appended to a shard are told by the shard's own journal.
    """
    return f"streams/{scope.path}/changes"


def create(
    writer: Writer,
    scope: Scope,
    table: str,
    view: str,
    key_schema: tuple[tuple[str, str], ...],
    now: float,
    *,
    shards: int = 1,
    seconds: float = 0.0,
) -> Stream:
    """Enable a stream of so many shards: a new ARN and label every time, even twice within a millisecond.

    It is ENABLING for `seconds`.
    """
    settled = now + seconds
    stream = streams.first(scope, table, view, key_schema, now, shards=shards)
    while describe(writer, stream.arn) is not None:
        now += 0.001
        stream = streams.first(scope, table, view, key_schema, now, shards=shards)
    stream = replace(stream, settled=settled)
    _save(writer, stream)
    return stream


def disable(writer: Writer, arn: str, now: float, *, seconds: float = 0.0) -> None:
    """Close every shard. What they hold stays readable until it is 24 hours old. It is DISABLING for `seconds`."""
    stream = describe(writer, arn)
    if stream is None or stream.disabled is not None:
        return
    for shard in stream.open_shards:
        stream = _close(writer, stream, shard, (), now)
    _save(writer, replace(stream, disabled=now, settled=now + seconds))


def split(writer: Writer, stream: Stream, shard: Shard, now: float) -> Stream:
    """Close an open shard; two children share its partitions.

    Raises LookupError for a closed one, and ValueError when there would be too many shards.
    """
    if len(stream.open_shards) >= limits.stream_open_shards_max:
        raise ValueError(f"a stream has at most {limits.stream_open_shards_max} open shards")
    return divide(writer, stream, shard, (shard.low, (shard.low + shard.high) // 2, shard.high), now)


def roll(writer: Writer, stream: Stream, shard: Shard, now: float) -> Stream:
    """Close an open shard; one child follows it. Raises LookupError for a closed one."""
    return divide(writer, stream, shard, (shard.low, shard.high), now)


def divide(writer: Writer, stream: Stream, shard: Shard, bounds: tuple[int, ...], now: float) -> Stream:
    """Close an open shard and open a child for each range between `bounds`. Raises LookupError for a closed one."""
    if shard.end is not None:
        raise LookupError(f"{shard.id} is closed")
    stream = _close(writer, stream, shard, bounds, now)
    _save(writer, stream)
    return stream


def _close(writer: Writer, stream: Stream, shard: Shard, bounds: tuple[int, ...], now: float) -> Stream:
    return streams.succeed(stream, shard, shard.start + writer.head(shard.journal), bounds, now)


# What hears that a shard goes, in the transaction that takes it away and while its journal is still there: whoever
# keeps an account of its records closes it then. Their last number is `reader.head(shard.journal)`.
Farewell = Callable[[Writer, Stream, Shard], None]


def remove(writer: Writer, stream: Stream, shards: Iterable[Shard], farewell: Farewell) -> Stream:
    """Take closed shards out of a stream. Children go on naming them as their parents."""
    gone = {shard.id for shard in shards}
    removed = stream.removed
    for shard in stream.shards:
        if shard.id in gone:
            farewell(writer, stream, shard)
            removed += writer.head(shard.journal)
            writer.drop(shard.journal)
    kept = tuple(shard for shard in stream.shards if shard.id not in gone)
    stream = replace(stream, shards=kept, removed=removed)
    _save(writer, stream)
    return stream


def drop(writer: Writer, stream: Stream, farewell: Farewell) -> None:
    """Forget a stream and all its records."""
    remove(writer, stream, stream.shards, farewell)
    key = key_of(stream.arn)
    if key is not None:
        writer.delete(SPACE, key)
        resource_policy.forget(writer, stream.arn)


def describe(reader: Reader, arn: str) -> Stream | None:
    """The stream with this ARN, disabled ones too; None if there is none or the text is not its ARN."""
    key = key_of(arn)
    raw = None if key is None else reader.get(SPACE, key)
    if raw is None:
        return None
    stream = streams.decode(raw)
    return stream if stream.arn == arn else None


def list_streams(reader: Reader, scope: Scope, table: str | None, after: str | None) -> Iterator[Stream]:
    """The scope's streams in order, of one table or of all, after the one with ARN `after`."""
    prefix = f"{scope.path}\0" + (f"{table}\0" if table else "")
    low = prefix.encode()
    high = low[:-1] + b"\x01"
    start = None if after is None else key_of(after)
    if start is not None:
        low = max(low, start + b"\0")
    for _, raw in reader.range(SPACE, low, high):
        yield streams.decode(raw)


def every(reader: Reader) -> Iterator[Stream]:
    """The streams of all scopes."""
    for _, raw in reader.range(SPACE):
        yield streams.decode(raw)


def append(writer: Writer, stream: Stream, partition_hash: int, data: bytes) -> int:
    """Add a change record to the partition's open shard; answers its number in the shard's journal."""
    return writer.append(stream.route(partition_hash).journal, data)


def read(reader: Reader, shard: Shard, after: int, limit: int) -> list[Entry]:
    """Up to `limit` records of the shard with numbers above `after`, in order."""
    return [
        Entry(number, shard.sequence_number(number), record.created(data), data, shard.journal)
        for number, data in reader.tail(shard.journal, after, limit)
    ]


def before(reader: Reader, shard: Shard, moment: float) -> int:
    """The number behind which the shard's records made at epoch second `moment` or later begin."""
    low, high = reader.floor(shard.journal), reader.head(shard.journal)
    while low < high:
        middle = (low + high) // 2
        (entry,) = read(reader, shard, middle, 1)
        if entry.created < moment:
            low = entry.number
        else:
            high = middle
    return low


@functools.lru_cache(maxsize=4096)
def key_of(arn: str) -> bytes | None:
    """The catalog key of a stream's ARN; None for what is not one."""
    try:
        parts = arns.parse(arn)
    except ValueError:
        return None
    kind, _, rest = parts.resource.partition("/")
    table, _, label = rest.partition("/stream/")
    if parts.service != "dynamodb" or kind != "table" or not table or not label:
        return None
    return f"{parts.scope.path}\0{table}\0{label}".encode()


def _save(writer: Writer, stream: Stream) -> None:
    key = key_of(stream.arn)
    if key is None:
        raise ValueError(f"not the ARN of a stream: {stream.arn}")
    writer.put(SPACE, key, streams.encode(stream))
    _tell(writer, stream)


def _tell(writer: Writer, stream: Stream) -> None:
    """Let those know who watch for streams and shards that open and close."""
    notice = orjson.dumps({"kind": "stream", "name": stream.arn})
    for journal in (changes(arns.parse(stream.arn).scope), CHANGES):
        writer.trim(journal, writer.append(journal, notice) - limits.change_notices_max)
