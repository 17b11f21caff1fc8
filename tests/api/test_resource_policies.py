"""Resource policies of tables and streams on a server with `--auth`: they let others in, and keep others out."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTables
from tests.api.test_auth import ACCOUNT, Closed, closed, denial, statement, user

__all__ = ["closed"]  # the fixture

KEY = {"a": {"S": "x"}}


def table(closed: Closed, name: str, **more: Any) -> dict[str, Any]:
    return closed.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )["TableDescription"]


def policy(effect: str, principal: Any, actions: Any, resource: str) -> str:
    told = {"Effect": effect, "Principal": principal, "Action": actions, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [told]})


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:user/{name}"


def test_a_tables_policy_lets_a_user_in_who_has_none_of_its_own(closed: Closed):
    arn = table(closed, "Lent")["TableArn"]
    reader = closed.client("dynamodb", **user(closed, "reader"))
    assert denial(reader.get_item, TableName="Lent", Key=KEY)[1] == "AccessDeniedException"

    closed.client("dynamodb").put_resource_policy(
        ResourceArn=arn, Policy=policy("Allow", {"AWS": user_arn("reader")}, "dynamodb:GetItem", arn)
    )

    assert "Item" not in reader.get_item(TableName="Lent", Key=KEY)
    assert denial(reader.put_item, TableName="Lent", Item=KEY)[1] == "AccessDeniedException"


def test_a_tables_policy_keeps_a_user_out_whatever_its_own_allows(closed: Closed):
    arn = table(closed, "Kept")["TableArn"]
    writer = closed.client("dynamodb", **user(closed, "writer", statement("Allow", "dynamodb:*", "*")))
    writer.put_item(TableName="Kept", Item=KEY)

    writer.put_resource_policy(
        ResourceArn=arn, Policy=policy("Deny", {"AWS": user_arn("writer")}, "dynamodb:DeleteItem", arn)
    )

    assert denial(writer.delete_item, TableName="Kept", Key=KEY) == (
        400,
        "AccessDeniedException",
        f"User: {user_arn('writer')} is not authorized to perform: dynamodb:DeleteItem on resource: {arn} "
        "with an explicit deny in a resource-based policy",
    )
    writer.put_item(TableName="Kept", Item=KEY)
    writer.delete_resource_policy(ResourceArn=arn)
    writer.delete_item(TableName="Kept", Key=KEY)


def test_an_index_is_its_tables_policys_business(closed: Closed):
    index = {
        "IndexName": "by-a",
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    arn = table(closed, "Indexed", GlobalSecondaryIndexes=[index])["TableArn"]
    asker = closed.client("dynamodb", **user(closed, "asker"))
    closed.client("dynamodb").put_resource_policy(
        ResourceArn=arn,
        Policy=policy("Allow", {"AWS": user_arn("asker")}, "dynamodb:Query", arn + "/index/*"),
    )
    query = {
        "TableName": "Indexed",
        "KeyConditionExpression": "a = :a",
        "ExpressionAttributeValues": {":a": {"S": "x"}},
    }

    assert asker.query(IndexName="by-a", **query)["Count"] == 0
    assert denial(asker.query, **query)[1] == "AccessDeniedException"


def test_a_streams_policy_lets_in_and_keeps_out_who_reads_it(closed: Closed):
    view = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    arn = table(closed, "Flowing", StreamSpecification=view)["LatestStreamArn"]
    follower = closed.client("dynamodbstreams", **user(closed, "follower"))
    root = closed.client("dynamodb")
    assert denial(follower.describe_stream, StreamArn=arn)[1] == "AccessDeniedException"

    everyone = {"AWS": user_arn("follower")}
    root.put_resource_policy(
        ResourceArn=arn, Policy=policy("Allow", everyone, "dynamodb:DescribeStream", arn)
    )
    assert follower.describe_stream(StreamArn=arn)["StreamDescription"]["StreamArn"] == arn
    root.put_resource_policy(ResourceArn=arn, Policy=policy("Deny", "*", "dynamodb:DescribeStream", arn))
    assert denial(follower.describe_stream, StreamArn=arn)[1] == "AccessDeniedException"
    streams = closed.client("dynamodbstreams")
    assert denial(streams.describe_stream, StreamArn=arn)[1] == "AccessDeniedException"


def test_the_root_is_denied_too_but_can_always_take_the_policy_away(closed: Closed):
    arn = table(closed, "Locked")["TableArn"]
    root = closed.client("dynamodb")
    root.put_resource_policy(
        ResourceArn=arn,
        Policy=policy("Deny", "*", "dynamodb:*", arn),
        ConfirmRemoveSelfResourceAccess=True,
    )

    assert denial(root.describe_table, TableName="Locked")[1] == "AccessDeniedException"
    assert denial(root.delete_table, TableName="Locked")[1] == "AccessDeniedException"
    root.delete_resource_policy(ResourceArn=arn)
    root.delete_table(TableName="Locked")


def test_making_a_table_with_a_policy_needs_the_right_to_put_one(closed: Closed):
    maker = user(closed, "maker", statement("Allow", "dynamodb:CreateTable", "*"))
    arn = f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/Made"
    wanted = policy("Deny", "*", "dynamodb:DeleteItem", arn)

    with pytest.raises(ClientError, match="dynamodb:PutResourcePolicy"):
        closed.client("dynamodb", **maker).create_table(
            TableName="Made",
            AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            ResourcePolicy=wanted,
        )
    table(closed, "Made", ResourcePolicy=wanted)
    assert "DeleteItem" in closed.client("dynamodb").get_resource_policy(ResourceArn=arn)["Policy"]


def test_a_policy_outlives_a_crash_and_acts_from_the_first_request(tables: FreshTables):
    made = tables.create("a:S")
    arn = made.describe()["TableArn"]
    made.client.put_resource_policy(ResourceArn=arn, Policy=policy("Deny", "*", "dynamodb:DeleteItem", arn))
    tables.server.kill()
    tables.server.start()

    again = tables.server.client("dynamodb")
    assert denial(again.delete_item, TableName=made.name, Key=KEY)[1] == "AccessDeniedException"
    again.put_item(TableName=made.name, Item=KEY)
