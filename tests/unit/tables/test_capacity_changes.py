"""What UpdateTable and CreateTable make of capacity, encryption and class, in AWS's words where they refuse."""

import pytest
from tests.unit.tables.calls import run, schema

WRONG = "One or more parameter values were invalid: "
DAY = 86_400


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(name="by-who", **params):
    return {
        "IndexName": name,
        "KeySchema": schema("who"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
        **params,
    }


async def create(calls, *, read=5, write=5, **params):
    names = ("id", "who") if params.get("GlobalSecondaryIndexes") else ("id",)
    if params.get("BillingMode") != "PAY_PER_REQUEST":
        params.setdefault("ProvisionedThroughput", units(read, write))
    return await calls(
        "CreateTable",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=schema("id"),
        **params,
    )


async def update(calls, **params):
    return (await calls("UpdateTable", TableName="orders", **params))["TableDescription"]


async def change_index(calls, **params):
    return await update(calls, GlobalSecondaryIndexUpdates=[{"Update": {"IndexName": "by-who", **params}}])


async def refused(calls, **params):
    return (await calls.refused("UpdateTable", TableName="orders", **params))[1]


async def told(calls):
    return (await calls("DescribeTable", TableName="orders"))["Table"]


def warm(table):
    return table["WarmThroughput"]["ReadUnitsPerSecond"], table["WarmThroughput"]["WriteUnitsPerSecond"]


def test_four_decreases_a_day_and_then_one_an_hour():
    async def test(calls):
        calls.clock.advance(DAY - calls.clock.now() % DAY + 21 * 60)  # 00:21 of a day
        await create(calls, read=20)
        for read in (19, 18, 17, 16):
            await update(calls, ProvisionedThroughput=units(read, 5))
        first = (await told(calls))["ProvisionedThroughput"]["NumberOfDecreasesToday"]
        denied = await calls.refused("UpdateTable", TableName="orders", ProvisionedThroughput=units(15, 5))
        await update(calls, ProvisionedThroughput=units(30, 5))
        calls.clock.advance(3600)
        await update(calls, ProvisionedThroughput=units(15, 5))
        fifth = (await told(calls))["ProvisionedThroughput"]["NumberOfDecreasesToday"]
        calls.clock.advance(DAY)
        await update(calls, ProvisionedThroughput=units(14, 5))

        assert (first, fifth) == (4, 5)
        assert denied[0] == "LimitExceededException"
        assert denied[1].startswith(
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
            "After the first 4 decreases, each subsequent decrease in the same UTC day can be performed at most "
            "once every 3600 seconds. Number of decreases today: 4. Last decrease at "
        )
        assert " at 12:21:00 AM Coordinated Universal Time. Next decrease can be made at " in denied[1]
        assert (await told(calls))["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 1

    run(test)


def test_the_answer_tells_the_units_there_were():
    async def test(calls):
        await create(calls)
        answer = await update(calls, ProvisionedThroughput=units(9, 9))

        assert answer["TableStatus"] == "UPDATING"
        assert answer["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
        assert (await told(calls))["ProvisionedThroughput"]["ReadCapacityUnits"] == 9

    run(test)


def test_warm_throughput_follows_the_highest_units_and_never_falls():
    async def test(calls):
        await create(calls)
        await update(calls, ProvisionedThroughput=units(9, 6))
        await update(calls, ProvisionedThroughput=units(2, 2))
        kept = warm(await told(calls))
        low = await refused(calls, WarmThroughput={"ReadUnitsPerSecond": 1})
        await update(calls, WarmThroughput={"WriteUnitsPerSecond": 50})
        raised = warm(await told(calls))
        await update(calls, BillingMode="PAY_PER_REQUEST")
        on_demand = warm(await told(calls))
        await update(calls, BillingMode="PROVISIONED", ProvisionedThroughput=units(1, 1))

        assert (kept, raised, on_demand) == ((9, 6), (9, 50), (12_000, 4_000))
        assert warm(await told(calls)) == (12_000, 4_000)
        assert low == (
            f"{WRONG}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current "
            "WarmThroughput, decreasing WarmThroughput is not supported"
        )
        assert await refused(calls, WarmThroughput={}) == (
            f"{WRONG}WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified"
        )

    run(test)


def test_on_demand_maxima_are_merged_and_cleared_by_minus_one():
    async def test(calls):
        most = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
        await create(calls, BillingMode="PAY_PER_REQUEST", OnDemandThroughput=most)
        first = (await told(calls))["OnDemandThroughput"]
        answer = await update(calls, OnDemandThroughput={"MaxReadRequestUnits": 200})
        await update(calls, OnDemandThroughput={"MaxWriteRequestUnits": -1})
        second = (await told(calls))["OnDemandThroughput"]
        zero = await refused(calls, OnDemandThroughput={"MaxReadRequestUnits": 0})
        await update(calls, OnDemandThroughput={"MaxReadRequestUnits": -1})

        assert first == most
        assert answer["TableStatus"] == "ACTIVE"
        assert answer["OnDemandThroughput"] == {**most, "MaxReadRequestUnits": 200}
        assert second == {"MaxReadRequestUnits": 200}
        assert "OnDemandThroughput" not in await told(calls)
        assert zero == (
            f"{WRONG}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"
        )

    run(test)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 5}},
            f"{WRONG}MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is "
            "PROVISIONED.",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "OnDemandThroughput": {"MaxWriteRequestUnits": -1}},
            f"{WRONG}Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 4}},
            f"{WRONG}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than "
            "ReadCapacityUnits of ProvisionedThroughput",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "WarmThroughput": {"WriteUnitsPerSecond": 4}},
            f"{WRONG}Requested WriteUnitsPerSecond for WarmThroughput for table is lower than initial throughput "
            "for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
            "on-demand-capacity-mode.html#on-demand-capacity-mode-initial",
        ),
        ({"SSESpecification": {"SSEType": "AES256"}}, f"{WRONG}SSEType AES256 is not supported"),
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            f"{WRONG}SSEType can not be specified if Enabled is false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/mine"}},
            f"{WRONG}SSEType KMS is required if KMSMasterKeyId is specified",
        ),
        (
            {"ProvisionedThroughput": units(40_001, 1)},
            "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in eu-west-1. "
            "Per table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for current limits and how "
            "to request higher limits.",
        ),
        (
            {"GlobalSecondaryIndexes": [index(), index("other", ProvisionedThroughput=units(1, 1))]},
            f"{WRONG}ProvisionedThroughput is not specified for index: by-who",
        ),
        (
            {"GlobalTableSettingsReplicationMode": "ENABLED"},
            "Global tables are not supported: GlobalTableSettingsReplicationMode",
        ),
        ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "Tag Key cannot be prefixed with aws:, Key: aws:x"),
        ({"Tags": [{"Key": "a#", "Value": ""}]}, "The Tag Key provided is invalid, Key: a#"),
        ({"Tags": [{"Key": "a", "Value": "#"}]}, "The Tag Value provided is invalid, Value: #"),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
            "Duplicate Tag Keys provided as input: Duplicate Tag Key found a",
        ),
        (
            {"Tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
)
def test_create_table_refuses_with_the_words_of_aws(params, sentence):
    async def test(calls):
        names = ("id", "who") if "GlobalSecondaryIndexes" in params else ("id",)
        given = {"ProvisionedThroughput": units(5, 5)} if "BillingMode" not in params else {}

        assert (
            await calls.refused(
                "CreateTable",
                **{
                    "TableName": "orders",
                    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
                    "KeySchema": schema("id"),
                    **given,
                    **params,
                },
            )
        )[1] == sentence
        assert (await calls("ListTables"))["TableNames"] == []

    run(test)


ALONE = [
    (
        {"SSESpecification": {"Enabled": True}, "TableClass": "STANDARD"},
        "Server-Side Encryption modification",
    ),
    ({"TableClass": "STANDARD", "DeletionProtectionEnabled": True}, "TableClass modification"),
    (
        {"DeletionProtectionEnabled": True, "BillingMode": "PAY_PER_REQUEST"},
        "DeletionProtection modification",
    ),
    ({"WarmThroughput": {"ReadUnitsPerSecond": 9}, "BillingMode": "PAY_PER_REQUEST"}, "WarmThroughput"),
]


@pytest.mark.parametrize(("params", "name"), ALONE)
def test_some_changes_are_made_alone(params, name):
    async def test(calls):
        await create(calls)
        sentence = f"{WRONG}{name} must be the only operation in the request"

        assert await refused(calls, **params) == sentence

    run(test)


CREATE = [{"Create": index("other", ProvisionedThroughput=units(1, 1))}]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (
            {"OnDemandThroughput": {"MaxReadRequestUnits": 1}, "ProvisionedThroughput": units(6, 6)},
            f"{WRONG}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
        ),
        (
            {"GlobalSecondaryIndexUpdates": CREATE, "ProvisionedThroughput": units(6, 6)},
            f"{WRONG}You cannot create or delete index while updating table IOPS",
        ),
        (
            {"GlobalSecondaryIndexUpdates": CREATE, "StreamSpecification": {"StreamEnabled": False}},
            f"{WRONG}You cannot create or delete index while changing stream status",
        ),
        (
            {"GlobalSecondaryIndexUpdates": CREATE, "WarmThroughput": {"ReadUnitsPerSecond": 9}},
            f"{WRONG}Create global secondary index cannot be specified when updating WarmThroughput",
        ),
        (
            {"GlobalSecondaryIndexUpdates": CREATE},
            f"{WRONG}AttributeDefinitions is not specified for index: other",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [], "BillingMode": "PAY_PER_REQUEST"},
            f"{WRONG}List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{**CREATE[0], "Delete": {"IndexName": "other"}}]},
            f"{WRONG}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-who"}}] * 2},
            f"{WRONG}Only one global secondary index update per index is allowed simultaneously. Index: by-who",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ghost"}}]},
            "Requested resource not found: Index ghost for table orders",
        ),
        (
            {
                "GlobalSecondaryIndexUpdates": [
                    {"Update": {"IndexName": "by-who", "ProvisionedThroughput": units(3, 3)}}
                ]
            },
            "The provisioned throughput for the index by-who will not change. The requested value equals the "
            "current value. Current ReadCapacityUnits provisioned for index by-who: 3. Requested ReadCapacityUnits: "
            "3. Current WriteCapacityUnits provisioned for index by-who: 3. Requested WriteCapacityUnits: 3. Refer "
            "to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
        ),
        ({"SSESpecification": {"Enabled": False}}, f"{WRONG}Table is already encrypted by default"),
        (
            {"ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]},
            "Region us-west-2 is not supported. The latest version of global tables are only supported in the "
            "following regions: [eu-west-1]",
        ),
        (
            {"ReplicaUpdates": [{"Delete": {"RegionName": "us-west-2"}}]},
            "Update global table operation failed because one or more replicas were not part of the global "
            "table. Please retry the request without these replicas: [us-west-2].",
        ),
        (
            {"ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]},
            "Cannot add or delete the local region through ReplicaUpdates. "
            "Use CreateTable, DeleteTable, or UpdateTable as required.",
        ),
    ],
)
def test_update_table_refuses_with_the_words_of_aws(params, sentence):
    async def test(calls):
        await create(calls, GlobalSecondaryIndexes=[index(ProvisionedThroughput=units(3, 3))])
        before = await told(calls)

        assert await refused(calls, **params) == sentence
        assert await told(calls) == before

    run(test)


def test_a_change_of_the_billing_mode_is_one_of_all_indexes():
    async def test(calls):
        most = {"MaxReadRequestUnits": 7}
        await create(
            calls, BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=[index(OnDemandThroughput=most)]
        )
        given = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5)}
        alone = await refused(calls, BillingMode="PROVISIONED")
        without = await refused(calls, **given)
        of_units = [{"Update": {"IndexName": "by-who", "ProvisionedThroughput": units(4, 4)}}]
        too_early = await refused(calls, GlobalSecondaryIndexUpdates=of_units)
        (before,) = (await told(calls))["GlobalSecondaryIndexes"]
        await update(calls, **given, GlobalSecondaryIndexUpdates=of_units)
        table = await told(calls)
        (after,) = table["GlobalSecondaryIndexes"]
        back = await update(calls, BillingMode="PAY_PER_REQUEST")

        assert alone == f"{WRONG}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"
        assert without == f"{WRONG}ProvisionedThroughput must be specified for index: by-who"
        assert too_early == (
            f"{WRONG}The only Updates for index: by-who when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput"
        )
        assert before["OnDemandThroughput"] == most
        assert "OnDemandThroughput" not in after
        assert after["ProvisionedThroughput"]["ReadCapacityUnits"] == 4
        assert table["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
        assert back["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert back["ProvisionedThroughput"]["ReadCapacityUnits"] == 0

    run(test)


def test_an_index_has_warm_throughput_of_its_own():
    async def test(calls):
        await create(
            calls,
            BillingMode="PAY_PER_REQUEST",
            GlobalSecondaryIndexes=[index(WarmThroughput={"ReadUnitsPerSecond": 13_000})],
        )
        await change_index(calls, WarmThroughput={"WriteUnitsPerSecond": 5_000})
        table = await told(calls)
        (of_index,) = table["GlobalSecondaryIndexes"]

        assert (warm(table), warm(of_index)) == ((12_000, 4_000), (13_000, 5_000))

    run(test)


def test_encryption_is_told_and_taken_back():
    async def test(calls):
        await create(calls)
        key = "arn:aws:kms:eu-west-1:123456789012:key/0000"
        answer = await update(calls, SSESpecification={"SSEType": "KMS", "KMSMasterKeyId": key})
        on = (await told(calls))["SSEDescription"]
        again = await refused(calls, SSESpecification={"SSEType": "KMS", "KMSMasterKeyId": key})
        off = await update(calls, SSESpecification={"Enabled": False})

        assert answer["TableStatus"] == "ACTIVE"
        assert answer["SSEDescription"]["Status"] == off["SSEDescription"]["Status"] == "UPDATING"
        assert on == {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key}
        assert "SSEDescription" not in await told(calls)
        assert again == (
            f"{WRONG}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you "
            "want to change Master Key"
        )

    run(test)


def test_a_class_is_told_with_when_it_was_changed():
    async def test(calls):
        await create(calls)
        same = await update(calls, TableClass="STANDARD")
        never = await told(calls)
        await update(calls, TableClass="STANDARD_INFREQUENT_ACCESS")

        assert same["TableStatus"] == "UPDATING"
        assert "TableClassSummary" not in never
        assert (await told(calls))["TableClassSummary"] == {
            "TableClass": "STANDARD_INFREQUENT_ACCESS",
            "LastUpdateDateTime": calls.clock.now(),
        }

    run(test)


def test_answers_leave_out_what_aws_leaves_out():
    async def test(calls):
        made = (await create(calls, BillingMode="PAY_PER_REQUEST"))["TableDescription"]
        gone = (await calls("DeleteTable", TableName="orders"))["TableDescription"]

        assert "WarmThroughput" not in made
        assert made["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
        assert {"KeySchema", "AttributeDefinitions", "CreationDateTime"}.isdisjoint(gone)
        assert gone["TableStatus"] == "DELETING"

    run(test)
