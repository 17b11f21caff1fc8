"""What UpdateTable makes of a table, or AWS's reason why not.

What one request may hold, and every sentence, was probed on AWS in October 2026: ack-api-quirks DDB-TABLE-047, -057,
-152, -159, -160, -162, -174, -223, -382, -433, -456; that throughput's bounds come first is from dynalite's recordings.
Whether a table that is going through something may be changed is `admission`'s to say.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.core.context import Params
from millrace.core.errors import AwsError, invalid, validation_error
from millrace.dynamodb import definition, description, provision
from millrace.dynamodb.catalog import ON_DEMAND, PROVISIONED, Table, Throughput
from millrace.dynamodb.provision import Owner

# What goes with nothing else in one request, in the order in which AWS names them.
_ALONE = {
    "ReplicaUpdates": "Replica modification must be the only operation in the request",
    "SSESpecification": "Server-Side Encryption modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
    "WarmThroughput": "WarmThroughput must be the only operation in the request",
}
_CHANGES = (
    "BillingMode",
    "GlobalSecondaryIndexUpdates",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "StreamSpecification",
    "VectorIndexUpdates",
    *_ALONE,
)
# What is of global tables; asking for it is not asking for nothing.
_NOT_BUILT = (
    "GlobalTableSettingsReplicationMode",
    "GlobalTableSourceArn",
    "GlobalTableWitnessUpdates",
    "MultiRegionConsistency",
)


# Structures that ask for nothing when they are empty.
_MAY_BE_EMPTY = ("OnDemandThroughput", "WarmThroughput")


def asked(params: Params) -> dict[str, Any]:
    """The parameters that ask for something.

    AWS overlooks an empty throughput beside other changes (ack-api-quirks DDB-TABLE-456). Alone, it breaks down over
    one (DDB-TABLE-437), and here the table's checks refuse it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    full = {name: value for name, value in given.items() if value != {} or name not in _MAY_BE_EMPTY}
    return full if any(name in full for name in _CHANGES) else given


def refuse_not_built(params: Params) -> None:
    """Refuse what is of global tables, naming it."""
    for name in _NOT_BUILT:
        if params.get(name) is not None:
            raise validation_error(f"Global tables are not supported: {name}")


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


def check(params: Params, region: str) -> None:
    """Refuse what cannot be asked of any table."""
    refuse_not_built(params)
    changes = [name for name in _CHANGES if params.get(name) not in (None, [])]
    if not changes:
        raise validation_error(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
            "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, "
            "WarmThroughput or TableClass is required"
        )
    updates = params.get("GlobalSecondaryIndexUpdates")
    if updates == []:
        raise invalid("List of GlobalSecondaryIndexUpdates is empty")
    if params.get("ProvisionedThroughput") is not None:
        provision.check_quota(provision.units(params["ProvisionedThroughput"]), region)
    _check_index_updates(updates or ())
    check_stream(params.get("StreamSpecification"), creating=False)
    _check_together(params, changes)
    if params.get("ReplicaUpdates") is not None:
        _refuse_replicas(params["ReplicaUpdates"], region)


def _check_index_updates(updates: list[Mapping[str, Any]] | tuple[()]) -> None:
    names: set[str] = set()
    for update in updates:
        forms = [form for name in ("Update", "Create", "Delete") if (form := update.get(name)) is not None]
        if not forms:
            raise invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            )
        if len(forms) > 1:
            raise invalid(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object"
            )
        name: str = forms[0]["IndexName"]
        if update.get("Update") is not None and update["Update"].get("WarmThroughput") == {}:
            # Before anything is looked for: ack-api-quirks DDB-TABLE-456.
            provision.check_warm({}, Owner(name))
        if name in names:
            raise invalid(
                f"Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )
        names.add(name)


def _check_together(params: Params, asked: list[str]) -> None:
    """Refuse changes that AWS makes only one after the other."""
    updates: list[Mapping[str, Any]] = params.get("GlobalSecondaryIndexUpdates") or []
    online = any(update.get("Update") is None for update in updates) or "VectorIndexUpdates" in asked
    if "WarmThroughput" in asked and any(update.get("Create") for update in updates):
        raise invalid("Create global secondary index cannot be specified when updating WarmThroughput")
    for name, sentence in _ALONE.items():
        if name in asked and len(asked) > 1:
            raise invalid(sentence)
    if "OnDemandThroughput" in asked and set(asked) - {"OnDemandThroughput", "BillingMode"}:
        raise invalid("OnDemandThroughput can only be combined with BillingMode in an UpdateTable request")
    capacity = "ProvisionedThroughput" in asked or params.get("BillingMode") == PROVISIONED
    if "StreamSpecification" in asked and capacity:
        raise invalid("You cannot modify stream status while updating table IOPS")
    if online and "ProvisionedThroughput" in asked:
        raise invalid("You cannot create or delete index while updating table IOPS")
    if online and "StreamSpecification" in asked:
        raise invalid("You cannot create or delete index while changing stream status")


def _refuse_replicas(updates: list[Mapping[str, Any]], region: str) -> None:
    """The answers of a table without replicas, where there is no other region to have one in."""
    for update in updates:
        forms = [form for name in ("Create", "Update", "Delete") if (form := update.get(name)) is not None]
        if not forms:
            raise validation_error(
                "There are no actions specified in the Replica Update Action of the request."
            )
        place: str = forms[0]["RegionName"]
        if place == region:
            raise validation_error(
                "Cannot add or delete the local region through ReplicaUpdates. "
                "Use CreateTable, DeleteTable, or UpdateTable as required."
            )
        if update.get("Create") is not None:
            raise validation_error(
                f"Region {place} is not supported. The latest version of global tables are only supported in "
                f"the following regions: [{region}]"
            )
        raise validation_error(
            "Update global table operation failed because one or more replicas were not part of the global "
            f"table. Please retry the request without these replicas: [{place}]."
        )


def altered(table: Table, params: Params, now: float) -> Table:
    """The table as it shall be, but for its indexes and its stream."""
    table = _with_capacity(table, params, now)
    if params.get("DeletionProtectionEnabled") is not None:
        table = replace(table, protected=params["DeletionProtectionEnabled"])
    asked = params.get("TableClass")
    if asked is not None and asked != (table.table_class or "STANDARD"):
        table = replace(table, table_class=asked)
    if params.get("SSESpecification") is not None:
        table = replace(table, encryption=_encryption(table, params["SSESpecification"]))
    if params.get("WarmThroughput") is not None:
        warmed = provision.warmed(
            table.capacity, params["WarmThroughput"], table.billing, table.throughput, Owner()
        )
        table = replace(table, capacity=warmed)
    return table


def check_toggle(table: Table, specification: Mapping[str, Any]) -> None:
    """Refuse to enable an enabled stream, and to disable none."""
    if specification["StreamEnabled"] and table.view is not None:
        raise validation_error(f"Table already has an enabled stream: TableName: {table.name}")
    if not specification["StreamEnabled"] and table.view is None:
        raise validation_error(f"Table has no stream to disable: TableName: {table.name}")


def _encryption(table: Table, form: Mapping[str, Any]) -> dict[str, str] | None:
    asked = definition.encryption(form)
    if asked is None and table.encryption is None:
        raise invalid("Table is already encrypted by default")
    if asked is None or table.encryption is None:
        return asked
    # The same key by its id or an alias is a change for AWS (ack-api-quirks DDB-TABLE-141).
    if asked["key"] == description.key_arn(table.scope, table.encryption["key"]):
        raise invalid(
            "Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )
    return asked


def _with_capacity(table: Table, params: Params, now: float) -> Table:
    billing: str = params.get("BillingMode") or table.billing
    given: Mapping[str, Any] | None = params.get("ProvisionedThroughput")
    if billing == ON_DEMAND:
        if given is not None and params.get("BillingMode") is not None:
            # Whoever names the mode is answered otherwise: ack-api-quirks DDB-TABLE-056.
            raise invalid("ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST")
        definition.throughput(given, billing)
    elif given is None and params.get("BillingMode") is not None:
        raise invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    switches = billing != table.billing
    if given is not None:
        table = _provisioned(table, provision.units(given), now, switches=switches)
    elif switches:
        warm = provision.warm(table.billing, table.throughput, table.capacity)
        table = replace(table, throughput=Throughput(), capacity=replace(table.capacity, warm=warm))
    if switches:
        # Maxima of what goes on demand end with it (ack-api-quirks DDB-TABLE-153).
        table = replace(table, billing=billing, capacity=replace(table.capacity, most=Throughput()))
    most = params.get("OnDemandThroughput")
    if most is not None:
        if not most:
            raise invalid(
                "OnDemandThroughput must have at least one of MaxReadRequestUnits or MaxWriteRequestUnits specified"
            )
        provision.check_maxima(most, table.scope.region, Owner())
        table = replace(table, capacity=provision.limited(table.capacity, most, billing, Owner()))
    return table


def _provisioned(table: Table, units: Throughput, now: float, *, switches: bool) -> Table:
    if switches:
        warm = provision.warm(table.billing, table.throughput, table.capacity)
        return replace(table, throughput=units, capacity=replace(table.capacity, warm=warm))
    if units == table.throughput:
        raise same_units("table", "the table", units)
    capacity = provision.changed(table.capacity, table.billing, table.throughput, units, now)
    return replace(table, throughput=units, capacity=capacity)


def same_units(named: str, counted: str, units: Throughput) -> AwsError:
    """The refusal of a change that changes nothing. Both texts are AWS's for what has the units."""
    return validation_error(
        f"The provisioned throughput for the {named} will not change. The requested value equals the current "
        f"value. Current ReadCapacityUnits provisioned for {counted}: {units.read}. "
        f"Requested ReadCapacityUnits: {units.read}. "
        f"Current WriteCapacityUnits provisioned for {counted}: {units.write}. "
        f"Requested WriteCapacityUnits: {units.write}. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )
