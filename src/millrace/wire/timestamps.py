"""The three ways AWS writes a moment; the program itself knows epoch seconds only."""

import math
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from millrace.core.clock import parse_iso


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


def write(epoch: float, form: str) -> float | str:
    """How `form` writes a moment: a number, `2023-11-14T22:13:20.500Z`, or as in HTTP's own headers."""
    if form == "unixTimestamp":
        return int(epoch) if float(epoch).is_integer() else epoch
    moment = datetime.fromtimestamp(epoch, UTC)
    if form == "rfc822":
        return format_datetime(moment.replace(microsecond=0), usegmt=True)
    if not moment.microsecond:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
