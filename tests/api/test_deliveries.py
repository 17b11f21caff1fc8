"""What each trigger did lately, and how its attempts lead to their log lines."""

from typing import Any

import pytest
from tests.api.millrace_process import Millrace
from tests.api.own_api import Mill, answer


@pytest.fixture
def mill(millrace: Millrace) -> Mill:
    return Mill(millrace)


def deliveries(mill: Mill, query: str | None = None) -> list[dict[str, Any]]:
    status, told = answer(mill.server, "GET", f"deliveries{query or f'?mapping={mill.mapping}'}")
    assert status == 200
    return told["deliveries"]


def test_a_delivery_leads_to_its_log_lines(mill: Mill):
    with mill.server.tail("function=Stone") as tail:
        mill.put("one")
        tail.wait(lambda event: event.get("event") == "batch_succeeded")
    mill.server.idle()
    (delivery,) = deliveries(mill)
    (started,) = [event for event in tail.events if event.get("event") == "batch_started"]
    (succeeded,) = [event for event in tail.events if event.get("event") == "batch_succeeded"]

    expected = {
        "mapping": mill.mapping,
        "table": "Grain",
        "function": "Stone",
        "shard": started["shard"],
        "attempt": 1,
        "records": 1,
        "delivered": 1,
        "first": started["first"],
        "last": started["last"],
        "outcome": "succeeded",
        "error": None,
        "retry_in": None,
        "retry_at": None,
        "reason": None,
        "log_group": "/aws/lambda/Stone",
    }
    assert {name: delivery[name] for name in expected} == expected
    assert delivery["finished"] >= delivery["started"]
    assert delivery["duration_ms"] > 0
    assert started["request_id"] == succeeded["request_id"] == delivery["request_id"]
    assert "log_stream" not in started
    places = ("log_group", "log_stream", "duration_ms")
    assert [succeeded[name] for name in places] == [delivery[name] for name in places]
    events = mill.server.client("logs").get_log_events(
        logGroupName=delivery["log_group"], logStreamName=delivery["log_stream"]
    )["events"]
    assert any(event["message"].startswith(f"START RequestId: {delivery['request_id']}") for event in events)


def test_failures_name_their_error_and_the_next_try_and_then_what_was_given_up(mill: Mill):
    mill.functions.lambda_.update_event_source_mapping(UUID=mill.mapping, MaximumRetryAttempts=1)
    mill.put("poison")
    mill.server.idle()
    discarded, second, first = deliveries(mill)

    assert [one["outcome"] for one in (first, second, discarded)] == ["failed", "failed", "discarded"]
    assert (first["attempt"], second["attempt"], discarded["attempt"]) == (1, 2, None)
    assert first["error"] == "ValueError: poisoned"
    assert first["retry_in"] == pytest.approx(first["retry_at"] - first["finished"], abs=0.01)
    assert (second["retry_in"], second["retry_at"]) == (None, None)
    assert first["request_id"] != second["request_id"]
    assert discarded["reason"] == "RetryAttemptsExhausted"
    assert discarded["request_id"] == second["request_id"]
    assert discarded["first"] == second["first"]


def test_what_filters_take_out_is_one_entry_and_all_triggers_are_told_of_without_a_mapping(mill: Mill):
    for key in ("one", "two", "three"):
        mill.delete(key)  # nothing changes: no record
        mill.put(key)
        mill.server.idle()
    for key in ("one", "two", "three"):
        mill.delete(key)
        mill.server.idle()
    filtered, *others = deliveries(mill)

    assert (filtered["outcome"], filtered["records"]) == ("filtered", 3)
    assert filtered["first"] is filtered["request_id"] is filtered["attempt"] is None
    assert {one["outcome"] for one in others} == {"succeeded"}
    assert deliveries(mill, "?") == [filtered, *others]


def test_a_trigger_that_is_stopped_and_goes_on_says_so_and_one_that_is_gone_nothing(mill: Mill):
    functions = mill.functions.lambda_
    with mill.server.tail("function=Stone") as tail:
        functions.update_event_source_mapping(UUID=mill.mapping, Enabled=False)
        tail.wait(lambda event: event.get("event") == "stopped")
        functions.update_event_source_mapping(UUID=mill.mapping, Enabled=True)
        tail.wait(lambda event: event.get("event") == "resumed")
    resumed, stopped = deliveries(mill)
    functions.delete_event_source_mapping(UUID=mill.mapping)

    assert (stopped["outcome"], stopped["reason"]) == ("stopped", "the mapping is disabled")
    assert resumed["outcome"] == "resumed"
    assert answer(mill.server, "GET", f"deliveries?mapping={mill.mapping}")[0] == 404
    assert deliveries(mill, "?") == []
