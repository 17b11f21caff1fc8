"""CloudWatch Logs with boto3: groups, streams, writing, reading, filtering, with AWS's exact shapes and words."""

import itertools
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import Millrace

ARN = "arn:aws:logs:eu-central-1:000000000000:log-group:"


@pytest.fixture
def logs(server: Millrace) -> Any:
    return server.client("logs")


@pytest.fixture
def now(server: Millrace) -> int:
    """The server's time in milliseconds."""
    return int(server.ask("clock")["now"] * 1000)


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_group_and_its_streams_live_as_on_aws(logs: Any, now: int):
    logs.create_log_group(logGroupName="/life", tags={"a": "b"})
    logs.create_log_stream(logGroupName="/life", logStreamName="one")

    (group,) = logs.describe_log_groups(logGroupNamePrefix="/life")["logGroups"]
    assert abs(group.pop("creationTime") - now) < 60_000
    assert group == {
        "arn": f"{ARN}/life:*",
        "deletionProtectionEnabled": False,
        "logGroupArn": f"{ARN}/life",
        "logGroupClass": "STANDARD",
        "logGroupName": "/life",
        "metricFilterCount": 0,
        "storedBytes": 0,
    }
    (stream,) = logs.describe_log_streams(logGroupName="/life")["logStreams"]
    assert abs(stream.pop("creationTime") - now) < 60_000
    assert stream == {"arn": f"{ARN}/life:log-stream:one", "logStreamName": "one", "storedBytes": 0}
    logs.put_retention_policy(logGroupName="/life", retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix="/life")["logGroups"][0]["retentionInDays"] == 7
    assert refusal(logs.create_log_group, logGroupName="/life") == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )
    assert refusal(logs.create_log_stream, logGroupName="/life", logStreamName="one") == (
        "ResourceAlreadyExistsException",
        "The specified log stream already exists",
    )
    logs.delete_log_stream(logGroupName="/life", logStreamName="one")
    logs.delete_log_group(logGroupName="/life")
    assert refusal(logs.describe_log_streams, logGroupName="/life") == (
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    )


def written(logs: Any, group: str, stream: str, events: list[tuple[int, str]]) -> Any:
    entries = [{"timestamp": timestamp, "message": message} for timestamp, message in events]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=entries)


def test_events_are_read_back_in_pages_both_ways(logs: Any, now: int):
    logs.create_log_group(logGroupName="/pages")
    logs.create_log_stream(logGroupName="/pages", logStreamName="one")
    events = [(now + n, f"line {n}") for n in range(5)]
    assert "nextSequenceToken" in written(logs, "/pages", "one", events)
    place = {"logGroupName": "/pages", "logStreamName": "one"}

    first = logs.get_log_events(**place, limit=2, startFromHead=True)
    second = logs.get_log_events(**place, limit=2, nextToken=first["nextForwardToken"])
    third = logs.get_log_events(**place, limit=2, nextToken=second["nextForwardToken"])
    end = logs.get_log_events(**place, limit=2, nextToken=third["nextForwardToken"])
    back = logs.get_log_events(**place, limit=2, nextToken=third["nextBackwardToken"])
    newest = logs.get_log_events(**place, limit=2)

    def messages(page: Any) -> list[str]:
        return [event["message"] for event in page["events"]]

    assert [messages(page) for page in (first, second, third, end)] == [
        ["line 0", "line 1"],
        ["line 2", "line 3"],
        ["line 4"],
        [],
    ]
    assert end["nextForwardToken"] == third["nextForwardToken"]
    assert messages(back) == ["line 2", "line 3"]
    assert messages(newest) == ["line 3", "line 4"]
    assert set(first["events"][0]) == {"timestamp", "message", "ingestionTime"}
    assert first["nextForwardToken"].startswith("f/")
    assert first["nextBackwardToken"].startswith("b/")


def test_filtering_finds_across_streams_in_order_of_time(logs: Any, now: int):
    logs.create_log_group(logGroupName="/filter")
    lines = ["hello world", "goodbye cruel world", 'say "hello cruel" now', '{"level": "error", "n": 5}']
    for name, offset in (("one", 0), ("two", 1)):
        logs.create_log_stream(logGroupName="/filter", logStreamName=name)
        written(logs, "/filter", name, [(now + 10 * n + offset, line) for n, line in enumerate(lines)])

    def found(**arguments: Any) -> list[tuple[str, str]]:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/filter", **arguments)
        return [(event["logStreamName"], event["message"]) for page in pages for event in page["events"]]

    assert found() == list(itertools.chain.from_iterable((("one", line), ("two", line)) for line in lines))
    assert found(filterPattern="goodbye world") == [("one", lines[1]), ("two", lines[1])]
    assert found(filterPattern='"hello cruel"', logStreamNames=["two"]) == [("two", lines[2])]
    assert found(filterPattern='{ $.level = "error" && $.n > 4 }', logStreamNamePrefix="o") == [
        ("one", lines[3])
    ]
    assert found(startTime=now + 30) == [("one", lines[3]), ("two", lines[3])]
    assert found(endTime=now) == [("one", lines[0])], "unlike GetLogEvents' its end is included"
    assert found(endTime=now - 1) == []
    (event, *_) = logs.filter_log_events(logGroupName="/filter", limit=1)["events"]
    assert set(event) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}


def test_events_too_old_or_too_new_are_left_out_and_counted(logs: Any, now: int):
    logs.create_log_group(logGroupName="/rejected")
    logs.create_log_stream(logGroupName="/rejected", logStreamName="one")
    day = 24 * 3_600_000

    old = written(logs, "/rejected", "one", [(now - 15 * day, "old")])
    new = written(logs, "/rejected", "one", [(now, "fine"), (now + 3 * 3_600_000, "new")])

    assert old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}
    assert new["rejectedLogEventsInfo"] == {"tooNewLogEventStartIndex": 1}
    page = logs.get_log_events(logGroupName="/rejected", logStreamName="one", startFromHead=True)
    assert [event["message"] for event in page["events"]] == ["fine"]


def test_what_cannot_be_is_refused_in_awss_words(logs: Any, now: int):
    logs.create_log_group(logGroupName="/refused")
    logs.create_log_stream(logGroupName="/refused", logStreamName="one")
    place = {"logGroupName": "/refused", "logStreamName": "one"}
    disorder = [{"timestamp": now, "message": "b"}, {"timestamp": now - 1, "message": "a"}]

    assert refusal(logs.put_log_events, **place, logEvents=disorder) == (
        "InvalidParameterException",
        "Log events in a single PutLogEvents request must be in chronological order.",
    )
    assert refusal(logs.get_log_events, **place, nextToken="nonsense") == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )
    assert refusal(logs.get_log_events, **place, limit=10_001)[1] == (
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 10000"
    )
    assert refusal(logs.get_log_events, logGroupName="/refused", logStreamName="two") == (
        "ResourceNotFoundException",
        "The specified log stream does not exist.",
    )
    assert refusal(logs.describe_log_groups, logGroupNamePrefix="/", logGroupNamePattern="r") == (
        "InvalidParameterException",
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    )


def test_events_go_when_their_retention_ends(server: Millrace, logs: Any, now: int):
    logs.create_log_group(logGroupName="/kept")
    logs.put_retention_policy(logGroupName="/kept", retentionInDays=1)
    logs.create_log_stream(logGroupName="/kept", logStreamName="one")
    written(logs, "/kept", "one", [(now, "soon gone")])

    server.ask("clock", advance=2 * 24 * 3600)

    assert logs.filter_log_events(logGroupName="/kept")["events"] == []


def test_events_outlive_the_servers_death(millrace: Millrace):
    logs = millrace.client("logs")
    now = int(millrace.ask("clock")["now"] * 1000)
    logs.create_log_group(logGroupName="/after")
    logs.create_log_stream(logGroupName="/after", logStreamName="one")
    written(logs, "/after", "one", [(now, "written before")])

    millrace.kill()
    millrace.start()

    page = millrace.client("logs").get_log_events(
        logGroupName="/after", logStreamName="one", startFromHead=True
    )
    assert [event["message"] for event in page["events"]] == ["written before"]
