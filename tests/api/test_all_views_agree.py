"""Whatever was written, and however: every way to read a table gives the same items, now and after a restart."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables, Item, in_order, index
from tests.api.millrace_process import Millrace
from tests.api.random_writes import RandomWrites

REQUESTS = 250
Place = tuple[str, Decimal]
Items = dict[Place, Item]


def place(item: Item) -> Place:
    return item["p"]["S"], Decimal(item["r"]["N"])


def placed(items: list[Item]) -> Items:
    found = {place(item): in_order(item) for item in items}
    assert len(found) == len(items), "an item came twice"
    return found


def pages(table: FreshTable, operation: str, **arguments: Any) -> list[Item]:
    found = table.client.get_paginator(operation).paginate(TableName=table.name, **arguments)
    return [item for page in found for item in page["Items"]]


def replayed(table: FreshTable) -> Items:
    """What the stream's records make; each tells the item as the one before left it, and a change of it."""
    items: Items = {}
    for record in table.records():
        change = record["dynamodb"]
        key, old, new = place(change["Keys"]), change.get("OldImage"), change.get("NewImage")
        assert items.pop(key, None) == in_order(old)
        assert old != new
        assert record["eventName"] == ("INSERT" if old is None else "REMOVE" if new is None else "MODIFY")
        if new is not None:
            items[key] = in_order(new)
    return items


def selected(table: FreshTable, source: str, **arguments: Any) -> list[Item]:
    found: list[Item] = []
    while True:
        page = table.client.execute_statement(Statement=f"SELECT * FROM {source}", **arguments)
        found += page["Items"]
        if "NextToken" not in page:
            return found
        arguments["NextToken"] = page["NextToken"]


def check_table(table: FreshTable, items: Items) -> None:
    """Each way to read the table itself."""
    name, keys = table.name, [{"p": item["p"], "r": item["r"]} for item in items.values()]
    gets = [{"Get": {"TableName": name, "Key": key}} for key in keys]
    segments = [pages(table, "scan", Segment=part, TotalSegments=3) for part in range(3)]
    batch = table.client.batch_get_item(RequestItems={name: {"Keys": keys, "ConsistentRead": True}})
    transaction = table.client.transact_get_items(TransactItems=gets)["Responses"]

    assert replayed(table) == items
    assert placed(pages(table, "scan", PaginationConfig={"PageSize": 2})) == items
    assert placed([item for part in segments for item in part]) == items
    assert placed([table.get(key) or {} for key in keys]) == items
    assert placed(batch["Responses"][name]) == items
    assert placed([answer["Item"] for answer in transaction]) == items
    assert placed(selected(table, f'"{name}"', Limit=3)) == items
    for partition in "abc":
        expected = sorted(key for key in items if key[0] == partition)
        question = {
            "KeyConditionExpression": "p = :p",
            "ExpressionAttributeValues": {":p": {"S": partition}},
            "PaginationConfig": {"PageSize": 2},
        }
        assert list(map(place, pages(table, "query", **question))) == expected
        assert list(map(place, pages(table, "query", ScanIndexForward=False, **question))) == expected[::-1]


def check_index(table: FreshTable, items: Items, name: str, keys: tuple[str, ...], kept: set[str]) -> None:
    """Each way to read an index that keeps these attributes, or all if there are none."""
    rows = {
        key: {attribute: value for attribute, value in item.items() if not kept or attribute in kept}
        for key, item in items.items()
        if all(attribute in item for attribute in keys)
    }
    partitions = {tuple(row[keys[0]].items()) for row in rows.values()}
    found = [
        row
        for partition in partitions
        for row in pages(
            table,
            "query",
            IndexName=name,
            KeyConditionExpression="#h = :h",
            ExpressionAttributeNames={"#h": keys[0]},
            ExpressionAttributeValues={":h": dict(partition)},
            PaginationConfig={"PageSize": 1},
        )
    ]

    assert placed(pages(table, "scan", IndexName=name, PaginationConfig={"PageSize": 2})) == rows
    assert placed(found) == rows
    assert placed(selected(table, f'"{table.name}"."{name}"')) == rows


def check(table: FreshTable) -> Items:
    items = placed(table.scan(ConsistentRead=True)["Items"])
    check_table(table, items)
    check_index(table, items, "local", ("p", "s"), set())
    check_index(table, items, "overall", ("g", "s"), {"p", "r", "g", "s", "n"})
    check_index(table, items, "sparse", ("s",), {"p", "r", "s"})
    described = table.describe()
    indexes = [*described["LocalSecondaryIndexes"], *described["GlobalSecondaryIndexes"]]
    told = {one["IndexName"]: one["ItemCount"] for one in indexes}
    assert described["ItemCount"] == len(items)
    assert told == {
        "local": sum("s" in item for item in items.values()),
        "overall": sum("s" in item and "g" in item for item in items.values()),
        "sparse": sum("s" in item for item in items.values()),
    }
    return items


def made(tables: FreshTables) -> FreshTable:
    return tables.create(
        "p",
        "r:N",
        view="NEW_AND_OLD_IMAGES",
        defined=("g", "s:N"),
        LocalSecondaryIndexes=[index("local", "p", "s")],
        GlobalSecondaryIndexes=[
            index("overall", "g", "s", projection=["n"]),
            index("sparse", "s", projection="KEYS_ONLY"),
        ],
    )


@pytest.mark.parametrize("seed", range(3))
def test_all_views_of_a_table_agree_after_random_writes_and_a_kill(tables: FreshTables, seed: int):
    table = made(tables)
    writes = RandomWrites(table, seed)
    for _ in range(REQUESTS):
        writes.one()
    before = check(table)
    tables.server.kill()
    tables.server.start()

    assert 0 < writes.refused < REQUESTS / 2
    assert check(FreshTable(FreshTables(tables.server), table.name)) == before


def test_all_views_agree_in_memory(tmp_path: Path):
    with Millrace(tmp_path / "data", "--memory") as server:
        table = made(FreshTables(server))
        writes = RandomWrites(table, 4)
        for _ in range(REQUESTS):
            writes.one()
        check(table)
