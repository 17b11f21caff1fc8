"""Destinations, windows, splits and days that pass, with a supervisor at work and changes in flight."""

import asyncio
import contextlib

import orjson
import pytest
from tests.simulation.test_changes_in_flight import History, LanesHistory, in_order, mills

from millrace.core.errors import AwsError
from millrace.queues import message
from millrace.queues import queue as queues
from millrace.streams import log
from millrace.streams.retention import Retention
from millrace.triggers import past

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:lost"


class ShardsHistory(LanesHistory):
    """Shards split and roll over, days pass, a queue is told of what is given up, and is sometimes not there."""

    def __init__(self, seed: int, refuses: float, days: int = 0) -> None:
        super().__init__(seed, refuses)
        self.days = days
        self.told: list[dict] = []

    async def work(self, keys):
        if self.chance.random() < 0.3:
            raise ValueError("no")
        await super().work(keys)

    async def tell(self) -> None:
        async with mills.mill(self.handler, self.disk) as mill:
            await mill.function()
            await mill.destinations()
            self.retention = Retention(self.disk, mill.clock, past.farewell)
            stream = await mill.stream()
            await mill.allow([*mills.READ, "sqs:SendMessage"])
            config = {"OnFailure": {"Destination": QUEUE}}
            made = await mill.map(stream, BatchSize=3, MaximumRetryAttempts=1, DestinationConfig=config)
            self.uuid = made["UUID"]
            self.disk.refuses = self.refuses
            for _ in range(60):
                await self.step(mill, stream)
                for _ in range(self.chance.randrange(6)):
                    await mills.turn()
            await mill.function()
            await mill.allow([*mills.READ, "sqs:SendMessage"])
            await mill.do("UpdateEventSourceMapping", UUID=self.uuid, Enabled=True)
            await mill.idle_at_last()
            self.status = await mill.status()
            (found,) = await mill.supervisor.status()
            self.tally = found.told
            await self.empty()

    async def step(self, mill, stream) -> None:
        current = await self.disk.read(lambda r: log.describe(r, stream.arn))
        chosen = self.chance.random()
        if chosen < 0.04:
            way = self.chance.choice((log.split, log.roll))
            shard = self.chance.choice(current.open_shards)
            await self.disk.write(lambda w: way(w, log.describe(w, stream.arn), shard, mill.clock.now()))
        elif chosen < 0.07:
            await self.empty()
        elif chosen < 0.09 and self.days:
            self.days -= 1
            mill.clock.advance(self.chance.choice((5, 13, 25)) * 3600)
            await self.retention.sweep()
        with contextlib.suppress(AwsError):
            await super().step(mill, stream)

    async def empty(self) -> None:
        """Take the messages out, and for some time also the queue."""

        def take(writer):
            queue = queues.find(writer, mills.SCOPE, "lost")
            if queue is None:
                made = queues.Queue(mills.SCOPE, "lost", f"q{len(self.told)}", 0, 0)
                queues.put(writer, made)
                return []
            bodies = [message.decode(raw).body for _, raw in writer.range(queue.space("bodies"))]
            queues.remove(writer, queue)
            return bodies

        self.told += [orjson.loads(body) for body in await self.disk.write(take)]


class WindowsHistory(History):
    """The function counts up what it has seen of a window; what it gets back is held to that."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, refuses=0.0)
        self.open: list[str] = []
        self.windows = 0

    async def handler(self, name, keys):
        event = self.event
        assert event["state"].get("keys", []) == self.open, "the state is not what was seen"
        if not keys:
            assert event["isFinalInvokeForWindow"]
        await super().handler(name, keys)
        self.open = [] if not keys else self.open + keys
        self.windows += not keys
        return {"state": {"keys": self.open}}

    async def tell(self) -> None:
        async with mills.mill(self.handler, self.disk) as mill:
            invoke = mill.invoke

            async def heard(scope, name, payload, **more):
                self.event = orjson.loads(payload)
                return await invoke(scope, name, payload, **more)

            mill.invoke = heard
            await mill.function()
            stream = await mill.stream()
            self.uuid = (await mill.map(stream, BatchSize=3, TumblingWindowInSeconds=10))["UUID"]
            for _ in range(100):
                try:
                    await self.step(mill, stream)
                except AwsError:
                    continue
                for _ in range(self.chance.randrange(6)):
                    await mills.turn()
            await mill.function()
            await mill.do("UpdateEventSourceMapping", UUID=self.uuid, Enabled=True)
            await mill.idle_at_last()
            for _ in range(50):
                mill.clock.advance(60.0)
                for _ in range(20):
                    await mill.supervisor.status()
            self.status = await mill.status()


@pytest.mark.parametrize("seed", range(5))
def test_what_is_given_up_is_told_once_and_everything_else_is_delivered_over_all_shards(seed: int):
    history = ShardsHistory(seed, refuses=0.0)
    asyncio.run(history.tell())

    delivered = sum(len(keys) for keys in history.got)
    given_up = history.status["discarded"].get("RetryAttemptsExhausted", 0)
    places = [one["DDBStreamBatchInfo"]["startSequenceNumber"] for one in history.told]
    in_order(history.got, gaps=True)
    assert (history.status["delivered"], history.status["pending"]) == (delivered, 0)
    assert delivered + given_up == len(history.written)
    assert len(set(places)) == len(places), "told of twice"
    assert sum(one["DDBStreamBatchInfo"]["batchSize"] for one in history.told) == history.tally.delivered
    assert history.tally.delivered + history.tally.failed == given_up


@pytest.mark.parametrize("seed", range(3))
def test_when_days_pass_what_shards_took_with_them_is_counted(seed: int):
    history = ShardsHistory(seed, refuses=0.0, days=5)
    asyncio.run(history.tell())

    delivered = sum(len(keys) for keys in history.got)
    in_order(history.got, gaps=True)
    assert (history.status["delivered"], history.status["pending"]) == (delivered, 0)
    assert delivered + sum(history.status["discarded"].values()) == len(history.written)


@pytest.mark.parametrize("seed", range(6))
def test_a_window_gets_back_the_state_it_returned_and_comes_to_its_end(seed: int):
    history = WindowsHistory(seed)
    asyncio.run(history.tell())

    assert [key for batch in history.got for key in batch] == history.written
    assert history.windows
    assert history.open == []
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)


def test_lanes_that_become_one_with_windows_lose_no_state():
    async def tell():
        fails, final = True, []
        keys = [f"p{number}:0" for number in range(8)]

        async def handler(name, batch):
            if fails:
                raise ValueError("no")
            seen = mill.event["state"].get("keys", []) if "state" in mill.event else []
            if not batch:
                final.extend(seen)
            return {"state": {"keys": seen + batch}}

        async with mills.mill(handler) as mill:
            invoke = mill.invoke

            async def heard(scope, name, payload, **more):
                mill.event = orjson.loads(payload)
                return await invoke(scope, name, payload, **more)

            mill.invoke = heard
            await mill.function()
            stream = await mill.stream()
            made = await mill.map(stream, ParallelizationFactor=3, BatchSize=1)
            await mill.change(stream, *keys)
            await mill.until(lambda: len(mill.calls) >= 3)
            for _ in range(30):
                await mill.supervisor.status()
            fails = False
            one = {"ParallelizationFactor": 1, "TumblingWindowInSeconds": 10}
            await mill.do("UpdateEventSourceMapping", UUID=made["UUID"], **one)
            await mill.idle_at_last()
            for _ in range(10):
                mill.clock.advance(60.0)
                for _ in range(20):
                    await mill.supervisor.status()
        assert sorted(final) == keys

    asyncio.run(tell())
