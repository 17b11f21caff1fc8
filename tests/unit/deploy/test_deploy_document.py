"""docs/deploy.md says what is supported: exactly what the code supports."""

from pathlib import Path
from typing import Any

import pytest

from millrace.deploy import parameters, serverless, template
from millrace.deploy.resources import KINDS
from millrace.deploy.resources.kind import Kind
from millrace.deploy.shapes import REQUIRED, Listed, Member, Record, Text

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs/deploy.md").read_text()


def written(name: str, member: Member) -> str:
    """A property as the document has it, with its members."""
    shape: Any = member.shape
    plural = isinstance(shape, Listed)
    if isinstance(shape, Listed):
        shape = shape.of
    words = f"`{name}`" + ("*" if member.default is REQUIRED else "")
    if isinstance(shape, Record):
        return f"{words} ({'each: ' if plural else ''}{', '.join(map(written, shape.members, shape.members.values()))})"
    if isinstance(shape, Text) and shape.choices:
        return f"{words} {' or '.join(shape.choices)}"
    only = getattr(shape, "only", None)
    if only is not None:
        return f"{words} {only} only"
    return words


def row(kind: Kind) -> str:
    properties = ", ".join(map(written, kind.shape.members, kind.shape.members.values()))
    attributes = ", ".join(f"`{name}`" for name in sorted(kind.attributes))
    fixed = ", ".join(f"`{name}`" for name in kind.shape.members if name in kind.fixed)
    return f"| `{kind.type}` | {properties} | {attributes} | {fixed} |"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.type)
def test_every_type_is_in_the_document_with_its_properties(kind: Kind):
    assert row(kind) in DOCUMENT.splitlines()


def test_no_other_type_is_in_the_document():
    assert DOCUMENT.count("\n| `AWS::") == len(KINDS)


@pytest.mark.parametrize(
    "name",
    [
        *serverless.TYPES,
        *serverless.EVENTS,
        *template.NAMES,
        *template.SECTIONS,
        *template.RESOURCE_MEMBERS,
        *parameters.TYPES,
    ],
)
def test_every_part_of_templates_is_in_the_document(name: str):
    assert f"`{name}`" in DOCUMENT
