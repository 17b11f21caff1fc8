"""The main job with boto3: a record is written, a function runs because of it, its log shows it."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import BROKEN_HANDLER, HANDLER, TRUST, Millrace, stream_policy, zipped

KEY = {"JansPartition": {"S": "hello world"}}


class Loop:
    """The article's table, stream, role, function and mapping, built with boto3 clients."""

    def __init__(self, millrace: Millrace) -> None:
        self.millrace = millrace
        self.dynamodb = millrace.client("dynamodb")
        self.lambda_ = millrace.client("lambda")
        self.iam = millrace.client("iam")
        self.logs = millrace.client("logs")

    def create_table(self) -> str:
        self.dynamodb.create_table(
            TableName="JansTable",
            AttributeDefinitions=[{"AttributeName": "JansPartition", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "JansPartition", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.dynamodb.get_waiter("table_exists").wait(TableName="JansTable")
        specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        self.dynamodb.update_table(TableName="JansTable", StreamSpecification=specification)
        table = self.dynamodb.describe_table(TableName="JansTable")["Table"]
        assert table["StreamSpecification"] == specification
        return table["LatestStreamArn"]

    def create_role(self, stream_arn: str) -> str:
        role = self.iam.create_role(RoleName="JansRole", AssumeRolePolicyDocument=TRUST)["Role"]
        self.allow(stream_arn)
        return role["Arn"]

    def allow(self, stream_arn: str, *, without: str = "") -> None:
        self.iam.put_role_policy(
            RoleName="JansRole",
            PolicyName="stream",
            PolicyDocument=stream_policy(stream_arn, without=without),
        )

    def create_function(self, role_arn: str, source: str = HANDLER) -> None:
        self.lambda_.create_function(
            FunctionName="JansFunction",
            Runtime="python3.11",
            Role=role_arn,
            Handler="handler.lambda_handler",
            Code={"ZipFile": zipped(source)},
        )
        self.lambda_.get_waiter("function_active_v2").wait(FunctionName="JansFunction")

    def create_mapping(self, stream_arn: str) -> str:
        mapping = self.lambda_.create_event_source_mapping(
            EventSourceArn=stream_arn, FunctionName="JansFunction", StartingPosition="TRIM_HORIZON"
        )
        assert mapping["State"] == "Creating"
        return mapping["UUID"]

    def build(self) -> tuple[str, str]:
        stream_arn = self.create_table()
        self.create_function(self.create_role(stream_arn))
        return stream_arn, self.create_mapping(stream_arn)

    def put(self, value: str) -> None:
        self.dynamodb.put_item(TableName="JansTable", Item={"JansPartition": {"S": value}})

    def update_code(self, source: str) -> None:
        self.lambda_.update_function_code(FunctionName="JansFunction", ZipFile=zipped(source))

    def messages(self) -> list[str]:
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/JansFunction")
        return [event["message"] for page in pages for event in page["events"]]

    def received(self) -> list[dict[str, Any]]:
        """The records the handler printed, in the log's order."""
        prefix = "Received event: "
        events = [json.loads(m.removeprefix(prefix)) for m in self.messages() if m.startswith(prefix)]
        return [record for event in events for record in event["Records"]]


@pytest.fixture
def loop(millrace: Millrace) -> Loop:
    return Loop(millrace)


def test_a_stream_is_turned_on_and_its_arn_carries_its_label(loop: Loop):
    stream_arn = loop.create_table()

    pattern = r"arn:aws:dynamodb:eu-central-1:000000000000:table/JansTable/stream/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"
    assert re.fullmatch(pattern, stream_arn)


def test_insert_modify_and_remove_reach_the_function_with_their_images(loop: Loop):
    stream_arn, _ = loop.build()

    loop.dynamodb.put_item(TableName="JansTable", Item=KEY)
    loop.dynamodb.update_item(
        TableName="JansTable",
        Key=KEY,
        UpdateExpression="SET moreData = :m",
        ExpressionAttributeValues={":m": {"S": "hello again"}},
    )
    loop.dynamodb.put_item(TableName="JansTable", Item={**KEY, "moreData": {"S": "hello again"}})
    loop.dynamodb.delete_item(TableName="JansTable", Key=KEY)
    loop.millrace.idle()

    changed = {**KEY, "moreData": {"S": "hello again"}}
    images = [
        (r["eventName"], r["dynamodb"].get("OldImage"), r["dynamodb"].get("NewImage"))
        for r in loop.received()
    ]
    assert images == [("INSERT", None, KEY), ("MODIFY", KEY, changed), ("REMOVE", changed, None)]
    first = loop.received()[0]
    assert (first["eventSourceARN"], first["eventSource"], first["eventVersion"], first["awsRegion"]) == (
        stream_arn,
        "aws:dynamodb",
        "1.1",
        "eu-central-1",
    )


def test_the_log_has_the_lines_aws_writes(loop: Loop):
    loop.build()

    loop.put("hello world")
    loop.millrace.idle()

    kinds = [re.split(r"[ :]", message, maxsplit=1)[0] for message in loop.messages()]
    assert kinds == ["INIT_START", "START", "Received", "END", "REPORT"]
    stream = loop.logs.describe_log_streams(logGroupName="/aws/lambda/JansFunction")["logStreams"][0]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream["logStreamName"])


def test_a_failing_batch_is_tried_again_at_growing_intervals_until_the_code_is_repaired(loop: Loop):
    loop.build()
    loop.update_code(BROKEN_HANDLER)

    with loop.millrace.tail("function=JansFunction") as tail:
        for value in ("one", "two", "three"):
            loop.put(value)
        failed = tail.wait(lambda e: e.get("event") == "attempt_failed", count=4)
        pauses = [event["retry_in"] for event in failed]
        loop.update_code(HANDLER)
        loop.millrace.idle()

    assert pauses == sorted(set(pauses)), "each pause is longer than the one before"
    assert any("KeyError: 'a small mistake'" in m and "Traceback" in m for m in loop.messages())
    values = [r["dynamodb"]["NewImage"]["JansPartition"]["S"] for r in loop.received()]
    assert values == ["one", "two", "three"]


def test_killed_in_the_middle_of_retries_it_goes_on_where_it_was(loop: Loop):
    loop.build()
    loop.put("before")
    loop.millrace.idle()
    loop.update_code(BROKEN_HANDLER)
    with loop.millrace.tail("function=JansFunction") as tail:
        loop.put("one")
        loop.put("two")
        tail.wait(lambda e: e.get("event") == "attempt_failed", count=3)

    loop.millrace.kill()
    loop.millrace.start()
    with loop.millrace.tail("function=JansFunction") as tail:
        again = tail.wait(lambda e: e.get("event") == "attempt_failed")
    loop.update_code(HANDLER)
    loop.millrace.idle()

    # The server may have been killed before the third failure was saved, so the third may come again.
    assert again[0]["attempt"] >= 3, "the count of attempts survived"
    values = [r["dynamodb"]["NewImage"]["JansPartition"]["S"] for r in loop.received()]
    assert values == ["before", "one", "two"]


def test_a_role_that_loses_a_permission_stops_its_mapping_and_says_which_statement_is_missing(loop: Loop):
    stream_arn, uuid = loop.build()
    loop.put("one")
    loop.millrace.idle()

    with loop.millrace.tail("function=JansFunction") as tail:
        loop.allow(stream_arn, without="GetRecords")
        loop.put("two")
        tail.wait(lambda e: e.get("event") == "stopped")
    mapping = loop.lambda_.get_event_source_mapping(UUID=uuid)
    status = loop.millrace.millrace("status").stdout
    loop.allow(stream_arn)
    loop.millrace.idle()

    assert "dynamodb:GetRecords" in mapping["LastProcessingResult"]
    assert "dynamodb:GetRecords" in mapping["StateTransitionReason"]
    assert "dynamodb:GetRecords" in status
    assert [r["dynamodb"]["Keys"]["JansPartition"]["S"] for r in loop.received()] == ["one", "two"]
    assert loop.lambda_.get_event_source_mapping(UUID=uuid)["LastProcessingResult"] == "OK"


def test_a_mapping_for_a_role_without_the_permissions_is_refused_in_awss_words(loop: Loop):
    stream_arn = loop.create_table()
    loop.create_function(loop.create_role(stream_arn))
    loop.allow(stream_arn, without="GetRecords")

    with pytest.raises(ClientError) as refused:
        loop.create_mapping(stream_arn)

    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "InvalidParameterValueException",
        f"Cannot access stream {stream_arn}. Please ensure the role can perform the GetRecords, GetShardIterator,"
        " DescribeStream, and ListStreams Actions on your stream in IAM.",
    )


def test_a_handler_reaches_the_tables_with_its_roles_rights_and_no_more(loop: Loop):
    stream_arn = loop.create_table()
    source = """
import boto3

def lambda_handler(event, context):
    identity = boto3.client("sts").get_caller_identity()["Arn"]
    try:
        boto3.client("dynamodb").get_item(TableName="JansTable", Key={"JansPartition": {"S": "x"}})
    except Exception as error:
        return [identity, str(error)]
    return [identity, "allowed"]
"""
    loop.create_function(loop.create_role(stream_arn), source)

    answer = loop.lambda_.invoke(FunctionName="JansFunction")

    identity, outcome = json.loads(answer["Payload"].read())
    assert identity == "arn:aws:sts::000000000000:assumed-role/JansRole/JansFunction"
    assert "AccessDeniedException" in outcome
    assert (
        "dynamodb:GetItem on resource: arn:aws:dynamodb:eu-central-1:000000000000:table/JansTable" in outcome
    )
