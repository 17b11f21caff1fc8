"""Tables and triggers that are there before a screen is opened, made as any client makes them."""

import json
from typing import Any

from tests.api.millrace_process import Millrace, zipped

REGION = "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"}],
}
HANDLER = "def handler(event, context):\n    return len(event['Records'])\n"


def table_of(server: Millrace, name: str, **given: Any) -> Any:
    """Makes a table with the key `id`; the client that made it."""
    dynamodb = server.client("dynamodb", region_name=REGION)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **given,
    )
    return dynamodb


def described(server: Millrace, name: str) -> Any:
    return server.client("dynamodb", region_name=REGION).describe_table(TableName=name)["Table"]


def with_trigger(server: Millrace, table: str, function: str) -> Any:
    """Makes a table whose stream runs a new function; the client that made it."""
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    dynamodb = table_of(server, table, StreamSpecification=stream)
    iam = server.client("iam", region_name=REGION)
    role = iam.create_role(RoleName=f"{function}-role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    iam.put_role_policy(
        RoleName=f"{function}-role", PolicyName="stream-and-logs", PolicyDocument=json.dumps(ALLOWED)
    )
    lambda_ = server.client("lambda", region_name=REGION)
    lambda_.create_function(
        FunctionName=function,
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": zipped(HANDLER)},
    )
    lambda_.create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=described(server, table)["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
    )
    return dynamodb
