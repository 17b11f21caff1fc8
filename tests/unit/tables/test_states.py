"""CREATING, UPDATING and DELETING that last, by a clock that stands still until it is moved."""

from contextlib import asynccontextmanager

from tests.unit.tables.calls import run, s, schema

from millrace.dynamodb import transition
from millrace.dynamodb.life import TableLife

DELAY = 10
IN_USE = "Attempt to change a resource which is still in use: "
NOT_FOUND = ("ResourceNotFoundException", "Requested resource not found")
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
INDEX = {"IndexName": "by-who", "KeySchema": schema("who"), "Projection": {"ProjectionType": "ALL"}}


def slowly(test):
    """Run a test where states last, with someone who ends them."""

    async def main(calls):
        async with TableLife(calls.storage, calls.clock) as life:
            await test(calls, life)

    run(main, table_delay=DELAY)


async def later(calls, life, seconds=DELAY):
    calls.clock.advance(seconds)
    await life.settle()


async def told(calls):
    return (await calls("DescribeTable", TableName="orders"))["Table"]


async def status(calls):
    return (await told(calls))["TableStatus"]


async def made(calls, life, **params):
    await calls.table(**params)
    await later(calls, life)


async def provisioned(calls, life, **params):
    await calls(
        "CreateTable",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=schema("id"),
        ProvisionedThroughput=UNITS,
        **params,
    )
    await later(calls, life)


async def update(calls, **params):
    return (await calls("UpdateTable", TableName="orders", **params))["TableDescription"]


async def in_use(calls, operation, detail, **params):
    assert await calls.refused(operation, TableName="orders", **params) == (
        "ResourceInUseException",
        IN_USE + detail,
    )


def test_a_table_is_creating_until_its_time_has_come_and_takes_no_items_before():
    async def test(calls, life):
        await calls.table(view="NEW_IMAGE")
        await later(calls, life, DELAY - 1)

        assert await status(calls) == "CREATING"
        assert await calls("ListTables") == {"TableNames": ["orders"]}
        item = {"TableName": "orders", "Item": {"id": s("a")}}
        assert await calls.refused("PutItem", **item) == NOT_FOUND
        assert await calls.refused("GetItem", TableName="orders", Key={"id": s("a")}) == NOT_FOUND
        assert await calls.refused("Scan", TableName="orders") == NOT_FOUND
        await in_use(calls, "DeleteTable", "Table is being created: orders")
        await in_use(calls, "UpdateTable", "Table is being created: orders", DeletionProtectionEnabled=True)
        ttl = {"AttributeName": "ttl", "Enabled": True}
        await in_use(calls, "UpdateTimeToLive", "Table orders is being created", TimeToLiveSpecification=ttl)
        assert await calls.refused("DescribeTimeToLive", TableName="orders") == (
            "ValidationException",
            "Cannot describe time to live while table is in CREATING state: Current table state is CREATING",
        )
        await later(calls, life, 1)
        assert await status(calls) == "ACTIVE"
        await calls("PutItem", **item)
        assert len(await calls.records()) == 1

    slowly(test)


def test_a_table_that_is_creating_is_not_created_again():
    async def test(calls, life):
        await calls.table()
        creating = await _create_again(calls)
        await later(calls, life)
        active = await _create_again(calls)

        assert creating == ("ResourceInUseException", IN_USE + "Table is being created: orders")
        assert active == ("ResourceInUseException", "Table already exists: orders")

    slowly(test)


async def _create_again(calls):
    return await calls.refused(
        "CreateTable",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=schema("id"),
        BillingMode="PAY_PER_REQUEST",
    )


def test_a_table_that_is_deleting_is_listed_and_told_until_it_is_gone_with_all_it_held():
    async def test(calls, life):
        await made(calls, life)
        await calls("PutItem", TableName="orders", Item={"id": s("a")})
        answer = (await calls("DeleteTable", TableName="orders"))["TableDescription"]

        assert answer["TableStatus"] == await status(calls) == "DELETING"
        assert (await calls("ListTables"))["TableNames"] == ["orders"]
        assert await calls.refused("GetItem", TableName="orders", Key={"id": s("a")}) == NOT_FOUND
        await in_use(calls, "DeleteTable", "Table is being deleted: orders")
        await in_use(calls, "UpdateTable", "Table is being deleted: orders", StreamSpecification=STREAM)
        assert await _create_again(calls) == ("ResourceInUseException", "Table already exists: orders")
        await later(calls, life)
        assert (await calls("ListTables"))["TableNames"] == []
        assert (await calls.refused("DescribeTable", TableName="orders"))[0] == "ResourceNotFoundException"
        assert await calls.storage.read(transition.moments) == []
        await made(calls, life)
        assert (await calls("Scan", TableName="orders"))["Items"] == []

    slowly(test)


def test_units_are_told_as_they_were_until_they_have_changed():
    async def test(calls, life):
        await provisioned(calls, life)
        answer = await update(calls, ProvisionedThroughput={"ReadCapacityUnits": 9, "WriteCapacityUnits": 2})
        during = await told(calls)
        begun = calls.clock.now()
        await later(calls, life)
        after = (await told(calls))["ProvisionedThroughput"]

        assert answer["TableStatus"] == during["TableStatus"] == "UPDATING"
        assert answer["ProvisionedThroughput"] == during["ProvisionedThroughput"]
        assert during["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
        assert during["ProvisionedThroughput"]["LastIncreaseDateTime"] == begun
        assert during["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
        assert (after["ReadCapacityUnits"], after["WriteCapacityUnits"]) == (9, 2)
        assert after["LastDecreaseDateTime"] == begun + DELAY
        assert after["NumberOfDecreasesToday"] == 1

    slowly(test)


def test_what_is_under_way_is_in_the_way_of_some_changes_and_not_of_others():
    async def test(calls, life):
        await provisioned(calls, life)
        more = {"ReadCapacityUnits": 6, "WriteCapacityUnits": 6}
        await update(calls, ProvisionedThroughput=more)

        await in_use(
            calls,
            "UpdateTable",
            "Table IOPS are currently being updated. Table: orders",
            ProvisionedThroughput={"ReadCapacityUnits": 7, "WriteCapacityUnits": 7},
        )
        await in_use(
            calls,
            "UpdateTable",
            "Can't enable or disable stream while table IOPS are being updated. Table: orders",
            StreamSpecification=STREAM,
        )
        await in_use(calls, "DeleteTable", "Table: orders is in the process of being updated.")
        assert (await update(calls, DeletionProtectionEnabled=False))["TableStatus"] == "UPDATING"
        await calls("PutItem", TableName="orders", Item={"id": s("a")})
        await later(calls, life)
        label = (await update(calls, StreamSpecification=STREAM))["LatestStreamLabel"]
        where = f"Table: orders Stream: {label} Operation: ENABLE"
        await in_use(
            calls,
            "UpdateTable",
            f"Can't change table IOPS when stream status is being updated. {where}",
            ProvisionedThroughput=UNITS,
        )
        await in_use(calls, "DeleteTable", "Cannot delete table while stream is being enabled/disabled.")
        await later(calls, life)
        assert await status(calls) == "ACTIVE"

    slowly(test)


def test_table_class_changes_when_its_time_has_come():
    async def test(calls, life):
        await made(calls, life)
        answer = await update(calls, TableClass="STANDARD_INFREQUENT_ACCESS")
        during = await told(calls)
        refused = "Can't update table class when a table class update is in progress. Table: orders "
        await in_use(
            calls,
            "UpdateTable",
            f"{refused}TableClassUpdateInProgress: STANDARD_INFREQUENT_ACCESS",
            TableClass="STANDARD",
        )
        await later(calls, life)
        summary = (await told(calls))["TableClassSummary"]

        assert answer["TableStatus"] == "UPDATING"
        assert "TableClassSummary" not in during
        assert summary["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
        assert summary["LastUpdateDateTime"] == calls.clock.now()

    slowly(test)


def test_encryption_and_warm_throughput_change_while_the_table_is_active():
    async def test(calls, life):
        await made(calls, life)
        await update(calls, SSESpecification={"Enabled": True})
        await update(calls, WarmThroughput={"ReadUnitsPerSecond": 13_000})
        during = await told(calls)
        await later(calls, life)
        after = await told(calls)

        assert during["TableStatus"] == "ACTIVE"
        assert during["SSEDescription"]["Status"] == "UPDATING"
        assert during["WarmThroughput"] == {
            "ReadUnitsPerSecond": 12_000,
            "WriteUnitsPerSecond": 4_000,
            "Status": "UPDATING",
        }
        assert after["SSEDescription"]["Status"] == "ENABLED"
        assert after["WarmThroughput"] == {
            "ReadUnitsPerSecond": 13_000,
            "WriteUnitsPerSecond": 4_000,
            "Status": "ACTIVE",
        }

    slowly(test)


@asynccontextmanager
async def _indexing(calls, life):
    await made(calls, life)
    await calls("PutItem", TableName="orders", Item={"id": s("a"), "who": s("w")})
    yield await update(
        calls,
        AttributeDefinitions=[{"AttributeName": "who", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": INDEX}],
    )


async def _index(calls):
    table = await told(calls)
    (index,) = table["GlobalSecondaryIndexes"]
    return table["TableStatus"], index["IndexStatus"], index.get("Backfilling"), index["ItemCount"]


def test_a_new_index_gets_its_resources_and_then_its_items():
    async def test(calls, life):
        async with _indexing(calls, life) as answer:
            allocating = await _index(calls)
            delete = [{"Delete": {"IndexName": "by-who"}}]
            await in_use(
                calls,
                "UpdateTable",
                "Index creation is in resource allocation phase. Retry deletion during backfilling phase or "
                "when the index is active. Table: orders Index: by-who",
                GlobalSecondaryIndexUpdates=delete,
            )
            assert (await calls.refused("Scan", TableName="orders", IndexName="by-who"))[1] == (
                "Cannot read from backfilling global secondary index: by-who"
            )
            await later(calls, life)
            filling = await _index(calls)
            await later(calls, life)

            assert answer["TableStatus"] == "UPDATING"
            assert allocating == ("UPDATING", "CREATING", False, 0)
            assert filling == ("ACTIVE", "CREATING", True, 1)
            assert await _index(calls) == ("ACTIVE", "ACTIVE", None, 1)
            assert (await calls("Scan", TableName="orders", IndexName="by-who"))["Count"] == 1

    slowly(test)


def test_an_index_that_is_deleting_is_told_but_not_read():
    async def test(calls, life):
        async with _indexing(calls, life):
            await later(calls, life)
            await later(calls, life)
            await update(calls, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-who"}}])
            during = await _index(calls)
            unread = await calls.refused("Scan", TableName="orders", IndexName="by-who")
            await in_use(
                calls,
                "DeleteTable",
                "Cannot delete table while indexes are being created, updated, or deleted.",
            )
            await calls("PutItem", TableName="orders", Item={"id": s("b"), "who": s("w")})
            await later(calls, life)
            after = await told(calls)

            assert during == ("UPDATING", "DELETING", None, 1)
            assert unread[1] == "The table does not have the specified index: by-who"
            assert "GlobalSecondaryIndexes" not in after
            assert after["AttributeDefinitions"] == [{"AttributeName": "id", "AttributeType": "S"}]
            assert after["TableStatus"] == "ACTIVE"

    slowly(test)


def test_indexes_are_created_with_their_table():
    async def test(calls, life):
        await calls.table(attributes={"who": "S"}, GlobalSecondaryIndexes=[INDEX])
        creating = await _index(calls)
        await later(calls, life)

        assert creating == ("CREATING", "CREATING", None, 0)
        assert await _index(calls) == ("ACTIVE", "ACTIVE", None, 0)

    slowly(test)


def test_units_of_an_index_change_by_the_status_of_the_index():
    async def test(calls, life):
        await calls(
            "CreateTable",
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "who")],
            KeySchema=schema("id"),
            ProvisionedThroughput=UNITS,
            GlobalSecondaryIndexes=[{**INDEX, "ProvisionedThroughput": UNITS}],
        )
        await later(calls, life)
        more = {"IndexName": "by-who", "ProvisionedThroughput": {**UNITS, "ReadCapacityUnits": 8}}
        await update(calls, GlobalSecondaryIndexUpdates=[{"Update": more}])
        table = await told(calls)
        (during,) = table["GlobalSecondaryIndexes"]
        await in_use(
            calls,
            "UpdateTable",
            "Index is being updated. Table: orders Index: by-who",
            GlobalSecondaryIndexUpdates=[{"Update": more}],
        )
        await later(calls, life)
        (after,) = (await told(calls))["GlobalSecondaryIndexes"]

        assert (table["TableStatus"], during["IndexStatus"]) == ("ACTIVE", "UPDATING")
        assert during["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
        assert (after["IndexStatus"], after["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("ACTIVE", 8)

    slowly(test)


def test_states_end_after_a_restart():
    async def test(calls):
        await calls.table()
        calls.clock.advance(DELAY)
        before = await status(calls)
        async with TableLife(calls.storage, calls.clock) as life:
            await life.idle()

        assert (before, await status(calls)) == ("CREATING", "ACTIVE")

    run(test, table_delay=DELAY)
