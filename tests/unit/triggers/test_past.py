"""Shards go, accounts stay."""

import asyncio
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

from millrace.streams import log
from millrace.streams import stream as streams
from millrace.triggers import checkpoint, past

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run = mills.run


async def remove(mill, stream):
    """What retention does with the first shard of a stream once all it had is gone."""

    def write(writer):
        current = log.describe(writer, stream.arn)
        shard = current.shards[0]
        past.farewell(writer, current, shard)
        writer.trim(shard.journal, writer.head(shard.journal))
        writer.put(
            log.SPACE, log.key_of(current.arn), streams.encode(replace(current, shards=current.shards[1:]))
        )
        writer.append(log.CHANGES, b"{}")
        writer.drop(shard.journal)

    await mill.storage.write(write)


async def close(mill, stream):
    shard = stream.shards[0]
    await mill.storage.write(
        lambda w: log.divide(w, log.describe(w, stream.arn), shard, (shard.low, shard.high), mill.clock.now())
    )


def test_a_shard_that_goes_leaves_its_counts():
    async def story(mill, stream):
        await mill.map(stream, ParallelizationFactor=3)
        await mill.change(stream, *"abc")
        await mill.supervisor.idle()
        await close(mill, stream)
        await mill.change(stream, *"de")
        await mill.supervisor.idle()
        before = await mill.status()
        await remove(mill, stream)
        await mill.supervisor.idle()

        after = await mill.status()
        assert [before[name] for name in ("delivered", "pending")] == [5, 0]
        assert [after[name] for name in ("delivered", "pending")] == [5, 0]
        assert after["past"] == {"records": 3, "delivered": 3, "filtered": 0, "discarded": {}}
        assert (len(after["shards"]), after["last_result"]) == (1, "OK")
        rows = await mill.storage.read(lambda r: checkpoint.load_all(r, after["uuid"]))
        assert list(rows) == [after["shards"][0]["shard"]]

    run(story)


def test_what_was_pending_in_a_shard_that_goes_is_discarded_and_its_batch_in_flight_ends_for_nobody():
    gate = asyncio.Event()

    async def handler(name, keys):
        await gate.wait()

    async def story(mill, stream):
        await mill.map(stream, BatchSize=1)
        await mill.change(stream, *"abc")
        await mill.until(lambda: mill.calls)
        await close(mill, stream)
        await mill.change(stream, *"de")
        await remove(mill, stream)
        await mill.until(lambda: len(mill.calls) > 1)
        gate.set()
        await mill.supervisor.idle()

        status = await mill.status()
        assert mill.batches == [["a"], ["d"], ["e"]]
        assert status["past"] == {"records": 3, "delivered": 0, "filtered": 0, "discarded": {"trimmed": 3}}
        assert (status["delivered"], status["discarded"], status["pending"]) == (2, {"trimmed": 3}, 0)

    run(story, handler)


def test_a_shard_that_a_mapping_never_came_to_is_all_discarded():
    async def story(mill, stream):
        await mill.map(stream, Enabled=False)
        await mill.change(stream, *"a")
        await close(mill, stream)
        await mill.change(stream, *"bc")
        await remove(mill, stream)

        status = await mill.status()
        assert status["past"]["discarded"] == {"trimmed": 1}
        assert status["pending"] == 2
        await remove(mill, stream)
        status = await mill.status()
        assert status["past"]["discarded"] == {"trimmed": 3}

    run(story)


def test_the_past_goes_with_its_mapping():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        await close(mill, stream)
        await remove(mill, stream)
        await mill.do("DeleteEventSourceMapping", UUID=mapping["UUID"])

        assert await mill.storage.read(lambda r: list(r.range(past.SPACE))) == []

    run(story)
