"""Requests to function URLs: whose they are, who may make them, and what comes back.

A function URL is reached in two forms. At `http://ID.lambda-url.REGION.localhost:PORT/` it is an origin of its
own: whatever is asked of such a host is the function's. At `http://ADDRESS:PORT/_millrace/url/ID/` it works with
clients that cannot resolve that name; pages served there would share an origin with everything else on this
port, so browsers are sent on to the host, and what they get nevertheless is sandboxed.

https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

import logging
from typing import NamedTuple

import orjson

from millrace.core import ids, limits
from millrace.core.context import Access, Principal
from millrace.core.errors import AwsError, StorageError
from millrace.functions import cors, url_event, urls
from millrace.functions.functions import Functions
from millrace.functions.trace import begin
from millrace.functions.urls import Found
from millrace.http.message import Request, Response
from millrace.iam.identities import Identities
from millrace.server import path_form
from millrace.server.authentication import LOCAL_REGIONS, Authenticator
from millrace.server.origin import is_local_name
from millrace.wire import sigv4

log = logging.getLogger("millrace.server")

FORBIDDEN = (
    "Forbidden. For troubleshooting Function URL authorization issues, see: "
    "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
)
_MARK = f".{urls.LABEL}."
_LOOPBACK = "127.0.0.1"


class _RefusedError(Exception):
    """The function is not called; the response says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class _Target(NamedTuple):
    """What a request's address says. `path` is what the function sees; `is_host` tells the two forms apart."""

    url_id: str
    path: str
    is_host: bool


def is_function_url(request: Request) -> bool:
    """Whether a request is for a function URL, in either form, and for nothing else."""
    return request.path.startswith(urls.PATH) or _MARK in request.headers.get("host", "").lower()


def _target(request: Request) -> _Target:
    host = request.headers.get("host", "").lower()
    if _MARK in host:
        url_id, _, rest = host.partition(".")
        named = rest.startswith(f"{urls.LABEL}.")
        return _Target(url_id if named else "", request.path, is_host=True)
    url_id, slash, rest = request.path.removeprefix(urls.PATH).partition("/")
    return _Target(url_id, f"{slash or '/'}{rest}", is_host=False)


class FunctionUrls:
    """Answers requests to function URLs. `closed`: with `--auth`; `base_path`: what a proxy shows it under."""

    def __init__(
        self,
        functions: Functions,
        identities: Identities,
        authenticator: Authenticator,
        *,
        closed: bool,
        base_path: str = "",
    ) -> None:
        self._functions = functions
        self._identities = identities
        self._authenticator = authenticator
        self._closed = closed
        self._base_path = base_path

    async def handle(self, request: Request) -> Response:
        """The answer; never raises for what a client or a function can send."""
        target = _target(request)
        request_id = ids.request_id()
        trace = begin(self._functions.clock.now())
        try:
            response = await self._answer(request, target, request_id, trace)
        except _RefusedError as refused:
            response = refused.response
        except StorageError as error:
            log.error("%s: %s", type(error).__name__, error)  # noqa: TRY400 -- the operator needs the sentence
            response = _refusal(500, "InternalServerError", str(error))
        except Exception:
            log.exception("request %s failed", request_id)
            response = _refusal(500, "InternalServerError", "Internal server error")
        response.headers = {**response.headers, "x-amzn-requestid": request_id, "x-amzn-trace-id": trace}
        if not target.is_host:
            path_form.confine(response, f"{self._base_path}{urls.PATH}{target.url_id}", target.path)
        return response

    async def _answer(self, request: Request, target: _Target, request_id: str, trace: str) -> Response:
        found = await self._find(request, target)
        if not target.is_host and _is_navigation(request):
            return _moved(request, target, found)
        settings = found.url.cors
        if settings and cors.is_preflight(request.method, request.headers):
            return Response(200, headers=cors.preflight(settings, request.headers))
        try:
            response = await self._call(request, target, found, request_id, trace)
        except _RefusedError as refused:
            response = refused.response
        if settings:
            response.headers = cors.apply(settings, request.headers.get("origin"), response.headers)
        return response

    async def _find(self, request: Request, target: _Target) -> Found:
        host = request.headers.get("host", "")
        if not (self._closed or host == "" or is_local_name(host)):
            # A page that reaches this machine under a name of its own (DNS rebinding), in either form, would be
            # let read what CORS keeps from it.
            raise _RefusedError(
                _refusal(403, "ForeignOrigin", "Requests of web pages of other origins are refused.")
            )
        found = await self._functions.storage.read(lambda reader: urls.lookup(reader, target.url_id))
        if found is None:
            raise _RefusedError(_refusal(403, "AccessDeniedException", None))
        return found

    async def _call(
        self, request: Request, target: _Target, found: Found, request_id: str, trace: str
    ) -> Response:
        principal = await self._authorise(request, found)
        if len(request.body) > limits.invoke_request_bytes_max:
            raise _RefusedError(_refusal(413, "RequestTooLargeException", "Request Entity Too Large"))
        host, port = _host_and_port(request)
        call = url_event.Call(
            url_id=found.url.id,
            domain=host if target.is_host else found.host,
            method=request.method,
            path=target.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            peer=request.peer or _LOOPBACK,
            port=port or "80",
            request_id=request_id,
            trace=trace,
            now=self._functions.clock.now(),
            principal=principal,
        )
        return await self._invoke(found, call)

    async def _invoke(self, found: Found, call: url_event.Call) -> Response:
        event = url_event.encode(call)
        try:
            done = await self._functions.invoke(
                found.scope,
                found.url.function,
                event,
                qualifier=found.url.alias,
                request_id=call.request_id,
                trace=call.trace,
            )
        except AwsError as error:
            raise _RefusedError(_not_run(error)) from error
        if done.function_error is not None:
            return Response(502, b"Internal Server Error", {"content-type": url_event.JSON})
        try:
            if found.url.invoke_mode == urls.STREAMED:
                answer = url_event.decode_streamed(done.payload, done.content_type)
            else:
                answer = url_event.decode(done.payload)
        except url_event.MalformedError as error:
            log.warning("The answer of %s cannot be sent: %s.", found.url.function, error)
            return _refusal(502, "InternalServerErrorException", "Internal Server Error")
        return Response(answer.status, answer.body, answer.headers, cookies=answer.cookies)

    async def _authorise(self, request: Request, found: Found) -> Principal | None:
        """Who asks, None for anyone. Raises _RefusedError if that one may not.

        Since October 2025 AWS wants lambda:InvokeFunction to be allowed besides, for new URLs. Older ones need
        lambda:InvokeFunctionUrl alone, and so does every URL here, but a deny of either is heeded.
        """
        auth_type = found.url.auth_type
        principal = None if auth_type == "NONE" else await self._principal(request, found)
        everywhere = {"aws:SourceIp": request.peer or _LOOPBACK, "aws:RequestedRegion": found.scope.region}
        known = {**everywhere, "lambda:FunctionUrlAuthType": auth_type}
        resource = found.function_arn
        through = Access("lambda:InvokeFunctionUrl", resource, known)
        decision = await self._identities.decide_on(principal, through, found.policy)
        if decision.allowed and principal is not None and not principal.is_root:
            known = {**everywhere, "lambda:InvokedViaFunctionUrl": "true"}
            besides = Access("lambda:InvokeFunction", resource, known)
            for own in await self._identities.decide(principal, [besides]):
                decision = own if own.explicit_deny else decision
        if not decision.allowed:
            log.info("A request to the URL of %s was refused. %s", found.url.function, decision.reason)
            raise _RefusedError(_refusal(403, "AccessDeniedException", FORBIDDEN))
        return principal

    async def _principal(self, request: Request, found: Found) -> Principal:
        try:
            signature = sigv4.parse(request)
            if signature is None:
                raise _RefusedError(_refusal(403, "AccessDeniedException", FORBIDDEN))
            _check_scope(signature, found)
            caller = await self._authenticator.caller(request, signature)
        except AwsError as error:
            raise _RefusedError(_refusal(403, error.code, error.message)) from error
        return caller.principal


def _check_scope(signature: sigv4.Signature, found: Found) -> None:
    if signature.service != "lambda":
        raise AwsError(
            "InvalidSignatureException", "Credential should be scoped to correct service: 'lambda'. "
        )
    region = signature.region
    if region not in LOCAL_REGIONS and region != found.scope.region:
        raise AwsError(
            "InvalidSignatureException", f"Credential should be scoped to a valid region, not '{region}'. "
        )


def _is_navigation(request: Request) -> bool:
    """Whether a browser on this machine is about to show the answer as a page."""
    headers = request.headers
    return headers.get("sec-fetch-mode") == "navigate" and is_local_name(headers.get("host", ""))


def _host_and_port(request: Request) -> tuple[str, str]:
    """As the client names them; the port is empty if it names none."""
    host = request.headers.get("host", "")
    name, _, port = host.rpartition(":")
    return (name, port) if port.isdecimal() else (host, "")


def _moved(request: Request, target: _Target, found: Found) -> Response:
    _, port = _host_and_port(request)
    where = f"{found.host}:{port}" if port else found.host
    query = f"?{request.query}" if request.query else ""
    return Response(307, headers={"location": f"http://{where}{target.path}{query}"})


def _refusal(status: int, code: str, message: str | None) -> Response:
    headers = {"content-type": url_event.JSON, "x-amzn-errortype": code}
    return Response(status, orjson.dumps({"Message": message}), headers)


def _not_run(error: AwsError) -> Response:
    """Why there is no answer of the function's."""
    match error.code:
        case "TooManyRequestsException":
            return _refusal(429, error.code, error.message)
        case "RequestTooLargeException":
            return _refusal(413, error.code, "Request Entity Too Large")
        case "ResourceNotFoundException":  # deleted since the URL was looked up
            return _refusal(403, "AccessDeniedException", None)
        case "ServiceException":
            return _refusal(503, error.code, error.message)
        case _:
            log.warning("A function URL cannot be answered: %s", error)
            return _refusal(502, error.code, "Internal Server Error")
