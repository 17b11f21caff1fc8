"""Values that travel as text: in a path, a query, a header or a form."""

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson

from millrace.http.message import Request
from millrace.wire import timestamps
from millrace.wire.mismatch import Sentences
from millrace.wire.shapes import INTEGER_BITS, Shape

Reader = Callable[[str], Any]
QueryReader = Callable[[Mapping[str, list[str]], dict[str, Any]], None]


class Texts:
    """Reads and writes the texts of one service's scalars."""

    def __init__(self, shapes: Mapping[str, Shape], sentences: Sentences) -> None:
        self._shapes = shapes
        self._sentences = sentences

    def reader(self, reference: Shape, timestamp_format: str) -> Reader:
        """A function from the text of a scalar to its value. It raises AwsError."""
        shape = self._shapes[reference["shape"]]
        kind: str = shape["type"]
        if kind == "string":
            return _read_json_value if reference.get("jsonvalue") else str
        form: str = reference.get("timestampFormat") or shape.get("timestampFormat") or timestamp_format
        wanted, convert = _conversion(kind, form)

        def read(text: str) -> Any:
            try:
                return convert(text)
            except ValueError:
                raise self._sentences.scalar(wanted, text) from None

        return read

    def query_reader(self, name: str, reference: Shape) -> QueryReader:
        """A function that finds a member in a parsed query: a scalar, a list, or a map of it all."""
        shape = self._shapes[reference["shape"]]
        key: str = reference.get("locationName", name)
        if shape["type"] == "map":
            return self._query_map(name, shape)
        if shape["type"] == "list":
            element = self.reader(shape["member"], "iso8601")

            def many(sent: Mapping[str, list[str]], params: dict[str, Any]) -> None:
                if key in sent:
                    params[name] = [element(text) for text in sent[key]]

            return many
        read = self.reader(reference, "iso8601")

        def one(sent: Mapping[str, list[str]], params: dict[str, Any]) -> None:
            if key in sent:
                params[name] = read(sent[key][0])

        return one

    def _query_map(self, name: str, shape: Shape) -> QueryReader:
        inner = self._shapes[shape["value"]["shape"]]
        several = inner["type"] == "list"
        element = self.reader(inner["member"] if several else shape["value"], "iso8601")

        def whole(sent: Mapping[str, list[str]], params: dict[str, Any]) -> None:
            if sent:
                found = {key: [element(text) for text in values] for key, values in sent.items()}
                params[name] = found if several else {key: values[0] for key, values in found.items()}

        return whole

    def header_part(self, name: str, reference: Shape) -> Callable[[Request, dict[str, Any]], None]:
        """A function that finds a member in the headers: a scalar, a list by commas, or a map by prefix."""
        shape = self._shapes[reference["shape"]]
        key = reference.get("locationName", name).lower()
        if shape["type"] == "map":

            def prefixed(request: Request, params: dict[str, Any]) -> None:
                found = {
                    header.removeprefix(key): value
                    for header, value in request.headers.items()
                    if header.startswith(key)
                }
                if found:
                    params[name] = found

            return prefixed
        read = self._list_reader(shape) if shape["type"] == "list" else self.reader(reference, "rfc822")

        def part(request: Request, params: dict[str, Any]) -> None:
            text = request.headers.get(key)
            if text is not None:
                params[name] = read(text)

        return part

    def _list_reader(self, shape: Shape) -> Reader:
        element = self.reader(shape["member"], "rfc822")
        inner = self._shapes[shape["member"]["shape"]]
        dates = inner["type"] == "timestamp" and inner.get("timestampFormat", "rfc822") == "rfc822"
        return lambda text: [element(item) for item in _split(text, dates=dates)]

    def write_header(self, reference: Shape, value: Any) -> dict[str, str]:
        """The header, or headers of a map, that a member of an answer travels in."""
        key: str = reference["locationName"]
        shape = self._shapes[reference["shape"]]
        if shape["type"] == "map":
            return {key + name: str(item) for name, item in value.items()}
        if shape["type"] == "list":
            return {
                key: ", ".join(_quoted(self.write(shape["member"], item, "rfc822"), shape) for item in value)
            }
        return {key: self.write(reference, value, "rfc822")}

    def write(self, reference: Shape, value: Any, timestamp_format: str) -> str:
        """The text of a scalar."""
        shape = self._shapes[reference["shape"]]
        if reference.get("jsonvalue"):
            return base64.b64encode(orjson.dumps(value)).decode()
        match shape["type"]:
            case "boolean":
                return "true" if value else "false"
            case "blob":
                return write_blob(value)
            case "timestamp":
                form = reference.get("timestampFormat") or shape.get("timestampFormat") or timestamp_format
                return str(timestamps.write(value, form))
            case "float" | "double" if not math.isfinite(value):
                return write_special(value)
            case _:
                return str(value)


def write_blob(value: bytes | str) -> str:
    """Bytes (or a text, as its bytes) in base64."""
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def write_special(value: float) -> str:
    """How AWS writes what is not a finite number."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _conversion(kind: str, form: str) -> tuple[str, Reader]:
    """What AWS calls a kind of scalar, and a function from text that raises ValueError."""
    if kind in INTEGER_BITS:
        return kind.capitalize(), partial(_read_integer, INTEGER_BITS[kind])
    if kind in ("float", "double", "bigDecimal"):
        return "Double", _read_float
    if kind == "boolean":
        return "Boolean", _read_boolean
    if kind == "timestamp":
        return "milliseconds since epoch", lambda text: timestamps.read_text(text, form)
    if kind == "blob":
        return "Blob", _read_blob
    raise ValueError(f"{kind} cannot be a text")


def _read_integer(bits: int, text: str) -> int:
    number = int(text)
    if not -(1 << bits) <= number < 1 << bits:
        raise ValueError(f"{number} does not fit")
    return number


def _read_float(text: str) -> float:
    if text in ("NaN", "Infinity", "-Infinity"):
        return float(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _read_boolean(text: str) -> bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    raise ValueError(text)


def _read_blob(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as cause:
        raise ValueError(text) from cause


def _read_json_value(text: str) -> Any:
    try:
        return orjson.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, orjson.JSONDecodeError):
        return text


_ITEM = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^,]*)\s*(?:,|$)')


def _split(text: str, *, dates: bool) -> list[str]:
    """The items of a header's list; a date has a comma of its own, an item in quotes may have any."""
    if dates:
        parts = [part.strip() for part in text.split(",")]
        return [f"{day}, {rest}" for day, rest in zip(parts[::2], parts[1::2], strict=False)]
    items = [match[1].strip() for match in _ITEM.finditer(text)]
    return [
        re.sub(r"\\(.)", r"\1", item[1:-1]) if item.startswith('"') and item.endswith('"') else item
        for item in items
        if item
    ]


def _quoted(text: str, shape: Shape) -> str:
    """A text as an item of a header's list: in quotes if it has a comma or quotes itself."""
    if shape["member"].get("timestampFormat") is None and ("," in text or '"' in text) and "GMT" not in text:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text
