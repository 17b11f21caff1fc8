"""What becomes of asynchronous events, and who is told of it, exactly once."""

import asyncio
import json
from dataclasses import replace

import pytest
from tests.unit.functions.outcomes import (
    BUCKET,
    LETTERS,
    OTHER,
    QUEUE,
    THROTTLED,
    World,
    done,
    failed,
    play,
    world,
)
from tests.unit.functions.stage import SCOPE

from millrace.buckets import catalog as buckets
from millrace.buckets import objects
from millrace.core.errors import StorageFullError
from millrace.core.turn import give_way
from millrace.functions.event import Event
from millrace.functions.recursion import stopped
from millrace.storage.memory import MemoryStorage

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:fn:$LATEST"


def test_success_is_told_in_awss_document_and_order():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_success=QUEUE, on_failure=QUEUE)
        it.answers = [done({"a": 1})]
        await it.accept(b'{"x": 1}')

        (message,) = await it.told()
        document = json.loads(message.body)
        assert list(document) == [
            "version",
            "timestamp",
            "requestContext",
            "requestPayload",
            "responseContext",
            "responsePayload",
        ]
        assert document.pop("timestamp").endswith("Z")
        assert document == {
            "version": "1.0",
            "requestContext": {
                "requestId": "r0-fn",
                "functionArn": ARN,
                "condition": "Success",
                "approximateInvokeCount": 1,
            },
            "requestPayload": {"x": 1},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "responsePayload": {"a": 1},
        }
        assert message.attributes == {}
        assert "Lineage=" in message.trace

    play(scene)


def test_three_failures_are_told_with_the_last_answer():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_success=QUEUE, on_failure=QUEUE)
        it.answers = [failed("one"), failed("two"), failed("three")]
        await it.accept()
        await it.advance(60)
        assert await it.told() == []
        await it.advance(120)

        (document,) = await it.documents()
        assert document["requestContext"]["condition"] == "RetriesExhausted"
        assert document["requestContext"]["approximateInvokeCount"] == 3
        assert document["responseContext"]["functionError"] == "Unhandled"
        assert document["responsePayload"]["errorMessage"] == "three"
        tally = it.tallies.of(SCOPE, "fn")
        assert (tally.retries, tally.dropped, tally.delivered, tally.undelivered) == (2, 1, 1, 0)

    play(scene)


@pytest.mark.parametrize(("age", "tries"), [(60, 1), (90, 2)])
def test_event_that_would_be_too_old_for_its_next_try_ends_at_once(age: int, tries: int):
    """As recorded on AWS: with 60 seconds there is no retry, with 90 there is one."""

    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_failure=QUEUE, age_seconds=age)
        it.answers = [failed()]
        await it.accept()
        for _ in range(tries - 1):
            await it.advance(60)

        (document,) = await it.documents()
        assert document["requestContext"]["condition"] == "EventAgeExceeded"
        assert document["requestContext"]["approximateInvokeCount"] == tries
        assert len(it.calls) == tries

    play(scene)


def test_no_retries_mean_one_try():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_failure=QUEUE, retries=0)
        it.answers = [failed()]
        await it.accept()
        assert [one["requestContext"]["approximateInvokeCount"] for one in await it.documents()] == [1]

    play(scene)


def test_throttled_event_is_tried_at_growing_intervals_until_it_is_too_old():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_failure=QUEUE, age_seconds=60)
        it.answers = [THROTTLED]
        await it.accept()
        for _ in range(70):
            await it.advance(1)

        first = it.calls[0][2]
        assert [at - first for _, _, at in it.calls] == [0, 1, 3, 7, 15, 31]
        (document,) = await it.documents()
        assert document["requestContext"]["condition"] == "EventAgeExceeded"
        assert document["requestContext"]["approximateInvokeCount"] == 0
        assert "responseContext" not in document
        assert it.tallies.of(SCOPE, "fn").retries == 6

    play(scene)


def test_function_without_concurrency_is_not_run_and_told_at_once():
    async def scene(it: World) -> None:
        await it.make(reserved_concurrency=0, dead_letter=LETTERS)
        await it.make_queue()
        await it.make_queue(LETTERS)
        await it.configure(on_failure=QUEUE)
        await it.accept()

        (document,) = await it.documents()
        assert document["requestContext"]["condition"] == "ZeroReservedConcurrency"
        assert document["requestContext"]["approximateInvokeCount"] == 0
        assert list(document) == ["version", "timestamp", "requestContext", "requestPayload"]
        assert it.calls == []
        (letter,) = await it.told(LETTERS)
        assert letter.attributes["ErrorCode"] == ("Number", "429")

    play(scene)


def test_dead_letter_is_the_event_with_its_error():
    async def scene(it: World) -> None:
        await it.make(dead_letter=LETTERS)
        await it.make_queue(LETTERS)
        await it.configure(retries=0)
        it.answers = [failed("no " * 1000)]
        await it.accept(b'{"raise_error": 1}')

        (letter,) = await it.told(LETTERS)
        assert letter.body == '{"raise_error": 1}'
        assert letter.attributes == {
            "RequestID": ("String", "r0-fn"),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", ("no " * 1000)[:1024]),
        }

    play(scene)


def test_success_is_no_dead_letter():
    async def scene(it: World) -> None:
        await it.make(dead_letter=LETTERS)
        await it.make_queue(LETTERS)
        await it.accept()
        assert await it.told(LETTERS) == []

    play(scene)


def test_bucket_gets_an_object_by_function_and_time():
    async def scene(it: World) -> None:
        await it.make()
        bucket = buckets.Bucket("records", "records", SCOPE.account, SCOPE.region, 0.0)
        await it.storage.write(lambda writer: buckets.put(writer, bucket))
        await it.configure(on_failure=BUCKET, retries=0)
        it.answers = [failed()]
        await it.accept()

        rows = await it.storage.read(lambda reader: list(reader.range(bucket.objects)))
        (key,) = [key.decode() for key, _ in rows]
        assert key.startswith("aws/lambda/async/fn/")
        data = await it.storage.read(lambda reader: objects.get(reader, SCOPE, "records", key))
        assert json.loads(data)["requestContext"]["condition"] == "RetriesExhausted"

    play(scene)


def test_function_is_told_by_an_event_of_its_own_in_the_same_chain():
    async def scene(it: World) -> None:
        await it.make()
        await it.make("other")
        await it.configure(on_success=OTHER)
        it.answers = [done("made")]
        await it.accept(b'"x"')
        await it.settle()

        assert [name for name, _, _ in it.calls] == ["fn", "other"]
        assert json.loads(it.calls[1][1])["responsePayload"] == "made"
        assert it.traces[0] is None
        assert "Lineage=" in it.traces[1]
        assert it.events.waiting(SCOPE, "fn") == it.events.waiting(SCOPE, "other") == 0

    play(scene)


def test_role_without_permission_is_named_and_the_event_ends(caplog):
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.allow("sns:Publish")
        await it.configure(on_success=QUEUE)
        await it.accept()

        assert await it.told() == []
        assert "runner lacks sqs:SendMessage" in caplog.text
        assert it.tallies.of(SCOPE, "fn").undelivered == 1
        assert it.events.waiting(SCOPE, "fn") == 0

    play(scene)


def test_destination_that_is_gone_keeps_no_other_from_being_told(caplog):
    async def scene(it: World) -> None:
        await it.make(dead_letter=LETTERS)
        await it.make_queue(LETTERS)
        await it.configure(on_failure=QUEUE, retries=0)
        it.answers = [failed()]
        await it.accept()

        assert len(await it.told(LETTERS)) == 1
        assert f"{QUEUE} could not be told" in caplog.text

    play(scene)


def test_loop_ends_with_what_a_failure_ends_with():
    async def scene(it: World) -> None:
        await it.make(dead_letter=LETTERS)
        await it.make_queue()
        await it.make_queue(LETTERS)
        await it.configure(on_failure=QUEUE)
        it.answers = [stopped()]
        await it.accept()

        (document,) = await it.documents()
        assert document["requestContext"]["approximateInvokeCount"] == 0
        (letter,) = await it.told(LETTERS)
        assert letter.attributes["ErrorCode"] == ("Number", "400")
        assert it.tallies.of(SCOPE, "fn").loops == 1

    play(scene)


def test_event_without_its_function_is_given_up(caplog):
    async def scene(it: World) -> None:
        await it.accept()
        assert "FunctionNotFound" in caplog.text
        assert it.events.waiting(SCOPE, "fn") == 0

    play(scene)


def test_answer_that_is_no_json_is_told_as_a_text():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_success=QUEUE)
        it.answers = [replace(done(), payload=b"NaN \xff")]
        await it.accept()
        assert [one["responsePayload"] for one in await it.documents()] == ["NaN \ufffd"]

    play(scene)


def test_end_and_what_is_told_of_it_are_one_transaction():
    """The disk is full when the event ends: nobody is told, and each once when there is room again."""

    class Full(MemoryStorage):
        full = False
        refused = asyncio.Event()

        async def write(self, fn):
            if self.full:
                self.refused.set()
                raise StorageFullError("no room left")
            return await super().write(fn)

    async def main() -> None:
        async with Full() as storage, world(storage) as it:
            await it.make(dead_letter=LETTERS)
            await it.make_queue()
            await it.make_queue(LETTERS)
            await it.configure(on_failure=QUEUE, retries=0)
            it.answers = [failed()]
            invoke = it.events._invoke

            async def fill(*given, **named):
                storage.full = True
                return await invoke(*given, **named)

            it.events._invoke = fill
            await it.begin()
            await storage.refused.wait()
            await give_way()
            assert await it.told() == await it.told(LETTERS) == []
            storage.full = False
            await it.advance(60)
            assert len(await it.told()) == len(await it.told(LETTERS)) == 1

    asyncio.run(main())


def test_event_that_waits_is_taken_up_by_the_next_server():
    async def scene(it: World) -> None:
        await it.make()
        await it.make_queue()
        await it.configure(on_failure=QUEUE)
        it.answers = [failed()]
        await it.accept()
        await it.events.__aexit__()
        it.clock.advance(7 * 3600)
        it.events = it.new_events()
        async with it.events:
            assert it.events.waiting(SCOPE, "fn") == 1
            await it.settle()

        (document,) = await it.documents()
        assert document["requestContext"]["condition"] == "EventAgeExceeded"
        assert len(it.calls) == 1

    play(scene)


def test_slow_events_of_one_function_leave_room_for_another():
    async def scene(it: World) -> None:
        for name in ("slow", "quick"):
            await it.make(name)
        hold, ran = asyncio.Event(), []

        async def invoke(scope, name, payload, **_):
            if name == "slow":
                await hold.wait()
            ran.append(name)
            return done()

        it.events._invoke = invoke
        for number in range(40):
            await it.events.accept(replace(_event(it, "slow"), request_id=f"s{number}"))
        await it.events.accept(_event(it, "quick"))
        while "quick" not in ran:
            await asyncio.wait(it.events._running, return_when=asyncio.FIRST_COMPLETED)
        assert ran == ["quick"]
        hold.set()
        await it.settle()
        assert len(ran) == 41

    play(scene)


def test_no_more_events_run_than_are_reserved_and_none_is_throttled():
    async def scene(it: World) -> None:
        await it.make(reserved_concurrency=1)
        running, most = 0, 0

        async def invoke(*_, **__):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await it.clock.sleep(0)
            running -= 1
            return done()

        it.events._invoke = invoke
        for number in range(10):
            await it.events.accept(replace(_event(it, "fn"), request_id=f"r{number}"))
        await it.settle()
        while it.events.waiting(SCOPE, "fn"):
            await it.settle()
        assert most == 1

    play(scene)


def _event(it: World, name: str):
    return Event(SCOPE, name, None, f"r-{name}", b"{}", accepted=it.clock.now(), due=it.clock.now())
