"""The Runtime API's client in plain Python, for interpreters that awslambdaric's native one does not fit.

It has the same functions and takes their place under the same name. One connection is kept open.
"""

import os
import socket

_VERSION = "/2018-06-01/runtime"
_DEADLINE = "Lambda-Runtime-Deadline-Ms"
_HEADERS = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    _DEADLINE,
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
    "Content-Type",
)


class _Client:
    """As much HTTP as it takes: `http.client` would double the time to the first event."""

    def __init__(self) -> None:
        self.connection: socket.socket | None = None
        self.agent = ""

    def call(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (lower case) and body of an answer."""
        address = os.environ["AWS_LAMBDA_RUNTIME_API"]
        if self.connection is None:
            host, _, port = address.rpartition(":")
            self.connection = socket.create_connection((host, int(port)), timeout=None)
            self.connection.settimeout(None)  # a handler's socket.setdefaulttimeout is not meant for us
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        fields = {
            "Host": address,
            "User-Agent": self.agent,
            "Content-Length": str(len(body)),
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        try:
            self.connection.sendall(
                f"{method} {_VERSION}{path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
            )
            return self._receive(self.connection)
        except OSError as error:
            self.connection.close()
            self.connection = None
            raise RuntimeError(f"Failed to reach the Runtime API: {error}") from error

    def _receive(self, connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        fields = [line.partition(":") for line in lines]
        headers = {name.lower(): value.strip() for name, _, value in fields}
        parts, left = [body], int(headers.get("content-length", "0")) - len(body)
        while left > 0:
            parts.append(self._more(connection))
            left -= len(parts[-1])
        return int(status.split(" ")[1]), headers, b"".join(parts)

    def _more(self, connection: socket.socket) -> bytes:
        data = connection.recv(1 << 18)
        if not data:
            raise OSError("the connection was closed")
        return data


_CLIENT = _Client()


def initialize_client(user_agent: str) -> None:
    _CLIENT.agent = user_agent


def next() -> tuple[bytes, dict[str, str | int]]:  # noqa: A001  # the native module's name for it
    """Wait for an event: its body and the headers awslambdaric asks for, of which the deadline is a number."""
    status, headers, body = _CLIENT.call("GET", "/invocation/next")
    if status != 200:
        raise RuntimeError(f"Failed to get next: Response code: {status}")
    told: dict[str, str | int] = {name: headers[name.lower()] for name in _HEADERS if name.lower() in headers}
    if _DEADLINE in told:
        told[_DEADLINE] = int(told[_DEADLINE])
    return body, told


def post_invocation_result(
    invoke_id: str, content: bytes, content_type: str = "application/json", invocation_id: str | None = None
) -> None:
    headers = {"Content-Type": content_type}
    if invocation_id:
        headers["Lambda-Runtime-Invocation-Id"] = invocation_id
    status = _CLIENT.call("POST", f"/invocation/{invoke_id}/response", content, headers)[0]
    if status != 202:
        raise RuntimeError(f"Failed to post invocation response: {status}")


def post_error(
    invoke_id: str, error_response_data: str, xray_fault: str, invocation_id: str | None = None
) -> None:
    headers = {
        "Content-Type": "application/json",
        "Lambda-Runtime-Function-Error-Type": "Unhandled",
        "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault.encode("ascii", "backslashreplace").decode(),
    }
    if invocation_id:
        headers["Lambda-Runtime-Invocation-Id"] = invocation_id
    status = _CLIENT.call("POST", f"/invocation/{invoke_id}/error", error_response_data.encode(), headers)[0]
    if status != 202:
        raise RuntimeError(f"Failed to post invocation error: {status}")
