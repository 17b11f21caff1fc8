"""Compressed bodies (Content-Encoding): of requests as AWS's SDKs can send them, and of large answers to who asks.

Signatures are over the body as it was sent, so it is unpacked after they were checked. DynamoDB answers what it cannot
unpack as a fault of its own, with 500. All this was observed by ScyllaDB's test_compressed_request.py and
test_compressed_response.py, which run against AWS, too.
"""

import re
import zlib

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Response
from millrace.wire import mismatch

# What zlib calls the two formats: with a gzip header, and with a zlib header.
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_NUMBER = re.compile(r"-?\d+\.?\d*", re.ASCII)


def unpacked(body: bytes, encoding: str, most: int) -> bytes:
    """The body as it was before it was compressed. Raises AwsError: for what is broken, and beyond `most` bytes."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    window = _WINDOWS.get(encoding)
    if window is None:
        raise _broken()
    parts: list[bytes] = []
    room = most + 1
    try:
        while not parts or (encoding == "gzip" and body[:2] == b"\x1f\x8b"):  # gzip may be several in a row
            unpacker = zlib.decompressobj(window)
            part = unpacker.decompress(body, room)
            room -= len(part)
            if room <= 0:
                raise mismatch.too_large(most)
            if not unpacker.eof:
                raise _broken()
            parts.append(part)
            body = unpacker.unused_data
    except zlib.error:
        raise _broken() from None
    return b"".join(parts)


def _broken() -> AwsError:
    return AwsError("InternalServerError", "Internal server error", status=500)


def packed(response: Response, accepted: str) -> Response:
    """A large answer as the client would rather have it; `accepted` is its Accept-Encoding."""
    if len(response.body) < limits.response_packed_bytes_min or accepted == "identity":
        return response
    encoding = preferred(accepted)
    if encoding is None:
        return response
    packer = zlib.compressobj(zlib.Z_BEST_SPEED, zlib.DEFLATED, _WINDOWS[encoding])
    body = packer.compress(response.body) + packer.flush()
    # The sum is of what is sent: AWS's SDKs look at it before they unpack.
    sums = {"Content-Encoding": encoding, "X-Amz-Crc32": str(zlib.crc32(body))}
    return Response(response.status, body, {**response.headers, **sums})


def preferred(accepted: str) -> str | None:
    """The encoding that an Accept-Encoding prefers of those that there are; None if it wants none of them.

    As DynamoDB reads it: what is named comes before what `*` stands for, and what is no quality is the highest.
    """
    wanted: dict[str, float] = {}
    for entry in accepted.lower().split(","):
        name, _, parameters = entry.partition(";")
        stated = parameters.partition("q=")[2].partition(";")[0]
        wanted[name.strip()] = max(wanted.get(name.strip(), 0.0), _quality(stated.strip()))
    for name in _WINDOWS:
        wanted.setdefault(name, wanted.get("*", 0.0))
    ranked = sorted((name for name in wanted if name in _WINDOWS), key=lambda name: -wanted[name])
    return ranked[0] if wanted[ranked[0]] > 0 else None


def _quality(text: str) -> float:
    return min(float(text), 1.0) if _NUMBER.fullmatch(text) else 1.0
