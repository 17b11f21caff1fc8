"""The vector indexes that a restore makes: those of its source, or of them those that the request names.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from millrace.core.errors import validation_error
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.vectors import definition, description
from millrace.dynamodb.vectors.index import VectorIndex

_Form = Mapping[str, Any]


def indexes(
    source: Table, forms: Sequence[_Form] | None, billing: str, identity: Callable[[], str]
) -> tuple[VectorIndex, ...]:
    """The vector indexes of the new table. `identity` makes ids; an empty list leaves all of them out."""
    kept = source.vectors if forms is None else tuple(_matching(source, form) for form in forms)
    if kept:
        definition.check_billing(billing)
    return tuple(replace(index, id=identity(), filling=False, pending=None) for index in kept)


def _matching(source: Table, form: _Form) -> VectorIndex:
    name: str = form["IndexName"]
    for index in source.vectors:
        if _settings(description.settings(index)) == _settings(form):
            return replace(index, name=name)
    raise validation_error(
        f"Invalid Request: Index {name} does not match a vector index that existed in the source table and "
        "cannot be created during the restore operation"
    )


def _settings(form: _Form) -> dict[str, Any]:
    """What makes two indexes the same: all but their names."""
    projection = form["Projection"]
    schema = form.get("SearchSchema") or ()
    return {
        "attribute": form["VectorAttribute"]["AttributeName"],
        "dimensions": form["Dimensions"],
        "distance": form["DistanceFunction"],
        "projection": projection.get("ProjectionType"),
        "attributes": set(projection.get("NonKeyAttributes") or ()),
        "schema": {element["AttributeName"]: element["SearchSchemaElementType"] for element in schema},
    }
