"""What an on-failure destination is told of a batch that was given up, as recorded of AWS. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from millrace.functions.destinations import Document
from millrace.triggers import event
from millrace.triggers.delivery import GivenUp

_VERSION = "1.0"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where given up batches come from."""

    mapping: str
    function_arn: str
    stream_arn: str
    shard_id: str


def make(origin: Origin, lost: GivenUp, *, request_id: str, name: str, position: str, now: float) -> Document:
    """The document of one batch. `name` makes its key in a bucket the only one.

    `position` is the sequence number that a batch without records (the last call of a window) is shown with.
    """
    when = datetime.fromtimestamp(now, UTC)
    timestamp = when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"
    told: dict[str, Any] = {
        "requestContext": {
            "requestId": request_id,
            "functionArn": origin.function_arn,
            "condition": lost.condition,
            "approximateInvokeCount": lost.invocations,
        }
    }
    if lost.answer is not None:
        told["responseContext"] = {
            "statusCode": 200,
            "executedVersion": lost.answer.executed_version,
            "functionError": lost.answer.function_error,
        }
    told |= {
        "version": _VERSION,
        "timestamp": timestamp,
        "DDBStreamBatchInfo": _batch(origin, lost, position),
    }
    record = {**told, "payload": _payload(origin, lost).decode()}
    day, second = when.strftime("%Y/%m/%d"), when.strftime("%Y-%m-%dT%H.%M.%S")
    key = f"aws/lambda/{origin.mapping}/{origin.shard_id}/{day}/{second}-{name}"
    return Document(orjson.dumps(told), orjson.dumps(record), key)


def _batch(origin: Origin, lost: GivenUp, position: str) -> dict[str, Any]:
    records = lost.records
    if records:
        first, last = records[0].sequence_number, records[-1].sequence_number
        arrived = (records[0].created, records[-1].created)
    else:
        first = last = position
        arrived = (lost.window.start, lost.window.end) if lost.window is not None else (0.0, 0.0)
    return {
        "shardId": origin.shard_id,
        "startSequenceNumber": first,
        "endSequenceNumber": last,
        "approximateArrivalOfFirstRecord": event.seconds_text(arrived[0]),
        "approximateArrivalOfLastRecord": event.seconds_text(arrived[1]),
        "batchSize": len(records),
        "streamArn": origin.stream_arn,
    }


def _payload(origin: Origin, lost: GivenUp) -> bytes:
    """The event that the function was called with, or would have been."""
    if lost.window is None:
        return event.payload(lost.records)
    return event.window_payload(
        lost.records, lost.window, origin.shard_id, origin.stream_arn, final=not lost.records
    )
