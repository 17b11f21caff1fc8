"""JSON 1.0 and 1.1: the operation's name in X-Amz-Target, parameters and answers as JSON bodies."""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire import event_stream, mismatch, strict
from millrace.wire.content_encoding import unpacked
from millrace.wire.mismatch import Place, PlainSentences, Sentences
from millrace.wire.outputs import JsonWriter
from millrace.wire.protocol import Decode, Encode, Errors, ProtocolFacts, Validator, error_members
from millrace.wire.shapes import JsonReader, Shape


class JsonRpc:
    """One service that speaks JSON 1.0 or 1.1."""

    def __init__(self, facts: ProtocolFacts) -> None:
        is_dynamodb = facts.said.get("dialect") == "dynamodb"
        self._facts = facts
        self._reader = JsonReader(
            facts.shapes, Sentences() if is_dynamodb else PlainSentences(), opaque=facts.opaque
        )
        self._writer = JsonWriter(facts.shapes, opaque=facts.opaque)
        self._validator = Validator(facts)
        self._errors = Errors(facts.shapes)
        self._prefixes: Mapping[str, str] = facts.said.get("error_prefixes", {})
        # A service that spoke the query protocol before tells its clients the codes that it had there.
        self._query_codes: Mapping[str, str] | None = facts.said.get("query_codes")
        self._content_type = f"application/x-amz-json-{facts.metadata['jsonVersion']}"
        self._is_dynamodb = is_dynamodb

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        return self._decode(operation.get("input")), self._encode(operation.get("output"))

    def _decode(self, reference: Shape | None) -> Decode:
        name = "Unit" if reference is None else reference["shape"]
        convert = self._reader.structure(name, self._facts.members(reference), Place.FIELD)
        check = self._validator.compile(reference)
        look = self._first_look(name)
        # DynamoDB refuses an empty body; the others take it for an empty object.
        empty = b"" if self._is_dynamodb else b"{}"
        most = limits.dynamodb_request_body_bytes_max if self._is_dynamodb else limits.request_body_bytes_max

        def decode(request: Request) -> dict[str, Any]:
            body = request.body
            if len(body) > most:
                raise mismatch.too_large(most)
            if "content-encoding" in request.headers:
                body = unpacked(body, request.headers["content-encoding"], most)
            try:
                said = orjson.loads(body or empty)
                if look is not None:
                    look(body, said)
                params: dict[str, Any] = convert(said)
                if check is not None:
                    check(params)
            except (orjson.JSONDecodeError, RecursionError):
                raise mismatch.error(None) from None
            return params

        return decode

    def _first_look(self, name: str) -> strict.Check | None:
        is_strict = name in self._facts.said.get("strict", ())
        return strict.checker(self._facts.shapes[name], self._facts.shapes) if is_strict else None

    def _encode(self, reference: Shape | None) -> Encode:
        write = self._writer.structure(self._facts.members(reference))
        if reference is None and self._is_dynamodb:  # TagResource, for instance
            return lambda _, request_id: self._response(200, b"", request_id)
        if (stream := self._stream(reference)) is not None:
            return self._encode_stream(*stream)

        def encode(output: Mapping[str, Any], request_id: str) -> Response:
            return self._response(200, orjson.dumps(write(output)), request_id)

        return encode

    def _stream(self, reference: Shape | None) -> tuple[str, Shape] | None:
        """The member of an output that is a stream of events, and its shape."""
        members = self._facts.members(reference).items()
        found = ((name, self._facts.shapes[member["shape"]]) for name, member in members)
        return next(((name, shape) for name, shape in found if shape.get("eventstream")), None)

    def _encode_stream(self, member: str, shape: Shape) -> Encode:
        members = {kind: self._member(event) for kind, event in shape["members"].items()}

        def encode(output: Mapping[str, Any], request_id: str) -> Response:
            response = self._response(200, b"", request_id)
            response.headers = {**response.headers, "Content-Type": event_stream.CONTENT_TYPE}
            response.stream = event_stream.frames(output[member], members)
            return response

        return encode

    def _member(self, event: Shape) -> event_stream.Member:
        is_exception = self._facts.shapes[event["shape"]].get("exception", False)
        write = self._writer.structure(self._facts.members(event))
        return event_stream.Member(write, "exception" if is_exception else "event")

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        found = self._errors.find(error)
        name = error.code if found is None else found.name
        body = {"__type": self._prefix(error.code, modelled=found is not None) + name}
        members = error_members(error, found)
        body |= members if found is None else self._writer.structure(found.shape["members"])(members)
        response = self._response(self._errors.status(error, {}), orjson.dumps(body), request_id)
        if self._query_codes is not None:
            fault = "Sender" if response.status < 500 else "Receiver"
            code = self._query_codes.get(name, name.removesuffix("Exception"))
            response.headers = {**response.headers, "x-amzn-query-error": f"{code};{fault}"}
        return response

    def _prefix(self, code: str, *, modelled: bool) -> str:
        return self._prefixes.get(code) or self._prefixes.get("modelled" if modelled else "other", "")

    def _response(self, status: int, body: bytes, request_id: str) -> Response:
        headers = {"Content-Type": self._content_type, "x-amzn-RequestId": request_id}
        if self._is_dynamodb:  # Its SDKs check this sum; no other service sends it.
            headers["X-Amz-Crc32"] = str(zlib.crc32(body))
        return Response(status, body, headers)
