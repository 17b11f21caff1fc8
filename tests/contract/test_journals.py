"""Journals number their records 1, 2, 3, … whatever happens, and wake who watches them."""

import asyncio

import pytest
from tests.contract.backends import append, every_backend, journal_of, lasting_backend, put, run


@every_backend
def test_records_are_numbered_from_one(backend, tmp_path):
    async def step(storage):
        first = await storage.write(append("j", b"a", b"b"))
        second = await storage.write(append("j", b"c"))
        other = await storage.write(append("k", b"x"))
        return first, second, other, await storage.read(journal_of("j"))

    assert run(backend, tmp_path, step) == ([1, 2], [3], [1], (0, 3, [(1, b"a"), (2, b"b"), (3, b"c")]))


@every_backend
def test_tail_gives_what_is_after_a_number_up_to_a_limit(backend, tmp_path):
    def look(reader):
        return [reader.tail("j", after, limit) for after, limit in ((0, 2), (2, 9), (4, 9), (9, 9), (1, 0))]

    async def step(storage):
        await storage.write(append("j", b"1", b"2", b"3", b"4"))
        return await storage.read(look)

    assert run(backend, tmp_path, step) == [[(1, b"1"), (2, b"2")], [(3, b"3"), (4, b"4")], [], [], []]


@every_backend
def test_a_transaction_sees_its_own_records(backend, tmp_path):
    def change(writer):
        writer.append("j", b"3")
        writer.trim("j", 1)
        number = writer.append("j", b"4")
        tails = [writer.tail("j", after, limit) for after, limit in ((0, 9), (0, 2), (2, 1), (3, 9))]
        return number, writer.head("j"), writer.floor("j"), tails

    async def step(storage):
        await storage.write(append("j", b"1", b"2"))
        return await storage.write(change), await storage.read(journal_of("j"))

    two, three, four = (2, b"2"), (3, b"3"), (4, b"4")
    tails = [[two, three, four], [two, three], [three], [four]]
    assert run(backend, tmp_path, step) == ((4, 4, 1, tails), (1, 4, [two, three, four]))


@every_backend
def test_trimming_does_not_touch_the_numbers(backend, tmp_path):
    async def step(storage):
        await storage.write(append("j", b"1", b"2", b"3"))
        await storage.write(lambda writer: writer.trim("j", 2))
        some = await storage.read(journal_of("j"))
        await storage.write(lambda writer: writer.trim("j", 1))
        await storage.write(lambda writer: writer.trim("j", 99))
        nothing = await storage.read(journal_of("j"))
        return some, nothing, await storage.write(append("j", b"4"))

    assert run(backend, tmp_path, step) == ((2, 3, [(3, b"3")]), (3, 3, []), [4])


@every_backend
def test_records_trimmed_by_the_transaction_that_appends_them_still_count(backend, tmp_path):
    def change(writer):
        number = writer.append("j", b"gone")
        writer.trim("j", number)

    async def step(storage):
        for _ in range(3):
            await storage.write(change)
        return await storage.write(append("j", b"kept")), await storage.read(journal_of("j"))

    assert run(backend, tmp_path, step) == ([4], (3, 4, [(4, b"kept")]))


@lasting_backend
def test_numbers_go_on_after_a_restart_also_when_all_is_trimmed(backend, tmp_path):
    async def fill(storage):
        await storage.write(append("kept", b"1", b"2"))
        await storage.write(append("trimmed", b"1", b"2", b"3"))
        await storage.write(lambda writer: writer.trim("trimmed", 3))

    async def go_on(storage):
        return await storage.write(
            lambda w: (w.append("kept", b"x"), w.append("trimmed", b"x"), journal_of("trimmed")(w))
        )

    assert run(backend, tmp_path, fill, go_on) == (3, 4, (3, 4, [(4, b"x")]))


@lasting_backend
def test_trimmed_records_leave_nothing_behind(backend, tmp_path):
    async def trim(storage):
        await storage.write(append("j", *[b"x"] * 2_000))
        await storage.write(append("k", *[b"x"] * 5))
        await storage.write(lambda writer: writer.trim("j", 1_999))

    async def go_on(storage):
        for _ in range(20):
            await storage.write(put("other", k=b"v"))
        rows = storage._open._file.writer.execute("SELECT count(*) FROM record").fetchone()
        return rows, await storage.read(journal_of("j"))

    assert run(backend, tmp_path, trim, go_on) == ((6,), (1_999, 2_000, [(2_000, b"x")]))


@every_backend
def test_a_dropped_journal_starts_at_one_again(backend, tmp_path):
    def drop_and_go_on(writer):
        writer.drop("j")
        empty = journal_of("j")(writer)
        return empty, writer.append("j", b"new"), journal_of("j")(writer)

    async def step(storage):
        await storage.write(append("j", b"1", b"2", b"3"))
        await storage.write(lambda writer: writer.trim("j", 1))
        within = await storage.write(drop_and_go_on)
        after = await storage.read(journal_of("j"))
        await storage.write(lambda writer: writer.drop("j"))
        return within, after, await storage.read(journal_of("j"))

    new = (0, 1, [(1, b"new")])
    assert run(backend, tmp_path, step) == (((0, 0, []), 1, new), new, (0, 0, []))


@every_backend
def test_who_follows_a_journal_misses_no_record(backend, tmp_path):
    async def step(storage):
        woken = asyncio.Event()
        storage.watch("j", woken.set)
        seen = []

        async def follow():
            while len(seen) < 300:
                await woken.wait()
                woken.clear()
                seen.extend(await storage.read(lambda reader: reader.tail("j", len(seen), 7)))
                if len(seen) < await storage.read(lambda reader: reader.head("j")):
                    woken.set()

        async def thirty(number):
            for turn in range(30):
                await storage.write(append("j", b"%d-%d" % (number, turn)))

        await asyncio.gather(follow(), *(thirty(number) for number in range(10)))
        return seen

    assert [number for number, _ in run(backend, tmp_path, step)] == list(range(1, 301))


@every_backend
def test_a_watcher_is_called_once_the_record_can_be_read_and_no_more_when_it_ended(backend, tmp_path):
    async def step(storage):
        called = asyncio.get_running_loop().create_future()
        calls = []
        end = storage.watch("j", lambda: called.done() or called.set_result(None))
        storage.watch("other", lambda: calls.append("other"))
        end_late = storage.watch("j", lambda: calls.append("late"))
        end_late()
        write = asyncio.ensure_future(storage.write(append("j", b"r")))
        await called
        head = await storage.read(lambda reader: reader.head("j"))
        await write
        end()
        end()
        storage.watch("j", lambda: calls.append("still there"))
        await storage.write(append("j", b"s"))
        await storage.write(append("k", b"s"))
        return head, calls

    assert run(backend, tmp_path, step) == (1, ["still there"])


@every_backend
def test_a_watcher_hears_nothing_of_a_transaction_that_raised(backend, tmp_path):
    def append_and_raise(writer):
        writer.append("j", b"never")
        raise ValueError("stop")

    async def step(storage):
        calls = []
        storage.watch("j", lambda: calls.append("called"))
        with pytest.raises(ValueError, match="stop"):
            await storage.write(append_and_raise)
        await storage.write(put("s", k=b"v"))
        await storage.write(put("s", k=b"w"))
        return calls

    assert run(backend, tmp_path, step) == []
