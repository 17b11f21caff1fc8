"""What several read of a shard is read once, and kept in bounds."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.storage.memory import MemoryStorage
from millrace.streams import log, record
from millrace.streams.record import Image
from millrace.triggers.feed import Feeds

SCOPE = Scope("000000000000", "eu-west-1")


class Counting(MemoryStorage):
    """Counts the records that are read from it."""

    def __init__(self):
        super().__init__()
        self.records = 0

    async def read(self, fn):
        return await super().read(lambda reader: fn(_Reader(reader, self)))


class _Reader:
    def __init__(self, reader, storage):
        self.floor, self.head = reader.floor, reader.head
        self._reader, self._storage = reader, storage

    def tail(self, journal, after, limit):
        found = self._reader.tail(journal, after, limit)
        self._storage.records += len(found)
        return found


@asynccontextmanager
async def shard_of(count, size=10):
    async with Counting() as storage:
        stream = await storage.write(lambda w: log.create(w, SCOPE, "T", "NEW_IMAGE", (("id", "HASH"),), 1.0))
        await append(storage, stream, count, size)
        yield storage, stream, stream.shards[0]


async def append(storage, stream, count, size=10):
    image = Image(b'"' + b"x" * size + b'"', size)

    def write(writer):
        for number in range(count):
            data = record.encode("NEW_IMAGE", 1.0, Image(b"%d" % number, 1), None, image, partition=number)
            log.append(writer, stream, number, data)

    await storage.write(write)


def numbers(piece):
    return [item.number for item in piece.items]


def test_what_one_has_read_the_others_need_not_read():
    async def story():
        async with shard_of(50) as (storage, stream, shard):
            feeds = Feeds()
            for _ in range(20):
                feeds.join(shard, stream.arn)
            for _ in range(20):
                piece = await feeds.of(shard).read(storage, 0, 100)
                assert (numbers(piece), piece.exhausted) == (list(range(1, 51)), True)
            await append(storage, stream, 5)
            for _ in range(20):
                assert numbers(await feeds.of(shard).read(storage, 48, 100)) == list(range(49, 56))
            assert storage.records == 55
            first = (await feeds.of(shard).read(storage, 0, 1)).items[0]
            assert first.document(feeds.of(shard).shaper) is first.document(feeds.of(shard).shaper)

    asyncio.run(story())


def test_what_one_alone_reads_is_not_kept():
    async def story():
        async with shard_of(50) as (storage, stream, shard):
            feeds = Feeds()
            feeds.join(shard, stream.arn)
            await feeds.of(shard).read(storage, 0, 100)
            assert feeds.weight == 0
            feeds.join(shard, stream.arn)
            await feeds.of(shard).read(storage, 0, 100)
            assert feeds.weight > 0
            feeds.leave(shard)
            assert feeds.weight == 0
            feeds.leave(shard)
            with pytest.raises(KeyError):
                feeds.of(shard)

    asyncio.run(story())


def test_memory_is_bounded_and_who_lags_reads_storage(monkeypatch):
    monkeypatch.setattr(limits, "mapping_feed_bytes_max", 100_000)

    async def story():
        async with shard_of(400, size=1_000) as (storage, stream, shard):
            feeds = Feeds()
            feeds.join(shard, stream.arn)
            feeds.join(shard, stream.arn)
            feed, after = feeds.of(shard), 0
            while after < 400:
                after = numbers(await feed.read(storage, after, 10))[-1]
                assert feeds.weight <= 100_000
            assert feed.high == 400
            assert feed.low > 300
            before = storage.records
            assert numbers(await feed.read(storage, 17, 3)) == [18, 19, 20]
            assert storage.records == before + 3
            assert (feed.high, len(feed.kept)) == (400, 400 - feed.low)

    asyncio.run(story())


def test_what_was_trimmed_is_told_and_not_shown():
    async def story():
        async with shard_of(20) as (storage, stream, shard):
            feeds = Feeds()
            feeds.join(shard, stream.arn)
            feeds.join(shard, stream.arn)
            await feeds.of(shard).read(storage, 0, 100)
            await storage.write(lambda w: w.trim(shard.journal, 12))
            piece = await feeds.of(shard).read(storage, 5, 4)
            assert (piece.floor, numbers(piece), piece.exhausted) == (12, [13, 14, 15, 16], False)

    asyncio.run(story())


def test_parsed_records_fade_sooner_than_their_bytes(monkeypatch):
    monkeypatch.setattr(limits, "mapping_feed_documents_max", 5)

    async def story():
        async with shard_of(4) as (storage, stream, shard):
            feeds = Feeds()
            feeds.join(shard, stream.arn)
            feeds.join(shard, stream.arn)
            feed = feeds.of(shard)
            first = (await feed.read(storage, 0, 100)).items[0]
            document = first.document(feed.shaper)
            assert first.document(feed.shaper) is document
            await append(storage, stream, 4)
            await feed.read(storage, 4, 100)
            assert feed.high == 8
            assert first.document(feed.shaper) is not document
            assert first.document(feed.shaper) == document

    asyncio.run(story())
