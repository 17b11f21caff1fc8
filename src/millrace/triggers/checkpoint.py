"""Where mappings stand in their shards: one row each, in storage. What it means is `delivery.Checkpoint`.

Whoever delivers owns the row: `claim` takes it, and saving fails for whoever does not own it any more, so
that two processes on one database can never both move a mapping on.
"""

from dataclasses import replace
from typing import Any

import orjson

from millrace.storage.interface import Reader, Writer
from millrace.streams.stream import Shard
from millrace.triggers.delivery import Checkpoint, Result, Window

SPACE = "checkpoints"


class LeaseLostError(Exception):
    """The row belongs to another process, or its mapping is gone."""


def load(reader: Reader, uuid: str, shard_id: str) -> Checkpoint | None:
    raw = reader.get(SPACE, _key(uuid, shard_id))
    return None if raw is None else _decode(raw)


def load_all(reader: Reader, uuid: str) -> dict[str, Checkpoint]:
    """All of a mapping's rows by shard id."""
    low = _key(uuid, "")
    rows = reader.range(SPACE, low, low[:-1] + b"\x01")
    return {key[len(low) :].decode(): _decode(raw) for key, raw in rows}


def last_result(reader: Reader, uuid: str) -> str:
    """LastProcessingResult of a mapping: the newest of its shards'."""
    rows = load_all(reader, uuid).values()
    newest = max(rows, key=lambda row: row.result_at, default=None)
    return Result.NONE if newest is None else newest.result


def start(writer: Writer, uuid: str, shard: Shard, *, latest: bool) -> Checkpoint:
    """The row of a mapping that begins with a shard: at its end, or with the oldest record there is."""
    position = writer.head(shard.journal) if latest else writer.floor(shard.journal)
    row = Checkpoint(position, position)
    _put(writer, uuid, shard.id, row)
    return row


def claim(writer: Writer, uuid: str, shard: Shard, owner: str) -> Checkpoint:
    """Take the row over; a shard that came up after its mapping is had from its beginning.

    One process has the database today, and whatever owned the row before it is dead: no lease is waited for.
    """
    row = load(writer, uuid, shard.id) or start(writer, uuid, shard, latest=False)
    row = replace(row, owner=owner)
    _put(writer, uuid, shard.id, row)
    return row


def save(writer: Writer, uuid: str, shard_id: str, row: Checkpoint) -> None:
    """Make the row durable. Raises LeaseLostError."""
    kept = load(writer, uuid, shard_id)
    if kept is None or kept.owner != row.owner:
        raise LeaseLostError(f"{uuid} {shard_id} is no longer ours")
    _put(writer, uuid, shard_id, row)


def remove_all(writer: Writer, uuid: str) -> None:
    for shard_id in load_all(writer, uuid):
        writer.delete(SPACE, _key(uuid, shard_id))


def _put(writer: Writer, uuid: str, shard_id: str, row: Checkpoint) -> None:
    writer.put(SPACE, _key(uuid, shard_id), orjson.dumps(row))


def _decode(raw: bytes) -> Checkpoint:
    row: dict[str, Any] = orjson.loads(raw)
    row["bounds"] = tuple(row["bounds"])
    if row.get("window") is not None:
        row["window"] = Window(**row["window"])
    return Checkpoint(**row)


def _key(uuid: str, shard_id: str) -> bytes:
    return f"{uuid}\0{shard_id}".encode()
