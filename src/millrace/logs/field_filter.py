"""Filter patterns of fields between blanks: `[ip, user, ..., status = 4* && status != 404, bytes > 1000]`. Pure.

A message is cut at its blanks; what stands in brackets or quotation marks is one field. It matches if it has as
many fields as the pattern (`...` stands for any number of them) and each is as its comparisons want it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from millrace.logs.json_filter import Parser, Test, compare, number, tokens

_FIELD = re.compile(r'\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)')
_COMMA = re.compile(r""",(?=(?:[^"%]|"(?:[^"\\]|\\.)*"|%(?:[^%\\]|\\.)*%)*$)""")
_NAME = re.compile(r"[A-Za-z_$][\w$\-]*")
_ANY = "..."


@dataclass(frozen=True, slots=True)
class _Field:
    """One place of a pattern; `test` is None where anything may stand."""

    name: str
    test: Test | None


def compile_fields(text: str) -> Callable[[str], bool]:
    """Raises ValueError for what is not a pattern of fields."""
    if not text.endswith("]"):
        raise ValueError("] is expected at the end")
    places = [part.strip() for part in _COMMA.split(text[1:-1])]
    if places.count(_ANY) > 1:
        raise ValueError(f"{_ANY} may stand in one place")
    at = places.index(_ANY) if _ANY in places else None
    fields = [_field(place) for place in places if place != _ANY]

    def matches(message: str) -> bool:
        found = split(message)
        if len(found) < len(fields) or (at is None and len(found) > len(fields)):
            return False
        if at is not None:
            behind = len(fields) - at
            found = found[:at] + (found[-behind:] if behind else [])
        return all(
            field.test is None or field.test(value) for field, value in zip(fields, found, strict=True)
        )

    return matches


def split(message: str) -> list[str]:
    """The fields of a message."""
    return [bracketed or quoted or bare for bracketed, quoted, bare in _FIELD.findall(message)]


def _field(place: str) -> _Field:
    if _NAME.fullmatch(place):
        return _Field(place, None)
    parser = _FieldParser(place)
    test = parser.alternatives()
    parser.end()
    return _Field(parser.name, test)


class _FieldParser(Parser):
    """Comparisons of one field, which is named in each."""

    def __init__(self, place: str) -> None:
        super().__init__(tokens(place))
        self.name = ""

    def comparison(self) -> Test:
        kind, name = self.take()
        if kind not in ("word", "path") or self.name not in ("", name):
            raise ValueError(f"the name of the field is expected, not {name}")
        self.name = name
        _, sign = self.take()
        test = compare(sign, *self.take())
        return lambda text: test(text) or (sign in _ORDERING and test(number(text)))


_ORDERING = ("<", "<=", ">", ">=")
