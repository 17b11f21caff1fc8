"""On-failure destinations with a supervisor at work: the documents as AWS was recorded, and what becomes of them."""

import importlib.util
import sys
from pathlib import Path

import orjson
import pytest

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError
from millrace.functions import destinations
from millrace.storage.memory import MemoryStorage
from millrace.triggers.delivery import Discarded, Told

_SPEC = importlib.util.spec_from_file_location("mill", Path(__file__).with_name("mill.py"))
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)
run, READ = mills.run, mills.READ

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:lost"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:lost"
BUCKET = "arn:aws:s3:::lost"
ALL = [*READ, "sqs:SendMessage", "sns:Publish", "s3:PutObject", "s3:ListBucket"]


async def fail(name, keys):
    raise ValueError("no")


@pytest.fixture
def told(monkeypatch):
    """What was delivered, in the transactions that really were made: a row of the storage for each document."""

    def deliver(writer, scope, arn, document, now):
        if "gone" in arn:
            raise AwsError("QueueDoesNotExist", "The specified queue does not exist.", status=400)
        row = [arn, document.body.decode(), document.record.decode(), document.key]
        writer.put("told", document.key.encode(), orjson.dumps(row))

    monkeypatch.setattr(destinations, "deliver", deliver)
    monkeypatch.setattr(destinations, "is_there", lambda reader, arn: True)

    async def read(mill):
        rows = await mill.storage.read(lambda reader: [raw for _, raw in reader.range("told")])
        return [orjson.loads(raw) for raw in rows]

    return read


async def mapped(mill, stream, arn, **params):
    await mill.allow(ALL)
    config = {"OnFailure": {"Destination": arn}}
    return await mill.map(stream, DestinationConfig=config, MaximumRetryAttempts=1, **params)


@pytest.mark.parametrize("arn", [QUEUE, TOPIC])
def test_a_queue_and_a_topic_are_told_what_aws_was_recorded_to_tell(told, arn):
    async def story(mill, stream):
        await mapped(mill, stream, arn)
        await mill.change(stream, "a")
        await mill.idle_at_last()

        ((to, body, _, _),) = await told(mill)
        document = orjson.loads(body)
        (discarded,) = [fact for fact in mill.seen if isinstance(fact, Discarded)]
        request_id = document["requestContext"]["requestId"]
        assert to == arn
        assert len(request_id) == 36
        assert list(document) == [
            "requestContext",
            "responseContext",
            "version",
            "timestamp",
            "DDBStreamBatchInfo",
        ]
        assert document == {
            "requestContext": {
                "requestId": request_id,
                "functionArn": "arn:aws:lambda:eu-west-1:000000000000:function:ship",
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": 2,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": document["timestamp"],
            "DDBStreamBatchInfo": {
                "shardId": stream.shards[0].id,
                "startSequenceNumber": discarded.first,
                "endSequenceNumber": discarded.first,
                "approximateArrivalOfFirstRecord": document["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"],
                "approximateArrivalOfLastRecord": document["DDBStreamBatchInfo"]["approximateArrivalOfLastRecord"],
                "batchSize": 1,
                "streamArn": stream.arn,
            },
        }  # fmt: skip
        assert (len(document["timestamp"]), document["timestamp"][-5], document["timestamp"][-1]) == (
            24,
            ".",
            "Z",
        )
        assert len(document["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"]) == 20
        assert mill.seen[-1] == Told(discarded.first, discarded.last, 1, arn, None)

    run(story, fail)


def test_a_bucket_gets_an_object_with_the_event_as_text(told):
    async def story(mill, stream):
        made = await mapped(mill, stream, BUCKET)
        await mill.change(stream, "a", "b")
        await mill.idle_at_last()

        ((_, body, record, key),) = await told(mill)
        stored = orjson.loads(record)
        event = orjson.loads(stored.pop("payload"))
        day, second = stored["timestamp"][:10], stored["timestamp"][:19].replace(":", ".")
        assert stored == orjson.loads(body)
        assert [one["dynamodb"]["Keys"]["id"]["S"] for one in event["Records"]] == ["a", "b"]
        assert key[:-37] == (
            f"aws/lambda/{made['UUID']}/{stream.shards[0].id}/{day.replace('-', '/')}/{second}"
        )

    run(story, fail)


def test_what_is_too_old_is_told_without_an_answer(told):
    async def story(mill, stream):
        await mill.change(stream, "a", "b")
        mill.clock.advance(61.0)
        await mill.change(stream, "c")
        await mapped(mill, stream, QUEUE, MaximumRecordAgeInSeconds=60)
        await mill.idle_at_last()

        ((_, body, _, _),) = await told(mill)
        document = orjson.loads(body)
        assert list(document) == ["requestContext", "version", "timestamp", "DDBStreamBatchInfo"]
        assert document["requestContext"]["condition"] == "RecordAgeExceeded"
        assert document["requestContext"]["approximateInvokeCount"] == 1
        assert document["DDBStreamBatchInfo"]["batchSize"] == 2
        assert mill.batches == [["c"]]

    run(story)


def test_a_destination_that_is_gone_holds_nothing_up_and_is_named(told):
    async def story(mill, stream):
        await mapped(mill, stream, QUEUE + "-gone")
        await mill.change(stream, "a", "b")
        await mill.idle_at_last()

        status = await mill.status()
        error = "QueueDoesNotExist: The specified queue does not exist."
        assert status["discarded"] == {"RetryAttemptsExhausted": 2}
        assert status["pending"] == 0
        assert status["destination"] == QUEUE + "-gone"
        assert status["told"] == {"delivered": 0, "failed": 2, "error": error}
        assert status["last_result"] == "PROBLEM: Function call failed"
        assert mill.seen[-1].error == error

    run(story, fail)


def test_a_role_that_may_not_tell_the_destination_any_more_holds_nothing_up(told):
    async def story(mill, stream):
        await mapped(mill, stream, QUEUE)
        await mill.allow(READ)
        await mill.change(stream, "a")
        await mill.idle_at_last()

        status = await mill.status()
        assert await told(mill) == []
        assert status["discarded"] == {"RetryAttemptsExhausted": 1}
        assert status["told"]["error"] == "the function's role is not allowed sqs:SendMessage on it"

    run(story, fail)


def test_the_metrics_add_up(told):
    async def stumble(name, keys):
        if keys == ["bad"]:
            raise ValueError("no")
        return {}

    async def story(mill, stream):
        pattern = '{"dynamodb":{"Keys":{"id":{"S":[{"anything-but":"unwanted"}]}}}}'
        filters = {"Filters": [{"Pattern": pattern}]}
        await mapped(mill, stream, QUEUE, BatchSize=1, FilterCriteria=filters)
        await mill.change(stream, "good", "unwanted", "bad")
        await mill.idle_at_last()

        assert (await mill.status())["metrics"] == {
            "PolledEventCount": 3,
            "FilteredOutEventCount": 1,
            "InvokedEventCount": 3,
            "FailedInvokeEventCount": 2,
            "DroppedEventCount": 1,
            "OnFailureDestinationDeliveredEventCount": 1,
            "DeletedEventCount": 0,
        }

    run(story, stumble)


def test_counts_of_a_destination_go_with_the_mapping(told):
    async def story(mill, stream):
        made = await mapped(mill, stream, QUEUE)
        await mill.change(stream, "a")
        await mill.idle_at_last()
        await mill.do("DeleteEventSourceMapping", UUID=made["UUID"])

        rows = await mill.storage.read(lambda reader: list(reader.range("mappings/destinations")))
        assert rows == []

    run(story, fail)


def test_a_document_is_stored_with_the_checkpoint_or_not_at_all(told, monkeypatch):
    """A commit that fails takes both back, and the batch is given up again, once."""
    storage = MemoryStorage()
    broken = []

    async def story(mill, stream):
        await mapped(mill, stream, QUEUE)
        write = storage.write

        async def fragile(do):
            def once(writer):
                answer = do(writer)
                if list(writer.range("told")) and not broken:
                    broken.append(True)
                    raise AwsError("InternalFailure", "the disk is gone")
                return answer

            return await write(once)

        monkeypatch.setattr(storage, "write", fragile)
        await mill.change(stream, "a")
        await mill.idle_at_last()

        assert broken == [True]
        assert len(await told(mill)) == 1
        assert (await mill.status())["told"] == {"delivered": 1, "failed": 0, "error": None}
        assert (await mill.status())["discarded"] == {"RetryAttemptsExhausted": 1}

    run(story, fail, storage=storage, clock=ManualClock())


def test_a_window_is_called_with_its_state_and_once_more_at_its_end():
    events = []

    async def story(mill, stream):
        invoke = mill.invoke

        async def keep(scope, name, payload, **named):
            events.append(orjson.loads(payload))
            return await invoke(scope, name, payload, **named)

        mill.invoke = keep
        await mill.map(stream, TumblingWindowInSeconds=60)
        await mill.change(stream, "a", "b")
        await mill.until(lambda: len(events) == 1)
        await mill.until(lambda: not any(runner.is_busy for runner in mill.supervisor._runners()))
        mill.clock.advance(60.0)
        await mill.until(lambda: len(events) == 2)

        first, last = events
        assert list(first) == [
            "Records", "window", "state", "shardId", "eventSourceARN", "isFinalInvokeForWindow",
            "isWindowTerminatedEarly",
        ]  # fmt: skip
        assert (first["state"], last["state"]) == ({}, {"seen": 2})
        assert (len(first["Records"]), last["Records"]) == (2, [])
        assert first["window"] == last["window"]
        assert first["window"]["start"][-3:] == "00Z"
        assert (first["shardId"], first["eventSourceARN"]) == (stream.shards[0].id, stream.arn)
        assert (first["isFinalInvokeForWindow"], last["isFinalInvokeForWindow"]) == (False, True)
        assert (first["isWindowTerminatedEarly"], last["isWindowTerminatedEarly"]) == (False, False)

    async def count(name, keys):
        return {"state": {"seen": len(keys)}}

    run(story, count)
