"""What UpdateTable's VectorIndexUpdates make of a table's vector indexes, or AWS's reason why not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError, invalid, validation_error
from millrace.dynamodb import admission
from millrace.dynamodb import definition as table_definition
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.vectors import definition
from millrace.dynamodb.vectors.index import VectorIndex

_Form = Mapping[str, Any]
_REDEFINED = "Attributes cannot be redefined. Please check that your attribute has the same type as previously defined."


def altered(before: Table, table: Table, params: Params, identity: Callable[[], str]) -> Table:
    """The vector indexes as they shall be of a table that was `before`. New ones are `filling`, deleted ones gone.

    That one index at a time is made or deleted, of whatever kind, is seen to by `index_alteration`.
    """
    if table.vectors:
        definition.check_billing(table.billing)
    for update in params.get("VectorIndexUpdates") or ():
        create, delete = update.get("Create"), update.get("Delete")
        if (create is None) == (delete is None):
            # The sentences are made after those for global secondary indexes.
            raise invalid(
                "One of VectorIndexUpdate.Create, VectorIndexUpdate.Delete must not be null"
                if create is None
                else "Only one vector index action is allowed per VectorIndexUpdate object"
            )
        table = (
            _without(table, delete["IndexName"]) if create is None else _with(table, create, params, identity)
        )
    _check_redefined(before, table)
    return table


def _with(table: Table, form: _Form, params: Params, identity: Callable[[], str]) -> Table:
    definition.check_billing(table.billing)
    _check_free(table, form["IndexName"])
    if len(table.vectors) >= limits.vector_indexes_max:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Number of vector secondary indexes exceeds per-table limit of "
            f"{limits.vector_indexes_max}",
        )
    # The request has to speak of what it searches by; what is defined already keeps its type, as of other indexes.
    given = table_definition.attribute_types(params.get("AttributeDefinitions") or ())
    offered = {name: table.definitions.get(name, kind) for name, kind in given.items()}
    index = replace(definition.index(form, offered, identity()), filling=True)
    definition.check_dimensions((*table.vectors, index))
    table = replace(table, vectors=(*table.vectors, index))
    kept = {name: kind for name, kind in {**table.definitions, **offered}.items() if name in table.used}
    return replace(table, definitions=kept)


def _check_free(table: Table, name: str) -> None:
    known = next((index for index in table.all_indexes if index.name == name), None)
    if known is None:
        return
    if known.status == "CREATING":
        raise admission.in_use(f"Index is being created.  Table: {table.name} Index: {name}")
    raise validation_error("Attempting to create an index which already exists")


def _without(table: Table, name: str) -> Table:
    if all(index.name != name for index in table.vectors):
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: Index {name} for table {table.name}"
        )
    table = replace(table, vectors=tuple(index for index in table.vectors if index.name != name))
    kept = {name: kind for name, kind in table.definitions.items() if name in table.used}
    return replace(table, definitions=kept)


def _check_redefined(before: Table, table: Table) -> None:
    """Refuse a new index whose vector is a key, or whose key is a vector."""
    keys = _keys(table)
    known = {index.id for index in before.vectors}
    for index in table.vectors:
        key = keys.get(index.attribute)
        if key is None:
            continue
        schemas = [f"Schema:[SchemaElement: key{{{index.attribute}:{key}}}]", _text(index)]
        existing, new = reversed(schemas) if index.id in known else schemas
        raise invalid(f"{_REDEFINED} Existing schema: {existing} New schema: {new}")


def _text(index: VectorIndex) -> str:
    return f"VectorIndexSchema:[VectorAttribute: key{{{index.attribute}:L:{index.dimensions}}}]"


def _keys(table: Table) -> dict[str, str]:
    """The key attributes of a table and its indexes, each with its type and role."""
    return {
        attribute.name: f"{attribute.type}:{role}"
        for schema in (table.schema, *(index.schema for index in table.indexes))
        for attributes, role in ((schema.hashes, "HASH"), (schema.ranges, "RANGE"))
        for attribute in attributes
    }
