"""Many writers at once: what the table, its index and its stream hold is one and the same."""

import random  # noqa: TID251 -- its seeds are the test's own
import threading
from typing import Any

from tests.api.fresh_tables import FreshTable, FreshTables, definitions, index

WRITERS = 4
WRITES = 80


def write(table: FreshTable, seed: int) -> None:
    """Random changes of few items, with a client of its own."""
    client = table.tables.server.client("dynamodb")
    chance = random.Random(seed)
    for _ in range(WRITES):
        key = {"id": {"S": f"item {chance.randrange(60)}"}}
        place = {":one": {"N": "1"}, ":place": {"S": f"place {chance.randrange(5)}"}}
        match chance.randrange(4):
            case 0:
                client.delete_item(TableName=table.name, Key=key)
            case 1:
                client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE place")
            case _:
                client.update_item(
                    TableName=table.name,
                    Key=key,
                    UpdateExpression="ADD n :one SET place = :place",
                    ExpressionAttributeValues=place,
                )


def by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["id"]["S"]: item for item in items}


def replayed(table: FreshTable) -> dict[str, dict[str, Any]]:
    """The items that the records of the stream lead to; every old image is what was there before."""
    items: dict[str, dict[str, Any]] = {}
    for record in table.records():
        change = record["dynamodb"]
        name = change["Keys"]["id"]["S"]
        assert items.pop(name, None) == change.get("OldImage")
        if "NewImage" in change:
            items[name] = change["NewImage"]
    return items


def test_table_index_and_stream_agree_after_many_writers_and_a_kill(tables: FreshTables):
    table = tables.create("id", view="NEW_AND_OLD_IMAGES")
    table.fill([{"id": {"S": f"item {n}"}, "place": {"S": "place 0"}} for n in range(50)])
    writers = [threading.Thread(target=write, args=(table, seed)) for seed in range(WRITERS)]
    for writer in writers:
        writer.start()
    for number in range(3):
        create = {"Create": index(f"by-place-{number}", "place")}
        table.update_table(AttributeDefinitions=definitions("place"), GlobalSecondaryIndexUpdates=[create])
    for writer in writers:
        writer.join()
    tables.server.kill()
    tables.server.start()

    items = by_id(table.scan()["Items"])
    placed = {name: item for name, item in items.items() if "place" in item}
    described = table.describe()
    assert replayed(table) == items
    assert [by_id(table.scan(IndexName=f"by-place-{n}")["Items"]) for n in range(3)] == [placed] * 3
    assert described["ItemCount"] == len(items)
    assert [one["ItemCount"] for one in described["GlobalSecondaryIndexes"]] == [len(placed)] * 3


def test_counters_lose_no_increment(tables: FreshTables):
    table = tables.create("id", view="NEW_IMAGE")

    def count() -> None:
        client = tables.server.client("dynamodb")
        for _ in range(WRITES):
            client.update_item(
                TableName=table.name,
                Key={"id": {"S": "counter"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    counters = [threading.Thread(target=count) for _ in range(WRITERS)]
    for counter in counters:
        counter.start()
    for counter in counters:
        counter.join()

    told = [int(record["dynamodb"]["NewImage"]["n"]["N"]) for record in table.records()]
    assert told == list(range(1, WRITERS * WRITES + 1))
