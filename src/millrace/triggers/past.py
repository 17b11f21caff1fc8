"""What became of the records of shards that are gone: one row for each mapping that has seen such shards.

A shard goes when its last record is a day old; a mapping's rows of it are added to its past then, in the same
transaction. So its accounts go on adding up, and no row is kept for ever.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from millrace.storage.interface import Reader, Writer
from millrace.streams.stream import Shard, Stream
from millrace.triggers import catalog, checkpoint, lanes
from millrace.triggers.delivery import Checkpoint, Reason, Result

SPACE = "checkpoints/past"


@dataclass(frozen=True, slots=True)
class Past:
    """delivered + filtered + the discarded == `records`, those of the shards since the starting position."""

    records: int = 0
    delivered: int = 0
    filtered: int = 0
    discarded: dict[str, int] = field(default_factory=dict[str, int])
    invoked: int = 0
    failed: int = 0
    result: str = Result.NONE
    result_at: float = 0.0


def load(reader: Reader, uuid: str) -> Past:
    """A mapping's past: nothing, if all its shards are still there."""
    raw = reader.get(SPACE, uuid.encode())
    if raw is None:
        return Past()
    row: dict[str, Any] = orjson.loads(raw)
    return Past(**row)


def farewell(writer: Writer, stream: Stream, shard: Shard) -> None:
    """A shard is about to go: close its mappings' accounts of it. What was pending is discarded as trimmed."""
    head = writer.head(shard.journal)
    for mapping in catalog.every(writer):
        if mapping.stream_arn == stream.arn:
            # Mappings have rows of all the shards that were there before them, so one without came before it.
            rows = checkpoint.load_shard(writer, mapping.uuid, shard.id) or (Checkpoint(0, 0),)
            checkpoint.remove(writer, mapping.uuid, shard.id)
            closed = _add(load(writer, mapping.uuid), rows, head)
            writer.put(SPACE, mapping.uuid.encode(), orjson.dumps(closed))


def last_result(reader: Reader, uuid: str) -> str:
    """LastProcessingResult of a mapping: the newest of its lanes'."""
    past = load(reader, uuid)
    found = [
        (row.result_at, row.result) for rows in checkpoint.load_all(reader, uuid).values() for row in rows
    ]
    return max([(past.result_at, past.result), *found], key=lambda one: one[0])[1]


def remove(writer: Writer, uuid: str) -> None:
    """Forget how far a mapping has come, in all shards there ever were."""
    checkpoint.remove_all(writer, uuid)
    writer.delete(SPACE, uuid.encode())


def _add(past: Past, rows: lanes.Rows, head: int) -> Past:
    records = head - rows[0].start
    discarded = past.discarded
    for reason, count in lanes.discarded(rows).items():
        discarded = lanes.add(discarded, reason, count)
    newest = max(rows, key=lambda row: row.result_at)
    if newest.result_at > past.result_at:
        past = replace(past, result=newest.result, result_at=newest.result_at)
    return replace(
        past,
        records=past.records + records,
        delivered=past.delivered + sum(row.delivered for row in rows),
        filtered=past.filtered + sum(row.filtered for row in rows),
        invoked=past.invoked + sum(row.invoked for row in rows),
        failed=past.failed + sum(row.failed for row in rows),
        discarded=lanes.add(discarded, Reason.TRIMMED, records - sum(row.done for row in rows)),
    )
