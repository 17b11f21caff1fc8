"""What the model demands of a value beyond its type, and AWS's one sentence for all that fails.

A checker walks converted parameters and reports every failed constraint; `refusal` joins them into
"2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be
null; Value ...". Members are named in lower camel case, list elements from 1 with `.member` behind, map
values by their key with `.member` behind. Where nothing is demanded below a shape it has no checker.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.wire.printing import printed
from millrace.wire.shapes import Shape

# Adds what fails to `report`; the text is the path of the value.
Checker = Callable[[Any, str, list[str]], None]


class Refused(Exception):  # noqa: N818 - it is a verdict, and becomes an AwsError one step up
    """One demand failed for which AWS has a sentence of its own and looks no further."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One constraint: AWS's words for it, and whether a value meets it.

    `in_brackets`: it is named when AWS lists all that it demands of list elements or of a map's keys.
    """

    words: str
    met: Callable[[Any], bool]
    in_brackets: bool = True


class Constraints:
    """Compiles checkers for the shapes of one service, each once.

    `null_in_brackets`: the service names "Member must not be null" among the demands on list elements.
    """

    def __init__(
        self,
        shapes: Mapping[str, Shape],
        *,
        opaque: frozenset[str] = frozenset(),
        null_in_brackets: bool = False,
    ) -> None:
        self._shapes = shapes
        self._opaque = opaque
        self._null_in_brackets = null_in_brackets
        self._made: dict[str, Checker | None] = {}

    def checker(self, reference: Shape) -> Checker | None:
        """The checker for what a shape demands of its values, itself and below."""
        name: str = reference["shape"]
        if name in self._opaque:
            return None
        if name not in self._made:
            self._made[name] = lambda value, path, report: self._late(name, value, path, report)
            self._made[name] = self._make(name)
        return self._made[name]

    def _late(self, name: str, value: Any, path: str, report: list[str]) -> None:
        checker = self._made[name]
        if checker is not None:
            checker(value, path, report)

    def _make(self, name: str) -> Checker | None:
        shape = self._shapes[name]
        own, below = self._own(name), self._below(name)
        if (empty := shape.get("empty")) is not None:
            return _never_empty(empty, _yielding(below) if below and shape.get("yields") else below)
        if (lengths := shape.get("lengths")) is not None:
            own = [_refusing(lengths, shape), *own]
        if not own:
            return below if not shape.get("yields") or below is None else _yielding(below)
        if "name_or_arn" in shape:
            return self._quick(_name(shape["name_or_arn"]), name, own)

        def check(value: Any, path: str, report: list[str]) -> None:
            for demand in own:
                if not demand.met(value):
                    shown = f"'{printed(value, name, self._shapes)}'"
                    report.append(sentence(shown, path, demand.words))
            if below is not None:
                below(value, path, report)

        return check if not shape.get("plain") else _plain(own, below)

    def _quick(self, fine: Callable[[str], object], name: str, own: Sequence[Demand]) -> Checker:
        """Table names are in every request: one look tells that nothing is wrong."""

        def check(value: Any, path: str, report: list[str]) -> None:
            if not fine(value):
                shown = f"'{printed(value, name, self._shapes)}'"
                report.extend(sentence(shown, path, demand.words) for demand in own if not demand.met(value))

        return check

    def _own(self, name: str) -> list[Demand]:
        """What a shape demands of a value as a whole."""
        shape = self._shapes[name]
        if "name_or_arn" in shape:
            return list(_name_or_arn(shape["name_or_arn"]))
        match shape["type"]:
            case "string":
                demands = [*_lengths(shape), *_patterns(shape), *_enums(shape)]
                return demands[::-1] if shape.get("pattern_first") else demands
            case "blob" | "list" | "map":
                return list(_lengths(shape))
            case "integer" | "long" | "float" | "double" | "short" | "byte":
                return list(_ranges(shape))
            case _:
                return []

    def _below(self, name: str) -> Checker | None:
        shape = self._shapes[name]
        match shape["type"]:
            case "structure":
                return self.structure(shape["members"], shape.get("required", ()))
            case "list":
                return self._list(name, shape)
            case "map":
                return self._map(name, shape)
            case _:
                return None

    def structure(self, members: Mapping[str, Shape], required: Sequence[str]) -> Checker | None:
        """The checker for a structure's members."""
        rows = [
            (key, key[0].lower() + key[1:], member.get("missing"), key in required, self.checker(member))
            for key, member in members.items()
        ]
        rows = [row for row in rows if row[2] or row[3] or row[4]]
        if not rows:
            return None
        verdicts = [
            (key, frozenset(self._shapes[member["shape"]]["enum"]), member["verdict"])
            for key, member in members.items()
            if "verdict" in member
        ]

        def check(value: Mapping[str, Any], path: str, report: list[str]) -> None:
            front = f"{path}." if path else ""
            for key, known, verdict in verdicts:
                _judge(value.get(key), known, verdict, value)
            for key, lower, missing, is_required, checker in rows:
                item = value.get(key)
                if item is None:
                    if missing is not None:
                        raise Refused(missing)
                    if is_required:
                        report.append(sentence("null", front + lower, "Member must not be null"))
                elif checker is not None:
                    checker(item, front + lower, report)

        return check

    def _list(self, name: str, shape: Shape) -> Checker:
        element: str = shape["member"]["shape"]
        own = [] if element in self._opaque else self._own(element)
        below = None if element in self._opaque else self._below(element)
        bracket = self._bracket("Member must satisfy constraint", own)

        def check(value: list[Any], path: str, report: list[str]) -> None:
            if not all(demand.met(item) for item in value if item is not None for demand in own):
                report.append(sentence(f"'{printed(value, name, self._shapes)}'", path, bracket))
            for number, item in enumerate(value, 1):
                if item is None:
                    report.append(sentence("null", f"{path}.{number}.member", "Member must not be null"))
                elif below is not None:
                    below(item, f"{path}.{number}.member", report)

        return check

    def _map(self, name: str, shape: Shape) -> Checker | None:
        element: str = shape["value"]["shape"]
        keys = self._own(shape["key"]["shape"])
        own = [] if element in self._opaque else self._own(element)
        below = None if element in self._opaque else self._below(element)
        if not (keys or own or below):
            return None
        key_words = self._bracket("Map keys must satisfy constraint", keys, null=False)
        value_words = self._bracket("Map value must satisfy constraint", own)

        def check(value: dict[str, Any], path: str, report: list[str]) -> None:
            if not all(demand.met(key) for key in value for demand in keys):
                report.append(sentence(f"'{printed(value, name, self._shapes)}'", path, key_words))
            if not all(demand.met(item) for item in value.values() for demand in own):
                report.append(sentence(f"'{printed(value, name, self._shapes)}'", path, value_words))
            if below is not None:
                for key, item in value.items():
                    below(item, f"{path}.{key}.member", report)

        return check

    def _bracket(self, front: str, demands: Sequence[Demand], *, null: bool = True) -> str:
        words = [demand.words for demand in demands if demand.in_brackets]
        if null and self._null_in_brackets:
            words.append("Member must not be null")
        return f"{front}: [{', '.join(words)}]"


def sentence(shown: str, path: str, words: str) -> str:
    """AWS's words for one failed demand; `shown` is the value as printed, in quotes, or null."""
    return f"Value {shown} at '{path}' failed to satisfy constraint: {words}"


def refusal(code: str, report: Sequence[str]) -> AwsError:
    """The one error for everything that failed."""
    told = report[: limits.validation_errors_max]
    count = "1 validation error" if len(told) == 1 else f"{len(told)} validation errors"
    return AwsError(code, f"{count} detected: {'; '.join(told)}", status=400)


def _never_empty(words: str, below: Checker | None) -> Checker:
    """For the few collections whose emptiness AWS answers with words of its own."""

    def check(value: Any, path: str, report: list[str]) -> None:
        if not value:
            raise Refused(words)
        if below is not None:
            below(value, path, report)

    return check


def _judge(item: Any, known: frozenset[str], verdict: Mapping[str, Any], members: Mapping[str, Any]) -> None:
    """Of the few members that AWS judges before all others if there are enough of something beside them."""
    if (
        item is not None
        and item not in known
        and len(members.get(verdict["beside"]) or ()) >= verdict["least"]
    ):
        raise Refused(verdict["words"])


def _yielding(checker: Checker) -> Checker:
    """For the few members at which AWS only looks if nothing before was wrong."""

    def check(value: Any, path: str, report: list[str]) -> None:
        if not report:
            checker(value, path, report)

    return check


def _plain(own: Sequence[Demand], below: Checker | None) -> Checker:
    """For the few members that AWS checks in another layer, which shows no value and its own path."""

    def check(value: Any, path: str, report: list[str]) -> None:
        for demand in own:
            if not demand.met(value):
                front, dot, last = path.rpartition(".")
                shown = _capital(front) + dot + _capital(last)
                report.append(f"Value at '{shown}' failed to satisfy constraint: {demand.words}")
        if below is not None:
            below(value, path, report)

    return check


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lengths(shape: Shape) -> Iterator[Demand]:
    if (most := shape.get("max")) is not None:
        yield Demand(f"Member must have length less than or equal to {most}", lambda v: len(v) <= most)
    if (least := shape.get("min")) is not None and least > 0:
        yield Demand(f"Member must have length greater than or equal to {least}", lambda v: len(v) >= least)


def _refusing(words: str, shape: Shape) -> Demand:
    """For the few names whose length AWS judges with words of its own."""

    def met(value: str) -> bool:
        if not shape["min"] <= len(value) <= shape["max"]:
            raise Refused(words)
        return True

    return Demand(words, met)


def _ranges(shape: Shape) -> Iterator[Demand]:
    shown = str if shape["type"] in {"double", "float"} else _plain_number
    if (most := shape.get("max")) is not None:
        yield Demand(f"Member must have value less than or equal to {shown(most)}", lambda v: v <= most)
    if (least := shape.get("min")) is not None:
        yield Demand(f"Member must have value greater than or equal to {shown(least)}", lambda v: v >= least)


def _plain_number(number: float) -> str:
    """Without an exponent, and without a fraction if there is none: AWS's bounds are mostly integers."""
    return str(int(number)) if number == int(number) else str(number)


def _patterns(shape: Shape) -> Iterator[Demand]:
    if said := shape.get("pattern"):
        # Java's \w, \d and \s know ASCII alone; a pattern of our own says itself what it means.
        ours = shape.get("python_pattern")
        matches = (re.compile(said, re.ASCII) if ours is None else re.compile(ours)).fullmatch
        yield Demand(
            f"Member must satisfy regular expression pattern: {said}", lambda v: matches(v) is not None
        )


def _enums(shape: Shape) -> Iterator[Demand]:
    if values := shape.get("enum"):
        known = frozenset(values)
        yield Demand(f"Member must satisfy enum value set: [{', '.join(values)}]", lambda v: v in known)


def _name(rule: Mapping[str, Any]) -> Callable[[str], object]:
    """Whether a text is a name as the rule has it."""
    return re.compile(f"(?=.{{{rule['min']},{rule['max']}}}$)(?:{rule['pattern']})", re.ASCII).fullmatch


def _name_or_arn(rule: Mapping[str, Any]) -> Iterator[Demand]:
    """Where AWS takes a name or an ARN: what a name must be is not asked of an ARN.

    Operations on items only tell of an empty name that it is empty; for the others it is a bad name as any.
    """
    least, most, pattern = rule["min"], rule["max"], re.compile(rule["pattern"])
    lenient = "empty" not in rule

    def unless_arn(met: Callable[[str], bool]) -> Callable[[str], bool]:
        return lambda v: (lenient and not v) or v.startswith("arn:") or met(v)

    if lenient:
        yield Demand("Member must have length greater than or equal to 1", bool, in_brackets=False)
    yield Demand(
        f"Member must have length less than or equal to {most}", unless_arn(lambda v: len(v) <= most)
    )
    yield Demand(
        f"Member must have length greater than or equal to {least}", unless_arn(lambda v: len(v) >= least)
    )
    yield Demand(
        f"Member must satisfy regular expression pattern: {rule['pattern']}",
        unless_arn(lambda v: pattern.fullmatch(v) is not None),
    )
