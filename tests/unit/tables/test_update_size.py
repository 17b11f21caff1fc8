"""How large an update may make an item: what AWS counts on top was measured to the byte by dynoxide's authors."""

import pytest
from tests.unit.tables.calls import n, run, s

from millrace.core.errors import AwsError

MAX = 409_600
TOO_LARGE = ("ValidationException", "Item size to update has exceeded the maximum allowed size")


async def ceiling(calls, item, **update) -> int:
    """The largest item, in bytes with its key, that an update which adds nothing to it is allowed on."""
    taken, refused = MAX - 200, MAX + 1
    while refused - taken > 1:
        tried = (taken + refused) // 2
        await calls("PutItem", TableName="orders", Item={**item, "b": s("x" * (tried - size(item) - 1))})
        if await takes(calls, Key={"id": item["id"]}, **update):
            taken = tried
        else:
            refused = tried
    return taken


async def takes(calls, **update) -> bool:
    """Whether an update is made; if it is not, its item would be too large."""
    try:
        await calls("UpdateItem", TableName="orders", **update)
    except AwsError as refused:
        if (refused.code, refused.message) != TOO_LARGE:
            raise
        return False
    return True


def size(item) -> int:
    return sum(len(name) + len(value["S"]) for name, value in item.items())


@pytest.mark.parametrize(
    ("expression", "values", "cost"),
    [
        ("SET c = :v", {":v": s("w")}, 22),
        ("SET c = :v, d = :w", {":v": s("w"), ":w": s("z")}, 41),
        ("SET c = :v REMOVE r", {":v": s("w")}, 24),
        ("REMOVE r", None, 5),
        ("REMOVE r, q", None, 7),
    ],
)
def test_an_update_counts_its_actions_instead_of_a_short_key(expression, values, cost):
    async def test(calls):
        await calls.table()
        written = {"c": s("w"), "d": s("z")} if values and ":w" in values else {"c": s("w")} if values else {}
        given = {"ExpressionAttributeValues": values} if values else {}
        item = {"id": s("k"), **written}

        assert await ceiling(calls, item, UpdateExpression=expression, **given) == MAX - cost + len("idk")

    run(test)


def test_list_elements_and_sums_count_more():
    async def test(calls):
        await calls.table()
        base = {"id": s("k"), "l": {"L": [s("w")]}, "n": n(1)}
        taken = MAX - len("idk") - len("l") - (3 + 1 + 1) - len("n") - 2 - len("b")  # bytes left for b

        async def allowed(expression, values, cost):
            for more, large in ((0, False), (1, True)):
                text = s("x" * (taken - cost + len("idk") + more))
                await calls("PutItem", TableName="orders", Item={**base, "b": text})
                update = {
                    "TableName": "orders",
                    "Key": {"id": s("k")},
                    "UpdateExpression": expression,
                    "ExpressionAttributeValues": values,
                }
                if large:
                    assert await calls.refused("UpdateItem", **update) == TOO_LARGE
                else:
                    await calls("UpdateItem", **update)

        await allowed("SET l[0] = :v", {":v": s("w")}, 3 + 19 + 1)
        await allowed("SET n = n + :zero", {":zero": n(0)}, 3 + 19 + 50)
        await allowed("ADD n :zero", {":zero": n(0)}, 3 + 19)

    run(test)


def test_an_update_of_an_item_with_a_long_key_may_fill_it_to_400_kib():
    async def test(calls):
        await calls.table()
        item = {"id": s("k" * 20), "c": s("w")}
        update = {"UpdateExpression": "SET c = :v", "ExpressionAttributeValues": {":v": s("w")}}

        assert await ceiling(calls, item, **update) == MAX

    run(test)


def test_attribute_updates_count_as_expressions_do():
    async def test(calls):
        await calls.table()
        put = {"c": {"Action": "PUT", "Value": s("w")}}
        gone = {"gone": {"Action": "DELETE"}}

        assert await ceiling(calls, {"id": s("k"), "c": s("w")}, AttributeUpdates=put) == MAX - 22 + 3
        assert await ceiling(calls, {"id": s("k")}, AttributeUpdates=gone) == MAX - 5 + 3

    run(test)


def test_an_update_in_a_transaction_or_a_statement_may_fill_an_item_to_400_kib():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("k"), "b": s("x" * (MAX - len("idkbcw")))})
        update = {
            "TableName": "orders",
            "Key": {"id": s("k")},
            "UpdateExpression": "SET c = :v",
            "ExpressionAttributeValues": {":v": s("w")},
        }

        assert await calls.refused("UpdateItem", **update) == TOO_LARGE
        await calls("TransactWriteItems", TransactItems=[{"Update": update}])
        await calls("ExecuteStatement", Statement="UPDATE orders SET c = 'v' WHERE id = 'k'")
        assert (await calls("GetItem", TableName="orders", Key={"id": s("k")}))["Item"]["c"] == s("v")

    run(test)
