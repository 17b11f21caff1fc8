"""What was read of shards lately, so that mappings and lanes that read the same shard do not all read it anew.

Kept are only the newest records, in a bounded number of bytes, and only of shards that several read. Whoever
lags behind reads storage itself. What is kept was read, so it is durable; how far the journal is trimmed, and how
long it is, each reader asks for itself.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.storage.interface import Reader, Storage
from millrace.streams import log, record
from millrace.streams.record import Entry
from millrace.streams.stream import Shard
from millrace.triggers.delivery import Record
from millrace.triggers.event import Shaper


class Item:
    """A record that is shaped, and parsed for filters, once for all. `weight` is its memory in bytes, roughly."""

    __slots__ = ("_document", "_entry", "_partition", "_record", "number", "weight")

    def __init__(self, entry: Entry) -> None:
        self.number = entry.number
        # As it is stored, and as it is shaped.
        self.weight = 2 * len(entry.data)
        self._entry = entry
        self._partition: int | None = None
        self._record: Record | None = None
        self._document: Any = None

    @property
    def partition(self) -> int:
        """The hash of its partition."""
        if self._partition is None:
            self._partition = record.partition_hash(self._entry.data)
        return self._partition

    def shaped(self, shaper: Shaper) -> Record:
        """As the function gets it."""
        if self._record is None:
            self._record = shaper.record(self._entry)
        return self._record

    def document(self, shaper: Shaper) -> Any:
        """As filters see it."""
        if self._document is None:
            self._document = orjson.loads(self.shaped(shaper).data)
        return self._document

    def fade(self) -> None:
        """Keep the bytes only: parsed records are many times as large."""
        self._document = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Records in a row, as far as they were read.

    `floor`: up to there the journal is trimmed. `exhausted`: there was no more.
    """

    items: Sequence[Item]
    floor: int
    exhausted: bool


class Feed:
    """One shard's. `kept` are the records after number `low`, in a row."""

    def __init__(self, shard: Shard, shaper: Shaper, grown: Callable[["Feed", int], None]) -> None:
        self.shard = shard
        self.shaper = shaper
        self.readers = 0
        self.low = 0
        self.kept: list[Item] = []
        self._grown = grown

    @property
    def high(self) -> int:
        """The number of the newest record that is kept."""
        return self.low + len(self.kept)

    async def read(self, storage: Storage, after: int, limit: int) -> Piece:
        """Up to `limit` records after a number, and not more than about a batch's bytes of what is read anew."""
        piece, fresh = await storage.read(partial(self._fetch, after, limit))
        if fresh and self.readers > 1:
            self._keep(fresh)
        return piece

    def _fetch(self, after: int, limit: int, reader: Reader) -> tuple[Piece, list[Item]]:
        floor, head = reader.floor(self.shard.journal), reader.head(self.shard.journal)
        start = max(after, floor)
        known: list[Item] = []
        if self.low <= start < self.high:
            known = self.kept[start - self.low : start - self.low + limit]
        at = start + len(known)
        fresh = _read(reader, self.shard, at, limit - len(known)) if at < head else []
        items = known + fresh if known else fresh
        return Piece(items, floor, at + len(fresh) >= head), fresh

    def _keep(self, fresh: list[Item]) -> None:
        """Go on with what follows; begin anew where somebody is ahead. Who lags is not followed."""
        first = fresh[0].number
        if not self.kept or first > self.high + 1:
            self.forget(len(self.kept))
            self.low = first - 1
        elif first <= self.low:
            return
        fresh = fresh[self.high + 1 - first :]
        faded = max(0, len(self.kept) - limits.mapping_feed_documents_max)
        self.kept += fresh
        for item in self.kept[faded : max(0, len(self.kept) - limits.mapping_feed_documents_max)]:
            item.fade()
        self._grown(self, sum(item.weight for item in fresh))

    def forget(self, count: int) -> None:
        """Keep the oldest ones no longer."""
        self._grown(self, -sum(item.weight for item in self.kept[:count]))
        del self.kept[:count]
        self.low += count


class Feeds:
    """Those of all shards that somebody reads. `weight` is the memory of what they keep, in bytes, roughly."""

    def __init__(self) -> None:
        self.weight = 0
        # In the order of their last growth.
        self._feeds: OrderedDict[str, Feed] = OrderedDict()

    def of(self, shard: Shard) -> Feed:
        """The feed of a shard that the caller has joined."""
        return self._feeds[shard.journal]

    def join(self, shard: Shard, stream_arn: str) -> None:
        """One reader more of a shard, until it leaves."""
        feed = self._feeds.get(shard.journal)
        if feed is None:
            shaper = Shaper(stream_arn, arns.parse(stream_arn).region)
            feed = self._feeds[shard.journal] = Feed(shard, shaper, self._note)
        feed.readers += 1

    def leave(self, shard: Shard) -> None:
        """One reader less; a feed that one alone reads keeps nothing."""
        feed = self.of(shard)
        feed.readers -= 1
        if feed.readers <= 1:
            feed.forget(len(feed.kept))
        if not feed.readers:
            del self._feeds[shard.journal]

    def _note(self, feed: Feed, weight: int) -> None:
        """A feed has grown or shrunk. The oldest records of those that grew longest ago make room."""
        self.weight += weight
        if weight <= 0:
            return
        self._feeds.move_to_end(feed.shard.journal)
        if self.weight > limits.mapping_feed_bytes_max:
            # A good deal of it, so that this is not done for every read.
            self._make_room(self.weight - limits.mapping_feed_bytes_max * 3 // 4)

    def _make_room(self, excess: int) -> None:
        for feed in self._feeds.values():
            count = 0
            while excess > 0 and count < len(feed.kept):
                excess -= feed.kept[count].weight
                count += 1
            feed.forget(count)


def _read(reader: Reader, shard: Shard, after: int, limit: int) -> list[Item]:
    """Records after a number, in pieces, so that large ones do not fill the memory."""
    items: list[Item] = []
    size = 0
    while len(items) < limit and size < limits.mapping_batch_bytes_max:
        wanted = min(limit - len(items), limits.mapping_read_chunk_records_max)
        chunk = log.read(reader, shard, after, wanted)
        items += [Item(entry) for entry in chunk]
        if len(chunk) < wanted:
            break
        size += sum(len(entry.data) for entry in chunk)
        after = chunk[-1].number
    return items
