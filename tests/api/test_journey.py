"""One change's way to the functions, as a page asks for it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.millrace_process import Millrace
from tests.api.own_api import Mill, answer


@pytest.fixture
def mill(millrace: Millrace) -> Mill:
    return Mill(millrace)


def sequence_numbers(mill: Mill) -> tuple[str, str, list[str]]:
    """The table's stream, its shard, and its records' sequence numbers."""
    streams = mill.server.client("dynamodbstreams")
    (stream,) = streams.list_streams()["Streams"]
    arn = stream["StreamArn"]
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    return arn, shard["ShardId"], [record["dynamodb"]["SequenceNumber"] for record in records]


def ask(mill: Mill, **query: str) -> tuple[int, Any]:
    return answer(mill.server, "GET", f"journey?{urlencode(query)}")


def test_a_delivered_change_leads_to_its_attempt_and_a_filtered_one_to_its_reason(mill: Mill):
    mill.put("one")
    mill.delete("one")
    mill.server.idle()
    stream, shard, (put, deleted) = sequence_numbers(mill)
    status, told = ask(mill, stream=stream, shard=shard, sequence=put)
    (delivered,) = told.pop("mappings")
    (filtered,) = ask(mill, stream=stream, shard=shard, sequence=deleted)[1]["mappings"]
    (attempt,) = answer(mill.server, "GET", f"deliveries?mapping={mill.mapping}")[1]["deliveries"][-1:]

    assert (status, told) == (200, {"stream": stream, "shard": shard, "sequence": put})
    assert delivered == {
        "mapping": mill.mapping,
        "function": "Stone",
        "outcome": "delivered",
        "why": None,
        "attempts": [attempt],
    }
    assert (filtered["outcome"], filtered["attempts"]) == ("filtered", [])
    assert filtered["why"] == {
        "kind": "filter",
        "text": "It matches no pattern of the trigger's filter.",
        "patterns": [
            {
                "pattern": '{"eventName": ["INSERT"]}',
                "misses": [
                    {"path": "eventName", "wanted": ["INSERT"], "found": ["REMOVE"], "alternatives": []}
                ],
            }
        ],
    }


def test_a_change_that_was_given_up_has_all_its_attempts(mill: Mill):
    mill.functions.lambda_.update_event_source_mapping(UUID=mill.mapping, MaximumRetryAttempts=1)
    mill.put("one")
    mill.server.idle()
    mill.put("poison")
    mill.server.idle()
    stream, shard, (_, poison) = sequence_numbers(mill)
    (told,) = ask(mill, stream=stream, shard=shard, sequence=poison)[1]["mappings"]

    assert (told["outcome"], told["why"]["reason"]) == ("discarded", "RetryAttemptsExhausted")
    assert [one["outcome"] for one in told["attempts"]] == ["discarded", "failed", "failed"]


def test_what_cannot_be_asked_or_is_not_there_is_said(mill: Mill):
    mill.put("one")
    stream, shard, (put,) = sequence_numbers(mill)
    place = {"stream": stream, "shard": shard, "sequence": put}

    assert ask(mill) == (400, {"message": "journey needs stream, shard, sequence"})
    assert ask(mill, **place, table="x") == (
        400,
        {"message": "journey knows stream, shard and sequence, not table"},
    )
    for bad in ("x", "-1", "1" * 41, "\u0661"):
        assert ask(mill, **{**place, "sequence": bad})[0] == 400
    assert ask(mill, **{**place, "stream": "x"}) == (404, {"message": "there is no stream x"})
    assert ask(mill, **{**place, "shard": "x"}) == (404, {"message": "the stream has no shard x"})
    assert ask(mill, **{**place, "sequence": "1"}) == (404, {"message": "the shard has no record 1"})
