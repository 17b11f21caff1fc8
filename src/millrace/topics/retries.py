"""When a delivery to an HTTP endpoint is tried again: SNS's delivery policies. Pure.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

from collections.abc import Mapping
from typing import Any

import orjson

from millrace.iam.documents import is_object

DEFAULT: Mapping[str, Any] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}


def effective(subscription: Mapping[str, str], topic: Mapping[str, str]) -> dict[str, Any]:
    """The retry policy that counts: the subscription's, else its topic's, else AWS's own."""
    own = _member(subscription.get("DeliveryPolicy"), "healthyRetryPolicy")
    whole = _member(topic.get("DeliveryPolicy"), "http")
    shared: Any = whole.get("defaultHealthyRetryPolicy")
    if whole.get("disableSubscriptionOverrides") is True:
        own = {}
    return {**DEFAULT, **(shared if is_object(shared) else {}), **own}


def delay(policy: Mapping[str, Any], tries: int) -> float | None:
    """Seconds until the next try after so many that failed; None if there is none.

    First those without delay, then with the least, then backing off, then with the most.
    """
    low, high = _number(policy, "minDelayTarget"), _number(policy, "maxDelayTarget")
    if tries > _number(policy, "numRetries"):
        return None
    place = tries - 1
    for name, seconds in (("numNoDelayRetries", 0.0), ("numMinDelayRetries", low)):
        if place < _number(policy, name):
            return seconds
        place -= int(_number(policy, name))
    fixed = ("numNoDelayRetries", "numMinDelayRetries", "numMaxDelayRetries")
    steps = _number(policy, "numRetries") - sum(_number(policy, name) for name in fixed)
    if place >= steps:
        return high
    return _backing_off(
        str(policy.get("backoffFunction")), low, high, place / (steps - 1) if steps > 1 else 0.0
    )


def _backing_off(function: str, low: float, high: float, part: float) -> float:
    if function in ("exponential", "geometric") and low > 0:
        return low * (high / low) ** part
    return low + (high - low) * (part * part if function == "arithmetic" else part)


def _number(policy: Mapping[str, Any], name: str) -> float:
    value = policy.get(name)
    return float(value) if isinstance(value, int | float) and value >= 0 else float(DEFAULT[name])


def _member(text: str | None, name: str) -> dict[str, Any]:
    value: Any = orjson.loads(text).get(name) if text else None
    return dict(value) if is_object(value) else {}
