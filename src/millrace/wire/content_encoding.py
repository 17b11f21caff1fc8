"""Request bodies that came compressed (Content-Encoding), as AWS's SDKs can send them.

Signatures are over the body as it was sent, so it is unpacked after they were checked. DynamoDB answers what it cannot
unpack as a fault of its own, with 500 (observed by ScyllaDB's test_compressed_request.py, run against AWS).
"""

import zlib

from millrace.core.errors import AwsError
from millrace.wire import mismatch

# What zlib calls the two formats: with a gzip header, and with a zlib header.
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


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
