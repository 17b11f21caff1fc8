"""Bytes without an owner go: after a crash, after an upload that failed, and after those who still read them."""

import asyncio

import pytest

from millrace.buckets import blobs, catalog, objects, putting, ranges, storing
from millrace.buckets.catalog import Bucket
from millrace.buckets.record import Record
from millrace.buckets.sweeper import Sweeper
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError
from millrace.storage.memory import MemoryStorage

SCOPE = Scope("123456789012", "eu-west-1")
LARGE = bytes(range(256)) * (3 * limits.object_chunk_bytes // 256) + b"rest"


def play(test):
    async def run():
        async with MemoryStorage() as storage:
            await storage.write(lambda writer: catalog.put(writer, Bucket("there", "1", "a", "r", 0)))
            await test(storage, ManualClock())

    asyncio.run(run())


def rows(storage):
    return storage.read(lambda reader: sum(1 for _ in reader.range("buckets/bytes")))


async def swept(storage, clock):
    clock.advance(limits.object_grave_seconds + 1)
    async with Sweeper(storage, clock) as sweeper:
        await sweeper.sweep()
    return await rows(storage)


def test_a_large_object_is_read_as_it_was_put():
    async def test(storage, clock):
        await putting.put(storage, "there", "k", LARGE, clock.now())

        assert await storage.read(lambda reader: objects.get(reader, SCOPE, "there", "k")) == LARGE
        assert await swept(storage, clock) == 4

    play(test)


def test_an_object_put_in_a_transaction_is_there_with_it():
    async def test(storage, clock):
        def put(writer):
            objects.put(writer, SCOPE, "there", "k", b"v", clock.now())
            return objects.get(writer, SCOPE, "there", "k")

        assert await storage.write(put) == b"v"

    play(test)


@pytest.mark.parametrize(
    ("bucket", "key", "code"), [("not-there", "k", "NoSuchBucket"), ("there", "k", "NoSuchKey")]
)
def test_what_is_not_there_is_told(bucket, key, code):
    async def test(storage, _clock):
        with pytest.raises(AwsError) as refusal:
            await storage.read(lambda reader: objects.get(reader, SCOPE, bucket, key))
        assert refusal.value.code == code

    play(test)


def test_bytes_of_a_replaced_object_stay_for_its_readers_and_then_go():
    async def test(storage, clock):
        await putting.put(storage, "there", "k", LARGE, clock.now())
        await putting.put(storage, "there", "k", b"small", clock.now())
        async with Sweeper(storage, clock) as sweeper:
            await sweeper.sweep()

        assert await rows(storage) == 5
        assert await swept(storage, clock) == 1

    play(test)


def test_a_small_last_part_stays_for_readers_of_the_others():
    async def test(storage, clock):
        def put(writer):
            parts = [blobs.write(writer, LARGE), blobs.write(writer, b"last")]
            record = Record(parts, "etag-2", clock.now())
            objects.replace(writer, catalog.get(writer, "there"), "k", record, clock.now())
            return ranges.pieces(parts, ranges.Span(0, record.size))

        pieces = await storage.write(put)
        await putting.put(storage, "there", "k", b"new", clock.now())
        assert b"".join([part async for part in storing.read(storage, pieces)]) == LARGE + b"last"
        assert await swept(storage, clock) == 1

    play(test)


def test_bytes_of_an_upload_that_is_refused_at_its_end_go():
    async def test(storage, clock):
        with pytest.raises(AwsError):
            await putting.put(storage, "not-there", "k", LARGE, clock.now())

        assert await swept(storage, clock) == 0

    play(test)


def test_what_a_crash_left_half_written_goes_after_the_next_start():
    async def test(storage, clock):
        async with storing.stored(storage, LARGE, clock.now()):
            pass  # the server ends here, before a record is written

        assert await storage.read(blobs.unfinished) != []
        async with Sweeper(storage, clock):
            pass
        assert await storage.read(blobs.unfinished) == []
        assert await swept(storage, clock) == 0

    play(test)
