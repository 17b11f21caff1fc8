"""Streams and their shards as data: what is stored of them, and how their numbers work.

A shard's sequence numbers are its start plus the record's number in its journal; a child starts above its
parent's end, so numbers rise along every lineage. No two shards of a stream open in the same millisecond of
their ids, so no two have the same number. A shard owns a range of partition hashes: splitting or rolling over is
closing one shard and opening others that name it as their parent.
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
# So many numbers a shard has to itself; AWS's numbers have 21 digits or more.
_NUMBERS_A_MILLISECOND = 10**10


@dataclass(frozen=True, slots=True)
class Shard:
    """One ordered list of changes.

    `end` and `closed` are None while it is open; then its last sequence number (one less than a record could have if
    it has had none), and the epoch second of its end. `parent` may name a shard that is gone.
    """

    id: str
    journal: str
    start: int
    end: int | None
    parent: str | None
    low: int
    high: int
    closed: float | None = None

    @property
    def opened(self) -> float:
        """When it was opened, in epoch seconds: its id says so."""
        return int(self.id.split("-")[1]) / 1000

    def sequence_number(self, number: int) -> str:
        """The sequence number of the journal's record `number`."""
        return str(self.start + number)

    def number(self, sequence_number: str) -> int:
        """The journal's number of the record with this sequence number: 0 or less for what is before all."""
        return int(sequence_number) - self.start


@dataclass(frozen=True, slots=True)
class Stream:
    """One enabling of a table's stream, until 24 hours after it was disabled.

    `settled` is the epoch second at which its newest state, enabled or disabled, is or was reached. `removed` counts
    the records of shards that are gone.
    """

    arn: str
    label: str
    table: str
    view: str
    key_schema: tuple[tuple[str, str], ...]
    created: float
    disabled: float | None
    shards: tuple[Shard, ...]
    settled: float = 0.0
    removed: int = 0

    def status(self, now: float) -> str:
        """AWS's StreamStatus at epoch second `now`."""
        if self.disabled is None:
            return "ENABLED" if self.settled <= now else "ENABLING"
        return "DISABLED" if self.settled <= now else "DISABLING"

    @property
    def open_shards(self) -> list[Shard]:
        return [shard for shard in self.shards if shard.end is None]

    def shard(self, shard_id: str) -> Shard | None:
        return next((shard for shard in self.shards if shard.id == shard_id), None)

    def route(self, partition_hash: int) -> Shard:
        """The open shard that the changes of a partition go to."""
        # Open ones are the newest.
        for shard in reversed(self.shards):
            if shard.end is None and shard.low <= partition_hash < shard.high:
                return shard
        raise LookupError(f"{self.arn} has no open shard")


def first(
    scope: Scope,
    table: str,
    view: str,
    key_schema: tuple[tuple[str, str], ...],
    now: float,
    *,
    shards: int = 1,
) -> Stream:
    """A new stream whose open shards share the partitions evenly."""
    label = iso_milliseconds(now)
    arn = scope.arn("dynamodb", f"table/{table}/stream/{label}")
    stream = Stream(arn, label, table, view, key_schema, now, None, ())
    return _with_shards(stream, None, tuple(HASH_END * part // shards for part in range(shards + 1)), now)


def succeed(stream: Stream, shard: Shard, end: int, bounds: tuple[int, ...], now: float) -> Stream:
    """Close `shard` at sequence number `end`, and open a child for each range between `bounds`.

    With no bounds nothing follows (the stream is being disabled), with two it is a roll-over, with three
    a split in two.
    """
    closed = replace(shard, end=end, closed=now)
    kept = tuple(closed if known.id == shard.id else known for known in stream.shards)
    return _with_shards(replace(stream, shards=kept), closed, bounds, now)


def _with_shards(stream: Stream, parent: Shard | None, bounds: tuple[int, ...], now: float) -> Stream:
    """The stream with an open shard more for each range between `bounds`; newer shards have higher ids."""
    newest = stream.shards[-1].id if stream.shards else ""
    milliseconds = max(int(now * 1000), int(newest.split("-")[1]) + 1 if newest else 0)
    opened = tuple(
        _open(stream.arn, parent, low, high, milliseconds + index)
        for index, (low, high) in enumerate(itertools.pairwise(bounds))
    )
    return replace(stream, shards=stream.shards + opened)


def _open(arn: str, parent: Shard | None, low: int, high: int, milliseconds: int) -> Shard:
    start, parent_id = milliseconds * _NUMBERS_A_MILLISECOND, None
    if parent is not None and parent.end is not None:
        start, parent_id = max(start, parent.end + 1), parent.id
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
            "settled": stream.settled,
            "removed": stream.removed,
            "shards": [
                # Numbers beyond 64 bits are not JSON to everyone: they are kept as text.
                [shard.id, shard.journal, shard.parent, *map(_text, _numbers(shard)), shard.closed]
                for shard in stream.shards
            ],
        }
    )


def _numbers(shard: Shard) -> tuple[int | None, ...]:
    return shard.start, shard.end, shard.low, shard.high


@functools.lru_cache(maxsize=4096)
def decode(raw: bytes) -> Stream:
    """The stream of a catalog row; the first versions of millrace did not keep when a shard was closed."""
    row: dict[str, Any] = orjson.loads(raw)
    shards = tuple(
        Shard(name, journal, int(start), int(end) if end else None, parent, int(low), int(high), *closed)
        for name, journal, parent, start, end, low, high, *closed in row.pop("shards")
    )
    schema = tuple((name, kind) for name, kind in row.pop("key_schema"))
    return Stream(shards=shards, key_schema=schema, **row)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
