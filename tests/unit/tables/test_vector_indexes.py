"""The life of a vector index: made with its table, added, filled, deleted, restored; and what AWS refuses."""

import pytest
from tests.unit.tables.calls import run, s, schema
from tests.unit.tables.test_restore import made_again
from tests.unit.tables.test_states import DELAY, later, slowly
from tests.unit.tables.test_vectors import BY_TENANT, TENANTS, WRONG, found, index, put, query

from millrace.core import limits
from millrace.dynamodb import backfill
from millrace.dynamodb.backfill import Fill

IN_USE = "Attempt to change a resource which is still in use: "
ONE = (
    "LimitExceededException",
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
)
DEFINED = [{"AttributeName": name, "AttributeType": kind} for name, kind in TENANTS.items()]
ON_DEMAND_ONLY = (
    "ValidationException",
    f"{WRONG}Vector indexes are only supported for PAY_PER_REQUEST tables",
)


async def update(calls, *changes: dict, **params) -> dict:
    answer = await calls("UpdateTable", TableName="orders", VectorIndexUpdates=changes, **params)
    return answer["TableDescription"]


async def refused(calls, *changes: dict, **params) -> tuple:
    return await calls.refused("UpdateTable", TableName="orders", VectorIndexUpdates=changes, **params)


async def told(calls) -> dict:
    return (await calls("DescribeTable", TableName="orders"))["Table"]


async def state(calls) -> tuple:
    """The table's status, the index's, and whether it is being filled."""
    table = await told(calls)
    one = table["VectorIndexes"][0]
    return table["TableStatus"], one["IndexStatus"], one.get("Backfilling")


async def searched(calls) -> tuple:
    return await calls.refused(
        "SearchVectors", TableName="orders", IndexName="near", SearchVector=query(1, 0, 0), TopK=1
    )


def test_an_added_index_has_the_items_that_were_there_but_those_it_cannot_have():
    async def test(calls):
        await calls.table()
        await put(calls, "a", 1, 0, 0, tenant=s("t"))
        await put(calls, "no partition", 1, 0, 0)
        await put(calls, "too short", 1, 0, tenant=s("t"))
        await put(calls, "empty", 1, 0, 0, tenant=s(""))
        await put(calls, "other type", 1, 0, 0, tenant={"N": "1"})
        await put(calls, "odd filter", 1, 0, 0, tenant=s("t"), kind={"N": "1"})
        await put(calls, "b", 1, 1, 0, tenant=s("t"), kind=s("k"))
        answer = await update(calls, {"Create": index(search=BY_TENANT)}, AttributeDefinitions=DEFINED)

        assert answer["TableStatus"] == "UPDATING"
        assert answer["VectorIndexes"][0]["Backfilling"] is False
        assert await state(calls) == ("ACTIVE", "ACTIVE", None)
        asked = {"SearchConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": s("t")}}
        assert await found(calls, 1, 0, 0, **asked) == ["a", "b"]
        assert (await told(calls))["VectorIndexes"][0]["ItemCount"] == 2

    run(test)


def test_an_index_of_a_large_table_is_filled_in_the_background_while_items_change(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await calls.table()
        for number in range(6):
            await put(calls, f"k{number}", number, 1, 0)
        await update(calls, {"Create": index()})
        assert await state(calls) == ("ACTIVE", "CREATING", True)
        assert await searched(calls) == (
            "ValidationException",
            "Cannot search backfilling vector index: near",
        )
        await put(calls, "k1", 9, 1, 0)
        await calls("DeleteItem", TableName="orders", Key={"id": s("k2")})
        await put(calls, "k6", 6, 1, 0)
        fill = Fill((await told(calls))["TableArn"])
        while fill is not None:
            fill = await backfill.fill_some(calls.storage, fill)
        assert await state(calls) == ("ACTIVE", "ACTIVE", None)
        assert sorted(await found(calls, 1, 0, 0)) == ["k0", "k1", "k3", "k4", "k5", "k6"]
        assert (await told(calls))["VectorIndexes"][0]["ItemCount"] == 6

    run(test)


def test_an_index_goes_from_allocation_over_backfill_to_active_and_can_be_cancelled_in_between():
    async def test(calls, life):
        await calls.table()
        await later(calls, life)
        await put(calls, "a", 1, 0, 0)
        await update(calls, {"Create": index()})
        assert await state(calls) == ("UPDATING", "CREATING", False)
        assert (await searched(calls))[1] == "The table does not have the specified index: near"
        assert await refused(calls, {"Delete": {"IndexName": "near"}}) == (
            "ResourceInUseException",
            f"{IN_USE}Index creation is in resource allocation phase. Retry deletion during backfilling phase or "
            "when the index is active. Table: orders Index: near",
        )
        assert await refused(calls, {"Create": index("second")}) == ONE
        assert (await refused(calls, {"Create": index()}))[1] == (
            f"{IN_USE}Index is being created.  Table: orders Index: near"
        )
        await later(calls, life)
        await life.idle()
        await later(calls, life, DELAY)
        await life.idle()
        assert await state(calls) == ("ACTIVE", "ACTIVE", None)
        assert await found(calls, 1, 0, 0) == ["a"]

        await update(calls, {"Delete": {"IndexName": "near"}})
        assert await state(calls) == ("UPDATING", "DELETING", None)
        assert (await searched(calls))[1] == "The table does not have the specified index: near"
        assert await calls.refused("DeleteTable", TableName="orders") == (
            "ResourceInUseException",
            f"{IN_USE}Cannot delete table while indexes are being created, updated, or deleted.",
        )
        await later(calls, life)
        assert "VectorIndexes" not in await told(calls)

    slowly(test)


def test_a_deleted_index_leaves_nothing_and_its_table_leaves_nothing():
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT), index("plain")])
        await put(calls, "a", 1, 0, 0, tenant=s("t"))
        await update(calls, {"Delete": {"IndexName": "near"}})
        table = await told(calls)
        assert [one["IndexName"] for one in table["VectorIndexes"]] == ["plain"]
        assert [one["AttributeName"] for one in table["AttributeDefinitions"]] == ["id"]
        assert await found(calls, 1, 0, 0, name="plain") == ["a"]
        await calls("DeleteTable", TableName="orders")
        await calls.table(VectorIndexes=[index("plain")])
        assert await found(calls, 1, 0, 0, name="plain") == []

    run(test)


@pytest.mark.parametrize(
    ("forms", "sentence"),
    [
        ([], "List of VectorIndexes is empty"),
        ([index(dimensions=4097)], "Number of dimensions must be between 1 and 4096 inclusive."),
        (
            [index(f"near{number}") for number in range(6)],
            "VectorIndex count exceeds the per-table limit of 5",
        ),
        ([index(), index()], "Duplicate index name: near"),
        ([index("by-who")], "Duplicate index name: by-who"),
        (
            [index(), index("other", dimensions=4)],
            "Conflicting attribute definition for 'v'. All VectorIndexes on the same vector attribute must use the "
            "same dimensions.",
        ),
        (
            [index(search={"unknown": "HASH"})],
            "One element in SearchSchema is not defined in attribute definitions",
        ),
        (
            [index(search={"who": "HASH", "id": "HASH"})],
            "Value '2' at 'SearchSchema' failed to satisfy constraint: Member must have HASH count less than or "
            "equal to 1",
        ),
        (
            [
                index(
                    SearchSchema=[
                        {"AttributeName": "who", "SearchSchemaElementType": kind}
                        for kind in ("HASH", "INLINE_FILTER")
                    ]
                )
            ],
            "SearchSchema contains a duplicate AttributeName",
        ),
        (
            [index(search={f"f{number}": "INLINE_FILTER" for number in range(19)})],
            "Value '19' at 'SearchSchema' failed to satisfy constraint: Member must have INLINE_FILTER count less "
            "than or equal to 18",
        ),
        (
            [index(VectorAttribute={"AttributeName": "who"})],
            "Conflicting attribute definition for 'who'. An attribute cannot be defined in AttributeDefinitions "
            "when used as a VectorAttribute.",
        ),
        (
            [index(projection="INCLUDE")],
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            [index(Projection={"ProjectionType": "ALL", "NonKeyAttributes": ["a"]})],
            "ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
    ],
)
def test_a_table_with_such_indexes_is_refused(forms, sentence):
    async def test(calls):
        by_who = {"IndexName": "by-who", "KeySchema": schema("who"), "Projection": {"ProjectionType": "ALL"}}
        params = {
            "TableName": "orders",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema("id"),
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "who")],
            "GlobalSecondaryIndexes": [by_who],
        }
        assert await calls.refused("CreateTable", **params, VectorIndexes=forms) == (
            "ValidationException",
            WRONG + sentence,
        )

    run(test)


def test_vector_indexes_want_a_table_on_demand():
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}

    async def test(calls):
        params = {
            "TableName": "orders",
            "KeySchema": schema("id"),
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "ProvisionedThroughput": units,
        }
        assert await calls.refused("CreateTable", **params, VectorIndexes=[index()]) == ON_DEMAND_ONLY
        await calls("CreateTable", **params)
        assert await refused(calls, {"Create": index()}) == ON_DEMAND_ONLY
        await calls("UpdateTable", TableName="orders", BillingMode="PAY_PER_REQUEST")
        await update(calls, {"Create": index()})
        change = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
        assert await calls.refused("UpdateTable", TableName="orders", **change) == ON_DEMAND_ONLY

    run(test)


def test_changes_of_vector_indexes_that_cannot_be_are_refused():
    async def test(calls):
        await calls.table(attributes={"who": "S"}, VectorIndexes=[index(search={"who": "HASH"})])
        assert await refused(calls, {"Create": index("one")}, {"Create": index("two")}) == ONE
        assert await refused(calls, {"Create": index()}) == (
            "ValidationException",
            "Attempting to create an index which already exists",
        )
        assert await refused(calls, {"Delete": {"IndexName": "unknown"}}) == (
            "ResourceNotFoundException",
            "Requested resource not found: Index unknown for table orders",
        )
        assert (await refused(calls, {"Create": index("two", search={"who": "HASH"})}))[1] == (
            f"{WRONG}One element in SearchSchema is not defined in attribute definitions"
        )
        assert (await refused(calls, {"Create": index("two", dimensions=4)}))[1].startswith(
            f"{WRONG}Conflicting attribute definition for 'v'. All VectorIndexes"
        )
        assert (await refused(calls, {"Create": index("two", VectorAttribute={"AttributeName": "id"})}))[
            1
        ] == (
            f"{WRONG}Attributes cannot be redefined. Please check that your attribute has the same type as "
            "previously defined. Existing schema: Schema:[SchemaElement: key{id:S:HASH}] "
            "New schema: VectorIndexSchema:[VectorAttribute: key{id:L:3}]"
        )
        by_vector = {"IndexName": "by-v", "KeySchema": schema("v"), "Projection": {"ProjectionType": "ALL"}}
        answer = await calls.refused(
            "UpdateTable",
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "v", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": by_vector}],
        )
        assert answer[1] == (
            f"{WRONG}Attributes cannot be redefined. Please check that your attribute has the same type as "
            "previously defined. Existing schema: VectorIndexSchema:[VectorAttribute: key{v:L:3}] "
            "New schema: Schema:[SchemaElement: key{v:S:HASH}]"
        )
        assert (await refused(calls, {}))[0] == "ValidationException"
        for number in range(4):
            await update(calls, {"Create": index(f"more{number}")})
        assert await refused(calls, {"Create": index("six")}) == (
            "LimitExceededException",
            "Subscriber limit exceeded: Number of vector secondary indexes exceeds per-table limit of 5",
        )

    run(test)


def test_a_backup_has_the_vector_indexes_and_a_restore_makes_those_that_are_wanted():
    async def test(calls):
        await calls.table(attributes=TENANTS, VectorIndexes=[index(search=BY_TENANT), index("plain")])
        await put(calls, "a", 1, 0, 0, tenant=s("t"))
        answer = await calls("CreateBackup", TableName="orders", BackupName="first")
        arn = answer["BackupDetails"]["BackupArn"]
        details = (await calls("DescribeBackup", BackupArn=arn))["BackupDescription"]
        indexes = details["SourceTableFeatureDetails"]["VectorIndexes"]
        assert indexes == [index(search=BY_TENANT), index("plain")]

        table = await made_again(calls, arn)
        assert [one["IndexName"] for one in table["VectorIndexes"]] == ["near", "plain"]
        assert [one["ItemCount"] for one in table["VectorIndexes"]] == [1, 1]
        assert {one["AttributeName"] for one in table["AttributeDefinitions"]} == {"id", *TENANTS}
        await calls("DeleteTable", TableName="again")
        table = await made_again(calls, arn, VectorIndexOverride=[index("plain")])
        assert [one["IndexName"] for one in table["VectorIndexes"]] == ["plain"]
        await calls("DeleteTable", TableName="again")
        assert "VectorIndexes" not in await made_again(calls, arn, VectorIndexOverride=[])
        other = await calls.refused(
            "RestoreTableFromBackup",
            BackupArn=arn,
            TargetTableName="third",
            VectorIndexOverride=[index("plain", distance="EUCLIDEAN")],
        )
        assert "does not match a vector index that existed in the source table" in other[1]

    run(test)
