"""From an operation's answer to JSON values: compiled from the model, and nothing at all where nothing changes.

A shape whose values JSON can carry as they are has no writer (None), so that most answers go to `orjson`
untouched. Where there is one, it writes blobs in base64 and timestamps in their format, and leaves out
members that are None. A `Fragment`, JSON that is written already, may stand for any value.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from orjson import Fragment

from millrace.wire import timestamps
from millrace.wire.shapes import Shape
from millrace.wire.texts import write_blob, write_special

Writer = Callable[[Any], Any]


class JsonWriter:
    """Compiles writers for the shapes of one service, each once."""

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        *,
        opaque: frozenset[str] = frozenset(),
        timestamp_format: str = "unixTimestamp",
    ) -> None:
        self._shapes = shapes
        self._opaque = opaque
        self._timestamp_format = timestamp_format
        self._made: dict[tuple[str, str | None], Writer | None] = {}

    def writer(self, reference: Shape) -> Writer | None:
        """The writer for a reference to a shape, or None if its values stay as they are."""
        name: str = reference["shape"]
        if name in self._opaque:
            return None
        key = (name, reference.get("timestampFormat"))
        if key not in self._made:
            # A shape that contains itself is a structure somewhere, and a structure always has a writer.
            self._made[key] = lambda value: self._late(key, value)
            self._made[key] = self._make(self._shapes[name], reference)
        return self._made[key]

    def _late(self, key: tuple[str, str | None], value: Any) -> Any:
        writer = self._made[key]
        return value if writer is None else writer(value)

    def _make(self, shape: Shape, reference: Shape) -> Writer | None:
        match shape["type"]:
            case "structure":
                return None if shape.get("document") else self.structure(shape["members"])
            case "list":
                return _list_writer(self.writer(shape["member"]))
            case "map":
                return _map_writer(self.writer(shape["value"]))
            case "blob":
                return write_blob
            case "float" | "double":
                return _write_double
            case "timestamp":
                stated = reference.get("timestampFormat") or shape.get("timestampFormat")
                form: str = stated or self._timestamp_format
                if form == "unixTimestamp":
                    return timestamps.to_the_millisecond
                return lambda epoch: timestamps.write(epoch, form)
            case _:
                return None

    def structure(self, members: Mapping[str, Shape]) -> Writer:
        """The writer for a structure of just these members (in REST only some travel in the body)."""
        changes: dict[str, tuple[str, Writer | None]] = {}
        for key, member in members.items():
            name, writer = member.get("locationName", key), self.writer(member)
            if name != key or writer is not None:
                changes[key] = (name, writer)
        find = changes.get

        def write(value: Any) -> Any:
            if isinstance(value, Fragment):
                return value
            if None not in value.values() and changes.keys().isdisjoint(value):
                return value
            written: dict[str, Any] = {}
            for key, item in value.items():
                if item is None:
                    continue
                change = find(key)
                if change is None:
                    written[key] = item
                else:
                    written[change[0]] = item if change[1] is None else change[1](item)
            return written

        return write


def _list_writer(element: Writer | None) -> Writer | None:
    if element is None:
        return None

    def write(items: Any) -> Any:
        if isinstance(items, Fragment):
            return items
        return [None if item is None else element(item) for item in items]

    return write


def _map_writer(element: Writer | None) -> Writer | None:
    if element is None:
        return None

    def write(items: Any) -> Any:
        if isinstance(items, Fragment):
            return items
        return {key: element(item) for key, item in items.items() if item is not None}

    return write


def _write_double(value: float) -> float | str:
    return value if math.isfinite(value) else write_special(value)
