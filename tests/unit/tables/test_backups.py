"""Backups: what they hold, how they are listed, and what they are restored to."""

import asyncio

import pytest
from tests.unit.tables.calls import SCOPE, Calls, n, run, s, schema

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.dynamodb import backup as backups
from millrace.dynamodb import catalog, copying, counts
from millrace.dynamodb.backup_retention import BackupRetention
from millrace.dynamodb.copier import Copier, make
from millrace.storage.memory import MemoryStorage

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
NOWHERE = f"{TABLE}/backup/01700000000000-0123abcd"


async def copied(calls: Calls) -> None:
    """Make all copies that are under way."""
    for copy in await calls.storage.read(copying.all_of):
        await make(calls.storage, copy)


async def backed_up(calls: Calls, name: str = "orders", backup: str = "first") -> str:
    answer = await calls("CreateBackup", TableName=name, BackupName=backup)
    return answer["BackupDetails"]["BackupArn"]


async def restored(calls: Calls, arn: str, name: str = "again", **params) -> dict:
    await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName=name, **params)
    await copied(calls)
    return (await calls("DescribeTable", TableName=name))["Table"]


async def put(calls: Calls, key: str, number: int = 0) -> None:
    item = {"id": s(key), "who": s(f"w{number % 3}"), "n": n(number)}
    await calls("PutItem", TableName="orders", Item=item)


async def items(calls: Calls, name: str = "orders", **params) -> dict[str, str]:
    found = (await calls("Scan", TableName=name, **params))["Items"]
    return {item["id"]["S"]: item["n"]["N"] for item in found}


async def drained(calls: Calls) -> bool:
    """Whether nothing is left of copies and of histories."""
    table = await calls.storage.read(lambda reader: catalog.find(reader, SCOPE, "orders"))
    head = await calls.storage.read(lambda reader: reader.head(f"history/{table.id}"))
    return not table.history and head == 0 and not await calls.storage.read(copying.all_of)


def by_who() -> dict:
    return {
        "attributes": {"who": "S"},
        "GlobalSecondaryIndexes": [
            {"IndexName": "by-who", "KeySchema": schema("who", "id"), "Projection": {"ProjectionType": "ALL"}}
        ],
    }


def test_a_backup_tells_of_its_table_as_it_was():
    async def test(calls):
        await calls.table(view="NEW_IMAGE", **by_who())
        await calls(
            "UpdateTimeToLive",
            TableName="orders",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
        )
        await put(calls, "a")
        created = await calls("CreateBackup", TableName="orders", BackupName="first")
        assert created["BackupDetails"]["BackupStatus"] == "CREATING"
        arn = created["BackupDetails"]["BackupArn"]
        assert arn.startswith(f"{TABLE}/backup/01700000000000-")
        await calls("DeleteTable", TableName="orders")

        told = (await calls("DescribeBackup", BackupArn=arn))["BackupDescription"]

        assert told["BackupDetails"] == created["BackupDetails"] | {"BackupStatus": "AVAILABLE"}
        source = told["SourceTableDetails"]
        assert (source["TableName"], source["ItemCount"], source["BillingMode"]) == (
            "orders",
            1,
            "PAY_PER_REQUEST",
        )
        assert told["SourceTableFeatureDetails"] == {
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-who",
                    "KeySchema": schema("who", "id"),
                    "Projection": {"ProjectionType": "ALL"},
                    "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
                }
            ],
            "StreamDescription": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
            "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"},
        }

    run(test)


def test_a_restored_table_has_the_items_of_the_backup_with_indexes_and_counts():
    async def test(calls):
        await calls.table(view="NEW_IMAGE", Tags=[{"Key": "a", "Value": "b"}], **by_who())
        for number in range(9):
            await put(calls, f"k{number}", number)
        arn = await backed_up(calls)
        await put(calls, "later")
        await calls("DeleteItem", TableName="orders", Key={"id": s("k0")})

        table = await restored(calls, arn)

        assert (table["TableStatus"], table["ItemCount"]) == ("ACTIVE", 9)
        assert "RestoreSummary" not in table
        assert "StreamSpecification" not in table
        assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 9
        kept = {f"k{number}": str(number) for number in range(9)}
        assert await items(calls, "again") == kept
        assert await items(calls, "again", IndexName="by-who") == kept
        tags = await calls("ListTagsOfResource", ResourceArn=table["TableArn"])
        assert tags["Tags"] == []

    run(test)


def test_a_table_that_is_being_restored_can_only_be_described():
    async def test(calls):
        await calls.table()
        arn = await backed_up(calls)
        answer = await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again")
        summary = {
            "SourceBackupArn": arn,
            "SourceTableArn": TABLE,
            "RestoreDateTime": 1_700_000_000.0,
            "RestoreInProgress": True,
        }
        assert answer["TableDescription"]["RestoreSummary"] == summary
        table = (await calls("DescribeTable", TableName="again"))["Table"]
        assert (table["TableStatus"], table["RestoreSummary"]) == ("CREATING", summary)

        missing = "ResourceNotFoundException", "Requested resource not found"
        unnamed = "ResourceNotFoundException", "Requested resource not found: Table: again not found"
        unknown = "TableNotFoundException", "Table not found: again"
        assert await calls.refused("GetItem", TableName="again", Key={"id": s("a")}) == missing
        assert await calls.refused("DescribeTimeToLive", TableName="again") == unnamed
        assert await calls.refused("DescribeContinuousBackups", TableName="again") == unknown
        assert await calls.refused("CreateBackup", TableName="again", BackupName="first") == unknown
        assert (await calls.refused("DeleteTable", TableName="again"))[0] == "ResourceInUseException"
        assert await calls.refused("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again") == (
            "TableInUseException",
            f"Table: again is already being restored from backup: {arn}",
        )
        assert await calls.refused("RestoreTableFromBackup", BackupArn=arn, TargetTableName="third") == (
            "BackupInUseException",
            f"Backup is being used to restore another table: {arn}",
        )
        assert await calls.refused("DeleteBackup", BackupArn=arn) == (
            "BackupInUseException",
            f"Backup is being used to restore table: {arn}",
        )
        await copied(calls)
        assert await items(calls, "again") == {}
        assert await calls.refused("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again") == (
            "TableAlreadyExistsException",
            "Table already exists: again",
        )
        await calls("DeleteBackup", BackupArn=arn)

    run(test)


@pytest.mark.parametrize("step", range(8))
def test_a_backup_of_a_large_table_is_of_the_moment_at_which_it_was_asked_for(monkeypatch, step):
    monkeypatch.setattr(limits, "copy_items_max", 2)
    monkeypatch.setattr(limits, "copy_undo_changes_max", 2)

    async def test(calls):
        await calls.table()
        for number in range(9):
            await put(calls, f"k{number}", number)
        before = await items(calls)
        arn = await backed_up(calls)
        (copy,) = await calls.storage.read(copying.all_of)
        after: bytes | None = b""
        for _ in range(step):  # it is somewhere in the table when that changes everywhere
            if after is not None:
                after = await calls.storage.write(lambda w, a=after: copying.copy_some(w, copy, a))
        for number in range(9):
            await put(calls, f"k{number}", number + 100)
            await put(calls, f"new{number}")
            if number % 2:
                await calls("DeleteItem", TableName="orders", Key={"id": s(f"k{number}")})
        assert (await calls("DescribeBackup", BackupArn=arn))["BackupDescription"]["BackupDetails"][
            "BackupStatus"
        ] == "CREATING"
        assert (await calls.refused("DeleteBackup", BackupArn=arn))[0] == "BackupInUseException"
        while after is not None:
            after = await calls.storage.write(lambda w, a=after: copying.copy_some(w, copy, a))
        await copied(calls)  # as after a crash: from the beginning

        assert await drained(calls)
        await restored(calls, arn)
        assert await items(calls, "again") == before

    run(test)


def test_a_backup_of_a_table_that_is_deleted_meanwhile_is_completed(monkeypatch):
    monkeypatch.setattr(limits, "copy_items_max", 2)

    async def test(calls):
        await calls.table()
        for number in range(5):
            await put(calls, f"k{number}", number)
        before = await items(calls)
        space = (await calls.storage.read(lambda r: catalog.find(r, SCOPE, "orders"))).space
        arns = [await backed_up(calls, backup=name) for name in ("first", "second")]
        await put(calls, "later")
        await calls("DeleteTable", TableName="orders")
        await calls.table()
        await put(calls, "other")

        await copied(calls)

        for number, arn in enumerate(arns):
            await restored(calls, arn, f"again{number}")
            assert await items(calls, f"again{number}") == before
        assert await drained(calls)
        assert await calls.storage.read(lambda reader: list(reader.range(space))) == []

    run(test)


def test_the_copier_makes_what_was_begun_before_it_and_what_begins_then(monkeypatch):
    monkeypatch.setattr(limits, "copy_items_max", 2)

    async def main() -> None:
        async with MemoryStorage() as storage:
            calls = Calls(storage, ManualClock())
            await calls.table()
            for number in range(5):
                await put(calls, f"k{number}", number)
            arns = [await backed_up(calls)]
            async with Copier(storage, calls.clock):
                arns.append(await backed_up(calls, backup="second"))
                async with asyncio.timeout(60):
                    while await storage.read(copying.all_of):
                        await storage.write(lambda _: None)  # which gives the copier its turn
            for arn in arns:
                backup = await storage.read(lambda reader, arn=arn: backups.by_arn(reader, arn))
                assert backup.available
                assert len(await storage.read(lambda r, b=backup: list(r.range(b.space)))) == 5

    asyncio.run(main())


def test_backups_are_listed_by_table_time_and_type():
    async def test(calls):
        await calls.table()
        await calls.table("other")
        arns = []
        for name in ("orders", "other", "orders"):
            arns.append(await backed_up(calls, name))
            calls.clock.advance(1)

        async def listed(**params) -> list[int]:
            answer = await calls("ListBackups", **params)
            return [arns.index(one["BackupArn"]) for one in answer["BackupSummaries"]]

        start = 1_700_000_000
        assert await listed() == [0, 1, 2]
        assert await listed(TableName="orders") == [0, 2]
        assert await listed(TableName=TABLE) == [0, 2]
        assert await listed(TableName="nothing") == []
        assert await listed(TimeRangeLowerBound=start + 1) == [1, 2]
        assert await listed(TimeRangeUpperBound=start + 1) == [0]
        assert await listed(TimeRangeLowerBound=start + 1.001, TimeRangeUpperBound=start + 2.001) == [2]
        assert await listed(BackupType="ALL") == [0, 1, 2]
        assert await listed(BackupType="SYSTEM") == []
        assert await listed(ExclusiveStartBackupArn=arns[0]) == [1, 2]
        assert await listed(TimeRangeLowerBound=-1e300, TimeRangeUpperBound=1e300) == [0, 1, 2]
        page = await calls("ListBackups", Limit=2)
        assert page["LastEvaluatedBackupArn"] == arns[1]
        await calls("DeleteBackup", BackupArn=arns[1])
        assert await listed(ExclusiveStartBackupArn=arns[1]) == [2]
        assert "LastEvaluatedBackupArn" not in await calls("ListBackups", Limit=2)
        assert await calls.refused("ListBackups", TimeRangeLowerBound=2, TimeRangeUpperBound=1) == (
            "ValidationException",
            "One or more parameter values were invalid: Time range lower bound must be less than or equal to "
            "upper bound",
        )
        assert await calls.refused(
            "ListBackups", ExclusiveStartBackupArn=arns[0].replace("eu-west-1", "us-east-1")
        ) == (
            "ValidationException",
            "Invalid Request: The supplied ExclusiveStartBackupArn does not match the region",
        )

    run(test)


def test_a_deleted_backup_is_gone_with_its_items():
    async def test(calls):
        await calls.table()
        await put(calls, "a")
        arn = await backed_up(calls)
        space = (await calls.storage.read(lambda reader: backups.by_arn(reader, arn))).space

        gone = (await calls("DeleteBackup", BackupArn=arn))["BackupDescription"]

        assert gone["BackupDetails"]["BackupStatus"] == "DELETED"
        assert gone["SourceTableDetails"]["TableName"] == "orders"
        assert await calls.storage.read(lambda reader: list(reader.range(space))) == []
        for operation in ("DescribeBackup", "DeleteBackup"):
            assert await calls.refused(operation, BackupArn=arn) == (
                "BackupNotFoundException",
                f"Backup not found: {arn}",
            )

    run(test)


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [
        (NOWHERE, "BackupNotFoundException", f"Backup not found: {NOWHERE}"),
        (TABLE, "ValidationException", "Invalid Backup ARN"),
        ("x" * 48, "ValidationException", "Invalid Backup ARN"),
        (
            NOWHERE.replace(":aws:", ":aws-x:"),
            "ValidationException",
            "Invalid Request: BackupArn is not valid",
        ),
        (NOWHERE.replace("123456789012", "999999999999"), "AccessDeniedException", "Access is denied"),
    ],
)
def test_an_arn_of_no_backup_is_refused(arn, code, message):
    async def test(calls):
        for operation in ("DescribeBackup", "DeleteBackup"):
            assert await calls.refused(operation, BackupArn=arn) == (code, message)
        assert await calls.refused("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again") == (
            code,
            message,
        )

    run(test)


def test_a_backup_of_a_table_that_is_not_there_is_refused():
    async def test(calls):
        for name in ("orders", TABLE):
            assert await calls.refused("CreateBackup", TableName=name, BackupName="first") == (
                "TableNotFoundException",
                "Table not found: orders",
            )

    run(test)


def test_a_deleted_table_with_recovery_leaves_a_backup_for_35_days():
    async def test(calls):
        await calls.table(**by_who())
        for number in range(5):
            await put(calls, f"k{number}", number)
        before = await items(calls)
        await calls(
            "UpdateContinuousBackups",
            TableName="orders",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        await put(calls, "k0", 0)
        await calls("DeleteTable", TableName="orders")

        assert (await calls("ListBackups"))["BackupSummaries"] == []
        (kept,) = (await calls("ListBackups", BackupType="SYSTEM"))["BackupSummaries"]
        arn = kept["BackupArn"]
        assert kept["BackupName"] == "orders$DeletedTableBackup"
        assert kept["BackupExpiryDateTime"] == 1_700_000_000 + 35 * 86_400
        assert arn == f"{TABLE}/backup/01700000000000-00000000"
        assert await calls.refused("DeleteBackup", BackupArn=arn) == (
            "ValidationException",
            f"Invalid Request: User is not allowed to delete the system backup with arn {arn}. "
            "It will automatically expire on 2023-12-19T22:13:20Z",
        )
        await restored(calls, arn, "orders")
        assert await items(calls) == before
        assert await items(calls, IndexName="by-who") == before
        assert await drained(calls)

        retention = BackupRetention(calls.storage, calls.clock)
        calls.clock.advance(35 * 86_400 - 1)
        await retention.sweep()
        assert (await calls("ListBackups", BackupType="ALL"))["BackupSummaries"] != []
        calls.clock.advance(1)
        await retention.sweep()
        assert (await calls("ListBackups", BackupType="ALL"))["BackupSummaries"] == []
        assert await items(calls) == before

    run(test)


def test_tables_of_one_name_deleted_in_one_moment_leave_a_backup_each():
    async def test(calls):
        for _ in range(2):
            await calls.table()
            await calls(
                "UpdateContinuousBackups",
                TableName="orders",
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
            await calls("DeleteTable", TableName="orders")
        assert len((await calls("ListBackups", BackupType="ALL"))["BackupSummaries"]) == 2

    run(test)


def test_counts_of_a_restore_that_is_begun_twice_are_right(monkeypatch):
    monkeypatch.setattr(limits, "copy_items_max", 3)

    async def test(calls):
        await calls.table()
        for number in range(5):
            await put(calls, f"k{number}", number)
        arn = await backed_up(calls)
        await copied(calls)
        await calls("RestoreTableFromBackup", BackupArn=arn, TargetTableName="again")
        (copy,) = await calls.storage.read(copying.all_of)
        await calls.storage.write(lambda writer: copying.copy_some(writer, copy, b""))
        await copied(calls)
        tables = [
            await calls.storage.read(lambda r, name=name: catalog.find(r, SCOPE, name))
            for name in ("orders", "again")
        ]
        first, second = [await calls.storage.read(lambda r, t=table: counts.get(r, t.id)) for table in tables]
        assert first == second

    run(test)
