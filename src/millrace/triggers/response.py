"""What a function's answer says of its batch: reported item failures, and the state of a tumbling window. Pure."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import orjson

from millrace.triggers.delivery import Record

_STATES = json.JSONEncoder(separators=(",", ":"), allow_nan=False, ensure_ascii=False)


class BatchFailedError(Exception):
    """The answer fails the whole batch: it is not in AWS's form, or names what is not in the batch."""


class Verdict(NamedTuple):
    """Where in the batch the first reported failure is (None: nowhere), and the window's new state, as JSON."""

    failed: int | None = None
    state: str | None = None


def judge(payload: bytes, records: Sequence[Record], *, reports: bool, windowed: bool) -> Verdict:
    """What an answer means. `reports`: the mapping asks for ReportBatchItemFailures. Raises BatchFailedError."""
    failed = failed_index(payload, records) if reports else None
    return Verdict(failed, window_state(payload) if windowed else None)


def failed_index(payload: bytes, records: Sequence[Record]) -> int | None:
    """Where in the batch the first reported failure is; None if all of it succeeded.

    Raises BatchFailedError. Empty and null answers are success, and so is an object without the member: many
    functions return `{"statusCode": 200}`.
    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    try:
        answer: Any = orjson.loads(payload) if payload else None
    except orjson.JSONDecodeError as error:
        raise BatchFailedError("BatchItemFailures: the function returned no JSON") from error
    if not answer and answer is not False and answer != 0:
        return None
    if not isinstance(answer, dict):
        raise BatchFailedError("BatchItemFailures: the function returned no object")
    failures = cast("dict[str, Any]", answer).get("batchItemFailures")
    if failures is None:
        return None
    if not isinstance(failures, list):
        raise BatchFailedError("BatchItemFailures: batchItemFailures is no list")
    places = {record.sequence_number: place for place, record in enumerate(records)}
    return min((_place(failure, places) for failure in cast("list[Any]", failures)), default=None)


def window_state(payload: bytes) -> str:
    """The state that a function returned in a tumbling window, as JSON. Without one the invocation failed.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    """
    try:
        # Not orjson: it makes floats of numbers as large as sequence numbers are.
        answer: Any = json.loads(payload) if payload else None
        state = cast("dict[str, Any]", answer).get("state") if isinstance(answer, dict) else None
        text = _STATES.encode(state)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise BatchFailedError("Tumbling window: the function returned no JSON") from error
    if state is None:
        raise BatchFailedError("Tumbling window: the function returned no state")
    return text


def _place(failure: Any, places: dict[str, int]) -> int:
    named: Any = cast("dict[str, Any]", failure).get("itemIdentifier") if isinstance(failure, dict) else None
    place = places.get(named) if isinstance(named, str) else None
    if place is None:
        raise BatchFailedError(f"BatchItemFailures: itemIdentifier {named!r} is not in the batch")
    return place
