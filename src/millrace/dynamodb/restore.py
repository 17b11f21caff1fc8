"""The table that a restore makes, from its source's definition and what the request overrides.

Indexes, capacity and encryption are restored. Stream, Time to Live, point-in-time recovery, tags, deletion
protection and table class are not. The rules and their sentences were probed on AWS in 2026: ack-api-quirks
DDB-TABLE-215, -273, -279, -280 and -281.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, definition, description, provision
from millrace.dynamodb.catalog import ON_DEMAND, PROVISIONED, Capacity, Index, Restore, Table, Throughput
from millrace.dynamodb.vectors import restoration
from millrace.storage.interface import Reader

_Form = Mapping[str, Any]


def table(
    source: Table, scope: Scope, params: Params, restore: Restore, now: float, identity: Callable[[], str]
) -> Table:
    """The table TargetTableName in `scope`, made at epoch second `now`. `identity` makes ids."""
    billing, capacity = _capacity(source, params)
    _check_on_demand(params.get("OnDemandThroughputOverride"), billing)
    indexes = _indexes(source, params, billing, identity)
    vectors = restoration.indexes(source, params.get("VectorIndexOverride"), billing, identity)
    used = replace(source, indexes=tuple(indexes), vectors=vectors).used
    given = params.get("SSESpecificationOverride")
    definitions = {name: kind for name, kind in source.definitions.items() if name in used}
    definition.check_indexes(source.schema, definitions, indexes, vectors)
    return Table(
        id=identity(),
        name=params["TargetTableName"],
        scope=scope,
        schema=source.schema,
        definitions=definitions,
        created=now,
        indexes=tuple(indexes),
        billing=billing,
        billing_changed=now if billing == ON_DEMAND else None,
        throughput=capacity,
        encryption=source.encryption if given is None else definition.encryption(given),
        restore=restore,
        vectors=vectors,
    )


def check_name(reader: Reader, scope: Scope, name: str) -> None:
    """Refuse to restore into a table that is there."""
    known = catalog.get(reader, scope, name)
    if known is None:
        return
    if known.restore is None:
        raise AwsError("TableAlreadyExistsException", f"Table already exists: {name}")
    what = f"backup: {known.restore.backup}" if known.restore.backup else f"table: {known.restore.table}"
    raise AwsError("TableInUseException", f"Table: {name} is already being restored from {what}")


def check_region(source: Scope, target: Scope, params: Params) -> None:
    """Refuse a restore into another region that does not say how to encrypt."""
    if source != target and params.get("SSESpecificationOverride") is None:
        raise _invalid("sseSpecificationOverride must be provided for cross-region restores")


def _capacity(source: Table, params: Params) -> tuple[str, Throughput]:
    override = params.get("BillingModeOverride")
    billing: str = override or source.billing
    given = params.get("ProvisionedThroughputOverride")
    if given is not None:
        if override == ON_DEMAND:
            raise _invalid(
                "Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST"
            )
        if billing == ON_DEMAND:
            raise _invalid("Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED")
        return billing, provision.units(given)
    if override == PROVISIONED and source.billing == ON_DEMAND:
        raise _invalid("Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED")
    return billing, Throughput() if billing == ON_DEMAND else source.throughput


def _check_on_demand(form: _Form | None, billing: str) -> None:
    for name in ("MaxReadRequestUnits", "MaxWriteRequestUnits"):
        units = None if form is None else form.get(name)
        if units is None:
            continue
        if billing != ON_DEMAND:
            raise _invalid(
                f"Cannot override {name} for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST"
            )
        if not 1 <= units <= limits.table_capacity_units_max:
            raise _invalid(f"Requested {name} for OnDemandThroughput is outside of valid range")


def _indexes(source: Table, params: Params, billing: str, identity: Callable[[], str]) -> list[Index]:
    indexes: list[Index] = []
    for local, name in ((True, "LocalSecondaryIndexOverride"), (False, "GlobalSecondaryIndexOverride")):
        known = [index for index in source.indexes if index.local is local and index.status != "DELETING"]
        forms: Sequence[_Form] | None = params.get(name)
        if forms is None:
            indexes += [_kept(index, source, billing) for index in known]
        else:  # an empty list leaves all of them out
            indexes += [_overridden(form, known, params, billing) for form in forms]
    fresh = {"filling": False, "pending": None, "capacity": Capacity()}
    return [replace(index, id=identity(), **fresh) for index in indexes]


def _kept(index: Index, source: Table, billing: str) -> Index:
    if index.local or billing == ON_DEMAND:
        return replace(index, throughput=Throughput())
    if source.billing == ON_DEMAND:
        raise _invalid(f"Must specify provisioned throughput for index {index.name}")
    return index


def _overridden(form: _Form, known: Sequence[Index], params: Params, billing: str) -> Index:
    """The index of the source with these keys and this projection, which may get another name."""
    name: str = form["IndexName"]
    index = next((index for index in known if _matches(index, form)), None)
    if index is None:
        raise _invalid(
            f"Index {name} does not match a secondary index that existed in the source table and cannot be "
            "created during the restore operation"
        )
    given = form.get("ProvisionedThroughput")
    if index.local:
        return replace(index, name=name)
    if billing == ON_DEMAND:
        if given is not None:
            how = "if BillingMode is overridden to PAY_PER_REQUEST"
            if params.get("BillingModeOverride") is None:
                how = "unless BillingMode is PROVISIONED"
            raise _invalid(f"Cannot override ProvisionedThroughput {how} for index {name}")
        return replace(index, name=name, throughput=Throughput())
    if given is None:
        raise _invalid(f"Must specify provisioned throughput for index {name}")
    return replace(index, name=name, throughput=provision.units(given))


def _matches(index: Index, form: _Form) -> bool:
    keys = [dict(element) for element in form["KeySchema"]]
    asked = form["Projection"]
    attributes = set(asked.get("NonKeyAttributes") or ())
    return (
        keys == description.key_schema(index.schema)
        and asked.get("ProjectionType") == index.projection
        and attributes == set(index.attributes)
    )


def _invalid(sentence: str) -> AwsError:
    return validation_error(f"Invalid Request: {sentence}")
