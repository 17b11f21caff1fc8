"""What happens while a transaction is on its way to the disk, and that nothing of it stays behind."""

import asyncio

import pytest
from tests.unit.tables.calls import SCOPE, Calls, run, s
from tests.unit.tables.test_transact_get import get
from tests.unit.tables.test_transactions import check, put

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageError
from millrace.dynamodb import request, write
from millrace.dynamodb.tokens import Token
from millrace.dynamodb.transaction import Get, Transactions
from millrace.storage.memory import MemoryStorage

CONFLICT = ("TransactionConflict", "Transaction is ongoing for the item")


async def outcome(call):
    """The answer, or the error's code with its reasons."""
    try:
        return await call
    except AwsError as error:
        reasons = error.members.get("CancellationReasons")
        if reasons is None:
            return error.code, error.message
        return error.code, [(reason["Code"], reason.get("Message")) for reason in reasons]


async def together(*calls):
    """What becomes of calls that come in one moment, the first of them first."""
    return await asyncio.gather(*map(outcome, calls))


ONE_ITEM = [
    ("PutItem", {"Item": {"id": s("a")}}),
    ("UpdateItem", {"Key": {"id": s("a")}}),
    ("DeleteItem", {"Key": {"id": s("a")}}),
]


@pytest.mark.parametrize(("operation", "params"), ONE_ITEM)
@pytest.mark.parametrize("part", [put({"id": s("a")}), check({"id": s("a")}, "attribute_not_exists(id)")])
def test_a_write_of_an_item_of_an_ongoing_transaction_is_refused(operation, params, part):
    async def test(calls):
        await calls.table()
        first, second = await together(
            calls("TransactWriteItems", TransactItems=[part]), calls(operation, TableName="orders", **params)
        )
        later = await outcome(calls(operation, TableName="orders", **params))

        assert first == {}
        assert second == ("TransactionConflictException", "Transaction is ongoing for the item")
        assert later == {}

    run(test)


def test_another_item_can_be_written_and_all_items_can_be_read_meanwhile():
    async def test(calls):
        await calls.table()
        answers = await together(
            calls("TransactWriteItems", TransactItems=[put({"id": s("a")})]),
            calls("PutItem", TableName="orders", Item={"id": s("b")}),
            calls("GetItem", TableName="orders", Key={"id": s("a")}),
            calls("TransactGetItems", TransactItems=[get({"id": s("b")})]),
        )

        assert [type(answer) for answer in answers] == [dict] * 4

    run(test)


@pytest.mark.parametrize("operation", ["TransactWriteItems", "TransactGetItems"])
def test_another_transaction_with_an_item_of_an_ongoing_one_is_cancelled(operation):
    async def test(calls):
        await calls.table()
        part = put if operation == "TransactWriteItems" else get
        _, second = await together(
            calls("TransactWriteItems", TransactItems=[put({"id": s("a")}), put({"id": s("b")})]),
            calls(operation, TransactItems=[part({"id": s("c")}), part({"id": s("b")})]),
        )
        later = await outcome(calls(operation, TransactItems=[part({"id": s("b")})]))

        assert second == ("TransactionCanceledException", [("None", None), CONFLICT])
        assert isinstance(later, dict)

    run(test)


def test_a_conflict_stands_beside_failed_conditions():
    async def test(calls):
        await calls.table()
        _, second = await together(
            calls("TransactWriteItems", TransactItems=[put({"id": s("a")})]),
            calls(
                "TransactWriteItems",
                TransactItems=[check({"id": s("b")}, "attribute_exists(id)"), put({"id": s("a")})],
            ),
        )

        assert [code for code, _ in second[1]] == ["ConditionalCheckFailed", "TransactionConflict"]

    run(test)


def test_a_batch_leaves_an_item_of_an_ongoing_transaction_unprocessed():
    async def test(calls):
        await calls.table()
        held = {"PutRequest": {"Item": {"id": s("a"), "x": s("batch")}}}
        gone = {"DeleteRequest": {"Key": {"id": s("c")}}}
        free = {"PutRequest": {"Item": {"id": s("b")}}}
        _, batch = await together(
            calls("TransactWriteItems", TransactItems=[put({"id": s("a")}), put({"id": s("c")})]),
            calls("BatchWriteItem", RequestItems={"orders": [held, free, gone]}),
        )
        scanned = (await calls("Scan", TableName="orders"))["Items"]

        assert batch == {"UnprocessedItems": {"orders": [held, gone]}}
        assert sorted(item["id"]["S"] for item in scanned) == ["a", "b", "c"]
        assert all("x" not in item for item in scanned)

    run(test)


def test_a_token_of_an_ongoing_transaction_is_in_progress():
    async def test(calls):
        await calls.table()
        same = {"TransactItems": [put({"id": s("a")})], "ClientRequestToken": "t"}
        first, second, third = await together(
            calls("TransactWriteItems", **same),
            calls("TransactWriteItems", **same),
            calls("TransactWriteItems", TransactItems=[put({"id": s("b")})], ClientRequestToken="t"),
        )

        assert first == {}
        assert second == (
            "TransactionInProgressException",
            "Transaction from previous request is still in progress",
        )
        assert third[0] == "IdempotentParameterMismatchException"
        assert await calls("TransactWriteItems", **same) == {}

    run(test)


class Uncertain:
    """A storage whose first commit fails, so that it runs functions again, once `gate` opens.

    `late` runs the last function again after whoever waited for it has gone.
    """

    def __init__(self, inner: MemoryStorage) -> None:
        self.inner = inner
        self.undone = asyncio.Event()
        self.gate = asyncio.Event()
        self.broken = False

    async def read(self, fn):
        return await self.inner.read(fn)

    async def write(self, fn):
        self.fn = fn
        with pytest.raises(InterruptedError):
            await self.inner.write(self._undone)
        self.undone.set()
        await self.gate.wait()
        if self.broken:
            raise StorageError("no room")
        return await self.inner.write(fn)

    async def late(self):
        return await self.inner.write(self.fn)

    def _undone(self, writer):
        self.fn(writer)
        raise InterruptedError


TOKEN = Token("TransactWriteItems", "t", "f")


async def uncertain(storage):
    """Transactions over an uncertain storage, one of them under way."""
    await Calls(storage, ManualClock()).table()
    shaky = Uncertain(storage)
    transactions = Transactions(shaky, ManualClock())
    writes = [write.put({"TableName": "orders", "Item": {"id": s(name)}}) for name in ("a", "b")]
    task = asyncio.create_task(transactions.write(SCOPE, writes, TOKEN))
    await shaky.undone.wait()
    return shaky, transactions, task


def with_uncertain(test):
    async def main():
        async with MemoryStorage() as storage:
            await test(*await uncertain(storage))

    asyncio.run(main())


def test_a_transaction_that_is_run_again_is_in_nobodys_way_afterwards():
    async def test(shaky, transactions, task):
        assert len(transactions.ongoing) == 2
        shaky.gate.set()
        done = await task

        assert [change.new.item for _, change in done.changes] == [{"id": s("a")}, {"id": s("b")}]
        assert not transactions.ongoing

    with_uncertain(test)


def test_a_transaction_that_storage_refuses_is_in_nobodys_way_afterwards():
    async def test(shaky, transactions, task):
        shaky.broken = True
        shaky.gate.set()
        with pytest.raises(StorageError):
            await task
        assert not transactions.ongoing

        shaky.broken = False
        again = await transactions.write(
            SCOPE, [write.put({"TableName": "orders", "Item": {"id": s("a")}})], TOKEN
        )
        assert len(again.changes) == 1

    with_uncertain(test)


def test_a_transaction_that_nobody_waits_for_any_more_is_in_nobodys_way_even_if_it_is_run_again():
    async def test(shaky, transactions, task):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        before = set(transactions.ongoing)
        await shaky.late()
        found = await transactions.read(SCOPE, [Get("orders", {"id": s("a")}, request.compiled({}))])

        assert before == transactions.ongoing == set()
        assert found[0][1] is not None

    with_uncertain(test)
