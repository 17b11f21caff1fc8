"""Whether AWS would make such a vector index: the parameters of its creation judged, and made a `VectorIndex`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from millrace.core import limits
from millrace.core.errors import invalid
from millrace.dynamodb import index_projection
from millrace.dynamodb.vectors.index import SearchAttribute, VectorIndex

_Form = Mapping[str, Any]
_ON_DEMAND = "PAY_PER_REQUEST"


def indexes(
    forms: Sequence[_Form] | None,
    billing: str,
    definitions: Mapping[str, str],
    identity: Callable[[], str],
    *,
    taken: Sequence[str] = (),
) -> tuple[VectorIndex, ...]:
    """CreateTable's VectorIndexes. `identity` makes ids, `taken` are the names of the table's other indexes."""
    if forms is None:
        return ()
    if not forms:
        raise invalid("List of VectorIndexes is empty")
    check_billing(billing)
    if len(forms) > limits.vector_indexes_max:
        raise invalid(f"VectorIndex count exceeds the per-table limit of {limits.vector_indexes_max}")
    names = set(taken)
    for form in forms:
        if form["IndexName"] in names:
            raise invalid(f"Duplicate index name: {form['IndexName']}")
        names.add(form["IndexName"])
    made = tuple(index(form, definitions, identity()) for form in forms)
    check_dimensions(made)
    return made


def check_billing(billing: str) -> None:
    """Refuse vector indexes of a table with provisioned capacity."""
    if billing != _ON_DEMAND:
        raise invalid("Vector indexes are only supported for PAY_PER_REQUEST tables")


def check_dimensions(indexes: Sequence[VectorIndex]) -> None:
    """Refuse indexes of one attribute that want different lengths of it."""
    known: dict[str, int] = {}
    for one in indexes:
        if known.setdefault(one.attribute, one.dimensions) != one.dimensions:
            raise invalid(
                f"Conflicting attribute definition for '{one.attribute}'. All VectorIndexes on the same vector "
                "attribute must use the same dimensions."
            )


def index(form: _Form, definitions: Mapping[str, str], identity: str) -> VectorIndex:
    """One vector index. `definitions` are those that the request has for its attributes."""
    if form["Dimensions"] > limits.vector_dimensions_max:
        raise invalid(f"Number of dimensions must be between 1 and {limits.vector_dimensions_max} inclusive.")
    attribute: str = form["VectorAttribute"]["AttributeName"]
    schema = _schema(form.get("SearchSchema") or (), definitions)
    if attribute in definitions:
        raise invalid(
            f"Conflicting attribute definition for '{attribute}'. An attribute cannot be defined in "
            "AttributeDefinitions when used as a VectorAttribute."
        )
    kind, projected = index_projection.read(form["Projection"])
    return VectorIndex(
        id=identity,
        name=form["IndexName"],
        attribute=attribute,
        dimensions=form["Dimensions"],
        distance=form["DistanceFunction"],
        schema=schema,
        projection=kind,
        attributes=projected,
    )


def _schema(elements: Sequence[_Form], definitions: Mapping[str, str]) -> tuple[SearchAttribute, ...]:
    names = [element["AttributeName"] for element in elements]
    hashes = sum(element["SearchSchemaElementType"] == "HASH" for element in elements)
    if len(set(names)) != len(names):
        raise invalid("SearchSchema contains a duplicate AttributeName")
    if hashes > 1:
        raise invalid(
            f"Value '{hashes}' at 'SearchSchema' failed to satisfy constraint: Member must have HASH count less "
            "than or equal to 1"
        )
    filters = len(elements) - hashes
    if filters > limits.vector_index_filters_max:
        # The limit is documented; the sentence is made after that for HASH.
        raise invalid(
            f"Value '{filters}' at 'SearchSchema' failed to satisfy constraint: Member must have INLINE_FILTER "
            f"count less than or equal to {limits.vector_index_filters_max}"
        )
    if any(name not in definitions for name in names):
        raise invalid("One element in SearchSchema is not defined in attribute definitions")
    return tuple(
        SearchAttribute(name, definitions[name], element["SearchSchemaElementType"] == "HASH")
        for name, element in zip(names, elements, strict=True)
    )
