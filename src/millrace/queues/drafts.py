"""What SendMessage may be given. Pure."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.queues.messages import Draft
from millrace.queues.queue import invalid

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVALID_CHARACTERS = (
    "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
    "#xE000 to #xFFFD | #x10000 to #x10FFFF"
)
_FIFO_ID = re.compile(r"[!-~]{1,128}")
_ATTRIBUTE_NAME = re.compile(r"[\w.-]{1,256}")  # letters of all scripts, as AWS takes them
_KINDS = ("String", "Number", "Binary")


def draft(params: Params, sender: str, trace: str | None = None) -> Draft:
    """The message of a SendMessage, or of an entry of a batch. Raises AwsError.

    `trace` is the X-Amzn-Trace-Id that came with the request.
    """
    body = str(params["MessageBody"])
    if not body:
        raise AwsError(
            "MissingRequiredParameterException", "The request must contain the parameter MessageBody."
        )
    _check_characters(body)
    delay = params.get("DelaySeconds")
    if delay is not None and not 0 <= delay <= limits.queue_delay_seconds_max:
        raise invalid(
            f"Value {delay} for parameter DelaySeconds is invalid. "
            f"Reason: DelaySeconds must be >= 0 and <= {limits.queue_delay_seconds_max}."
        )
    for name in ("MessageDeduplicationId", "MessageGroupId"):
        _check_fifo_id(name, params.get(name))
    header = attributes(params.get("MessageSystemAttributes") or {}).get("AWSTraceHeader")
    return Draft(
        body,
        attributes(params.get("MessageAttributes") or {}),
        delay,
        params.get("MessageGroupId"),
        params.get("MessageDeduplicationId"),
        sender,
        trace if header is None else header[1],
    )


def attributes(given: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Message attributes as they are kept: type and value by name. Raises InvalidParameterValue."""
    if len(given) > limits.queue_message_attributes_max:
        raise invalid(
            f"Number of message attributes [{len(given)}] exceeds the allowed maximum "
            f"[{limits.queue_message_attributes_max}]."
        )
    return {name: _attribute(name, value) for name, value in given.items()}


def _attribute(name: str, value: Mapping[str, Any]) -> tuple[str, str]:
    if not _ATTRIBUTE_NAME.fullmatch(name) or name.startswith(".") or name.endswith(".") or ".." in name:
        raise invalid(f"Invalid message attribute name: {name}")
    if name.lower().startswith(("aws.", "amazon.")):
        raise invalid("You can't use message attribute names beginning with 'AWS.' or 'Amazon.'.")
    kind = value.get("DataType") or ""
    base = kind.partition(".")[0]
    if not kind:
        raise invalid(f"The message attribute '{name}' must contain a non-empty message attribute type.")
    if base not in _KINDS or len(kind) > limits.queue_attribute_type_bytes_max:
        raise invalid(
            f"The message attribute '{name}' has an invalid message attribute type, "
            "the set of supported type prefixes is Binary, Number, and String."
        )
    member = "BinaryValue" if base == "Binary" else "StringValue"
    content = value.get(member)
    if not content:
        shown = "Binary" if base == "Binary" else "String"
        raise invalid(f"Message (user) attribute '{name}' must contain a non-empty value of type '{shown}'.")
    if base == "Binary":
        return kind, base64.b64encode(content).decode()
    if _NOT_XML.search(content):
        raise invalid(_INVALID_CHARACTERS)
    if base == "Number" and not _is_number(content):
        raise invalid(f"Can't cast the value of message (user) attribute '{name}' to a number.")
    return kind, content


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower().lstrip("+-") not in ("nan", "inf", "infinity")


def _check_characters(text: str) -> None:
    if _NOT_XML.search(text):
        raise AwsError("InvalidMessageContents", _INVALID_CHARACTERS)


def _check_fifo_id(name: str, value: str | None) -> None:
    if value is not None and not _FIFO_ID.fullmatch(value):
        raise invalid(
            f"Value {value} for parameter {name} is invalid. Reason: {name} can only include alphanumeric "
            "and punctuation characters. 1 to 128 in length."
        )
