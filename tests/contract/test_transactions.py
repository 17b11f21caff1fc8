"""A transaction is one function: all of it, or nothing; one after the other; durable when answered."""

import asyncio
import threading

import pytest
from tests.contract.backends import SQLITE, append, every_backend, everything, journal_of, next_turn, put, run

from millrace.core.errors import StorageError


class StopError(Exception):
    pass


def half_then_stop(writer):
    writer.put("s", b"a", b"never")
    writer.put("s", b"new", b"never")
    writer.delete("s", b"b")
    writer.append("j", b"never")
    writer.trim("j", 1)
    writer.drop("t")
    writer.put("t", b"k", b"never")
    writer.drop("j")
    writer.append("j", b"never")
    raise StopError


@every_backend
def test_a_function_that_raises_changes_nothing(backend, tmp_path):
    async def step(storage):
        await storage.write(put("s", a=b"1", b=b"2"))
        await storage.write(put("t", k=b"3"))
        await storage.write(append("j", b"r1"))
        with pytest.raises(StopError):
            await storage.write(half_then_stop)
        return await storage.read(lambda r: (list(r.range("s")), list(r.range("t")), journal_of("j")(r)))

    assert run(backend, tmp_path, step) == (
        [(b"a", b"1"), (b"b", b"2")],
        [(b"k", b"3")],
        (0, 1, [(1, b"r1")]),
    )


@every_backend
def test_those_that_raise_do_no_harm_to_those_beside_them(backend, tmp_path):
    async def step(storage):
        await storage.write(put("s", a=b"1", b=b"2"))
        writes = []
        for number in range(20):
            writes.append(storage.write(append("j", b"%d" % number)))
            writes.append(storage.write(half_then_stop))
            writes.append(storage.write(put("s", **{f"k{number:02}": b""})))
        answers = await asyncio.gather(*writes, return_exceptions=True)
        return answers, await storage.read(lambda r: (journal_of("j")(r), len(list(r.range("s")))))

    answers, (journal, rows) = run(backend, tmp_path, step)
    assert answers[0::3] == [[number] for number in range(1, 21)]
    assert {type(answer) for answer in answers[1::3]} == {StopError}
    assert journal == (0, 20, [(number + 1, b"%d" % number) for number in range(20)])
    assert rows == 22


@every_backend
def test_concurrent_writes_happen_one_after_the_other(backend, tmp_path):
    def add_one(writer):
        count = int(writer.get("s", b"count") or b"0") + 1
        writer.put("s", b"count", b"%d" % count)
        return count

    async def step(storage):
        async def twenty():
            return [await storage.write(add_one) for _ in range(20)]

        return await asyncio.gather(*(twenty() for _ in range(20)))

    counts = run(backend, tmp_path, step)
    assert sorted(count for one in counts for count in one) == list(range(1, 401))
    assert all(one == sorted(one) for one in counts)


def test_a_read_shows_no_write_that_is_not_durable(tmp_path):
    """The disk is held up: the write's own successors see it, a read does not."""

    async def step(storage):
        await storage.write(put("s", k=b"old"))
        disk = threading.Event()
        storage._open._thread.submit(disk.wait, lambda _: None)
        woken = []
        storage.watch("j", lambda: woken.append(1))
        first = asyncio.ensure_future(
            storage.write(lambda w: (w.put("s", b"k", b"new"), w.append("j", b"r")))
        )
        seen = []
        second = None
        for turn in range(20):
            await next_turn()
            seen.append(
                await storage.read(lambda r: (r.get("s", b"k"), list(r.range("s")), journal_of("j")(r)))
            )
            if turn == 10:
                second = asyncio.ensure_future(
                    storage.write(lambda w: (w.get("s", b"k"), w.append("j", b"r2")))
                )
        held_up = (first.done(), second.done(), list(woken))
        disk.set()
        await first
        return set(map(repr, seen)), held_up, await second, await storage.read(lambda r: r.get("s", b"k"))

    old = repr((b"old", [(b"k", b"old")], (0, 0, [])))
    assert run(SQLITE, tmp_path, step) == ({old}, (False, False, []), (b"new", 2), b"new")


@every_backend
def test_a_write_is_seen_by_the_next_read(backend, tmp_path):
    async def step(storage):
        async def one(number):
            await storage.write(put("s", k=b"%d" % number))
            return int(await storage.read(lambda reader: reader.get("s", b"k")))

        return [await one(number) for number in range(50)]

    assert run(backend, tmp_path, step) == list(range(50))


@every_backend
def test_a_read_sees_one_state(backend, tmp_path):
    def both(writer):
        number = b"%d" % (int(writer.get("a", b"k") or b"0") + 1)
        writer.put("a", b"k", number)
        writer.put("b", b"k", number)
        writer.append("j", number)

    def look(reader):
        return int(reader.get("a", b"k") or b"0"), int(reader.get("b", b"k") or b"0"), reader.head("j")

    async def step(storage):
        writes = asyncio.gather(*(storage.write(both) for _ in range(200)))
        seen = []
        while not writes.done():
            seen.append(await storage.read(look))
            await storage.write(both)
        return seen

    assert [state for state in run(backend, tmp_path, step) if len(set(state)) != 1] == []


@every_backend
def test_a_function_may_be_run_again_with_the_same_effect(backend, tmp_path):
    def once(writer):
        if writer.get("s", b"k") is None:
            writer.put("s", b"k", b"v")
            return writer.append("j", b"r")
        return writer.head("j")

    async def step(storage):
        return [await storage.write(once) for _ in range(3)], await storage.read(journal_of("j"))

    assert run(backend, tmp_path, step) == ([1, 1, 1], (0, 1, [(1, b"r")]))


@every_backend
def test_a_caller_that_goes_away_does_not_take_others_along(backend, tmp_path):
    async def step(storage):
        first = asyncio.ensure_future(storage.write(put("s", a=b"1")))
        second = asyncio.ensure_future(storage.write(put("s", b=b"2")))
        await storage.write(put("s", c=b"3"))
        third = asyncio.ensure_future(storage.write(put("s", d=b"4")))
        first.cancel()
        third.cancel()
        await asyncio.gather(first, third, return_exceptions=True)
        await second
        await storage.write(put("s", e=b"5"))
        rows = dict(await storage.read(everything("s")))
        return [rows.get(key) for key in (b"b", b"c", b"e")]

    assert run(backend, tmp_path, step) == [b"2", b"3", b"5"]


@every_backend
def test_closing_waits_for_writes_under_way(backend, tmp_path):
    async def step():
        async with backend.open(tmp_path) as storage:
            writes = [asyncio.ensure_future(storage.write(put("s", **{f"k{n}": b""}))) for n in range(30)]
            await next_turn()
        return await asyncio.gather(*writes)

    assert asyncio.run(step()) == [None] * 30


@every_backend
def test_a_closed_database_says_so(backend, tmp_path):
    async def step():
        async with backend.open(tmp_path) as storage:
            pass
        with pytest.raises(StorageError, match="closed"):
            await storage.read(everything("s"))
        with pytest.raises(StorageError, match="closed"):
            await storage.write(put("s", k=b"v"))

    asyncio.run(step())


def test_a_range_does_not_read_what_is_not_asked_for(tmp_path):
    """Counted in SQLite's own steps: 10 rows of 20,000 must not cost more than a few hundred."""

    def fill(writer):
        for number in range(20_000):
            writer.put("s", number.to_bytes(4), b"x" * 100)

    async def step(storage):
        await storage.write(fill)
        ticks = []
        storage._open._file.reader.set_progress_handler(lambda: ticks.append(1) and None, 10)

        def ten(reader):
            rows = reader.range("s", reverse=True)
            return [next(rows)[0] for _ in range(10)]

        def ten_over_changes(writer):
            writer.put("s", b"\xff", b"")
            return ten(writer)

        answers = await storage.read(ten), await storage.write(ten_over_changes)
        storage._open._file.reader.set_progress_handler(None, 0)
        return len(answers[0]), len(answers[1]), len(ticks) < 100

    assert run(SQLITE, tmp_path, step) == (10, 10, True)
