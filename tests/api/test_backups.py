"""Backups and recovery with boto3 on a real server: under writes, over a kill, and into another region."""

import threading
import time
from pathlib import Path
from typing import Any

from tests.api.fresh_tables import FreshTable, FreshTables, refused
from tests.api.millrace_process import Millrace
from tests.api.raw_http import Caller

FILLING = 1200  # more than is copied in one transaction
PAIRS = 20


class Writer(threading.Thread):
    """Counts pairs of items up, both of a pair in one batch, until it is told to stop."""

    def __init__(self, server: Millrace, table: str) -> None:
        super().__init__()
        self.port = server.port
        self.table = table
        self.count = 0
        self.news = threading.Condition()
        self.stopped = False

    def run(self) -> None:
        with Caller(self.port) as caller:
            while not self.stopped:
                number = self.count + 1
                sides = [{"id": {"S": f"{side}{number % PAIRS}"}, "n": {"N": str(number)}} for side in "az"]
                requests = [{"PutRequest": {"Item": item}} for item in sides]
                try:
                    answer = caller.json(
                        "dynamodb", "BatchWriteItem", {"RequestItems": {self.table: requests}}
                    )
                except (OSError, AssertionError):
                    return
                assert answer.status == 200, answer.body
                with self.news:
                    self.count = number
                    self.news.notify_all()

    def wait(self, more: int) -> int:
        """The count once it is so much higher."""
        with self.news:
            count = self.count + more
            assert self.news.wait_for(lambda: self.count >= count, timeout=30)
            return self.count


def _filled(tables: FreshTables) -> FreshTable:
    table = tables.create("id:S")
    table.fill([{"id": {"S": f"filling{number}"}, "n": {"N": "0"}} for number in range(FILLING)])
    return table


def _recoverable(table: FreshTable) -> None:
    table.update_continuous_backups(PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


def _active(client: Any, name: str) -> None:
    """Wait as clients of AWS do."""
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 600})


def _items(client: Any, name: str) -> dict[str, int]:
    pages = client.get_paginator("scan").paginate(TableName=name)
    return {item["id"]["S"]: int(item["n"]["N"]) for page in pages for item in page["Items"]}


def _moment(items: dict[str, int]) -> int:
    """How far the writer had come; fails when the items are of no single moment."""
    latest = max((n for key, n in items.items() if key[0] == "a"), default=0)
    for number in range(max(1, latest - PAIRS + 1), latest + 1):
        assert [items[f"{side}{number % PAIRS}"] for side in "az"] == [number, number]
    assert sum(key.startswith("filling") for key in items) == FILLING
    return latest


def _available(client: Any, arn: str) -> bool:
    return client.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == (
        "AVAILABLE"
    )


def _until_available(client: Any, arn: str) -> None:
    deadline = time.monotonic() + 30  # noqa: TID251 -- a real process is being waited for
    while not _available(client, arn):
        assert time.monotonic() < deadline  # noqa: TID251


def test_copies_made_under_writes_and_over_a_kill_are_each_of_one_moment(tmp_path: Path) -> None:
    with Millrace(tmp_path / "data") as server:
        tables = FreshTables(server)
        table = _filled(tables)
        _recoverable(table)
        writer = Writer(server, table.name)
        writer.start()
        begun: list[tuple[int, str]] = []
        for number in range(3):
            writer.wait(10)
            before = writer.count
            details = table.create_backup(BackupName=f"backup-{number}")["BackupDetails"]
            assert details["BackupStatus"] == "CREATING"
            begun.append((before, details["BackupArn"]))
        at = writer.wait(5)
        table.client.restore_table_to_point_in_time(
            SourceTableName=table.name, TargetTableName="recovered", UseLatestRestorableTime=True
        )
        server.kill()
        writer.stopped = True
        writer.join()
        client = server.start().client("dynamodb")

        for number, (before, arn) in enumerate(begun):
            _until_available(client, arn)
            client.restore_table_from_backup(TargetTableName=f"restored-{number}", BackupArn=arn)
            _active(client, f"restored-{number}")
            assert before <= _moment(_items(client, f"restored-{number}")) <= writer.count + 1
        _active(client, "recovered")
        assert at <= _moment(_items(client, "recovered")) <= writer.count + 1
        described = client.describe_table(TableName="recovered")["Table"]
        assert described["ItemCount"] == FILLING + 2 * PAIRS


def test_a_table_is_recovered_to_a_second_ago(tables: FreshTables) -> None:
    table = tables.create("id:S")
    table.put({"id": {"S": "a"}, "n": {"N": "1"}})
    _recoverable(table)
    tables.server.ask("clock", advance=5)
    table.put({"id": {"S": "a"}, "n": {"N": "2"}})
    tables.server.ask("clock", advance=2)
    window = table.describe_continuous_backups()["ContinuousBackupsDescription"][
        "PointInTimeRecoveryDescription"
    ]
    table.delete_item(Key={"id": {"S": "a"}})

    wanted = {"EarliestRestorableDateTime": {"a": 1}, "LatestRestorableDateTime": {"a": 2}}
    for bound, expected in wanted.items():
        name = tables.name()
        table.client.restore_table_to_point_in_time(
            SourceTableName=table.name, TargetTableName=name, RestoreDateTime=window[bound]
        )
        _active(table.client, name)
        assert _items(table.client, name) == expected


def test_a_deleted_table_is_restored_from_the_backup_that_it_leaves(tables: FreshTables) -> None:
    table = _filled(tables)
    _recoverable(table)
    table.delete_table()
    (kept,) = table.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    code, _ = refused(table.client.delete_backup, BackupArn=kept["BackupArn"])
    assert code == "ValidationException"

    table.client.restore_table_from_backup(TargetTableName=table.name, BackupArn=kept["BackupArn"])
    _active(table.client, table.name)

    assert len(_items(table.client, table.name)) == FILLING


def test_a_backup_is_restored_into_another_region_with_an_encryption(tables: FreshTables) -> None:
    table = tables.create("id:S")
    table.put({"id": {"S": "a"}, "n": {"N": "1"}})
    arn = table.create_backup(BackupName="first")["BackupDetails"]["BackupArn"]
    away = tables.server.client("dynamodb", region_name="eu-north-1")
    name = tables.name()

    assert refused(away.describe_backup, BackupArn=arn) == (
        "BackupNotFoundException",
        f"Backup not found: {arn}",
    )
    assert refused(away.restore_table_from_backup, TargetTableName=name, BackupArn=arn) == (
        "ValidationException",
        "Invalid Request: sseSpecificationOverride must be provided for cross-region restores",
    )
    away.restore_table_from_backup(
        TargetTableName=name, BackupArn=arn, SSESpecificationOverride={"Enabled": True}
    )
    _active(away, name)
    assert _items(away, name) == {"a": 1}


def test_the_bounds_of_the_models_are_held(tables: FreshTables) -> None:
    client = tables.unchecked
    table = tables.create("id:S")
    for call, params in (
        (client.create_backup, {"TableName": table.name, "BackupName": "a b"}),
        (client.list_backups, {"Limit": 101}),
        (client.list_backups, {"BackupType": "BOGUS"}),
        (client.describe_backup, {"BackupArn": "short"}),
        (client.describe_continuous_backups, {}),
        (client.restore_table_from_backup, {"TargetTableName": "bad name!", "BackupArn": "x" * 40}),
        (
            client.update_continuous_backups,
            {
                "TableName": table.name,
                "PointInTimeRecoverySpecification": {
                    "PointInTimeRecoveryEnabled": True,
                    "RecoveryPeriodInDays": 36,
                },
            },
        ),
        (
            client.restore_table_to_point_in_time,
            {"SourceTableName": table.name, "TargetTableName": "new", "RestoreDateTime": 10**11},
        ),
    ):
        code, _ = refused(call, **params)
        assert code in ("ValidationException", "PointInTimeRecoveryUnavailableException")
    _recoverable(table)
    for moment in (10**11, -5):
        code, _ = refused(
            client.restore_table_to_point_in_time,
            SourceTableName=table.name,
            TargetTableName="new",
            RestoreDateTime=moment,
        )
        assert code == "InvalidRestoreTimeException"
    assert client.list_backups(TimeRangeLowerBound=10**11)["BackupSummaries"] == []
