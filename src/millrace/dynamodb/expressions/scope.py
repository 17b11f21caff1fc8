"""The names and values that one request gives its expressions, and which of them were used."""

import re
from collections.abc import Mapping

from millrace.core.errors import AwsError, validation_error
from millrace.core.limits import (
    expression_placeholder_bytes_max,
    expression_variables_bytes_max,
)
from millrace.dynamodb.expressions.syntax import ExpressionError, Path, Value
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.values import AttributeValue, check_name, measured_value, too_deep

Steps = tuple[str | int, ...]
"""A document path with its #names put in."""

_name = re.compile("#[0-9a-zA-Z_]+").fullmatch
_value = re.compile(":[0-9a-zA-Z_]+").fullmatch


class Scope:
    """Looks placeholders up and remembers which were asked for."""

    def __init__(self, names: Mapping[str, str] | None, values: Mapping[str, AttributeValue] | None) -> None:
        self._names = _checked_names(names)
        self._values, self._sizes = _checked_values(values)
        self._used: set[str] = set()

    def steps(self, path: Path) -> Steps:
        """The path with its #names put in. ExpressionError if one is not given."""
        return tuple(self._step(part) for part in path.parts)

    def _step(self, part: str | int) -> str | int:
        if isinstance(part, int) or part[0] != "#":
            return part
        name = self._names.get(part)
        if name is None:
            raise ExpressionError(
                "An expression attribute name used in the document path is not defined; "
                f"attribute name: {part}"
            )
        self._used.add(part)
        return name

    def value(self, value: Value) -> AttributeValue:
        """The value of a :placeholder. ExpressionError if it is not given."""
        found = self._values.get(value.name)
        if found is None:
            raise ExpressionError(
                "An expression attribute value used in expression is not defined; "
                f"attribute value: {value.name}"
            )
        self._used.add(value.name)
        return found

    def size(self, value: Value) -> int:
        """Bytes of the value of a :placeholder that is given."""
        return self._sizes[value.name]

    def check_all_used(self) -> None:
        """ValidationException if the request gives a name or value that no expression used."""
        for member, given in (
            ("ExpressionAttributeNames", self._names),
            ("ExpressionAttributeValues", self._values),
        ):
            unused = [key for key in given if key not in self._used]
            if unused:
                keys = ", ".join(unused)
                raise validation_error(f"Value provided in {member} unused in expressions: keys: {{{keys}}}")


def _checked_names(names: Mapping[str, str] | None) -> Mapping[str, str]:
    if names is None:
        return {}
    member = "ExpressionAttributeNames"
    if not names:
        raise validation_error(f"{member} must not be empty")
    for key, name in names.items():
        _check_length(member, key, f" size of key: {len(key)}")
        if not _name(key):
            raise _bad_key(member, key)
        if not name:
            raise validation_error(f"{member} contains invalid value: Empty attribute name for key {key}")
        check_name(name)
    _check_total(member, sum(map(len, names.values())))
    return names


def _checked_values(
    values: Mapping[str, AttributeValue] | None,
) -> tuple[Mapping[str, AttributeValue], Mapping[str, int]]:
    """The values as DynamoDB stores them, and their bytes."""
    if values is None:
        return {}, {}
    member = "ExpressionAttributeValues"
    if not values:
        raise validation_error(f"{member} must not be empty")
    for key in values:
        _check_length(member, key, "")
        if not _value(key):
            raise _bad_key(member, key)
    checked: dict[str, AttributeValue] = {}
    sizes: dict[str, int] = {}
    for key, value in values.items():
        try:
            checked[key], sizes[key] = measured_value(value)
        except AwsError as error:
            if error.code != "ValidationException" or error.message == too_deep:
                raise
            misfit = error if isinstance(error, MisfitError) else MisfitError(str(error.message))
            raise misfit.of_placeholder(key) from None
    _check_total(member, sum(sizes.values()))
    return checked, sizes


def _check_total(member: str, size: int) -> None:
    if size > expression_variables_bytes_max:
        raise validation_error(f"{member} exceeds max size")


def _check_length(member: str, key: str, size: str) -> None:
    if not key:
        raise validation_error(
            f"{member} contains invalid key: The expression attribute map contains an empty key;"
        )
    if len(key) > expression_placeholder_bytes_max:
        raise validation_error(
            f"{member} contains invalid key: The expression attribute map contains a key that is too long;{size}"
        )


def _bad_key(member: str, key: str) -> AwsError:
    return validation_error(f'{member} contains invalid key: Syntax error; key: "{key}"')
