"""From JSON values to parameters: one nested function per shape, compiled from the service model.

A converter takes what `orjson` read and returns what an operation is told: members by AWS's names,
blobs as bytes, timestamps as epoch seconds. It knows JSON types only; a value of the wrong type is a
SerializationException with AWS's sentence. Lengths, patterns and the like are `constraints`' business.
Unknown members are ignored and a null is an absent member, as on AWS.
"""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from typing import Any

from millrace.wire import attribute_values, timestamps
from millrace.wire.compiled import Compiled
from millrace.wire.mismatch import Place, Sentences

Shape = Mapping[str, Any]
Converter = Callable[[Any], Any]

# AWS's servers are Java: what does not fit into its types is not a number of them.
INTEGER_BITS = {"byte": 7, "short": 15, "integer": 31, "long": 63, "bigInteger": 1_000}
_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_BOOLEAN_TEXTS = {"TRUE": True, "1": True, "YES": True, "FALSE": False, "0": False, "NO": False}


class JsonReader:
    """Compiles converters for the shapes of one service, each once.

    `opaque` names the shapes that stay in wire form (DynamoDB's AttributeValue); `timestamp_format` is
    the protocol's default one.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        sentences: Sentences,
        *,
        opaque: frozenset[str] = frozenset(),
        timestamp_format: str = "unixTimestamp",
    ) -> None:
        self._shapes = shapes
        self._sentences = sentences
        self._opaque = opaque
        self._timestamp_format = timestamp_format
        self._compiled = Compiled[[Any], Any]()

    def converter(self, reference: Shape, place: Place = Place.FIELD) -> Converter:
        """The converter for a member, list element or map value that refers to a shape."""
        name: str = reference["shape"]
        if name in self._opaque:
            return attribute_values.converter(self._sentences, place)
        key = (name, reference.get("timestampFormat"), place)
        return self._compiled.of(key, lambda: self._make(name, reference, place))

    def _make(self, name: str, reference: Shape, place: Place) -> Converter:
        shape = self._shapes[name]
        match shape["type"]:
            case "structure":
                return self.structure(name, shape["members"], place) if not shape.get("document") else _any
            case "list":
                return self._list(shape, place)
            case "map":
                return self._map(shape, place)
            case "string" | "character":
                return self._string()
            case "integer" | "long" | "short" | "byte" | "bigInteger":
                return self._integer(shape["type"])
            case "float" | "double" | "bigDecimal":
                return self._double()
            case "boolean":
                return self._boolean()
            case "blob":
                return self._blob()
            case "timestamp":
                stated = reference.get("timestampFormat") or shape.get("timestampFormat")
                return self._timestamp(stated or self._timestamp_format)
            case kind:
                raise ValueError(f"shape {name} has the unknown type {kind}")

    def structure(self, name: str, members: Mapping[str, Shape], place: Place = Place.FIELD) -> Converter:
        """The converter for a structure of just these members (in REST only some travel in the body)."""
        table = {
            member.get("locationName", key): (key, self.converter(member)) for key, member in members.items()
        }
        find = table.get
        wrong = self._sentences.structure

        def convert(value: Any) -> dict[str, Any]:
            members: dict[str, Any] = value
            if type(value) is not dict:
                raise wrong(name, value, place)
            converted: dict[str, Any] = {}
            for key, item in members.items():
                if item is not None and (member := find(key)) is not None:
                    converted[member[0]] = member[1](item)
            return converted

        return convert

    def _list(self, shape: Shape, place: Place) -> Converter:
        element = self.converter(shape["member"], Place.ELEMENT)
        wrong = self._sentences.list

        def convert(value: Any) -> list[Any]:
            items: list[Any] = value
            if type(value) is not list:
                raise wrong(value, place)
            return [None if item is None else element(item) for item in items]

        return convert

    def _map(self, shape: Shape, place: Place) -> Converter:
        if shape["value"]["shape"] in self._opaque:
            return attribute_values.map_converter(self._sentences, place)
        element = self.converter(shape["value"], Place.ELEMENT)
        wrong = self._sentences.map
        holds = self._sentences.java_class(shape["value"]["shape"], self._shapes)

        def convert(value: Any) -> dict[str, Any]:
            items: dict[str, Any] = value
            if type(value) is not dict:
                raise wrong(holds, value, place)
            return {key: element(item) for key, item in items.items() if item is not None}

        return convert

    def _string(self) -> Converter:
        wrong = self._sentences.scalar

        def convert(value: Any) -> str:
            if type(value) is not str:
                raise wrong("String", value)
            return value

        return convert

    def _integer(self, kind: str) -> Converter:
        wrong = self._sentences.scalar
        end = 1 << INTEGER_BITS[kind]

        def convert(value: Any) -> int:
            number = math.floor(value) if type(value) is float else value
            if type(number) is not int or not -end <= number < end:
                raise wrong(kind.capitalize(), value)
            return number

        return convert

    def _double(self) -> Converter:
        wrong = self._sentences.scalar

        def convert(value: Any) -> float:
            if type(value) is float or type(value) is int:
                return value
            if type(value) is str and value in _NOT_FINITE:
                return _NOT_FINITE[value]
            raise wrong("Double", value)

        return convert

    def _boolean(self) -> Converter:
        wrong = self._sentences.scalar

        def convert(value: Any) -> bool:
            if type(value) is bool:
                return value
            if type(value) is str and (said := _BOOLEAN_TEXTS.get(value.upper())) is not None:
                return said
            raise wrong("Boolean", value)

        return convert

    def _blob(self) -> Converter:
        wrong = self._sentences.blob

        def convert(value: Any) -> bytes:
            if type(value) is not str:
                raise wrong(value)
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise wrong(value) from None

        return convert

    def _timestamp(self, form: str) -> Converter:
        wrong = self._sentences.scalar

        def convert(value: Any) -> float:
            try:
                return timestamps.read(value, form)
            except ValueError:
                raise wrong("milliseconds since epoch", value) from None

        return convert


def _any(value: Any) -> Any:
    return value
