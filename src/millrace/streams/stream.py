"""Streams and their shards as data: what is stored of them, and how their numbers work.

A shard's sequence numbers are its start plus the record's number in its journal; a child starts above its
parent's end, so numbers rise along every lineage. A shard owns a range of partition hashes: splitting or
rolling over is closing one shard and opening others that name it as their parent.
"""

import functools
import hashlib
import itertools
from dataclasses import dataclass, replace
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.core.clock import iso_milliseconds

HASH_END = 1 << 64
# A shard may start 10 ** 10 records after its parent in the same millisecond; AWS's numbers have 21 digits or more.
_NUMBERS_A_MILLISECOND = 10**10


@dataclass(frozen=True, slots=True)
class Shard:
    """One ordered list of changes. `end` is None while it is open; then its last sequence number."""

    id: str
    journal: str
    start: int
    end: int | None
    parent: str | None
    low: int
    high: int

    def sequence_number(self, number: int) -> str:
        """The sequence number of the journal's record `number`."""
        return str(self.start + number)

    def number(self, sequence_number: str) -> int:
        """The journal's number of the record with this sequence number: 0 or less for what is before all."""
        return int(sequence_number) - self.start


@dataclass(frozen=True, slots=True)
class Stream:
    """One enabling of a table's stream, until 24 hours after it was disabled."""

    arn: str
    label: str
    table: str
    view: str
    key_schema: tuple[tuple[str, str], ...]
    created: float
    disabled: float | None
    shards: tuple[Shard, ...]

    @property
    def status(self) -> str:
        return "ENABLED" if self.disabled is None else "DISABLED"

    def shard(self, shard_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.id == shard_id), None)

    def route(self, partition_hash: int) -> Shard:
        """The open shard that the changes of a partition go to."""
        for shard in self.shards:
            if shard.end is None and shard.low <= partition_hash < shard.high:
                return shard
        raise LookupError(f"{self.arn} has no open shard")


def first(scope: Scope, table: str, view: str, key_schema: tuple[tuple[str, str], ...], now: float) -> Stream:
    """A new stream with one open shard that owns every partition."""
    label = iso_milliseconds(now)
    arn = scope.arn("dynamodb", f"table/{table}/stream/{label}")
    shard = _open(arn, None, 0, HASH_END, now)
    return Stream(arn, label, table, view, key_schema, now, None, (shard,))


def succeed(stream: Stream, shard: Shard, end: int, bounds: tuple[int, ...], now: float) -> Stream:
    """Close `shard` at sequence number `end`, and open a child for each range between `bounds`.

    With no bounds nothing follows (the stream is being disabled), with two it is a roll-over, with three
    a split in two.
    """
    closed = replace(shard, end=end)
    children = [_open(stream.arn, closed, low, high, now) for low, high in itertools.pairwise(bounds)]
    kept = [closed if known.id == shard.id else known for known in stream.shards]
    return replace(stream, shards=tuple(sorted([*kept, *children], key=lambda known: known.id)))


def _open(arn: str, parent: Shard | None, low: int, high: int, now: float) -> Shard:
    milliseconds, start, parent_id = int(now * 1000), 0, None
    if parent is not None and parent.end is not None:
        # Ids are listed in order: a child's is above its parent's, even within one millisecond.
        milliseconds = max(milliseconds, int(parent.id.split("-")[1]) + 1)
        start, parent_id = parent.end + 1, parent.id
    start = max(start, milliseconds * _NUMBERS_A_MILLISECOND)
    mark = hashlib.blake2b(f"{arn} {parent_id} {low}".encode(), digest_size=4).hexdigest()
    shard_id = f"shardId-{milliseconds:020d}-{mark}"
    return Shard(shard_id, f"{arn}/{shard_id}", start, None, parent_id, low, high)


def encode(stream: Stream) -> bytes:
    """The catalog row."""
    return orjson.dumps(
        {
            "arn": stream.arn,
            "label": stream.label,
            "table": stream.table,
            "view": stream.view,
            "key_schema": stream.key_schema,
            "created": stream.created,
            "disabled": stream.disabled,
            "shards": [
                # Numbers beyond 64 bits are not JSON to everyone: they are kept as text.
                [shard.id, shard.journal, shard.parent, *map(_text, _numbers(shard))]
                for shard in stream.shards
            ],
        }
    )


def _numbers(shard: Shard) -> tuple[int | None, ...]:
    return shard.start, shard.end, shard.low, shard.high


@functools.lru_cache(maxsize=4096)
def decode(raw: bytes) -> Stream:
    """The stream of a catalog row."""
    row: dict[str, Any] = orjson.loads(raw)
    shards = tuple(
        Shard(name, journal, int(start), int(end) if end else None, parent, int(low), int(high))
        for name, journal, parent, start, end, low, high in row.pop("shards")
    )
    schema = tuple((name, kind) for name, kind in row.pop("key_schema"))
    return Stream(shards=shards, key_schema=schema, **row)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
