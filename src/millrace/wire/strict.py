"""The few operations whose front end reads a request member by member, and says of the first that it cannot read.

SearchVectors is one: its sentences are those of Rust's serde, recorded by dynamodb-conformance in October 2026. A null
is no absent member there, and a missing member is noticed at the end of the body.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from millrace.core.errors import validation_error
from millrace.wire import mismatch
from millrace.wire.shapes import INTEGER_BITS, Shape

_EXPECTED = {"string": "a string", "list": "a sequence", "map": "a map", "integer": "i32"}
_TYPES: Mapping[str, type] = {"string": str, "list": list, "map": dict, "integer": int}
_TOKEN = rb'"%s"\s*:\s*(?:null|true|false|"(?:[^"\\]|\\.)*"|[-+.0-9eE]+)?'

Check = Callable[[bytes, Any], None]


def checker(structure: Shape, shapes: Mapping[str, Shape]) -> Check:
    """A function of a body and what it says, which raises AwsError for the first member that is none."""
    kinds: dict[str, str] = {
        name: shapes[member["shape"]]["type"] for name, member in structure["members"].items()
    }
    required: list[str] = structure["required"]

    def check(body: bytes, said: Any) -> None:
        members: dict[str, Any] = said
        if type(said) is not dict:
            return
        for name, value in members.items():
            kind = kinds.get(name)
            if kind is not None and not (value is None and name not in required):
                _check_member(body, name, kind, value)
        for name in required:
            if name not in members:
                raise validation_error(f"missing field `{name}` at {_place(body, len(body.rstrip()))}")

    return check


def _check_member(body: bytes, name: str, kind: str, value: Any) -> None:
    end = 1 << INTEGER_BITS.get(kind, 0)
    if type(value) is not _TYPES[kind]:
        wrong = f"invalid type: {_told(value)}"
    elif kind == "integer" and not -end <= value < end:
        wrong = f"invalid value: {_told(value)}"
    else:
        return
    found = re.search(_TOKEN % re.escape(name.encode()), body)
    place = _place(body, len(body) if found is None else found.end())
    raise mismatch.error(f"{wrong}, expected {_EXPECTED[kind]} at {place}")


def _place(body: bytes, end: int) -> str:
    lines = body[:end].split(b"\n")
    return f"line {len(lines)} column {len(lines[-1])}"


def _told(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int():
            return f"integer `{value}`"
        case float():
            return f"floating point `{value}`"
        case str():
            return f'string "{value}"'
        case list():
            return "sequence"
        case _:
            return "map"
