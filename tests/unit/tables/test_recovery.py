"""Point-in-time recovery: any moment that it goes back to, and no other."""

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.unit.tables.calls import SCOPE, Calls, n, run, s, schema

from millrace.core import limits
from millrace.dynamodb import catalog, copying, history
from millrace.dynamodb.backup_retention import BackupRetention
from millrace.dynamodb.copier import make

START = 1_700_000_000
DAY = 86_400


async def recoverable(calls: Calls, name: str = "orders", **more) -> dict:
    specification = {"PointInTimeRecoveryEnabled": True, **more}
    answer = await calls(
        "UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=specification
    )
    return answer["ContinuousBackupsDescription"]


async def off(calls: Calls, **more) -> dict:
    specification = {"PointInTimeRecoveryEnabled": False, **more}
    answer = await calls(
        "UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=specification
    )
    return answer["ContinuousBackupsDescription"]


async def described(calls: Calls) -> dict:
    answer = await calls("DescribeContinuousBackups", TableName="orders")
    return answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]


async def restored(calls: Calls, name: str, **when) -> None:
    when = when or {"UseLatestRestorableTime": True}
    await calls("RestoreTableToPointInTime", SourceTableName="orders", TargetTableName=name, **when)
    for copy in await calls.storage.read(copying.all_of):
        await make(calls.storage, copy)


async def put(calls: Calls, key: str, number: int) -> None:
    item = {"id": s(key), "who": s(f"w{number % 2}"), "n": n(number)}
    await calls("PutItem", TableName="orders", Item=item)


async def items(calls: Calls, name: str = "orders", **params) -> dict[str, int]:
    found = (await calls("Scan", TableName=name, **params))["Items"]
    return {item["id"]["S"]: int(item["n"]["N"]) for item in found}


async def length(calls: Calls) -> int:
    """How many changes the table's history holds."""

    def count(reader):
        journal = history.journal(catalog.find(reader, SCOPE, "orders").id)
        return reader.head(journal) - reader.floor(journal)

    return await calls.storage.read(count)


KEYS = st.sampled_from(["a", "b", "c", "d"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), KEYS, st.integers(0, 5)),
        st.tuples(st.just("delete"), KEYS, st.just(0)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 3)),
        st.tuples(st.just("batch"), KEYS, st.integers(0, 5)),
    ),
    max_size=30,
)


class Modelled:
    """A table and a model of it, which remembers what it was at the moments when the clock stood still."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.model: dict[str, int] = {}
        self.moments: list[tuple[float, dict[str, int]]] = []

    async def change(self, kind: str, key: str, number: int) -> None:
        if kind == "wait":
            self.remember()
            self.calls.clock.advance(number)
        elif kind == "put":
            await put(self.calls, key, number)
            self.model[key] = number
        elif kind == "delete":
            await self.calls("DeleteItem", TableName="orders", Key={"id": s(key)})
            self.model.pop(key, None)
        else:
            await self._batch(key, number)

    def remember(self) -> None:
        self.moments.append((self.calls.clock.now(), dict(self.model)))

    async def _batch(self, key: str, number: int) -> None:
        other = "d" if key == "a" else "a"
        requests = [
            {"PutRequest": {"Item": {"id": s(key), "who": s("w"), "n": n(number)}}},
            {"DeleteRequest": {"Key": {"id": s(other)}}},
        ]
        await self.calls("BatchWriteItem", RequestItems={"orders": requests})
        self.model[key] = number
        self.model.pop(other, None)


@settings(max_examples=examples(60))
@given(before=CHANGES, kept=CHANGES, after=CHANGES, pick=st.floats(0, 1), early=st.integers(0, 4))
def test_a_table_is_restored_to_what_a_model_was_at_any_moment(before, kept, after, pick, early):
    """The source changes on while it is copied, and the copying is begun anew in the middle."""

    async def test(calls):
        index = {"IndexName": "by-who", "KeySchema": schema("who"), "Projection": {"ProjectionType": "ALL"}}
        await calls.table(attributes={"who": "S"}, GlobalSecondaryIndexes=[index])
        modelled = Modelled(calls)
        for one in before:
            await modelled.change(*one)
        modelled.moments.clear()
        await recoverable(calls)
        for one in kept:
            await modelled.change(*one)
        modelled.remember()
        moment, expected = modelled.moments[int(pick * (len(modelled.moments) - 1))]
        note(f"at {moment} it was {expected}")
        await calls(
            "RestoreTableToPointInTime",
            SourceTableName="orders",
            TargetTableName="again",
            RestoreDateTime=moment,
        )
        calls.clock.advance(1)
        (copy,) = await calls.storage.read(copying.all_of)
        position: bytes | None = b""
        for _ in range(early):
            if position is not None:
                position = await calls.storage.write(
                    lambda writer, at=position: copying.copy_some(writer, copy, at)
                )
        for one in after:
            await modelled.change(*one)
        await make(calls.storage, copy)

        assert await items(calls) == modelled.model
        assert await items(calls, "again") == expected
        assert await items(calls, "again", IndexName="by-who") == expected
        told = (await calls("DescribeTable", TableName="again"))["Table"]
        assert told["ItemCount"] == told["GlobalSecondaryIndexes"][0]["ItemCount"] == len(expected)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "copy_items_max", 1)
        patch.setattr(limits, "copy_undo_changes_max", 2)
        run(test)


def test_recovery_is_told_with_its_period_and_its_bounds():
    async def test(calls):
        await calls.table()
        assert await described(calls) == {"PointInTimeRecoveryStatus": "DISABLED"}
        told = await recoverable(calls)
        assert told == {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": 35,
                "EarliestRestorableDateTime": START,
                "LatestRestorableDateTime": START,
            },
        }
        calls.clock.advance(5 * DAY)
        await recoverable(calls, RecoveryPeriodInDays=2)
        told = await described(calls)
        assert (told["RecoveryPeriodInDays"], told["EarliestRestorableDateTime"]) == (2, START + 3 * DAY)
        assert told["LatestRestorableDateTime"] == START + 5 * DAY
        await recoverable(calls, RecoveryPeriodInDays=9)  # what is lost does not come back
        assert (await described(calls))["EarliestRestorableDateTime"] == START + 3 * DAY
        assert (await off(calls))["PointInTimeRecoveryDescription"] == {
            "PointInTimeRecoveryStatus": "DISABLED"
        }
        await off(calls)
        await recoverable(calls)
        told = await described(calls)
        assert (told["RecoveryPeriodInDays"], told["EarliestRestorableDateTime"]) == (35, START + 5 * DAY)

    run(test)


def test_a_period_goes_with_turning_on_only():
    async def test(calls):
        await calls.table()
        specification = {"PointInTimeRecoveryEnabled": False, "RecoveryPeriodInDays": 7}
        assert await calls.refused(
            "UpdateContinuousBackups",
            TableName="orders",
            PointInTimeRecoverySpecification=specification,
        ) == (
            "ValidationException",
            "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.",
        )

    run(test)


def test_only_tables_with_recovery_keep_a_history():
    async def test(calls):
        await calls.table()
        await put(calls, "a", 1)
        assert await length(calls) == 0
        await recoverable(calls)
        await put(calls, "a", 2)
        await put(calls, "a", 2)  # changes nothing
        assert await length(calls) == 1
        await off(calls)
        assert await length(calls) == 0
        await put(calls, "a", 3)
        assert await length(calls) == 0

    run(test)


def test_the_history_is_trimmed_to_the_period_and_not_below_what_is_being_restored():
    async def test(calls):
        await calls.table()
        await recoverable(calls, RecoveryPeriodInDays=1)
        for number in range(3):
            await put(calls, "a", number)
            calls.clock.advance(DAY / 2)
        moment = calls.clock.now() - DAY
        retention = BackupRetention(calls.storage, calls.clock)
        await calls(
            "RestoreTableToPointInTime",
            SourceTableName="orders",
            TargetTableName="again",
            RestoreDateTime=moment,
        )
        calls.clock.advance(DAY)
        await retention.sweep()
        for copy in await calls.storage.read(copying.all_of):
            await make(calls.storage, copy)
        assert await items(calls, "again") == {"a": 1}
        assert await length(calls) == 1

        await retention.sweep()
        assert await length(calls) == 0
        await restored(calls, "now")
        assert await items(calls, "now") == {"a": 2}

    run(test)


def test_a_restore_outlives_its_table_and_the_end_of_its_recovery(monkeypatch):
    monkeypatch.setattr(limits, "copy_items_max", 2)

    async def begin(calls, name):
        await calls(
            "RestoreTableToPointInTime",
            SourceTableName="orders",
            TargetTableName=name,
            RestoreDateTime=START,
        )

    async def test(calls):
        await calls.table()
        for number in range(5):
            await put(calls, f"k{number}", number)
        before = await items(calls)
        await recoverable(calls)
        calls.clock.advance(1)
        await put(calls, "k0", 100)
        await begin(calls, "first")
        await off(calls)
        await put(calls, "k1", 100)
        await recoverable(calls)
        await put(calls, "k2", 100)
        await calls("DeleteTable", TableName="orders")
        for copy in await calls.storage.read(copying.all_of):
            await make(calls.storage, copy)
        assert await items(calls, "first") == before
        (kept,) = (await calls("ListBackups", BackupType="SYSTEM"))["BackupSummaries"]
        await calls("RestoreTableFromBackup", BackupArn=kept["BackupArn"], TargetTableName="last")
        for copy in await calls.storage.read(copying.all_of):
            await make(calls.storage, copy)
        assert await items(calls, "last") == before | {"k0": 100, "k1": 100, "k2": 100}

    run(test)


def test_a_moment_that_recovery_does_not_go_back_to_is_refused():
    async def test(calls):
        await calls.table()
        await calls.table("there")
        restore = {"SourceTableName": "orders", "TargetTableName": "there"}
        assert await calls.refused("RestoreTableToPointInTime", **restore, RestoreDateTime=1) == (
            "PointInTimeRecoveryUnavailableException",
            "Point in time recovery is not enabled for table 'orders'",
        )
        await recoverable(calls)
        calls.clock.advance(60)
        for moment, told in ((START - 1, "2023-11-14T22:13:19Z"), (START + 61, "2023-11-14T22:14:21Z")):
            assert await calls.refused("RestoreTableToPointInTime", **restore, RestoreDateTime=moment) == (
                "InvalidRestoreTimeException",
                f"RestoreDateTime '{told}' must be within EarliestRestorableDateTime '2023-11-14T22:13:20Z' "
                "and LatestRestorableDateTime '2023-11-14T22:14:20Z'",
            )
        for moment in (-1, 1e300):
            refused = await calls.refused("RestoreTableToPointInTime", **restore, RestoreDateTime=moment)
            assert refused[0] == "InvalidRestoreTimeException"
        assert await calls.refused("RestoreTableToPointInTime", **restore, RestoreDateTime=START) == (
            "TableAlreadyExistsException",
            "Table already exists: there",
        )
        restore["TargetTableName"] = "again"
        await calls("RestoreTableToPointInTime", **restore, UseLatestRestorableTime=True)
        assert await calls.refused("RestoreTableToPointInTime", **restore, RestoreDateTime=START) == (
            "TableInUseException",
            "Table: again is already being restored from table: "
            "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        )

    run(test)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {"SourceTableName": "orders", "RestoreDateTime": 1, "UseLatestRestorableTime": True},
            "ValidationException",
            "Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for "
            "point-in-time restore request. Please specify either RestoreDateTime or UseLatestRestorableTime",
        ),
        (
            {"SourceTableName": "orders", "UseLatestRestorableTime": False},
            "ValidationException",
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, "
            "but not both",
        ),
        (
            {"UseLatestRestorableTime": True},
            "ValidationException",
            "The parameter 'TableName' is required but was not present in the request",
        ),
        (
            {"SourceTableName": "orders", "SourceTableArn": "arn:x", "UseLatestRestorableTime": True},
            "ValidationException",
            "Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName",
        ),
        (
            {"SourceTableArn": "arn:aws:dynamodb:eu-west-1:123456789012:x", "UseLatestRestorableTime": True},
            "ValidationException",
            "sourceTableArn is not a valid ARN",
        ),
        (
            {
                "SourceTableArn": "arn:aws:dynamodb:eu-west-1:999999999999:table/orders",
                "UseLatestRestorableTime": True,
            },
            "ValidationException",
            "This action is only supported by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}s account.",
        ),
        (
            {"SourceTableName": "orders", "UseLatestRestorableTime": True},
            "TableNotFoundException",
            "Table not found: orders",
        ),
    ],
)
def test_a_recovery_that_contradicts_itself_is_refused(params, code, message):
    async def test(calls):
        assert await calls.refused("RestoreTableToPointInTime", TargetTableName="again", **params) == (
            code,
            message,
        )

    run(test)
