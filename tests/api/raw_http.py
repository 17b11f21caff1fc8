"""Requests that no SDK would send: bytes on a socket, and signatures made by hand."""

import hashlib
import hmac
import json
import re
import socket
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qsl, quote

UNRESERVED = "-_.~"
TARGETS = {"dynamodb": "DynamoDB_20120810", "streams": "DynamoDBStreams_20120810", "logs": "Logs_20140328"}
SIGNING_NAMES = {"streams": "dynamodb"}


@dataclass(frozen=True)
class Answer:
    """What came back. `code` and `message` are read in whatever form the error has."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        if self.headers.get("content-type") in ("text/xml", "application/xml"):
            return self._xml("Code")
        typed = self.headers.get("x-amzn-errortype") or self.data.get("__type", "")
        return typed.rpartition("#")[2]

    @property
    def message(self) -> str:
        if self.headers.get("content-type") == "text/xml":
            return self._xml("Message")
        return self.data.get("message") or self.data.get("Message") or ""

    def _xml(self, name: str) -> str:
        root = ET.fromstring(self.body)
        error = root if root.tag == "Error" else root.find("{*}Error")
        found = None if error is None else error.find(f"{{*}}{name}")
        return "" if found is None else found.text or ""


class Line:
    """One connection: send what you like, read the answers it gets."""

    def __init__(self, port: int, seconds: float = 20) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> "Line":
        self.socket.sendall(data)
        return self

    def end(self) -> "Line":
        """Send no more, and go on reading."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def answer(self) -> Answer | None:
        """The next answer; None when the server has closed without one."""
        while b"\r\n\r\n" not in self._rest:
            if not self._more():
                return None
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.split(": ", 1) for line in lines]
        headers = {name.lower(): value for name, value in pairs}
        if status.split()[1] == "100":
            return self.answer()
        length = int(headers.get("content-length", "0"))
        while len(self._rest) < length:
            assert self._more(), "the answer was cut off"
        body, self._rest = self._rest[:length], self._rest[length:]
        return Answer(int(status.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Wait until the server closes; what it still says counts against it."""
        return not self._rest and not self._more()

    def _more(self) -> bool:
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            return False
        self._rest += data
        return bool(data)


def sign(
    method: str,
    target: str,
    body: bytes,
    headers: dict[str, str],
    *,
    service: str = "dynamodb",
    key: str = "test",
    secret: str = "test",
    token: str | None = None,
    at: datetime | None = None,
    region: str = "eu-central-1",
) -> dict[str, str]:
    """`headers` with a Signature Version 4 of theirs, made now or `at` another time."""
    stamp = (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")  # noqa: TID251 -- the server's real clock
    headers = {name.lower(): value for name, value in headers.items()} | {"x-amz-date": stamp}
    if token is not None:
        headers["x-amz-security-token"] = token
    signed = ";".join(sorted(headers))
    path, _, query = target.partition("?")
    pairs = sorted(
        (quote(n, safe=UNRESERVED), quote(v, safe=UNRESERVED))
        for n, v in parse_qsl(query, keep_blank_values=True)
    )
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = "\n".join(
        [
            method,
            quote(path, safe=f"/{UNRESERVED}"),
            "&".join(f"{name}={value}" for name, value in pairs),
            lines,
            signed,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    made = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        made = hmac.digest(made, part.encode(), "sha256")
    signature = hmac.digest(made, text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={signed}, Signature={signature}"
    )
    return headers


def written(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the wire."""
    if "content-length" not in headers and "transfer-encoding" not in headers:
        headers = {**headers, "content-length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


class Caller:
    """Signed requests to one server, on one connection as long as it lives."""

    def __init__(self, port: int, **signing: Any) -> None:
        self.port = port
        self.signing = signing
        self._line: Line | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._line is not None:
            self._line.socket.close()
            self._line = None

    def json(self, service: str, operation: str | None, body: Any, **signing: Any) -> Answer:
        """An operation of a JSON service; `body` as bytes, or as data. `operation` may be a whole target."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/x-amz-json-1.0"}
        if operation is not None:
            headers["x-amz-target"] = operation if "." in operation else f"{TARGETS[service]}.{operation}"
        return self.call("POST", "/", data, headers, service=SIGNING_NAMES.get(service, service), **signing)

    def form(self, service: str, body: bytes | str, **signing: Any) -> Answer:
        """An operation of a query service."""
        data = body if isinstance(body, bytes) else body.encode()
        headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        return self.call("POST", "/", data, headers, service=service, **signing)

    def rest(self, method: str, target: str, body: bytes = b"", **signing: Any) -> Answer:
        """An operation of Lambda."""
        headers = {"content-type": "application/json"}
        return self.call(method, target, body, headers, service="lambda", **signing)

    def call(self, method: str, target: str, body: bytes, headers: dict[str, str], **signing: Any) -> Answer:
        headers = {"host": f"127.0.0.1:{self.port}", **headers}
        return self.send(
            method, target, body, sign(method, target, body, headers, **{**self.signing, **signing})
        )

    def send(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        """A request as it is, signed or not."""
        if self._line is None:
            self._line = Line(self.port)
        answer = self._line.send(written(method, target, headers, body)).answer()
        assert answer is not None, "the server closed the connection without an answer"
        if answer.headers.get("connection") == "close":
            self.close()
        return answer


def is_request_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None
