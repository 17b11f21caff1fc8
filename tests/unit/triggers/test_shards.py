"""Mappings over streams whose shards split and roll over: everything once, every key in order, each at its own pace."""

import asyncio

from tests.unit.triggers.mill import run

from millrace.streams import log
from millrace.streams.retention import Retention


async def _divide(mill, stream, how):
    def divide(writer):
        current = log.describe(writer, stream.arn)
        for shard in current.open_shards:
            current = how(writer, current, shard, mill.clock.now())

    await mill.storage.write(divide)


async def _reshape(mill, stream, first=0):
    """Changes, and between them a roll-over, a split and another roll-over. `change` takes the first partition's shard."""
    for number, how in enumerate((log.roll, log.split, log.roll), first):
        await mill.change(stream, f"{number}a", f"{number}b")
        await _divide(mill, stream, how)
    await mill.change(stream, "last")


def test_a_mapping_that_lags_keeps_its_order_while_another_is_done():
    gate = asyncio.Event()

    async def handler(name, keys):
        if name == "slow":
            await gate.wait()

    async def story(mill, stream):
        await mill.function("slow")
        await mill.map(stream)
        await mill.map(stream, function="slow")
        await _reshape(mill, stream)
        await mill.until(lambda: ("ship", ["last"]) in mill.calls)
        held = [keys for name, keys in mill.calls if name == "slow"]
        gate.set()
        await mill.supervisor.idle()

        told = ["0a", "0b", "1a", "1b", "2a", "2b", "last"]
        for function in ("ship", "slow"):
            assert [key for name, keys in mill.calls if name == function for key in keys] == told
        assert held in ([["0a"]], [["0a", "0b"]])
        for status in await mill.supervisor.status():
            assert (sum(shard.delivered for shard in status.shards), status.pending) == (7, 0)

    run(story, handler)


def test_a_mapping_may_begin_with_shards_that_are_closed_already():
    async def story(mill, stream):
        await mill.function("late")
        await _reshape(mill, stream)
        await mill.map(stream)
        await mill.map(stream, function="late", StartingPosition="LATEST")
        await _divide(mill, stream, log.split)
        await mill.change(stream, "new")
        await mill.supervisor.idle()

        seen = {
            function: [key for name, keys in mill.calls if name == function for key in keys]
            for function in ("ship", "late")
        }
        assert seen == {"ship": ["0a", "0b", "1a", "1b", "2a", "2b", "last", "new"], "late": ["new"]}

    run(story)


def test_a_mapping_that_stood_still_goes_on_behind_shards_that_are_gone():
    async def story(mill, stream):
        made = await mill.map(stream, Enabled=False)
        await mill.change(stream, "a", "b")
        await _divide(mill, stream, log.roll)
        await mill.supervisor.idle()
        mill.clock.advance(25 * 3600)
        await Retention(mill.storage, mill.clock).sweep()
        await mill.change(stream, "c")
        await mill.do("UpdateEventSourceMapping", UUID=made["UUID"], Enabled=True)
        await mill.supervisor.idle()

        assert mill.batches == [["c"]]
        assert (await mill.status())["pending"] == 0

    run(story)
