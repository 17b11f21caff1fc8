"""Streams with their shards, and shards that roll over or split on command: what AWS does by itself only."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.core import arn as arns
from millrace.storage.interface import Reader, Writer
from millrace.streams import log
from millrace.streams.stream import Shard, Stream

ACTIONS: Mapping[str, Callable[[Writer, Stream, Shard, float], Stream]] = {
    "roll": log.roll,
    "split": log.split,
}


@dataclass(frozen=True, slots=True)
class Order:
    """What to do with one open shard of a stream, or with all of them (`shard` None)."""

    action: str
    stream: str
    shard: str | None


def order(body: Mapping[str, Any]) -> Order:
    """What the body of a request asks for. Raises ValueError."""
    unknown = sorted(body.keys() - {"action", "stream", "shard"})
    if unknown:
        raise ValueError(f"streams knows action, stream and shard, not {', '.join(unknown)}")
    action, stream, shard = body.get("action"), body.get("stream"), body.get("shard")
    if not isinstance(action, str) or action not in ACTIONS:
        raise ValueError("action must be split or roll")
    if not isinstance(stream, str) or not stream:
        raise ValueError("stream must be a stream's ARN")
    if shard is not None and not (isinstance(shard, str) and re.fullmatch(r"shardId-[0-9]{20}-\w+", shard)):
        raise ValueError("shard must be the id of a shard")
    return Order(action, stream, shard)


def carry_out(asked: Order, now: float, writer: Writer) -> dict[str, Any]:
    """Do it, and tell how the stream stands then. Raises LookupError for what is not there, else ValueError."""
    stream = log.describe(writer, asked.stream)
    if stream is None:
        raise LookupError(f"there is no stream {asked.stream}")
    if stream.disabled is not None:
        raise ValueError(f"{asked.stream} is disabled: none of its shards is open")
    for shard in _chosen(stream, asked.shard):
        stream = ACTIONS[asked.action](writer, stream, shard, now)
    return told(writer, stream, now)


def _chosen(stream: Stream, shard_id: str | None) -> list[Shard]:
    if shard_id is None:
        return stream.open_shards
    shard = stream.shard(shard_id)
    if shard is None:
        raise LookupError(f"there is no shard {shard_id}")
    if shard.end is not None:
        raise ValueError(f"{shard_id} is closed")
    return [shard]


def every(reader: Reader, table: str | None, now: float) -> list[dict[str, Any]]:
    """All streams, or those of tables with this name; of all accounts and regions."""
    return [told(reader, stream, now) for stream in log.every(reader) if table in (None, stream.table)]


def told(reader: Reader, stream: Stream, now: float) -> dict[str, Any]:
    """A stream as docs/api.md has it."""
    return {
        "arn": stream.arn,
        "table": stream.table,
        "region": arns.parse(stream.arn).scope.region,
        "status": stream.status(now),
        "view": stream.view,
        "created": stream.created,
        "disabled": stream.disabled,
        "shards": [_shard(reader, shard) for shard in stream.shards],
    }


def _shard(reader: Reader, shard: Shard) -> dict[str, Any]:
    head = reader.head(shard.journal)
    return {
        "shard": shard.id,
        "parent": shard.parent,
        "opened": shard.opened,
        "closed": shard.closed,
        "start": str(shard.start),
        "end": None if shard.end is None else str(shard.end),
        "records": head - reader.floor(shard.journal),
        "changes": head,
        # The part of all partitions that the shard has.
        "share": (shard.high - shard.low) / (1 << 64),
    }
