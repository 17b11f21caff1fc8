"""PutItem, GetItem, UpdateItem, DeleteItem."""

from tests.unit.tables.calls import n, run, s, schema

INVALID = "One or more parameter values were invalid: "
ITEM = {"id": {"S": "a"}, "count": {"N": "1"}}


def test_an_item_put_is_the_item_got():
    async def test(calls):
        await calls.table()

        assert await calls("PutItem", TableName="orders", Item=ITEM) == {}
        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {"Item": ITEM}

    run(test)


def test_a_missing_item_gives_an_answer_without_item():
    async def test(calls):
        await calls.table()

        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {}

    run(test)


def test_a_table_may_be_named_by_its_arn():
    async def test(calls):
        made = await calls.table()
        arn = made["TableDescription"]["TableArn"]
        await calls("PutItem", TableName=arn, Item=ITEM)

        assert await calls("GetItem", TableName=arn, Key={"id": s("a")}) == {"Item": ITEM}
        elsewhere = arn.replace("eu-", "us-")
        assert await calls.refused("GetItem", TableName=elsewhere, Key={"id": s("a")}) == (
            "ValidationException",
            f"1 validation error detected: Invalid AWS region in '{elsewhere}'",
        )

    run(test)


def test_items_of_a_missing_table_are_not_found():
    async def test(calls):
        error = ("ResourceNotFoundException", "Requested resource not found")

        assert await calls.refused("PutItem", TableName="orders", Item=ITEM) == error
        assert await calls.refused("GetItem", TableName="orders", Key={"id": s("a")}) == error
        assert await calls.refused("DeleteItem", TableName="orders", Key={"id": s("a")}) == error
        assert await calls.refused("UpdateItem", TableName="orders", Key={"id": s("a")}) == error

    run(test)


def test_put_item_returns_old_image_when_asked():
    async def test(calls):
        await calls.table()
        first = await calls("PutItem", TableName="orders", Item=ITEM, ReturnValues="ALL_OLD")
        second = await calls("PutItem", TableName="orders", Item={"id": s("a")}, ReturnValues="ALL_OLD")

        assert first == {}
        assert second == {"Attributes": ITEM}
        assert await calls.refused("PutItem", TableName="orders", Item=ITEM, ReturnValues="ALL_NEW") == (
            "ValidationException",
            "ReturnValues can only be ALL_OLD or NONE",
        )

    run(test)


def test_numbers_are_stored_in_one_form():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "n": {"N": "0100.50"}})

        found = await calls("GetItem", TableName="orders", Key={"id": s("a")})
        assert found["Item"]["n"] == {"N": "100.5"}

    run(test)


def test_a_failed_condition_changes_nothing_and_tells_the_item_when_asked():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        await calls("PutItem", TableName="orders", Item=ITEM)
        put = {
            "TableName": "orders",
            "Item": {"id": s("a")},
            "ConditionExpression": "attribute_not_exists(id)",
        }

        error = ("ConditionalCheckFailedException", "The conditional request failed")
        assert await calls.refused("PutItem", **put) == error
        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {"Item": ITEM}
        assert len(await calls.records()) == 1

    run(test)


def test_update_item_returns_what_return_values_asks_for():
    async def test(calls):
        await calls.table()
        update = {
            "TableName": "orders",
            "Key": {"id": s("a")},
            "UpdateExpression": "ADD #c :one SET x = :x",
            "ExpressionAttributeNames": {"#c": "count"},
            "ExpressionAttributeValues": {":one": n(1), ":x": s("y")},
        }
        new = {"id": s("a"), "count": n(2), "x": s("y")}
        for returns, expected in (
            ("NONE", None),
            ("ALL_OLD", ITEM),
            ("UPDATED_OLD", {"count": n(1)}),
            ("ALL_NEW", new),
            ("UPDATED_NEW", {"count": n(2), "x": s("y")}),
        ):
            await calls("PutItem", TableName="orders", Item=ITEM)

            assert (await calls("UpdateItem", **update, ReturnValues=returns)).get("Attributes") == expected

    run(test)


def test_update_item_without_expression_makes_an_item_of_its_key():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        await calls("UpdateItem", TableName="orders", Key={"id": s("a")})
        await calls("UpdateItem", TableName="orders", Key={"id": s("a")})

        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {"Item": {"id": s("a")}}
        assert [record["eventName"] for record in await calls.records()] == ["INSERT"]

    run(test)


def test_an_update_that_only_removes_makes_no_item():
    async def test(calls):
        await calls.table(view="NEW_IMAGE")
        await calls("UpdateItem", TableName="orders", Key={"id": s("a")}, UpdateExpression="REMOVE x")

        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {}
        assert await calls.records() == []

    run(test)


def test_a_key_cannot_be_updated():
    async def test(calls):
        await calls.table()

        assert await calls.refused(
            "UpdateItem",
            TableName="orders",
            Key={"id": s("a")},
            UpdateExpression="SET id = :x",
            ExpressionAttributeValues={":x": s("b")},
        ) == (
            "ValidationException",
            INVALID + "Cannot update attribute id. This attribute is part of the key",
        )

    run(test)


def test_delete_item_gives_the_item_it_deleted():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item=ITEM)
        delete = {"TableName": "orders", "Key": {"id": s("a")}, "ReturnValues": "ALL_OLD"}

        assert await calls("DeleteItem", **delete) == {"Attributes": ITEM}
        assert await calls("DeleteItem", **delete) == {}
        assert await calls("GetItem", TableName="orders", Key={"id": s("a")}) == {}

    run(test)


def test_keys_must_fit_the_schema():
    async def test(calls):
        await calls.table()
        mismatch = ("ValidationException", "The provided key element does not match the schema")

        assert await calls.refused("GetItem", TableName="orders", Key={"x": s("a")}) == mismatch
        assert await calls.refused("DeleteItem", TableName="orders", Key={"id": n(1)}) == mismatch
        assert await calls.refused("PutItem", TableName="orders", Item={"x": s("a")}) == (
            "ValidationException",
            INVALID + "Missing the key id in the item",
        )
        assert await calls.refused("PutItem", TableName="orders", Item={"id": n(1)}) == (
            "ValidationException",
            INVALID + "Type mismatch for key id expected: S actual: N",
        )

    run(test)


def test_items_of_more_than_400_kib_are_refused():
    async def test(calls):
        await calls.table()
        largest = {"id": s("a"), "x": s("x" * (400 * 1024 - 4))}
        await calls("PutItem", TableName="orders", Item=largest)

        assert await calls.refused("PutItem", TableName="orders", Item={**largest, "y": {"BOOL": True}}) == (
            "ValidationException",
            "Item size has exceeded the maximum allowed size",
        )
        assert await calls.refused(
            "UpdateItem",
            TableName="orders",
            Key={"id": s("a")},
            UpdateExpression="SET y = :y",
            ExpressionAttributeValues={":y": {"BOOL": True}},
        ) == ("ValidationException", "Item size to update has exceeded the maximum allowed size")

    run(test)


def test_get_item_gives_the_parts_a_projection_asks_for():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={**ITEM, "m": {"M": {"x": n(1), "y": n(2)}}})
        found = await calls(
            "GetItem", TableName="orders", Key={"id": s("a")}, ProjectionExpression="m.y, nothing"
        )

        assert found == {"Item": {"m": {"M": {"y": n(2)}}}}

    run(test)


def test_consumed_capacity_is_told_when_asked():
    async def test(calls):
        await calls.table()
        big = {"id": s("a"), "x": s("x" * 5000)}
        put = await calls("PutItem", TableName="orders", Item=big, ReturnConsumedCapacity="TOTAL")
        smaller = await calls("PutItem", TableName="orders", Item=ITEM, ReturnConsumedCapacity="INDEXES")
        got = await calls(
            "GetItem",
            TableName="orders",
            Key={"id": s("a")},
            ReturnConsumedCapacity="TOTAL",
            ConsistentRead=True,
        )
        missing = await calls(
            "GetItem", TableName="orders", Key={"id": s("b")}, ReturnConsumedCapacity="TOTAL"
        )

        assert put["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 5.0}
        assert smaller["ConsumedCapacity"] == {
            "TableName": "orders",
            "CapacityUnits": 5.0,
            "Table": {"CapacityUnits": 5.0},
        }
        assert got["ConsumedCapacity"]["CapacityUnits"] == 1.0
        assert missing["ConsumedCapacity"]["CapacityUnits"] == 0.5

    run(test)


def test_what_belongs_to_expressions_needs_one():
    async def test(calls):
        await calls.table()
        put = {"TableName": "orders", "Item": ITEM}

        assert (await calls.refused("PutItem", **put, ExpressionAttributeNames={"#a": "a"}))[1] == (
            "ExpressionAttributeNames can only be specified when using expressions"
        )
        assert (await calls.refused("PutItem", **put, ExpressionAttributeValues={":a": n(1)}))[1] == (
            "ExpressionAttributeValues can only be specified when using expressions: "
            "ConditionExpression is null"
        )
        beside = await calls.refused("PutItem", **put, Expected={}, ConditionExpression="a = :a")
        assert "Non-expression parameters: {Expected}" in beside[1]

    run(test)


def test_a_type_that_an_index_key_cannot_have_is_refused_before_the_condition():
    async def test(calls):
        index = {
            "IndexName": "by-seller",
            "KeySchema": [{"AttributeName": "seller", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        await calls.table(attributes={"seller": "S"}, GlobalSecondaryIndexes=[index])
        await calls("PutItem", TableName="orders", Item=ITEM)
        update = {"TableName": "orders", "Key": {"id": s("a")}}
        failing = {"ConditionExpression": "attribute_not_exists(id)"}

        known = await calls.refused(
            "UpdateItem",
            **update,
            **failing,
            UpdateExpression="SET seller = :v",
            ExpressionAttributeValues={":v": n(1)},
        )
        copied = {"UpdateExpression": "SET seller = #c", "ExpressionAttributeNames": {"#c": "count"}}

        assert known[1] == (
            "One or more parameter values were invalid: Type mismatch for Index Key seller Expected: S "
            "Actual: N IndexName: by-seller"
        )
        failed = await calls.refused("UpdateItem", **update, **failing, **copied)
        assert failed[0] == "ConditionalCheckFailedException"
        assert (await calls.refused("UpdateItem", **update, **copied))[1] == (
            "The update expression attempted to update the secondary index key to unsupported type"
        )

    run(test)


def test_values_are_looked_at_before_expressions():
    async def test(calls):
        wrong = {"id": {"N": "x"}}
        told = ("ValidationException", "The parameter cannot be converted to a numeric value: x")
        text = {"ConditionExpression": "("}

        assert await calls.refused("PutItem", TableName="orders", Item=wrong, ReturnValues="ALL_NEW") == told
        assert await calls.refused("PutItem", TableName="orders", Item=wrong, **text) == told
        assert await calls.refused("DeleteItem", TableName="orders", Key=wrong, **text) == told
        assert await calls.refused("UpdateItem", TableName="orders", Key=wrong, **text) == told
        assert await calls.refused("GetItem", TableName="orders", Key=wrong, ProjectionExpression="(") == told

    run(test)


def test_keys_are_looked_at_before_paths_into_them():
    async def test(calls):
        await calls.table()
        misfit = ("ValidationException", "The provided key element does not match the schema")
        inside = {"ConditionExpression": "attribute_exists(id.x)"}

        assert await calls.refused("DeleteItem", TableName="orders", Key={"no": s("a")}, **inside) == misfit
        assert (
            await calls.refused(
                "UpdateItem", TableName="orders", Key={"id": s("a")}, UpdateExpression="REMOVE id.x"
            )
        )[1] == f"{INVALID}Cannot update attribute id. This attribute is part of the key"
        assert (
            await calls.refused(
                "UpdateItem", TableName="orders", Key={"id": s("a")}, UpdateExpression="SET a = id.x"
            )
        )[1] == (
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: id"
        )

    run(test)


def test_an_update_of_an_indexs_key_is_refused_in_words_of_its_own():
    async def test(calls):
        index = {"IndexName": "byKind", "KeySchema": schema("kind"), "Projection": {"ProjectionType": "ALL"}}
        await calls.table(attributes={"kind": "S"}, GlobalSecondaryIndexes=[index])
        await calls("PutItem", TableName="orders", Item=ITEM)

        async def told(text, **values):
            given = {"ExpressionAttributeValues": values} if values else {}
            return (
                await calls.refused(
                    "UpdateItem", TableName="orders", Key={"id": s("a")}, UpdateExpression=text, **given
                )
            )[1]

        mismatch = f"{INVALID}Type mismatch for Index Key kind Expected: S Actual: N IndexName: byKind"
        assert await told("SET kind = :v", **{":v": n(1)}) == mismatch
        assert await told("SET kind = :v + :v", **{":v": n(1)}) == mismatch
        assert await told("ADD kind :v", **{":v": n(1)}) == mismatch
        assert (
            await told("SET kind = id, x = kind.x")
            == "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "
            "IndexKey: kind"
        )
        assert await told("SET kind = if_not_exists(elsewhere, :v)", **{":v": n(1)}) == (
            "The update expression attempted to update the secondary index key to unsupported type"
        )
        assert await told("SET kind = :v", **{":v": s("")}) == (
            "One or more parameter values are not valid. The update expression attempted to update a secondary "
            "index key to a value that is not supported. The AttributeValue for a key attribute cannot contain "
            "an empty string value."
        )

    run(test)
