"""BatchWriteItem and BatchGetItem."""

from tests.unit.tables.calls import n, run, s, schema


def _put(item):
    return {"PutRequest": {"Item": item}}


def _delete(key):
    return {"DeleteRequest": {"Key": key}}


def test_a_batch_puts_and_deletes_in_its_order():
    async def test(calls):
        await calls.table(view="NEW_AND_OLD_IMAGES")
        await calls("PutItem", TableName="orders", Item={"id": s("a")})
        await calls("PutItem", TableName="orders", Item={"id": s("b")})
        answer = await calls(
            "BatchWriteItem",
            RequestItems={
                "orders": [
                    _delete({"id": s("a")}),
                    _put({"id": s("b"), "x": n(1)}),
                    _put({"id": s("c")}),
                    _delete({"id": s("missing")}),
                ]
            },
        )
        names = [record["eventName"] for record in await calls.records()]

        assert answer == {"UnprocessedItems": {}}
        assert names == ["INSERT", "INSERT", "REMOVE", "MODIFY", "INSERT"]

    run(test)


def test_a_batch_over_its_limits_is_refused():
    async def test(calls):
        puts = [_put({"id": s(str(number))}) for number in range(13)]
        keys = {"Keys": [{"id": s(str(number))} for number in range(51)]}

        assert await calls.refused("BatchWriteItem", RequestItems={"orders": puts, "others": puts}) == (
            "ValidationException",
            "Too many items requested for the BatchWriteItem call",
        )
        assert await calls.refused("BatchGetItem", RequestItems={"orders": keys, "others": keys}) == (
            "ValidationException",
            "Too many items requested for the BatchGetItem call",
        )

    run(test)


def test_a_batch_with_an_item_twice_is_refused():
    async def test(calls):
        await calls.table()
        error = ("ValidationException", "Provided list of item keys contains duplicates")
        twice = [_put({"id": s("a")}), _delete({"id": s("a")})]
        keys = [{"id": s("a")}, {"id": s("a")}]

        assert await calls.refused("BatchWriteItem", RequestItems={"orders": twice}) == error
        assert await calls.refused("BatchGetItem", RequestItems={"orders": {"Keys": keys}}) == error

    run(test)


def test_a_batch_has_one_sentence_for_wrong_keys():
    async def test(calls):
        await calls.table()

        assert await calls.refused("BatchWriteItem", RequestItems={"orders": [_put({"x": s("a")})]}) == (
            "ValidationException",
            "The provided key element does not match the schema",
        )

    run(test)


def test_a_batch_with_a_missing_table_writes_nothing():
    async def test(calls):
        await calls.table()
        puts = [_put({"id": s("a")})]

        assert await calls.refused("BatchWriteItem", RequestItems={"orders": puts, "none": puts}) == (
            "ResourceNotFoundException",
            "Requested resource not found",
        )
        assert (await calls("Scan", TableName="orders"))["Items"] == []

    run(test)


def test_a_batch_gets_what_there_is():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": n(1)})
        form = {"Keys": [{"id": s("a")}, {"id": s("b")}], "ProjectionExpression": "x"}
        answer = await calls("BatchGetItem", RequestItems={"orders": form}, ReturnConsumedCapacity="TOTAL")

        assert answer["Responses"] == {"orders": [{"x": n(1)}]}
        assert answer["UnprocessedKeys"] == {}
        assert answer["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 1.0}]

    run(test)


def test_a_batch_leaves_keys_unprocessed_beyond_16_mib():
    async def test(calls):
        await calls.table()
        big = s("x" * 390 * 1024)
        for number in range(45):
            await calls("PutItem", TableName="orders", Item={"id": s(str(number)), "x": big})
        form = {"Keys": [{"id": s(str(number))} for number in range(45)], "ConsistentRead": True}
        answer = await calls("BatchGetItem", RequestItems={"orders": form})
        left = answer["UnprocessedKeys"]["orders"]

        assert len(answer["Responses"]["orders"]) == 42
        assert left == {"Keys": form["Keys"][42:], "ConsistentRead": True}

    run(test)


def test_a_batch_tells_each_item_collection_once():
    async def test(calls):
        index = {"IndexName": "byT", "KeySchema": schema("id", "t"), "Projection": {"ProjectionType": "ALL"}}
        await calls.table(keys=("id", "sort"), attributes={"t": "S"}, LocalSecondaryIndexes=[index])
        await calls.table("plain")
        writes = [
            {"PutRequest": {"Item": {"id": s("a"), "sort": s("1")}}},
            {"PutRequest": {"Item": {"id": s("a"), "sort": s("2")}}},
            {"DeleteRequest": {"Key": {"id": s("missing"), "sort": s("1")}}},
        ]
        plain = [{"PutRequest": {"Item": {"id": s("a")}}}]
        answer = await calls(
            "BatchWriteItem",
            RequestItems={"orders": writes, "plain": plain},
            ReturnItemCollectionMetrics="SIZE",
        )

        assert answer["ItemCollectionMetrics"] == {
            "orders": [
                {"ItemCollectionKey": {"id": s(key)}, "SizeEstimateRangeGB": [0.0, 1.0]}
                for key in ("a", "missing")
            ]
        }

    run(test)


def test_a_batch_asks_all_tables_by_expressions_or_all_by_names():
    async def test(calls):
        await calls.table()
        await calls.table("other")
        asked = {
            "orders": {"Keys": [{"id": s("a")}], "ProjectionExpression": "id"},
            "other": {"Keys": [{"id": s("a")}], "AttributesToGet": ["id"]},
        }

        assert await calls.refused("BatchGetItem", RequestItems=asked) == (
            "ValidationException",
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
        )

    run(test)
