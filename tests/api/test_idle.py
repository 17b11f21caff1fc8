"""Waiting for idle: what a test finds when it returns, and what it does not wait for. docs/api.md has the list."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.endpoint import Endpoint
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

FAILING = "def handle(event, context):\n    raise ValueError('no')\n"
# What a topic tells it, it tells another topic.
PASSING_ON = """
import boto3, os

def handle(event, context):
    boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Message="passed on")
"""
SCHEMA = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
# More than is copied, filled or exported within the request that asks for it.
MANY_ITEMS = 600


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.close()


def a_topic(server: Millrace, name: str, endpoint: Endpoint) -> str:
    """A topic with an HTTP endpoint that wants its messages."""
    sns = server.client("sns")
    topic: str = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint.url)
    server.idle()
    sns.confirm_subscription(TopicArn=topic, Token=json.loads(endpoint.got.pop()[1])["Token"])
    return topic


def messages(endpoint: Endpoint) -> list[str]:
    return [json.loads(text)["Message"] for _, text in endpoint.got]


def a_failing_trigger(server: Millrace, functions: Functions, topic: str) -> None:
    """A table `orders` whose function fails, of which the topic is told."""
    made = server.client("dynamodb").create_table(
        TableName="orders",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        **SCHEMA,
    )
    stream = made["TableDescription"]["LatestStreamArn"]
    policy = json.loads(stream_policy(stream))
    policy["Statement"].append({"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"})
    server.client("iam").put_role_policy(
        RoleName="functions", PolicyName="p", PolicyDocument=json.dumps(policy)
    )
    functions.make("failing", FAILING)
    functions.lambda_.create_event_source_mapping(
        EventSourceArn=stream,
        FunctionName="failing",
        StartingPosition="TRIM_HORIZON",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": topic}},
    )


def test_whatever_a_failure_is_told_to_has_it_also_by_way_of_another_function_and_topic(
    server: Millrace, functions: Functions, endpoint: Endpoint
):
    sns, sqs = server.client("sns"), server.client("sqs")
    far = a_topic(server, "far", endpoint)
    near: str = sns.create_topic(Name="near")["TopicArn"]
    queue = sqs.create_queue(QueueName="near")["QueueUrl"]
    sns.subscribe(TopicArn=near, Protocol="sqs", Endpoint="arn:aws:sqs:eu-central-1:000000000000:near")
    functions.make("passing-on", PASSING_ON, Environment={"Variables": {"TOPIC": far}})
    passing = "arn:aws:lambda:eu-central-1:000000000000:function:passing-on"
    sns.subscribe(TopicArn=near, Protocol="lambda", Endpoint=passing)
    a_failing_trigger(server, functions, near)

    server.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "a"}})
    told = server.idle()

    assert told["mappings"][0]["discarded"]["RetryAttemptsExhausted"] == 1
    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert "RetryAttemptsExhausted" in json.loads(message["Body"])["Message"]
    assert messages(endpoint) == ["passed on"]


def test_an_endpoint_that_fails_holds_idle_up_only_for_the_tries_that_are_due(
    server: Millrace, endpoint: Endpoint
):
    topic = a_topic(server, "failing", endpoint)
    endpoint.status = 500
    server.client("sns").publish(TopicArn=topic, Message="hello")

    tries = []
    for _ in range(5):
        server.idle()
        tries.append(len(endpoint.got))
        server.ask("clock", advance=21)

    # AWS's own policy: three more after 20 seconds each, and then it is given up.
    assert tries == [1, 2, 3, 4, 4]


def test_tables_backups_exports_imports_and_indexes_are_done(server: Millrace):
    dynamodb, s3 = server.client("dynamodb"), server.client("s3")
    s3.create_bucket(Bucket="transfers", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    table = dynamodb.create_table(TableName="many", **SCHEMA)["TableDescription"]["TableArn"]
    fill(dynamodb)
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName="many", PointInTimeRecoverySpecification=recovery)
    backup = dynamodb.create_backup(TableName="many", BackupName="full")["BackupDetails"]["BackupArn"]
    export = dynamodb.export_table_to_point_in_time(TableArn=table, S3Bucket="transfers")
    dynamodb.update_table(
        TableName="many",
        AttributeDefinitions=[{"AttributeName": "g", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-g",
                    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    )
    server.idle()

    described = dynamodb.describe_backup(BackupArn=backup)["BackupDescription"]["BackupDetails"]
    assert described["BackupStatus"] == "AVAILABLE"
    arn = export["ExportDescription"]["ExportArn"]
    exported = dynamodb.describe_export(ExportArn=arn)["ExportDescription"]
    assert (exported["ExportStatus"], exported["ItemCount"]) == ("COMPLETED", MANY_ITEMS)
    assert (
        dynamodb.query(TableName="many", IndexName="by-g", Select="COUNT", **by_group())["Count"]
        == MANY_ITEMS
    )

    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=backup)
    imported = dynamodb.import_table(
        S3BucketSource={"S3Bucket": "transfers", "S3KeyPrefix": f"{data_of(exported)}/"},
        InputFormat="DYNAMODB_JSON",
        InputCompressionType="GZIP",
        TableCreationParameters={"TableName": "imported", **SCHEMA},
    )["ImportTableDescription"]["ImportArn"]
    server.idle()

    assert dynamodb.describe_table(TableName="restored")["Table"]["TableStatus"] == "ACTIVE"
    assert dynamodb.scan(TableName="restored", Select="COUNT")["Count"] == MANY_ITEMS
    told = dynamodb.describe_import(ImportArn=imported)["ImportTableDescription"]
    assert (told["ImportStatus"], told["ImportedItemCount"]) == ("COMPLETED", MANY_ITEMS)


def fill(dynamodb: Any) -> None:
    for first in range(0, MANY_ITEMS, 25):
        items = [{"id": {"S": str(number)}, "g": {"S": "g"}} for number in range(first, first + 25)]
        dynamodb.batch_write_item(RequestItems={"many": [{"PutRequest": {"Item": item}} for item in items]})


def by_group() -> dict[str, Any]:
    return {"KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "g"}}}


def data_of(export: dict[str, Any]) -> str:
    """Where an export's items are."""
    return export["ExportManifest"].rpartition("/")[0] + "/data"
