"""What DescribeTable and the answers of table operations tell of a table.

What answers leave out that DescribeTable tells was seen on AWS: ack-api-quirks DDB-TABLE-033, ScyllaDB's
test_table.py. Names in lists that have no order are sorted, as AWS does (DDB-TABLE-125).
"""

from typing import Any

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.context import Params
from millrace.dynamodb import counts, provision
from millrace.dynamodb.catalog import ON_DEMAND, Capacity, Index, Pending, Table, Throughput
from millrace.dynamodb.keys import KeySchema
from millrace.dynamodb.vectors import description as vector_description
from millrace.storage.interface import Reader

# What the answer to DeleteTable leaves out.
_GONE = (
    "AttributeDefinitions",
    "CreationDateTime",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "VectorIndexes",
    "WarmThroughput",
)


def of(
    reader: Reader, table: Table, status: str | None = None, *, now: float | None = None
) -> dict[str, Any]:
    """TableDescription as DescribeTable tells it.

    `status` is what AWS would say at this point if it is not the table's own; `now`, in epoch seconds, tells
    which decreases of capacity were today's.
    """
    status = status or table.status
    items, size = counts.get(reader, table.id)
    return {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in sorted(table.definitions.items())
        ],
        "TableName": table.name,
        "KeySchema": key_schema(table.schema),
        "TableStatus": status,
        "CreationDateTime": table.created,
        "ProvisionedThroughput": _provisioned(table.throughput, table.capacity, table.pending, now),
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": table.arn,
        "TableId": table.id,
        "DeletionProtectionEnabled": table.protected,
        "WarmThroughput": _warm(table.billing, table.throughput, table.capacity, table.pending),
        "OnDemandThroughput": _on_demand(table.capacity),
        **_billing(table),
        **_indexes(reader, table, status, now),
        **_stream(table),
        "RestoreSummary": _restore(table),
        "SSEDescription": encryption(table),
        **_class(table),
    }


def of_new(reader: Reader, table: Table, now: float, *, warm: bool) -> dict[str, Any]:
    """What CreateTable answers. `warm` says whether warm throughput was asked for; else it is left out."""
    description = of(reader, table, "CREATING", now=now)
    if warm:
        description["WarmThroughput"]["Status"] = "UPDATING"  # ack-api-quirks DDB-TABLE-032
    else:
        del description["WarmThroughput"]
    for index in description.get("GlobalSecondaryIndexes", ()):
        del index["WarmThroughput"]
    if "BillingModeSummary" in description:
        description["BillingModeSummary"] = {"BillingMode": table.billing}
    return description


def of_changed(reader: Reader, table: Table, params: Params, now: float) -> dict[str, Any]:
    """What UpdateTable answers; `params` are what asked for something."""
    # What changes nothing is told so all the same (ack-api-quirks DDB-TABLE-156).
    status = "UPDATING" if params.keys() & {"BillingMode", "TableClass"} else None
    if "SSESpecification" in params:  # whatever else is under way (DDB-TABLE-462)
        status = "ACTIVE"
    description = of(reader, table, status, now=now)
    # A maximum that was taken away is told in this answer alone (DDB-TABLE-182).
    gone = {name: units for name, units in params.get("OnDemandThroughput", {}).items() if units == -1}
    if gone:
        description["OnDemandThroughput"] = {**(description["OnDemandThroughput"] or {}), **gone}
    return description


def of_deleted(reader: Reader, table: Table, now: float) -> dict[str, Any]:
    """What DeleteTable answers."""
    description = of(reader, table, "DELETING", now=now)
    return {name: value for name, value in description.items() if name not in _GONE}


def encryption(table: Table) -> dict[str, str] | None:
    """SSEDescription; None for the key that AWS owns, as it is without one's doing: it tells nothing of that.

    A change tells of the key that there was, if there was one (ack-api-quirks DDB-TABLE-361 and -371).
    """
    if table.sealing is None:
        return None if table.encryption is None else _sealed(table.scope, table.encryption["key"], "ENABLED")
    if table.sealing.detail is None:
        return {"Status": "UPDATING"}
    return _sealed(table.scope, table.sealing.detail, "UPDATING")


def key_arn(scope: Scope, key: str) -> str:
    """The ARN of the key that is named by its id, its ARN or an alias. An alias has one key, and always the same."""
    arn = key if key.startswith("arn:") else scope.arn("kms", key if "/" in key else f"key/{key}")
    front, alias, _ = arn.partition(":alias/")
    return f"{front}:key/{ids.derived(arn)}" if alias else arn


def _sealed(scope: Scope, key: str, status: str) -> dict[str, str]:
    return {"Status": status, "SSEType": "KMS", "KMSMasterKeyArn": key_arn(scope, key)}


def _restore(table: Table) -> dict[str, Any] | None:
    """What is being restored; AWS tells it no longer than that (ack-api-quirks DDB-TABLE-216)."""
    if table.restore is None:
        return None
    return {
        "SourceBackupArn": table.restore.backup,
        "SourceTableArn": table.restore.table,
        "RestoreDateTime": table.restore.moment,
        "RestoreInProgress": True,
    }


def key_schema(schema: KeySchema) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute.name, "KeyType": kind}
        for attributes, kind in ((schema.hashes, "HASH"), (schema.ranges, "RANGE"))
        for attribute in attributes
    ]


def _provisioned(
    throughput: Throughput, capacity: Capacity, pending: Pending | None, now: float | None
) -> dict[str, Any]:
    """ProvisionedThroughput. A change is told once it is made, and only then counted."""
    told = throughput if pending is None or pending.throughput is None else pending.throughput
    decreases = provision.decreases_today(capacity, now)
    if throughput.read < told.read or throughput.write < told.write:
        decreases = max(decreases - 1, 0)
    return {
        "LastIncreaseDateTime": capacity.increased,
        "LastDecreaseDateTime": capacity.decreased,
        "NumberOfDecreasesToday": decreases,
        "ReadCapacityUnits": told.read,
        "WriteCapacityUnits": told.write,
    }


def _warm(
    billing: str, throughput: Throughput, capacity: Capacity, pending: Pending | None
) -> dict[str, Any]:
    warming = capacity.warming
    units = provision.warm(billing, throughput, capacity)
    for under_way in (pending, warming):
        if under_way is not None and under_way.throughput is not None:
            units = under_way.throughput
    return {
        "ReadUnitsPerSecond": units.read,
        "WriteUnitsPerSecond": units.write,
        "Status": "ACTIVE" if warming is None else "UPDATING",
    }


def _on_demand(capacity: Capacity) -> dict[str, Any] | None:
    units = {"MaxReadRequestUnits": capacity.most.read, "MaxWriteRequestUnits": capacity.most.write}
    return {name: value for name, value in units.items() if value} or None


def _class(table: Table) -> dict[str, Any]:
    """TableClassSummary, of tables that were ever given a class."""
    pending = table.pending
    told = pending.detail if pending is not None and pending.what == "CLASS" else table.table_class
    if told is None:
        return {}
    return {
        "TableClassSummary": {"TableClass": told, "LastUpdateDateTime": table.table_class_changed},
    }


def _billing(table: Table) -> dict[str, Any]:
    """AWS tells the billing mode of tables that are, or once were, on demand.

    Since when is told once the change is done (ack-api-quirks DDB-TABLE-064).
    """
    if table.billing_changed is None and table.billing != ON_DEMAND:
        return {}
    return {
        "BillingModeSummary": {
            "BillingMode": table.billing,
            "LastUpdateToPayPerRequestDateTime": table.billing_changed,
        }
    }


def _stream(table: Table) -> dict[str, Any]:
    """The latest stream's ARN stays after it was disabled; the specification does not."""
    described: dict[str, Any] = {}
    if table.view is not None:
        described["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": table.view}
    if table.stream is not None:
        described["LatestStreamLabel"] = table.stream_label
        described["LatestStreamArn"] = table.stream
    return described


def _indexes(reader: Reader, table: Table, status: str, now: float | None) -> dict[str, Any]:
    local = [_index(reader, table, index) for index in table.indexes if index.local]
    overall = [_global_index(reader, table, index, status, now) for index in table.indexes if not index.local]
    described: dict[str, Any] = {}
    if local:
        described["LocalSecondaryIndexes"] = local
    if overall:
        described["GlobalSecondaryIndexes"] = overall
    if table.vectors:
        told = [vector_description.of(reader, table, index, status) for index in table.vectors]
        described["VectorIndexes"] = told
    return described


def _index(reader: Reader, table: Table, index: Index) -> dict[str, Any]:
    items, size = counts.get(reader, index.id)
    return {
        "IndexName": index.name,
        "KeySchema": key_schema(index.schema),
        "Projection": projection(index),
        "IndexSizeBytes": size,
        "ItemCount": items,
        "IndexArn": f"{table.arn}/index/{index.name}",
    }


def projection(index: Index) -> dict[str, Any]:
    """What rows of an index hold besides its keys and the table's."""
    described: dict[str, Any] = {"ProjectionType": index.projection}
    if index.attributes:
        described["NonKeyAttributes"] = sorted(index.attributes)
    return described


def _global_index(
    reader: Reader, table: Table, index: Index, status: str, now: float | None
) -> dict[str, Any]:
    pending = index.pending
    described = {
        **_index(reader, table, index),
        "IndexStatus": "CREATING" if status == "CREATING" else index.status,
        "ProvisionedThroughput": _provisioned(index.throughput, index.capacity, pending, now),
        "WarmThroughput": _warm(table.billing, index.throughput, index.capacity, pending),
    }
    if index.status == "CREATING":
        # False while its resources are made ready (ack-api-quirks DDB-TABLE-138).
        described["Backfilling"] = pending is None or pending.what != "ALLOCATION"
    if most := _on_demand(index.capacity):
        described["OnDemandThroughput"] = most
    return described
