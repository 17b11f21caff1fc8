"""What would need other places or services: Kinesis, global tables, endpoints. AWS's answers, when there are none."""

import pytest
from tests.unit.tables.calls import run

from millrace.core.arn import Scope
from millrace.core.context import Context
from millrace.dynamodb.operations.endpoints import Endpoints

STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/changes"
STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: "
PRECISION = {"UpdateKinesisStreamingConfiguration": {"ApproximateCreationDateTimePrecision": "MICROSECOND"}}


def test_a_kinesis_stream_that_is_not_there_is_taken_and_has_failed():
    async def test(calls):
        await calls.table()
        target = {"TableName": "orders", "StreamArn": STREAM}
        far = STREAM.replace("eu-west-1", "us-east-1")

        assert await calls("EnableKinesisStreamingDestination", **target) == {
            **target,
            "DestinationStatus": "ENABLING",
            "EnableKinesisStreamingConfiguration": {},
        }
        await calls("EnableKinesisStreamingDestination", TableName="orders", StreamArn=far)
        await calls("EnableKinesisStreamingDestination", **target)
        told = await calls("DescribeKinesisStreamingDestination", TableName="orders")
        failed = [
            (each["StreamArn"], each["DestinationStatus"], each["DestinationStatusDescription"])
            for each in told["KinesisDataStreamDestinations"]
        ]
        assert failed == [
            (STREAM, "ENABLE_FAILED", "User does not have a permission to use kinesis stream"),
            (
                far,
                "ENABLE_FAILED",
                "The kinesis Arn used to enable kinesis replication belongs to a stream which is not in the "
                "current region",
            ),
        ]

    run(test)


def test_no_kinesis_stream_is_disabled_or_updated_as_none_is_active():
    async def test(calls):
        await calls.table()
        assert await calls("DescribeKinesisStreamingDestination", TableName="orders") == {
            "TableName": "orders",
            "KinesisDataStreamDestinations": [],
        }

        async def refused(operation, **more):
            code, message = await calls.refused(operation, TableName="orders", StreamArn=STREAM, **more)
            assert code == "ValidationException"
            return message

        assert await refused("DisableKinesisStreamingDestination") == (
            f"{STATE}KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."
        )
        assert await refused("UpdateKinesisStreamingDestination", **PRECISION) == (
            f"{STATE}No streaming destination with streamArn: {STREAM} found for table with tableName: orders"
        )
        await calls("EnableKinesisStreamingDestination", TableName="orders", StreamArn=STREAM)
        assert await refused("UpdateKinesisStreamingDestination", **PRECISION) == (
            f"{STATE}Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
            f"TableName: orders, kdsArn: {STREAM}"
        )
        assert "cannot be null" in (await refused("UpdateKinesisStreamingDestination"))

    run(test)


LEGACY = (
    "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not supported. We "
    "recommend using DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy)."
)
MISSING = "Global table with name: 'orders' does not exist."


@pytest.mark.parametrize(
    ("operation", "params", "code", "message"),
    [
        ("CreateGlobalTable", {"ReplicationGroup": [{"RegionName": "x"}]}, "ValidationException", LEGACY),
        (
            "UpdateGlobalTable",
            {"ReplicaUpdates": [{"Create": {"RegionName": "x"}}]},
            "ValidationException",
            LEGACY,
        ),
        (
            "UpdateGlobalTable",
            {"ReplicaUpdates": [{"Delete": {"RegionName": "x"}}]},
            "GlobalTableNotFoundException",
            MISSING,
        ),
        (
            "UpdateGlobalTable",
            {"ReplicaUpdates": []},
            "ValidationException",
            "One or more parameter values were invalid",
        ),
        ("DescribeGlobalTable", {}, "GlobalTableNotFoundException", f"Global table not found: {MISSING}"),
        ("DescribeGlobalTableSettings", {}, "GlobalTableNotFoundException", MISSING),
        ("UpdateGlobalTableSettings", {}, "GlobalTableNotFoundException", MISSING),
    ],
)
def test_there_are_no_global_tables_and_none_can_be_made(operation, params, code, message):
    async def test(calls):
        await calls.table()

        assert await calls.refused(operation, GlobalTableName="orders", **params) == (code, message)
        assert await calls("ListGlobalTables") == {"GlobalTables": []}

    run(test)


@pytest.mark.parametrize("operation", ["DescribeTableReplicaAutoScaling", "UpdateTableReplicaAutoScaling"])
def test_a_table_without_replicas_has_no_scaling_of_them(operation):
    async def test(calls):
        await calls.table()

        assert await calls.refused(operation, TableName="orders") == ("ResourceNotFoundException", MISSING)

    run(test)


@pytest.mark.parametrize(
    ("host", "base", "address"),
    [
        ("localhost:8000", "", "localhost:8000"),
        ("example.com", "/millrace", "example.com/millrace"),
    ],
)
def test_the_endpoint_is_where_the_caller_came(host, base, address):
    async def test(calls):
        context = Context(Scope("1", "eu-west-1"), None, "request", {"host": host}, base)
        answer = await Endpoints().describe_endpoints(context, {})

        assert answer == {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}

    run(test)
