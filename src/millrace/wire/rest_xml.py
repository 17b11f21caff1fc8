"""REST-XML as S3 speaks it: parameters in the path or the host, the query, headers and an XML body."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire import aws_chunked, bucket_address, rfc2047, xml
from millrace.wire.mismatch import PlainSentences
from millrace.wire.protocol import Decode, Encode, Errors, ProtocolFacts, Validator
from millrace.wire.shapes import Shape
from millrace.wire.texts import Texts
from millrace.wire.xml_reader import MalformedError, XmlReader, parse

# Puts what it finds in a request into the parameters.
Part = Callable[[Request, dict[str, Any]], None]
# The body of an answer, and headers that it needs.
Body = Callable[[Mapping[str, Any]], tuple[bytes, Mapping[str, str]]]

_XML = {"Content-Type": "application/xml"}
_FRONT = '<?xml version="1.0" encoding="UTF-8"?>\n'
_XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
# What S3 calls the errors that all services' front end has, with its sentences where it has others.
_CODES: dict[str, tuple[str, int, str | None]] = {
    "AccessDeniedException": ("AccessDenied", 403, None),
    "ExpiredTokenException": ("ExpiredToken", 400, "The provided token has expired."),
    "IncompleteSignatureException": ("AuthorizationHeaderMalformed", 400, None),
    "InternalServerError": ("InternalError", 500, None),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403, None),
    "MissingAuthenticationTokenException": ("AccessDenied", 403, "Access Denied"),
    "SerializationException": ("InvalidArgument", 400, None),
    "ThrottlingException": ("SlowDown", 503, None),
    "UnknownOperationException": ("NotImplemented", 501, None),
    "UnrecognizedClientException": (
        "InvalidAccessKeyId",
        403,
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
}
# What a presigned address may say instead of a header, beside all that is Amazon's; and what is the signature's own.
_IN_QUERY = frozenset(
    {
        "cache-control", "content-disposition", "content-encoding", "content-language", "content-md5", "content-type",
        "expect", "if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "range",
    }
)  # fmt: skip
# Checksums are among the latter: SDKs sign that of an empty body, and AWS looks away.
_NOT_FROM_QUERY = (
    "x-amz-algorithm", "x-amz-checksum-", "x-amz-content-sha256", "x-amz-credential", "x-amz-date", "x-amz-expires",
    "x-amz-sdk-checksum-", "x-amz-security-token", "x-amz-signature", "x-amz-signedheaders",
)  # fmt: skip
MALFORMED = AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    status=400,
)
_TOO_LONG = AwsError(
    "MaxMessageLengthExceeded",
    "Your request was too big.",
    status=400,
    members={"MaxMessageLengthBytes": limits.object_request_xml_bytes_max},
)


@dataclass(frozen=True, slots=True)
class Route:
    """What a request must have to be an operation's: names in its query, some with a value, and headers."""

    operation: str
    method: str
    place: str  # "service", "bucket" or "object"
    query: Mapping[str, str]
    headers: frozenset[str]

    @property
    def particularity(self) -> int:
        """The more it wants, the sooner it is tried."""
        return len(self.query) + len(self.headers)

    def takes(self, sent: Mapping[str, Sequence[str]], headers: Mapping[str, str]) -> bool:
        return all(
            name in sent and value in ("", sent[name][0]) for name, value in self.query.items()
        ) and all(name in headers for name in self.headers)


class RestXml:
    """One service that speaks REST-XML, with its resources in buckets."""

    def __init__(self, facts: ProtocolFacts) -> None:
        self._facts = facts
        self._texts = _Texts(facts.shapes, PlainSentences())
        self._reader = XmlReader(facts.shapes, self._texts)
        self._xml = xml.XmlWriter(facts.shapes, self._texts)
        self._validator = Validator(facts)
        self._errors = Errors(facts.shapes)
        self._namespace = f' xmlns="{facts.said["namespace"]}"'
        self._routes = self._every_route()

    def find(self, request: Request) -> str | None:
        """The name of the operation that a request is for."""
        try:
            where = bucket_address.address(request)
        except ValueError:
            raise AwsError("InvalidURI", "Couldn't parse the specified URI.", status=400) from None
        place = "service" if not where.bucket else "object" if where.key else "bucket"
        request = _with_headers_of_query(request)
        sent = parse_qs(request.query, keep_blank_values=True) if request.query else {}
        for route in self._routes.get((request.method, place), ()):
            if route.takes(sent, request.headers):
                return route.operation
        return None

    def _every_route(self) -> Mapping[tuple[str, str], Sequence[Route]]:
        shadowed: frozenset[str] = frozenset(self._facts.said.get("shadowed", ()))
        found: dict[tuple[str, str], list[Route]] = {}
        for name, operation in self._facts.model["operations"].items():
            if name not in shadowed:
                route = self._route(name, operation)
                found.setdefault((route.method, route.place), []).append(route)
        for routes in found.values():
            routes.sort(key=lambda route: route.particularity, reverse=True)
        return found

    def _route(self, name: str, operation: Mapping[str, Any]) -> Route:
        address: str = operation["http"]["requestUri"]
        uri, _, fixed = address.partition("?")
        places: dict[str, str] = {"/": "service", "/{Bucket}": "bucket", "/{Bucket}/{Key+}": "object"}
        query = {key: values[0] for key, values in parse_qs(fixed, keep_blank_values=True).items()}
        headers: set[str] = set()
        reference = operation.get("input")
        members = self._facts.members(reference)
        required = () if reference is None else self._facts.shapes[reference["shape"]].get("required", ())
        for key in required:
            member = members[key]
            if member.get("location") == "querystring":
                query[member["locationName"]] = ""
            elif member.get("location") == "header":
                headers.add(member["locationName"].lower())
        return Route(name, operation["http"]["method"], places.get(uri, uri), query, frozenset(headers))

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        return self._decode(operation.get("input")), self._encode(operation)

    def _decode(self, reference: Shape | None) -> Decode:
        members = self._facts.members(reference)
        query = [
            self._texts.query_reader(name, member)
            for name, member in members.items()
            if member.get("location") == "querystring"
        ]
        numbers = {
            member["locationName"]
            for member in members.values()
            if member.get("location") == "querystring"
            and self._facts.shapes[member["shape"]]["type"] == "integer"
        }
        parts = [
            self._texts.header_part(name, member)
            for name, member in members.items()
            if member.get("location") in ("header", "headers")
        ]
        parts += self._payload(reference, members)
        check = self._validator.compile(reference)

        def decode(request: Request) -> dict[str, Any]:
            request = _with_headers_of_query(_plain(request))
            where = bucket_address.address(request)
            params: dict[str, Any] = {
                name: value for name, value in (("Bucket", where.bucket), ("Key", where.key)) if value
            }
            sent = parse_qs(request.query, keep_blank_values=True) if request.query else {}
            for name in numbers & sent.keys():
                if sent[name] == [""]:  # as if it were not there
                    del sent[name]
            for read in query:
                read(sent, params)
            for part in parts:
                part(request, params)
            if check is not None:
                _checked(check, params)
            return params

        return decode

    def _payload(self, reference: Shape | None, members: Mapping[str, Shape]) -> Sequence[Part]:
        name = None if reference is None else self._facts.shapes[reference["shape"]].get("payload")
        if name is None:
            return []
        member = members[name]
        kind = self._facts.shapes[member["shape"]]["type"]
        if kind in ("blob", "string"):

            def raw(request: Request, params: dict[str, Any]) -> None:
                if request.body:
                    params[name] = request.body if kind == "blob" else _text(request.body)

            return [raw]
        read = self._reader.reader(member)
        root: str = member.get("locationName", name)

        def document(request: Request, params: dict[str, Any]) -> None:
            if len(request.body) > limits.object_request_xml_bytes_max:
                raise _TOO_LONG
            if request.body:
                try:
                    element = parse(request.body)
                except MalformedError:
                    raise MALFORMED from None
                if element.name != root:
                    raise MALFORMED
                params[name] = read([element])

        return [document]

    def _encode(self, operation: Mapping[str, Any]) -> Encode:
        name = operation["name"]
        statuses: Mapping[str, int] = self._facts.said.get("statuses", {})
        status: int = operation["http"].get("responseCode") or statuses.get(name, 200)
        reference = operation.get("output")
        members = self._facts.members(reference)
        located = {key: member for key, member in members.items() if "location" in member}
        body = self._body(name, reference, members)

        def encode(output: Mapping[str, Any], request_id: str) -> Response:
            headers = _ids(request_id)
            for key, member in located.items():
                value = output.get(key)
                if value is not None:
                    headers |= self._texts.write_header(member, value)
            if "Content-Length" in headers:  # the one header that `http` looks for, by its small name
                headers["content-length"] = headers.pop("Content-Length")
            final = 206 if "Content-Range" in headers else status
            stream = output.get("Body")
            if not isinstance(stream, bytes | str) and stream is not None:
                return Response(final, b"", headers, stream=stream)
            written, more = body(output)
            return Response(final, written, {**more, **headers})

        return encode

    def _body(self, name: str, reference: Shape | None, members: Mapping[str, Shape]) -> Body:
        inside = {key: member for key, member in members.items() if "location" not in member}
        if reference is None or not inside:
            return lambda _: (b"", {})
        payload = self._facts.shapes[reference["shape"]].get("payload")
        if payload is None:
            root = self._facts.said["roots"].get(name, reference["shape"])
            return self._document(root, self._xml.inside(inside))
        kind = self._facts.shapes[members[payload]["shape"]]
        if kind["type"] in ("blob", "string"):
            return lambda output: _raw(output.get(payload), kind["type"])
        root = members[payload].get("locationName", payload)
        write = self._xml.inside(kind["members"])
        document = self._document(root, write)
        return lambda output: document(output[payload]) if output.get(payload) is not None else (b"", {})

    def _document(self, root: str, write: Callable[[Mapping[str, Any]], str]) -> Body:
        """A document whose root element may be its only text: the member named like the root."""

        def document(output: Mapping[str, Any]) -> tuple[bytes, Mapping[str, str]]:
            inside = write(output)
            twice = f"<{root}>"
            if inside.startswith(twice):
                inside = inside.removeprefix(twice).removesuffix(f"</{root}>")
            if " xsi:type=" in inside:
                inside = inside.replace(" xsi:type=", f"{_XSI} xsi:type=")
            front = f"{_FRONT}<{root}{self._namespace}"
            text = f"{front}>{inside}</{root}>" if inside else f"{front}/>"
            return text.encode(), _XML

        return document

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        code, status, sentence = _CODES.get(
            error.code, (error.code, self._errors.status(error, {}), error.message)
        )
        code, status, sentence = _of_signatures(error) or (code, status, sentence or error.message)
        told = {"Code": code, "Message": sentence, **error.members}
        told |= {"RequestId": _short(request_id), "HostId": request_id}
        inside = "".join(
            f"<{name}>{xml.escape(str(value))}</{name}>" for name, value in told.items() if value is not None
        )
        body = b"" if status == 304 else f"{_FRONT}<Error>{inside}</Error>".encode()
        return Response(status, body, {**_XML, **_ids(request_id)})


def _of_signatures(error: AwsError) -> tuple[str, int, str] | None:
    """S3 tells apart what the others call one name: a request that is too old, or presigned for too short a time."""
    message = error.message or ""
    if error.code == "IncompleteSignatureException" and message.startswith("AWS query-string parameters"):
        sentence = (
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
        return "AuthorizationQueryParametersError", 400, sentence
    if error.code != "InvalidSignatureException":
        return None
    if message.startswith(("Signature expired", "Signature not yet current")):
        sentence = "The difference between the request time and the current time is too large."
        return "RequestTimeTooSkewed", 403, sentence
    if message.startswith("The request signature we calculated"):
        sentence = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        return "SignatureDoesNotMatch", 403, sentence
    return None


class _Texts(Texts):
    """S3 tells milliseconds of every moment in XML, and metadata as mail does."""

    def header_part(self, name: str, reference: Shape) -> Callable[[Request, dict[str, Any]], None]:
        part = super().header_part(name, reference)
        if self._shapes[reference["shape"]]["type"] != "map":
            return part

        def decoded(request: Request, params: dict[str, Any]) -> None:
            part(request, params)
            if name in params:
                params[name] = {key: rfc2047.decode(_utf8(value)) for key, value in params[name].items()}

        return decoded

    def write_header(self, reference: Shape, value: Any) -> dict[str, str]:
        told = super().write_header(reference, value)
        if self._shapes[reference["shape"]]["type"] != "map":
            return told
        return {name: rfc2047.encode(text) for name, text in told.items()}

    def write(self, reference: Shape, value: Any, timestamp_format: str) -> str:
        text = super().write(reference, value, timestamp_format)
        if self._shapes[reference["shape"]]["type"] == "timestamp" and text.endswith("Z") and "." not in text:
            return f"{text[:-1]}.000Z"
        return text


def _checked(check: Callable[[dict[str, Any]], None], params: dict[str, Any]) -> None:
    """What the model refuses is a document that does not follow its schema, or an argument."""
    try:
        check(params)
    except AwsError as error:
        if "Member must not be null" in (error.message or ""):
            raise MALFORMED from None
        raise AwsError("InvalidArgument", error.message, status=400) from None


def _plain(request: Request) -> Request:
    """The request without what `aws-chunked` put around its body; headers that trailed it are among the others."""
    if not aws_chunked.is_chunked(request.headers):
        return request
    chunked = aws_chunked.parse(request.body)
    data = chunked.data
    length = request.headers.get("x-amz-decoded-content-length")
    if length is not None and length != str(len(data)):
        raise aws_chunked.incomplete()
    encoding = request.headers.get("content-encoding", "")
    kept = [part.strip() for part in encoding.split(",") if part.strip() not in ("", "aws-chunked")]
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"}
    headers |= {"content-encoding": ",".join(kept)} if kept else {}
    return replace(request, headers={**headers, **chunked.trailers}, body=data)


def _utf8(text: str) -> str:
    """A header's value, whose bytes were read one by one: as UTF-8, if it is some."""
    try:
        return text.encode("latin-1").decode()
    except ValueError:
        return text


def _with_headers_of_query(request: Request) -> Request:
    """The request with what its presigned address says in place of headers."""
    if "Signature=" not in request.query:
        return request
    said = {name.lower(): value for name, value in parse_qsl(request.query, keep_blank_values=True)}
    headers = {
        name: value
        for name, value in said.items()
        if (name.startswith("x-amz-") or name in _IN_QUERY) and not name.startswith(_NOT_FROM_QUERY)
    }
    return replace(request, headers={**headers, **request.headers}) if headers else request


def _raw(value: bytes | str | None, kind: str) -> tuple[bytes, Mapping[str, str]]:
    """A body that is not XML."""
    if value is None:
        return b"", {}
    data = value.encode() if isinstance(value, str) else value
    return data, {"Content-Type": "application/json"} if kind == "string" else {}


def _ids(request_id: str) -> dict[str, str]:
    return {"x-amz-request-id": _short(request_id), "x-amz-id-2": request_id}


def _short(request_id: str) -> str:
    return request_id.replace("-", "").upper()[-16:]


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise MALFORMED from None
