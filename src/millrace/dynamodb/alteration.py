"""What UpdateTable makes of a table, or AWS's reason why not.

The rules of streams, with their sentences, were probed on AWS; those of capacity are from the recordings of
dynalite's authors.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import definition
from millrace.dynamodb.catalog import ON_DEMAND, PROVISIONED, Index, Table, Throughput
from millrace.dynamodb.definition import invalid

# What goes with no other change in one request.
_ALONE = {
    "DeletionProtectionEnabled": "Deletion protection",
    "SSESpecification": "SSE",
    "TableClass": "Table class",
}
_CHANGES = (
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "ReplicaUpdates",
    "StreamSpecification",
    "WarmThroughput",
    *_ALONE,
)


def check_stream(specification: Mapping[str, Any] | None, *, creating: bool) -> str | None:
    """The view type of the stream to enable; None if none is. Raises for what contradicts itself."""
    if specification is None:
        return None
    view: str | None = specification.get("StreamViewType")
    if specification["StreamEnabled"] and view is None:
        raise invalid(
            "Table is being created with a stream enabled, UpdateViewType is required"
            if creating
            else "If stream is being enabled then UpdateViewType is required"
        )
    if not specification["StreamEnabled"] and view is not None:
        raise invalid(
            "Table is being created with a stream disabled, UpdateViewType should not be specified"
            if creating
            else "If stream is being disabled, then UpdateViewType must not be specified"
        )
    return view


def check(params: Params) -> None:
    """Refuse what cannot be asked of any table."""
    asked = [name for name in _CHANGES if params.get(name) not in (None, [])]
    if not asked:
        raise validation_error(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
        )
    if params.get("ReplicaUpdates") is not None:
        raise validation_error("Global tables are not supported: ReplicaUpdates")
    check_stream(params.get("StreamSpecification"), creating=False)
    if "StreamSpecification" in asked and (
        "ProvisionedThroughput" in asked or params.get("BillingMode") == PROVISIONED
    ):
        raise validation_error("You cannot modify stream status while updating table IOPS")
    for name, words in _ALONE.items():
        if name in asked and len(asked) > 1:
            raise validation_error(f"{words} modification must be the only operation in the request")


def altered(table: Table, params: Params, now: float, identity: Callable[[], str]) -> Table:
    """The table as it shall be, but for its stream, which is the caller's to open and to close."""
    table = _with_indexes(_with_capacity(table, params, now), params, identity)
    if params.get("DeletionProtectionEnabled") is not None:
        table = replace(table, protected=params["DeletionProtectionEnabled"])
    if params.get("TableClass") is not None:
        table = replace(table, table_class=params["TableClass"])
    if params.get("SSESpecification") is not None:
        table = replace(table, encryption=definition.encryption(params["SSESpecification"]))
    return table


def check_toggle(table: Table, specification: Mapping[str, Any]) -> None:
    """Refuse to enable an enabled stream, and to disable none."""
    if specification["StreamEnabled"] and table.view is not None:
        raise validation_error(f"Table already has an enabled stream: TableName: {table.name}")
    if not specification["StreamEnabled"] and table.view is None:
        raise validation_error(f"Table has no stream to disable: TableName: {table.name}")


def _with_capacity(table: Table, params: Params, now: float) -> Table:
    billing: str = params.get("BillingMode") or table.billing
    given: Mapping[str, Any] | None = params.get("ProvisionedThroughput")
    if billing == ON_DEMAND:
        definition.throughput(given, billing)
        if table.billing == ON_DEMAND:
            return table
        indexes = tuple(replace(index, throughput=Throughput()) for index in table.indexes)
        return replace(table, billing=billing, billing_changed=now, throughput=Throughput(), indexes=indexes)
    if given is None:
        if params.get("BillingMode") == PROVISIONED:
            raise invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
        return table
    units = definition.units(given)
    if units == table.throughput and table.billing == PROVISIONED:
        raise _same_units(units)
    more = units.read > table.throughput.read or units.write > table.throughput.write
    less = units.read < table.throughput.read or units.write < table.throughput.write
    return replace(
        table,
        billing=billing,
        throughput=units,
        throughput_increased=now if more else table.throughput_increased,
        throughput_decreased=now if less else table.throughput_decreased,
    )


def _same_units(units: Throughput) -> AwsError:
    return validation_error(
        "The provisioned throughput for the table will not change. The requested value equals the current "
        f"value. Current ReadCapacityUnits provisioned for the table: {units.read}. "
        f"Requested ReadCapacityUnits: {units.read}. "
        f"Current WriteCapacityUnits provisioned for the table: {units.write}. "
        f"Requested WriteCapacityUnits: {units.write}. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def _with_indexes(table: Table, params: Params, identity: Callable[[], str]) -> Table:
    updates = params.get("GlobalSecondaryIndexUpdates") or ()
    if sum(update.get("Update") is None for update in updates) > 1:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )
    # What is defined already keeps its type, whatever the request says of it; and of a new index's keys the
    # request has to speak. Both were seen on AWS in 2026: dynamodb-conformance issue 78, dynoxide issue 144.
    given = definition.attribute_types(params.get("AttributeDefinitions") or ())
    offered = {name: table.definitions.get(name, kind) for name, kind in given.items()}
    indexes = {index.name: index for index in table.indexes}
    for update in updates:
        _alter_index(indexes, table, update, offered, identity)
    used = {*table.schema.names, *(name for index in indexes.values() for name in index.schema.names)}
    kept = {name: kind for name, kind in {**table.definitions, **offered}.items() if name in used}
    definition.check_indexes(table.schema, kept, tuple(indexes.values()))
    return replace(table, indexes=tuple(indexes.values()), definitions=kept)


def _alter_index(
    indexes: dict[str, Index],
    table: Table,
    update: Mapping[str, Any],
    definitions: Mapping[str, str],
    identity: Callable[[], str],
) -> None:
    create, change, delete = (update.get(name) for name in ("Create", "Update", "Delete"))
    form: Mapping[str, Any] | None = create or change or delete
    if form is None:
        raise invalid(
            "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null"
        )
    known = indexes.get(form["IndexName"])
    if create is not None:
        if known is not None:
            raise validation_error(
                "Attempting to create an index which already exists: " + create["IndexName"]
            )
        index = definition.global_index(create, table.billing, definitions, identity)
        indexes[index.name] = replace(index, filling=True)
    elif known is None or known.local:
        raise AwsError(
            "ResourceNotFoundException",
            f"Requested resource not found: Index: {form['IndexName']} not found",
        )
    elif delete is not None:
        del indexes[known.name]
    elif form.get("ProvisionedThroughput") is not None:
        indexes[known.name] = replace(known, throughput=definition.units(form["ProvisionedThroughput"]))
