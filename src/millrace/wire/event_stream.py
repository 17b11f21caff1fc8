"""Event streams: answers that go on, one framed message after the other (application/vnd.amazon.eventstream).

A frame is: its length, its headers' length, a checksum of both, the headers, the payload, a checksum of all.
https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

CONTENT_TYPE = "application/vnd.amazon.eventstream"
# What comes first where the operation is named by a header, as JSON protocols do: its other members.
_INITIAL = "initial-response"
_STRING = 7  # the type of a header's value
_FRAME_BYTES = 16  # two lengths and two checksums


@dataclass(frozen=True, slots=True)
class Member:
    """One kind of event; `message` is "event" or "exception". `raw` is its member that is the payload as it is."""

    write: Callable[[Any], Any]
    message: str
    raw: str | None = None

    def frame(self, kind: str, event: Mapping[str, Any]) -> bytes:
        if self.raw is not None:
            return frame(kind, bytes(event[self.raw]), self.message, "application/octet-stream")
        return frame(kind, orjson.dumps(self.write(event)), self.message)


def frame(kind: str, payload: bytes, message: str = "event", content_type: str = "application/json") -> bytes:
    """One event, or one exception."""
    told = ((f":{message}-type", kind), (":content-type", content_type), (":message-type", message))
    headers = b"".join(_header(name, value) for name, value in told)
    prelude = (_FRAME_BYTES + len(headers) + len(payload)).to_bytes(4) + len(headers).to_bytes(4)
    head = prelude + zlib.crc32(prelude).to_bytes(4) + headers + payload
    return head + zlib.crc32(head).to_bytes(4)


async def frames(
    events: AsyncIterator[tuple[str, Mapping[str, Any]]],
    members: Mapping[str, Member],
    *,
    initial: bool = True,
) -> AsyncIterator[bytes]:
    """The events as bytes, each written as its member of the stream's shape.

    `initial`: with what comes first in JSON protocols.
    """
    if initial:
        yield frame(_INITIAL, b"{}")
    async for kind, event in events:
        yield members[kind].frame(kind, event)


def _header(name: str, value: str) -> bytes:
    text = value.encode()
    return len(name).to_bytes(1) + name.encode() + bytes([_STRING]) + len(text).to_bytes(2) + text
