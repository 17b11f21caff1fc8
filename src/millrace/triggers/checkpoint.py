"""Where mappings stand in their shards: one row for each lane, in storage. What it means is `delivery.Checkpoint`.

Whoever delivers owns the rows: `claim` takes them, and saving fails for whoever does not own one any more, so
that two processes on one database can never both move a mapping on.
"""

from collections.abc import Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson

from millrace.core import limits
from millrace.storage.interface import Reader, Writer
from millrace.streams import record
from millrace.streams.stream import Shard
from millrace.triggers import lanes
from millrace.triggers.delivery import Checkpoint, Window, copy_of_row
from millrace.triggers.lanes import Rows

SPACE = "checkpoints"
_LANE = attrgetter("lane")


class LeaseLostError(Exception):
    """The row belongs to another process, or its mapping is gone."""


def load(reader: Reader, uuid: str, shard_id: str, lane: int = 0) -> Checkpoint | None:
    raw = reader.get(SPACE, _key(uuid, shard_id, lane))
    return None if raw is None else _decode(raw)


def load_all(reader: Reader, uuid: str) -> dict[str, Rows]:
    """All of a mapping's rows by shard id, in the order of their lanes."""
    low = _key(uuid, "", 0)
    found: dict[str, list[Checkpoint]] = {}
    for key, raw in reader.range(SPACE, low, low[:-1] + b"\x01"):
        found.setdefault(key[len(low) :].decode().partition("#")[0], []).append(_decode(raw))
    for rows in found.values():
        rows.sort(key=_LANE)
    return {shard_id: tuple(rows) for shard_id, rows in found.items()}


def load_shard(reader: Reader, uuid: str, shard_id: str) -> Rows:
    """The rows of a mapping's lanes in a shard; none if it has not come to it."""
    first = load(reader, uuid, shard_id)
    if first is None:
        return ()
    others = (load(reader, uuid, shard_id, lane) for lane in range(1, first.lanes))
    return (first, *(row for row in others if row is not None))


def start(writer: Writer, uuid: str, shard: Shard, *, latest: bool) -> Checkpoint:
    """The row of a mapping that begins with a shard: at its end, or with the oldest record there is."""
    position = writer.head(shard.journal) if latest else writer.floor(shard.journal)
    row = Checkpoint(position, position)
    _put(writer, uuid, shard.id, row)
    return row


def claim(writer: Writer, uuid: str, shard: Shard, owner: str, count: int = 1) -> tuple[Rows, int]:
    """Take a shard's rows over and divide them into `count` lanes, if there are not so many.

    A shard that came up after its mapping is had from its very first record. Nobody may be at work on the shard:
    what was not saved is forgotten. One process has the database today, and whatever owned the rows before it is
    dead: no lease is waited for. The second answer is how many records were lost to lanes that came too late for
    them; who is alone finds that out by itself.
    """
    rows, lost = load_shard(writer, uuid, shard.id) or (Checkpoint(0, 0),), 0
    floor = writer.floor(shard.journal)
    if min(row.position for row in rows) < floor and not rows[0].is_alone:
        rows, lost = lanes.lose(rows, floor, _marks(writer, shard, floor, lanes.reach(rows)))
    for lane in range(count, len(rows)):
        writer.delete(SPACE, _key(uuid, shard.id, lane))
    rows = tuple(_owned(row, owner) for row in lanes.divide(rows, count))
    for row in rows:
        _put(writer, uuid, shard.id, row)
    return rows, lost


def claim_lane(writer: Writer, uuid: str, shard: Shard, owner: str, lane: int) -> Checkpoint | None:
    """Take one lane's row over while others are at work on the shard; None if there is no such lane."""
    row = load(writer, uuid, shard.id, lane)
    if row is not None:
        row = _owned(row, owner)
        _put(writer, uuid, shard.id, row)
    return row


def save(writer: Writer, uuid: str, shard_id: str, row: Checkpoint) -> None:
    """Make the row durable. Raises LeaseLostError."""
    key = _key(uuid, shard_id, row.lane)
    raw = writer.get(SPACE, key)
    # Every batch comes by here, within a transaction: only what is needed is looked at.
    kept: dict[str, Any] = {} if raw is None else orjson.loads(raw)
    if (kept.get("owner"), kept.get("lanes", 1)) != (row.owner, row.lanes):
        raise LeaseLostError(f"{uuid} {shard_id} is no longer ours")
    writer.put(SPACE, key, orjson.dumps(row))


def remove(writer: Writer, uuid: str, shard_id: str) -> None:
    """Forget how a mapping stood with a shard."""
    for row in load_shard(writer, uuid, shard_id):
        writer.delete(SPACE, _key(uuid, shard_id, row.lane))


def remove_all(writer: Writer, uuid: str) -> None:
    for shard_id in load_all(writer, uuid):
        remove(writer, uuid, shard_id)


def _marks(reader: Reader, shard: Shard, after: int, through: int) -> Iterator[tuple[int, int]]:
    """The numbers and partition hashes of the records after one number, up to another."""
    while after < through:
        wanted = min(through - after, limits.mapping_read_chunk_records_max)
        chunk = reader.tail(shard.journal, after, wanted)
        if not chunk:
            return
        yield from ((number, record.partition_hash(data)) for number, data in chunk)
        after = chunk[-1][0]


def _put(writer: Writer, uuid: str, shard_id: str, row: Checkpoint) -> None:
    writer.put(SPACE, _key(uuid, shard_id, row.lane), orjson.dumps(row))


@lru_cache(maxsize=1024)
def _decode(raw: bytes) -> Checkpoint:
    """The row; whoever asks for the same again gets the same one."""
    row: dict[str, Any] = orjson.loads(raw)
    row["bounds"] = tuple(row["bounds"])
    if row.get("window") is not None:
        row["window"] = Window(**row["window"])
    row["history"] = tuple(tuple(done) for done in row.get("history", ()))
    return Checkpoint(**row)


def _owned(row: Checkpoint, owner: str) -> Checkpoint:
    row = copy_of_row(row)
    row.owner = owner
    return row


def _key(uuid: str, shard_id: str, lane: int) -> bytes:
    """The first lane's is what it was when there were no others."""
    return f"{uuid}\0{shard_id}{f'#{lane}' if lane else ''}".encode()
