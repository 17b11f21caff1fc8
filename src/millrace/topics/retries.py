"""How a message goes to an HTTP endpoint, and when it is tried again: SNS's delivery policies. Pure.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
"""

import re
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
CONTENT_TYPE = "text/plain; charset=UTF-8"
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?")


def request_policy(subscription: Mapping[str, str], topic: Mapping[str, str]) -> dict[str, Any] | None:
    """What requests to an endpoint have: the subscription's policy, else its topic's."""
    whole = member(topic.get("DeliveryPolicy"), "http")
    shared: Any = whole.get("defaultRequestPolicy")
    own = member(subscription.get("DeliveryPolicy"), "requestPolicy")
    if whole.get("disableSubscriptionOverrides") is True:
        own = {}
    return own or (dict(shared) if is_object(shared) and shared else None)


def content_type(policy: Mapping[str, Any] | None) -> str:
    """The Content-Type of notifications under a request policy."""
    said = (policy or {}).get("headerContentType")
    return said if isinstance(said, str) and _CONTENT_TYPE.fullmatch(said) else CONTENT_TYPE


def has_content_type(policy: Mapping[str, Any]) -> bool:
    """Whether the content type that a request policy wants can be one."""
    said = policy.get("headerContentType", CONTENT_TYPE)
    return isinstance(said, str) and _CONTENT_TYPE.fullmatch(said) is not None


def told(policy: Mapping[str, Any]) -> dict[str, Any]:
    """A subscription's own policy as SNS tells it: whole, with null for what was not said."""
    own = policy.get("healthyRetryPolicy")
    return {
        "healthyRetryPolicy": {**DEFAULT, **own} if is_object(own) else None,
        "sicklyRetryPolicy": None,
        "throttlePolicy": policy.get("throttlePolicy"),
        "requestPolicy": policy.get("requestPolicy"),
        "guaranteed": False,
    }


def effective(subscription: Mapping[str, str], topic: Mapping[str, str]) -> dict[str, Any]:
    """The retry policy that counts: the subscription's, else its topic's, else AWS's own."""
    own = member(subscription.get("DeliveryPolicy"), "healthyRetryPolicy")
    whole = member(topic.get("DeliveryPolicy"), "http")
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


def member(text: str | None, name: str) -> dict[str, Any]:
    """An object inside a delivery policy; empty if there is none."""
    value: Any = orjson.loads(text).get(name) if text else None
    return dict(value) if is_object(value) else {}
