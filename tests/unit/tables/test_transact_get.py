"""TransactGetItems: items of one moment."""

from tests.unit.tables.calls import n, run, s
from tests.unit.tables.test_transactions import NONE, reasons


def get(key, table="orders", **members):
    return {"Get": {"TableName": table, "Key": key, **members}}


def test_items_come_in_the_order_of_the_parts_and_missing_ones_are_empty():
    async def test(calls):
        await calls.table()
        await calls.table("players")
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": n(1), "y": n(2)})
        await calls("PutItem", TableName="players", Item={"id": s("b")})

        answer = await calls(
            "TransactGetItems",
            TransactItems=[
                get({"id": s("missing")}),
                get({"id": s("b")}, "players"),
                get({"id": s("a")}, ProjectionExpression="#x", ExpressionAttributeNames={"#x": "x"}),
            ],
        )

        assert answer == {"Responses": [{}, {"Item": {"id": s("b")}}, {"Item": {"x": n(1)}}]}

    run(test)


def test_an_item_without_any_attribute_asked_for_is_left_out():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a")})

        answer = await calls(
            "TransactGetItems", TransactItems=[get({"id": s("a")}, ProjectionExpression="x")]
        )

        assert answer == {"Responses": [{}]}

    run(test)


def test_capacity_is_twice_a_consistent_read_of_the_whole_item_also_of_missing_ones():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": s("x" * 5000)})
        parts = [get({"id": s("a")}, ProjectionExpression="id"), get({"id": s("missing")})]
        both = {"CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}
        total, indexes = [
            (await calls("TransactGetItems", TransactItems=parts, ReturnConsumedCapacity=how))[
                "ConsumedCapacity"
            ]
            for how in ("TOTAL", "INDEXES")
        ]

        assert total == [{"TableName": "orders", **both}]
        assert indexes == [{"TableName": "orders", **both, "Table": both}]

    run(test)


def test_a_key_that_does_not_fit_is_a_reason_also_an_empty_one():
    async def test(calls):
        await calls.table()
        no_match = ("ValidationError", "The provided key element does not match the schema")
        empty = (
            "ValidationError",
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
            "an empty string value. Key: id",
        )

        async def cancelled(*parts):
            return await reasons(calls, *parts, operation="TransactGetItems")

        assert await cancelled(get({"id": s("a")}), get({}), get({"x": s("a")})) == [NONE, no_match, NONE]
        assert await cancelled(get({"id": s("")})) == [empty]

    run(test)


def test_a_missing_table_an_item_twice_and_too_large_an_answer_refuse_the_request():
    async def test(calls):
        await calls.table()
        for number in range(12):
            await calls("PutItem", TableName="orders", Item={"id": s(str(number)), "x": s("x" * 380_000)})
        keys = [{"id": s(str(number))} for number in range(12)]

        async def refused(*parts):
            return await calls.refused("TransactGetItems", TransactItems=list(parts))

        assert await refused(get({"id": s("a")}, "missing")) == (
            "ResourceNotFoundException",
            "Requested resource not found",
        )
        assert await refused(get({"id": s("a")}), get({"id": s("a")})) == (
            "ValidationException",
            "Transaction request cannot include multiple operations on one item",
        )
        assert await refused(*map(get, keys)) == ("ValidationException", "Payload in response is too large.")
        answer = await calls(
            "TransactGetItems", TransactItems=[get(k, ProjectionExpression="id") for k in keys]
        )
        assert answer == {"Responses": [{"Item": key} for key in keys]}

    run(test)
