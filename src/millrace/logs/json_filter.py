"""JSON filter patterns: `{ $.level = "ERROR" && ($.code >= 500 || $.user NOT EXISTS) }`. Pure.

The pattern becomes nested functions. A message that is not a JSON object or array matches no such pattern.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import translate
from typing import Any, TypeGuard

import orjson

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<path>\$(?:\.[A-Za-z0-9_\-]+|\[(?:\d+|\*|"[^"]*"|'[^']*')\])*)
    | (?P<sign>&&|\|\||!=|<=|>=|=|<|>|\(|\)|\{|\})
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<regex>%(?:[^%\\]|\\.)+%)
    | (?P<word>[^\s&|!=<>(){}"%]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_STEP = re.compile(r"""\.([A-Za-z0-9_\-]+)|\[(\d+)\]|\[(\*)\]|\[["']([^"']*)["']\]""")
_NESTING_MAX = 32  # parentheses; a pattern has 1,024 characters at most
_ORDERED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_json(text: str) -> Callable[[str], bool]:
    """Raises ValueError for what is not a JSON pattern."""
    test = _JsonParser(tokens(text)).pattern()

    def matches(message: str) -> bool:
        try:
            document = orjson.loads(message)
        except orjson.JSONDecodeError:
            return False
        return isinstance(document, dict | list) and test(document)

    return matches


def compile_regex(text: str) -> Callable[[str], bool]:
    """A `%…%` expression. Like AWS's it has no groups, so that none can repeat a repetition."""
    if re.search(r"(?<!\\)(?:\\\\)*[()]", text):
        raise ValueError(f"parentheses are not supported in expressions: {text}")
    try:
        compiled = re.compile(text.replace("\\%", "%"), re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return lambda message: compiled.search(message) is not None


class Parser:
    """Recursive descent: alternatives of conjunctions of comparisons. What a comparison is, a kind of pattern says."""

    def __init__(self, tokens: Iterable[tuple[str, str]]) -> None:
        self._tokens = list(tokens)
        self._at = 0
        self._depth = 0

    def alternatives(self) -> Test:
        self._depth += 1
        if self._depth > _NESTING_MAX:
            raise ValueError("too many parentheses")
        tests = [self._conjunction()]
        while self.accept("||"):
            tests.append(self._conjunction())
        self._depth -= 1
        return tests[0] if len(tests) == 1 else lambda document: any(test(document) for test in tests)

    def end(self) -> None:
        """Raises ValueError if anything is left."""
        if self._at < len(self._tokens):
            raise ValueError(f"unexpected {self._peek()[1]}")

    def comparison(self) -> Test:
        raise NotImplementedError

    def take(self) -> tuple[str, str]:
        """The kind and the text of the next token."""
        token = self._peek()
        self._at += 1
        return token

    def accept(self, sign: str) -> bool:
        if self._peek() != ("sign", sign):
            return False
        self._at += 1
        return True

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            raise ValueError(f"{sign} is expected, not {self._peek()[1]}")

    def _conjunction(self) -> Test:
        tests = [self._term()]
        while self.accept("&&"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda document: all(test(document) for test in tests)

    def _term(self) -> Test:
        if not self.accept("("):
            return self.comparison()
        test = self.alternatives()
        self.expect(")")
        return test

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")


class _JsonParser(Parser):
    """Comparisons of what a selector finds."""

    def pattern(self) -> Test:
        self.expect("{")
        test = self.alternatives()
        self.expect("}")
        self.end()
        return test

    def comparison(self) -> Test:
        kind, path = self.take()
        if kind != "path":
            raise ValueError(f"a selector is expected, not {path}")
        steps = _steps(path)
        kind, sign = self.take()
        if kind == "word":
            return _special(steps, sign.upper(), self.take()[1].upper())
        test = compare(sign, *self.take())
        return _some(steps, test)


def compare(sign: str, kind: str, text: str) -> Test:
    """What decides about one value: `=` and `!=` know numbers, `*` and expressions, the others numbers alone."""
    if sign in ("=", "!="):
        equal = _equal_to(kind, text)
        return equal if sign == "=" else lambda value: not equal(value)
    if sign in _ORDERED:
        return _in_order(_ORDERED[sign], text)
    raise ValueError(f"an operator is expected, not {sign}")


def tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ValueError(f"unexpected {text[at:]}")
        yield match.lastgroup, match.group(match.lastgroup)
        at = match.end()


def _steps(path: str) -> tuple[str | int | None, ...]:
    """The members, places and "any place" (None) that lead to a value."""
    steps: list[str | int | None] = []
    for name, place, star, quoted in _STEP.findall(path):
        steps.append(None if star else (int(place) if place else name or quoted))
    return tuple(steps)


def _found(document: Any, steps: tuple[str | int | None, ...]) -> list[Any]:
    values: list[Any] = [document]
    for step in steps:
        following: list[Any] = []
        for value in values:
            if _is_list(value):
                if step is None:
                    following.extend(value)
                elif isinstance(step, int) and step < len(value):
                    following.append(value[step])
            elif _is_object(value) and isinstance(step, str) and step in value:
                following.append(value[step])
        values = following
    return values


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _some(steps: tuple[str | int | None, ...], test: Test) -> Test:
    return lambda document: any(test(value) for value in _found(document, steps))


def _special(steps: tuple[str | int | None, ...], word: str, following: str) -> Test:
    """`IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`, `EXISTS` is not one of AWS's."""
    if (word, following) == ("NOT", "EXISTS"):
        return lambda document: not _found(document, steps)
    wanted = {"NULL": None, "TRUE": True, "FALSE": False}
    if word != "IS" or following not in wanted:
        raise ValueError(f"unknown operator {word} {following}")
    return _some(steps, lambda value: value is wanted[following])


def _equal_to(kind: str, text: str) -> Test:
    if kind == "regex":
        search = compile_regex(text[1:-1])
        return lambda value: isinstance(value, str | int | float) and search(_spelling(value))
    if kind not in ("string", "word"):
        raise ValueError(f"a value is expected, not {text}")
    word = re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "string" else text
    figure = number(word) if kind == "word" else None
    glob = re.compile(translate(word.replace("[", "[[]").replace("?", "[?]")))

    def test(value: Any) -> bool:
        if figure is not None and isinstance(value, int | float) and not isinstance(value, bool):
            return value == figure
        return isinstance(value, str | int | float) and glob.match(_spelling(value)) is not None

    return test


def _in_order(ordered: Callable[[float, float], bool], text: str) -> Test:
    figure = number(text)
    if figure is None:
        raise ValueError(f"a number is expected, not {text}")

    def test(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and ordered(value, figure)

    return test


def number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d*)?([eE][+-]?\d{1,3})?", text, re.ASCII) else None


def _spelling(value: str | float) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
