"""Answers in XML, as the query protocol has them."""

from collections.abc import Callable, Mapping
from typing import Any

from millrace.wire.compiled import Compiled
from millrace.wire.shapes import Shape
from millrace.wire.texts import Texts

# An element by its name and value.
Writer = Callable[[str, Any], str]

# XML has no place at all for these characters.
_IMPOSSIBLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\r": "&#xD;",
        "\x85": "&#x85;",
        "\u2028": "&#x2028;",
    }
    | {chr(code): "" for code in _IMPOSSIBLE}
)


def escape(text: str) -> str:
    """Text as it may stand between tags and in attributes."""
    return text.translate(_ESCAPES)


def is_flat(reference: Shape, shape: Shape) -> bool:
    """Whether the entries of a list or map stand in their structure without an element around them."""
    return bool(reference.get("flattened") or shape.get("flattened"))


def member_name(shapes: Mapping[str, Shape], key: str, member: Shape) -> str:
    """A member's element; those of a flattened list may go by the name of its entries."""
    shape = shapes[member["shape"]]
    if shape["type"] == "list" and is_flat(member, shape) and "locationName" in shape["member"]:
        return shape["member"]["locationName"]
    return member.get("locationName", key)


def reference_key(reference: Shape) -> tuple[str, str | None, bool]:
    """What makes two references to shapes mean the same in XML."""
    return reference["shape"], reference.get("timestampFormat"), bool(reference.get("flattened"))


def attribute_names(members: Mapping[str, Shape]) -> list[tuple[str, str]]:
    """The members that are attributes of their structure's element, each with its name there."""
    return [
        (key, member.get("locationName", key))
        for key, member in members.items()
        if member.get("xmlAttribute")
    ]


class XmlWriter:
    """Compiles writers for the shapes of one service, each once."""

    def __init__(self, shapes: Mapping[str, Shape], texts: Texts) -> None:
        self._shapes = shapes
        self._texts = texts
        self._compiled = Compiled[[str, Any], str]()

    def inside(self, members: Mapping[str, Shape]) -> Callable[[Mapping[str, Any]], str]:
        """A function that writes a structure's members, without an element around them."""
        rows = [
            (key, member_name(self._shapes, key, member), self.writer(member))
            for key, member in members.items()
            if not member.get("xmlAttribute")
        ]

        def write(value: Mapping[str, Any]) -> str:
            return "".join(
                writer(name, value[key]) for key, name, writer in rows if value.get(key) is not None
            )

        return write

    def writer(self, reference: Shape) -> Writer:
        """The writer for a reference to a shape."""
        return self._compiled.of(reference_key(reference), lambda: self._make(reference))

    def _make(self, reference: Shape) -> Writer:
        shape = self._shapes[reference["shape"]]
        match shape["type"]:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape, flat=is_flat(reference, shape))
            case "map":
                return self._map(shape, flat=is_flat(reference, shape))
            case _:
                return lambda name, value: (
                    f"<{name}>{escape(self._texts.write(reference, value, 'iso8601'))}</{name}>"
                )

    def _structure(self, shape: Shape) -> Writer:
        inside = self.inside(shape["members"])
        attributes = attribute_names(shape["members"])

        def write(name: str, value: Mapping[str, Any]) -> str:
            said = "".join(
                f' {attribute}="{escape(str(value[key]))}"' for key, attribute in attributes if value.get(key)
            )
            return f"<{name}{said}>{inside(value)}</{name}>"

        return write

    def _list(self, shape: Shape, *, flat: bool) -> Writer:
        element = self.writer(shape["member"])
        if flat:
            return lambda name, value: "".join(element(name, item) for item in value)
        step: str = shape["member"].get("locationName", "member")
        return lambda name, value: f"<{name}>{''.join(element(step, item) for item in value)}</{name}>"

    def _map(self, shape: Shape, *, flat: bool) -> Writer:
        key_name = shape["key"].get("locationName", "key")
        value_name = shape["value"].get("locationName", "value")
        element = self.writer(shape["value"])

        def entry(key: str, item: Any) -> str:
            return f"<{key_name}>{escape(key)}</{key_name}>{element(value_name, item)}"

        if flat:
            return lambda name, value: "".join(f"<{name}>{entry(*pair)}</{name}>" for pair in value.items())
        return lambda name, value: (
            f"<{name}>{''.join(f'<entry>{entry(*pair)}</entry>' for pair in value.items())}</{name}>"
        )
