"""What invoking a function takes and gives: the seam between this room and those that call functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from millrace.core.arn import Scope


@dataclass(frozen=True, slots=True)
class Invocation:
    """One finished invocation.

    `payload` is what the function answered, or AWS's error document if `function_error` ("Unhandled")
    is set. `log_tail` is its last 4 KB of log. `duration_ms` is what REPORT says,
    `content_type` what the runtime says that the payload is.
    """

    payload: bytes
    function_error: str | None
    log_tail: bytes
    executed_version: str
    request_id: str
    log_group: str
    log_stream: str
    duration_ms: float
    content_type: str = ""


class InvokeCall(Protocol):
    """`Functions.invoke`: run a function and wait for its answer."""

    async def __call__(
        self,
        scope: Scope,
        name_or_arn: str,
        payload: bytes,
        *,
        qualifier: str | None = None,
        request_id: str | None = None,
        client_context: str | None = None,
        on_start: Callable[[], None] | None = None,
        trace: str | None = None,
    ) -> Invocation:
        """Run a function on a JSON document. A failing function is an Invocation, not an exception.

        `on_start` is called when the event is handed to the function's process: from there on it may have
        had effects. `trace` is the X-Ray header of the request that asks for it; without one it begins a
        trace of its own. Raises AwsError when the function was not run: ResourceNotFoundException,
        InvalidRequestContentException, RequestTooLargeException, TooManyRequestsException,
        RecursiveInvocationException, ServiceException when the server closes.
        """
        ...


class Invoker(Protocol):
    """Whoever can run functions: `Functions`, or a stand-in in tests."""

    @property
    def invoke(self) -> InvokeCall: ...
