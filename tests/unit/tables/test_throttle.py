"""Throttling, by a clock that stands still until it is moved."""

import asyncio

from tests.unit.tables.calls import Calls, n, s, schema

from millrace.core.clock import ManualClock
from millrace.dynamodb.throttle import Throttle
from millrace.storage.memory import MemoryStorage

EXCEEDED = (
    "ProvisionedThroughputExceededException",
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API.",
)
BURST = 300


def run(test):
    async def main():
        clock = ManualClock()
        async with MemoryStorage() as storage:
            await test(Calls(storage, clock, throttle=Throttle(clock)))

    asyncio.run(main())


def units(read, write):
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


async def create(calls, read=1, write=1, index=None):
    names = ("id",) if index is None else ("id", "who")
    of_index = {
        "IndexName": "by-who",
        "KeySchema": schema("who"),
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": index,
    }
    await calls(
        "CreateTable",
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=schema("id"),
        ProvisionedThroughput=units(read, write),
        **({} if index is None else {"GlobalSecondaryIndexes": [of_index]}),
    )


async def put(calls, key="a", **attributes):
    return await calls("PutItem", TableName="orders", Item={"id": s(key), **attributes})


async def spend(calls, count, **attributes):
    for number in range(count):
        await put(calls, f"k{number}", **attributes)


async def put_refused(calls, **attributes):
    return await calls.refused("PutItem", TableName="orders", Item={"id": s("z"), **attributes})


def test_five_minutes_of_writes_are_saved_up_and_then_there_is_one_a_second():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST)
        refused = await put_refused(calls)
        calls.clock.advance(1)
        await put(calls)

        assert refused == await put_refused(calls) == EXCEEDED
        assert "Item" not in await calls("GetItem", TableName="orders", Key={"id": s("z")})

    run(test)


def test_a_large_item_takes_what_it_takes():
    async def test(calls):
        await create(calls)
        await put(calls, x=s("x" * 250 * 1024))
        assert await put_refused(calls, x=s("x" * 60 * 1024)) == EXCEEDED
        await put(calls, x=s(""), y=n(1))  # an overwrite takes as much as what was there: more than is left
        assert await put_refused(calls) == EXCEEDED
        calls.clock.advance(203)
        await put(calls)

    run(test)


def test_reads_and_writes_do_not_take_from_each_other():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST)
        assert (await calls("Scan", TableName="orders"))["Count"] == BURST
        get = {"TableName": "orders", "Key": {"id": s("a")}}
        for _ in range(2 * BURST - 1):  # the scan took half a unit
            await calls("GetItem", **get)
        assert await calls.refused("GetItem", **get) == EXCEEDED
        assert await calls.refused("Query", TableName="orders", **QUERY) == EXCEEDED

    run(test)


QUERY = {
    "KeyConditionExpression": "id = :id",
    "ExpressionAttributeValues": {":id": s("a")},
    "ConsistentRead": True,
}


def test_a_batch_comes_back_in_part_and_is_refused_when_nothing_is_left():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 3)
        puts = [{"PutRequest": {"Item": {"id": s(f"b{number}")}}} for number in range(5)]
        answer = await calls("BatchWriteItem", RequestItems={"orders": puts}, ReturnConsumedCapacity="TOTAL")
        nothing = await calls.refused("BatchWriteItem", RequestItems={"orders": puts})
        calls.clock.advance(2)
        again = await calls("BatchWriteItem", RequestItems=answer["UnprocessedItems"])

        assert answer["UnprocessedItems"] == {"orders": puts[3:]}
        assert answer["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 3.0}]
        assert nothing == EXCEEDED
        assert again["UnprocessedItems"] == {}
        assert "ConsumedCapacity" not in again

    run(test)


def test_keys_of_a_batch_come_back_too():
    async def test(calls):
        await create(calls)
        keys = [{"id": s(f"b{number}")} for number in range(100)]
        for _ in range(5):
            await calls("BatchGetItem", RequestItems={"orders": {"Keys": keys}})
        await calls("BatchGetItem", RequestItems={"orders": {"Keys": keys[:90]}})
        asked = {"orders": {"Keys": keys, "ConsistentRead": False}}
        answer = await calls("BatchGetItem", RequestItems=asked)

        assert answer["UnprocessedKeys"]["orders"]["Keys"] == keys[10:]
        assert await calls.refused("BatchGetItem", RequestItems=asked) == EXCEEDED

    run(test)


def test_an_index_without_units_holds_up_the_writes_that_reach_it():
    async def test(calls):
        await create(calls, write=10, index=units(1, 1))
        await spend(calls, BURST, who=s("ann"))
        refused = await put_refused(calls, who=s("ann"))
        await put(calls, "elsewhere")

        assert refused[0] == "ProvisionedThroughputExceededException"
        assert refused[1].startswith(
            "The level of configured provisioned throughput for one or more global secondary indexes of the table"
        )

    run(test)


def test_a_maximum_of_an_on_demand_table_is_of_each_second():
    async def test(calls):
        await calls.table(OnDemandThroughput={"MaxWriteRequestUnits": 2})
        await spend(calls, 2)
        refused = await put_refused(calls)
        calls.clock.advance(1)
        await put(calls)
        for _ in range(9):
            await calls("GetItem", TableName="orders", Key={"id": s("a")})

        assert refused == (
            "ThrottlingException",
            "Throughput exceeds the maximum OnDemandThroughput configured on table or index",
        )

    run(test)


def test_a_write_whose_condition_fails_takes_its_unit():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 1)
        failing = {
            "TableName": "orders",
            "Item": {"id": s("k0")},
            "ConditionExpression": "attribute_not_exists(id)",
        }

        assert (await calls.refused("PutItem", **failing))[0] == "ConditionalCheckFailedException"
        assert await calls.refused("PutItem", **failing) == EXCEEDED

    run(test)


def test_more_units_are_there_at_once():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST)
        await calls("UpdateTable", TableName="orders", ProvisionedThroughput=units(1, 100))
        calls.clock.advance(1)

        await spend(calls, 90)

    run(test)
