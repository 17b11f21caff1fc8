"""Whether AWS would make such a table: CreateTable's parameters judged, and made a `Table`.

The sentences and their order were recorded of AWS by the authors of dynalite, unless said otherwise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import invalid, validation_error
from millrace.dynamodb import index_projection, provision, tags
from millrace.dynamodb.catalog import ON_DEMAND, PROVISIONED, Index, Table, Throughput
from millrace.dynamodb.composite_key import schema_of
from millrace.dynamodb.keys import KeyAttribute, KeySchema
from millrace.dynamodb.vectors import definition as vector_definition
from millrace.dynamodb.vectors.index import VectorIndex

_Form = Mapping[str, Any]


def table(scope: Scope, params: _Form, now: float, identity: Callable[[], str]) -> Table:
    """The table that CreateTable's parameters describe. `identity` makes ids for it and its indexes."""
    billing: str = params.get("BillingMode") or PROVISIONED
    units = throughput(params.get("ProvisionedThroughput"), billing)
    provision.check_quota(units, scope.region)
    definitions = attribute_types(params["AttributeDefinitions"])
    schema = key_schema(params["KeySchema"], definitions)
    local, overall = params.get("LocalSecondaryIndexes"), params.get("GlobalSecondaryIndexes")
    searched = params.get("VectorIndexes")
    if local is None and overall is None and searched is None and len(definitions) != len(schema.names):
        raise invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined "
            "in AttributeDefinitions"
        )
    if searched is None:
        _check_all_used(schema, definitions, (*(local or ()), *(overall or ())))
    indexes = [
        *_local_indexes(local, schema, definitions, identity),
        *_global_indexes(overall, billing, definitions, identity),
    ]
    names = [index.name for index in indexes]
    vectors = vector_definition.indexes(searched, billing, definitions, identity, taken=names)
    check_indexes(schema, definitions, indexes, vectors)
    return Table(
        id=identity(),
        name=params["TableName"],
        scope=scope,
        schema=schema,
        definitions=definitions,
        created=now,
        indexes=tuple(indexes),
        billing=billing,
        billing_changed=now if billing == ON_DEMAND else None,
        throughput=units,
        capacity=provision.created(params, billing, units, provision.Owner()),
        protected=bool(params.get("DeletionProtectionEnabled")),
        table_class=params.get("TableClass"),
        encryption=encryption(params.get("SSESpecification")),
        tags=tags.of(params.get("Tags")),
        vectors=vectors,
    )


def attribute_types(forms: Sequence[_Form]) -> dict[str, str]:
    """AttributeDefinitions as names and types. Raises if one is given twice (ack-api-quirks DDB-TABLE-042)."""
    types: dict[str, str] = {}
    for form in forms:
        if form["AttributeName"] in types:
            raise validation_error(f"Attribute Name is duplicated: {form['AttributeName']}")
        types[form["AttributeName"]] = form["AttributeType"]
    return types


def throughput(form: _Form | None, billing: str) -> Throughput:
    """A table's provisioned units, if its billing mode has any."""
    if billing == ON_DEMAND:
        if form is not None:
            raise invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                "BillingMode is PAY_PER_REQUEST"
            )
        return Throughput()
    if form is None:
        raise invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
        )
    return provision.units(form)


def key_schema(elements: Sequence[_Form], definitions: Mapping[str, str]) -> KeySchema:
    """A key schema whose attributes are all defined: HASH, or HASH and RANGE."""
    names = _defined_names(elements, definitions)
    if len(names) > 1 and names[0] == names[1]:
        raise validation_error(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
        )
    for place, element, kind in zip(("first", "second"), elements, ("HASH", "RANGE"), strict=False):
        if element["KeyType"] != kind:
            raise validation_error(
                f"Invalid KeySchema: The {place} KeySchemaElement is not a {kind} key type"
            )
    attributes = [KeyAttribute(name, definitions[name]) for name in names]
    return KeySchema(*attributes)


def global_key_schema(elements: Sequence[_Form], definitions: Mapping[str, str]) -> KeySchema:
    """A global index's key schema: as `key_schema`, or with several attributes of either kind.

    The sentences were recorded of AWS in October 2026: ack-api-quirks DDB-TABLE-123, dynoxide 3.2.
    """
    kinds = [element["KeyType"] for element in elements]
    if len(kinds) == 1 or kinds == ["HASH", "RANGE"] or kinds[0] != "HASH":
        return key_schema(elements, definitions)
    names = _defined_names(elements, definitions)
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > limits.global_index_key_attributes_max:
            raise invalid(f"The KeySchema exceeds the maximum allowed number of {kind} key attributes")
    count = kinds.count("HASH")
    if "RANGE" in kinds[:count]:
        raise invalid("All HASH key attributes must precede RANGE key attributes in the KeySchema")
    if len(set(names)) != len(names):
        raise validation_error("The KeySchema contains multiple key attributes with the same name")
    attributes = tuple(KeyAttribute(name, definitions[name]) for name in names)
    return schema_of(attributes[:count], attributes[count:])


def _defined_names(elements: Sequence[_Form], definitions: Mapping[str, str]) -> list[str]:
    names = [element["AttributeName"] for element in elements]
    if len(names) > len(definitions):
        # Seen on AWS in 2026: dynamodb-conformance's createTable.test.ts, ack-api-quirks DDB-TABLE-042.
        raise validation_error("Invalid KeySchema: Some index key attribute have no definition")
    if any(name not in definitions for name in names):
        raise invalid(
            "Some index key attributes are not defined in AttributeDefinitions. "
            f"Keys: [{', '.join(names)}], AttributeDefinitions: [{', '.join(definitions)}]"
        )
    return names


def global_index(
    form: _Form, billing: str, definitions: Mapping[str, str], identity: Callable[[], str]
) -> Index:
    """A global index from its creation's parameters."""
    name: str = form["IndexName"]
    given = form.get("ProvisionedThroughput")
    if billing == ON_DEMAND and given is not None:
        raise invalid(
            f"ProvisionedThroughput should not be specified for index: {name} when "
            "BillingMode is PAY_PER_REQUEST"
        )
    if billing == PROVISIONED and given is None:
        raise invalid(f"ProvisionedThroughput must be specified for index: {name}")
    schema = global_key_schema(form["KeySchema"], definitions)
    capacity = Throughput() if given is None else provision.units(given)
    index = _index(form, schema, identity, local=False, capacity=capacity)
    return replace(index, capacity=provision.created(form, billing, capacity, provision.Owner(name)))


def check_indexes(
    schema: KeySchema,
    definitions: Mapping[str, str],
    indexes: Sequence[Index],
    vectors: Sequence[VectorIndex] = (),
) -> None:
    """What holds for all indexes of a table together."""
    seen: set[str] = set()
    for index in indexes:
        if index.name in seen:
            raise invalid(f"Duplicate index name: {index.name}")
        seen.add(index.name)
    local = sum(index.local for index in indexes)
    if local > limits.local_indexes_max:
        raise invalid(
            f"Number of LocalSecondaryIndexes exceeds per-table limit of {limits.local_indexes_max}"
        )
    if len(indexes) - local > limits.global_indexes_max:
        raise invalid(
            f"GlobalSecondaryIndex count exceeds the per-table limit of {limits.global_indexes_max}"
        )
    if sum(len(index.attributes) for index in indexes) > limits.index_projected_attributes_max:
        # The limit is documented, its sentence is not.
        raise invalid(
            "Number of NonKeyAttributes of all secondary indexes exceeds per-table limit of "
            f"{limits.index_projected_attributes_max}"
        )
    names = (*schema.names, *(name for index in indexes for name in index.schema.names))
    _check_used(definitions, (*names, *(name for index in vectors for name in index.names)))


def _check_all_used(schema: KeySchema, definitions: Mapping[str, str], forms: Sequence[_Form]) -> None:
    """AWS looks at this before the indexes themselves, if their keys are defined (ack-api-quirks DDB-TABLE-127)."""
    keys = [element["AttributeName"] for form in forms for element in form["KeySchema"]]
    if forms and all(name in definitions for name in keys):
        _check_used(definitions, (*schema.names, *keys))


def _check_used(definitions: Mapping[str, str], names: Iterable[str]) -> None:
    used = list(dict.fromkeys(names))
    if len(used) != len(definitions):
        raise invalid(
            "Some AttributeDefinitions are not used. AttributeDefinitions: "
            f"[{', '.join(definitions)}], keys used: [{', '.join(used)}]"
        )


def encryption(form: _Form | None) -> dict[str, str] | None:
    """Encryption with a key of the customer's: kept to be told, nothing is encrypted.

    The sentences were probed on AWS (ack-api-quirks DDB-TABLE-442).
    """
    form = form or {}
    kind, key = form.get("SSEType"), form.get("KMSMasterKeyId")
    if kind == "AES256":
        raise invalid("SSEType AES256 is not supported")
    if form.get("Enabled") is False:
        for name, value in (("SSEType", kind), ("KMSMasterKeyId", key)):
            if value is not None:
                raise invalid(f"{name} can not be specified if Enabled is false")
        return None
    if key is not None and kind is None:
        raise invalid("SSEType KMS is required if KMSMasterKeyId is specified")
    if kind is None and not form.get("Enabled"):
        return None
    return {"key": key or "alias/aws/dynamodb"}


def _local_indexes(
    forms: Sequence[_Form] | None,
    table_schema: KeySchema,
    definitions: Mapping[str, str],
    identity: Callable[[], str],
) -> list[Index]:
    if forms is None:
        return []
    if not forms:
        raise invalid("List of LocalSecondaryIndexes is empty")
    if table_schema.range is None:
        raise invalid(
            "Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex"
        )
    return [_local_index(form, table_schema, definitions, identity) for form in forms]


def _local_index(
    form: _Form, table_schema: KeySchema, definitions: Mapping[str, str], identity: Callable[[], str]
) -> Index:
    schema = key_schema(form["KeySchema"], definitions)
    if schema.range is None:
        raise invalid(f"Index KeySchema does not have a range key for index: {form['IndexName']}")
    if schema.hash != table_schema.hash:
        raise invalid(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{form['IndexName']}. index hash key: {schema.hash.name}, "
            f"table hash key: {table_schema.hash.name}"
        )
    return _index(form, schema, identity, local=True, capacity=Throughput())


def _global_indexes(
    forms: Sequence[_Form] | None,
    billing: str,
    definitions: Mapping[str, str],
    identity: Callable[[], str],
) -> list[Index]:
    if forms is None:
        return []
    if not forms:
        raise invalid("List of GlobalSecondaryIndexes is empty")
    if billing == PROVISIONED:
        for form in forms:
            if form.get("ProvisionedThroughput") is None:
                raise invalid(f"ProvisionedThroughput is not specified for index: {form['IndexName']}")
    return [global_index(form, billing, definitions, identity) for form in forms]


def _index(
    form: _Form, schema: KeySchema, identity: Callable[[], str], *, local: bool, capacity: Throughput
) -> Index:
    kind, projected = index_projection.read(form["Projection"])
    return Index(identity(), form["IndexName"], local, schema, kind, projected, capacity)
