"""Pages of keys in order of their bytes, with what has a prefix in common rolled up."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from millrace.buckets import faults
from millrace.core.context import Params
from millrace.storage.interface import Reader


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value; or, without one, a common prefix."""

    key: str
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in order; `truncated` if there are more."""

    entries: list[Entry]
    truncated: bool


def page(reader: Reader, space: str, *, prefix: str, delimiter: str, after: str, most: int) -> Page:
    """Up to `most` entries after the key (or common prefix) `after`."""
    found: list[Entry] = []
    if not most:
        return Page(found, truncated=False)
    for entry in _entries(reader, space, prefix.encode(), delimiter.encode(), after.encode()):
        if len(found) == most:
            return Page(found, truncated=True)
        found.append(entry)
    return Page(found, truncated=False)


def _entries(reader: Reader, space: str, prefix: bytes, delimiter: bytes, after: bytes) -> Iterator[Entry]:
    low: bytes | None = max(prefix, _following(prefix, delimiter, after)) if after else prefix
    high = beyond(prefix)
    while low is not None and (high is None or low < high):
        common = None
        for key, value in reader.range(space, low, high):
            common = _common(key, prefix, delimiter)
            if common is not None:
                break
            yield Entry(key.decode(), value)
        if common is None:
            return
        yield Entry(common.decode(), None)
        low = beyond(common)


def _following(prefix: bytes, delimiter: bytes, after: bytes) -> bytes:
    """Where to go on: behind all that a common prefix stands for, if `after` is one."""
    if _common(after, prefix, delimiter) == after:
        return beyond(after) or after
    return after + b"\0"


def _common(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    if not (delimiter and key.startswith(prefix)):
        return None
    cut = key.find(delimiter, len(prefix))
    return None if cut < 0 else key[: cut + len(delimiter)]


def beyond(prefix: bytes) -> bytes | None:
    """The first key that is after all keys with this prefix; None if there can be none."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes([stem[-1] + 1]) if stem else None


def rolled(marker: str, params: Params) -> str | None:
    """What a marker is rolled up into, if the request rolls it up: a listing goes on behind all of that."""
    prefix, delimiter = params.get("Prefix") or "", params.get("Delimiter") or ""
    common = _common(marker.encode(), prefix.encode(), delimiter.encode())
    return None if common is None else common.decode()


def token(last: str) -> str:
    """What says to go on after this name."""
    return base64.urlsafe_b64encode(last.encode()).decode()


def after_token(told: str) -> str:
    """The name that a token says to go on after. Raises InvalidArgument."""
    try:
        text = base64.b64decode(told, altchars=b"-_", validate=True).decode()
    except ValueError:
        text = ""
    if not text:
        raise faults.invalid_argument(
            "The continuation token provided is incorrect", "continuation-token", told or None
        )
    return text
