"""The Condition element of a policy statement. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import base64
import binascii
import ipaddress
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from millrace.core.clock import parse_iso
from millrace.iam.documents import as_list, is_object
from millrace.iam.patterns import Facts, compile_pattern

T = TypeVar("T")
# Decides about one value of the request; None when a policy variable has no value.
Test = Callable[[str, Facts], bool | None]
# Makes the test for one value of the document; raises ValueError for a value that cannot be.
Maker = Callable[[str, bool], Test]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_OPERATOR = re.compile(r"(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?", re.IGNORECASE)


class UnreadableValueError(ValueError):
    """A value that its operator cannot read: for instance a date that is none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. Its tests are alternatives; a negated operator wants none to hold."""

    key: str
    tests: tuple[Test, ...]
    negated: bool
    quantifier: str | None
    if_exists: bool
    null: bool | None = None

    def holds(self, facts: Facts) -> bool:
        """Whether a request with these facts (keys in lower case) meets this condition."""
        fact = facts.get(self.key)
        if self.null is not None:
            return (fact is None) is self.null
        values = [fact] if isinstance(fact, str) else list(fact or ())
        if not values:
            return self.if_exists or self.quantifier == "forallvalues" or self._absent()
        answers = [self._answer(value, facts) for value in values]
        if self.quantifier == "forallvalues" or (self.negated and self.quantifier is None):
            return all(answers)
        return any(answers)

    def _absent(self) -> bool:
        """Without the key, what must not be equal is not equal; "for any value" finds none."""
        return self.negated and self.quantifier is None

    def _answer(self, value: str, facts: Facts) -> bool:
        answers = [test(value, facts) for test in self.tests]
        if self.negated:
            return not any(answers) and None not in answers
        return any(answers)


def compile_conditions(block: Mapping[str, Any], *, variables: bool) -> tuple[Condition, ...]:
    """All conditions of a Condition block: each must hold. Raises ValueError for what is none."""
    conditions: list[Condition] = []
    for name, keys in block.items():
        if not is_object(keys):
            raise ValueError(f"not a map of keys: {name}")
        conditions.extend(_condition(name, key, values, variables=variables) for key, values in keys.items())
    return tuple(conditions)


def _condition(name: str, key: str, values: Any, *, variables: bool) -> Condition:
    match = _OPERATOR.fullmatch(name)
    if match is None:
        raise ValueError(f"not an operator: {name}")
    quantifier = match.group(1).lower() if match.group(1) else None
    word = match.group(2).lower()
    texts = condition_texts(values)
    if word == "null" and texts:
        return Condition(
            key.lower(), (), negated=False, quantifier=None, if_exists=False, null=_truth(texts[0])
        )
    make, negated = _OPERATORS.get(word, (None, False))
    if make is None:
        raise ValueError(f"not an operator: {name}")
    try:
        tests = tuple(make(text, variables) for text in texts)
    except ValueError as error:
        raise UnreadableValueError(str(error)) from error
    return Condition(key.lower(), tests, negated, quantifier, if_exists=match.group(3) is not None)


def condition_texts(values: Any) -> Sequence[str]:
    """The values of a key as texts: JSON numbers and booleans stand for their spelling."""
    texts: list[str] = []
    for value in as_list(values):
        if isinstance(value, bool):
            texts.append("true" if value else "false")
        elif isinstance(value, str | int | float):
            texts.append(str(value))
        else:
            raise ValueError(f"neither a text, a number nor a boolean: {value}")  # noqa: TRY004 # one error for all that cannot be
    return texts


def _truth(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(f"not a boolean: {text}")
    return text.lower() == "true"


def _string(text: str, variables: bool, *, fold: bool = False, wildcards: bool = False) -> Test:
    pattern = compile_pattern(text, fold=fold, wildcards=wildcards, variables=variables)
    return pattern.matches


def _arn(text: str, variables: bool) -> Test:
    """The six parts of an ARN are compared one by one, so that no `*` reaches over a colon."""
    patterns = [compile_pattern(part, variables=variables) for part in text.split(":", 5)]

    def test(value: str, facts: Facts) -> bool | None:
        parts = value.split(":", 5)
        if len(parts) != len(patterns):
            return False
        answers = [pattern.matches(part, facts) for pattern, part in zip(patterns, parts, strict=True)]
        return False if False in answers else (None if None in answers else True)

    return test


def _parsed(parse: Callable[[str], T], compare: Callable[[T, T], bool], text: str, _variables: bool) -> Test:
    """A test on parsed values: `compare(value of the request, value of the document)`."""
    wanted = parse(text)

    def test(value: str, _facts: Facts) -> bool:
        try:
            return compare(parse(value), wanted)
        except ValueError:
            return False

    return test


def _number(text: str) -> float:
    if not _NUMBER.fullmatch(text.strip()):
        raise ValueError(f"not a number: {text}")
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"not a number: {text}")
    return number


def _date(text: str) -> float:
    """Epoch seconds of an ISO 8601 date, or of epoch seconds."""
    return _number(text) if _NUMBER.fullmatch(text.strip()) else parse_iso(text)


def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {text}") from error


def _address(text: str, _variables: bool) -> Test:
    network = ipaddress.ip_network(text, strict=False)

    def test(value: str, _facts: Facts) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return test


def _ordered(prefix: str, parse: Callable[[str], float]) -> dict[str, tuple[Maker, bool]]:
    return {
        f"{prefix}equals": (partial(_parsed, parse, operator.eq), False),
        f"{prefix}notequals": (partial(_parsed, parse, operator.eq), True),
        f"{prefix}lessthan": (partial(_parsed, parse, operator.lt), False),
        f"{prefix}lessthanequals": (partial(_parsed, parse, operator.le), False),
        f"{prefix}greaterthan": (partial(_parsed, parse, operator.gt), False),
        f"{prefix}greaterthanequals": (partial(_parsed, parse, operator.ge), False),
    }


# By the operator's name in lower case: what makes its tests, and whether it is negated.
_OPERATORS: Mapping[str, tuple[Maker, bool]] = {
    "stringequals": (_string, False),
    "stringnotequals": (_string, True),
    "stringequalsignorecase": (partial(_string, fold=True), False),
    "stringnotequalsignorecase": (partial(_string, fold=True), True),
    "stringlike": (partial(_string, wildcards=True), False),
    "stringnotlike": (partial(_string, wildcards=True), True),
    **_ordered("numeric", _number),
    **_ordered("date", _date),
    "bool": (partial(_parsed, _truth, operator.eq), False),
    "binaryequals": (partial(_parsed, _binary, operator.eq), False),
    "ipaddress": (_address, False),
    "notipaddress": (_address, True),
    "arnequals": (_arn, False),
    "arnlike": (_arn, False),
    "arnnotequals": (_arn, True),
    "arnnotlike": (_arn, True),
}
