"""The attributes of queues: which there are, what they may be, and what GetQueueAttributes tells. Pure."""

import re
from collections.abc import Mapping
from typing import Any, cast

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.iam.documents import is_object
from millrace.iam.policy import parse
from millrace.queues.box import Counts
from millrace.queues.queue import DEFAULTS, Queue, invalid

_NUMBERS: Mapping[str, tuple[int, int]] = {
    "DelaySeconds": (0, limits.queue_delay_seconds_max),
    "MaximumMessageSize": (limits.queue_message_bytes_min, limits.queue_message_bytes_max),
    "MessageRetentionPeriod": (limits.queue_retention_seconds_min, limits.queue_retention_seconds_max),
    "ReceiveMessageWaitTimeSeconds": (0, limits.queue_wait_seconds_max),
    "VisibilityTimeout": (0, limits.queue_visibility_seconds_max),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_FIFO_WORDS: Mapping[str, tuple[str, ...]] = {
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_SETTABLE = {
    *_NUMBERS, *_FIFO_WORDS, "ContentBasedDeduplication", "FifoQueue", "KmsMasterKeyId", "Policy",
    "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
}  # fmt: skip
_TOLD = {
    "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed", "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_FIFO_NAME = re.compile(r"[A-Za-z0-9_-]{1,75}\.fifo")


def check_name(name: str, attributes: Mapping[str, str]) -> None:
    """Raise InvalidParameterValue unless this can be the name of a queue with these attributes."""
    if attributes.get("FifoQueue", "").lower() == "true":
        if not _FIFO_NAME.fullmatch(name):
            raise invalid(
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
                "must end with .fifo suffix and be 1 to 80 in length."
            )
    elif not _NAME.fullmatch(name):
        raise invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")


def checked(attributes: Mapping[str, str], name: str, *, new: bool) -> dict[str, str]:
    """Attributes as they are kept. Raises InvalidAttributeName and InvalidAttributeValue."""
    is_fifo = name.endswith(".fifo")
    for key, value in attributes.items():
        _check_known(key, is_fifo=is_fifo, new=new)
        _check_value(key, value, new=new)
    return {key: _kept(key, value) for key, value in attributes.items()}


def changed(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """What the attributes are after a change. An empty policy is none, and of the encryptions there is one."""
    result = {**old, **new}
    if new.get("KmsMasterKeyId"):
        result["SqsManagedSseEnabled"] = "false"
    elif new.get("SqsManagedSseEnabled") == "true":
        result.pop("KmsMasterKeyId", None)
    return {key: value for key, value in result.items() if value or key in DEFAULTS}


def described(queue: Queue, counts: Counts) -> dict[str, str]:
    """Every attribute that the queue has, as GetQueueAttributes tells them."""
    told = {
        **DEFAULTS,
        "SqsManagedSseEnabled": "true",
        **queue.attributes,
        "QueueArn": queue.arn,
        "ApproximateNumberOfMessages": str(counts.visible),
        "ApproximateNumberOfMessagesNotVisible": str(counts.in_flight),
        "ApproximateNumberOfMessagesDelayed": str(counts.delayed),
        "CreatedTimestamp": str(queue.created),
        "LastModifiedTimestamp": str(queue.modified),
    }
    if queue.is_fifo:
        fifo = {
            "FifoQueue": "true",
            "ContentBasedDeduplication": "false",
            "DeduplicationScope": "queue",
            "FifoThroughputLimit": "perQueue",
        }
        told = {**fifo, **told}
    if "KmsMasterKeyId" in told:
        told.setdefault("KmsDataKeyReusePeriodSeconds", "300")
    else:
        told.pop("KmsDataKeyReusePeriodSeconds", None)  # kept, and told once there is a key
    return told


def takes_dead_letters(dead: Queue, source: Queue) -> bool:
    """Whether a queue's RedriveAllowPolicy lets it be the dead-letter queue of another."""
    policy = orjson.loads(dead.attributes.get("RedriveAllowPolicy") or "{}")
    match policy.get("redrivePermission", "allowAll"):
        case "denyAll":
            return False
        case "byQueue":
            return source.arn in policy["sourceQueueArns"]
        case _:
            return True


def check_asked(names: list[str]) -> None:
    """Raise InvalidAttributeName unless there are attributes of all these names."""
    for name in names:
        if name not in _SETTABLE and name not in _TOLD and name != "All":
            raise _unknown(name)


def _unknown(name: str) -> AwsError:
    return AwsError("InvalidAttributeName", f"Unknown Attribute {name}.")


def _bad(name: str, reason: str = "") -> AwsError:
    return AwsError("InvalidAttributeValue", f"Invalid value for the parameter {name}.{reason}")


def _check_known(name: str, *, is_fifo: bool, new: bool) -> None:
    if name in _FIFO_WORDS and not is_fifo:
        raise AwsError(
            "InvalidAttributeName", f"You can specify the {name} only when FifoQueue is set to true."
        )
    if name == "FifoQueue" and not (new or is_fifo):
        raise _unknown(name)
    if name not in _SETTABLE or (name == "ContentBasedDeduplication" and not is_fifo):
        raise _unknown(name)


def _check_value(name: str, value: str, *, new: bool) -> None:
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise _bad(name)
    elif (name in _FIFO_WORDS and value not in _FIFO_WORDS[name]) or (
        name in ("ContentBasedDeduplication", "SqsManagedSseEnabled")
        and value.lower()
        not in (
            "true",
            "false",
        )
    ):
        raise _bad(name)
    elif name == "FifoQueue" and value.lower() != "true":
        raise _unknown(name) if new else _bad(name, " Reason: Modifying queue type is not supported.")
    elif name == "Policy" and value:
        _check_policy(value)
    elif name == "RedrivePolicy" and value:
        _check_redrive(value)
    elif name == "RedriveAllowPolicy" and value:
        _check_redrive_allow(value)


def _check_policy(text: str) -> None:
    try:
        parse(text, "resource")
    except AwsError:
        raise _bad("Policy") from None


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not is_object(value):
        raise _bad(name, " Reason: Redrive policy is not a valid JSON map.")
    return dict(value)


def _check_redrive(text: str) -> None:
    policy = _object("RedrivePolicy", text)
    front = f"Value {text} for parameter RedrivePolicy is invalid. Reason: "
    for name in ("deadLetterTargetArn", "maxReceiveCount"):
        if not policy.get(name):
            raise invalid(f"{front}Redrive policy does not contain mandatory attribute: {name}.")
    count = str(policy["maxReceiveCount"])
    if not (
        count.isascii()
        and count.isdigit()
        and len(count) < 5
        and 1 <= int(count) <= limits.queue_receives_max
    ):
        raise invalid(
            f"{front}Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive."
        )
    target = policy["deadLetterTargetArn"]
    try:
        is_queue = isinstance(target, str) and arns.parse(target).service == "sqs"
    except ValueError:
        is_queue = False
    if not is_queue:
        raise invalid(f"{front}Invalid value for deadLetterTargetArn.")


def _check_redrive_allow(text: str) -> None:
    policy = _object("RedriveAllowPolicy", text)
    front = f"Value {text} for parameter RedriveAllowPolicy is invalid. Reason: "
    permission, sources = policy.get("redrivePermission"), policy.get("sourceQueueArns")
    if permission not in ("allowAll", "denyAll", "byQueue"):
        raise invalid(
            f"{front}Amazon SQS can't create the redrive allow policy. Enter a valid value for redrivePermission."
        )
    if permission != "byQueue" and sources is not None:
        raise invalid(f"{front}sourceQueueArns can be specified only when redrivePermission is byQueue.")
    most = limits.queue_redrive_sources_max
    if permission == "byQueue" and not (
        isinstance(sources, list) and 0 < len(cast("list[Any]", sources)) <= most
    ):
        raise invalid(
            f"{front}sourceQueueArns must have between 1 and {most} ARNs when redrivePermission is byQueue."
        )


def _kept(name: str, value: str) -> str:
    if name in ("ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled"):
        return value.lower()
    if name == "RedrivePolicy" and value:
        policy = _object(name, value)
        return orjson.dumps({**policy, "maxReceiveCount": int(policy["maxReceiveCount"])}).decode()
    return value
