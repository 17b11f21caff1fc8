"""AttributesToGet: which attributes of an item to give."""

from collections.abc import Sequence

from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions import Projection
from millrace.dynamodb.values import check_name


def attributes_to_get(names: Sequence[str] | None) -> Projection | None:
    """The projection on these attributes, whose names are no paths: a dot is part of the name."""
    if names is None:
        return None
    for index, name in enumerate(names):
        if not name:
            raise invalid("Empty attribute name")
        check_name(name)
        if name in names[:index]:
            raise invalid(f"Duplicate value in attribute name: {name}")
    return Projection(tuple((name,) for name in names))
