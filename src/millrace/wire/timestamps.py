"""The three ways AWS writes a moment; the program itself knows epoch seconds only."""

import math
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from millrace.core.clock import parse_iso

_FLOAT_ERROR_MS = 0.01  # 1795449893.605 * 1000 may come out just below 1795449893605


def read(value: Any, form: str) -> float:
    """Epoch seconds of a JSON value or text. Raises ValueError for what is no moment."""
    if form == "unixTimestamp":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"not a number: {value!r}")
        return value
    if not isinstance(value, str):
        raise ValueError(f"not a text: {value!r}")  # noqa: TRY004 - callers ask for one kind of error
    try:
        return parse_iso(value) if form == "iso8601" else parsedate_to_datetime(value).timestamp()
    except (OverflowError, TypeError) as cause:
        raise ValueError(f"not a moment: {value}") from cause


def read_text(text: str, form: str) -> float:
    """Epoch seconds of a text in a header, a path, a query or a form."""
    return read(float(text) if form == "unixTimestamp" else text, form)


def to_the_millisecond(epoch: float) -> float:
    """`epoch` without what is finer than AWS tells: cut off, so that nothing is told as later than it was."""
    return epoch if isinstance(epoch, int) else math.floor(epoch * 1000 + _FLOAT_ERROR_MS) / 1000


def write(epoch: float, form: str) -> float | str:
    """How `form` writes a moment: a number, `2023-11-14T22:13:20.500Z`, or as in HTTP's own headers."""
    if form == "unixTimestamp":
        told = to_the_millisecond(epoch)
        return int(told) if float(told).is_integer() else told
    moment = datetime.fromtimestamp(epoch, UTC)
    if form == "rfc822":
        return format_datetime(moment.replace(microsecond=0), usegmt=True)
    if not moment.microsecond:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
