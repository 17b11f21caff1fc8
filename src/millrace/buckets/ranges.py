"""Which bytes of an object are asked for, and in which chunks those are. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from millrace.buckets.blobs import Blob
from millrace.core import limits
from millrace.core.errors import AwsError

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class Span(NamedTuple):
    """Bytes from `start` up to before `end`."""

    start: int
    end: int

    def told(self, size: int) -> str:
        """As Content-Range has it."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


class Piece(NamedTuple):
    """Part of a chunk."""

    blob: Blob
    chunk: int
    span: Span


def parse(text: str | None, size: int) -> Span | None:
    """The bytes that a Range header names of so many; None for all. Raises InvalidRange.

    Several ranges, and what is no range, count as none, as on AWS.
    """
    match = None if text is None else _RANGE.fullmatch(text.strip())
    if match is None or text is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        wanted = int(match[2])
        if not (wanted and size):
            raise _unsatisfiable(text, size)
        return Span(max(0, size - wanted), size)
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise _unsatisfiable(text, size)
    return Span(start, end)


def part(blobs: Sequence[Blob], number: int) -> Span:
    """The bytes of one part of an object. Raises InvalidPartNumber."""
    if not 1 <= number <= len(blobs):
        raise AwsError(
            "InvalidPartNumber",
            "The requested partnumber is not satisfiable",
            status=416,
            members={"ActualPartCount": len(blobs), "PartNumberRequested": number},
        )
    start = sum(blob.size for blob in blobs[: number - 1])
    return Span(start, start + blobs[number - 1].size)


def pieces(blobs: Sequence[Blob], span: Span) -> list[Piece]:
    """The chunks that hold these bytes, and which of each."""
    found: list[Piece] = []
    at = 0
    for blob in blobs:
        for number in range(blob.chunks):
            size = min(limits.object_chunk_bytes, blob.size - number * limits.object_chunk_bytes)
            start, end = max(span.start - at, 0), min(span.end - at, size)
            if start < end:
                found.append(Piece(blob, number, Span(start, end)))
            at += size
    return found


def _unsatisfiable(text: str, size: int) -> AwsError:
    return AwsError(
        "InvalidRange",
        "The requested range is not satisfiable",
        status=416,
        members={"RangeRequested": text, "ActualObjectSize": size},
    )
