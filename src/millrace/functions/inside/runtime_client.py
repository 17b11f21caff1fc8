"""The Runtime API's client in plain Python, for interpreters that awslambdaric's native one does not fit.

It has the same functions and takes their place under the same name. One connection is kept open.
"""

import http.client
import os

_VERSION = "/2018-06-01/runtime"
_HEADERS = (
    "Lambda-Runtime-Aws-Request-Id",
    "Lambda-Runtime-Trace-Id",
    "Lambda-Runtime-Invoked-Function-Arn",
    "Lambda-Runtime-Deadline-Ms",
    "Lambda-Runtime-Client-Context",
    "Lambda-Runtime-Cognito-Identity",
    "Lambda-Runtime-Aws-Tenant-Id",
    "Lambda-Runtime-Invocation-Id",
    "Content-Type",
)


class _Client:
    def __init__(self) -> None:
        self.connection: http.client.HTTPConnection | None = None
        self.agent = ""

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of an answer; a connection that broke is opened again once."""
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
            try:
                self.connection.request(
                    method, _VERSION + path, body, {"User-Agent": self.agent, **(headers or {})}
                )
                response = self.connection.getresponse()
                return response.status, response.headers, response.read()
            except (OSError, http.client.HTTPException) as error:
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise RuntimeError(f"Failed to reach the Runtime API: {error}") from error
        raise AssertionError


_CLIENT = _Client()


def initialize_client(user_agent: str) -> None:
    _CLIENT.agent = user_agent


def next() -> tuple[bytes, dict[str, str]]:  # noqa: A001  # the native module's name for it
    """Wait for an event: its body and the headers awslambdaric asks for."""
    status, headers, body = _CLIENT.call("GET", "/invocation/next")
    if status != 200:
        raise RuntimeError(f"Failed to get next: Response code: {status}")
    return body, {name: headers[name] for name in _HEADERS if name in headers}


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
