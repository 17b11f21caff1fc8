"""TransactWriteItems: all of its writes or none, and the reasons why not."""

import orjson
import pytest
from tests.unit.tables.calls import n, run, s

from millrace.core.errors import AwsError


def put(item, table="orders", **members):
    return {"Put": {"TableName": table, "Item": item, **members}}


def update(key, expression, table="orders", values=None, **members):
    if values is not None:
        members["ExpressionAttributeValues"] = values
    return {"Update": {"TableName": table, "Key": key, "UpdateExpression": expression, **members}}


def delete(key, table="orders", **members):
    return {"Delete": {"TableName": table, "Key": key, **members}}


def check(key, condition, table="orders", **members):
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": condition, **members}}


async def reasons(calls, *parts, operation="TransactWriteItems"):
    """The reasons for which this transaction is cancelled: codes, and code with message where there is one."""
    with pytest.raises(AwsError) as caught:
        await calls(operation, TransactItems=list(parts))
    error = caught.value
    assert error.code == "TransactionCanceledException", error
    told = error.members["CancellationReasons"]
    codes = ", ".join(reason["Code"] for reason in told)
    assert error.message == (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return [(reason["Code"], reason.get("Message")) for reason in told]


RETURNS = "ReturnValuesOnConditionCheckFailure"
NONE = ("None", None)
FAILED = ("ConditionalCheckFailed", "The conditional request failed")


async def items(calls, table="orders"):
    return {item["id"]["S"]: item for item in (await calls("Scan", TableName=table))["Items"]}


def test_all_parts_happen_together_over_several_tables():
    async def test(calls):
        await calls.table()
        await calls.table("players")
        for name in ("changed", "gone", "checked"):
            await calls("PutItem", TableName="orders", Item={"id": s(name), "x": n(1)})

        answer = await calls(
            "TransactWriteItems",
            TransactItems=[
                put({"id": s("new")}, "players"),
                update({"id": s("changed")}, "SET x = x + :one", values={":one": n(1)}),
                delete({"id": s("gone")}),
                check({"id": s("checked")}, "attribute_exists(id)"),
            ],
        )

        assert answer == {}
        assert await items(calls, "players") == {"new": {"id": s("new")}}
        assert await items(calls) == {
            "changed": {"id": s("changed"), "x": n(2)},
            "checked": {"id": s("checked"), "x": n(1)},
        }

    run(test)


def test_each_change_is_a_record_in_the_order_of_the_parts_and_a_check_is_none():
    async def test(calls):
        await calls.table(view="NEW_AND_OLD_IMAGES")
        await calls("PutItem", TableName="orders", Item={"id": s("a")})
        await calls("PutItem", TableName="orders", Item={"id": s("same")})
        await calls(
            "TransactWriteItems",
            TransactItems=[
                put({"id": s("z")}),
                check({"id": s("b")}, "attribute_not_exists(id)"),
                delete({"id": s("a")}),
                put({"id": s("same")}),
                update({"id": s("c")}, "SET x = :x", values={":x": n(1)}),
            ],
        )
        records = [(one["eventName"], one["dynamodb"]["Keys"]["id"]["S"]) for one in await calls.records()]

        assert records[2:] == [("INSERT", "z"), ("REMOVE", "a"), ("INSERT", "c")]

    run(test)


def test_one_failed_condition_undoes_all_and_the_reasons_stand_in_order():
    async def test(calls):
        await calls.table(view="KEYS_ONLY")
        found = await reasons(
            calls,
            put({"id": s("a")}),
            check({"id": s("b")}, "attribute_exists(id)"),
            put({"id": s("c")}, ConditionExpression="attribute_not_exists(id)"),
            delete({"id": s("d")}, ConditionExpression="attribute_exists(id)"),
        )

        assert found == [NONE, FAILED, NONE, FAILED]
        assert await items(calls) == {}
        assert await calls.records() == []

    run(test)


def test_a_reason_has_the_item_where_it_was_asked_for():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": n(1)})
        parts = [
            check({"id": s(name)}, "x > :x", ExpressionAttributeValues={":x": n(5)}, **{RETURNS: returns})
            for name, returns in (("a", "ALL_OLD"), ("b", "ALL_OLD"))
        ]
        with pytest.raises(AwsError) as caught:
            await calls("TransactWriteItems", TransactItems=parts)
        told = orjson.loads(orjson.dumps(caught.value.members["CancellationReasons"]))

        assert [reason.get("Item") for reason in told] == [{"id": s("a"), "x": n(1)}, None]

    run(test)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            put({"id": n(1)}),
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        ),
        (put({"x": n(1)}), "One or more parameter values were invalid: Missing the key id in the item"),
        (delete({"x": s("a")}), "The provided key element does not match the schema"),
        (check({"id": n(1)}, "attribute_exists(id)"), "The provided key element does not match the schema"),
        (
            update({"id": s("a")}, "SET id = :x", values={":x": s("b")}),
            "One or more parameter values were invalid: Cannot update attribute id. "
            "This attribute is part of the key",
        ),
    ],
)
def test_of_parts_that_do_not_fit_their_table_the_first_is_the_only_reason(part, message):
    async def test(calls):
        await calls.table()
        found = await reasons(
            calls,
            put({"id": s("b")}, ConditionExpression="attribute_exists(id)"),
            part,
            put({"id": n(2)}),
        )

        assert found == [NONE, ("ValidationError", message), NONE]

    run(test)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            update({"id": s("a")}, "SET x = big + :one", values={":one": n(1)}),
            "An operand in the update expression has an incorrect data type",
        ),
        (
            update({"id": s("a")}, "SET y = nothing"),
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            update({"id": s("a")}, "SET nothing.y = :one", values={":one": n(1)}),
            "The document path provided in the update expression is invalid for update",
        ),
        (
            update({"id": s("a")}, "SET y = :long", values={":long": s("y" * 200_000)}),
            "Item size to update has exceeded the maximum allowed size",
        ),
    ],
)
def test_an_update_that_does_not_fit_its_item_is_a_reason_beside_failed_conditions(part, message):
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": n(1), "big": s("x" * 300_000)})
        found = await reasons(calls, check({"id": s("b")}, "attribute_exists(id)"), part)

        assert found == [FAILED, ("ValidationError", message)]

    run(test)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([{}], "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request"),
        (
            [{**put({"id": s("a")}), **delete({"id": s("b")})}],
            "TransactItems can only contain one of Check, Put, Update or Delete",
        ),
        (
            [put({"id": s("a")}), check({"id": s("a")}, "attribute_exists(id)")],
            "Transaction request cannot include multiple operations on one item",
        ),
        (
            [put({"id": s("")})],
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
            "an empty string value. Key: id",
        ),
        (
            [put({"id": s("a"), "x": s("x" * 410_000)})],
            "Item size has exceeded the maximum allowed size",
        ),
        (
            [put({"id": s("a")}, ConditionExpression="!!")],
            'Invalid ConditionExpression: Syntax error; token: "!", near: "!!"',
        ),
        (
            [put({"id": s(str(i)), "x": s("x" * 380_000)}) for i in range(12)],
            "Transaction payload size cannot exceed 4MB. Payload Size: 4560050",
        ),
        (
            [update({"id": s(str(i))}, "SET x = :x", values={":x": s("x" * 380_000)}) for i in range(12)],
            "Transaction payload size cannot exceed 4MB. Payload Size: 4560158",
        ),
    ],
)
def test_what_is_wrong_with_the_request_is_no_reason_but_a_refusal(parts, message):
    async def test(calls):
        await calls.table()
        code, told = await calls.refused("TransactWriteItems", TransactItems=parts)

        assert (code, told) == ("ValidationException", message)
        assert await items(calls) == {}

    run(test)


def test_a_missing_table_refuses_the_request_before_misfits():
    async def test(calls):
        await calls.table()

        assert await calls.refused(
            "TransactWriteItems", TransactItems=[put({"id": n(1)}), put({"id": s("a")}, "missing")]
        ) == ("ResourceNotFoundException", "Requested resource not found")

    run(test)


def test_items_of_more_than_four_mebibytes_may_be_deleted_together():
    async def test(calls):
        await calls.table()
        for i in range(12):
            await calls("PutItem", TableName="orders", Item={"id": s(str(i)), "x": s("x" * 380_000)})

        await calls("TransactWriteItems", TransactItems=[delete({"id": s(str(i))}) for i in range(12)])

        assert await items(calls) == {}

    run(test)


def indexed(**params):
    return {
        "attributes": {"g": "S", "l": "S"},
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-l",
                "KeySchema": [
                    {"AttributeName": "id", "KeyType": "HASH"},
                    {"AttributeName": "l", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        **params,
    }


def test_capacity_is_doubled_for_items_and_not_for_their_index_rows():
    async def test(calls):
        await calls.table(keys=("id", "at"), **indexed())
        await calls.table("players")
        await calls("PutItem", TableName="players", Item={"id": s("a"), "x": s("x" * 3000)})
        item = {"id": s("a"), "at": s("1"), "g": s("g"), "l": s("l"), "x": s("x" * 1500)}

        answer = await calls(
            "TransactWriteItems",
            TransactItems=[
                put(item),
                delete({"id": s("a"), "at": s("2")}),
                check({"id": s("a")}, "attribute_exists(id)", "players"),
            ],
            ReturnConsumedCapacity="INDEXES",
            ReturnItemCollectionMetrics="SIZE",
        )

        def units(number):
            return {"CapacityUnits": number, "WriteCapacityUnits": number}

        assert answer == {
            "ConsumedCapacity": [
                {
                    "TableName": "orders",
                    **units(10.0),
                    "Table": units(6.0),
                    "LocalSecondaryIndexes": {"by-l": units(2.0)},
                    "GlobalSecondaryIndexes": {"by-g": units(2.0)},
                },
                {"TableName": "players", **units(6.0), "Table": units(6.0)},
            ],
            "ItemCollectionMetrics": {
                "orders": [{"ItemCollectionKey": {"id": s("a")}, "SizeEstimateRangeGB": [0.0, 1.0]}]
            },
        }

    run(test)


def test_an_empty_index_key_refuses_the_request_and_one_of_another_type_is_a_reason():
    async def test(calls):
        await calls.table(keys=("id", "at"), **indexed())
        key = {"id": s("a"), "at": s("1")}

        assert await calls.refused("TransactWriteItems", TransactItems=[put({**key, "g": s("")})]) == (
            "ValidationException",
            "One or more parameter values are not valid. A value specified for a secondary index key is not "
            "supported. The AttributeValue for a key attribute cannot contain an empty string value. "
            "IndexName: by-g, IndexKey: g",
        )
        assert await reasons(calls, put({**key, "g": n(1)})) == [
            (
                "ValidationError",
                "One or more parameter values were invalid: Type mismatch for Index Key g "
                "Expected: S Actual: N IndexName: by-g",
            )
        ]

    run(test)
