"""ExclusiveStartKey: what Query and Scan say of one they cannot go on from, and in what order they look."""

import pytest
from tests.unit.tables.calls import n, run, s, schema

INVALID = "The provided starting key is invalid"
NO_MATCH = "The provided key element does not match the schema"
ONE_ROW = "The query can return at most one row and cannot be restarted"
OUTSIDE = "The provided starting key is outside query boundaries based on provided conditions"
PREDICATE = "The provided starting key does not match the range key predicate"


async def _tables(calls):
    await calls.table("plain")
    several = [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in (("h1", "HASH"), ("h2", "HASH"), ("r", "RANGE"))
    ]
    await calls.table(
        keys=("id", "seq"),
        attributes={"l": "S", "g": "S", "h1": "S", "h2": "S", "r": "S"},
        LocalSecondaryIndexes=[_index("local", schema("id", "l"))],
        GlobalSecondaryIndexes=[_index("global", schema("g", "r")), _index("several", several)],
    )


def _index(name, key_schema):
    return {"IndexName": name, "KeySchema": key_schema, "Projection": {"ProjectionType": "ALL"}}


def _query(index, condition, start):
    """A query whose values are named as the attributes are, and all of them x."""
    names = sorted({word for word in condition.replace("AND", "").split() if word.startswith(":")})
    return {
        "TableName": "orders",
        **({"IndexName": index} if index else {}),
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": {name: s("x") for name in names},
        "ExclusiveStartKey": start,
    }


def _key(**attributes):
    return {"id": s("x"), "seq": s("x")} | {name: s(value) for name, value in attributes.items()}


@pytest.mark.parametrize(
    ("index", "condition", "start", "sentence"),
    [
        (None, "id = :i", {}, INVALID),
        (None, "id = :i", {"id": s("x")}, INVALID),
        (None, "id = :i", _key(more="x"), INVALID),
        (None, "id = :i", {**_key(), "id": n(1)}, NO_MATCH),
        (None, "id = :i", {**_key(), "seq": n(1)}, NO_MATCH),
        (None, "z = :i", {**_key(), "seq": n(1)}, "Query condition missed key schema element: id"),
        (None, "id = :i", _key(id="y"), OUTSIDE),
        (None, "id = :i AND seq > :a", _key(seq="a"), PREDICATE),
        (None, "id = :i AND seq > :a", _key(id="y", seq="a"), PREDICATE),
        (None, "id = :i AND seq > :a", _key(id="y", seq="z"), ONE_ROW),
        ("local", "id = :i", _key(), INVALID),
        ("local", "id = :i", {**_key(l="x"), "seq": n(1)}, f"{INVALID}: {NO_MATCH}"),
        ("local", "id = :i", _key(id="y", l="x"), OUTSIDE),
        ("global", "g = :i", _key(g="y", r="x"), OUTSIDE),
        ("global", "g = :i AND r < :r", _key(g="y", r="z"), PREDICATE),
        ("several", "h1 = :i AND h2 = :j", _key(h1="x", r="x"), INVALID),
        ("several", "h1 = :i AND h2 = :j", _key(h1="y", h2="x", r="x"), ONE_ROW),
        ("several", "h1 = :i AND h2 = :j", _key(h1="x", h2="y", r="x"), OUTSIDE),
        ("several", "h1 = :i AND h2 = :j AND r = :r", _key(h1="x", h2="y", r="y"), PREDICATE),
        ("several", "h1 = :i AND h2 = :j AND r = :r", _key(h1="x", h2="y", r="x"), ONE_ROW),
    ],
)
def test_a_query_goes_on_only_from_a_key_it_could_have_ended_with(index, condition, start, sentence):
    async def test(calls):
        await _tables(calls)

        assert await calls.refused("Query", **_query(index, condition, start)) == (
            "ValidationException",
            sentence,
        )

    run(test)


def test_a_query_that_finds_one_item_at_most_does_not_go_on():
    async def test(calls):
        await _tables(calls)
        await calls("PutItem", TableName="plain", Item={"id": s("x")})
        query = _query(None, "id = :i", {"id": s("x")}) | {"TableName": "plain"}

        assert (await calls.refused("Query", **query))[1] == (
            "The provided exclusive start key is invalid: ExclusiveStartKey: {id=AttributeValue: {S:x}}"
        )
        query["ExclusiveStartKey"] = {"id": s("y")}
        assert (await calls.refused("Query", **query))[1] == "The provided exclusive start key is invalid"
        del query["ExclusiveStartKey"]
        assert "LastEvaluatedKey" not in await calls("Query", **query, Limit=1)

    run(test)


@pytest.mark.parametrize(
    ("index", "start", "sentence"),
    [
        (None, {}, f"{INVALID}: {NO_MATCH}"),
        (None, {**_key(), "seq": n(1)}, f"{INVALID}: {NO_MATCH}"),
        ("global", _key(g="x"), INVALID),
        ("global", {**_key(g="x"), "r": n(1)}, NO_MATCH),
        ("global", {**_key(g="x", r="x"), "seq": n(1)}, f"{INVALID}: {NO_MATCH}"),
    ],
)
def test_a_scan_tells_more_of_a_wrong_key(index, start, sentence):
    async def test(calls):
        await _tables(calls)
        where = {"IndexName": index} if index else {}

        assert (await calls.refused("Scan", TableName="orders", ExclusiveStartKey=start, **where))[
            1
        ] == sentence

    run(test)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            {},
            f"{INVALID}: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ),
        ({"N": "b"}, "The parameter cannot be converted to a numeric value: b"),
    ],
)
def test_values_of_a_starting_key_are_judged_before_there_is_a_table(value, sentence):
    async def test(calls):
        query = _query(None, "id = :i", {"id": value})
        refused = [
            await calls.refused("Query", **query),
            await calls.refused("Scan", TableName="orders", ExclusiveStartKey={"id": value}, Segment=1),
        ]

        assert refused == [("ValidationException", sentence)] * 2

    run(test)


def test_an_update_is_judged_by_the_index_keys_it_touches():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "x": n(1)})
        await calls(
            "UpdateTable",
            TableName="orders",
            AttributeDefinitions=[{"AttributeName": "x", "AttributeType": "S"}],
            GlobalSecondaryIndexUpdates=[{"Create": _index("of-x", schema("x"))}],
        )
        update = {"TableName": "orders", "Key": {"id": s("a")}}
        await calls(
            "UpdateItem",
            **update,
            UpdateExpression="SET y = :y",
            ExpressionAttributeValues={":y": s("free")},
        )

        for value, sentence in (
            (n(2), "Type mismatch for Index Key x Expected: S Actual: N IndexName: of-x"),
            (
                s(""),
                "The update expression attempted to update a secondary index key to a value that is not supported. "
                "The AttributeValue for a key attribute cannot contain an empty string value.",
            ),
        ):
            code, message = await calls.refused(
                "UpdateItem", **update, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": value}
            )

            assert code == "ValidationException"
            assert message.endswith(sentence)

    run(test)
