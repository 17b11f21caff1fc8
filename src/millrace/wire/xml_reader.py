"""Documents in XML as requests have them: read by their shapes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.wire.compiled import Compiled
from millrace.wire.shapes import Shape
from millrace.wire.texts import Texts
from millrace.wire.xml import attribute_names, is_flat, member_name, reference_key

# From the elements of one name, in order, to a value.
Reader = Callable[[Sequence["Element"]], Any]


class MalformedError(ValueError):
    """It is no XML document, or not one that may be read."""


@dataclass(slots=True)
class Element:
    """One element: its name without a namespace, its own text, and what is in it."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    texts: list[str] = field(default_factory=list[str])
    inside: list["Element"] = field(default_factory=list["Element"])

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def children(self, name: str) -> list["Element"]:
        return [child for child in self.inside if child.name == name]


def parse(data: bytes) -> Element:
    """The root element. A document type, and with it every entity, is refused. Raises MalformedError.

    So is a document of more elements than any good one has: they are held in memory, and take their time.
    """
    root = Element("")
    path = [root]
    left = limits.object_request_elements_max

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise MalformedError("too many elements")
        found = Element(name.rpartition(":")[2], attributes)
        path[-1].inside.append(found)
        path.append(found)

    def say(text: str) -> None:
        path[-1].texts.append(text)

    def refuse(*_: object) -> None:
        raise MalformedError("a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = say
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter for encodings there are not
        raise MalformedError(str(error)) from error
    return root.inside[0]


class XmlReader:
    """Compiles readers for the shapes of one service, each once. They raise AwsError for a wrong scalar."""

    def __init__(self, shapes: Mapping[str, Shape], texts: Texts) -> None:
        self._shapes = shapes
        self._texts = texts
        self._compiled = Compiled[[Sequence[Element]], Any]()

    def reader(self, reference: Shape) -> Reader:
        """The reader for a reference to a shape."""
        return self._compiled.of(reference_key(reference), lambda: self._make(reference))

    def _make(self, reference: Shape) -> Reader:
        shape = self._shapes[reference["shape"]]
        match shape["type"]:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape, flat=is_flat(reference, shape))
            case "map":
                raise AwsError(
                    "NotImplemented", "Maps in XML requests are read for no service yet.", status=501
                )
            case _:
                read = self._texts.reader(reference, "iso8601")
                return lambda elements: read(elements[0].text)

    def _structure(self, shape: Shape) -> Reader:
        rows = [
            (key, member_name(self._shapes, key, member), self.reader(member))
            for key, member in shape["members"].items()
            if not member.get("xmlAttribute")
        ]
        attributes = attribute_names(shape["members"])

        def read(elements: Sequence[Element]) -> dict[str, Any]:
            element = elements[0]
            found = {key: element.attributes[name] for key, name in attributes if name in element.attributes}
            for key, name, reader in rows:
                children = element.children(name)
                if children:
                    found[key] = reader(children)
            return found

        return read

    def _list(self, shape: Shape, *, flat: bool) -> Reader:
        entry = self.reader(shape["member"])
        step: str = shape["member"].get("locationName", "member")

        def read(elements: Sequence[Element]) -> list[Any]:
            entries = elements if flat else elements[0].children(step)
            return [entry([element]) for element in entries]

        return read
