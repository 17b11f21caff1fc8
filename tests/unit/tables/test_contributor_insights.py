"""Contributor Insights: turned on and off for tables and global indexes, and told."""

import pytest
from tests.unit.tables.calls import run, schema

INDEXES = {
    "attributes": {"x": "S"},
    "GlobalSecondaryIndexes": [
        {"IndexName": "by-x", "KeySchema": schema("x", "id"), "Projection": {"ProjectionType": "ALL"}}
    ],
}


async def status(calls, **index):
    told = await calls("DescribeContributorInsights", TableName="orders", **index)
    return told["ContributorInsightsStatus"]


async def update(calls, action, **more):
    return await calls(
        "UpdateContributorInsights", TableName="orders", ContributorInsightsAction=action, **more
    )


def test_a_table_that_never_had_them_tells_no_more_than_that_they_are_off():
    async def test(calls):
        await calls.table()

        told = await calls("DescribeContributorInsights", TableName="orders")
        assert told == {"TableName": "orders", "ContributorInsightsStatus": "DISABLED"}
        assert await update(calls, "DISABLE") == told

    run(test)


def test_they_are_turned_on_and_off_and_doing_so_again_changes_nothing():
    async def test(calls):
        await calls.table(keys=("id", "at"))
        on = {"TableName": "orders", "ContributorInsightsMode": "ACCESSED_AND_THROTTLED_KEYS"}

        assert await update(calls, "ENABLE") == {**on, "ContributorInsightsStatus": "ENABLING"}
        assert await update(calls, "ENABLE") == {**on, "ContributorInsightsStatus": "ENABLED"}
        stamp = int(calls.clock.now() * 1000)
        told = await calls("DescribeContributorInsights", TableName="orders")
        assert told["ContributorInsightsRuleList"] == [
            f"DynamoDBContributorInsights-{kind}-orders-{stamp}" for kind in ("PKC", "SKC", "PKT", "SKT")
        ]
        assert await update(calls, "DISABLE") == {**on, "ContributorInsightsStatus": "DISABLING"}
        told = await calls("DescribeContributorInsights", TableName="orders")
        assert told == {
            **on,
            "ContributorInsightsStatus": "DISABLED",
            "LastUpdateDateTime": calls.clock.now(),
        }

    run(test)


def test_another_mode_leaves_other_rules_of_the_same_age():
    async def test(calls):
        await calls.table()
        await update(calls, "ENABLE")
        stamp = int(calls.clock.now() * 1000)
        calls.clock.advance(60)

        changed = await update(calls, "ENABLE", ContributorInsightsMode="THROTTLED_KEYS")

        assert changed["ContributorInsightsStatus"] == "ENABLING"
        told = await calls("DescribeContributorInsights", TableName="orders")
        assert told["ContributorInsightsRuleList"] == [f"DynamoDBContributorInsights-PKT-orders-{stamp}"]

    run(test)


@pytest.mark.parametrize("index", ["by-y", "local"])
def test_only_global_indexes_have_them(index):
    async def test(calls):
        local = [
            {"IndexName": "local", "KeySchema": schema("id", "x"), "Projection": {"ProjectionType": "ALL"}}
        ]
        await calls.table(keys=("id", "at"), attributes={"x": "S"}, LocalSecondaryIndexes=local)

        assert await calls.refused("DescribeContributorInsights", TableName="orders", IndexName=index) == (
            "ResourceNotFoundException",
            f"Requested resource not found: Index: {index} not found for table: orders",
        )

    run(test)


def test_the_list_has_what_is_on_page_by_page():
    async def test(calls):
        await calls.table("another")
        await calls.table(**INDEXES)
        await update(calls, "ENABLE")
        await update(calls, "ENABLE", IndexName="by-x")

        first = await calls("ListContributorInsights", MaxResults=1)
        second = await calls("ListContributorInsights", MaxResults=1, NextToken=first["NextToken"])
        names = [
            summary.get("IndexName")
            for page in (first, second)
            for summary in page["ContributorInsightsSummaries"]
        ]
        assert names == [None, "by-x"]
        assert "NextToken" not in second
        assert await calls("ListContributorInsights", TableName="another") == {
            "ContributorInsightsSummaries": []
        }
        assert (await calls.refused("ListContributorInsights", TableName="nobody"))[0] == (
            "ResourceNotFoundException"
        )

    run(test)


def test_a_table_or_index_that_is_made_again_begins_anew():
    async def test(calls):
        await calls.table(**INDEXES)
        await update(calls, "ENABLE")
        await update(calls, "ENABLE", IndexName="by-x")
        await calls("DeleteTable", TableName="orders")
        await calls.table(**INDEXES)

        assert await status(calls) == await status(calls, IndexName="by-x") == "DISABLED"

    run(test)
