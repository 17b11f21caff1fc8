"""AWS's Lambda Runtime API, one port per environment: how a process asks for work and answers it.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. It turns requests into calls of its `Desk`;
what an invocation is, when it is over and what becomes of the process is the environment's business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from millrace.core import limits
from millrace.http.message import Request, Response
from millrace.http.protocol import Listener, listen

_VERSION = "/2018-06-01/runtime"
_ANSWER = re.compile(_VERSION + r"/invocation/([^/]+)/(response|error)")
# Error types that AWS's supervisor takes from a runtime; it calls all others unknown.
_ERROR_TYPE = re.compile(r"(Runtime|Function)\.[A-Z][a-zA-Z]+")
_JSON: Mapping[str, str] = {"content-type": "application/json"}
# A response beyond AWS's limit gets AWS's error, so more than that must fit through the door.
_BODY_BYTES_MAX = 16 * limits.invoke_response_bytes_max


@dataclass(frozen=True, slots=True)
class Work:
    """An event on its way into a function. `deadline_ms` is epoch milliseconds by the machine's clock."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    client_context: str | None = None

    def headers(self, deadline_ms: int) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": self.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": self.function_arn,
            "Lambda-Runtime-Trace-Id": self.trace_id,
        }
        if self.client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = self.client_context
        return headers


class Desk(Protocol):
    """Whoever has work for the process and takes its answers."""

    async def next(self) -> tuple[Work, int]:
        """Wait for work; with its deadline in epoch milliseconds."""
        ...

    def answer(self, request_id: str, payload: bytes, *, failed: bool, content_type: str) -> bool:
        """Take the result of the invocation at work; False if it is not the one at work."""
        ...

    def fail_init(self, payload: bytes, error_type: str) -> bool:
        """The handler could not be loaded; False if it was before."""
        ...


def _error(status: int, kind: str, message: str) -> Response:
    return Response(status, f'{{"errorMessage":"{message}","errorType":"{kind}"}}'.encode(), _JSON)


class RuntimeApi:
    """The Runtime API on a port of its own. `open` it before the process starts."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listener: Listener | None = None

    async def open(self) -> str:
        """Listen, and say where: `127.0.0.1:PORT`."""
        self._listener = await listen(
            self._handle,
            "127.0.0.1",
            0,
            head_bytes_max=limits.runtime_header_bytes_max,
            body_bytes_max=_BODY_BYTES_MAX,
            idle_seconds_max=2 * limits.function_timeout_seconds_max,
        )
        return f"127.0.0.1:{self._listener.port}"

    async def close(self) -> None:
        """The process is gone, so nobody is waited for."""
        if self._listener is not None:
            await self._listener.close(0)

    async def _handle(self, request: Request) -> Response:
        path = request.path
        if request.method == "GET" and path == _VERSION + "/invocation/next":
            work, deadline_ms = await self._desk.next()
            return Response(200, work.payload, work.headers(deadline_ms))
        if request.method == "POST":
            if path == _VERSION + "/init/error":
                return self._fail_init(request)
            match = _ANSWER.fullmatch(path)
            if match is not None:
                return self._take(match[1], match[2], request)
        return Response(404, b"404 page not found\n", {"content-type": "text/plain"})

    def _fail_init(self, request: Request) -> Response:
        kind = request.headers.get("lambda-runtime-function-error-type", "")
        body, _ = _within_the_limit(request.body, failed=True)
        if self._desk.fail_init(body, kind if _ERROR_TYPE.fullmatch(kind) else "Runtime.Unknown"):
            return Response(202, b'{"status":"OK"}\n', _JSON)
        return _error(
            403,
            "InvalidStateTransition",
            "State transition from Ready to InitError failed for runtime. Error: State transition is not allowed",
        )

    def _take(self, request_id: str, kind: str, request: Request) -> Response:
        body, failed = _within_the_limit(request.body, failed=kind == "error")
        content_type = request.headers.get("content-type", "")
        if not self._desk.answer(request_id, body, failed=failed, content_type=content_type):
            return _error(400, "InvalidRequestID", "Invalid request ID")
        return Response(202, b'{"status":"OK"}\n', _JSON)


def _within_the_limit(body: bytes, *, failed: bool) -> tuple[bytes, bool]:
    """An answer and whether it is a failure; one that is too large is AWS's error instead."""
    size = limits.invoke_response_bytes_max
    if len(body) <= size:
        return body, failed
    message = f"Response payload size exceeded maximum allowed payload size ({size} bytes)."
    return f'{{"errorMessage":"{message}","errorType":"Function.ResponseSizeTooLarge"}}'.encode(), True
