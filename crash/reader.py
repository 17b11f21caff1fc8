"""A client of the stream that reads page by page over all kills, always going on behind the last record it had."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from crash.connection import Caller, Connect, GoneError
from crash.model import Change, LostError, Model


@dataclass
class Place:
    """How far a shard is read."""

    parent: str | None
    last: str | None = None
    ended: bool = False


@dataclass
class Reader:
    """What it saw: every record once, by key in order, and which shard each number was in."""

    stream: str
    seen: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    shard_of: dict[int, str] = field(default_factory=dict[int, str])
    change_of: dict[int, tuple[str, Change]] = field(default_factory=dict[int, tuple[str, Change]])
    places: dict[str, Place] = field(default_factory=dict[str, Place])

    async def run(self, connect: Connect, enough: Any) -> None:
        """Read until the server is gone; or until there is nothing new, once `enough` says that nobody writes."""
        iterators: dict[str, str] = {}
        try:
            async with connect() as connection:
                while True:
                    last_round = enough()
                    await self._look_for_shards(connection)
                    got = 0
                    for shard, place in list(self.places.items()):
                        parent = self.places.get(place.parent or "")
                        if not place.ended and (parent is None or parent.ended):
                            got += await self._read(connection, shard, place, iterators)
                    if last_round and not got:
                        return
                    if not got:
                        await asyncio.sleep(0.01)
        except GoneError:
            return

    async def _look_for_shards(self, connection: Caller) -> None:
        after = max(self.places, default=None)
        while True:
            body: dict[str, Any] = {"StreamArn": self.stream, "Limit": 3}
            if after is not None:
                body["ExclusiveStartShardId"] = after
            told = (await connection.call("DescribeStream", body, "streams"))["StreamDescription"]
            for shard in told["Shards"]:
                self.places[shard["ShardId"]] = Place(shard.get("ParentShardId"))
            after = told.get("LastEvaluatedShardId")
            if after is None:
                return

    async def _read(self, connection: Caller, shard: str, place: Place, iterators: dict[str, str]) -> int:
        if shard not in iterators:
            behind = {"ShardIteratorType": "TRIM_HORIZON"}
            if place.last is not None:
                behind = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": place.last}
            asked = {"StreamArn": self.stream, "ShardId": shard, **behind}
            iterators[shard] = (await connection.call("GetShardIterator", asked, "streams"))["ShardIterator"]
        page = await connection.call("GetRecords", {"ShardIterator": iterators[shard]}, "streams")
        for record in page["Records"]:
            self._take(shard, place, record)
        place.ended = "NextShardIterator" not in page
        iterators[shard] = page.get("NextShardIterator", "")
        return len(page["Records"])

    def _take(self, shard: str, place: Place, record: dict[str, Any]) -> None:
        change = record["dynamodb"]
        number, key = int(change["SequenceNumber"]), change["Keys"]["id"]["S"]
        if number in self.shard_of:
            raise LostError(f"record {number} was read twice")
        if place.last is not None and number != int(place.last) + 1:
            raise LostError(f"after record {place.last} of {shard} came {number}")
        if self.numbers[key] and self.numbers[key][-1] >= number:
            raise LostError(f"{key}: after record {self.numbers[key][-1]} came {number}")
        image = change.get("NewImage") or change["OldImage"]
        told = (record["eventName"], int(image["n"]["N"]))
        self.seen[key].append(told)
        self.numbers[key].append(number)
        self.shard_of[number] = shard
        self.change_of[number] = (key, told)
        place.last = str(number)

    def check(self, model: Model, *, complete: bool) -> None:
        """Each key's records are its history; or the beginning of it, while there may be more to read."""
        for key in model.history.keys() | self.seen.keys():
            wanted, found = model.history[key], self.seen[key]
            if found != (wanted if complete else wanted[: len(found)]):
                at = next(
                    (i for i, pair in enumerate(zip(wanted, found, strict=False)) if pair[0] != pair[1]),
                    min(len(wanted), len(found)),
                )
                raise LostError(
                    f"{key}: {len(wanted)} changes, {len(found)} records; from {at} on "
                    f"{wanted[at : at + 3]} became {found[at : at + 3]}"
                )
