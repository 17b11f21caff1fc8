"""Taking events at once, keeping them in order, forgetting them in time."""

import asyncio

import pytest

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.core.errors import StorageError
from millrace.logs.catalog import find_group, get_group, streams_by_last_event, streams_by_name
from millrace.logs.events import Position, read_group
from millrace.logs.log import Logs
from millrace.logs.operations import logs_service
from millrace.storage.memory import MemoryStorage

SCOPE = Scope("123456789012", "us-east-1")
ROOT = Principal("123456789012", "arn:aws:iam::123456789012:root", "123456789012")


def on(storage, test):
    async def run():
        async with storage, Logs(storage, ManualClock()) as logs:
            await test(logs)

    asyncio.run(run())


async def messages(logs, group="g"):
    def read(reader):
        found = find_group(reader, SCOPE, group)
        streams = [] if found is None else list(streams_by_name(reader, found))
        return [event.message for event in read_group(reader, streams, Position(0, 0, 0), 0, None)]

    return await logs.storage.read(read)


def test_events_are_kept_in_order_of_time_across_streams(storage):
    async def test(logs):
        logs.append(SCOPE, "g", "one", [(10, "a\n"), (30, "c\n")])
        logs.append(SCOPE, "g", "two", [(20, "b\n"), (30, "d\n")])
        logs.append(SCOPE, "g", "one", [(30, "e\n")])
        await logs.flush()

        assert await messages(logs) == ["a\n", "b\n", "c\n", "e\n", "d\n"]

    on(storage, test)


def test_events_of_one_millisecond_keep_their_order(storage):
    async def test(logs):
        lines = [f"{number}\n" for number in range(300)]
        for line in lines:
            logs.append(SCOPE, "g", "s", [(10, line)])
        await logs.flush()

        assert await messages(logs) == lines

    on(storage, test)


def test_append_does_not_wait_and_leaving_writes_everything(tmp_path):
    async def run():
        storage = MemoryStorage()
        async with storage:
            async with Logs(storage, ManualClock()) as logs:
                logs.append(SCOPE, "g", "s", [(1, "a")])
            assert await messages(logs) == ["a"]

    asyncio.run(run())


def test_who_watches_is_told_at_once_and_only_what_they_watch(storage):
    async def test(logs):
        one, every = [], []
        end = logs.subscribe(SCOPE, "g", lambda batch: one.extend(batch.events))
        logs.subscribe(SCOPE, None, lambda batch: every.append((batch.group, batch.stream)))
        logs.append(SCOPE, "g", "s", [(1, "a")])
        logs.append(SCOPE, "h", "s", [(1, "b")])
        logs.append(Scope("123456789012", "eu-west-1"), "g", "s", [(1, "c")])
        end()
        end()
        logs.append(SCOPE, "g", "s", [(2, "d")])

        assert one == [(1, "a")]
        assert every == [("g", "s"), ("h", "s"), ("g", "s")]

    on(storage, test)


def test_what_the_queue_cannot_hold_is_counted_in_the_log(storage, monkeypatch):
    monkeypatch.setattr(limits, "log_queue_bytes_max", 3 * (limits.log_event_overhead_bytes + 1))

    async def test(logs):
        for number in range(5):
            logs.append(SCOPE, "g", "s", [(number, str(number))])
        await logs.flush()

        assert (await messages(logs))[:3] == ["0", "1", "2"]
        assert (await messages(logs))[3:] == [
            "[millrace] 2 log events were dropped: they came faster than they could be written.\n"
        ]

    on(storage, test)


class Failing:
    """A storage whose next writes fail."""

    def __init__(self, storage):
        self.storage = storage
        self.failures = 1

    async def read(self, fn):
        return await self.storage.read(fn)

    async def write(self, fn):
        if self.failures:
            self.failures -= 1
            raise StorageError("no")
        return await self.storage.write(fn)


def test_what_could_not_be_written_is_tried_again(storage):
    async def run():
        async with storage:
            logs = Logs(Failing(storage), ManualClock())
            logs.append(SCOPE, "g", "s", [(1, "a")])
            with pytest.raises(StorageError):
                await logs.flush()
            logs.append(SCOPE, "g", "s", [(2, "b")])
            await logs.flush()

            assert await messages(logs) == ["a", "b"]

    asyncio.run(run())


def test_streams_are_found_by_their_last_event(storage):
    async def test(logs):
        for name, time in (("a", 30), ("b", 10), ("c", 20), ("b", 40)):
            logs.append(SCOPE, "g", name, [(time, "x")])
        await logs.flush()

        def read(reader):
            streams = streams_by_last_event(reader, get_group(reader, SCOPE, "g"), reverse=True)
            return [stream.name for stream in streams]

        assert await storage.read(read) == ["b", "a", "c"]

    on(storage, test)


def test_events_older_than_the_retention_go(storage):
    async def test(logs):
        now = logs.now_ms()
        logs.append(SCOPE, "g", "s", [(now - 86_400_000, "yesterday"), (now, "today")])
        logs.append(SCOPE, "kept", "s", [(now - 86_400_000, "yesterday")])
        await logs.flush()
        put = logs_service(logs).operations["PutRetentionPolicy"]
        await put(Context(SCOPE, ROOT, "r"), {"logGroupName": "g", "retentionInDays": 1})
        logs.clock.advance(60)
        await logs.sweep()

        assert await messages(logs) == ["today"]
        assert await messages(logs, "kept") == ["yesterday"]

    on(storage, test)


def test_the_sweep_comes_by_itself(storage):
    async def run():
        async with storage, Logs(storage, ManualClock()) as logs:
            swept = asyncio.Event()
            sweep = logs.sweep

            async def watched():
                await sweep()
                swept.set()

            logs.sweep = watched
            logs.clock.advance(limits.log_sweep_seconds)
            await swept.wait()

    asyncio.run(run())


def test_a_large_backlog_of_old_events_goes_in_small_transactions(storage, monkeypatch):
    monkeypatch.setattr(limits, "log_sweep_events_max", 10)

    async def test(logs):
        for stream in ("a", "b"):
            logs.append(SCOPE, "g", stream, [(number, "old") for number in range(25)])
        logs.append(SCOPE, "g", "b", [(logs.now_ms(), "new")])
        await logs.flush()
        put = logs_service(logs).operations["PutRetentionPolicy"]
        await put(Context(SCOPE, ROOT, "r"), {"logGroupName": "g", "retentionInDays": 1})
        await logs.sweep()

        assert await messages(logs) == ["new"]

    on(storage, test)


def test_a_position_reads_back_from_its_56_digits():
    position = Position(1_700_000_000_000, 7, 42)

    assert len(str(position)) == 56
    assert Position.parse(str(position)) == position
    with pytest.raises(ValueError):
        Position.parse("٣" * 56)
