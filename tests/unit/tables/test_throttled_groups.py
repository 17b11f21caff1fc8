"""Throttling of transactions and of statements, by a clock that stands still until it is moved."""

import pytest
from tests.unit.tables.calls import n, s
from tests.unit.tables.test_throttle import BURST, EXCEEDED, create, put, run, spend, units
from tests.unit.tables.test_transactions import check, delete, update
from tests.unit.tables.test_transactions import put as part

from millrace.core.errors import AwsError

NONE = {"Code": "None"}
LACKING = {"Code": "ProvisionedThroughputExceeded", "Message": EXCEEDED[1]}
MAXIMUM = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"


async def reasons(calls, operation, **params):
    with pytest.raises(AwsError) as caught:
        await calls(operation, **params)
    assert caught.value.code == "TransactionCanceledException"
    return caught.value.members["CancellationReasons"]


def puts(count, **attributes):
    return [part({"id": s(f"t{number}"), **attributes}) for number in range(count)]


def insert(key):
    return {"Statement": f"INSERT INTO orders VALUE {{'id': '{key}'}}"}


def select(key):
    return {"Statement": f"SELECT * FROM orders WHERE id = '{key}'"}


async def count(calls):
    """Items of the table, without taking anything of it."""
    return (await calls("DescribeTable", TableName="orders"))["Table"]["ItemCount"]


def test_a_transaction_of_writes_takes_twice_and_tells_which_parts_lack_units():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 5)
        refused = await reasons(calls, "TransactWriteItems", TransactItems=puts(3))
        told = await calls("TransactWriteItems", TransactItems=puts(2), ReturnConsumedCapacity="TOTAL")
        left = await reasons(calls, "TransactWriteItems", TransactItems=puts(1))
        await put(calls)
        calls.clock.advance(2)
        silent = await calls("TransactWriteItems", TransactItems=[delete({"id": s("a")})])

        assert refused == [NONE, NONE, LACKING]
        assert told["ConsumedCapacity"] == [
            {"TableName": "orders", "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0}
        ]
        assert left == [LACKING]
        assert silent == {}

    run(test)


def test_nothing_of_a_transaction_that_lacks_units_happens():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 3)
        before = await count(calls)
        with pytest.raises(AwsError) as caught:
            await calls("TransactWriteItems", TransactItems=puts(2))

        assert caught.value.message == (
            "Transaction cancelled, please refer cancellation reasons for specific reasons "
            "[None, ProvisionedThroughputExceeded]"
        )
        assert await count(calls) == before == BURST - 3

    run(test)


def test_a_transaction_larger_than_a_full_bucket_is_let_in_when_it_is_full():
    async def test(calls):
        await calls.table(OnDemandThroughput={"MaxWriteRequestUnits": 2})
        await calls("TransactWriteItems", TransactItems=puts(3))
        calls.clock.advance(2)
        refused = await reasons(calls, "TransactWriteItems", TransactItems=puts(1))
        calls.clock.advance(1)
        await calls("TransactWriteItems", TransactItems=puts(1))

        assert refused == [{"Code": "ThrottlingError", "Message": MAXIMUM}]

    run(test)


def test_a_transaction_waits_for_the_indexes_that_its_items_are_in():
    async def test(calls):
        await create(calls, write=100, index=units(1, 1))
        await spend(calls, BURST, who=s("ann"))
        parts = [
            *puts(1),
            part({"id": s("x"), "who": s("ann")}),
            check({"id": s("k0")}, "attribute_exists(id)"),
        ]
        refused = await reasons(calls, "TransactWriteItems", TransactItems=parts)
        await calls("TransactWriteItems", TransactItems=[parts[0], parts[2]])
        calls.clock.advance(1)
        await calls("TransactWriteItems", TransactItems=[parts[1]])

        assert [one["Code"] for one in refused] == ["None", "ProvisionedThroughputExceeded", "None"]
        assert refused[1]["Message"].endswith(
            "Consider increasing your provisioning level for the under-provisioned global secondary indexes "
            "with the UpdateTable API."
        )

    run(test)


def test_a_transaction_of_reads_takes_two_units_an_item():
    async def test(calls):
        await create(calls)
        get = {"Get": {"TableName": "orders", "Key": {"id": s("a")}}}
        other = {"Get": {"TableName": "orders", "Key": {"id": s("b")}}}
        for _ in range(BURST // 2 - 1):
            await calls("TransactGetItems", TransactItems=[get])
        refused = await reasons(calls, "TransactGetItems", TransactItems=[get, other])
        answer = await calls("TransactGetItems", TransactItems=[get])

        assert refused == [NONE, LACKING]
        assert answer == {"Responses": [{}]}
        assert await reasons(calls, "TransactGetItems", TransactItems=[get]) == [LACKING]

    run(test)


def test_a_transaction_whose_condition_fails_takes_its_units():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 3)
        failing = [check({"id": s("nowhere")}, "attribute_exists(id)")]
        first = await reasons(calls, "TransactWriteItems", TransactItems=failing)

        assert [one["Code"] for one in first] == ["ConditionalCheckFailed"]
        assert await reasons(calls, "TransactWriteItems", TransactItems=failing) == [LACKING]

    run(test)


def test_a_transaction_repeated_with_its_token_takes_reads():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 2)
        once = {
            "TransactItems": [update({"id": s("k0")}, "ADD x :one", values={":one": n(1)})],
            "ClientRequestToken": "t",
        }
        await calls("TransactWriteItems", **once)
        for _ in range(BURST // 2):
            await calls("TransactWriteItems", **once)

        assert await reasons(calls, "TransactWriteItems", **once) == [LACKING]

    run(test)


def test_what_is_no_transaction_is_refused_as_ever():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST)
        nothing = await calls.refused("TransactWriteItems", TransactItems=[{}])
        nowhere = [{"Put": {"TableName": "nowhere", "Item": {"id": s("a")}}}]
        mixed = [insert("a"), select("b")]

        assert nothing[0] == "ValidationException"
        assert (await calls.refused("TransactWriteItems", TransactItems=nowhere))[0] == (
            "ResourceNotFoundException"
        )
        assert (await calls.refused("ExecuteTransaction", TransactStatements=mixed))[
            0
        ] == "ValidationException"
        assert (await calls.refused("BatchExecuteStatement", Statements=mixed))[0] == "ValidationException"
        assert (await calls.refused("ExecuteStatement", Statement="SELECT"))[0] == "ValidationException"

    run(test)


def test_a_statement_takes_what_the_operation_it_stands_for_takes():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 2)
        told = await calls("ExecuteStatement", **insert("a"), ReturnConsumedCapacity="TOTAL")
        again = await calls.refused("ExecuteStatement", **insert("a"))
        refused = await calls.refused("ExecuteStatement", **insert("b"))
        for _ in range(2 * BURST):
            await calls("ExecuteStatement", **select("a"))

        assert told["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 1.0}
        assert again[0] == "DuplicateItemException"
        assert refused == EXCEEDED
        assert await calls.refused("ExecuteStatement", **select("a")) == EXCEEDED

    run(test)


def test_a_statement_about_an_index_takes_of_the_index():
    async def test(calls):
        await create(calls, index=units(1, 1))
        of_index = 'SELECT * FROM "orders"."by-who"'
        for _ in range(2 * BURST):
            await calls("ExecuteStatement", Statement=of_index)
        refused = await calls.refused("ExecuteStatement", Statement=of_index)
        await calls("ExecuteStatement", Statement='SELECT * FROM "orders"')

        assert refused[0] == EXCEEDED[0]

    run(test)


def test_statements_of_a_batch_are_refused_one_by_one():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 2)
        batch = [insert("a"), {"Statement": "nonsense"}, insert("b"), insert("c")]
        answer = await calls("BatchExecuteStatement", Statements=batch, ReturnConsumedCapacity="TOTAL")
        nothing = await calls("BatchExecuteStatement", Statements=[insert("c")])
        calls.clock.advance(1)
        await calls("BatchExecuteStatement", Statements=[insert("c")])

        first, wrong, second, third = answer["Responses"]
        assert first == second == {"TableName": "orders"}
        assert wrong["Error"]["Code"] == "ValidationError"
        assert third == {"TableName": "orders", "Error": LACKING}
        assert nothing == {"Responses": [third]}
        assert answer["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 2.0}]
        assert await count(calls) == BURST + 1

    run(test)


def test_reads_of_a_batch_of_statements_are_throttled_too():
    async def test(calls):
        await calls.table(OnDemandThroughput={"MaxReadRequestUnits": 1})
        batch = [select("a"), select("b"), select("c")]
        answer = await calls("BatchExecuteStatement", Statements=batch)

        lacking = {"Code": "ThrottlingError", "Message": MAXIMUM}
        assert answer["Responses"] == [
            {"TableName": "orders"},
            {"TableName": "orders"},
            {"TableName": "orders", "Error": lacking},
        ]

    run(test)


def test_statements_of_a_transaction_are_throttled_together():
    async def test(calls):
        await create(calls)
        await spend(calls, BURST - 3)
        exists = {"Statement": "EXISTS(SELECT * FROM orders WHERE id = 'k0' AND x IS MISSING)"}
        refused = await reasons(calls, "ExecuteTransaction", TransactStatements=[insert("a"), exists])
        await calls("ExecuteTransaction", TransactStatements=[insert("a")])
        for _ in range(BURST // 2):
            await calls("ExecuteTransaction", TransactStatements=[select("a")])

        assert refused == [NONE, LACKING]
        assert await reasons(calls, "ExecuteTransaction", TransactStatements=[select("a")]) == [LACKING]

    run(test)
