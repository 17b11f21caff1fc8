"""What a client is told of a backup.

Which members there are, and when, was probed on AWS: ack-api-quirks DDB-BACKUP-004, -009 and -021.
"""

from typing import Any

from millrace.dynamodb import description
from millrace.dynamodb.backup import SYSTEM, Backup
from millrace.dynamodb.catalog import Index, Table
from millrace.dynamodb.vectors import description as vector_description


def details(backup: Backup, status: str | None = None) -> dict[str, Any]:
    """BackupDetails. `status` is what AWS says at this point, left out it is how the backup stands."""
    return {
        "BackupArn": backup.arn,
        "BackupName": backup.name,
        "BackupSizeBytes": backup.size,
        "BackupStatus": status or ("AVAILABLE" if backup.available else "CREATING"),
        "BackupType": backup.kind,
        "BackupCreationDateTime": backup.created,
        "BackupExpiryDateTime": backup.expires,
    }


def of(backup: Backup, status: str | None = None) -> dict[str, Any]:
    """BackupDescription."""
    # AWS tells nothing of the features of a deleted table: ack-api-quirks DDB-BACKUP-015.
    features = {} if backup.kind == SYSTEM else _features(backup.table)
    return {
        "BackupDetails": details(backup, status),
        "SourceTableDetails": _source(backup),
        "SourceTableFeatureDetails": features,
    }


def summary(backup: Backup) -> dict[str, Any]:
    """BackupSummary."""
    table = backup.table
    return {"TableName": table.name, "TableId": table.id, "TableArn": table.arn, **details(backup)}


def _source(backup: Backup) -> dict[str, Any]:
    table = backup.table
    return {
        "TableName": table.name,
        "TableId": table.id,
        "TableArn": table.arn,
        "TableSizeBytes": backup.size,
        "KeySchema": description.key_schema(table.schema),
        "TableCreationDateTime": table.created,
        "ProvisionedThroughput": {
            "ReadCapacityUnits": table.throughput.read,
            "WriteCapacityUnits": table.throughput.write,
        },
        "ItemCount": backup.items,
        "BillingMode": table.billing,
    }


def _features(table: Table) -> dict[str, Any]:
    features: dict[str, Any] = {}
    if local := [_index(index) for index in table.indexes if index.local]:
        features["LocalSecondaryIndexes"] = local
    if overall := [_global_index(index) for index in table.indexes if not index.local]:
        features["GlobalSecondaryIndexes"] = overall
    if table.vectors:
        features["VectorIndexes"] = [vector_description.settings(index) for index in table.vectors]
    if table.view is not None:
        features["StreamDescription"] = {"StreamEnabled": True, "StreamViewType": table.view}
    if table.ttl is not None:
        features["TimeToLiveDescription"] = {
            "TimeToLiveStatus": "ENABLED",
            "AttributeName": table.ttl.attribute,
        }
    if (encryption := description.encryption(table)) is not None:
        features["SSEDescription"] = encryption
    return features


def _index(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": description.key_schema(index.schema),
        "Projection": description.projection(index),
    }


def _global_index(index: Index) -> dict[str, Any]:
    throughput = {"ReadCapacityUnits": index.throughput.read, "WriteCapacityUnits": index.throughput.write}
    return {**_index(index), "ProvisionedThroughput": throughput}
