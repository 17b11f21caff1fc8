"""The attributes of topics and subscriptions: which there are, and what they may be. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.iam.documents import is_object
from millrace.iam.policy import parse
from millrace.topics import retries
from millrace.topics.filter_policy import FilterError, compile_policy
from millrace.topics.retries import effective, member
from millrace.topics.topic import Subscription, Topic, invalid

_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.topic_name_characters_max}}}")
_FIFO_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.topic_name_characters_max - 5}}}\.fifo")
_OF_TOPICS = {
    "ArchivePolicy", "ContentBasedDeduplication", "DataProtectionPolicy", "DeliveryPolicy", "DisplayName",
    "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId", "Policy", "SignatureVersion", "TracingConfig",
    *(
        f"{protocol}{part}"
        for protocol in ("HTTP", "SQS", "Lambda", "Firehose", "Application")
        for part in ("SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate")
    ),
}  # fmt: skip
_OF_SUBSCRIPTIONS = {
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
}  # fmt: skip
_SCOPES = ("MessageAttributes", "MessageBody")
ACTIONS = (
    "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
    "ListSubscriptionsByTopic", "Publish",
)  # fmt: skip


def check_name(name: str, attributes: Mapping[str, str]) -> None:
    """Raise InvalidParameter unless this can be the name of a topic with these attributes."""
    if attributes.get("FifoTopic", "").lower() == "true":
        if not _FIFO_NAME.fullmatch(name):
            raise invalid("Topic Name")
    elif not _NAME.fullmatch(name):
        raise invalid("Topic Name")


def check_topic(attributes: Mapping[str, str], *, front: str = "") -> None:
    """Raise InvalidParameter for attributes that a topic cannot have."""
    for name, value in attributes.items():
        if name not in _OF_TOPICS:
            raise invalid(f"{front}AttributeName" if not front else f"{front}Unknown attribute: {name}")
        if name in ("ArchivePolicy", "DataProtectionPolicy") and value:
            raise invalid(f"{front}{name}: millrace does not have it yet")
        if name == "Policy" and value:
            check_policy(value)
        if name == "DeliveryPolicy" and value:
            policy = member(orjson.dumps(parsed(value, f"{front}DeliveryPolicy")).decode(), "http")
            _check_request(policy.get("defaultRequestPolicy"), front)
        if name == "SignatureVersion" and value not in ("1", "2"):
            raise invalid(f"{front}SignatureVersion")


def check_policy(text: str) -> None:
    try:
        parse(text, "resource")
    except AwsError:
        raise invalid("Policy Error: null") from None


def check_subscription(attributes: Mapping[str, str], *, front: str = "") -> None:
    """Raise InvalidParameter for attributes that a subscription cannot have."""
    for name, value in attributes.items():
        if name not in _OF_SUBSCRIPTIONS:
            raise invalid(f"{front}Unknown attribute: {name}" if front else "AttributeName")
        if name == "RawMessageDelivery" and value.lower() not in ("true", "false"):
            raise invalid(f"{front}RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
        if name == "FilterPolicyScope" and value not in _SCOPES:
            raise invalid(
                f"{front}FilterPolicyScope: Invalid value [{value}]. "
                "Please use either MessageBody or MessageAttributes"
            )
        if name == "RedrivePolicy" and value:
            _check_redrive(value, front)
        if name == "DeliveryPolicy" and value:
            _check_request(parsed(value, f"{front}DeliveryPolicy").get("requestPolicy"), front)


def check_dead_letters(attributes: Mapping[str, str], endpoint: str, *, front: str = "") -> None:
    """Raise InvalidParameter unless a FIFO queue's dead letters go to a FIFO queue."""
    text = attributes.get("RedrivePolicy")
    target = orjson.loads(text).get("deadLetterTargetArn", "") if text else ""
    if target and endpoint.endswith(".fifo") and not target.endswith(".fifo"):
        raise invalid(
            f"{front}RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic."
        )


def check_filter(attributes: Mapping[str, str], *, front: str = "") -> None:
    """Raise InvalidParameter unless a subscription's filter policy fits its scope."""
    text = attributes.get("FilterPolicy")
    if not text:
        return
    try:
        compile_policy(text, nested=attributes.get("FilterPolicyScope") == "MessageBody")
    except FilterError as error:
        message = str(error)
        raise invalid(
            f"{front}{message}"
            if message.startswith("Filter policy scope")
            else f"{front}FilterPolicy: {message}"
        ) from None


def parsed(text: str, name: str) -> dict[str, Any]:
    """An attribute that is JSON."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid(f"{name}: failed to parse JSON. {error}") from None
    if not is_object(value):
        raise invalid(f"{name}: failed to parse JSON. A JSON object is expected")
    return dict(value)


def default_policy(topic: Topic) -> dict[str, Any]:
    """The policy of a topic that nobody gave one."""
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in ACTIONS],
                "Resource": topic.arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": topic.scope.account}},
            }
        ],
    }


def topic_told(topic: Topic, confirmed: int, pending: int) -> dict[str, str]:
    """The attributes of a topic as GetTopicAttributes tells them."""
    told = {
        "Policy": orjson.dumps(default_policy(topic)).decode(),
        "DisplayName": "",
        **{name: value for name, value in topic.attributes.items() if value and name != "FifoTopic"},
        "TopicArn": topic.arn,
        "Owner": topic.scope.account,
        "SubscriptionsConfirmed": str(confirmed),
        "SubscriptionsPending": str(pending),
        "SubscriptionsDeleted": str(topic.ended),
        "EffectiveDeliveryPolicy": _effective_of_topic(topic),
    }
    if topic.is_fifo:
        told = {"ContentBasedDeduplication": "false", **told, "FifoTopic": "true"}
    return told


def subscription_told(subscription: Subscription, topic: Topic | None) -> dict[str, str]:
    """The attributes of a subscription as GetSubscriptionAttributes tells them."""
    told = {
        "RawMessageDelivery": "false",
        **{name: value for name, value in subscription.attributes.items() if value},
        "SubscriptionArn": subscription.arn,
        "TopicArn": subscription.topic,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "PendingConfirmation": "false" if subscription.confirmed else "true",
        "ConfirmationWasAuthenticated": "true" if subscription.authenticated else "false",
        "SubscriptionPrincipal": subscription.principal,
    }
    if "FilterPolicy" in told:
        told.setdefault("FilterPolicyScope", "MessageAttributes")
    else:
        told.pop("FilterPolicyScope", None)  # kept, and told once there is a policy
    own: dict[str, Any] = orjson.loads(told.get("DeliveryPolicy", "{}"))
    if own:
        told["DeliveryPolicy"] = orjson.dumps(retries.told(own)).decode()
    if subscription.protocol in ("http", "https"):
        shared: Mapping[str, str] = {} if topic is None else topic.attributes
        policy = {
            **retries.told(own),
            "healthyRetryPolicy": effective(subscription.attributes, shared),
            "requestPolicy": retries.request_policy(subscription.attributes, shared),
        }
        told["EffectiveDeliveryPolicy"] = orjson.dumps(policy).decode()
    return told


def _effective_of_topic(topic: Topic) -> str:
    said = member(topic.attributes.get("DeliveryPolicy"), "http")
    policy: dict[str, Any] = {
        "defaultHealthyRetryPolicy": effective({}, topic.attributes),
        "disableSubscriptionOverrides": said.get("disableSubscriptionOverrides", False),
        "defaultRequestPolicy": said.get("defaultRequestPolicy")
        or {"headerContentType": retries.CONTENT_TYPE},
    }
    return orjson.dumps({"http": policy}).decode()


def _check_request(policy: Any, front: str) -> None:
    if is_object(policy) and not retries.has_content_type(policy):
        raise invalid(f"{front}DeliveryPolicy: headerContentType is invalid")


def _check_redrive(text: str, front: str) -> None:
    target = parsed(text, f"{front}RedrivePolicy").get("deadLetterTargetArn")
    try:
        is_queue = isinstance(target, str) and arns.parse(target).service == "sqs"
    except ValueError:
        is_queue = False
    if not is_queue:
        raise invalid(f"{front}RedrivePolicy: deadLetterTargetArn is an invalid arn")
