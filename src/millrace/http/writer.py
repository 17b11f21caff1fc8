"""Responses as bytes: HTTP/1.1's writing side without any I/O."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus

from millrace.http.message import Response

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
_NO_BODY = frozenset({204, 304})


@lru_cache(maxsize=128)
def _status_line(status: int) -> str:
    try:
        return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    except ValueError:
        return f"HTTP/1.1 {status} \r\n"


def _fields(headers: Mapping[str, str]) -> str:
    """Header lines. Raises ValueError for a value that would begin a line of its own."""
    text = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    if text.count("\n") != len(headers) or text.count("\r") != len(headers):
        raise ValueError("a header holds a line break")
    return text


def _cookie_fields(cookies: Sequence[str]) -> str:
    """A line for each. Raises ValueError like `_fields`."""
    return "".join(_fields({"set-cookie": cookie}) for cookie in cookies)


def connection_field(*, keep_alive: bool, chunks: bool) -> str:
    """What must be said about the connection: HTTP/1.1 keeps it and HTTP/1.0 does not, unless told."""
    if keep_alive == chunks:
        return ""
    return "connection: keep-alive\r\n" if keep_alive else "connection: close\r\n"


def encode(response: Response, *, connection: str = "", head_only: bool = False) -> bytes:
    """A whole response (without its stream). Raises ValueError for headers that cannot be sent."""
    headers, body = response.headers, response.body
    fields = _fields(headers) if headers else ""
    if response.cookies:
        fields += _cookie_fields(response.cookies)
    if response.status in _NO_BODY:
        return f"{_status_line(response.status)}{fields}{connection}\r\n".encode("latin-1")
    length = "" if "content-length" in headers else f"content-length: {len(body)}\r\n"
    head = f"{_status_line(response.status)}{fields}{length}{connection}\r\n".encode("latin-1")
    return head if head_only else head + body


def encode_stream_head(response: Response, *, connection: str, chunks: bool) -> bytes:
    """The head of a response whose body follows in parts: in `chunks`, unless its length is told."""
    framing = "transfer-encoding: chunked\r\n" if chunks else ""
    fields = _fields(response.headers)
    return f"{_status_line(response.status)}{fields}{framing}{connection}\r\n".encode("latin-1")


def encode_chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
