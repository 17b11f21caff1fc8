"""CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable, and tags."""

import pytest
from tests.unit.tables.calls import run, s, schema

from millrace.core.errors import AwsError

INVALID = "One or more parameter values were invalid: "


def test_a_table_is_creating_in_the_answer_and_active_at_once():
    async def test(calls):
        made = (await calls.table())["TableDescription"]
        found = (await calls("DescribeTable", TableName="orders"))["Table"]

        assert made["TableStatus"] == "CREATING"
        assert found["TableStatus"] == "ACTIVE"
        assert found["TableArn"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
        assert found["KeySchema"] == schema("id")
        assert found["CreationDateTime"] == calls.clock.now()
        assert found["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert {"StreamSpecification", "LatestStreamArn", "LatestStreamLabel"}.isdisjoint(found)

    run(test)


def test_item_count_and_size_follow_every_change():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": s("123")})
        await calls("PutItem", TableName="orders", Item={"id": s("b")})
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": s("1")})
        await calls("DeleteItem", TableName="orders", Key={"id": s("b")})
        found = (await calls("DescribeTable", TableName="orders"))["Table"]

        assert (found["ItemCount"], found["TableSizeBytes"]) == (1, 5)

    run(test)


def test_a_table_that_exists_is_not_created_again():
    async def test(calls):
        await calls.table()

        with pytest.raises(AwsError, match="Table already exists: orders") as refused:
            await calls.table()

        assert refused.value.code == "ResourceInUseException"

    run(test)


def test_a_table_created_again_starts_empty():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        await calls("PutItem", TableName="orders", Item={"id": s("a")})
        deleted = await calls("DeleteTable", TableName="orders")
        again = await calls.table(view="NEW_IMAGE")
        found = (await calls("DescribeTable", TableName="orders"))["Table"]

        assert deleted["TableDescription"]["TableStatus"] == "DELETING"
        assert found["TableId"] != deleted["TableDescription"]["TableId"]
        assert again["TableDescription"]["LatestStreamArn"] != deleted["TableDescription"]["LatestStreamArn"]
        assert found["ItemCount"] == 0
        assert (await calls("Scan", TableName="orders"))["Items"] == []
        assert await calls.records() == []

    run(test)


def test_a_missing_table_is_named():
    async def test(calls):
        error = ("ResourceNotFoundException", "Requested resource not found: Table: orders not found")

        assert await calls.refused("DescribeTable", TableName="orders") == error
        assert await calls.refused("DeleteTable", TableName="orders") == error
        assert await calls.refused("UpdateTable", TableName="orders", TableClass="STANDARD") == error

    run(test)


def test_tables_are_listed_in_order_and_in_pages():
    async def test(calls):
        for name in ("ccc", "aaa", "bbb"):
            await calls.table(name)

        assert await calls("ListTables") == {"TableNames": ["aaa", "bbb", "ccc"]}
        assert await calls("ListTables", Limit=2) == {
            "TableNames": ["aaa", "bbb"],
            "LastEvaluatedTableName": "bbb",
        }
        assert await calls("ListTables", Limit=2, ExclusiveStartTableName="bbb") == {"TableNames": ["ccc"]}

    run(test)


def test_keys_must_be_defined_and_definitions_used():
    async def test(calls):
        create = {
            "TableName": "orders",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema("id", "at"),
        }
        one = [{"AttributeName": "id", "AttributeType": "S"}]
        three = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at", "x")]

        assert await calls.refused("CreateTable", **create, AttributeDefinitions=one) == (
            "ValidationException",
            "Invalid KeySchema: Some index key attribute have no definition",
        )
        assert await calls.refused("CreateTable", **create, AttributeDefinitions=three) == (
            "ValidationException",
            INVALID + "Number of attributes in KeySchema does not exactly match number of attributes "
            "defined in AttributeDefinitions",
        )

    run(test)


def test_capacity_goes_with_the_billing_mode():
    async def test(calls):
        create = {
            "TableName": "orders",
            "KeySchema": schema("id"),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        }
        units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}

        assert (await calls.refused("CreateTable", **create))[1] == (
            INVALID + "ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )
        assert (
            await calls.refused(
                "CreateTable", **create, BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=units
            )
        )[1] == (
            INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
            "BillingMode is PAY_PER_REQUEST"
        )
        made = await calls("CreateTable", **create, ProvisionedThroughput=units)
        assert made["TableDescription"]["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units}
        assert "BillingModeSummary" not in made["TableDescription"]
        assert (await calls.refused("UpdateTable", TableName="orders", ProvisionedThroughput=units))[
            1
        ].startswith("The provisioned throughput for the table will not change.")

    run(test)


def test_a_protected_table_is_not_deleted():
    async def test(calls):
        await calls.table(DeletionProtectionEnabled=True)

        assert (await calls.refused("DeleteTable", TableName="orders"))[1] == (
            "Resource cannot be deleted as it is currently protected against deletion. "
            "Disable deletion protection first."
        )
        await calls("UpdateTable", TableName="orders", DeletionProtectionEnabled=False)
        await calls("DeleteTable", TableName="orders")

    run(test)


def test_disabling_and_enabling_a_stream_makes_a_new_one():
    async def test(calls):
        made = (await calls.table(view="NEW_IMAGE"))["TableDescription"]
        off = await calls("UpdateTable", TableName="orders", StreamSpecification={"StreamEnabled": False})
        calls.clock.advance(1)
        on = await calls(
            "UpdateTable",
            TableName="orders",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )

        assert off["TableDescription"]["TableStatus"] == "UPDATING"
        assert "StreamSpecification" not in off["TableDescription"]
        assert off["TableDescription"]["LatestStreamArn"] == made["LatestStreamArn"]
        assert on["TableDescription"]["LatestStreamArn"] != made["LatestStreamArn"]
        assert on["TableDescription"]["StreamSpecification"] == {
            "StreamEnabled": True,
            "StreamViewType": "KEYS_ONLY",
        }
        streams = (await calls("ListStreams", TableName="orders"))["Streams"]
        assert [stream["StreamArn"] for stream in streams] == [
            made["LatestStreamArn"],
            on["TableDescription"]["LatestStreamArn"],
        ]

    run(test)


def test_streams_are_toggled_by_awss_rules():
    async def test(calls):
        await calls.table("plain")
        await calls.table("streamed", view="NEW_IMAGE")
        on = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        off = {"StreamEnabled": False}

        async def refused(name, **params):
            return (await calls.refused("UpdateTable", TableName=name, **params))[1]

        assert await refused("streamed", StreamSpecification=on) == (
            "Table already has an enabled stream: TableName: streamed"
        )
        assert await refused("plain", StreamSpecification=off) == (
            "Table has no stream to disable: TableName: plain"
        )
        assert await refused("plain", StreamSpecification={"StreamEnabled": True}) == (
            INVALID + "If stream is being enabled then UpdateViewType is required"
        )
        assert await refused("streamed", StreamSpecification={**on, "StreamEnabled": False}) == (
            INVALID + "If stream is being disabled, then UpdateViewType must not be specified"
        )
        assert await refused("plain", StreamSpecification=on, BillingMode="PROVISIONED") == (
            INVALID + "You cannot modify stream status while updating table IOPS"
        )
        assert "must be the only operation in the request" in await refused(
            "plain", StreamSpecification=on, DeletionProtectionEnabled=True
        )

    run(test)


def test_tags_are_put_listed_and_taken():
    async def test(calls):
        made = await calls.table(Tags=[{"Key": "a", "Value": "1"}])
        arn = made["TableDescription"]["TableArn"]
        await calls("TagResource", ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
        await calls("UntagResource", ResourceArn=arn, TagKeys=["a"])

        assert await calls("ListTagsOfResource", ResourceArn=arn) == {"Tags": [{"Key": "b", "Value": "2"}]}
        assert (await calls.refused("ListTagsOfResource", ResourceArn=arn + "x"))[0] == (
            "ResourceNotFoundException"
        )

    run(test)
