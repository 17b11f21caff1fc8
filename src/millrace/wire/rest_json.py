"""REST-JSON: parameters in the path, the query, headers and a JSON body; answers likewise."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import orjson

from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire import event_stream, mismatch, texts
from millrace.wire.mismatch import PlainSentences
from millrace.wire.outputs import JsonWriter
from millrace.wire.protocol import Decode, Encode, Errors, ProtocolFacts, Validator, error_members
from millrace.wire.shapes import JsonReader, Shape

# Puts what it finds in a request into the parameters.
Part = Callable[[Request, dict[str, Any]], None]

_FORBIDDEN: dict[str, int] = dict.fromkeys(
    (
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    ),
    403,
)
_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """Where an operation lives. `query` is what must stand in the query as in the model's own URI."""

    operation: str
    method: str
    uri: str
    pattern: re.Pattern[str]
    query: tuple[tuple[str, str], ...]

    @property
    def particularity(self) -> tuple[int, int]:
        """The more of it is fixed, the sooner it is tried."""
        return len(_LABEL.sub("", self.uri)), len(self.query)

    def takes(self, path: str, query: str) -> bool:
        """Whether a request with this path and query, as sent, is for it."""
        if self.pattern.fullmatch(path) is None:
            return False
        if not self.query:
            return True
        sent = parse_qs(query, keep_blank_values=True)
        return all(value in sent.get(name, ()) for name, value in self.query)


def make_route(operation: Mapping[str, Any]) -> Route:
    """The route of an operation of a REST model. A slash at the end may be missing or added."""
    uri, _, query = operation["http"]["requestUri"].partition("?")
    pattern, end = "", 0
    stem = uri.rstrip("/")
    for label in _LABEL.finditer(stem):
        pattern += re.escape(stem[end : label.start()]) + (r"(.+?)" if label[2] else r"([^/]+)")
        end = label.end()
    fixed = parse_qs(query, keep_blank_values=True)
    return Route(
        operation["name"],
        operation["http"]["method"],
        uri,
        re.compile(f"{pattern}{re.escape(stem[end:])}/?"),
        tuple((name, values[0]) for name, values in fixed.items()),
    )


class RestJson:
    """One service that speaks REST-JSON."""

    def __init__(self, facts: ProtocolFacts) -> None:
        self._facts = facts
        self._sentences = PlainSentences()
        self._reader = JsonReader(facts.shapes, self._sentences, opaque=facts.opaque)
        self._writer = JsonWriter(facts.shapes, opaque=facts.opaque)
        self._texts = texts.Texts(facts.shapes, self._sentences)
        self._validator = Validator(facts)
        self._errors = Errors(facts.shapes)

    def routes(self) -> Sequence[Route]:
        """The routes of all operations."""
        return [make_route(operation) for operation in self._facts.model["operations"].values()]

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        return self._decode(operation), self._encode(operation)

    def _decode(self, operation: Mapping[str, Any]) -> Decode:
        reference = operation.get("input")
        members = self._facts.members(reference)
        parts: list[Part] = []
        labels = {name: member for name, member in members.items() if member.get("location") == "uri"}
        if labels:
            parts.append(self._labels(make_route(operation), labels))
        query = {name: member for name, member in members.items() if member.get("location") == "querystring"}
        if query:
            parts.append(self._query(query))
        parts += [
            self._texts.header_part(name, member)
            for name, member in members.items()
            if member.get("location") in ("header", "headers")
        ]
        if reference is not None:
            parts += self._body(reference["shape"], members)
        check = self._validator.compile(reference)

        def decode(request: Request) -> dict[str, Any]:
            params: dict[str, Any] = {}
            try:
                for part in parts:
                    part(request, params)
                if check is not None:
                    check(params)
            except (orjson.JSONDecodeError, RecursionError):
                raise mismatch.error(None) from None
            return params

        return decode

    def _labels(self, route: Route, members: Mapping[str, Shape]) -> Part:
        by_label = {member.get("locationName", name): name for name, member in members.items()}
        names = [by_label[match[1]] for match in _LABEL.finditer(route.uri)]
        readers = [self._texts.reader(members[name], "iso8601") for name in names]

        def part(request: Request, params: dict[str, Any]) -> None:
            match = route.pattern.fullmatch(request.path)
            if match is None:
                raise mismatch.error(None)
            for name, read, text in zip(names, readers, match.groups(), strict=True):
                params[name] = read(unquote(text))

        return part

    def _query(self, members: Mapping[str, Shape]) -> Part:
        readers = [self._texts.query_reader(name, member) for name, member in members.items()]

        def part(request: Request, params: dict[str, Any]) -> None:
            sent = parse_qs(request.query, keep_blank_values=True) if request.query else {}
            for read in readers:
                read(sent, params)

        return part

    def _body(self, name: str, members: Mapping[str, Shape]) -> Sequence[Part]:
        payload = self._facts.shapes[name].get("payload")
        if payload is not None:
            return [self._payload(payload, members[payload])]
        inside = {key: member for key, member in members.items() if "location" not in member}
        if not inside:
            return []
        convert = self._reader.structure(name, inside)

        def part(request: Request, params: dict[str, Any]) -> None:
            if request.body:
                params.update(convert(orjson.loads(request.body)))

        return [part]

    def _payload(self, name: str, member: Shape) -> Part:
        kind = self._facts.shapes[member["shape"]]["type"]
        if kind == "blob":
            convert: Callable[[bytes], Any] = bytes
        elif kind == "string":
            convert = _text
        else:
            read = self._reader.converter(member)
            convert = lambda body: read(orjson.loads(body))  # noqa: E731 - one of three, each a line

        def part(request: Request, params: dict[str, Any]) -> None:
            if request.body:
                params[name] = convert(request.body)

        return part

    def _encode(self, operation: Mapping[str, Any]) -> Encode:
        status: int = operation["http"].get("responseCode", 200)
        reference = operation.get("output")
        members = self._facts.members(reference)
        located = {name: member for name, member in members.items() if "location" in member}
        body = self._body_writer(reference, members)
        stream = self._stream(reference, members)

        def encode(output: Mapping[str, Any], request_id: str) -> Response:
            headers = {"x-amzn-RequestId": request_id}
            final = status
            for name, member in located.items():
                value = output.get(name)
                if value is None:
                    continue
                if member["location"] == "statusCode":
                    final = int(value)
                else:
                    headers |= self._texts.write_header(member, value)
            if stream is not None and output.get(stream[0]) is not None:
                headers["Content-Type"] = event_stream.CONTENT_TYPE
                frames = event_stream.frames(output[stream[0]], stream[1], initial=False)
                return Response(final, headers=headers, stream=frames)
            written = body(output)
            if written:
                headers["Content-Type"] = "application/json"
            return Response(final, written, headers)

        return encode

    def _stream(
        self, reference: Shape | None, members: Mapping[str, Shape]
    ) -> tuple[str, Mapping[str, event_stream.Member]] | None:
        """The member of an output that is a stream of events, and the kinds of events."""
        payload = None if reference is None else self._facts.shapes[reference["shape"]].get("payload")
        if payload is None:
            return None
        shape = self._facts.shapes[members[payload]["shape"]]
        if not shape.get("eventstream"):
            return None
        return payload, {kind: self._event(event) for kind, event in shape["members"].items()}

    def _event(self, event: Shape) -> event_stream.Member:
        members = self._facts.members(event)
        raw = next((name for name, member in members.items() if member.get("eventpayload")), None)
        return event_stream.Member(self._writer.structure(members), "event", raw)

    def _body_writer(
        self, reference: Shape | None, members: Mapping[str, Shape]
    ) -> Callable[[Mapping[str, Any]], bytes]:
        inside = {name: member for name, member in members.items() if "location" not in member}
        if reference is None or (members and not inside):
            return lambda _: b""
        payload = self._facts.shapes[reference["shape"]].get("payload")
        if payload is not None:
            return self._payload_writer(payload, members[payload])
        write = self._writer.structure(inside)
        return lambda output: orjson.dumps(write({key: output[key] for key in inside if key in output}))

    def _payload_writer(self, name: str, member: Shape) -> Callable[[Mapping[str, Any]], bytes]:
        raw = self._facts.shapes[member["shape"]]["type"] in ("blob", "string")
        write = None if raw else self._writer.writer(member)

        def body(output: Mapping[str, Any]) -> bytes:
            value = output.get(name)
            if value is None:
                return b""
            if raw:
                return value.encode() if isinstance(value, str) else value
            return orjson.dumps(value if write is None else write(value))

        return body

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        found = self._errors.find(error)
        status = self._errors.status(error, _FORBIDDEN)
        members = error_members(error, found)
        headers = {
            "Content-Type": "application/json",
            "x-amzn-RequestId": request_id,
            "x-amzn-ErrorType": error.code if found is None else found.name,
        }
        if found is None:
            return Response(status, orjson.dumps(members or {"Message": None}), headers)
        declared: Mapping[str, Shape] = found.shape["members"]
        if "Type" in declared and "Type" not in error.members:
            members = {"Type": "User" if status < 500 else "Service"} | members
        for name, member in declared.items():
            if "location" in member and name in members:
                headers |= self._texts.write_header(member, members.pop(name))
        return Response(status, orjson.dumps(self._writer.structure(declared)(members)), headers)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise mismatch.error(None) from None
