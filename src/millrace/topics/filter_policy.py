"""Filter policies: which messages a subscription wants. Pure.

https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
"""

import ipaddress
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

import orjson

from millrace.core import limits, patterns
from millrace.core.patterns import Leaf, Test
from millrace.iam.documents import is_object

# Whether a message passes; it is given the values at a path.
Values = Callable[[tuple[str, ...]], Sequence[Any]]
Predicate = Callable[[Values], bool]


class FilterError(Exception):
    """What is wrong with a filter policy, in SNS's words after "FilterPolicy: "."""


@lru_cache(maxsize=512)
def compile_policy(text: str, *, nested: bool) -> Predicate:
    """What a policy asks of a message; `nested` for those on bodies. Raises FilterError."""
    try:
        policy = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise FilterError(f"failed to parse JSON. {error}") from None
    if not is_object(policy):
        raise FilterError("failed to parse JSON. Filter policy must be a JSON object")
    if len(policy) > limits.topic_filter_keys_max:
        raise FilterError(f"Filter policy can not have more than {limits.topic_filter_keys_max} keys")
    try:
        if _combinations(policy, 1) > limits.topic_filter_combinations_max:
            raise FilterError("Filter policy is too complex")
        return _all_of(policy, (), nested=nested)
    except RecursionError:
        raise FilterError("Filter policy is too complex") from None


def attribute_values(attributes: Mapping[str, tuple[str, str]]) -> Values:
    """How a policy sees message attributes: texts, numbers, and the elements of String.Array."""

    def values(path: tuple[str, ...]) -> Sequence[Any]:
        found = attributes.get(".".join(path))
        return () if found is None else _attribute(*found)

    return values


def body_values(body: Any) -> Values:
    """How a policy sees a message that is JSON.

    A dot in a name is as good as a level: `{"a.b": 1}` and `{"a": {"b": 1}}` are the same to a policy.
    """
    return lambda path: list(_leaves(body, ".".join(path)))


def _attribute(kind: str, value: str) -> Sequence[Any]:
    if kind.startswith("String.Array"):
        try:
            items = orjson.loads(value)
        except orjson.JSONDecodeError:
            return (value,)
        return cast("list[Any]", items) if isinstance(items, list) else (items,)
    if kind.startswith("Number"):
        try:
            return (float(value),)
        except ValueError:
            return (value,)
    return (value,)


def _leaves(body: Any, path: str) -> Iterator[Any]:
    """What stands at a dotted path of a document, however deep that is; lists give what is in them."""
    left: list[tuple[Any, int]] = [
        (body, 0)
    ]  # each with the place in the path where the rest of its own begins
    while left:
        value, at = left.pop()
        if isinstance(value, list):
            left += [(element, at) for element in reversed(cast("list[Any]", value))]
        elif is_object(value):
            for name, inner in value.items():
                end = at + len(name)
                if path.startswith(name, at) and path[end : end + 1] in ("", "."):
                    left.append((inner, end + 1))
        elif at > len(path):
            yield value


def _combinations(policy: Mapping[str, Any], level: int) -> int:
    """How complex a policy is: values count as often as they are deep, `$or` is the sum of its choices.

    https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
    """
    product = 1
    for name, value in policy.items():
        if is_object(value):
            product *= _combinations(value, level + 1)
        elif not isinstance(value, list) or not value:
            continue
        elif name == "$or" and all(is_object(choice) for choice in cast("list[Any]", value)):
            product *= sum(_combinations(choice, level) for choice in cast("list[Any]", value))
        else:
            product *= len(cast("list[Any]", value)) * level
    return product


def _all_of(policy: Mapping[str, Any], path: tuple[str, ...], *, nested: bool) -> Predicate:
    predicates = [_member(name, value, path, nested=nested) for name, value in policy.items()]
    return lambda values: all(predicate(values) for predicate in predicates)


def _member(name: str, value: Any, path: tuple[str, ...], *, nested: bool) -> Predicate:
    here = (*path, name)
    if name == "$or" and isinstance(value, list):
        choices = cast("list[Any]", value)
        if len(choices) > 1 and all(is_object(choice) for choice in choices):
            predicates = [_all_of(choice, path, nested=nested) for choice in choices]
            return lambda values: any(predicate(values) for predicate in predicates)
    if is_object(value):
        if not value:
            raise FilterError("Empty objects are not allowed")
        inner = _all_of(value, here, nested=True)
        if not nested:
            raise FilterError("Filter policy scope MessageAttributes does not support nested filter policy")
        return inner
    if not isinstance(value, list):
        raise FilterError(f'"{name}" must be an object or an array')
    if not value:
        raise FilterError("Empty arrays are not allowed")
    tests = [_alternative(each) for each in cast("list[Any]", value)]
    return lambda values: any(test(values(here)) for test in tests)


def _alternative(rule: Any) -> Leaf:
    if isinstance(rule, list):
        raise FilterError("Match value must be String, number, true, false, or null")
    if not is_object(rule):
        return patterns.on_any(patterns.equals(rule))
    if len(rule) != 1:
        raise FilterError("Only one key allowed in match expression")
    operator, operand = next(iter(rule.items()))
    if operator == "exists":
        if not isinstance(operand, bool):
            raise FilterError("exists match pattern must be either true or false.")
        return lambda values: bool(values) is operand
    if operator not in _OPERATORS:
        raise FilterError(f"Unrecognized match type {operator}")
    return patterns.on_any(_OPERATORS[operator](operand))


def _text(operand: Any, operator: str) -> str:
    if not isinstance(operand, str):
        raise FilterError(f"{operator} match pattern must be a string")
    return operand


def _prefix(operand: Any) -> Test:
    return patterns.affix(_text(operand, "prefix"), str.startswith)


def _suffix(operand: Any) -> Test:
    return patterns.affix(_text(operand, "suffix"), str.endswith)


def _equals_ignore_case(operand: Any) -> Test:
    return patterns.equals_ignore_case(_text(operand, "equals-ignore-case"))


def _wildcard(operand: Any) -> Test:
    """`*` is any characters."""
    text = _text(operand, "wildcard")
    if "**" in text:
        raise FilterError("Consecutive wildcard characters")
    return patterns.wildcard(text.split("*"))


def _cidr(operand: Any) -> Test:
    address, slash, bits = _text(operand, "prefix").partition("/")  # SNS says prefix here
    if not slash or "/" in bits:
        raise FilterError("Malformed CIDR, one '/' required")
    if not (bits.isascii() and bits.isdigit()):
        raise FilterError("Malformed CIDR, mask bits must be an integer")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise FilterError(f"Nonstandard IP address: {address}") from None
    try:
        return patterns.within(ipaddress.ip_network(operand, strict=False))
    except ValueError:
        raise FilterError("Malformed CIDR, mask bits must not be that many") from None


def _numeric(operand: Any) -> Test:
    """`["=", 5]`, or a range as `[">", 0, "<=", 5]`."""
    if not isinstance(operand, list):
        raise FilterError("Value of numeric must be an array.")
    parts = cast("list[Any]", operand)
    sign = parts[0] if parts else "]"
    if not parts or not isinstance(sign, str):
        raise FilterError(f"Invalid member in numeric match: {sign}")
    if sign not in patterns.COMPARISONS:
        raise FilterError(f"Unrecognized numeric range operator: {sign}")
    bounds = [_bound("equals" if sign == "=" else sign, parts[1:2])]
    if len(parts) == 2:
        return patterns.compares([sign], bounds)
    if sign not in (">", ">="):
        raise FilterError("Too many elements in numeric expression")
    upper = _upper_sign(parts[2])
    bounds.append(_bound(upper, parts[3:4]))
    if len(parts) > 4:
        raise FilterError("Too many terms in numeric range expression")
    if bounds[0] >= bounds[1]:
        raise FilterError("Bottom must be less than top")
    return patterns.compares([sign, upper], bounds)


def _upper_sign(sign: Any) -> str:
    if not isinstance(sign, str):
        raise FilterError(f"Bad value in numeric range: {orjson.dumps(sign).decode()}")
    if sign not in ("<", "<="):
        raise FilterError(f"Bad numeric range operator: {sign}")
    return sign


def _bound(sign: str, given: list[Any]) -> float:
    if not given or not patterns.is_number(given[0]) or not math.isfinite(given[0]):
        raise FilterError(f"Value of {sign} must be numeric")
    return given[0]


def _anything_but(operand: Any) -> Test:
    if is_object(operand):
        if len(operand) != 1:
            raise FilterError("Only one key allowed in match expression")
        operator, unwanted = next(iter(operand.items()))
        if operator not in ("prefix", "wildcard"):
            raise FilterError(f"Unsupported anything-but pattern: {operator}")
        choices = _several(unwanted)
        tests = [_OPERATORS[operator](choice) for choice in choices]
    else:
        choices = _several(operand)
        tests = [patterns.equals(choice) for choice in choices]
    if not tests:
        raise FilterError("Empty arrays are not allowed")
    return lambda value: not any(test(value) for test in tests)


def _several(operand: Any) -> list[Any]:
    return cast("list[Any]", operand) if isinstance(operand, list) else [operand]


_OPERATORS: Mapping[str, Callable[[Any], Test]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "cidr": _cidr,
    "numeric": _numeric,
    "anything-but": _anything_but,
}
