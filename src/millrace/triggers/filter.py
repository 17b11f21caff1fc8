"""FilterCriteria: which records a mapping wants. Pure.

A pattern is compiled once into nested predicates. The rules are EventBridge's, as recorded of AWS's
TestEventPattern, on the record as it would stand in the function's event:
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

import ipaddress
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import orjson

from millrace.core import limits, patterns
from millrace.core.patterns import Leaf, Test
from millrace.triggers.elements import Choice, Field, Nodes, Search, Steps, meeting, steps_of

Predicate = Callable[[Mapping[str, Any]], bool]


class InvalidPatternError(Exception):
    """Invalid filter pattern definition."""


def compile_filters(texts: tuple[str, ...]) -> Predicate | None:
    """Whether a record matches any of the patterns; None if there are none, and so all records pass."""
    predicates = [compile_pattern(text) for text in texts]
    if not predicates:
        return None
    return predicates[0] if len(predicates) == 1 else lambda record: any(p(record) for p in predicates)


@lru_cache(maxsize=512)
def compile_pattern(text: str) -> Predicate:
    """What a pattern asks of a record. Raises InvalidPatternError, whose message AWS keeps to itself."""
    try:
        pattern = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidPatternError(str(error)) from error
    if not isinstance(pattern, dict):
        raise InvalidPatternError("Filter is not an object")
    nodes = _all_of(cast("dict[str, Any]", pattern), ())
    passes, meets = _conjunction(nodes), meeting(nodes)
    if meets is None:
        return passes
    return lambda record: passes(record) and (not meets(record) or Search(record).fits(nodes, {}))


def check(text: str) -> None:
    """Refuse what nobody may ask for. Raises InvalidPatternError.

    An `$or` of one alternative is none to AWS. It was taken here once, so mappings that have it go on.
    """
    try:
        pattern = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidPatternError(str(error)) from error
    _check_shape(pattern, 0)
    compile_pattern(text)


def _check_shape(pattern: Any, depth: int) -> None:
    """Records are not nested as deeply as a pattern could be, and each level costs."""
    if depth > limits.filter_depth_max:
        raise InvalidPatternError("Nested too deeply")
    if not isinstance(pattern, dict):
        return
    for name, value in cast("dict[str, Any]", pattern).items():
        if name == "$or" and isinstance(value, list):
            choices = cast("list[Any]", value)
            if len(choices) == 1:
                raise InvalidPatternError("There must have at least 2 Objects in $or relationship.")
            for choice in choices:
                _check_shape(choice, depth + 1)
        else:
            _check_shape(value, depth + 1 + name.count("."))


@dataclass(frozen=True, slots=True)
class Miss:
    """One condition of a pattern that a record does not meet.

    `path` is where the pattern looks, with dots, `wanted` what it has there and `found` the record's values
    there: none if there is nothing. Of an `$or`, `alternatives` has what each of them misses.
    """

    path: str
    wanted: Any
    found: tuple[Any, ...] = ()
    alternatives: tuple[tuple["Miss", ...], ...] = ()


def explain(text: str, record: Mapping[str, Any]) -> tuple[Miss, ...]:
    """Why a record does not match a pattern, condition by condition; nothing if it matches."""
    compile_pattern(text)  # what follows relies on its being one
    pattern = orjson.loads(text)
    misses = tuple(_misses(pattern, (), record))
    if misses or compile_pattern(text)(record):
        return misses
    return (Miss("", pattern),)  # each condition is met, but by different elements of one list


def _misses(pattern: dict[str, Any], path: tuple[str, ...], record: Mapping[str, Any]) -> Iterator[Miss]:
    for name, value in pattern.items():
        if name == "$or" and isinstance(value, list):
            choices = cast("list[dict[str, Any]]", value)
            alternatives = tuple(tuple(_misses(choice, path, record)) for choice in choices)
            if all(alternatives):
                yield Miss(".".join((*path, name)), choices, (), alternatives)
            continue
        here = (*path, *name.split("."))
        if isinstance(value, dict):
            yield from _misses(cast("dict[str, Any]", value), here, record)
        else:
            found = tuple(_find(record, steps_of(here)))
            if not _leaf(value)(found):
                yield Miss(".".join(here), value, found)


def _all_of(pattern: dict[str, Any], path: tuple[str, ...]) -> Nodes:
    if not pattern:
        raise InvalidPatternError("Empty objects are not allowed")
    return tuple(node for name, value in pattern.items() for node in _member(name, value, path))


def _member(name: str, value: Any, path: tuple[str, ...]) -> Nodes:
    if name == "$or" and isinstance(value, list):
        return (_any_of(cast("list[Any]", value), path),)
    # A dot in a name is the same as another level.
    path = (*path, *name.split("."))
    if isinstance(value, dict):
        return _all_of(cast("dict[str, Any]", value), path)
    if not isinstance(value, list):
        raise InvalidPatternError(f'"{name}" must be an object or an array')
    return (Field(path, steps_of(path), _leaf(cast("list[Any]", value))),)


def _any_of(alternatives: list[Any], path: tuple[str, ...]) -> Choice:
    if not alternatives or not all(isinstance(alternative, dict) for alternative in alternatives):
        raise InvalidPatternError("$or must be an array of objects")
    return Choice(tuple(_all_of(alternative, path) for alternative in alternatives))


def _conjunction(nodes: Nodes) -> Predicate:
    """Whether each field is met, by whatever element of a list."""
    predicates = [_single(node) for node in nodes]
    return predicates[0] if len(predicates) == 1 else lambda record: all(p(record) for p in predicates)


def _single(node: Field | Choice) -> Predicate:
    if isinstance(node, Choice):
        predicates = [_conjunction(alternative) for alternative in node.alternatives]
        return lambda record: any(predicate(record) for predicate in predicates)
    leaf, steps = node.leaf, node.steps
    return lambda record: leaf(_find(record, steps))


def _find(value: Any, steps: Steps, depth: int = 0) -> list[Any]:
    """The leaves at a path: an object there is none, arrays give what is in them."""
    while isinstance(value, dict):
        if depth == len(steps):
            return []
        members = cast("dict[str, Any]", value)
        ways = [(members[name], end) for name, end in steps[depth] if name in members]
        if len(ways) != 1:
            return [leaf for member, end in ways for leaf in _find(member, steps, end)]
        value, depth = ways[0]
    if isinstance(value, list):
        return [leaf for element in cast("list[Any]", value) for leaf in _find(element, steps, depth)]
    return [value] if depth == len(steps) else []


def _leaf(alternatives: list[Any]) -> Leaf:
    if not alternatives:
        raise InvalidPatternError("Empty arrays are not allowed")
    if all(isinstance(alternative, str) for alternative in alternatives):
        # By far the most frequent kind.
        texts = frozenset(cast("list[str]", alternatives))
        return lambda values: any(isinstance(value, str) and value in texts for value in values)
    leaves = [_alternative(alternative) for alternative in alternatives]
    return leaves[0] if len(leaves) == 1 else lambda values: any(leaf(values) for leaf in leaves)


def _alternative(alternative: Any) -> Leaf:
    if isinstance(alternative, list):
        raise InvalidPatternError("Match value must be String, number, true, false, or null")
    if not isinstance(alternative, dict):
        return patterns.on_any(patterns.equals(alternative))
    operator, operand = _only(cast("dict[str, Any]", alternative))
    if operator == "exists":
        if not isinstance(operand, bool):
            raise InvalidPatternError("exists match pattern must be either true or false")
        return lambda values: bool(values) is operand
    if operator not in _OPERATORS:
        raise InvalidPatternError(f"Unrecognized match type {operator}")
    return patterns.on_any(_OPERATORS[operator](operand))


def _only(alternative: dict[str, Any]) -> tuple[str, Any]:
    if len(alternative) != 1:
        raise InvalidPatternError("Only one key allowed in match expression")
    return next(iter(alternative.items()))


def _text(operand: Any, operator: str) -> str:
    if not isinstance(operand, str):
        raise InvalidPatternError(f"{operator} match pattern must be a string")
    return operand


def _affix(name: str, has: Callable[[str, str], bool]) -> Callable[[Any], Test]:
    """`prefix` and `suffix`: a text, or {"equals-ignore-case": text}."""

    def compile_operand(operand: Any) -> Test:
        if isinstance(operand, dict):
            inner, folded = _only(cast("dict[str, Any]", operand))
            if inner != "equals-ignore-case":
                raise InvalidPatternError(f"Unsupported anything-but pattern: {inner}")
            return patterns.affix_ignore_case(_text(folded, name), has)
        return patterns.affix(_text(operand, name), has)

    return compile_operand


def _equals_ignore_case(operand: Any) -> Test:
    return patterns.equals_ignore_case(_text(operand, "equals-ignore-case"))


def _wildcard(operand: Any) -> Test:
    """`*` is any characters; a backslash before `*` or a backslash takes its meaning away."""
    text = _text(operand, "wildcard")
    parts: list[str] = re.findall(r"\\[*\\]|.", text, re.DOTALL)
    if any(one == other == "*" for one, other in itertools.pairwise(parts)):
        raise InvalidPatternError("Consecutive wildcard characters")
    if any(part == "\\" for part in parts):
        raise InvalidPatternError("Invalid escape character")
    _check_complexity(parts)
    literals = [""]
    for part in parts:
        if part == "*":
            literals.append("")
        else:
            literals[-1] += part[-1]
    return patterns.wildcard(literals)


def _check_complexity(parts: list[str]) -> None:
    """AWS gives no number: its own example of too much has five wildcards with the same character after them."""
    after = [follower for part, follower in itertools.pairwise(parts) if part == "*"]
    if any(after.count(follower) > limits.filter_wildcards_alike_max for follower in set(after)):
        raise InvalidPatternError("Rule is too complex - try using fewer wildcard characters")


def _numeric(operand: Any) -> Test:
    """`["=", 5]`, `[">", 0]` or `[">", 0, "<=", 5]`."""
    if not isinstance(operand, list):
        raise InvalidPatternError("Value of numeric must be an array.")
    parts = cast("list[Any]", operand)
    signs, bounds = parts[::2], parts[1::2]
    if not parts or len(signs) != len(bounds) or len(signs) > 2:
        raise InvalidPatternError("Bad numeric range")
    if not all(isinstance(sign, str) and sign in patterns.COMPARISONS for sign in signs):
        raise InvalidPatternError("Unrecognized numeric range operator")
    if not all(patterns.is_number(bound) for bound in bounds):
        raise InvalidPatternError("Value must be numeric")
    problem = patterns.range_problem(signs, bounds)
    if problem is not None:
        raise InvalidPatternError(problem)
    return patterns.compares(signs, bounds)


def _cidr(operand: Any) -> Test:
    text = _text(operand, "cidr")
    if text.count("/") != 1:
        raise InvalidPatternError("Malformed CIDR, one '/' required")
    try:
        return patterns.within(ipaddress.ip_network(text, strict=False))
    except ValueError as error:
        raise InvalidPatternError(f"Malformed CIDR: {error}") from error


def _anything_but(operand: Any) -> Test:
    """What is there and is not this, or none of these; what is not there never matches."""
    if isinstance(operand, dict):
        operator, unwanted = _only(cast("dict[str, Any]", operand))
        if operator not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
            raise InvalidPatternError(f"Unsupported anything-but pattern: {operator}")
        choices = _unwanted(unwanted)
        # Here, other than elsewhere, an affix is a text, and not empty.
        if operator in ("prefix", "suffix") and not all(isinstance(each, str) and each for each in choices):
            raise InvalidPatternError("Null prefix/suffix not allowed")
        tests = [_OPERATORS[operator](each) for each in choices]
    else:
        choices = _unwanted(operand)
        if not all(isinstance(each, str) or patterns.is_number(each) for each in choices):
            raise InvalidPatternError("Inside anything but list, start|null|boolean is not supported.")
        tests = [patterns.equals(each) for each in choices]
    return lambda value: not any(test(value) for test in tests)


def _unwanted(operand: Any) -> list[Any]:
    choices = cast("list[Any]", operand) if isinstance(operand, list) else [operand]
    if not choices:
        raise InvalidPatternError("Empty arrays are not allowed")
    return choices


_OPERATORS: dict[str, Callable[[Any], Test]] = {
    "prefix": _affix("prefix", str.startswith),
    "suffix": _affix("suffix", str.endswith),
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "numeric": _numeric,
    "cidr": _cidr,
    "anything-but": _anything_but,
}
