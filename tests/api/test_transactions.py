"""Transactions over the wire: many at once, tokens over a restart, and what they must be allowed."""

import threading
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTable, FreshTables
from tests.api.millrace_process import Millrace

ACCOUNTS = [{"id": {"S": f"account {number}"}} for number in range(4)]
MONEY = 1000
WORKERS = 4
TRANSFERS = 60


def cancelled(error: ClientError) -> list[str]:
    """The codes of the reasons of a cancelled transaction."""
    assert error.response["Error"]["Code"] == "TransactionCanceledException", error
    return [reason["Code"] for reason in error.response["CancellationReasons"]]


def moved(table: FreshTable, account: dict[str, Any], amount: int) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": table.name,
            "Key": account,
            "UpdateExpression": "ADD money :amount",
            "ConditionExpression": "money >= :least",
            "ExpressionAttributeValues": {":amount": {"N": str(amount)}, ":least": {"N": str(-amount)}},
        }
    }


class Worker(threading.Thread):
    """Moves money about, and looks at all of it, until it has made its transfers."""

    def __init__(self, table: FreshTable, number: int) -> None:
        super().__init__()
        self.table = table
        self.number = number
        self.outcomes: Counter[str] = Counter()
        self.sums: set[int] = set()

    def run(self) -> None:
        while self.outcomes["moved"] < TRANSFERS:
            turn = self.outcomes.total() + self.number
            source, target = ACCOUNTS[turn % 4], ACCOUNTS[(turn + 1 + self.number % 3) % 4]
            self.attempt(source, target)
            self.look()

    def attempt(self, source: dict[str, Any], target: dict[str, Any]) -> None:
        parts = [moved(self.table, source, -7), moved(self.table, target, 7)]
        try:
            self.table.client.transact_write_items(TransactItems=parts)
            self.outcomes["moved"] += 1
        except ClientError as error:
            self.outcomes.update(set(cancelled(error)) - {"None"})

    def look(self) -> None:
        parts = [{"Get": {"TableName": self.table.name, "Key": account}} for account in ACCOUNTS]
        try:
            found = self.table.client.transact_get_items(TransactItems=parts)["Responses"]
            self.sums.add(sum(int(one["Item"]["money"]["N"]) for one in found))
        except ClientError as error:
            self.outcomes.update(set(cancelled(error)) - {"None"})


def test_transfers_of_many_at_once_lose_and_make_no_money_and_meet_each_other(tables: FreshTables):
    table = tables.create("id", view="NEW_AND_OLD_IMAGES")
    table.fill([{**account, "money": {"N": str(MONEY)}} for account in ACCOUNTS])
    workers = [Worker(table, number) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outcomes = sum((worker.outcomes for worker in workers), Counter[str]())
    seen = {money for worker in workers for money in worker.sums}
    left = {item["id"]["S"]: int(item["money"]["N"]) for item in table.scan()["Items"]}

    assert seen == {MONEY * len(ACCOUNTS)}
    assert sum(left.values()) == MONEY * len(ACCOUNTS)
    assert outcomes["moved"] == WORKERS * TRANSFERS
    assert set(outcomes) == {"moved", "TransactionConflict"}
    assert len(table.records()) == len(ACCOUNTS) + 2 * outcomes["moved"]


def test_after_many_conflicts_nothing_stays_behind(tables: FreshTables):
    table = tables.create("id")
    codes: Counter[str] = Counter()

    def write(number: int) -> None:
        client = tables.server.client("dynamodb")
        parts = [{"Put": {"TableName": table.name, "Item": {"id": {"S": name}}}} for name in ("a", "b")]
        for turn in range(TRANSFERS):
            try:
                if (turn + number) % 2:
                    client.transact_write_items(TransactItems=parts)
                else:
                    client.put_item(TableName=table.name, Item={"id": {"S": "a"}})
                codes["done"] += 1
            except ClientError as error:
                codes[error.response["Error"]["Code"]] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WORKERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    table.put({"id": {"S": "a"}})
    table.put({"id": {"S": "b"}})

    assert codes.total() == WORKERS * TRANSFERS
    assert set(codes) <= {"done", "TransactionCanceledException", "TransactionConflictException"}


def counted(millrace: Millrace, **more: Any) -> int:
    """Count up once in a transaction, and say what the count is then."""
    client = millrace.client("dynamodb")
    update = {
        "TableName": "counts",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    client.transact_write_items(TransactItems=[{"Update": update}], **more)
    return int(client.get_item(TableName="counts", Key={"id": {"S": "a"}})["Item"]["n"]["N"])


def test_a_token_counts_over_a_restart_and_for_ten_minutes(millrace: Millrace):
    client = millrace.client("dynamodb")
    client.create_table(
        TableName="counts",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    counts = [counted(millrace, ClientRequestToken="once")]
    millrace.kill()
    millrace.start()
    counts.append(counted(millrace, ClientRequestToken="once"))
    millrace.ask("clock", advance=11 * 60)
    counts.append(counted(millrace, ClientRequestToken="once"))

    assert counts == [1, 1, 2]


def test_boto3_gives_each_transaction_a_token_of_its_own(tables: FreshTables):
    table = tables.create("id")
    add = {
        "Update": {
            "TableName": table.name,
            "Key": {"id": {"S": "a"}},
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    for _ in range(3):
        tables.client.transact_write_items(TransactItems=[add])

    assert table.get({"id": {"S": "a"}}) == {"id": {"S": "a"}, "n": {"N": "3"}}


def test_a_reason_has_the_old_item_in_boto3(tables: FreshTables):
    table = tables.create("id")
    table.put({"id": {"S": "a"}, "n": {"N": "1"}})
    check = {
        "TableName": table.name,
        "Key": {"id": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    with pytest.raises(tables.client.exceptions.TransactionCanceledException) as caught:
        tables.client.transact_write_items(TransactItems=[{"ConditionCheck": check}])

    assert caught.value.response["CancellationReasons"] == [
        {
            "Code": "ConditionalCheckFailed",
            "Message": "The conditional request failed",
            "Item": {"id": {"S": "a"}, "n": {"N": "1"}},
        }
    ]
