"""What a change leaves behind, held against a plain dictionary as the model of a table."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.unit.tables.calls import Calls, n, run, s, schema

from millrace.core.clock import ManualClock
from millrace.storage.memory import MemoryStorage

WRITES = st.tuples(
    st.sampled_from(("put", "delete", "add", "remove")),
    st.sampled_from("abc"),
    st.integers(0, 2),
)


@settings(max_examples=examples(60))
@given(st.lists(WRITES, max_size=25))
def test_the_stream_replays_to_the_table_and_the_index_agrees(writes):
    """Applying the records in order gives the table; there is one for each real change, and no other."""

    async def main() -> None:
        async with MemoryStorage() as storage:
            calls = Calls(storage, ManualClock())
            await _table(calls)
            model, changes = {}, []
            for kind, key, number in writes:
                before = model.get(key)
                await _write(calls, kind, key, number)
                _apply(model, kind, key, number)
                if before != model.get(key):
                    changes.append((before, model.get(key)))

            await _check(calls, model, changes)

    asyncio.run(main())


async def _table(calls):
    index = {
        "IndexName": "by-x",
        "KeySchema": schema("x"),
        "Projection": {"ProjectionType": "ALL"},
    }
    await calls.table(view="NEW_AND_OLD_IMAGES", attributes={"x": "N"}, GlobalSecondaryIndexes=[index])


async def _write(calls, kind, key, number):
    where = {"TableName": "orders", "Key": {"id": s(key)}}
    if kind == "put":
        await calls("PutItem", TableName="orders", Item={"id": s(key), "x": n(number)})
    elif kind == "delete":
        await calls("DeleteItem", **where)
    elif kind == "add":
        values = {":n": n(number)}
        await calls("UpdateItem", **where, UpdateExpression="ADD x :n", ExpressionAttributeValues=values)
    else:
        await calls("UpdateItem", **where, UpdateExpression="REMOVE x")


def _apply(model, kind, key, number):
    item = model.get(key)
    if kind == "put":
        model[key] = {"id": s(key), "x": n(number)}
    elif kind == "delete":
        model.pop(key, None)
    elif kind == "add":
        old = int(item["x"]["N"]) if item and "x" in item else 0
        model[key] = {"id": s(key), "x": n(old + number)}
    elif item:
        model[key] = {"id": s(key)}


async def _check(calls, model, changes):
    told = [record["dynamodb"] for record in await calls.records()]
    found = {item["id"]["S"]: item for item in (await calls("Scan", TableName="orders"))["Items"]}
    indexed = (await calls("Scan", TableName="orders", IndexName="by-x"))["Items"]
    table = (await calls("DescribeTable", TableName="orders"))["Table"]
    numbers = [int(change["SequenceNumber"]) for change in told]

    assert found == model
    assert [(change.get("OldImage"), change.get("NewImage")) for change in told] == changes
    assert numbers == sorted(set(numbers))
    assert sorted(item["id"]["S"] for item in indexed) == sorted(key for key in model if "x" in model[key])
    assert table["ItemCount"] == len(model)
    assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == len(indexed)


def test_an_equal_item_in_another_order_is_no_change():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        first = {"id": s("a"), "m": {"M": {"x": n(1), "y": n(2)}}, "set": {"SS": ["a", "b"]}}
        again = {"set": {"SS": ["b", "a"]}, "m": {"M": {"y": n(2), "x": n(1)}}, "id": s("a")}
        await calls("PutItem", TableName="orders", Item=first)
        await calls("PutItem", TableName="orders", Item=again)

        assert len(await calls.records()) == 1

    run(test)


def test_records_tell_the_sizes_aws_recorded():
    async def test(calls):
        await calls.table(view="NEW_AND_OLD_IMAGES")
        key = {"id": s("NonExistentKey")}
        await calls("PutItem", TableName="orders", Item={"id": s("Fred")})
        await calls("PutItem", TableName="orders", Item={"id": s("Fred"), "name": s("Fred")})
        await calls("PutItem", TableName="orders", Item={**key, "attr1": s("value1")})
        await calls("DeleteItem", TableName="orders", Key=key)
        sizes = [record["dynamodb"]["SizeBytes"] for record in await calls.records()]

        assert sizes == [12, 26, 43, 43]

    run(test)


def test_a_record_has_the_shape_aws_recorded():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        calls.clock.advance(0.75)
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "b": {"B": "Zm9vYmFy"}})
        (record,) = await calls.records()
        (again,) = await calls.records()
        number = record["dynamodb"].pop("SequenceNumber")
        identity = record.pop("eventID")

        assert record == {
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-west-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_700_000_000.0,
                "Keys": {"id": s("a")},
                "NewImage": {"id": s("a"), "b": {"B": "Zm9vYmFy"}},
                "SizeBytes": 13,
                "StreamViewType": "NEW_IMAGE",
            },
        }
        assert number.isdecimal()
        assert len(number) >= 21
        assert identity == again["eventID"]
        assert len(bytes.fromhex(identity)) == 16

    run(test)
