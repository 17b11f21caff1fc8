"""When HTTP deliveries are tried again."""

import json

from millrace.topics.retries import content_type, delay, effective, request_policy


def delays(policy: dict[str, object]) -> list[float]:
    """All pauses until a delivery is given up."""
    found: list[float] = []
    chosen = effective({"DeliveryPolicy": json.dumps({"healthyRetryPolicy": policy})}, {})
    while (pause := delay(chosen, len(found) + 1)) is not None:
        found.append(pause)
    return found


def test_by_default_there_are_three_retries_twenty_seconds_apart():
    assert delays({}) == [20, 20, 20]


def test_the_phases_come_one_after_the_other():
    policy: dict[str, object] = {
        "minDelayTarget": 10,
        "maxDelayTarget": 40,
        "numRetries": 8,
        "numNoDelayRetries": 1,
        "numMinDelayRetries": 2,
        "numMaxDelayRetries": 1,
    }
    assert delays(policy) == [0, 10, 10, 10, 20, 30, 40, 40]
    assert delays({**policy, "backoffFunction": "exponential"})[3:7] == [
        10,
        10 * 4 ** (1 / 3),
        10 * 4 ** (2 / 3),
        40,
    ]


def test_a_topics_policy_is_for_subscriptions_without_one_and_may_overrule_them():
    topic = {"http": {"defaultHealthyRetryPolicy": {"numRetries": 1}}}
    own = {"DeliveryPolicy": json.dumps({"healthyRetryPolicy": {"numRetries": 2}})}

    assert effective({}, {"DeliveryPolicy": json.dumps(topic)})["numRetries"] == 1
    assert effective(own, {"DeliveryPolicy": json.dumps(topic)})["numRetries"] == 2
    topic["http"]["disableSubscriptionOverrides"] = True  # type: ignore[assignment]
    assert effective(own, {"DeliveryPolicy": json.dumps(topic)})["numRetries"] == 1


def test_notifications_have_the_content_type_that_the_subscription_or_its_topic_wants():
    own = {"DeliveryPolicy": '{"requestPolicy": {"headerContentType": "text/csv"}}'}
    shared = {
        "DeliveryPolicy": '{"http": {"defaultRequestPolicy": {"headerContentType": "application/json"}}}'
    }

    assert content_type(request_policy(own, shared)) == "text/csv"
    assert content_type(request_policy({}, shared)) == "application/json"
    assert content_type(request_policy({}, {})) == "text/plain; charset=UTF-8"
    assert content_type({"headerContentType": "text/csv\r\nHost: elsewhere"}) == "text/plain; charset=UTF-8"
