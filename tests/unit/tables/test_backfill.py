"""Filling new indexes while other things happen to their table."""

from dataclasses import replace

from tests.unit.tables.calls import SCOPE, n, run, s, schema

from millrace.core import ids, limits
from millrace.core.errors import StorageFullError
from millrace.dynamodb import backfill, catalog, index_alteration
from millrace.dynamodb.life import TableLife


def _create(name: str, attribute: str) -> dict:
    index = {"IndexName": name, "KeySchema": schema(attribute), "Projection": {"ProjectionType": "ALL"}}
    return {
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": index}],
    }


async def _begun(calls, name: str, attribute: str) -> None:
    """What UpdateTable does, but also while another index is filled."""

    def begin(writer):
        table = catalog.find(writer, SCOPE, "orders")
        free = replace(table, indexes=())
        made = index_alteration.altered(free, table, _create(name, attribute), 0.0, ids.uuid)
        catalog.save(writer, made)
        backfill.begin(writer, made)

    await calls.storage.write(begin)


async def _filled(calls, count: int) -> None:
    await calls.table()
    for number in range(count):
        item = {"id": s(f"k{number}"), "who": s("a"), "what": s("b"), "x": n(number)}
        await calls("PutItem", TableName="orders", Item=item)


async def _count(calls, index: str) -> int:
    return (await calls("Scan", TableName="orders", IndexName=index))["Count"]


async def _told(calls) -> dict:
    (index,) = (await calls("DescribeTable", TableName="orders"))["Table"]["GlobalSecondaryIndexes"]
    return index


async def _round(life) -> None:
    """Wait for the round that is under way."""
    has_ended = iter((False, True))

    async def once() -> bool:
        return next(has_ended)

    await life.progress.until(once)


def test_an_index_that_is_created_while_another_is_filled_gets_all_items(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await _filled(calls, 9)
        async with TableLife(calls.storage, calls.clock) as life:
            await _begun(calls, "by-who", "who")
            for _ in range(2):  # it is half way through the table when the second one comes
                await _round(life)
            assert await calls.storage.read(backfill.unfinished)
            await _begun(calls, "by-what", "what")
            await life.idle()

        assert (await _count(calls, "by-who"), await _count(calls, "by-what")) == (9, 9)
        assert await calls.storage.read(backfill.unfinished) == []

    run(test)


def test_update_table_answers_at_once_and_describe_table_tells_how_far_the_index_is(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await _filled(calls, 9)
        answer = await calls("UpdateTable", TableName="orders", **_create("by-who", "who"))
        before = await _told(calls)
        counts = [before["ItemCount"]]
        async with TableLife(calls.storage, calls.clock) as life:
            while (await _told(calls))["IndexStatus"] == "CREATING":
                await _round(life)
                counts.append((await _told(calls))["ItemCount"])
        after = await _told(calls)

        assert answer["TableDescription"]["TableStatus"] == "UPDATING"
        assert (before["IndexStatus"], before["Backfilling"]) == ("CREATING", True)
        assert counts[0] == 0
        assert len(set(counts)) > 3
        assert counts == sorted(counts)
        assert (after["IndexStatus"], after["ItemCount"]) == ("ACTIVE", 9)
        assert "Backfilling" not in after

    run(test)


def test_an_index_on_few_items_is_ready_when_the_answer_comes():
    async def test(calls):
        await _filled(calls, 9)
        answer = await calls("UpdateTable", TableName="orders", **_create("by-who", "who"))
        (told,) = answer["TableDescription"]["GlobalSecondaryIndexes"]

        assert (told["IndexStatus"], told["Backfilling"]) == ("CREATING", False)
        assert (await _told(calls))["IndexStatus"] == "ACTIVE"
        assert await _count(calls, "by-who") == 9
        assert await calls.storage.read(backfill.unfinished) == []

    run(test)


def test_one_index_is_made_at_a_time_and_the_table_is_not_deleted_meanwhile(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await _filled(calls, 9)
        await calls("UpdateTable", TableName="orders", **_create("by-who", "who"))

        assert await calls.refused("UpdateTable", TableName="orders", **_create("by-what", "what")) == (
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )
        assert await calls.refused("DeleteTable", TableName="orders") == (
            "ResourceInUseException",
            "Attempt to change a resource which is still in use: "
            "Cannot delete table while indexes are being created, updated, or deleted.",
        )
        delete = [{"Delete": {"IndexName": "by-who"}}]
        await calls("UpdateTable", TableName="orders", GlobalSecondaryIndexUpdates=delete)
        async with TableLife(calls.storage, calls.clock) as life:
            await life.idle()
        await calls("DeleteTable", TableName="orders")

    run(test)


def test_a_full_disk_is_tried_again(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await _filled(calls, 9)
        await calls("UpdateTable", TableName="orders", **_create("by-who", "who"))
        write = calls.storage.write
        refused = []

        async def full(fn):
            refused.append(fn)
            raise StorageFullError("no room")

        calls.storage.write = full
        async with TableLife(calls.storage, calls.clock) as life:
            await _round(life)
            during = await _told(calls)
            calls.storage.write = write
            calls.clock.advance(limits.table_retry_seconds)
            await life.idle()

        assert refused
        assert during["IndexStatus"] == "CREATING"
        assert (await _told(calls))["IndexStatus"] == "ACTIVE"

    run(test)


def test_a_fault_of_one_table_does_not_hold_up_the_others(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 2)

    async def test(calls):
        await _filled(calls, 9)
        await calls("UpdateTable", TableName="orders", **_create("by-who", "who"))
        await calls.storage.write(lambda writer: writer.put(backfill.SPACE, b"arn:broken", b""))
        async with TableLife(calls.storage, calls.clock) as life:
            while (await _told(calls))["IndexStatus"] == "CREATING":
                await _round(life)
                calls.clock.advance(limits.table_retry_seconds)

        assert await _count(calls, "by-who") == 9

    run(test)
