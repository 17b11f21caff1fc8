"""CloudWatch Logs' operations: answers as the model says, errors in AWS's words."""

import asyncio

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.unit.answers import check_members, without_none

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.core.errors import AwsError
from millrace.logs.log import Logs
from millrace.logs.operations import logs_accesses, logs_service
from millrace.storage.memory import MemoryStorage

SCOPE = Scope("123456789012", "us-east-1")
ROOT = Principal("123456789012", "arn:aws:iam::123456789012:root", "123456789012")
GROUP_ARN = "arn:aws:logs:us-east-1:123456789012:log-group:g"
HOUR = 3_600_000
MODEL = botocore.session.get_session().get_service_model("logs")


class Caller:
    """Calls operations, and holds their answers to the model."""

    def __init__(self, logs):
        self.logs = logs
        self.operations = logs_service(logs).operations

    async def __call__(self, operation, **params):
        shape = MODEL.operation_model(operation).output_shape
        answer = without_none(await self.operations[operation](Context(SCOPE, ROOT, "r"), params))
        if shape is None:
            assert answer == {}
        else:
            assert ParamValidator().validate(answer, shape).generate_report() == ""
            check_members(shape, answer)
        return answer


def on(storage, test):
    async def run():
        async with storage, Logs(storage, ManualClock()) as logs:
            await test(Caller(logs), logs)

    asyncio.run(run())


async def fails(call, code, message, /, operation, **params):
    with pytest.raises(AwsError) as caught:
        await call(operation, **params)
    assert (caught.value.code, caught.value.message) == (code, message)


async def put(call, *events, stream="s"):
    events = [{"timestamp": timestamp, "message": message} for timestamp, message in events]
    return await call("PutLogEvents", logGroupName="g", logStreamName=stream, logEvents=events)


async def make(call, *streams):
    await call("CreateLogGroup", logGroupName="g")
    for stream in streams or ("s",):
        await call("CreateLogStream", logGroupName="g", logStreamName=stream)


def texts(answer):
    return [event["message"] for event in answer["events"]]


def test_a_group_is_made_shown_and_deleted(storage):
    async def test(call, logs):
        await call("CreateLogGroup", logGroupName="g")
        assert (await call("DescribeLogGroups"))["logGroups"] == [
            {
                "arn": f"{GROUP_ARN}:*",
                "creationTime": logs.now_ms(),
                "deletionProtectionEnabled": False,
                "logGroupArn": GROUP_ARN,
                "logGroupClass": "STANDARD",
                "logGroupName": "g",
                "metricFilterCount": 0,
                "storedBytes": 0,
            }
        ]
        await fails(
            call, "ResourceAlreadyExistsException", "The specified log group already exists",
            "CreateLogGroup", logGroupName="g",
        )  # fmt: skip
        await call("DeleteLogGroup", logGroupName="g")
        await fails(
            call, "ResourceNotFoundException", "The specified log group does not exist.",
            "DeleteLogGroup", logGroupName="g",
        )  # fmt: skip
        await fails(
            call, "InvalidParameterException",
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
            "CreateLogGroup", logGroupName="g" * 513,
        )  # fmt: skip

    on(storage, test)


def test_groups_are_listed_by_prefix_pattern_and_page(storage):
    async def test(call, logs):
        for name in ("/aws/lambda/b", "/aws/lambda/a", "other"):
            await call("CreateLogGroup", logGroupName=name)

        async def names(**params):
            return [each["logGroupName"] for each in (await call("DescribeLogGroups", **params))["logGroups"]]

        assert await names(logGroupNamePrefix="/aws/") == ["/aws/lambda/a", "/aws/lambda/b"]
        assert await names(logGroupNamePattern="lambda/b") == ["/aws/lambda/b"]
        assert await names(logGroupNamePrefix="p") == []
        pattern = await call("DescribeLogGroups", logGroupNamePattern="other")
        assert "storedBytes" not in pattern["logGroups"][0]
        first = await call("DescribeLogGroups", limit=2)
        second = await call("DescribeLogGroups", limit=2, nextToken=first["nextToken"])
        assert [each["logGroupName"] for each in second["logGroups"]] == ["other"]
        assert "nextToken" not in second
        await fails(
            call, "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
            "DescribeLogGroups", logGroupNamePrefix="a", logGroupNamePattern="b",
        )  # fmt: skip
        listed = await call("ListLogGroups", logGroupNamePattern="^/aws|nothing")
        assert len(listed["logGroups"]) == 2

    on(storage, test)


def test_retention_is_set_and_taken_back(storage):
    async def test(call, logs):
        await make(call)
        await call("PutRetentionPolicy", logGroupName="g", retentionInDays=7)
        assert (await call("DescribeLogGroups"))["logGroups"][0]["retentionInDays"] == 7
        await call("DeleteRetentionPolicy", logGroupName="g")
        assert "retentionInDays" not in (await call("DescribeLogGroups"))["logGroups"][0]
        with pytest.raises(AwsError, match="Member must satisfy enum value set"):
            await call("PutRetentionPolicy", logGroupName="g", retentionInDays=2)

    on(storage, test)


def test_tags_are_reached_by_name_and_by_arn(storage):
    async def test(call, logs):
        await call("CreateLogGroup", logGroupName="g", tags={"a": "1"})
        await call("TagResource", resourceArn=GROUP_ARN, tags={"b": "2"})
        await call("TagLogGroup", logGroupName="g", tags={"c": "3"})
        await call("UntagResource", resourceArn=f"{GROUP_ARN}:*", tagKeys=["a"])
        assert (await call("ListTagsForResource", resourceArn=GROUP_ARN))["tags"] == {"b": "2", "c": "3"}
        await call("UntagLogGroup", logGroupName="g", tags=["b"])
        assert (await call("ListTagsLogGroup", logGroupName="g"))["tags"] == {"c": "3"}

    on(storage, test)


def test_a_stream_is_made_shown_and_deleted(storage):
    async def test(call, logs):
        await make(call)
        (stream,) = (await call("DescribeLogStreams", logGroupName="g"))["logStreams"]
        assert stream == {
            "arn": f"{GROUP_ARN}:log-stream:s",
            "creationTime": logs.now_ms(),
            "logStreamName": "s",
            "storedBytes": 0,
        }
        now = logs.now_ms()
        await put(call, (now - 5, "a"), (now, "b"))
        (stream,) = (await call("DescribeLogStreams", logGroupIdentifier=GROUP_ARN))["logStreams"]
        assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (now - 5, now)
        assert "uploadSequenceToken" in stream
        await fails(
            call, "ResourceAlreadyExistsException", "The specified log stream already exists",
            "CreateLogStream", logGroupName="g", logStreamName="s",
        )  # fmt: skip
        await call("DeleteLogStream", logGroupName="g", logStreamName="s")
        await fails(
            call, "ResourceNotFoundException", "The specified log stream does not exist.",
            "GetLogEvents", logGroupName="g", logStreamName="s",
        )  # fmt: skip
        await fails(
            call, "ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
            "DescribeLogStreams", logGroupName="g", logGroupIdentifier="g",
        )  # fmt: skip

    on(storage, test)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, ["a", "b", "c", "d"]),
        ({"descending": True}, ["d", "c", "b", "a"]),
        ({"orderBy": "LastEventTime"}, ["d", "b", "a", "c"]),
        ({"orderBy": "LastEventTime", "descending": True}, ["c", "a", "b", "d"]),
    ],
)
def test_streams_are_listed_in_pages_in_each_order(storage, params, expected):
    async def test(call, logs):
        await make(call, "a", "b", "c", "d")
        now = logs.now_ms()
        for stream, age in (("a", 20), ("b", 30), ("c", 10)):
            await put(call, (now - age, "x"), stream=stream)
        found, token = [], {}
        while True:
            answer = await call("DescribeLogStreams", logGroupName="g", limit=1, **params, **token)
            found += [stream["logStreamName"] for stream in answer["logStreams"]]
            if "nextToken" not in answer:
                break
            token = {"nextToken": answer["nextToken"]}
        assert found == expected

    on(storage, test)


def test_streams_are_listed_by_prefix(storage):
    async def test(call, logs):
        await make(call, "2026/a", "2026/b", "2027/a")
        answer = await call("DescribeLogStreams", logGroupName="g", logStreamNamePrefix="2026/")
        assert [stream["logStreamName"] for stream in answer["logStreams"]] == ["2026/a", "2026/b"]

    on(storage, test)


def test_events_are_put_and_got(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        assert "nextSequenceToken" in await put(call, (now, "a\n"), (now, "b"))
        answer = await call("GetLogEvents", logGroupName="g", logStreamName="s")
        assert answer["events"] == [
            {"timestamp": now, "message": "a\n", "ingestionTime": now},
            {"timestamp": now, "message": "b", "ingestionTime": now},
        ]
        assert answer["nextForwardToken"].startswith("f/")
        assert answer["nextBackwardToken"].startswith("b/")

    on(storage, test)


def test_what_is_appended_is_seen_by_the_next_read(storage):
    async def test(call, logs):
        logs.append(SCOPE, "g", "s", [(1, "a")])
        assert texts(await call("GetLogEvents", logGroupName="g", logStreamName="s")) == ["a"]
        logs.append(SCOPE, "g", "s", [(2, "b")])
        assert texts(await call("FilterLogEvents", logGroupName="g")) == ["a", "b"]

    on(storage, test)


def test_who_watches_sees_what_is_put(storage):
    async def test(call, logs):
        await make(call)
        seen = []
        logs.subscribe(SCOPE, "g", lambda batch: seen.extend(batch.events))
        await put(call, (logs.now_ms(), "a"))
        assert seen == [(logs.now_ms(), "a")]

    on(storage, test)


def test_events_are_read_forward_until_the_token_stays(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        await put(call, *((now, str(number)) for number in range(5)))
        named = {"logGroupName": "g", "logStreamName": "s", "limit": 2}
        answer = await call("GetLogEvents", **named, startFromHead=True)
        pages = [texts(answer)]
        while True:
            following = await call("GetLogEvents", **named, nextToken=answer["nextForwardToken"])
            if following["nextForwardToken"] == answer["nextForwardToken"]:
                break
            pages.append(texts(following))
            answer = following
        assert pages == [["0", "1"], ["2", "3"], ["4"]]
        assert following["events"] == []

        back = await call("GetLogEvents", **named, nextToken=following["nextBackwardToken"])
        assert texts(back) == ["3", "4"]
        await put(call, (now, "5"))
        again = await call("GetLogEvents", **named, nextToken=following["nextForwardToken"])
        assert texts(again) == ["5"]

    on(storage, test)


def test_events_are_read_backward_from_the_newest(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        await put(call, *((now, str(number)) for number in range(5)))
        named = {"logGroupName": "g", "logStreamName": "s", "limit": 2}
        answer = await call("GetLogEvents", **named)
        pages = [texts(answer)]
        while answer["events"]:
            answer = await call("GetLogEvents", **named, nextToken=answer["nextBackwardToken"])
            pages.append(texts(answer))
        assert pages == [["3", "4"], ["1", "2"], ["0"], []]
        ahead = await call("GetLogEvents", **named, nextToken=answer["nextForwardToken"])
        assert texts(ahead) == ["0", "1"]

    on(storage, test)


def test_a_reader_of_an_empty_stream_gets_what_comes_later(storage):
    async def test(call, logs):
        await make(call)
        named = {"logGroupName": "g", "logStreamName": "s"}
        empty = await call("GetLogEvents", **named)
        await put(call, (logs.now_ms() - HOUR, "a"))
        assert texts(await call("GetLogEvents", **named, nextToken=empty["nextForwardToken"])) == ["a"]

    on(storage, test)


def test_the_time_asked_for_begins_inclusive_and_ends_exclusive_in_a_stream(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        await put(call, *((now + number, str(number)) for number in range(4)))
        named = {"logGroupName": "g", "startTime": now + 1, "endTime": now + 3}
        assert texts(await call("GetLogEvents", logStreamName="s", **named)) == ["1", "2"]
        assert texts(await call("FilterLogEvents", **named)) == ["1", "2", "3"]

    on(storage, test)


def test_a_page_holds_at_most_a_mebibyte(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        for number in range(5):
            await put(call, (now, str(number) * 300_000))
        named = {"logGroupName": "g", "logStreamName": "s", "startFromHead": True}
        first = await call("GetLogEvents", **named)
        assert [text[0] for text in texts(first)] == ["0", "1", "2"]
        second = await call("GetLogEvents", **named, nextToken=first["nextForwardToken"])
        assert [text[0] for text in texts(second)] == ["3", "4"]
        found, token = [], {}
        while token is not None:
            answer = await call("FilterLogEvents", logGroupName="g", **token)
            found += [text[0] for text in texts(answer)]
            token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else None
        assert found == ["0", "1", "2", "3", "4"]

    on(storage, test)


@pytest.mark.parametrize("token", ["x", "f/1/s", "f/" + "x" * 56 + "/s", "9" * 56, "f/" + "9" * 56 + "/s"])
def test_a_bad_token_is_refused(storage, token):
    async def test(call, logs):
        await make(call)
        for operation, params in (("GetLogEvents", {"logStreamName": "s"}), ("FilterLogEvents", {})):
            await fails(
                call, "InvalidParameterException", "The specified nextToken is invalid.",
                operation, logGroupName="g", nextToken=token, **params,
            )  # fmt: skip

    on(storage, test)


def test_events_must_be_in_order_and_within_a_day(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        with pytest.raises(
            AwsError, match=r"Log events in a single PutLogEvents request must be in chronological order\."
        ):
            await put(call, (now, "b"), (now - 1, "a"))
        with pytest.raises(AwsError, match="cannot span more than 24 hours"):
            await put(call, (now - 25 * HOUR, "a"), (now, "b"))
        with pytest.raises(AwsError, match="Upload too large"):
            await put(call, *((now, "x" * 200_000) for _ in range(6)))
        assert texts(await call("FilterLogEvents", logGroupName="g")) == []

    on(storage, test)


def test_events_too_old_or_too_new_are_refused_one_by_one(storage):
    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        old = await put(call, (now - 15 * 24 * HOUR, "a"))
        assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
        new = await put(call, (now, "b"), (now + 3 * HOUR, "c"))
        assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
        await call("PutRetentionPolicy", logGroupName="g", retentionInDays=1)
        expired = await put(call, (now - 24 * HOUR - 1, "d"), (now - 24 * HOUR, "e"))
        assert expired["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
        assert texts(await call("FilterLogEvents", logGroupName="g")) == ["e", "b"]

    on(storage, test)


def test_events_past_the_retention_are_not_shown_even_before_they_are_removed(storage):
    async def test(call, logs):
        await make(call)
        await call("PutRetentionPolicy", logGroupName="g", retentionInDays=1)
        await put(call, (logs.now_ms(), "a"))
        logs.clock.advance(24 * 3600 + 1)
        assert texts(await call("FilterLogEvents", logGroupName="g")) == []
        assert texts(await call("GetLogEvents", logGroupName="g", logStreamName="s")) == []

    on(storage, test)


def test_what_is_not_there_is_said(storage):
    async def test(call, logs):
        group = ("ResourceNotFoundException", "The specified log group does not exist.")
        stream = ("ResourceNotFoundException", "The specified log stream does not exist.")
        events = [{"timestamp": logs.now_ms(), "message": "a"}]
        named = {"logGroupName": "g", "logStreamName": "no"}
        await fails(call, *group, "PutLogEvents", **named, logEvents=events)
        await fails(call, *group, "FilterLogEvents", logGroupName="g")
        await make(call)
        await fails(call, *stream, "PutLogEvents", **named, logEvents=events)
        await fails(call, *stream, "FilterLogEvents", logGroupName="g", logStreamNames=["no"])

    on(storage, test)


def test_events_are_searched_across_streams_by_pattern_name_and_prefix(storage):
    async def test(call, logs):
        await make(call, "a1", "a2", "b1")
        now = logs.now_ms()
        for offset, stream in enumerate(("b1", "a2", "a1")):
            await put(call, (now + offset, f"hello {stream}"), (now + offset + 10, "other"), stream=stream)

        async def found(**params):
            return texts(await call("FilterLogEvents", logGroupName="g", **params))

        assert await found(filterPattern="hello") == ["hello b1", "hello a2", "hello a1"]
        assert await found(filterPattern="hello", logStreamNames=["a1", "b1"]) == ["hello b1", "hello a1"]
        assert await found(filterPattern="hello", logStreamNamePrefix="a") == ["hello a2", "hello a1"]
        answer = await call("FilterLogEvents", logGroupName="g", limit=1)
        (event,) = answer["events"]
        assert event["logStreamName"] == "b1"
        assert len(event["eventId"]) == 56
        assert answer["searchedLogStreams"] == []

    on(storage, test)


def test_a_long_search_answers_with_a_token(storage, monkeypatch):
    monkeypatch.setattr(limits, "log_scan_events_max", 10)
    monkeypatch.setattr(limits, "log_scans_max", 2)

    async def test(call, logs):
        await make(call)
        now = logs.now_ms()
        await put(call, *((now, str(number)) for number in range(50)))
        first = await call("FilterLogEvents", logGroupName="g", filterPattern="49")
        assert first["events"] == []
        found, token = [], first["nextToken"]
        while token is not None:
            answer = await call("FilterLogEvents", logGroupName="g", filterPattern="49", nextToken=token)
            found += texts(answer)
            token = answer.get("nextToken")
        assert found == ["49"]

    on(storage, test)


@settings(max_examples=examples(30))
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=30),
    st.integers(1, 7),
    st.integers(0, 6),
)
def test_pages_of_a_search_hold_every_event_once_in_order(events, limit, start):
    async def test(call, logs):
        for number, (stream, time) in enumerate(events):
            logs.append(SCOPE, "g", stream, [(time, f"{number}")])
        await logs.flush()
        if not events:
            return
        order = {stream: place for place, stream in enumerate(dict.fromkeys(stream for stream, _ in events))}
        wanted = sorted(
            (time, order[stream], number) for number, (stream, time) in enumerate(events) if time >= start
        )
        found, token = [], {}
        while token is not None:
            answer = await call("FilterLogEvents", logGroupName="g", limit=limit, startTime=start, **token)
            found += texts(answer)
            token = {"nextToken": answer["nextToken"]} if "nextToken" in answer else None
        assert found == [str(number) for _, _, number in wanted]

    on(MemoryStorage(), test)


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("PutLogEvents", {"logGroupName": "g", "logStreamName": "s"}, f"{GROUP_ARN}:log-stream:s"),
        ("FilterLogEvents", {"logGroupIdentifier": f"{GROUP_ARN}:*"}, f"{GROUP_ARN}:log-stream:"),
        ("CreateLogStream", {"logGroupName": "g", "logStreamName": "s"}, f"{GROUP_ARN}:log-stream:"),
        ("DescribeLogGroups", {}, "arn:aws:logs:us-east-1:123456789012:log-group::log-stream:"),
        ("TagResource", {"resourceArn": f"{GROUP_ARN}:*"}, GROUP_ARN),
    ],
)
def test_each_request_needs_the_action_of_its_name(operation, params, resource):
    (access,) = logs_accesses(operation, SCOPE, params)

    assert (access.action, access.resource) == (f"logs:{operation}", resource)
