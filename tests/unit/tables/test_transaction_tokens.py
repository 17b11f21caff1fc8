"""ClientRequestToken: a transaction that is repeated happens once."""

from tests.unit.tables.calls import SCOPE, n, run, s
from tests.unit.tables.test_transactions import check, put, update

from millrace.dynamodb import tokens
from millrace.dynamodb.tokens import Token

COUNT_UP = update({"id": s("a")}, "ADD x :one", values={":one": n(1)})
MISMATCH = "IdempotentParameterMismatchException"


async def count(calls):
    return int((await calls("GetItem", TableName="orders", Key={"id": s("a")}))["Item"]["x"]["N"])


async def transact(calls, *parts, token="t", **params):
    return await calls("TransactWriteItems", TransactItems=list(parts), ClientRequestToken=token, **params)


def test_the_same_request_with_the_same_token_changes_nothing_again():
    async def test(calls):
        await calls.table(view="KEYS_ONLY")
        for token in ("t", "t", "other", "t"):
            await transact(calls, COUNT_UP, token=token)

        assert await count(calls) == 2
        assert len(await calls.records()) == 2

    run(test)


def test_another_request_with_the_same_token_is_refused():
    async def test(calls):
        await calls.table()
        await transact(calls, COUNT_UP)
        refused = await calls.refused(
            "TransactWriteItems", TransactItems=[put({"id": s("b")})], ClientRequestToken="t"
        )

        assert refused[0] == MISMATCH
        assert await count(calls) == 1

    run(test)


def test_a_token_counts_for_ten_minutes():
    async def test(calls):
        await calls.table()
        await transact(calls, COUNT_UP)
        calls.clock.advance(599)
        await transact(calls, COUNT_UP)
        before = await count(calls)
        calls.clock.advance(1)
        await transact(calls, COUNT_UP)

        assert (before, await count(calls)) == (1, 2)

    run(test)


def test_a_cancelled_transaction_leaves_its_token_free():
    async def test(calls):
        await calls.table()
        refused = await calls.refused(
            "TransactWriteItems",
            TransactItems=[check({"id": s("a")}, "attribute_exists(id)")],
            ClientRequestToken="t",
        )
        await transact(calls, COUNT_UP)

        assert refused[0] == "TransactionCanceledException"
        assert await count(calls) == 1

    run(test)


def test_the_order_of_members_and_what_is_asked_to_be_told_make_no_other_request():
    async def test(calls):
        await calls.table()
        await transact(calls, COUNT_UP)
        turned = {"Update": dict(reversed(COUNT_UP["Update"].items()))}
        await transact(calls, turned, ReturnConsumedCapacity="TOTAL")

        assert await count(calls) == 1

    run(test)


def test_a_repeated_transaction_consumes_reads_of_the_items_as_they_were_then():
    async def test(calls):
        await calls.table()
        await calls("PutItem", TableName="orders", Item={"id": s("b"), "x": s("x" * 5000)})
        parts = [put({"id": s("b")}), check({"id": s("c")}, "attribute_not_exists(id)")]
        first, second = [
            (await transact(calls, *parts, ReturnConsumedCapacity="TOTAL"))["ConsumedCapacity"]
            for _ in range(2)
        ]

        assert first == [{"TableName": "orders", "CapacityUnits": 12.0, "WriteCapacityUnits": 12.0}]
        assert second == [{"TableName": "orders", "CapacityUnits": 6.0, "ReadCapacityUnits": 6.0}]

    run(test)


def test_a_repeated_transaction_succeeds_without_its_table():
    async def test(calls):
        await calls.table()
        await transact(calls, COUNT_UP)
        await calls("DeleteTable", TableName="orders")

        assert await transact(calls, COUNT_UP) == {}

    run(test)


def test_old_tokens_are_removed_by_the_next_that_come():
    async def test(calls):
        def spaces():
            return sorted(name for name in calls.storage._state.spaces if name.startswith("transactions/"))

        await calls.table()
        for number in range(5):
            await transact(calls, put({"id": s("a")}), token=str(number))
            calls.clock.advance(600)

        assert len(spaces()) == 3  # the last two periods, and which they are

    run(test)


def test_tokens_of_different_operations_are_different():
    async def test(calls):
        mine, other = Token("TransactWriteItems", "t", "1"), Token("ExecuteTransaction", "t", "2")
        await calls.storage.write(lambda writer: tokens.save(writer, SCOPE, mine, [("orders", 5)], 1000.0))
        found = [
            await calls.storage.read(lambda reader, token=token: tokens.find(reader, SCOPE, token, 1001.0))
            for token in (mine, other)
        ]

        assert found == [[("orders", 5)], None]

    run(test)
