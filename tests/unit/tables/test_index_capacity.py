"""Capacity of tables with indexes, as measured on AWS: dynoxide's index_consumed_capacity, August 2026."""

from tests.unit.tables.calls import run, s, schema

KEY = {"id": s("a"), "at": s("1")}


async def _table(calls, projection=("some",)):
    some = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(projection)}
    await calls.table(
        keys=("id", "at"),
        attributes={"g": "S", "l": "S"},
        GlobalSecondaryIndexes=[{"IndexName": "global", "KeySchema": schema("g"), "Projection": some}],
        LocalSecondaryIndexes=[{"IndexName": "local", "KeySchema": schema("id", "l"), "Projection": some}],
    )


async def _put(calls, **attributes):
    item = KEY | {name: s(value) for name, value in attributes.items()}
    told = await calls("PutItem", TableName="orders", Item=item, ReturnConsumedCapacity="INDEXES")
    return _units(told["ConsumedCapacity"])


def _units(told):
    """Total, table, global and local index."""
    indexes = (told.get(f"{kind}SecondaryIndexes", {}) for kind in ("Global", "Local"))
    return (
        told["CapacityUnits"],
        told["Table"]["CapacityUnits"],
        *(next((one["CapacityUnits"] for one in of.values()), None) for of in indexes),
    )


def test_an_index_counts_when_what_it_holds_changes():
    async def test(calls):
        await _table(calls)

        assert await _put(calls, g="x") == (2.0, 1.0, 1.0, None)
        assert await _put(calls, g="x") == (1.0, 1.0, None, None)
        assert await _put(calls, g="x", other="y") == (1.0, 1.0, None, None)
        assert await _put(calls, g="x", l="y") == (2.0, 1.0, None, 1.0)
        assert await _put(calls, g="x", l="y", some="z") == (3.0, 1.0, 1.0, 1.0)
        assert await _put(calls, g="moved", l="y", some="z") == (3.0, 1.0, 2.0, None)
        assert await _put(calls, l="y", some="z") == (2.0, 1.0, 1.0, None)
        assert await _put(calls) == (2.0, 1.0, None, 1.0)

    run(test)


def test_an_index_counts_the_size_of_what_it_holds():
    async def test(calls):
        await _table(calls)

        assert await _put(calls, g="x", some="p", other="o" * 3000) == (4.0, 3.0, 1.0, None)
        assert await _put(calls, g="x", some="p" * 3000) == (6.0, 3.0, 3.0, None)
        assert await _put(calls, g="x", some="p") == (6.0, 3.0, 3.0, None)
        await _put(calls, g="x", some="p" * 1500)
        assert await _put(calls, g="y", some="p" * 1500) == (6.0, 2.0, 4.0, None)
        await _put(calls, g="x", some="p" * 3000)
        assert await _put(calls, g="y", some="p") == (7.0, 3.0, 4.0, None)

    run(test)


def test_what_a_local_index_has_to_fetch_counts_item_by_item():
    async def test(calls):
        await _table(calls)
        for number in "123":
            item = {"id": s("a"), "at": s(number), "l": s(number), "other": s("o" * 5000)}
            await calls("PutItem", TableName="orders", Item=item)

        async def read(**params):
            told = await calls(
                "Query",
                TableName="orders",
                IndexName="local",
                KeyConditionExpression="id = :id",
                ExpressionAttributeValues={":id": s("a")},
                ReturnConsumedCapacity="INDEXES",
                **params,
            )
            return _units(told["ConsumedCapacity"])

        assert await read() == (0.5, 0.0, None, 0.5)
        assert await read(Select="ALL_ATTRIBUTES") == (3.5, 3.0, None, 0.5)
        assert await read(Select="ALL_ATTRIBUTES", ConsistentRead=True) == (7.0, 6.0, None, 1.0)

    run(test)


def test_a_page_is_counted_as_a_whole_before_its_filter():
    async def test(calls):
        await calls.table(keys=("id", "at"))
        for number in "1234":
            item = {"id": s("a"), "at": s(number), "other": s("o" * 3000)}
            await calls("PutItem", TableName="orders", Item=item)
        for params in ({}, {"FilterExpression": "attribute_exists(nothing)"}, {"ProjectionExpression": "id"}):
            told = await calls("Scan", TableName="orders", ReturnConsumedCapacity="TOTAL", **params)

            assert told["ConsumedCapacity"]["CapacityUnits"] == 1.5

    run(test)


def test_the_indexes_of_a_table_project_a_hundred_named_attributes_together():
    async def test(calls):
        names = [[f"a{place}-{number}" for number in range(20)] for place in range(6)]
        form = {
            "TableName": "orders",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": schema("id"),
        }

        def indexes(count):
            return [
                {
                    "IndexName": f"by-{place}",
                    "KeySchema": schema("id"),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": names[place]},
                }
                for place in range(count)
            ]

        code, _ = await calls.refused("CreateTable", **form, GlobalSecondaryIndexes=indexes(6))
        assert code == "ValidationException"
        await calls("CreateTable", **form, GlobalSecondaryIndexes=indexes(5))

    run(test)
