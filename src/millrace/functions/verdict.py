"""What becomes of an asynchronous event after a try, and what is then told: decided here, carried out elsewhere.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html; the documents are as
LocalStack's tests recorded them on AWS (test_lambda_destinations, test_reserved_concurrency).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from millrace.core import ids, limits
from millrace.core.clock import iso_milliseconds
from millrace.core.errors import AwsError
from millrace.functions.destinations import Document
from millrace.functions.event import Event
from millrace.functions.event_config import EventConfig
from millrace.functions.invocation import Invocation
from millrace.functions.recursion import LOOP

SUCCESS = "Success"
RETRIES_EXHAUSTED = "RetriesExhausted"
AGE_EXCEEDED = "EventAgeExceeded"
ZERO_CONCURRENCY = "ZeroReservedConcurrency"
# Not recorded anywhere: AWS's words for these two are not known.
RECURSIVE = "RecursiveInvocation"
FUNCTION_GONE = "FunctionNotFound"


@dataclass(frozen=True, slots=True)
class End:
    """An event is over. `result` is of the try that ended it, if it reached the function; else `error` may say why."""

    event: Event
    condition: str
    result: Invocation | None = None
    error: AwsError | None = None

    @property
    def succeeded(self) -> bool:
        return self.condition == SUCCESS


def judge(event: Event, result: Invocation | AwsError, config: EventConfig, now: float) -> Event | End:
    """The event as it is to be tried again, or its end."""
    if isinstance(result, AwsError):
        return _not_run(event, result, config, now)
    tried = replace(event, tries=event.tries + 1, refusals=0)
    if result.function_error is None:
        return End(tried, SUCCESS, result)
    if tried.tries > config.retries_max:
        return End(tried, RETRIES_EXHAUSTED, result)
    due = now + limits.function_event_retry_seconds[tried.tries - 1]
    if is_too_old(event, config, due):  # AWS does not wait for a time at which it would not try again
        return End(tried, AGE_EXCEEDED, result)
    return replace(tried, due=due)


def is_too_old(event: Event, config: EventConfig, now: float) -> bool:
    return now - event.accepted >= config.age_seconds_max


def _not_run(event: Event, error: AwsError, config: EventConfig, now: float) -> Event | End:
    """Throttled, or there was no environment: tried again until it is too old, at growing intervals."""
    if error.code == "ResourceNotFoundException":
        return End(event, FUNCTION_GONE, error=error)
    if error.code == LOOP:
        return End(event, RECURSIVE, error=error)
    if is_too_old(event, config, now):
        return End(event, AGE_EXCEEDED, error=error)
    wait = min(
        limits.function_event_refused_seconds_min * 2 ** min(event.refusals, 30),
        limits.function_event_refused_seconds_max,
    )
    due = min(now + wait, event.accepted + config.age_seconds_max)
    return replace(event, due=due, refusals=event.refusals + 1)


def record(end: End, trace: str, now: float) -> Document:
    """What destinations are told."""
    event, result = end.event, end.result
    told: dict[str, Any] = {
        "version": "1.0",
        "timestamp": f"{iso_milliseconds(now)}Z",
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.function_arn,
            "condition": end.condition,
            "approximateInvokeCount": event.tries,
        },
        "requestPayload": _json(event.payload),
    }
    if result is not None:
        told["responseContext"] = {"statusCode": 200, "executedVersion": result.executed_version}
        if result.function_error is not None:
            told["responseContext"]["functionError"] = result.function_error
        told["responsePayload"] = _json(result.payload)
    body = orjson.dumps(told)
    day = datetime.fromtimestamp(now, UTC)
    key = f"aws/lambda/async/{event.function}/{day:%Y/%m/%d}/{day:%Y-%m-%dT%H.%M.%S}-{ids.uuid()}"
    return Document(body, body, key, trace=trace)


def letter(end: End) -> Document:
    """What a dead-letter queue is told: the event as it came, and attributes that say what was wrong with it."""
    attributes = {"RequestID": ("String", end.event.request_id), "ErrorCode": ("Number", str(_status(end)))}
    message = _error_message(end)
    if message:
        attributes["ErrorMessage"] = ("String", message)
    return Document(end.event.payload, end.event.payload, "", attributes=attributes)


def _status(end: End) -> int:
    if end.condition == ZERO_CONCURRENCY:
        return 429
    if end.error is None:
        return 200
    return {"TooManyRequestsException": 429, LOOP: 400}.get(end.error.code, end.error.status or 500)


def _error_message(end: End) -> str:
    """As much of it as AWS sends: a kilobyte."""
    message = ""
    if end.result is not None:
        message = _member(end.result.payload, "errorMessage")
    elif end.condition == ZERO_CONCURRENCY:
        message = "Rate Exceeded."
    elif end.error is not None:
        message = end.error.message or ""
    return message.encode()[: limits.dead_letter_error_bytes_max].decode(errors="ignore")


def _member(payload: bytes, name: str) -> str:
    try:
        document: dict[str, object] = orjson.loads(payload)
        return str(document[name])
    except (ValueError, TypeError, KeyError):
        return ""


def _json(payload: bytes) -> object:
    """A payload within a document: as it is if it is JSON, which a function's answer need not be."""
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError:
        return payload.decode(errors="replace")
    return orjson.Fragment(payload)
