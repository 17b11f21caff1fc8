"""What a request on tables must be allowed."""

import pytest
from tests.unit.tables.calls import SCOPE

from millrace.core.context import Access
from millrace.dynamodb.actions import accesses
from millrace.streams import operations as streams

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
GLOBAL = "arn:aws:dynamodb::123456789012:global-table/orders"
BACKUP = TABLE + "/backup/01700000000000-0123abcd"
# What a restore does to the table that it makes.
RESTORING = [
    (name, TABLE)
    for name in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
]
STREAM = TABLE + "/stream/2026-01-01T00:00:00.000"


@pytest.mark.parametrize(
    ("operation", "params", "needed"),
    [
        ("PutItem", {"TableName": "orders"}, [("PutItem", TABLE)]),
        ("GetItem", {"TableName": TABLE}, [("GetItem", TABLE)]),
        ("Query", {"TableName": "orders", "IndexName": "by-x"}, [("Query", TABLE + "/index/by-x")]),
        (
            "SearchVectors",
            {"TableName": "orders", "IndexName": "by-x"},
            [("SearchVectors", TABLE + "/index/by-x")],
        ),
        ("ListTables", {}, [("ListTables", TABLE.replace("orders", "*"))]),
        ("TagResource", {"ResourceArn": TABLE}, [("TagResource", TABLE)]),
        (
            "BatchGetItem",
            {"RequestItems": {"orders": {}, "other": {}}},
            [("BatchGetItem", TABLE), ("BatchGetItem", TABLE.replace("orders", "other"))],
        ),
        (
            "ExecuteStatement",
            {"Statement": 'SELECT * FROM orders."by-x" WHERE x = 1'},
            [("PartiQLSelect", TABLE + "/index/by-x")],
        ),
        (
            "BatchExecuteStatement",
            {
                "Statements": [
                    {"Statement": "INSERT INTO orders VALUE {'id': '1'}"},
                    {"Statement": "INSERT INTO orders VALUE {'id': '2'}"},
                    {"Statement": "no statement"},
                ]
            },
            [("PartiQLInsert", TABLE)],
        ),
        (
            "ExecuteTransaction",
            {
                "TransactStatements": [
                    {"Statement": "UPDATE orders SET a = 1 WHERE id = '1'"},
                    {"Statement": "DELETE FROM other WHERE id = '1'"},
                    {"Statement": "EXISTS(SELECT * FROM orders WHERE id = '2' AND a = 1)"},
                ]
            },
            [
                ("PartiQLUpdate", TABLE),
                ("PartiQLDelete", TABLE.replace("orders", "other")),
                ("PartiQLSelect", TABLE),
            ],
        ),
        (
            "CreateTable",
            {"TableName": "orders", "Tags": [{"Key": "a", "Value": "b"}]},
            [("CreateTable", TABLE), ("TagResource", TABLE)],
        ),
        (
            "CreateTable",
            {"TableName": "orders", "ResourcePolicy": "{}"},
            [("CreateTable", TABLE), ("PutResourcePolicy", TABLE)],
        ),
        ("PutResourcePolicy", {"ResourceArn": STREAM}, [("PutResourcePolicy", STREAM)]),
        (
            "UpdateContributorInsights",
            {"TableName": "orders", "IndexName": "by-x"},
            [("UpdateContributorInsights", TABLE + "/index/by-x")],
        ),
        ("ListContributorInsights", {"TableName": "orders"}, [("ListContributorInsights", "*")]),
        ("DescribeEndpoints", {}, [("DescribeEndpoints", "*")]),
        ("DescribeExport", {"ExportArn": TABLE + "/export/1"}, [("DescribeExport", TABLE + "/export/1")]),
        ("StartBulkPutItems", {"TableName": "orders"}, [("StartBulkPutItems", TABLE)]),
        ("DescribeGlobalTable", {"GlobalTableName": "orders"}, [("DescribeGlobalTable", GLOBAL)]),
        (
            "CreateGlobalTable",
            {"GlobalTableName": "orders"},
            [("CreateGlobalTable", GLOBAL), ("CreateGlobalTable", TABLE)],
        ),
        ("CreateBackup", {"TableName": "orders", "BackupName": "first"}, [("CreateBackup", TABLE)]),
        ("UpdateContinuousBackups", {"TableName": "orders"}, [("UpdateContinuousBackups", TABLE)]),
        ("ListBackups", {"TableName": "orders"}, [("ListBackups", "*")]),
        ("DescribeBackup", {"BackupArn": BACKUP}, [("DescribeBackup", BACKUP)]),
        ("DeleteBackup", {"BackupArn": BACKUP}, [("DeleteBackup", BACKUP)]),
        (
            "RestoreTableFromBackup",
            {"BackupArn": BACKUP, "TargetTableName": "orders"},
            [("RestoreTableFromBackup", BACKUP), ("RestoreTableFromBackup", TABLE), *RESTORING],
        ),
        (
            "RestoreTableToPointInTime",
            {"SourceTableName": "other", "TargetTableName": "orders"},
            [
                ("RestoreTableToPointInTime", TABLE.replace("orders", "other")),
                ("RestoreTableToPointInTime", TABLE),
                *RESTORING,
            ],
        ),
    ],
)
def test_an_operation_asks_for_its_action_on_its_resource(operation, params, needed):
    expected = [Access(f"dynamodb:{action}", resource) for action, resource in needed]

    assert list(accesses(operation, SCOPE, params)) == expected


def test_an_export_is_written_in_the_name_of_whoever_asks_for_it():
    asked = {"TableArn": TABLE, "S3Bucket": "b", "S3Prefix": "p"}

    assert list(accesses("ExportTableToPointInTime", SCOPE, asked)) == [
        Access("dynamodb:ExportTableToPointInTime", TABLE),
        Access("s3:PutObject", "arn:aws:s3:::b/p/AWSDynamoDB/*"),
    ]


def test_an_import_is_read_in_the_name_of_whoever_asks_for_it():
    source = {"S3Bucket": "b", "S3KeyPrefix": "p/"}
    asked = {"TableCreationParameters": {"TableName": "orders"}, "S3BucketSource": source}

    assert list(accesses("ImportTable", SCOPE, asked)) == [
        Access("dynamodb:ImportTable", TABLE),
        Access("s3:GetObject", "arn:aws:s3:::b/p/*"),
        Access("s3:ListBucket", "arn:aws:s3:::b", {"s3:prefix": "p/"}),
    ]


@pytest.mark.parametrize("operation", ["TransactGetItems", "TransactWriteItems"])
def test_a_transaction_asks_for_the_action_of_each_part_once_for_each_table(operation):
    other = TABLE.replace("orders", "other")
    kinds = ("Get",) if operation == "TransactGetItems" else ("ConditionCheck", "Delete", "Put", "Update")
    parts = [{kind: {"TableName": name}} for name in ("orders", "other", TABLE) for kind in kinds]
    within = {"dynamodb:EnclosingOperation": operation}
    names = [f"{kind}Item" for kind in kinds]

    assert list(accesses(operation, SCOPE, {"TransactItems": [*parts, {}]})) == [
        Access(f"dynamodb:{name}", table, within) for table in (TABLE, other) for name in names
    ]


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("ListStreams", {"TableName": "orders"}, "*"),
        ("DescribeStream", {"StreamArn": STREAM}, STREAM),
        ("GetRecords", {"ShardIterator": STREAM + "|1|opaque"}, STREAM),
    ],
)
def test_a_stream_operation_asks_for_its_stream(operation, params, resource):
    assert list(streams.accesses(operation, SCOPE, params)) == [Access(f"dynamodb:{operation}", resource)]
