"""Bytes in, whole requests out: HTTP/1.1's reading side without any I/O.

It refuses what is malformed or too large and leaves order, writing and closing to `protocol`.
"""

from functools import lru_cache
from typing import NamedTuple

import httptools

from millrace.core.presence import Presence
from millrace.http.message import Request


class Incoming(NamedTuple):
    """A request, and what its sender told about the connection."""

    request: Request
    keep_alive: bool
    chunks: bool  # the client understands chunked answers (HTTP/1.1)


class _RefusedError(Exception):
    """Raised through the parser to stop it at once; `Reader.refusal` says why."""


@lru_cache(maxsize=1024)
def _name(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def _parts(target: str) -> tuple[str, str]:
    """Path and query of a request target; of one in absolute form, as proxies send, too."""
    if not target.startswith("/") and "://" in target:
        target = "/" + target.split("://", 1)[1].partition("/")[2]
    path, _, query = target.partition("?")
    return path, query


class Reader:
    """The requests of one connection, whose other end is `peer`. After a refusal it swallows whatever comes."""

    __slots__ = (
        "_body",
        "_body_bytes",
        "_body_bytes_max",
        "_done",
        "_head_bytes",
        "_head_bytes_max",
        "_headers",
        "_in_head",
        "_parser",
        "_unparsed_bytes",
        "_url",
        "client",
        "expects_continue",
        "peer",
        "refusal",
        "refused",
    )

    def __init__(self, head_bytes_max: int, body_bytes_max: int) -> None:
        self._head_bytes_max = head_bytes_max
        self._body_bytes_max = body_bytes_max
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._done: list[Incoming] = []
        self._unparsed_bytes = 0
        self.refusal: int | None = None
        self.refused: Request | None = None  # as far as it was read
        self.expects_continue = False
        self.peer = ""
        self.client = Presence()
        self.on_message_begin()

    def feed(self, data: bytes) -> list[Incoming]:
        """The requests that `data` brings to their end. Sets `refusal` to a status if it must not go on."""
        if self._parser is None:
            return []
        self._done = []
        in_head = self._in_head
        try:
            self._parse(self._parser, data)
        except httptools.HttpParserError:
            self.refusal = self.refusal or 400
        if in_head and self._in_head and not self._done:
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > self._head_bytes_max:
                self.refusal = self.refusal or 431
        else:
            self._unparsed_bytes = 0
        if self.refusal is not None:
            self.refused = self._request(self._parser, b"")
            self.close()
        return self._done

    def close(self) -> None:
        """Read no more. Parser and reader refer to each other; this parts them."""
        self._parser = None

    def _parse(self, parser: httptools.HttpRequestParser, data: bytes) -> None:
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # Nobody here speaks another protocol, so the request is read again as if it had not asked.
            # (Java's own client asks for HTTP/2 in this way with every first request.)
            offset: int = upgrade.args[0]
            head = self._plain_head(parser.get_method())
            self._parser = httptools.HttpRequestParser(self)
            self._parse(self._parser, head + data[offset:])

    def _plain_head(self, method: bytes) -> bytes:
        """The head just read, without its wish for another protocol."""
        headers = {name: value for name, value in self._headers.items() if name != "upgrade"}
        connection = headers.get("connection", "").lower().replace("upgrade", "").strip(", ")
        headers["connection"] = connection or "keep-alive"
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return b"%b %b HTTP/1.1\r\n%b\r\n" % (method, self._url, fields.encode("latin-1"))

    def _refuse(self, status: int) -> None:
        self.refusal = status
        raise _RefusedError

    # What httptools calls.

    def on_message_begin(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._head_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        key = _name(name)
        text = value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]},{text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        if self._parser is not None and self._parser.get_method() == b"CONNECT":
            self._refuse(405)
        self._in_head = False
        headers = self._headers
        if self._head_bytes + len(self._url) > self._head_bytes_max:
            self._refuse(431)
        if int(headers.get("content-length", "0")) > self._body_bytes_max:
            self._refuse(413)
        if "expect" in headers:
            self.expects_continue = headers["expect"].lower() == "100-continue"

    def on_body(self, body: bytes) -> None:
        self.expects_continue = False
        self._body_bytes += len(body)
        if self._body_bytes > self._body_bytes_max:
            self._refuse(413)
        self._body.append(body)

    def on_message_complete(self) -> None:
        parser = self._parser
        if parser is None or parser.should_upgrade():
            return
        self.expects_continue = False
        self._in_head = True
        body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        request = self._request(parser, body)
        self._done.append(Incoming(request, parser.should_keep_alive(), parser.get_http_version() != "1.0"))

    def _request(self, parser: httptools.HttpRequestParser, body: bytes) -> Request:
        target = self._url.decode("latin-1")
        path, query = _parts(target)
        method = parser.get_method().decode("latin-1")
        return Request(method, target, path, query, self._headers, body, self.peer, self.client)
