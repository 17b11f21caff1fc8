"""What is said of one change's way to a function, at every station of it."""

import asyncio
import importlib.util
import sys
from pathlib import Path

import pytest

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.streams import log
from millrace.triggers import journey
from millrace.triggers.journey import Outcome, Remembered

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run, READ = mills.run, mills.READ
ONLY_A = {"Filters": [{"Pattern": '{"dynamodb":{"Keys":{"id":{"S":["a"]}}}}'}]}


async def fail(name, keys):
    raise ValueError("no")


async def throttle(name, keys):
    raise AwsError("TooManyRequestsException", "Rate Exceeded.")


async def ask(mill, stream, number, remembered=None):
    """The journey of the first shard's record with this number."""

    def read(reader):
        current = log.describe(reader, stream.arn)
        shard = current.shards[0]
        place = journey.locate(reader, stream.arn, shard.id, shard.start + number)
        return journey.follow(reader, place, mill.supervisor.runner, lambda uuid, partition: remembered)

    (found,) = await mill.storage.read(read)
    return found


def test_what_the_function_has_answered_is_delivered():
    async def story(mill, stream):
        made = await mill.map(stream)
        await mill.change(stream, "a")
        await mill.supervisor.idle()

        found = await ask(mill, stream, 1)
        assert (found.mapping, found.function) == (made["UUID"], "ship")
        assert (found.outcome, found.why) == (Outcome.DELIVERED, None)

    run(story)


def test_what_was_there_before_a_trigger_began_is_not_its_affair():
    async def story(mill, stream):
        await mill.change(stream, "a")
        await mill.map(stream, StartingPosition="LATEST")
        await mill.supervisor.idle()

        assert (await ask(mill, stream, 1)).outcome is Outcome.BEFORE_START

    run(story)


def test_what_is_filtered_says_which_condition_was_not_met():
    async def story(mill, stream):
        await mill.map(stream, FilterCriteria=ONLY_A)
        await mill.change(stream, "a", "b")
        await mill.supervisor.idle()

        assert (await ask(mill, stream, 1)).outcome is Outcome.DELIVERED
        found = await ask(mill, stream, 2)
        (pattern,) = found.why["patterns"]
        assert (found.outcome, found.why["kind"]) == (Outcome.FILTERED, "filter")
        assert pattern["pattern"] == ONLY_A["Filters"][0]["Pattern"]
        assert [(miss["path"], miss["wanted"], miss["found"]) for miss in pattern["misses"]] == [
            ("dynamodb.Keys.id.S", ["a"], ("b",))
        ]

    run(story)


def test_a_record_that_one_of_two_patterns_lets_pass_is_delivered():
    async def story(mill, stream):
        both = {"Filters": [*ONLY_A["Filters"], {"Pattern": '{"eventName":["INSERT"]}'}]}
        await mill.map(stream, FilterCriteria=both)
        await mill.change(stream, "b")
        await mill.supervisor.idle()

        assert (await ask(mill, stream, 1)).outcome is Outcome.DELIVERED

    run(story)


def test_what_is_with_the_function_is_in_flight_and_what_comes_after_waits_for_it():
    answered = asyncio.Event()

    async def slow(name, keys):
        await answered.wait()

    async def story(mill, stream):
        await mill.map(stream, BatchSize=1)
        await mill.change(stream, "a", "b")
        await mill.until(lambda: mill.calls)

        first, second = await ask(mill, stream, 1), await ask(mill, stream, 2)
        assert (first.outcome, first.why["attempt"]) == (Outcome.IN_FLIGHT, 1)
        assert (second.outcome, second.why["kind"]) == (Outcome.PENDING, "earlier_batch")
        answered.set()
        await mill.supervisor.idle()
        assert (await ask(mill, stream, 2)).outcome is Outcome.DELIVERED

    run(story, slow)


def test_what_failed_is_retrying_and_what_comes_after_waits_for_it():
    async def story(mill, stream):
        await mill.map(stream, BatchSize=1)
        await mill.change(stream, "a", "b")
        await mill.until(lambda: any(hasattr(fact, "retry_at") for fact in mill.seen))

        first, second = await ask(mill, stream, 1), await ask(mill, stream, 2)
        retry_at = mill.clock.now() + limits.mapping_retry_seconds_min
        facts = {"attempt": 1, "last_error": "ValueError: no", "retry_at": retry_at}
        assert (first.outcome, first.why["kind"]) == (Outcome.RETRYING, "retrying")
        assert {name: first.why[name] for name in facts} == facts
        assert (second.outcome, second.why["kind"]) == (Outcome.PENDING, "earlier_batch")
        assert {name: second.why[name] for name in facts} == facts

    run(story, fail)


def test_what_was_throttled_is_retrying():
    async def story(mill, stream):
        await mill.map(stream, BatchSize=1)
        await mill.change(stream, "a", "b")
        await mill.until(lambda: any(hasattr(fact, "retry_at") for fact in mill.seen))

        assert (await ask(mill, stream, 1)).outcome is Outcome.RETRYING
        assert (await ask(mill, stream, 2)).outcome is Outcome.PENDING

    run(story, throttle)


def test_a_batch_that_is_not_full_waits_for_the_end_of_its_window():
    async def story(mill, stream):
        await mill.map(stream, MaximumBatchingWindowInSeconds=30)
        await mill.change(stream, "a")
        (delivery,) = mill.supervisor._deliveries.values()
        (runner,) = delivery.runners.values()
        await mill.until(lambda: runner.state.phase == "collecting")

        found = await ask(mill, stream, 1)
        assert (found.outcome, found.why["kind"]) == (Outcome.PENDING, "batching_window")
        assert found.why["until"] == mill.clock.now() + 30

    run(story)


def test_a_trigger_that_stands_still_says_why():
    async def story(mill, stream):
        made = await mill.map(stream)
        await mill.supervisor.idle()
        await mill.do("UpdateEventSourceMapping", UUID=made["UUID"], Enabled=False)
        await mill.change(stream, "a")
        await mill.until(lambda: len(mill.seen) == 1)
        disabled = await ask(mill, stream, 1)
        await mill.allow([])
        await mill.do("UpdateEventSourceMapping", UUID=made["UUID"], Enabled=True)
        await mill.until(lambda: len(mill.seen) == 2)
        stopped = await ask(mill, stream, 1)

        assert (disabled.outcome, disabled.why["kind"]) == (Outcome.PENDING, "disabled")
        assert (stopped.outcome, stopped.why["kind"]) == (Outcome.PENDING, "permission")
        assert "dynamodb:GetRecords" in stopped.why["missing"]

    run(story)


def test_what_was_given_up_is_told_as_long_as_that_can_be_known():
    discarded = Remembered(Outcome.DISCARDED, "RetryAttemptsExhausted")

    async def either(name, keys):
        if keys == ["poison"]:
            raise ValueError("no")

    async def story(mill, stream):
        await mill.map(stream, BatchSize=1, MaximumRetryAttempts=0)
        await mill.change(stream, "poison")
        await mill.supervisor.idle()
        alone = await ask(mill, stream, 1)
        await mill.change(stream, "a")
        await mill.supervisor.idle()

        assert (alone.outcome, alone.why["reason"]) == (Outcome.DISCARDED, "RetryAttemptsExhausted")
        assert (await ask(mill, stream, 1)).outcome is Outcome.UNKNOWN
        assert (await ask(mill, stream, 1, discarded)).outcome is Outcome.DISCARDED
        assert (await ask(mill, stream, 2, Remembered(Outcome.DELIVERED))).outcome is Outcome.DELIVERED

    run(story, either)


def test_what_the_stream_no_longer_has_is_told_as_long_as_that_can_be_known():
    async def story(mill, stream):
        await mill.map(stream, FilterCriteria=ONLY_A)
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        (shard,) = stream.shards
        await mill.storage.write(lambda writer: writer.trim(shard.journal, 1))
        delivered = await ask(mill, stream, 1)
        await mill.change(stream, "b")
        await mill.supervisor.idle()

        assert delivered.outcome is Outcome.DELIVERED
        assert (await ask(mill, stream, 1)).outcome is Outcome.UNKNOWN

    run(story)


def test_a_shard_waits_for_the_one_before_it():
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: any(hasattr(fact, "retry_at") for fact in mill.seen))

        def divide(writer):
            current = log.describe(writer, stream.arn)
            return log.roll(writer, current, current.shards[0], mill.clock.now())

        divided = await mill.storage.write(divide)
        await mill.change(stream, "b")
        parent, child = divided.shards

        def read(reader):
            place = journey.locate(reader, stream.arn, child.id, child.start + 1)
            return journey.follow(reader, place, mill.supervisor.runner, lambda uuid, partition: None)

        (found,) = await mill.storage.read(read)
        assert (found.outcome, found.why["kind"]) == (Outcome.PENDING, "earlier_shard")
        assert found.why["shard"] == parent.id

    run(story, fail)


def test_what_is_not_there_is_named():
    async def story(mill, stream):
        (shard,) = stream.shards
        places = [("no-stream", shard.id, 1), (stream.arn, "shardId-0", 1), (stream.arn, shard.id, 7)]
        for place, word in zip(places, ("stream", "shard", "record"), strict=True):
            with pytest.raises(LookupError, match=f"no {word}"):
                await mill.storage.read(lambda reader, place=place: journey.locate(reader, *place))

    run(story)
