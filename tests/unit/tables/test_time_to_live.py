"""UpdateTimeToLive and DescribeTimeToLive: what they answer, and what they refuse in AWS's words."""

import pytest
from tests.unit.tables.calls import run

NULL = "failed to satisfy constraint: Member must not be null"


def ttl(attribute="ttl", *, on=True, table="orders"):
    return {
        "TableName": table,
        "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": on},
    }


async def described(calls):
    return (await calls("DescribeTimeToLive", TableName="orders"))["TimeToLiveDescription"]


def test_time_to_live_is_off_until_it_is_turned_on_and_off_again_at_once():
    async def test(calls):
        await calls.table()
        before = await described(calls)
        on = await calls("UpdateTimeToLive", **ttl())
        during = await described(calls)
        off = await calls("UpdateTimeToLive", **ttl(on=False))

        assert before == await described(calls) == {"TimeToLiveStatus": "DISABLED"}
        assert on == {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "ttl"}}
        assert during == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
        assert off == {"TimeToLiveSpecification": {"Enabled": False, "AttributeName": "ttl"}}

    run(test)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (ttl(), "TimeToLive is already enabled"),
        (
            ttl("other"),
            "TimeToLive is active on a different AttributeName: current AttributeName is ttl",
        ),
        (
            ttl("other", on=False),
            "TimeToLive is active on a different AttributeName: current AttributeName is ttl",
        ),
    ],
)
def test_what_is_on_is_not_turned_on_again_nor_changed_by_another_name(asked, sentence):
    async def test(calls):
        await calls.table()
        await calls("UpdateTimeToLive", **ttl())

        assert await calls.refused("UpdateTimeToLive", **asked) == ("ValidationException", sentence)
        assert await described(calls) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}

    run(test)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (ttl(on=False), "TimeToLive is already disabled"),
        (
            ttl(""),
            "1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1",
        ),
        (
            ttl("x" * 256),
            f"1 validation error detected: Value '{'x' * 256}' at 'timeToLiveSpecification.attributeName' "
            "failed to satisfy constraint: Member must have length less than or equal to 255",
        ),
        (
            {"TableName": "orders", "TimeToLiveSpecification": {"AttributeName": "ttl"}},
            f"1 validation error detected: Value null at 'timeToLiveSpecification.enabled' {NULL}",
        ),
        (
            {"TableName": "orders", "TimeToLiveSpecification": {"Enabled": True}},
            f"1 validation error detected: Value null at 'timeToLiveSpecification.attributeName' {NULL}",
        ),
        (
            {"TableName": "orders"},
            f"1 validation error detected: Value null at 'timeToLiveSpecification' {NULL}",
        ),
        ({}, "The parameter 'TableName' is required but was not present in the request"),
    ],
)
def test_what_cannot_be_is_refused_in_awss_words(asked, sentence):
    async def test(calls):
        await calls.table()

        assert await calls.refused("UpdateTimeToLive", **asked) == ("ValidationException", sentence)
        assert await described(calls) == {"TimeToLiveStatus": "DISABLED"}

    run(test)


@pytest.mark.parametrize("operation", ["UpdateTimeToLive", "DescribeTimeToLive"])
def test_a_table_that_is_not_there_is_named(operation):
    async def test(calls):
        params = ttl() if operation.startswith("Update") else {"TableName": "orders"}

        assert await calls.refused(operation, **params) == (
            "ResourceNotFoundException",
            "Requested resource not found: Table: orders not found",
        )

    run(test)


def test_the_longest_name_and_a_key_may_tell_the_time():
    async def test(calls):
        await calls.table()
        for name in ("x" * 255, "id"):
            await calls("UpdateTimeToLive", **ttl(name))
            assert (await described(calls))["AttributeName"] == name
            await calls("UpdateTimeToLive", **ttl(name, on=False))

    run(test)


def test_a_table_may_be_named_by_its_arn():
    async def test(calls):
        await calls.table()
        arn = (await calls("DescribeTable", TableName="orders"))["Table"]["TableArn"]
        await calls("UpdateTimeToLive", **ttl(table=arn))

        assert (await described(calls))["TimeToLiveStatus"] == "ENABLED"

    run(test)
