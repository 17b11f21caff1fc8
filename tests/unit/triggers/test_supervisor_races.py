"""Two things happen to a mapping at once; neither is lost, and neither hurts the other."""

import asyncio
import importlib.util
import sys
from pathlib import Path

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageError
from millrace.storage.memory import MemoryStorage
from millrace.streams import log
from millrace.triggers import past

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run = mills.run


def keys(count):
    """Of so many partitions, so that several lanes have some."""
    return [f"p{number}:1" for number in range(count)]


class Refusing(MemoryStorage):
    """Refuses every commit while `full`, holds up those that begin while there is `held`, and readers at a `gate`."""

    full = False
    gate: asyncio.Event | None = None
    held: asyncio.Event | None = None
    waits = False

    async def write(self, fn):
        if self.held is not None:
            self.waits = True
            await self.held.wait()
        if self.full:
            raise StorageError("no room left")
        return await super().write(fn)

    async def read(self, fn):
        answer = await super().read(fn)
        gate = self.gate
        if gate is not None:
            await gate.wait()
        return answer


async def first_lane_faults(mill, stream, caplog):
    """A mapping of two lanes: one is in the function's hands, the other waits to begin again after a fault."""
    disk = mill.storage
    mapping = await mill.map(stream, ParallelizationFactor=2)
    await mill.change(stream, *keys(20))
    await mill.until(lambda: len(mill.answers) == 2)
    disk.full = True
    mill.answers[0].set()
    await mill.until(lambda: "failed; it goes on" in caplog.text)
    disk.full = False
    return mapping


def waiting(mill):
    """A handler that answers when it is told to."""
    mill.answers = []

    async def handler(name, keys):
        mill.answers.append(asyncio.Event())
        await mill.answers[-1].wait()

    mill.handler = handler


def test_a_mapping_is_deleted_while_one_of_its_lanes_wakes_up_after_a_fault(caplog):
    async def story(mill, stream):
        waiting(mill)
        mapping = await first_lane_faults(mill, stream, caplog)
        (delivery,) = mill.supervisor._deliveries.values()
        (working,) = delivery.runners
        asleep = next(key for key in delivery.tasks if key != working)
        # The one at work is ended first; at its end the other one wakes up.
        delivery.tasks = {working: delivery.tasks[working], asleep: delivery.tasks[asleep]}
        tasks = list(delivery.tasks.values())

        def wake_up(_):
            mill.clock.advance(60.0)
            mill.clock._fire()

        tasks[0].add_done_callback(wake_up)
        await mill.do("DeleteEventSourceMapping", UUID=mapping["UUID"])
        await mill.until(lambda: not mill.supervisor._deliveries)
        await mill.supervisor.idle()

        assert all(task.done() for task in tasks)
        assert "could not be refreshed" not in caplog.text

    run(story, storage=Refusing())


def test_a_shard_goes_while_its_lanes_hear_that_their_rows_are_gone(caplog):
    async def story(mill, stream):
        waiting(mill)
        await mill.map(stream, ParallelizationFactor=2)
        await mill.change(stream, *keys(20))
        await mill.until(lambda: len(mill.answers) == 2)
        (delivery,) = mill.supervisor._deliveries.values()
        calls = [runner.call for runner in delivery.runners.values()]
        first, second = delivery.runners
        mill.storage.held = asyncio.Event()
        mill.answers[second[1]].set()
        await mill.until(lambda: mill.storage.waits)
        held, mill.storage.held = mill.storage.held, None
        # The second one is about to save its answer, and hears that it cannot as the first one is ended.
        delivery.tasks[first].add_done_callback(lambda _: held.set())

        def gone(writer):
            log.drop(writer, log.describe(writer, stream.arn), past.farewell)

        await mill.storage.write(gone)
        await mill.until(lambda: not delivery.runners)
        await mill.supervisor.idle()

        status = await mill.status()
        assert (status["discarded"], status["pending"], status["records"]) == ({"trimmed": 20}, 0, 20)
        assert "could not be refreshed" not in caplog.text
        mill.answers[first[1]].set()
        await asyncio.wait(calls)

    run(story, storage=Refusing())


def test_two_who_wait_for_idleness_both_hear_of_it():
    fails = [True]

    async def once(name, keys):
        if fails.pop():
            raise ValueError("no")

    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: not fails)
        fails.append(False)
        second = asyncio.ensure_future(mill.supervisor.idle())
        for _ in range(20):
            await mills.turn()
        # The first one looks, and is long about it; what it is to hear of comes meanwhile.
        first = asyncio.ensure_future(mill.supervisor.idle())
        await mills.turn()
        gate = mill.storage.gate = asyncio.Event()
        for _ in range(20):
            await mills.turn()
        mill.storage.gate = None
        mill.clock.advance(60.0)
        for _ in range(40):
            await mills.turn()
        gate.set()
        for _ in range(40):
            await mills.turn()

        assert mill.batches == [["a"], ["a"]]
        assert (first.done(), second.done()) == (True, True)

    run(story, once, storage=Refusing())


def test_a_disk_that_is_full_at_the_start_holds_up_delivery_and_not_the_start(caplog):
    disk = Refusing()

    async def tell():
        async with disk:
            made = mills.Mill(disk, ManualClock(), mills.succeed)
            async with made.supervisor:
                await made.function()
                stream = await made.stream()
                await made.map(stream)
            await made.change(stream, "a", "b")
            disk.full = True
            again = mills.Mill(disk, made.clock, mills.succeed)
            async with again.supervisor:
                assert (await again.status())["pending"] == 2
                disk.full = False
                await again.idle_at_last()
                assert again.batches == [["a", "b"]]

    asyncio.run(tell())


def test_lanes_and_a_window_that_are_set_at_once_do_not_both_come_about():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        mill.storage.gate = asyncio.Event()
        updates = [
            asyncio.ensure_future(mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], **{name: value}))
            for name, value in (("ParallelizationFactor", 2), ("TumblingWindowInSeconds", 60))
        ]
        for _ in range(20):
            await mills.turn()
        gate, mill.storage.gate = mill.storage.gate, None
        gate.set()
        done = await asyncio.gather(*updates, return_exceptions=True)

        assert [type(one) for one in done].count(AwsError) == 1

    run(story, storage=Refusing())


def test_a_supervisor_that_stops_while_a_mapping_is_deleted_ends_all_its_runners():
    async def tell():
        async with Refusing() as disk:
            mill = mills.Mill(disk, ManualClock(), mills.succeed)
            async with mill.supervisor:
                await mill.function()
                stream = await mill.stream()
                waiting(mill)
                mapping = await mill.map(stream, ParallelizationFactor=2)
                await mill.change(stream, *keys(20))
                await mill.until(lambda: len(mill.answers) == 2)
                (delivery,) = mill.supervisor._deliveries.values()
                tasks = list(delivery.tasks.values())
                calls = [runner.call for runner in delivery.runners.values()]
                await mill.do("DeleteEventSourceMapping", UUID=mapping["UUID"])
                for _ in range(100):
                    if not mill.supervisor._deliveries:
                        break
                    await mills.turn()
                # It has begun to end them, and is ended itself now.
            await mills.turn()
            assert all(task.done() for task in tasks)
            await mills.turn()
            assert all(call.done() for call in calls)

    asyncio.run(tell())


async def shown(mill):
    (mapping,) = (await mill.do("ListEventSourceMappings"))["EventSourceMappings"]
    return mapping["LastProcessingResult"], mapping["StateTransitionReason"]


def test_a_mapping_that_lost_its_permission_says_so_also_if_its_batch_in_flight_ended_well():
    async def story(mill, stream):
        waiting(mill)
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: mill.answers)
        await mill.allow([])
        await mill.supervisor.status()
        await mill.until(lambda: not mill.supervisor._changed.is_set())
        for _ in range(20):
            await mills.turn()
        mill.answers[0].set()
        await mill.supervisor.idle()

        result, reason = await shown(mill)
        assert result.startswith("PROBLEM: Cannot access stream")
        assert reason.startswith("Cannot access stream")
        await mill.allow()
        await mill.supervisor.idle()
        assert await shown(mill) == ("OK", "User action")

    run(story)


def test_a_mapping_says_what_it_lacks_whether_or_not_it_is_disabled_and_no_longer_than_it_does():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=False)
        await mill.supervisor.idle()
        await mill.allow([])
        await mill.supervisor.idle()
        lacking = await shown(mill)
        await mill.allow()
        await mill.supervisor.idle()

        assert lacking[0].startswith("PROBLEM: Cannot access stream")
        assert await shown(mill) == ("No records processed", "User action")

    run(story)
