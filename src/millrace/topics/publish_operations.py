"""Publish and PublishBatch, and what they may be given."""

import base64
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.iam.documents import is_object
from millrace.storage.interface import Writer
from millrace.topics import publishing
from millrace.topics import topic as catalog
from millrace.topics.endpoint import is_phone_number
from millrace.topics.notification import Notification
from millrace.topics.topic import Topic, invalid
from millrace.topics.topics import Topics

_SUBJECT = re.compile(rf"[ -~]{{1,{limits.topic_subject_characters_max}}}")
_BATCH_ID = re.compile(r"[A-Za-z0-9_-]+")
_TRACE = "x-amzn-trace-id"
_ODD = re.compile(r"[^A-Za-z0-9_.-]")


def publish_operations(topics: Topics) -> dict[str, Operation]:
    return {"Publish": partial(publish, topics), "PublishBatch": partial(publish_batch, topics)}


async def publish(topics: Topics, context: Context, params: Params) -> Output:
    if params.get("PhoneNumber"):
        if not is_phone_number(params["PhoneNumber"]):
            raise invalid(f"PhoneNumber Reason: {params['PhoneNumber']} is not valid to publish to")
        raise invalid(
            "PhoneNumber Reason: millrace does not send text messages yet; docs/coverage.md lists what is"
        )
    arn = params.get("TopicArn", params.get("TargetArn"))
    if arn is None:
        raise invalid("TopicArn or TargetArn Reason: no value for required parameter")
    if ":endpoint/" in arn:
        raise invalid("TargetArn Reason: No endpoint found for the target arn specified")
    found = await topics.find(context, arn)
    drafted = notification(found, params, topics.clock.now(), context.headers.get(_TRACE))

    def write(writer: Writer) -> Notification:
        return publishing.spread(writer, catalog.get(writer, found.arn), drafted)

    done = await topics.storage.write(write)
    return {"MessageId": done.id, "SequenceNumber": done.sequence}


async def publish_batch(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])
    entries: list[Mapping[str, Any]] = params["PublishBatchRequestEntries"]
    _check_batch(entries)
    now, trace = topics.clock.now(), context.headers.get(_TRACE)

    def write(writer: Writer) -> Output:
        current = catalog.get(writer, found.arn)

        # What is wrong with one entry is wrong with the request: nothing of it is published.
        drafts = [notification(current, entry, now, trace) for entry in entries]
        for draft in drafts:
            publishing.check(current, draft)
        done = [publishing.spread(writer, current, draft) for draft in drafts]
        told = [
            {"Id": entry["Id"], "MessageId": each.id, "SequenceNumber": each.sequence}
            for entry, each in zip(entries, done, strict=True)
        ]
        return {"Successful": told, "Failed": []}

    return await topics.storage.write(write)


def notification(topic: Topic, params: Params, now: float, trace: str | None) -> Notification:
    """The message of a Publish, or of an entry of a batch. Raises AwsError."""
    message, subject = str(params["Message"]), params.get("Subject")
    if not message:
        raise invalid("Empty message")
    if subject is not None and not (_SUBJECT.fullmatch(subject) and not subject.startswith(" ")):
        raise invalid("Subject")
    given: Mapping[str, Mapping[str, Any]] = params.get("MessageAttributes") or {}
    attributes = {name: _attribute(name, value) for name, value in given.items()}
    if _size(message, attributes) > limits.topic_message_bytes_max:
        raise invalid("Message too long")
    if params.get("MessageDeduplicationId") is not None and not topic.is_fifo:
        raise invalid(
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
            "that is not valid for this topic type"
        )
    return Notification(
        ids.uuid(),
        topic.arn,
        message,
        now,
        subject,
        attributes,
        _variants(params.get("MessageStructure"), message),
        params.get("MessageGroupId"),
        params.get("MessageDeduplicationId"),
        trace=trace,
    )


def _check_batch(entries: list[Mapping[str, Any]]) -> None:
    if not entries:
        raise AwsError("EmptyBatchRequestException", "The batch request doesn't contain any entries.")
    if len(entries) > limits.topic_batch_entries_max:
        raise AwsError(
            "TooManyEntriesInBatchRequestException",
            "The batch request contains more entries than permissible.",
        )
    names = [str(entry["Id"]) for entry in entries]
    for name in names:
        if len(name) > 80:
            raise AwsError(
                "InvalidBatchEntryIdException",
                f"The Id of a batch entry in the batch request is too long: {name}",
            )
        if not _BATCH_ID.fullmatch(name):
            raise AwsError(
                "InvalidBatchEntryIdException",
                f"The Id of a batch entry in the batch request contains an impermissible character: {name}",
            )
    if len(set(names)) < len(names):
        raise AwsError(
            "BatchEntryIdsNotDistinctException", "Two or more batch entries in the request have the same Id."
        )
    if sum(_entry_size(entry) for entry in entries) > limits.topic_message_bytes_max:
        raise AwsError(
            "BatchRequestTooLongException",
            "The length of all the messages put together is more than the limit.",
        )


def _entry_size(entry: Mapping[str, Any]) -> int:
    """The bytes of an entry before its attributes are known to be good."""
    attributes: Mapping[str, Mapping[str, Any]] = entry.get("MessageAttributes") or {}
    size = len(str(entry["Message"]).encode())
    for name, value in attributes.items():
        content = value.get("BinaryValue") or str(value.get("StringValue") or "").encode()
        size += len(name.encode()) + len(str(value["DataType"])) + len(content)
    return size


def _variants(structure: str | None, message: str) -> dict[str, str] | None:
    if not structure:
        return None
    if structure != "json":
        raise invalid("MessageStructure")
    try:
        document = orjson.loads(message)
    except orjson.JSONDecodeError:
        document = None
    if not is_object(document):
        raise invalid("Message Structure - JSON message body failed to parse")
    if not isinstance(document.get("default"), str):
        raise invalid("Message Structure - No default entry in JSON message body")
    return {name: text for name, text in document.items() if isinstance(text, str)}


def _attribute(name: str, value: Mapping[str, Any]) -> tuple[str, str]:
    _check_attribute_name(name)
    kind = str(value["DataType"])
    base, dot, custom = kind.partition(".")
    if base not in ("String", "Number", "Binary") or (dot and not custom):
        raise _bad(
            f"The message attribute '{name}' has an invalid message attribute type, "
            "the set of supported type prefixes is Binary, Number, and String."
        )
    field, other = ("Binary", "String") if base == "Binary" else ("String", "Binary")
    content = value.get(f"{field}Value")
    if not content and value.get(f"{other}Value"):
        raise _bad(f"The message attribute '{name}' with type '{kind}' must use field '{field}'.")
    if not content:
        raise _bad(
            f"The message attribute '{name}' must contain non-empty message attribute value "
            f"for message attribute type '{kind}'."
        )
    if base == "Number":
        _check_number(name, content)
    return kind, base64.b64encode(content).decode() if base == "Binary" else content


def _check_number(name: str, text: str) -> None:
    try:
        float(text)
    except ValueError:
        raise _bad(f"Could not cast message attribute '{name}' value to number.") from None


def _check_attribute_name(name: str) -> None:
    if len(name.encode()) > limits.topic_attribute_name_bytes_max:
        raise _bad("Length of message attribute name must be less than 256 bytes.")
    if name.startswith("."):
        raise _bad("Invalid message attribute name starting with character '.' was found.")
    if name.endswith("."):
        raise _bad("Invalid message attribute name ending with character '.' was found.")
    if ".." in name:
        raise _bad("Message attribute name can not have successive '.' character.")
    odd = _ODD.search(name)
    if odd is not None:
        raise _bad(
            f"Invalid non-alphanumeric character '#x{ord(odd.group()):X}' was found in the message attribute name. "
            "Can only include alphanumeric characters, hyphens, underscores, or dots."
        )


def _bad(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message)


def _size(message: str, attributes: Mapping[str, tuple[str, str]]) -> int:
    return len(message.encode()) + sum(
        len(name.encode()) + len(kind) + len(value.encode()) for name, (kind, value) in attributes.items()
    )
