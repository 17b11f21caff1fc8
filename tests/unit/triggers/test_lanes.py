"""ParallelizationFactor: several batches of a shard at a time, in order for each partition key."""

import asyncio
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.core.errors import StorageError
from millrace.storage.memory import MemoryStorage
from millrace.triggers import checkpoint, journey, lanes
from millrace.triggers.delivery import AttemptFailed, BatchSucceeded, Checkpoint, Discarded, Phase, Window

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run = mills.run


class Gate:
    """A handler that waits until it is opened, and notes what ran at the same time."""

    def __init__(self):
        self.opened = asyncio.Event()
        self.running = 0
        self.most = 0
        self.got = []

    async def __call__(self, name, keys):
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.opened.wait()
            self.got += keys
        finally:
            self.running -= 1


def in_order(got):
    """Whether each partition's changes came one after the other, each once."""
    last = {}
    for key in got:
        partition, _, number = key.partition(":")
        assert int(number) == last.get(partition, -1) + 1, f"{key} after {last.get(partition)}"
        last[partition] = int(number)
    return last


def changes(partitions, rounds, first=0):
    return [f"p{one}:{number}" for number in range(first, first + rounds) for one in range(partitions)]


def test_ten_lanes_run_ten_batches_at_once_and_keep_the_order_of_each_key():
    gate = Gate()

    async def story(mill, stream):
        await mill.map(stream, ParallelizationFactor=10, BatchSize=3)
        await mill.change(stream, *changes(100, 4))
        await mill.until(lambda: gate.running == 10)
        gate.opened.set()
        await mill.supervisor.idle()

        status = await mill.status()
        assert gate.most == 10
        assert in_order(gate.got) == {f"p{one}": 3 for one in range(100)}
        assert (status["delivered"], status["pending"], status["shards"][0]["lanes"]) == (400, 0, 10)
        assert max(len(keys) for keys in mill.batches) == 3

    run(story, gate)


def test_a_key_that_fails_holds_up_its_own_lane_only():
    bad = "p0"

    async def handler(name, keys):
        if any(key.startswith(f"{bad}:") for key in keys):
            raise ValueError("no")

    async def story(mill, stream):
        await mill.map(stream, ParallelizationFactor=4)
        await mill.change(stream, *changes(40, 3))
        own = sum(
            mills.partition_of(f"p{one}:") % 4 == mills.partition_of(f"{bad}:") % 4 for one in range(40)
        )
        delivered = 0
        while delivered < (40 - own) * 3:
            delivered = (await mill.status())["delivered"]
            await mills.turn()

        status = await mill.status()
        assert status["pending"] == own * 3
        assert (status["shards"][0]["phase"], status["last_error"]) == ("waiting", "ValueError: no")
        assert status["lag_seconds"] == 0.0

    run(story, handler)


def test_another_factor_waits_for_the_batches_in_flight_and_nothing_comes_twice():
    gate = Gate()

    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=4, BatchSize=5)
        await mill.change(stream, *changes(60, 2))
        await mill.until(lambda: gate.running == 4)
        answer = await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], ParallelizationFactor=7)
        await mill.change(stream, *changes(60, 2, first=2))
        for _ in range(50):
            await mill.status()
            await mills.turn()
        assert (answer["ParallelizationFactor"], gate.running) == (7, 4)

        gate.opened.set()
        await mill.supervisor.idle()
        status = await mill.status()
        assert in_order(gate.got) == {f"p{one}": 3 for one in range(60)}
        assert (status["delivered"], status["pending"], status["shards"][0]["lanes"]) == (240, 0, 7)

    run(story, gate)


@pytest.mark.parametrize("factors", [(1, 10, 1), (3, 2, 5), (10, 1, 10)])
def test_the_factor_may_change_again_and_again(factors):
    got = []

    async def handler(name, keys):
        got.extend(keys)

    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=factors[0], BatchSize=2)
        for number, factor in enumerate(factors):
            await mill.change(stream, *changes(20, 3, first=3 * number))
            await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], ParallelizationFactor=factor)
        await mill.supervisor.idle()

        status = await mill.status()
        assert in_order(got) == {f"p{one}": 8 for one in range(20)}
        assert (status["delivered"], status["pending"]) == (180, 0)

    run(story, handler)


def test_a_batch_may_have_ten_thousand_records_that_came_bit_by_bit():
    async def story(mill, stream):
        await mill.map(stream, BatchSize=10_000, MaximumBatchingWindowInSeconds=60)
        for number in range(40):
            await mill.change(stream, *changes(250, 1, first=number))
        await mill.supervisor.idle()

        assert [len(keys) for keys in mill.batches] == [10_000]

    run(story)


def test_latest_begins_for_all_lanes_where_the_stream_is():
    async def story(mill, stream):
        await mill.change(stream, *changes(20, 1))
        await mill.map(stream, ParallelizationFactor=5, StartingPosition="LATEST")
        await mill.change(stream, *changes(20, 1, first=1))
        await mill.supervisor.idle()

        assert sorted(key for keys in mill.batches for key in keys) == sorted(changes(20, 1, first=1))

    run(story)


def test_filters_and_lanes_count_together():
    async def story(mill, stream):
        pattern = '{"dynamodb":{"Keys":{"id":{"S":[{"suffix":":1"}]}}}}'
        await mill.map(stream, ParallelizationFactor=6, FilterCriteria={"Filters": [{"Pattern": pattern}]})
        await mill.change(stream, *changes(50, 3))
        await mill.supervisor.idle()

        status = await mill.status()
        assert (status["delivered"], status["filtered"], status["pending"]) == (50, 100, 0)

    run(story)


def test_a_shard_of_several_lanes_ends_when_all_are_done_and_its_children_begin():
    gate = Gate()

    async def story(mill, stream):
        await mill.map(stream, ParallelizationFactor=3)
        await mill.change(stream, *changes(30, 1))
        await mill.until(lambda: gate.running == 3)
        shard = stream.shards[0]
        roll = mills.log.divide
        await mill.storage.write(
            lambda w: roll(
                w, mills.log.describe(w, stream.arn), shard, (shard.low, shard.high), mill.clock.now() + 1
            )
        )
        await mill.change(stream, *changes(30, 1, first=1))
        gate.opened.set()
        await mill.supervisor.idle()

        status = await mill.status()
        assert in_order(gate.got) == {f"p{one}": 1 for one in range(30)}
        assert [shard["phase"] for shard in status["shards"]] == ["pending", "idle"]
        assert (status["delivered"], status["pending"]) == (60, 0)

    run(story, gate)


def test_lanes_that_come_too_late_count_what_was_trimmed():
    gate = Gate()
    gate.opened.set()

    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=4)
        await mill.change(stream, *changes(30, 1))
        await mill.supervisor.idle()
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=False)
        await mill.change(stream, *changes(30, 1, first=1))
        await mill.storage.write(lambda w: w.trim(stream.shards[0].journal, 47))
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
        await mill.supervisor.idle()

        status = await mill.status()
        assert (status["delivered"], status["discarded"], status["pending"]) == (43, {"trimmed": 17}, 0)
        assert [fact.count for fact in mill.seen if isinstance(fact, Discarded)] == [17]

    run(story, gate)


def test_lanes_go_on_where_they_were_after_a_crash_in_a_change_of_the_factor(monkeypatch):
    monkeypatch.setattr(limits, "mapping_stop_seconds_max", 0.0)

    async def story():
        clock = ManualClock()
        gate = Gate()
        storage = MemoryStorage()
        kept = Kept(storage)
        async with storage:
            async with mills.mill(gate, kept, clock) as mill:
                await mill.function()
                stream = await mill.stream()
                mapping = await mill.map(stream, ParallelizationFactor=3, BatchSize=4)
                await mill.change(stream, *changes(24, 2))
                await mill.until(lambda: gate.running == 3)
                await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], ParallelizationFactor=8)
                # Nothing of what is answered from now on is saved: the process is dead.
                kept.dead = True
            seen = Counter(key for keys in mill.batches for key in keys)
            kept.dead = False
            gate.opened.set()
            gate.got.clear()
            async with mills.mill(gate, kept, clock) as again:
                await again.supervisor.idle()
                status = await again.status()
        return gate.got, seen, status

    got, seen, status = asyncio.run(story())
    assert in_order(got) == {f"p{one}": 1 for one in range(24)}
    assert set(seen) <= set(got)
    assert (status["delivered"], status["pending"], status["shards"][0]["lanes"]) == (48, 0, 8)


class Kept:
    """A storage that outlives who opens it, and writes nothing while `dead`."""

    def __init__(self, storage):
        self.storage = storage
        self.dead = False

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def read(self, fn):
        return await self.storage.read(fn)

    async def write(self, fn):
        if self.dead:
            await asyncio.Event().wait()
        return await self.storage.write(fn)

    def watch(self, journal, wake):
        return self.storage.watch(journal, wake)


def test_rows_divided_anew_leave_out_what_the_old_ones_had_done():
    rows = (Checkpoint(0, 7, 3, lanes=2), Checkpoint(0, 4, 2, lanes=2, lane=1))

    fresh = lanes.divide(rows, 3)

    done = {
        (number, partition)
        for number in range(1, 10)
        for partition in range(6)
        if number <= (7, 4)[partition % 2]
    }
    for number in range(5, 10):
        for partition in range(6):
            owners = [row.lane for row in fresh if lanes.owns(row, number, partition)]
            assert owners == ([] if (number, partition) in done else [partition % 3])
            assert lanes.has_done(fresh, number, partition) == ((number, partition) in done)
    assert [row.position for row in fresh] == [4, 4, 4]
    assert [row.done for row in fresh] == [5, 0, 0]


def test_history_is_forgotten_once_all_lanes_are_beyond_it():
    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=4, BatchSize=2)
        await mill.change(stream, *changes(20, 2))
        await mill.supervisor.idle()
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], ParallelizationFactor=1)
        await mill.change(stream, *changes(20, 1, first=2))
        await mill.supervisor.idle()

        runner = mill.supervisor.runner(mapping["UUID"], stream.shards[0].id)
        assert runner.state.checkpoint.is_alone
        assert runner.state.phase is Phase.IDLE
        rows = await mill.storage.read(lambda r: checkpoint.load_all(r, mapping["UUID"]))
        assert [len(one) for one in rows.values()] == [1]

    run(story)


def test_an_open_window_and_the_counts_of_calls_go_on_in_the_first_lane():
    window = Window(0, 60, '{"n":1}')
    rows = lanes.divide((Checkpoint(0, 5, delivered=5, invoked=7, failed=2, window=window),), 3)

    assert [row.window for row in rows] == [window, None, None]
    assert [(row.invoked, row.failed) for row in rows] == [(7, 2), (0, 0), (0, 0)]
    (alone,) = lanes.divide(rows, 1)
    assert (alone.window, alone.invoked, alone.failed) == (window, 7, 2)


def test_a_journey_tells_of_the_lane_that_a_change_is_in():
    async def handler(name, keys):
        if keys[0].startswith("p0:"):
            raise ValueError("no")

    async def story(mill, stream):
        await mill.map(stream, ParallelizationFactor=10)
        (shard,) = stream.shards
        other = next(
            f"q{n}" for n in range(99) if mills.partition_of(f"q{n}") % 10 != mills.partition_of("p0") % 10
        )
        await mill.change(stream, "p0:0", f"{other}:0", "p0:1")
        await mill.until(lambda: any(isinstance(fact, BatchSucceeded) for fact in mill.seen))
        await mill.until(lambda: any(isinstance(fact, AttemptFailed) for fact in mill.seen))

        def look(reader):
            for number in (1, 2, 3):
                place = journey.locate(reader, stream.arn, shard.id, shard.start + number)
                (told,) = journey.follow(reader, place, mill.supervisor.runner, lambda *_: None)
                yield str(told.outcome)

        assert await mill.storage.read(lambda r: list(look(r))) == ["retrying", "delivered", "retrying"]

    run(story, handler)


def test_lanes_that_end_for_a_tumbling_window_begin_no_batch_of_it():
    """Their windows would go with them: all that is counted is counted in one."""
    failing, states = [True], []

    async def count(name, keys):
        if failing:
            raise ValueError("no")
        states.append(len(keys))
        return {"state": {"count": sum(states)}}

    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=4)
        await mill.change(stream, *changes(40, 1))
        await mill.until(lambda: sum(isinstance(fact, AttemptFailed) for fact in mill.seen) >= 4)
        failing.clear()
        await mill.do(
            "UpdateEventSourceMapping",
            UUID=mapping["UUID"],
            ParallelizationFactor=1,
            TumblingWindowInSeconds=60,
        )
        await mill.supervisor.idle()

        (rows,) = (await mill.storage.read(lambda r: checkpoint.load_all(r, mapping["UUID"]))).values()
        assert [(row.delivered, row.window.state) for row in rows] == [(40, '{"count":40}')]
        assert states == [40]

    run(story, count)


class FullDisk(MemoryStorage):
    """Refuses every commit while it is full."""

    full = False

    async def write(self, fn):
        if self.full:
            raise StorageError("no room left")
        return await super().write(fn)


def test_a_lane_that_failed_does_not_begin_again_with_the_settings_of_those_that_come_after_it(caplog):
    """The disk was full for both; meanwhile the mapping has got one lane, and a tumbling window."""
    disk, answers, sums = FullDisk(), [], [0]

    async def count(name, keys):
        if disk.full:
            answers.append(asyncio.Event())
            await answers[-1].wait()
            return None
        sums.append(sums[-1] + len(keys))
        return {"state": {"count": sums[-1]}}

    async def story(mill, stream):
        mapping = await mill.map(stream, ParallelizationFactor=2)
        await mill.change(stream, *changes(40, 1))
        disk.full = True
        await mill.until(lambda: len(answers) == 2)
        for number, answer in enumerate(answers, 1):
            answer.set()
            await mill.until(lambda number=number: caplog.text.count("failed; it goes on") == number)
            mill.clock.advance(0.1)
        disk.full = False
        await mill.do(
            "UpdateEventSourceMapping",
            UUID=mapping["UUID"],
            ParallelizationFactor=1,
            TumblingWindowInSeconds=60,
        )
        for _ in range(10):  # one of them may begin again, the other is not so far
            mill.clock.advance(0.1)
            for _ in range(50):
                await mill.supervisor.status()
                await mills.turn()
        await mill.supervisor.idle()

        (rows,) = (await mill.storage.read(lambda r: checkpoint.load_all(r, mapping["UUID"]))).values()
        assert [(row.delivered, row.window.state) for row in rows] == [(40, '{"count":40}')]
        assert sums == [0, 40]

    run(story, count, storage=disk)


def test_who_reads_thousands_of_records_lets_others_have_a_turn(monkeypatch):
    monkeypatch.setattr(limits, "mapping_read_records_max", 10)
    turns = []

    async def story(mill, stream):
        await mill.change(stream, *changes(200, 1))
        await mill.map(stream, BatchSize=200)
        while not mill.calls:
            turns.append(1)
            await mills.turn()
        assert [len(keys) for keys in mill.batches] == [200]
        assert len(turns) >= 10

    run(story)


def test_a_journey_does_not_take_for_delivered_what_lanes_before_have_given_up():
    bad = "p0"

    async def handler(name, keys):
        if any(key.startswith(f"{bad}:") for key in keys):
            raise ValueError("no")

    async def story(mill, stream):
        (shard,) = stream.shards
        mapping = await mill.map(stream, MaximumRetryAttempts=0, BatchSize=1)
        await mill.change(stream, f"{bad}:0", *(f"q{one}:0" for one in range(20)))
        await mill.supervisor.idle()
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], ParallelizationFactor=10)
        await mill.supervisor.idle()

        def look(reader, number):
            place = journey.locate(reader, stream.arn, shard.id, shard.start + number)
            (told,) = journey.follow(reader, place, mill.supervisor.runner, lambda *_: None)
            return told.outcome

        told = [await mill.storage.read(lambda r, n=n: look(r, n)) for n in range(1, 22)]
        assert set(told) == {"unknown"}

    run(story, handler)
