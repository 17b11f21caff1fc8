"""What an index holds of an item besides its keys, as requests say it."""

from collections.abc import Mapping
from typing import Any

from millrace.core.errors import invalid


def read(form: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The kind of a projection, and the attributes that it names. ValidationException if it is none."""
    kind = form.get("ProjectionType")
    attributes = form.get("NonKeyAttributes")
    if kind is None:
        raise invalid("Unknown ProjectionType: null")
    if attributes is not None and kind != "INCLUDE":
        raise invalid(f"ProjectionType is {kind}, but NonKeyAttributes is specified")
    if kind == "INCLUDE" and not attributes:
        raise invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    projected: tuple[str, ...] = tuple(attributes or ())
    for place, name in enumerate(projected):
        if name in projected[:place]:
            raise invalid(f"Duplicate element in NonKeyAttributes: {name}")
    return kind, projected
