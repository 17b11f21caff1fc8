"""Items that expire: what is deleted when, by a clock that stands still until it is moved."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.unit.tables.calls import SCOPE, Calls, n, run, s, schema

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.core.errors import StorageError
from millrace.dynamodb import backfill, catalog, expiry, expiry_index
from millrace.dynamodb.expiry import Expirer
from millrace.dynamodb.life import TableLife
from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage

NOW = 1_700_000_000
YEARS_5 = limits.expiry_age_seconds_max
SERVICE = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


@asynccontextmanager
async def expiring(calls):
    """An expirer at work on the calls' storage."""
    async with Expirer(calls.storage, calls.clock) as expirer:
        yield expirer


async def enable(calls, attribute="ttl", *, on=True):
    specification = {"AttributeName": attribute, "Enabled": on}
    return await calls("UpdateTimeToLive", TableName="orders", TimeToLiveSpecification=specification)


async def put(calls, key, **attributes):
    await calls("PutItem", TableName="orders", Item={"id": s(key), **attributes})


async def keys(calls, **where):
    return sorted(item["id"]["S"] for item in (await calls("Scan", TableName="orders", **where))["Items"])


async def advance(calls, expirer, seconds):
    calls.clock.advance(seconds)
    await expirer.idle()


async def space_of(calls):
    return await calls.storage.read(lambda reader: catalog.find(reader, SCOPE, "orders").ttl.space)


async def entries(calls, space):
    return await calls.storage.read(lambda reader: list(reader.range(space)))


def test_an_item_is_deleted_when_its_second_comes_and_its_record_names_the_service():
    async def test(calls):
        await calls.table(view="NEW_AND_OLD_IMAGES")
        await enable(calls)
        async with expiring(calls) as expirer:
            await put(calls, "a", ttl=n(NOW + 60))
            await put(calls, "b", ttl=n(NOW + 61))
            await advance(calls, expirer, 59.9)
            before = await keys(calls)
            await advance(calls, expirer, 0.1)
            after = await keys(calls)
            await calls("DeleteItem", TableName="orders", Key={"id": s("b")})
        _, _, expired, deleted = await calls.records()

        assert (before, after) == (["a", "b"], ["b"])
        assert expired["eventName"] == "REMOVE"
        assert expired["userIdentity"] == SERVICE
        assert expired["dynamodb"]["OldImage"] == {"id": s("a"), "ttl": n(NOW + 60)}
        assert "NewImage" not in expired["dynamodb"]
        assert "userIdentity" not in deleted

    run(test)


def test_a_table_without_a_stream_expires_silently_and_its_indexes_and_counts_stay_right():
    index = {"IndexName": "by-x", "KeySchema": schema("x"), "Projection": {"ProjectionType": "ALL"}}

    async def test(calls):
        await calls.table(attributes={"x": "S"}, GlobalSecondaryIndexes=[index])
        await enable(calls)
        async with expiring(calls) as expirer:
            await put(calls, "a", ttl=n(NOW + 1), x=s("x"))
            await put(calls, "b", x=s("x"))
            await advance(calls, expirer, 1)
        table = (await calls("DescribeTable", TableName="orders"))["Table"]

        assert await keys(calls) == await keys(calls, IndexName="by-x") == ["b"]
        assert (table["ItemCount"], table["TableSizeBytes"]) == (1, 5)
        assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == 1

    run(test)


def test_thousands_of_items_expire_in_the_order_of_their_times():
    async def test(calls):
        await calls.table(view="KEYS_ONLY")
        await enable(calls)
        async with expiring(calls) as expirer:
            for number in range(3_000):
                await put(calls, f"k{number}", ttl=n(NOW + 1 + number * 7919 % 3_000))
            await advance(calls, expirer, 1_500)
            half = len(await keys(calls))
            await advance(calls, expirer, 1_500)
        order = [
            (int(record["dynamodb"]["Keys"]["id"]["S"][1:]) * 7919) % 3_000
            for record in await _all_records(calls)
            if record["eventName"] == "REMOVE"
        ]

        assert half == 1_500
        assert order == list(range(3_000))
        assert await keys(calls) == []

    run(test)


async def _all_records(calls):
    arn = (await calls("DescribeTable", TableName="orders"))["Table"]["LatestStreamArn"]
    shard = (await calls("DescribeStream", StreamArn=arn))["StreamDescription"]["Shards"][0]["ShardId"]
    where = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator, found = (await calls("GetShardIterator", **where))["ShardIterator"], []
    while page := (answer := await calls("GetRecords", ShardIterator=iterator))["Records"]:
        found += page
        iterator = answer["NextShardIterator"]
    return found


def test_what_moves_or_removes_the_time_is_heeded():
    async def test(calls):
        await calls.table()
        await enable(calls)
        async with expiring(calls) as expirer:
            for key in ("later", "sooner", "removed", "text", "again"):
                await put(calls, key, ttl=n(NOW + 100))
            await put(calls, "later", ttl=n(NOW + 200))
            await put(calls, "sooner", ttl=n(NOW + 10))
            await put(calls, "text", ttl=s(str(NOW + 100)))
            where = {"TableName": "orders", "Key": {"id": s("removed")}}
            names = {"#t": "ttl"}
            await calls("UpdateItem", **where, UpdateExpression="REMOVE #t", ExpressionAttributeNames=names)
            await calls("DeleteItem", TableName="orders", Key={"id": s("again")})
            await put(calls, "again", ttl=n(NOW + 150))
            left = []
            for seconds in (10, 90, 50, 50):
                await advance(calls, expirer, seconds)
                left.append(await keys(calls))

        assert left == [
            ["again", "later", "removed", "text"],
            ["again", "later", "removed", "text"],
            ["later", "removed", "text"],
            ["removed", "text"],
        ]

    run(test)


def test_what_expired_more_than_five_years_before_it_was_written_stays():
    async def test(calls):
        await calls.table()
        await put(calls, "there-old", ttl=n(NOW - YEARS_5 - 1))
        await put(calls, "there-young", ttl=n(NOW - YEARS_5))
        async with expiring(calls) as expirer:
            await enable(calls)
            await put(calls, "old", ttl=n(NOW - YEARS_5 - 1))
            await put(calls, "young", ttl=n(NOW - YEARS_5 + 1))
            await put(calls, "zero", ttl=n(0))
            await put(calls, "coming", ttl=n(NOW + 5))
            await expirer.idle()
            left = await keys(calls)
            # On the way through six years its second came: that they went by at once is no reason to stay.
            await advance(calls, expirer, 6 * YEARS_5)

            assert left == ["coming", "old", "there-old", "zero"]
            assert await keys(calls) == ["old", "there-old", "zero"]

    run(test)


def test_turned_off_nothing_expires_and_turned_on_with_another_attribute_that_one_counts():
    async def test(calls):
        await calls.table()
        await enable(calls, "first")
        space = await space_of(calls)
        async with expiring(calls) as expirer:
            await put(calls, "a", first=n(NOW + 10), second=n(NOW + 30))
            await put(calls, "b", first=n(NOW + 30))
            await enable(calls, "first", on=False)
            emptied = await entries(calls, space), await entries(calls, expiry_index.ALARMS)
            await put(calls, "c", first=n(NOW + 10))
            await advance(calls, expirer, 20)
            while_off = await keys(calls)
            await enable(calls, "second")
            await advance(calls, expirer, 20)
            by_second = await keys(calls)
            await enable(calls, "second", on=False)
            await enable(calls, "first")
            await expirer.idle()

        assert emptied == ([], [])
        assert while_off == ["a", "b", "c"]
        assert by_second == ["b", "c"]
        assert await keys(calls) == []

    run(test)


def test_items_that_were_there_before_expire_also_when_they_are_many(monkeypatch):
    monkeypatch.setattr(limits, "index_backfill_items_max", 7)

    async def test(calls):
        await calls.table()
        for number in range(50):
            await put(calls, f"k{number:02}", ttl=n(NOW + number))
        async with expiring(calls) as expirer, TableLife(calls.storage, calls.clock) as life:
            await enable(calls)
            await life.idle()
            await advance(calls, expirer, 24)

            assert await keys(calls) == [f"k{number}" for number in range(25, 50)]

    run(test)


def test_a_backfill_that_was_cut_off_says_enabling_and_is_resumed():
    async def test(calls):
        await calls.table()
        await put(calls, "a", ttl=n(NOW + 1))
        await calls.storage.write(_begin)
        during = await calls("DescribeTimeToLive", TableName="orders")
        async with TableLife(calls.storage, calls.clock) as life:
            await life.idle()
        after = await calls("DescribeTimeToLive", TableName="orders")
        async with expiring(calls) as expirer:
            await advance(calls, expirer, 1)

        assert during["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLING", "AttributeName": "ttl"}
        assert after["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
        assert await keys(calls) == []
        assert await entries(calls, backfill.SPACE) == []

    run(test)


def _begin(writer):
    """The first transaction of UpdateTimeToLive, without the filling after it."""
    table = catalog.find(writer, SCOPE, "orders")
    ttl = catalog.TimeToLive("id", "ttl", float(NOW), filling=True)
    table = replace(table, ttl=ttl)
    catalog.save(writer, table)
    backfill.begin(writer, table)


def test_a_table_that_is_deleted_leaves_nothing_behind_and_its_successor_starts_without():
    async def test(calls):
        await calls.table()
        await enable(calls)
        async with expiring(calls) as expirer:
            await put(calls, "a", ttl=n(NOW + 10))
            space = await space_of(calls)
            await calls("DeleteTable", TableName="orders")
            left = await entries(calls, space), await entries(calls, expiry_index.ALARMS)
            await calls.table()
            await put(calls, "a", ttl=n(NOW + 10))
            await advance(calls, expirer, 10)
        told = await calls("DescribeTimeToLive", TableName="orders")

        assert left == ([], [])
        assert told["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
        assert await keys(calls) == ["a"]

    run(test)


def test_an_entry_whose_item_says_otherwise_deletes_nothing_and_goes():
    async def test(calls):
        await calls.table()
        await enable(calls)
        await put(calls, "a", ttl=n(NOW + 500))
        await put(calls, "b", ttl=n(NOW + 10))

        def spoil(writer):
            table = catalog.find(writer, SCOPE, "orders")
            for key in ("a", "nobody"):
                place = table.schema.key_of_key({"id": s(key)})
                writer.put(table.ttl.space, (NOW + 5).to_bytes(8) + place, b"")

        await calls.storage.write(spoil)
        async with expiring(calls) as expirer:
            await advance(calls, expirer, 10)

        assert await keys(calls) == ["a"]
        assert len(await entries(calls, await space_of(calls))) == 1

    run(test)


def test_large_items_expire_few_at_a_time(monkeypatch):
    monkeypatch.setattr(limits, "expiry_bytes_max", 100)

    async def test(calls):
        await calls.table()
        await enable(calls)
        for number in range(20):
            await put(calls, f"k{number}", ttl=n(NOW), text=s("x" * 50))
        arn = (await calls("DescribeTable", TableName="orders"))["Table"]["TableArn"]
        await calls.storage.write(lambda writer: expiry._expire_some(writer, arn=arn, now=float(NOW)))
        left = len(await keys(calls))
        async with expiring(calls) as expirer:
            await expirer.idle()

        assert left == 18
        assert await keys(calls) == []

    run(test)


def test_a_write_that_is_due_no_earlier_than_another_wakes_nobody():
    async def test(calls):
        await calls.table()
        await enable(calls)
        heads = []
        for seconds in (100, 100, 200, 50, 60):
            await put(calls, f"k{len(heads)}", ttl=n(NOW + seconds))
            heads.append(await calls.storage.read(lambda reader: reader.head(expiry_index.CHANGES)))

        assert heads == [1, 1, 1, 2, 2]

    run(test)


class Failing(MemoryStorage):
    """A database that refuses some writes of the expirer."""

    def __init__(self, *faults):
        super().__init__()
        self.faults = list(faults)

    async def write(self, fn):
        if self.faults and getattr(fn, "func", None) is expiry._expire_some:
            raise self.faults.pop()
        return await super().write(fn)


@pytest.mark.parametrize("fault", [StorageError("full"), LookupError("a fault")], ids=["disk", "bug"])
def test_a_fault_is_outlived(fault, caplog):
    async def main() -> None:
        async with Failing(fault, fault) as storage:
            calls = Calls(storage, ManualClock())
            await calls.table()
            await enable(calls)
            await put(calls, "a", ttl=n(NOW))
            async with expiring(calls) as expirer:
                idle = asyncio.ensure_future(expirer.idle())
                while not idle.done():
                    await calls("DescribeTable", TableName="orders")
                    await asyncio.wait([asyncio.ensure_future(_nothing())])
                    calls.clock.advance(limits.expiry_retry_seconds)

            assert await keys(calls) == []
            assert storage.faults == []

    asyncio.run(main())


async def _nothing() -> None:
    pass


def test_a_table_at_fault_does_not_hold_up_the_others(caplog):
    async def test(calls):
        await calls.table()
        await enable(calls)
        await calls.table("broken")
        specification = {"AttributeName": "ttl", "Enabled": True}
        await calls("UpdateTimeToLive", TableName="broken", TimeToLiveSpecification=specification)
        await calls("PutItem", TableName="broken", Item={"id": s("a"), "ttl": n(NOW + 1)})
        await put(calls, "a", ttl=n(NOW + 1))

        def spoil(writer):
            table = catalog.find(writer, SCOPE, "broken")
            catalog.save(writer, replace(table, view="KEYS_ONLY"))

        await calls.storage.write(spoil)
        async with expiring(calls):
            calls.clock.advance(1)
            for _ in range(100):
                if not await keys(calls):
                    break
                await asyncio.wait([asyncio.ensure_future(_nothing())])

        assert await keys(calls) == []
        assert "table/broken could not be expired" in caplog.text

    run(test)


def test_what_came_due_while_nothing_ran_expires_at_the_start(tmp_path):
    clock = ManualClock()

    async def write() -> None:
        async with SqliteStorage(tmp_path / "data.db") as storage:
            calls = Calls(storage, clock)
            await calls.table(view="KEYS_ONLY")
            await enable(calls)
            for number in range(300):
                await put(calls, f"k{number:03}", ttl=n(NOW + number))

    async def start() -> None:
        async with SqliteStorage(tmp_path / "data.db") as storage:
            calls = Calls(storage, clock)
            async with expiring(calls) as expirer:
                await expirer.idle()

                assert await keys(calls) == [f"k{number:03}" for number in range(151, 300)]
                assert sum(one["eventName"] == "REMOVE" for one in await _all_records(calls)) == 151

    asyncio.run(write())
    clock.advance(150)
    asyncio.run(start())


STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from("abc"), st.integers(-3, 12)),
    st.tuples(st.just("text"), st.sampled_from("abc"), st.just(0)),
    st.tuples(st.just("delete"), st.sampled_from("abc"), st.just(0)),
    st.tuples(st.just("advance"), st.just(""), st.integers(0, 8)),
    st.tuples(st.just("toggle"), st.sampled_from(("ttl", "other")), st.just(0)),
    st.tuples(st.just("restart"), st.just(""), st.just(0)),
)


@settings(max_examples=examples(60))
@given(st.lists(STEPS, max_size=30))
def test_a_naive_model_of_expiry_agrees(steps):
    """After every step the table is what looking at every item at every step would leave."""

    async def main() -> None:
        async with MemoryStorage() as storage:
            calls = Calls(storage, ManualClock())
            await calls.table(view="KEYS_ONLY")
            expirer = await Expirer(storage, calls.clock).__aenter__()
            model, attribute = {}, None
            for step in steps:
                if step[0] == "restart":
                    await expirer.__aexit__(None, None, None)
                    expirer = await Expirer(storage, calls.clock).__aenter__()
                attribute = await _step(calls, model, attribute, *step)
                await expirer.idle()
                now = calls.clock.now()
                for key in [key for key, item in model.items() if _is_expired(item, attribute, now)]:
                    del model[key]

                assert await keys(calls) == sorted(model)
            await expirer.__aexit__(None, None, None)
            await _check_entries(calls, model, attribute)

    asyncio.run(main())


def _is_expired(item, attribute, now):
    value = item.get(attribute, {}).get("N")
    return value is not None and int(value) <= now


async def _step(calls, model, attribute, kind, name, number):
    """Do one step to the table and to the model; answers the attribute of Time to Live, None when it is off."""
    now = int(calls.clock.now())
    if kind == "put":
        model[name] = {"ttl": n(now + number), "other": n(now + 2 * number)}
        await put(calls, name, **model[name])
    elif kind == "text":
        model[name] = {"ttl": s("soon")}
        await put(calls, name, **model[name])
    elif kind == "delete":
        model.pop(name, None)
        await calls("DeleteItem", TableName="orders", Key={"id": s(name)})
    elif kind == "advance":
        calls.clock.advance(number)
    elif kind == "toggle":
        await enable(calls, attribute or name, on=attribute is None)
        return name if attribute is None else None
    return attribute


async def _check_entries(calls, model, attribute):
    """The index has an entry for each item that expires, and no other; no index is left when it is off."""
    if attribute is None:
        assert await entries(calls, expiry_index.ALARMS) == []
        return
    expected = sum("N" in item.get(attribute, {}) for item in model.values())
    assert len(await entries(calls, await space_of(calls))) == expected
