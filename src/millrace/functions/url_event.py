"""What a request to a function URL is to its function, and what the function's answer is to the client. Pure.

The event is AWS's payload format 2.0, the answer what such a function may return:
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html. Where that page is silent, what was recorded
on AWS decides (LocalStack's test_lambda.py, and the maintainers of aws-lambda-go): the raw path stays as it
was sent while `http.path` is decoded, cookies stand among the headers too, forms come in base64, and what is
absent from the request is absent from the event.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import orjson

from millrace.core.context import Principal

DEFAULT_ROUTE = "$default"
JSON = "application/json"
_BYTES = "application/octet-stream"
_WITH_PRELUDE = "application/vnd.awslambda.http-integration-response"
_PRELUDE_END = bytes(8)

# What concerns the connection alone, in either direction.
_HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
_OURS = _HOP_BY_HOP | {"content-length", "x-amzn-requestid", "x-amzn-trace-id"}
_TEXT = re.compile(
    r"text/.*|application/(json|xml|javascript|ecmascript|graphql|yaml|x-ndjson)|.*\+(json|xml|yaml)"
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_STATUS = re.compile(r"[2-5][0-9]{2}")


class MalformedError(Exception):
    """The function's answer is no response; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to a function URL. `path` is without what leads to the URL; `now` is epoch seconds."""

    url_id: str
    domain: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: str
    port: str
    request_id: str
    trace: str
    now: float
    principal: Principal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: header names are lower case, values can be sent as they are."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()


def encode(call: Call) -> bytes:
    """The event."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": DEFAULT_ROUTE,
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": _headers(call),
    }
    if cookie := call.headers.get("cookie"):
        event["cookies"] = [part.strip() for part in cookie.split(";") if part.strip()]
    if call.query:
        event["queryStringParameters"] = _parameters(call.query)
    event["requestContext"] = _context(call)
    event["isBase64Encoded"] = False
    if call.body:
        event["body"], event["isBase64Encoded"] = _body(call)
    return orjson.dumps(event)


def _headers(call: Call) -> dict[str, str]:
    kept = {name: value for name, value in call.headers.items() if name not in _HOP_BY_HOP}
    before = call.headers.get("x-forwarded-for")
    return {
        **kept,
        "x-amzn-trace-id": call.trace,
        "x-forwarded-for": f"{before}, {call.peer}" if before else call.peer,
        "x-forwarded-port": call.port,
        "x-forwarded-proto": "http",
    }


def _parameters(query: str) -> dict[str, str]:
    """Decoded; the values of a name that comes more than once are joined by commas."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _context(call: Call) -> dict[str, Any]:
    context: dict[str, Any] = {
        "accountId": "anonymous" if call.principal is None else call.principal.account,
        "apiId": call.url_id,
        "authentication": None,
        "domainName": call.domain,
        "domainPrefix": call.url_id,
        "http": {
            "method": call.method,
            "path": unquote(call.path),
            "protocol": "HTTP/1.1",
            "sourceIp": call.peer,
            "userAgent": call.headers.get("user-agent", ""),
        },
        "requestId": call.request_id,
        "routeKey": DEFAULT_ROUTE,
        "stage": DEFAULT_ROUTE,
        "time": datetime.fromtimestamp(call.now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(call.now * 1000),
    }
    if call.principal is not None:
        context["authorizer"] = {"iam": _identity(call.principal)}
    return context


def _identity(principal: Principal) -> dict[str, Any]:
    return {
        "accessKey": principal.key,
        "accountId": principal.account,
        "callerId": principal.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": principal.arn,
        "userId": principal.user_id,
    }


def _body(call: Call) -> tuple[str, bool]:
    """As text if it says that it is text and is; else in base64."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if _TEXT.fullmatch(kind) and "content-encoding" not in call.headers:
        try:
            return call.body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(call.body).decode(), True


def decode(payload: bytes) -> Answer:
    """The response that a function answered. Raises MalformedError.

    An object with a `statusCode` says everything itself; anything else is the body of a success.
    """
    try:
        value: Any = json.loads(payload)
        if isinstance(value, dict) and "statusCode" in value:
            return _response(cast("Mapping[str, Any]", value))
        return Answer(200, {"content-type": JSON}, _text(value))
    except (ValueError, RecursionError):
        raise MalformedError("the function's answer is no JSON that can be read") from None


def decode_streamed(payload: bytes, content_type: str) -> Answer:
    """The response of a function that streams. Raises MalformedError.

    What it writes is the body. `HttpResponseStream.from` puts status, headers and cookies before it, as JSON that
    ends with eight zero bytes, and says so by the content type:
    https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html
    """
    if content_type != _WITH_PRELUDE:
        return Answer(200, {"content-type": content_type or _BYTES}, payload)
    prelude, end, body = payload.partition(_PRELUDE_END)
    try:
        said: Any = json.loads(prelude) if end else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise MalformedError("what a streaming function says before its body is no JSON object")
    value = cast("Mapping[str, Any]", said)
    headers = {"content-type": _BYTES, **_response_headers(value.get("headers"))}
    return Answer(_status(value.get("statusCode", 200)), headers, body, _cookies(value.get("cookies")))


def _text(value: Any) -> bytes:
    """A text as it is, anything else as JSON without spaces: so AWS writes it."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value.encode(errors="replace")


def _response(value: Mapping[str, Any]) -> Answer:
    headers = {"content-type": JSON, **_response_headers(value.get("headers"))}
    return Answer(
        _status(value["statusCode"]), headers, _response_body(value), _cookies(value.get("cookies"))
    )


def _status(value: Any) -> int:
    """A status that ends a request; AWS takes it as a text, too."""
    text = str(value) if isinstance(value, int | str) else ""
    if not _STATUS.fullmatch(text):
        raise MalformedError(f"statusCode must be a number from 200 to 599, not {str(value)[:100]!r}")
    return int(text)


def _response_headers(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedError("headers must be an object")
    found: dict[str, str] = {}
    for name, said in cast("dict[str, Any]", value).items():
        if not _NAME.fullmatch(name):
            raise MalformedError(f"no header can be named {name[:100]!r}")
        if name.lower() not in _OURS:
            found[name.lower()] = _field(name, said)
    return found


def _field(name: str, value: Any) -> str:
    """A header's value, in the bytes of UTF-8. Line breaks in it would begin another header."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str | int | float):
        text = str(value)
    else:
        raise MalformedError(f"the value of {name} must be a text")
    if _CONTROL.search(text):
        raise MalformedError(f"the value of {name} holds a control character")
    return text.encode(errors="replace").decode("latin-1")


def _cookies(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise MalformedError("cookies must be a list of texts")
    return tuple(_field("a cookie", each) for each in cast("list[Any]", value))


def _response_body(value: Mapping[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not value.get("isBase64Encoded"):
        return _text(body)
    if not isinstance(body, str):
        raise MalformedError("a body in base64 must be a text")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("the body is not base64, as isBase64Encoded says") from None
