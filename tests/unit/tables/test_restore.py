"""What a restore makes of its source's definition, and which overrides it refuses."""

import pytest
from tests.unit.tables.calls import run, schema

from millrace.core import limits
from millrace.dynamodb import copying
from millrace.dynamodb.copier import make

UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
MORE = {"ReadCapacityUnits": 8, "WriteCapacityUnits": 8}
ID = {"AttributeName": "id", "AttributeType": "S"}
ALL = {"ProjectionType": "ALL"}
KEYS = {"ProjectionType": "KEYS_ONLY"}
GLOBAL = {"IndexName": "by-who", "KeySchema": schema("who"), "Projection": ALL}
LOCAL = {"IndexName": "by-day", "KeySchema": schema("id", "day"), "Projection": KEYS}
INVALID = "ValidationException"
NO_MATCH = (
    "Invalid Request: Index {} does not match a secondary index that existed in the source table and cannot be "
    "created during the restore operation"
)


async def _backup(calls, *, provisioned: bool, **params) -> str:
    billing = {"BillingMode": "PAY_PER_REQUEST"}
    index = GLOBAL
    if provisioned:
        billing = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
        index = {**GLOBAL, "ProvisionedThroughput": UNITS}
    names = ("id", "at", "who", "day")
    await calls(
        "CreateTable",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=schema("id", "at"),
        GlobalSecondaryIndexes=[index],
        LocalSecondaryIndexes=[LOCAL],
        **billing,
        **params,
    )
    answer = await calls("CreateBackup", TableName="orders", BackupName="first")
    return answer["BackupDetails"]["BackupArn"]


async def made_again(calls, arn: str, **params) -> dict:
    await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again", **params)
    for copy in await calls.storage.read(copying.all_of):
        await make(calls.storage, copy)
    return (await calls("DescribeTable", TableName="again"))["Table"]


def _units(described: dict) -> tuple[int, int]:
    throughput = described["ProvisionedThroughput"]
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


def _indexes(table: dict) -> set[str]:
    found = [*table.get("GlobalSecondaryIndexes", ()), *table.get("LocalSecondaryIndexes", ())]
    return {index["IndexName"] for index in found}


def test_capacity_indexes_and_encryption_are_restored_and_nothing_else():
    async def test(calls):
        arn = await _backup(
            calls,
            provisioned=True,
            TableClass="STANDARD_INFREQUENT_ACCESS",
            SSESpecification={"Enabled": True, "SSEType": "KMS"},
            DeletionProtectionEnabled=True,
        )
        table = await made_again(calls, arn)
        assert _units(table) == (5, 5)
        assert _units(table["GlobalSecondaryIndexes"][0]) == (5, 5)
        assert _indexes(table) == {"by-who", "by-day"}
        assert table["SSEDescription"]["Status"] == "ENABLED"
        assert "TableClassSummary" not in table
        assert table["DeletionProtectionEnabled"] is False

    run(test)


def test_encryption_can_be_turned_off():
    async def test(calls):
        arn = await _backup(calls, provisioned=True, SSESpecification={"Enabled": True, "SSEType": "KMS"})
        table = await made_again(calls, arn, SSESpecificationOverride={"Enabled": False})
        assert "SSEDescription" not in table

    run(test)


def test_capacity_of_the_table_and_of_an_index_are_overridden_apart():
    async def test(calls):
        arn = await _backup(calls, provisioned=True)
        table = await made_again(calls, arn, ProvisionedThroughputOverride=MORE)
        assert _units(table) == (8, 8)
        assert _units(table["GlobalSecondaryIndexes"][0]) == (5, 5)

    run(test)


def test_a_restored_table_can_be_on_demand():
    async def test(calls):
        arn = await _backup(calls, provisioned=True)
        units = {"MaxReadRequestUnits": 50, "MaxWriteRequestUnits": 50}
        table = await made_again(
            calls, arn, BillingModeOverride="PAY_PER_REQUEST", OnDemandThroughputOverride=units
        )
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        assert _units(table) == _units(table["GlobalSecondaryIndexes"][0]) == (0, 0)

    run(test)


def test_indexes_can_be_renamed_and_left_out():
    async def test(calls):
        arn = await _backup(calls, provisioned=False)
        renamed = {**GLOBAL, "IndexName": "new-name"}
        table = await made_again(
            calls, arn, GlobalSecondaryIndexOverride=[renamed], LocalSecondaryIndexOverride=[]
        )
        assert _indexes(table) == {"new-name"}
        defined = {one["AttributeName"] for one in table["AttributeDefinitions"]}
        assert defined == {"id", "at", "who"}

    run(test)


@pytest.mark.parametrize(
    ("provisioned", "params", "message"),
    [
        (
            False,
            {"ProvisionedThroughputOverride": UNITS},
            "Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED",
        ),
        (
            True,
            {"ProvisionedThroughputOverride": UNITS, "BillingModeOverride": "PAY_PER_REQUEST"},
            "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST",
        ),
        (
            False,
            {"BillingModeOverride": "PROVISIONED"},
            "Invalid Request: Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
        ),
        (
            False,
            {"BillingModeOverride": "PROVISIONED", "ProvisionedThroughputOverride": UNITS},
            "Invalid Request: Must specify provisioned throughput for index by-who",
        ),
        (
            False,
            {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 0}},
            "Invalid Request: Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range",
        ),
        (
            True,
            {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 5}},
            "Invalid Request: Cannot override MaxReadRequestUnits for OnDemandThroughput unless "
            "BillingModeOverride is PAY_PER_REQUEST",
        ),
        (
            True,
            {"GlobalSecondaryIndexOverride": [GLOBAL]},
            "Invalid Request: Must specify provisioned throughput for index by-who",
        ),
        (
            True,
            {
                "GlobalSecondaryIndexOverride": [{**GLOBAL, "ProvisionedThroughput": UNITS}],
                "BillingModeOverride": "PAY_PER_REQUEST",
            },
            "Invalid Request: Cannot override ProvisionedThroughput if BillingMode is overridden to "
            "PAY_PER_REQUEST for index by-who",
        ),
        (
            False,
            {"GlobalSecondaryIndexOverride": [{**GLOBAL, "Projection": KEYS}]},
            NO_MATCH.format("by-who"),
        ),
        (
            False,
            {"GlobalSecondaryIndexOverride": [{**GLOBAL, "KeySchema": schema("day")}]},
            NO_MATCH.format("by-who"),
        ),
        (
            False,
            {"LocalSecondaryIndexOverride": [{**LOCAL, "IndexName": "new", "Projection": ALL}]},
            NO_MATCH.format("new"),
        ),
    ],
)
def test_an_override_that_cannot_be_is_refused(provisioned, params, message):
    async def test(calls):
        arn = await _backup(calls, provisioned=provisioned)
        refused = await calls.refused(
            "RestoreTableFromBackup", BackupArn=arn, TargetTableName="again", **params
        )
        assert refused == (INVALID, message)
        assert (await calls("ListTables"))["TableNames"] == ["orders"]

    run(test)


def test_no_more_tables_are_restored_at_a_time_than_aws_restores(monkeypatch):
    monkeypatch.setattr(limits, "restores_max", 1)

    async def test(calls):
        arn = await _backup(calls, provisioned=False)
        again = (await calls("CreateBackup", TableName="orders", BackupName="second"))["BackupDetails"]
        await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName="first")
        assert await calls.refused(
            "RestoreTableFromBackup", BackupArn=again["BackupArn"], TargetTableName="second"
        ) == (
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 restore operations can be done simultaneously",
        )

    run(test)


def test_a_table_cannot_be_made_with_the_name_of_one_that_is_beingmade_again():
    async def test(calls):
        arn = await _backup(calls, provisioned=False)
        await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again")
        keys = {"KeySchema": schema("id"), "AttributeDefinitions": [ID], "BillingMode": "PAY_PER_REQUEST"}
        assert await calls.refused("CreateTable", TableName="again", **keys) == (
            "ResourceInUseException",
            "Table is being used: again",
        )

    run(test)
