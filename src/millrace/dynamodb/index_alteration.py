"""What UpdateTable's GlobalSecondaryIndexUpdates make of a table's indexes, or AWS's reason why not.

The sentences were probed on AWS in October 2026: ack-api-quirks DDB-TABLE-135, -152, -155, -159, -162, -164, -169.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError, invalid, validation_error
from millrace.dynamodb import definition, provision
from millrace.dynamodb.alteration import same_units
from millrace.dynamodb.catalog import ON_DEMAND, PROVISIONED, Index, Table, Throughput
from millrace.dynamodb.provision import Owner

_Form = Mapping[str, Any]


def altered(before: Table, table: Table, params: Params, now: float, identity: Callable[[], str]) -> Table:
    """The indexes as they shall be of a table that was `before`. New ones are `filling`, deleted ones gone."""
    updates = params.get("GlobalSecondaryIndexUpdates") or ()
    _check_online(before, updates, params.get("VectorIndexUpdates") or ())
    # What is defined already keeps its type, whatever the request says of it; and of a new index's keys the
    # request has to speak. Both were seen on AWS in 2026: dynamodb-conformance issue 78, dynoxide issue 144.
    given = definition.attribute_types(params.get("AttributeDefinitions") or ())
    offered = {name: table.definitions.get(name, kind) for name, kind in given.items()}
    switched = table.billing != before.billing
    indexes = {index.name: _switched(index, before, table) for index in table.indexes}
    for update in updates:
        if update.get("Create") is not None:
            _create(indexes, table, update["Create"], params, offered, identity)
        elif update.get("Delete") is not None:
            del indexes[_global(indexes, table, update["Delete"]["IndexName"], "delete").name]
        else:
            known = _global(indexes, table, update["Update"]["IndexName"], "update")
            indexes[known.name] = _updated(known, table, update["Update"], now, switched=switched)
    if switched and table.billing == PROVISIONED:
        _check_provisioned(indexes)
    table = replace(table, indexes=tuple(indexes.values()))
    kept = {name: kind for name, kind in {**table.definitions, **offered}.items() if name in table.used}
    definition.check_indexes(table.schema, kept, table.indexes, table.vectors)
    return replace(table, definitions=kept)


def _check_online(
    table: Table, updates: list[_Form] | tuple[()], vector_updates: list[_Form] | tuple[()]
) -> None:
    """One index is made or deleted at a time, of whatever kind."""
    changes = [*updates, *vector_updates]
    online = [form for update in changes if (form := update.get("Create") or update.get("Delete"))]
    names = {form["IndexName"] for form in online}
    busy = any(
        index.status in ("CREATING", "DELETING") and index.name not in names for index in table.all_indexes
    )
    if len(online) > 1 or (online and busy):
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )
    overall = sum(not index.local for index in table.indexes)
    if any(update.get("Create") for update in updates) and overall >= limits.global_indexes_max:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
            f"{limits.global_indexes_max}",
        )


def _create(
    indexes: dict[str, Index],
    table: Table,
    form: _Form,
    params: Params,
    offered: Mapping[str, str],
    identity: Callable[[], str],
) -> None:
    name: str = form["IndexName"]
    if name in indexes:
        raise validation_error("Attempting to create an index which already exists")
    if not params.get("AttributeDefinitions"):
        raise invalid(f"AttributeDefinitions is not specified for index: {name}")
    given = form.get("ProvisionedThroughput")
    if table.billing == PROVISIONED and given is None:
        raise invalid(f"Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {name}")
    if table.billing == ON_DEMAND and given is not None:
        raise invalid(
            f"Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {name} when "
            "BillingMode is PAY_PER_REQUEST"
        )
    index = definition.global_index(form, table.billing, offered, identity)
    provision.check_quota(index.throughput, table.scope.region, name)
    indexes[name] = replace(index, filling=True)


def _global(indexes: Mapping[str, Index], table: Table, name: str, verb: str) -> Index:
    known = indexes.get(name)
    if known is None:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: Index {name} for table {table.name}"
        )
    if known.local:
        raise validation_error(f"Cannot {verb} an index that is not a GlobalSecondaryIndex: {name}")
    return known


def _updated(index: Index, table: Table, form: _Form, now: float, *, switched: bool) -> Index:
    given, most, warm = (
        form.get(name) for name in ("ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput")
    )
    owner = Owner(index.name)
    if table.billing == ON_DEMAND and (given is not None or not (most or warm is not None)):
        raise invalid(
            f"The only Updates for index: {index.name} when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput"
        )
    if given is not None:
        index = _provisioned(index, table, provision.units(given), now, switched=switched)
    if most is not None:
        provision.check_maxima(most, table.scope.region, owner)
        index = replace(index, capacity=provision.limited(index.capacity, most, table.billing, owner))
    if warm is not None:
        capacity = provision.warmed(index.capacity, warm, table.billing, index.throughput, owner)
        index = replace(index, capacity=capacity)
    return index


def _provisioned(index: Index, table: Table, units: Throughput, now: float, *, switched: bool) -> Index:
    provision.check_quota(units, table.scope.region, index.name)
    if switched:
        return replace(index, throughput=units)
    if units == index.throughput:
        raise same_units(f"index {index.name}", f"index {index.name}", units)
    capacity = provision.changed(index.capacity, table.billing, index.throughput, units, now)
    return replace(index, throughput=units, capacity=capacity)


def _switched(index: Index, before: Table, table: Table) -> Index:
    """An index after its table's change of billing mode, which ends units and maxima alike."""
    if index.local or before.billing == table.billing:
        return index
    warm = provision.warm(before.billing, index.throughput, index.capacity)
    capacity = replace(index.capacity, warm=warm, most=Throughput())
    return replace(index, throughput=Throughput(), capacity=capacity)


def _check_provisioned(indexes: Mapping[str, Index]) -> None:
    for index in indexes.values():
        if not index.local and index.throughput == Throughput():
            raise invalid(f"ProvisionedThroughput must be specified for index: {index.name}")
