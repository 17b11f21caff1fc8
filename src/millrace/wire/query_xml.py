"""The query protocol: parameters in a form with dotted names, answers in XML. IAM, STS and SNS speak it, and older SDKs to SQS."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Request, Response
from millrace.wire import mismatch, xml
from millrace.wire.compiled import Compiled
from millrace.wire.mismatch import PlainSentences
from millrace.wire.protocol import Decode, Encode, Errors, ProtocolFacts, Validator
from millrace.wire.shapes import Shape
from millrace.wire.texts import Texts

# A form as a tree: `Tags.member.1.Key=x` is {"Tags": {"member": {"1": {"Key": "x"}}}}.
Node = str | dict[str, "Node"]
Reader = Callable[[Node], Any]

# What the front end of the query services calls the errors that the JSON services' front end has too.
_CODES = {
    "AccessDeniedException": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InternalServerError": "InternalFailure",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "SerializationException": "MalformedInput",
    "ThrottlingException": "Throttling",
    "UnknownOperationException": "InvalidAction",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ValidationException": "ValidationError",
}
_FORBIDDEN: dict[str, int] = dict.fromkeys(
    (
        "AccessDenied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
    ),
    403,
)


class QueryXml:
    """One service that speaks the query protocol."""

    def __init__(self, facts: ProtocolFacts) -> None:
        self._facts = facts
        self._texts = Texts(facts.shapes, PlainSentences())
        self._forms = FormReader(facts.shapes, self._texts)
        self._xml = xml.XmlWriter(facts.shapes, self._texts)
        self._validator = Validator(facts)
        self._errors = Errors(facts.shapes)
        self._namespace: str = facts.metadata.get("xmlNamespace", "")
        self._said: Mapping[str, Any] = facts.said.get("query", {})
        own: Mapping[str, str] = facts.said.get("query_codes", {})
        self._codes: Mapping[str, str] = {**_CODES, **own}

    def compile(self, operation: Mapping[str, Any]) -> tuple[Decode, Encode]:
        return self._decode(operation.get("input")), self._encode(operation["name"], operation.get("output"))

    def _decode(self, reference: Shape | None) -> Decode:
        if reference is None:
            return lambda _: {}
        read = self._forms.reader(reference)
        check = self._validator.compile(reference)
        most = limits.query_messages_bytes_max if self._said else limits.query_body_bytes_max

        def decode(request: Request) -> dict[str, Any]:
            params: dict[str, Any] = read(self._addressed(request, parse_form(request, most)))
            if check is not None:
                check(params)
            return params

        return decode

    def _addressed(self, request: Request, form: dict[str, Node]) -> dict[str, Node]:
        """The form, with what a service may be told by the path of the request as well."""
        member: str | None = self._said.get("path")
        return form if member is None or request.path == "/" else {member: request.path, **form}

    def _encode(self, name: str, reference: Shape | None) -> Encode:
        front = f'<{name}Response xmlns="{self._namespace}">'
        wrapper = None if reference is None else reference.get("resultWrapper", f"{name}Result")
        write = None if reference is None else self._xml.inside(self._facts.members(reference))

        def encode(output: Mapping[str, Any], request_id: str) -> Response:
            inside = "" if write is None else write(output)
            if wrapper is not None:
                inside = f"<{wrapper}>{inside}</{wrapper}>" if inside else f"<{wrapper}/>"
            metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
            return _response(200, f"{front}{inside}{metadata}</{name}Response>", request_id)

        return encode

    def encode_error(self, error: AwsError, request_id: str) -> Response:
        found = self._errors.find(error)
        code = self._codes.get(error.code, error.code) if found is None else found.code
        status = self._errors.status(AwsError(code, None, status=_own_status(error, code)), _FORBIDDEN)
        sender = "Sender" if status < 500 else "Receiver"
        extra = "" if found is None else self._xml.inside(found.shape["members"])(error.members)
        sentence = self._said.get("messages", {}).get(error.code, error.message)
        message = "" if sentence is None else f"<Message>{xml.escape(sentence)}</Message>"
        detail = "<Detail/>" if self._said else ""
        told = f"<Type>{sender}</Type><Code>{code}</Code>{message}{detail}{extra}"
        body = (
            f'<ErrorResponse xmlns="{self._namespace}"><Error>{told}</Error>'
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return _response(status, body, request_id)


def _own_status(error: AwsError, code: str) -> int | None:
    """The status an error brings with it, unless it was renamed and has another among the query services."""
    return None if code in _FORBIDDEN else error.status


def _response(status: int, body: str, request_id: str) -> Response:
    return Response(status, body.encode(), {"Content-Type": "text/xml", "x-amzn-RequestId": request_id})


def parse_form(request: Request, most: int = limits.query_body_bytes_max) -> dict[str, Node]:
    """The form of a request, from its body of `most` bytes or else its query, as a tree. Raises AwsError."""
    if len(request.body) > most:
        raise mismatch.too_large(most)
    try:
        text = request.body.decode() if request.body else request.query
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=limits.query_fields_max)
    except ValueError:
        raise mismatch.error(None) from None
    tree: dict[str, Node] = {}
    for name, value in pairs:
        *path, last = name.split(".")
        node = tree
        for part in path:
            inner = node.get(part)
            if not isinstance(inner, dict):
                inner = node[part] = {}
            node = inner
        node[last] = value
    return tree


class FormReader:
    """Compiles readers for the shapes of one service, each once."""

    def __init__(self, shapes: Mapping[str, Shape], texts: Texts) -> None:
        self._shapes = shapes
        self._texts = texts
        self._compiled = Compiled[[Node], Any]()

    def reader(self, reference: Shape) -> Reader:
        """A function from a node of the form to the value of a shape. It raises AwsError."""
        return self._compiled.of(xml.reference_key(reference), lambda: self._make(reference))

    def _make(self, reference: Shape) -> Reader:
        shape = self._shapes[reference["shape"]]
        match shape["type"]:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape, flat=xml.is_flat(reference, shape))
            case "map":
                return self._map(shape, flat=xml.is_flat(reference, shape))
            case _:
                read = self._texts.reader(reference, "iso8601")
                return lambda node: read(_text(node))

    def _structure(self, shape: Shape) -> Reader:
        rows = [
            (key, self._form_name(key, member), self.reader(member))
            for key, member in shape["members"].items()
        ]

        def read(node: Node) -> dict[str, Any]:
            tree = _tree(node)
            # An empty flattened list or map has no entries to go by the name of: it is sent as `Member=`.
            named = ((key, name if name in tree else key, reader) for key, name, reader in rows)
            return {key: reader(tree[name]) for key, name, reader in named if name in tree}

        return read

    def _form_name(self, key: str, member: Shape) -> str:
        """A member's name in a form; a flattened list may go by the name of its elements."""
        shape = self._shapes[member["shape"]]
        if shape["type"] == "list" and xml.is_flat(member, shape) and "locationName" in shape["member"]:
            return shape["member"]["locationName"]
        return member.get("locationName", key)

    def _list(self, shape: Shape, *, flat: bool) -> Reader:
        element = self.reader(shape["member"])
        step = None if flat else shape["member"].get("locationName", "member")

        def read(node: Node) -> list[Any]:
            return [element(item) for item in _numbered(node, step)]

        return read

    def _map(self, shape: Shape, *, flat: bool) -> Reader:
        key_name = shape["key"].get("locationName", "key")
        value_name = shape["value"].get("locationName", "value")
        element = self.reader(shape["value"])
        step = None if flat else "entry"

        def read(node: Node) -> dict[str, Any]:
            entries = [_tree(item) for item in _numbered(node, step)]
            return {
                _text(entry[key_name]): element(entry[value_name])
                for entry in entries
                if key_name in entry and value_name in entry
            }

        return read


def _numbered(node: Node, step: str | None) -> list[Node]:
    """The entries of a list or map in order of their numbers. An empty one is sent as `Name=`."""
    tree = _tree(node)
    if step is not None:
        tree = _tree(tree.get(step, ""))
    numbers = sorted((int(key), key) for key in tree if key.isascii() and key.isdigit() and len(key) < 10)
    return [tree[key] for _, key in numbers]


def _tree(node: Node) -> dict[str, Node]:
    if isinstance(node, dict):
        return node
    if node:
        raise mismatch.error("Unexpected complex element termination")
    return {}


def _text(node: Node) -> str:
    if isinstance(node, str):
        return node
    raise mismatch.error("Start of structure or map found where not expected.")
