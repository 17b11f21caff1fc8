"""The two documents of forms that upload objects: the tags that one holds, and its answer."""

from collections.abc import Mapping

from millrace.wire import xml
from millrace.wire.rest_xml import MALFORMED
from millrace.wire.xml_reader import MalformedError, parse

_FRONT = '<?xml version="1.0" encoding="UTF-8"?>\n'


def read(text: str) -> list[tuple[str, str]]:
    """The tags of a Tagging document. Raises MalformedXML."""
    try:
        root = parse(text.encode())
    except MalformedError:
        raise MALFORMED from None
    return [
        (tag.children("Key")[0].text, tag.children("Value")[0].text)
        for tags in root.children("TagSet")
        for tag in tags.children("Tag")
        if tag.children("Key") and tag.children("Value")
    ]


def written(root: str, members: Mapping[str, str]) -> bytes:
    """A document of texts."""
    inside = "".join(f"<{name}>{xml.escape(text)}</{name}>" for name, text in members.items())
    return f"{_FRONT}<{root}>{inside}</{root}>".encode()
