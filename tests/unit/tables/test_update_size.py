"""How large an update may be: what AWS counts for an expression was measured by paritysuite/dynamodb-conformance."""

import pytest
from tests.unit.tables.calls import n, run, s

MAX = 409_600
TOO_LARGE = ("ValidationException", "Item size to update has exceeded the maximum allowed size")
KEY = {"id": s("k")}
PAD = 3 + 19 + len("b")  # what `SET b = :pad` counts beside the text


def listed(*texts):
    return {"L": [s(text) for text in texts]}


def setting_default(name, value):
    return 19 + len(name) + 39 + 1 + 14 + len(name) + value


async def fills(calls, charge, clause, values, seed, key):
    """Whether an update with this clause takes what its charge leaves of 400 KiB, and not a byte more."""
    expression = f"SET b = :pad, {clause[4:]}" if clause.startswith("SET ") else f"SET b = :pad {clause}"
    for more in (1, 0):
        await calls("PutItem", TableName="orders", Item={**key, **seed})
        update = {
            "TableName": "orders",
            "Key": key,
            "UpdateExpression": expression,
            "ExpressionAttributeValues": {":pad": s("x" * (MAX - PAD - charge + more)), **values},
        }
        if more:
            assert await calls.refused("UpdateItem", **update) == TOO_LARGE
        else:
            await calls("UpdateItem", **update)


@pytest.mark.parametrize(
    ("clause", "values", "seed", "charge"),
    [
        ("", {}, {}, 0),
        ("", {}, {"u": s("y" * 5)}, 0),
        ("SET c = :c", {":c": s("y")}, {}, 19 + 1 + 1),
        ("SET c = m.a.z", {}, {"m": {"M": {"a": {"M": {"z": s("y")}}}}}, 19 + 1 + 1 + 3 * (14 + 1)),
        ("SET c = l[10]", {}, {"l": listed(*"abcdefghijk")}, 19 + 1 + 1 + 14 + 1 + 14 + 2),
        ("SET l[0] = :c", {":c": s("y")}, {"l": listed("e")}, 19 + 1 + 4 + 1 + 1),
        ("SET l = list_append(l, :c)", {":c": listed("y" * 10)}, {"l": listed("e")}, 20 + 37 + 16 + 14),
        ("SET n = n + :one", {":one": n(1)}, {"n": n(12345678901234567890)}, 20 + 34 + 16 + 2),
        ("SET n = n - :one", {":one": n(1)}, {"n": n(1)}, 20 + 37 + 16 + 2),
        ("SET c = if_not_exists(c, :v)", {":v": s("v")}, {"c": s("0123456789")}, setting_default("c", 1)),
        (
            "SET c = if_not_exists(c, :v), d = if_not_exists(d, :v)",
            {":v": s("v" * 100)},
            {"c": s("c"), "d": s("d")},
            setting_default("c", 100) + setting_default("d", 100),
        ),
        ("ADD ss :new", {":new": {"SS": ["s" * 500]}}, {"ss": {"SS": ["p"]}}, 19 + 2 + 500),
        ("REMOVE m.yyy", {}, {"m": {"M": {"yyy": s("r")}}}, 1 + 1 + 4 + 3),
        ("REMOVE l[10]", {}, {"l": listed(*"abcdefghijk")}, 1 + 1 + 4 + 2),
        ("DELETE ss :rm", {":rm": {"SS": ["q" * 20]}}, {"ss": {"SS": ["p", "q" * 20]}}, 1 + 2),
    ],
)
def test_an_update_expression_counts_what_it_writes_and_how(clause, values, seed, charge):
    async def test(calls):
        await calls.table()
        await fills(calls, charge, clause, values, seed, KEY)

    run(test)


def test_the_item_itself_may_not_be_larger_than_400_kib_either():
    key = {"id": s("k" * 20)}

    async def test(calls):
        await calls.table()
        text = s("x" * (MAX - len("id") - 20 - len("b")))
        update = {"TableName": "orders", "Key": key, "UpdateExpression": "SET b = :v"}

        await calls("UpdateItem", **update, ExpressionAttributeValues={":v": text})

        larger = {":v": s(text["S"] + "x")}
        assert await calls.refused("UpdateItem", **update, ExpressionAttributeValues=larger) == TOO_LARGE

    run(test)


def test_an_expression_that_counts_too_much_is_refused_whatever_its_condition():
    async def test(calls):
        await calls.table()
        update = {
            "TableName": "orders",
            "Key": KEY,
            "UpdateExpression": "SET b = :v",
            "ConditionExpression": "attribute_exists(id)",
            "ExpressionAttributeValues": {":v": s("x" * (MAX - len("idkb")))},
        }

        assert await calls.refused("UpdateItem", **update) == TOO_LARGE

    run(test)


def test_attribute_updates_transactions_and_statements_count_the_item_alone():
    async def test(calls):
        await calls.table()
        text = s("x" * (MAX - len("idkb")))
        update = {
            "TableName": "orders",
            "Key": KEY,
            "UpdateExpression": "SET b = :v",
            "ExpressionAttributeValues": {":v": text},
        }
        older = {"TableName": "orders", "Key": KEY, "AttributeUpdates": {"b": {"Value": text}}}
        statement = {"Statement": "UPDATE orders SET b = ? WHERE id = 'k'", "Parameters": [text]}

        assert await calls.refused("UpdateItem", **update) == TOO_LARGE
        await calls("UpdateItem", **older)
        await calls("TransactWriteItems", TransactItems=[{"Update": update}])
        await calls("ExecuteStatement", **statement)
        older["AttributeUpdates"]["c"] = {"Value": s("")}
        assert await calls.refused("UpdateItem", **older) == TOO_LARGE

    run(test)
