"""What DescribeTable and the answers of table operations tell of a table."""

from typing import Any

from millrace.dynamodb import counts
from millrace.dynamodb.catalog import ON_DEMAND, Index, Table, Throughput
from millrace.dynamodb.keys import KeySchema
from millrace.storage.interface import Reader

# What AWS tells of a new on-demand table.
_WARM_READS, _WARM_WRITES = 12_000, 4_000


def of(reader: Reader, table: Table, status: str = "ACTIVE") -> dict[str, Any]:
    """TableDescription. A table is ready at once; `status` is what AWS would say at this point."""
    if table.restore is not None:
        status = "CREATING"
    items, size = counts.get(reader, table.id)
    description: dict[str, Any] = {
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in table.definitions.items()
        ],
        "TableName": table.name,
        "KeySchema": key_schema(table.schema),
        "TableStatus": status,
        "CreationDateTime": table.created,
        "ProvisionedThroughput": {
            "LastIncreaseDateTime": table.throughput_increased,
            "LastDecreaseDateTime": table.throughput_decreased,
            **_throughput(table.throughput),
        },
        "TableSizeBytes": size,
        "ItemCount": items,
        "TableArn": table.arn,
        "TableId": table.id,
        "DeletionProtectionEnabled": table.protected,
        "WarmThroughput": _warm(table, table.throughput),
        **_billing(table),
        **_indexes(reader, table, status),
        **_stream(table),
        "SSEDescription": encryption(table),
        "RestoreSummary": _restore(table),
    }
    if table.table_class is not None:
        description["TableClassSummary"] = {"TableClass": table.table_class}
    return description


def encryption(table: Table) -> dict[str, str] | None:
    """SSEDescription; None for the key that AWS owns, which it tells nothing of."""
    if table.encryption is None:
        return None
    key = table.encryption["key"]
    arn = key if key.startswith("arn:") else table.scope.arn("kms", key if "/" in key else f"key/{key}")
    return {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}


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


def _throughput(throughput: Throughput) -> dict[str, int]:
    return {
        "NumberOfDecreasesToday": 0,
        "ReadCapacityUnits": throughput.read,
        "WriteCapacityUnits": throughput.write,
    }


def _warm(table: Table, throughput: Throughput) -> dict[str, Any]:
    on_demand = table.billing == ON_DEMAND
    return {
        "ReadUnitsPerSecond": _WARM_READS if on_demand else throughput.read,
        "WriteUnitsPerSecond": _WARM_WRITES if on_demand else throughput.write,
        "Status": "ACTIVE",
    }


def _billing(table: Table) -> dict[str, Any]:
    """AWS tells the billing mode of tables that are, or once were, on demand."""
    if table.billing_changed is None:
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


def _indexes(reader: Reader, table: Table, status: str) -> dict[str, Any]:
    local = [_index(reader, table, index) for index in table.indexes if index.local]
    overall = [_global_index(reader, table, index, status) for index in table.indexes if not index.local]
    described: dict[str, Any] = {}
    if local:
        described["LocalSecondaryIndexes"] = local
    if overall:
        described["GlobalSecondaryIndexes"] = overall
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
        described["NonKeyAttributes"] = list(index.attributes)
    return described


def _global_index(reader: Reader, table: Table, index: Index, status: str) -> dict[str, Any]:
    creating = index.filling or status == "CREATING"
    return {
        **_index(reader, table, index),
        "IndexStatus": "CREATING" if creating else "ACTIVE",
        "Backfilling": True if index.filling else None,
        "ProvisionedThroughput": _throughput(index.throughput),
        "WarmThroughput": _warm(table, index.throughput),
    }
