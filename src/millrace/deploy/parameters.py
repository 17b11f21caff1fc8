"""A template's parameters: what was given, the defaults, and what is allowed. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.deploy.document import array, record, text
from millrace.deploy.problem import Problem

TYPES = ("String", "Number", "List<Number>", "CommaDelimitedList")
_MEMBERS = (
    "Type",
    "Default",
    "Description",
    "NoEcho",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
)
_NUMBERS = {"MinLength": int, "MaxLength": int, "MinValue": float, "MaxValue": float}


def values(declared: Mapping[str, Any], given: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """Every parameter's value, lists as lists; and what is wrong."""
    found: dict[str, Any] = {}
    problems = [
        Problem(f"the template has no parameter {name}; it has: {', '.join(declared) or 'none'}")
        for name in given
        if name not in declared
    ]
    for name, form in declared.items():
        sentences = list(_wrong_declaration(record(form)))
        if not sentences:
            value = given.get(name, text(form.get("Default")))
            if value is None:
                sentences = [f"has no default: give it with --parameter {name}=VALUE"]
            else:
                sentences = list(_not_allowed(form, value))
                found[name] = value if form["Type"] in {"String", "Number"} else _split(value)
        problems += [Problem(sentence, f"parameter {name}") for sentence in sentences]
    return found, problems


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")] if value else []


def _wrong_declaration(form: dict[str, Any] | None) -> Iterator[str]:
    if form is None or form.get("Type") not in TYPES:
        kind = None if form is None else form.get("Type")
        yield f"type {kind} is not supported; supported: {', '.join(TYPES)}"
        return
    for member in form:
        if member not in _MEMBERS:
            yield f"{member} is not supported; supported: {', '.join(_MEMBERS)}"
    for member, kind in _NUMBERS.items():
        if member in form and not _is_number(form[member], kind):
            yield f"{member} must be a number, not {form[member]!r}"
    pattern = form.get("AllowedPattern")
    try:
        re.compile(pattern if isinstance(pattern, str) else "")
    except re.error as error:
        yield f"AllowedPattern {pattern} is not a pattern: {error}"


def _is_number(value: Any, kind: type[int | float]) -> bool:
    try:
        kind(text(value) or "none")
    except ValueError:
        return False
    return True


def _not_allowed(form: Mapping[str, Any], value: str) -> Iterator[str]:
    hint = f" ({form['ConstraintDescription']})" if "ConstraintDescription" in form else ""
    parts = _split(value) if form["Type"] in {"List<Number>", "CommaDelimitedList"} else [value]
    for part in parts:
        yield from (f"{part!r} {sentence}{hint}" for sentence in _not_allowed_part(form, part))


def _not_allowed_part(form: Mapping[str, Any], value: str) -> Iterator[str]:
    allowed = [text(each) for each in array(form.get("AllowedValues")) or []]
    if allowed and value not in allowed:
        yield f"is not one of {', '.join(str(each) for each in allowed)}"
    pattern = form.get("AllowedPattern")
    if isinstance(pattern, str) and not re.fullmatch(pattern, value):
        yield f"does not match {pattern}"
    if len(value) < int(form.get("MinLength", 0)):
        yield f"is shorter than {form['MinLength']}"
    if "MaxLength" in form and len(value) > int(form["MaxLength"]):
        yield f"is longer than {form['MaxLength']}"
    if "Number" in form["Type"]:
        yield from _not_a_number(form, value)


def _not_a_number(form: Mapping[str, Any], value: str) -> Iterator[str]:
    try:
        number = float(value)
    except ValueError:
        yield "is not a number"
        return
    if "MinValue" in form and number < float(form["MinValue"]):
        yield f"is less than {form['MinValue']}"
    if "MaxValue" in form and number > float(form["MaxValue"]):
        yield f"is greater than {form['MaxValue']}"
