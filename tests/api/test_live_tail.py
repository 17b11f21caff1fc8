"""StartLiveTail with boto3: a stream of events that goes on."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.api.millrace_process import Millrace

ARN = "arn:aws:logs:eu-central-1:000000000000:log-group:"


@pytest.fixture
def logs(server: Millrace) -> Any:
    """A client that finds the server: an address alone has no place for the prefix `stream-`."""
    return boto3.session.Session().client(
        "logs",
        endpoint_url=server.url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
    )


def write(server: Millrace, logs: Any, group: str, stream: str, *messages: str) -> None:
    now = int(server.ask("clock")["now"] * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def shown(session: Any) -> list[dict[str, Any]]:
    """The events of the next update that has some."""
    return next(found for event in session if (found := event.get("sessionUpdate", {}).get("sessionResults")))


def test_a_session_shows_what_comes_in_and_only_what_it_wants(server: Millrace, logs: Any):
    for group in ("/tailed", "/other"):
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
    write(server, logs, "/tailed", "one", "ERROR before")

    told = logs.start_live_tail(logGroupIdentifiers=[f"{ARN}/tailed"], logEventFilterPattern="ERROR")
    session = iter(told["responseStream"])
    start = next(session)["sessionStart"]
    assert start["logGroupIdentifiers"] == [f"{ARN}/tailed"]
    assert start["logEventFilterPattern"] == "ERROR"
    write(server, logs, "/other", "one", "ERROR elsewhere")
    write(server, logs, "/tailed", "one", "fine", "ERROR at last")

    (event,) = shown(session)
    assert {name: event[name] for name in ("logStreamName", "logGroupIdentifier", "message")} == {
        "logStreamName": "one",
        "logGroupIdentifier": f"{ARN}/tailed",
        "message": "ERROR at last",
    }
    assert event["ingestionTime"] >= event["timestamp"] > 0
    told["responseStream"].close()


def test_a_session_can_be_of_some_streams(server: Millrace, logs: Any):
    logs.create_log_group(logGroupName="/streams")
    for stream in ("a1", "a2", "b1"):
        logs.create_log_stream(logGroupName="/streams", logStreamName=stream)
    told = logs.start_live_tail(logGroupIdentifiers=[f"{ARN}/streams"], logStreamNamePrefixes=["a"])
    session = iter(told["responseStream"])
    next(session)

    write(server, logs, "/streams", "b1", "no")
    write(server, logs, "/streams", "a2", "yes")

    assert [event["message"] for event in shown(session)] == ["yes"]
    told["responseStream"].close()


def test_a_session_ends_after_three_hours(server: Millrace, logs: Any):
    logs.create_log_group(logGroupName="/long")
    told = logs.start_live_tail(logGroupIdentifiers=[f"{ARN}/long"])
    session = iter(told["responseStream"])
    next(session)

    server.ask("clock", advance=3 * 3600 + 1)

    with pytest.raises(Exception, match="timed out"):
        for _ in session:
            pass
    told["responseStream"].close()


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"logGroupIdentifiers": [f"{ARN}/nowhere"]}, "ResourceNotFoundException"),
        ({"logGroupIdentifiers": ["/tailed"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [f"{ARN}/tailed:*"]}, "InvalidParameterException"),
        ({"logGroupIdentifiers": [f"{ARN}/a"], "logEventFilterPattern": "{ x"}, "InvalidParameterException"),
        (
            {"logGroupIdentifiers": [f"{ARN}/a"], "logStreamNames": ["a"], "logStreamNamePrefixes": ["b"]},
            "InvalidParameterException",
        ),
    ],
)
def test_what_cannot_be_tailed_is_refused(logs: Any, request_: dict[str, Any], code: str):
    with pytest.raises(ClientError) as refused:
        logs.start_live_tail(**request_)
    assert refused.value.response["Error"]["Code"] == code
