"""Filling new indexes while other things happen to their table."""

import asyncio

from tests.unit.tables.calls import SCOPE, n, run, s, schema

from millrace.core import ids, limits
from millrace.dynamodb import alteration, backfill, catalog


def _create(name: str, attribute: str) -> dict:
    index = {"IndexName": name, "KeySchema": schema(attribute), "Projection": {"ProjectionType": "ALL"}}
    return {
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": index}],
    }


async def _begun(calls, name: str, attribute: str) -> None:
    """The first transaction of UpdateTable, without the filling after it."""

    def begin(writer):
        table = catalog.find(writer, SCOPE, "orders")
        table = alteration.altered(table, _create(name, attribute), 0.0, ids.uuid)
        catalog.save(writer, table)
        backfill.begin(writer, table)

    await calls.storage.write(begin)


async def _count(calls, index: str) -> int:
    return (await calls("Scan", TableName="orders", IndexName=index))["Count"]


def test_an_index_that_is_created_while_another_is_filled_gets_all_items(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await calls.table()
        for number in range(9):
            item = {"id": s(f"k{number}"), "who": s("a"), "what": s("b"), "x": n(number)}
            await calls("PutItem", TableName="orders", Item=item)
        arn = (await calls("DescribeTable", TableName="orders"))["Table"]["TableArn"]
        await _begun(calls, "by-who", "who")
        first = asyncio.ensure_future(backfill.fill(calls.storage, arn))
        for _ in range(3):  # it is half way through the table when the second one comes
            await calls("DescribeTable", TableName="orders")
            await asyncio.wait([asyncio.ensure_future(_nothing())])
        assert not first.done()
        await _begun(calls, "by-what", "what")
        await asyncio.gather(first, backfill.fill(calls.storage, arn))

        assert (await _count(calls, "by-who"), await _count(calls, "by-what")) == (9, 9)
        assert await calls.storage.read(lambda reader: list(reader.range(backfill.SPACE))) == []

    run(test)


async def _nothing() -> None:
    pass
