"""What a property's value may be, and its one way to be written. Pure.

`problems` looks at a template's value and names what cannot be; `normal` writes a value so that two which mean
the same are equal: numbers as numbers, defaults filled in, sets sorted.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from millrace.deploy.document import array, record, text
from millrace.deploy.intrinsics import Unknown

# A path below the property, and a sentence.
Finding = tuple[str, str]
TAG_PREFIX = "millrace:"


class Shape(Protocol):
    """How a value looks."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        """What cannot be at `path` and below."""
        ...

    def normal(self, value: Any) -> Any:
        """The value in its one way to be written. What is `Unknown` stays so."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text, one of `choices` if there are any."""

    choices: tuple[str, ...] = ()

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        written = text(value)
        if written is None:
            yield path, "must be a text"
        elif self.choices and written not in self.choices:
            yield path, f"{written} is not supported; supported: {', '.join(self.choices)}"

    def normal(self, value: Any) -> Any:
        return value if isinstance(value, Unknown) else text(value)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number; `only` is the one that is supported, if there is one."""

    only: int | None = None

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        try:
            number = self.normal(value)
        except ValueError:
            yield path, f"must be a whole number, not {value!r}"
            return
        if self.only is not None and number != self.only:
            yield path, f"{number} is not supported; supported: {self.only}"

    def normal(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            return value
        if isinstance(value, bool):
            raise ValueError(value)  # noqa: TRY004 -- a text that is no number raises the same
        return int(text(value) or "none")


@dataclass(frozen=True, slots=True)
class Weight:
    """A part of the whole: a number from 0 to 1."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        try:
            fits = 0 <= self.normal(value) <= 1
        except ValueError:
            fits = False
        if not fits:
            yield path, f"must be a number from 0 to 1, not {value!r}"

    def normal(self, value: Any) -> Any:
        return value if isinstance(value, Unknown) else float(text(value) or "none")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        written = (text(value) or "").lower()
        if written not in {"true", "false"}:
            yield path, f"must be true or false, not {value!r}"

    def normal(self, value: Any) -> Any:
        return value if isinstance(value, Unknown) else (text(value) or "").lower() == "true"


@dataclass(frozen=True, slots=True)
class Json:
    """A document, or a text that is one."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, str):
            try:
                json.loads(value)
            except ValueError as error:
                yield path, f"is not JSON: {error}"
        elif record(value) is None and not isinstance(value, Unknown):
            yield path, "must be a document"

    def normal(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Names:
    """A map of texts."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        form = record(value)
        if form is None:
            yield path, "must be a map of names and texts"
            return
        for name, part in form.items():
            yield from Text().problems(part, f"{path}.{name}")

    def normal(self, value: Any) -> Any:
        form = record(value)
        return value if form is None else {name: Text().normal(form[name]) for name in sorted(form)}


@dataclass(frozen=True, slots=True)
class Tags:
    """AWS's list of Key and Value, or a map; in its one way a map."""

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        form = record(value)
        if form is None:
            yield from _TAG_LIST.problems(value, path)
            form = dict.fromkeys(str((record(tag) or {}).get("Key")) for tag in array(value) or [])
        for name in form:
            if name.startswith(TAG_PREFIX):
                yield path, f"{name}: names that begin with {TAG_PREFIX} are millrace's own"

    def normal(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            return value
        form = record(value)
        if form is None:
            form = {str(tag["Key"]): tag["Value"] for tag in array(value) or []}
        return Names().normal(form)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list. Where order means nothing it is sorted, by the member `key` of its records or as it is."""

    of: Shape
    key: str = ""
    ordered: bool = False

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        elements = array(value)
        if elements is None:
            yield path, "must be a list"
            return
        for place, element in enumerate(elements):
            yield from self.of.problems(element, f"{path}[{place}]")

    def normal(self, value: Any) -> Any:
        elements = array(value)
        if elements is None:
            return value
        normal = [self.of.normal(element) for element in elements]
        return normal if self.ordered else sorted(normal, key=self._place)

    def _place(self, element: Any) -> str:
        return str(element.get(self.key)) if self.key and not isinstance(element, Unknown) else str(element)


REQUIRED: Any = object()
OPEN: Any = object()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a record. `default`: what it is when it is not written; REQUIRED; or OPEN, AWS decides."""

    shape: Shape
    default: Any = OPEN


@dataclass(frozen=True, slots=True)
class Record:
    """Named members and no others."""

    members: Mapping[str, Member]

    def problems(self, value: Any, path: str) -> Iterator[Finding]:
        if isinstance(value, Unknown):
            return
        form = record(value)
        if form is None:
            yield path, "must have named members"
            return
        below = f"{path}." if path else ""
        for name, part in form.items():
            if name not in self.members:
                yield below + name, f"is not supported; supported: {', '.join(self.members)}"
            else:
                yield from self.members[name].shape.problems(part, below + name)
        for name, member in self.members.items():
            if member.default is REQUIRED and name not in form:
                yield below + name, "is missing"

    def normal(self, value: Any) -> Any:
        form = record(value)
        if form is None:
            return value
        found: dict[str, Any] = {}
        for name, member in self.members.items():
            if name in form:
                found[name] = member.shape.normal(form[name])
            elif member.default not in (REQUIRED, OPEN):
                found[name] = member.default
        return found


_TAG_LIST = Listed(Record({"Key": Member(Text(), REQUIRED), "Value": Member(Text(), REQUIRED)}))


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most of AWS's operations take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as a map, from what most of AWS's operations answer."""
    return {tag["Key"]: tag["Value"] for tag in tags}
