"""PartiQL on tables: whatever a statement says, it is answered, or refused in AWS's words."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.tables.calls import Calls, n, run, s

from millrace.core.errors import AwsError

INDEXES = [
    {
        "IndexName": "idx",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
]
paths = st.sampled_from(["id", "r", "g", "m", "m.a", "l[0]", "l", "ss", "zz", "id.x"])
values = st.sampled_from(
    [
        "'a'",
        "1",
        "-2.5",
        "true",
        "NULL",
        "MISSING",
        "?",
        "[1]",
        "{'a': 1}",
        "<<1>>",
        "<<'a'>>",
        "''",
        "size(l)",
    ]
)
operators = st.sampled_from(["=", "<>", "<", ">=", "IN", "LIKE", "+"])
tests = st.one_of(
    st.tuples(paths, operators, st.one_of(values, paths)).map(" ".join),
    st.tuples(paths, values, values).map(lambda x: f"{x[0]} BETWEEN {x[1]} AND {x[2]}"),
    st.tuples(paths, values).map(lambda x: f"begins_with({x[0]}, {x[1]})"),
    st.tuples(paths, values).map(lambda x: f"contains({x[0]}, {x[1]})"),
    st.tuples(paths, values, values).map(lambda x: f"{x[0]} IN ({x[1]}, {x[2]})"),
    st.tuples(paths, st.sampled_from(["MISSING", "NULL", "STRING", "BAG"])).map(" IS ".join),
)
wheres = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda x: f"({' '.join(x)})"),
        inner.map("NOT {}".format),
    ),
    max_leaves=4,
)
keyed = st.one_of(wheres, wheres.map("id = 'a' AND r = 1 AND {}".format), st.just("id = 'a' AND r = 1"))
changes = st.one_of(
    st.tuples(paths, st.one_of(values, paths)).map("SET {0[0]} = {0[1]}".format),
    st.tuples(paths, paths, values).map("SET {0[0]} = {0[1]} + {0[2]}".format),
    st.tuples(paths, paths, values).map("SET {0[0]} = list_append({0[1]}, {0[2]})".format),
    st.tuples(paths, paths, values).map("SET {0[0]} = set_add({0[1]}, {0[2]})".format),
    paths.map("REMOVE {}".format),
)
orders = st.sampled_from(["", " ORDER BY r DESC", " ORDER BY id, r", " ORDER BY g"])
returns = st.sampled_from(["", " RETURNING ALL OLD *", " RETURNING MODIFIED NEW *"])
statements = st.one_of(
    st.tuples(
        st.sampled_from(["*", "id, r", "m.a, l[0]"]), st.sampled_from(["", ".idx"]), wheres, orders
    ).map(lambda x: f"SELECT {x[0]} FROM orders{x[1]} WHERE {x[2]}{x[3]}"),
    st.tuples(changes, keyed, returns).map(lambda x: f"UPDATE orders {x[0]} WHERE {x[1]}{x[2]}"),
    st.tuples(keyed, returns).map(lambda x: f"DELETE FROM orders WHERE {x[0]}{x[1]}"),
    st.tuples(values, values, values).map(
        lambda x: f"INSERT INTO orders VALUE {{'id': {x[0]}, 'r': {x[1]}, 'g': {x[2]}}}"
    ),
    wheres.map("EXISTS(SELECT * FROM orders WHERE id = 'a' AND r = 1 AND {})".format),
)
requests = st.tuples(statements, st.sampled_from([s("a"), n(1), {"M": {}}, {"BOOL": True}]))


async def table(calls: Calls):
    await calls.table(
        keys=("id", "r"), attributes={"r": "N", "g": "S"}, GlobalSecondaryIndexes=INDEXES, view="KEYS_ONLY"
    )
    for number in range(3):
        await calls(
            "PutItem",
            TableName="orders",
            Item={
                "id": s("a"),
                "r": n(number),
                "g": s("a"),
                "m": {"M": {"a": n(1)}},
                "l": {"L": [n(1)]},
                "ss": {"SS": ["a"]},
            },
        )


def request(statement: str, value: dict) -> dict:
    count = statement.count("?")
    return {"Statement": statement, **({"Parameters": [value] * count} if count else {})}


@given(requests)
def test_every_statement_is_answered_or_refused(asked: tuple[str, dict]):
    async def test(calls: Calls):
        await table(calls)
        form = request(*asked)
        with contextlib.suppress(AwsError):
            await calls("ExecuteStatement", **form, ReturnConsumedCapacity="INDEXES", Limit=2)
        answer = await calls("BatchExecuteStatement", Statements=[form])
        assert len(answer["Responses"]) == 1
        with contextlib.suppress(AwsError):
            await calls("ExecuteTransaction", TransactStatements=[form])

    run(test)


@given(wheres)
def test_a_select_by_key_finds_what_a_scan_would(where: str):
    """The ranges of a query leave out nothing that its condition holds of."""

    async def test(calls: Calls):
        await table(calls)
        try:
            keyed = await calls(
                "ExecuteStatement", **request(f"SELECT id, r FROM orders WHERE {where}", n(1))
            )
            scanned = await calls(
                "ExecuteStatement",
                **request(f"SELECT id, r FROM orders WHERE ({where}) OR size(l) = 99", n(1)),
            )
        except AwsError:
            return
        assert sorted(item["r"]["N"] for item in keyed["Items"]) == sorted(
            item["r"]["N"] for item in scanned["Items"]
        )

    run(test)


def test_pages_over_several_partitions_end_at_a_megabyte():
    async def test(calls: Calls):
        await calls.table()
        for number in range(4):
            await calls("PutItem", TableName="orders", Item={"id": s(str(number)), "data": s("x" * 390_000)})
        statement = "SELECT id FROM orders WHERE id IN ('0', '1', '2', '3')"
        first = await calls("ExecuteStatement", Statement=statement, ReturnConsumedCapacity="TOTAL")
        second = await calls("ExecuteStatement", Statement=statement, NextToken=first["NextToken"])

        assert [item["id"]["S"] for item in first["Items"]] == ["0", "1", "2"]
        assert first["LastEvaluatedKey"] == {"id": s("2")}
        assert first["ConsumedCapacity"]["CapacityUnits"] == 144.0
        assert [item["id"]["S"] for item in second["Items"]] == ["3"]

    run(test)


def test_alternatives_must_not_go_over_the_same_sort_keys_twice():
    """Recorded of AWS in October 2026 by paritysuite/dynamodb-conformance, but for the ranges that do not overlap."""
    refused = (
        "ValidationException",
        "Overlapping conditions with range keys are not supported in where clause",
    )

    async def test(calls):
        await calls.table(keys=("id", "r"))

        def select(where):
            return {"Statement": f"SELECT * FROM orders WHERE {where}"}

        for where in (
            "id = 'a' AND x = '1' OR id = 'a' AND r = '2'",
            "id = 'a' OR id = 'a' AND r = '2'",
            "id = 'a' AND r > '1' OR id = 'b' OR id = 'a' AND r > '2'",
        ):
            assert await calls.refused("ExecuteStatement", **select(where)) == refused
        for where in (
            "id = 'a' AND r = '1' OR id = 'a' AND r = '2'",
            "id = 'a' AND x = '1' OR id = 'b' AND r = '2'",
            "id = 'a' AND x = '1' OR id = 'a' AND x = '2'",
            "id = 'a' AND NOT r = '1' OR id = 'a' AND r = '2'",
            "id = 'a' AND r <> '1' OR id = 'a' AND r = '2'",
            "id = 'a' OR id = 'a' AND NOT r IN ['1', '3']",
        ):
            assert (await calls("ExecuteStatement", **select(where)))["Items"] == []

    run(test)
