"""Mappings at work, on real storage, streams and IAM; only the function is a plain async function."""

import asyncio
import dataclasses
import importlib.util
import sys
from pathlib import Path

import orjson

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageError
from millrace.iam.entities import ManagedPolicy, Version
from millrace.iam.registry import POLICIES, ROLES
from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage
from millrace.streams import log
from millrace.triggers import supervisor as supervisors
from millrace.triggers.delivery import AttemptFailed, BatchStarted, BatchSucceeded, Discarded, Reason, Stopped

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run, READ = mills.run, mills.READ
EDGE = "arn:aws:iam::000000000000:policy/edge"


async def fail(name, keys):
    raise ValueError("no")


def test_a_change_reaches_the_function_and_is_counted():
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a", "b")
        await mill.supervisor.idle()

        status = await mill.status()
        assert mill.batches == [["a", "b"]]
        assert (status["delivered"], status["pending"], status["last_result"]) == (2, 0, "OK")
        assert mill.seen[0].attempt == 1
        assert [type(fact) for fact in mill.seen] == [BatchStarted, BatchSucceeded]

    run(story)


def test_latest_begins_where_the_stream_is_when_the_mapping_is_made():
    async def story(mill, stream):
        await mill.change(stream, "before")
        await mill.map(stream, StartingPosition="LATEST")
        await mill.change(stream, "after")
        await mill.supervisor.idle()

        assert mill.batches == [["after"]]

    run(story)


def test_trim_horizon_begins_with_the_oldest():
    async def story(mill, stream):
        await mill.change(stream, *"abcde")
        await mill.map(stream, BatchSize=2)
        await mill.supervisor.idle()

        assert mill.batches == [["a", "b"], ["c", "d"], ["e"]]

    run(story)


def test_filtered_changes_do_not_reach_the_function():
    async def story(mill, stream):
        pattern = '{"dynamodb":{"Keys":{"id":{"S":[{"prefix":"x"}]}}}}'
        await mill.map(stream, FilterCriteria={"Filters": [{"Pattern": pattern}]})
        await mill.change(stream, "a", "x1", "b", "x2", "c")
        await mill.supervisor.idle()

        status = await mill.status()
        assert mill.batches == [["x1", "x2"]]
        assert (status["delivered"], status["filtered"], status["pending"]) == (2, 3, 0)

    run(story)


def test_a_failing_batch_is_retried_and_then_discarded():
    async def story(mill, stream):
        await mill.map(stream, MaximumRetryAttempts=2)
        await mill.change(stream, "a")
        await mill.idle_at_last()

        status = await mill.status()
        assert mill.batches == [["a"], ["a"], ["a"]]
        assert status["discarded"] == {"RetryAttemptsExhausted": 1}
        assert status["last_result"] == "PROBLEM: Function call failed"
        assert mill.seen[-1] == Discarded(mill.seen[-1].first, mill.seen[-1].last, 1, Reason.RETRIES)
        errors = [fact.error for fact in mill.seen if isinstance(fact, AttemptFailed)]
        assert errors == ["ValueError: no"] * 3

    run(story, fail)


def test_a_status_tells_of_the_next_retry():
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a", "b")
        await mill.until(lambda: any(isinstance(fact, AttemptFailed) for fact in mill.seen))
        mill.clock.advance(0.1)

        status = await mill.status()
        assert (status["attempts"], status["pending"], status["last_error"]) == (1, 2, "ValueError: no")
        assert abs(status["retry_in_seconds"] - 0.15) < 0.001
        assert abs(status["lag_seconds"] - 0.1) < 0.001

    run(story, fail)


def test_what_a_function_says_of_its_failure_is_remembered_up_to_a_length():
    async def shout(name, keys):
        raise ValueError("no" * limits.delivery_error_characters_max)

    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: any(isinstance(fact, AttemptFailed) for fact in mill.seen))

        error = (await mill.status())["last_error"]
        assert (error[:16], len(error)) == ("ValueError: nono", limits.delivery_error_characters_max)

    run(story, shout)


def test_throttles_and_missing_functions_are_no_attempts():
    outcomes = [AwsError("TooManyRequestsException", "Rate Exceeded.")] * 3 + [None]

    async def throttle(name, keys):
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    async def story(mill, stream):
        await mill.map(stream, MaximumRetryAttempts=0)
        await mill.change(stream, "a")
        await mill.idle_at_last()

        assert mill.batches == [["a"]] * 4
        assert (await mill.status())["delivered"] == 1

    run(story, throttle)


def test_a_slow_function_delays_only_its_own_mapping():
    release = asyncio.Event()

    async def handler(name, keys):
        if name == "slow":
            await release.wait()

    async def story(mill, stream):
        await mill.function("slow")
        await mill.map(stream, "slow")
        await mill.map(stream, "ship")
        await mill.change(stream, "a")
        await mill.change(stream, "b")
        await mill.until(lambda: sum(name == "ship" for name, _ in mill.calls) >= 1)
        shipped = [key for name, keys in mill.calls if name == "ship" for key in keys]
        release.set()
        await mill.supervisor.idle()

        assert "a" in shipped
        assert [key for name, keys in mill.calls if name == "slow" for key in keys] == ["a", "b"]

    run(story, handler)


def test_a_disabled_mapping_stands_still_and_goes_on_where_it_was():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        answer = await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=False)
        await mill.until(lambda: Stopped() in mill.seen)
        await mill.change(stream, "b")
        await mill.supervisor.idle()
        assert (answer["State"], answer["LastProcessingResult"]) == ("Disabling", "OK")
        assert (mill.batches, (await mill.status())["pending"]) == ([["a"]], 1)

        answer = await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
        await mill.supervisor.idle()
        assert answer["State"] == "Enabling"
        assert mill.batches == [["a"], ["b"]]

    run(story)


def test_without_a_statement_the_mapping_stops_and_names_it_and_with_it_goes_on():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        await mill.allow([action for action in READ if action != "dynamodb:GetRecords"])
        await mill.until(lambda: any(isinstance(fact, Stopped) for fact in mill.seen))
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        status = await mill.status()
        shown = await mill.do("GetEventSourceMapping", UUID=mapping["UUID"])
        assert mill.batches == []
        assert status["missing"] == (
            f'{{"Effect":"Allow","Action":["dynamodb:GetRecords"],"Resource":"{stream.arn}"}}'
        )
        assert shown["State"] == "Enabled"
        assert shown["LastProcessingResult"].startswith(f"PROBLEM: Cannot access stream {stream.arn}. Please")
        assert "dynamodb:GetRecords" in shown["LastProcessingResult"]

        await mill.allow()
        await mill.supervisor.idle()
        assert mill.batches == [["a"]]
        assert (await mill.status())["missing"] is None

    run(story)


def test_a_boundary_that_takes_the_permission_away_stops_the_mapping_and_one_that_gives_it_back_does_not():
    async def story(mill, stream):
        await mill.policy(READ)
        await mill.allow(boundary=mills.POLICY)
        await mill.map(stream)

        await mill.policy([action for action in READ if action != "dynamodb:GetRecords"])
        await mill.until(lambda: any(isinstance(fact, Stopped) for fact in mill.seen))
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        assert mill.batches == []
        assert "dynamodb:GetRecords" in (await mill.status())["missing"]

        await mill.policy(READ)
        await mill.supervisor.idle()
        assert mill.batches == [["a"]]
        assert (await mill.status())["missing"] is None

    run(story)


def test_list_streams_may_be_allowed_on_everything_or_on_the_stream():
    async def story(mill, stream):
        await mill.map(stream)
        await mill.allow(resource=stream.arn)
        await mill.change(stream, "a")
        await mill.supervisor.idle()

        assert (await mill.status())["missing"] is None

    run(story)


def test_a_changed_function_is_tried_at_once():
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: any(isinstance(fact, AttemptFailed) for fact in mill.seen))
        mill.handler = mills.succeed
        await mill.function(revision="2")
        await mill.supervisor.idle()

        assert mill.batches == [["a"], ["a"]]

    run(story, fail)


def test_a_deleted_mapping_is_gone_and_another_begins_anew():
    async def story(mill, stream):
        mapping = await mill.map(stream)
        await mill.change(stream, "a")
        await mill.supervisor.idle()
        answer = await mill.do("DeleteEventSourceMapping", UUID=mapping["UUID"])
        await mill.change(stream, "b")
        await mill.supervisor.idle()
        assert answer["State"] == "Deleting"
        assert (mill.batches, await mill.supervisor.status()) == ([["a"]], [])

        await mill.map(stream)
        await mill.supervisor.idle()
        assert mill.batches == [["a"], ["a", "b"]]

    run(story)


def test_children_start_when_their_parent_is_done_with():
    gate = asyncio.Event()

    async def handler(name, keys):
        await gate.wait()

    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "parent")
        shard = stream.shards[0]
        await mill.storage.write(lambda w: log.roll(w, log.describe(w, stream.arn), shard, 1e9 * 2))
        await mill.change(stream, "child")
        await mill.until(lambda: mill.calls)
        assert mill.batches == [["parent"]]

        gate.set()
        await mill.supervisor.idle()
        status = await mill.status()
        assert mill.batches == [["parent"], ["child"]]
        assert (status["delivered"], status["pending"]) == (2, 0)

    run(story, handler)


def test_trimmed_records_are_discarded_as_trimmed():
    async def story(mill, stream):
        await mill.map(stream, Enabled=False)
        await mill.change(stream, *"abc")
        await mill.storage.write(lambda w: w.trim(stream.shards[0].journal, 2))
        (mapping,) = (await mill.do("ListEventSourceMappings"))["EventSourceMappings"]
        await mill.do("UpdateEventSourceMapping", UUID=mapping["UUID"], Enabled=True)
        await mill.supervisor.idle()

        status = await mill.status()
        assert mill.batches == [["c"]]
        assert (status["delivered"], status["discarded"]) == (1, {"trimmed": 2})

    run(story)


def test_what_was_answered_is_not_repeated_after_a_restart_and_attempts_go_on(tmp_path):
    clock = ManualClock()

    async def handler(name, keys):
        if "bad" in keys:
            raise ValueError("no")

    async def first(mill, stream):
        await mill.map(stream, BatchSize=1, MaximumRetryAttempts=3)
        await mill.change(stream, "good", "bad", "last")
        await mill.until(lambda: len(mill.seen) and isinstance(mill.seen[-1], AttemptFailed))
        assert mill.batches == [["good"], ["bad"]]

    async def again():
        async with mills.mill(handler, SqliteStorage(tmp_path / "tables.db"), clock) as mill:
            await mill.idle_at_last()
            status = await mill.status()
            assert mill.batches == [["bad"], ["bad"], ["bad"], ["last"]]
            assert (status["delivered"], status["discarded"]) == (2, {"RetryAttemptsExhausted": 1})

    run(first, handler, storage=SqliteStorage(tmp_path / "tables.db"), clock=clock)
    asyncio.run(again())


def test_a_stopping_supervisor_waits_for_the_answer_of_the_batch_in_flight(tmp_path):
    started = []

    async def handler(name, keys):
        started.append(keys)
        for _ in range(20):
            await mills.turn()

    async def first(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: started)

    async def again():
        async with mills.mill(handler, SqliteStorage(tmp_path / "tables.db")) as mill:
            await mill.supervisor.idle()
            assert mill.batches == []

    run(first, handler, storage=SqliteStorage(tmp_path / "tables.db"))
    asyncio.run(again())


def test_ending_another_task_does_not_hide_that_one_is_ended_oneself():
    """Else a server that is stopped while a mapping is being deleted never ends."""

    async def story():
        async def works():
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                await mills.turn()

        async def ends_it(task):
            await supervisors._cancel(task)
            await asyncio.get_running_loop().create_future()

        work = asyncio.ensure_future(works())
        await mills.turn()
        ending = asyncio.ensure_future(ends_it(work))
        await mills.turn()
        ending.cancel()
        done, _ = await asyncio.wait([ending], timeout=1)
        assert done == {ending}
        assert ending.cancelled()

    asyncio.run(story())


def test_who_gives_up_waiting_for_idleness_loses_no_change():
    class Slow(MemoryStorage):
        """Its reads take a turn of the loop, as those of a database elsewhere do."""

        async def read(self, fn):
            await mills.turn()
            return await super().read(fn)

    async def story(mill, stream):
        await mill.map(stream)
        await mill.supervisor.idle()
        for turns in range(20):
            change = asyncio.ensure_future(mill.allow([]))
            waits = asyncio.ensure_future(mill.supervisor.idle())
            for _ in range(turns):
                await mills.turn()
            waits.cancel()
            await asyncio.wait([change, waits])
            await mill.supervisor.idle()
            assert (await mill.status())["missing"] is not None, turns
            await mill.allow()
            await mill.supervisor.idle()
            assert (await mill.status())["missing"] is None, turns
            await mill.change(stream, "a")
            await mill.supervisor.idle()

        assert mill.batches == [["a"]] * 20

    run(story, storage=Slow())


def test_a_changed_boundary_of_the_role_is_heeded():
    async def boundary(mill, actions):
        statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        document = orjson.dumps({"Version": "2012-10-17", "Statement": statement}).decode()
        policy = ManagedPolicy(
            name="edge", path="/", id="ANPA", arn=EDGE, created=0.0, updated=0.0, default="v1", count=1,
            versions={"v1": Version(document, 0.0)},
        )  # fmt: skip
        await mill.storage.write(lambda w: POLICIES.put(w, mills.SCOPE.account, policy))

    async def story(mill, stream):
        await boundary(mill, READ)
        role = await mill.storage.read(lambda r: ROLES.find(r, mills.SCOPE.account, "mill"))
        await mill.storage.write(
            lambda w: ROLES.put(w, mills.SCOPE.account, dataclasses.replace(role, boundary=EDGE))
        )
        await mill.map(stream)
        await mill.supervisor.idle()
        assert (await mill.status())["missing"] is None
        await boundary(mill, ["s3:GetObject"])
        await mill.supervisor.idle()
        assert (await mill.status())["missing"] is not None

    run(story)


def test_a_lost_permission_that_could_not_be_looked_up_is_heeded_later(monkeypatch, caplog):
    look_up = supervisors.permission.refusal
    refused = []

    async def refuse(*given):
        if not refused:
            refused.append(given)
            raise StorageError("the disk does not answer")
        return await look_up(*given)

    async def story(mill, stream):
        await mill.map(stream)
        await mill.supervisor.idle()
        monkeypatch.setattr(supervisors.permission, "refusal", refuse)
        await mill.allow([])
        await mill.until(lambda: refused)
        await mill.idle_at_last()
        assert (await mill.status())["missing"] is not None

    run(story)
    assert "the disk does not answer" in caplog.text


class Disk(MemoryStorage):
    """A disk that is full once the function has run for the first time."""

    full = False
    runs = 0

    async def write(self, fn):
        if self.full:
            raise StorageError("no room left")
        return await super().write(fn)

    async def handler(self, name, keys):
        self.runs += 1
        self.full = self.runs == 1


def test_after_a_short_trouble_with_the_disk_delivery_goes_on_soon(caplog):
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: "no room left" in caplog.text)
        mill.storage.full = False
        mill.clock.advance(1)
        await asyncio.wait_for(mill.supervisor.idle(), 60)
        await mill.change(stream, "b")
        await asyncio.wait_for(mill.supervisor.idle(), 60)
        assert mill.batches == [["a"], ["a"], ["b"]]

    disk = Disk()
    run(story, disk.handler, storage=disk)


def test_a_disk_that_stays_full_is_asked_less_and_less_often(caplog):
    async def story(mill, stream):
        await mill.map(stream)
        await mill.change(stream, "a")
        await mill.until(lambda: "no room left" in caplog.text)
        for _ in range(600):
            mill.clock.advance(1)
            for _ in range(5):
                await mills.turn()
        assert mill.batches == [["a"]]  # nothing is delivered that could not be noted
        assert 8 < caplog.text.count("The triggers could not be refreshed") < 20
        mill.storage.full = False
        await mill.idle_at_last()
        assert mill.batches == [["a"], ["a"]]

    disk = Disk()
    run(story, disk.handler, storage=disk)
