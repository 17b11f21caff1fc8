"""Spaces hold bytes in byte order, over every database."""

import asyncio
import os

from tests.contract.backends import (
    SQLITE,
    every_backend,
    everything,
    lasting_backend,
    put,
    run,
)

ROWS = [
    (b"", b"0"),
    (b"\x00", b"1"),
    (b"a", b"2"),
    (b"a\x00", b"3"),
    (b"ab", b"4"),
    (b"b", b"5"),
    (b"\xff", b"6"),
]


def put_rows(writer):
    for key, value in reversed(ROWS):
        writer.put("s", key, value)


@every_backend
def test_a_value_is_read_back_until_it_is_deleted(backend, tmp_path):
    async def step(storage):
        await storage.write(put("s", k=b"old"))
        await storage.write(put("s", k=b"new"))
        found = await storage.read(lambda reader: reader.get("s", b"k"))
        await storage.write(lambda writer: writer.delete("s", b"k"))
        return found, await storage.read(lambda reader: reader.get("s", b"k"))

    assert run(backend, tmp_path, step) == (b"new", None)


@every_backend
def test_what_was_never_written_is_empty(backend, tmp_path):
    def look(reader):
        return (
            reader.get("s", b"k"),
            list(reader.range("s")),
            reader.tail("s", 0, 9),
            reader.head("s"),
            reader.floor("s"),
        )

    async def step(storage):
        await storage.write(lambda writer: (writer.delete("s", b"k"), writer.drop("t"), writer.trim("j", 5)))
        return await storage.read(look), await storage.write(look)

    empty = (None, [], [], 0, 0)
    assert run(backend, tmp_path, step) == (empty, empty)


@every_backend
def test_write_gives_what_its_function_returns(backend, tmp_path):
    assert run(backend, tmp_path, lambda storage: storage.write(lambda _: "answer")) == "answer"


@every_backend
def test_empty_keys_and_values_are_kept(backend, tmp_path):
    async def step(storage):
        await storage.write(lambda writer: writer.put("s", b"", b""))
        return await storage.read(everything("s"))

    assert run(backend, tmp_path, step) == [(b"", b"")]


@every_backend
def test_ranges_are_in_byte_order_and_half_open(backend, tmp_path):
    def look(reader):
        return (
            list(reader.range("s")),
            list(reader.range("s", b"a", b"b")),
            list(reader.range("s", b"a", b"b", reverse=True)),
            list(reader.range("s", b"ab", limit=2)),
            list(reader.range("s", reverse=True, limit=3)),
            list(reader.range("s", b"b", b"a")),
            list(reader.range("s", limit=0)),
        )

    async def step(storage):
        await storage.write(put_rows)
        return await storage.read(look), await storage.write(look)

    expected = (ROWS, ROWS[2:5], ROWS[4:1:-1], ROWS[4:6], ROWS[:3:-1], [], [])
    assert run(backend, tmp_path, step) == (expected, expected)


@every_backend
def test_ranges_show_the_changes_of_their_own_transaction(backend, tmp_path):
    def change(writer):
        writer.delete("s", b"a")
        writer.put("s", b"ab", b"changed")
        writer.put("s", b"aa", b"new")
        writer.delete("s", b"nothing")
        return (
            list(writer.range("s", b"a", b"b")),
            list(writer.range("s", b"a", b"b", reverse=True)),
            list(writer.range("s", b"a", limit=2)),
            list(writer.range("s", b"", b"b", reverse=True, limit=2)),
        )

    async def step(storage):
        await storage.write(put_rows)
        return await storage.write(change)

    inside = [(b"a\x00", b"3"), (b"aa", b"new"), (b"ab", b"changed")]
    assert run(backend, tmp_path, step) == (inside, inside[::-1], inside[:2], inside[:0:-1])


@every_backend
def test_what_a_range_goes_over_may_be_changed_on_the_way(backend, tmp_path):
    def double(writer):
        seen = []
        for key, value in writer.range("s"):
            seen.append(key)
            writer.delete("s", key)
            writer.put("s", key + b"!", value)
        return seen

    async def step(storage):
        await storage.write(put("s", a=b"1", b=b"2"))
        return await storage.write(double), await storage.read(everything("s"))

    assert run(backend, tmp_path, step) == ([b"a", b"b"], [(b"a!", b"1"), (b"b!", b"2")])


@every_backend
def test_many_ranges_can_be_open_at_once(backend, tmp_path):
    def interleave(reader):
        ranges = [reader.range("s", reverse=reverse) for reverse in (False, True, False)]
        return [next(rows)[0] for _ in range(2) for rows in ranges]

    async def step(storage):
        await storage.write(put("s", a=b"", b=b"", c=b""))
        return await storage.read(interleave)

    assert run(backend, tmp_path, step) == [b"a", b"c", b"a", b"b", b"b", b"b"]


@every_backend
def test_an_unfinished_range_does_not_hold_up_what_follows(backend, tmp_path):
    kept = []

    async def step(storage):
        await storage.write(put_rows)
        await storage.read(lambda reader: kept.append(next(reader.range("s"))))
        await storage.write(lambda writer: kept.append(writer.range("s", b"a")) or next(kept[-1]))
        await storage.write(put("s", a=b"new"))
        return await storage.read(lambda reader: reader.get("s", b"a"))

    assert run(backend, tmp_path, step) == b"new"


@every_backend
def test_spaces_are_apart_and_may_have_any_name(backend, tmp_path):
    names = ["", "a", "A", "a/b", "a b", "ä", "日本", "'; DROP TABLE entry; --", "nul\x00l", "x" * 10_000]

    def fill(writer):
        for name in names:
            writer.put(name, b"k", name.encode())

    async def step(storage):
        await storage.write(fill)
        await storage.write(lambda writer: writer.drop("a"))
        return await storage.read(lambda reader: [reader.get(name, b"k") for name in names])

    assert run(backend, tmp_path, step) == [None if name == "a" else name.encode() for name in names]


@every_backend
def test_a_name_that_is_no_text_is_refused_without_harm_to_others(backend, tmp_path):
    async def step(storage):
        return await asyncio.gather(
            storage.write(put("s", a=b"1")),
            storage.write(lambda writer: writer.put("\ud800", b"k", b"v")),
            storage.write(put("s", b=b"2")),
            return_exceptions=True,
        ), await storage.read(everything("s"))

    (first, refused, last), rows = run(backend, tmp_path, step)
    assert (first, type(refused), last, rows) == (
        None,
        UnicodeEncodeError,
        None,
        [(b"a", b"1"), (b"b", b"2")],
    )


@every_backend
def test_a_dropped_space_is_empty_at_once_and_can_be_filled_anew(backend, tmp_path):
    def drop(writer):
        writer.put("s", b"late", b"")
        writer.drop("s")
        writer.put("s", b"new", b"1")
        return list(writer.range("s")), writer.get("s", b"a")

    async def step(storage):
        await storage.write(put_rows)
        within = await storage.write(drop)
        after = await storage.read(everything("s"))
        await storage.write(lambda writer: writer.drop("s"))
        return within, after, await storage.read(everything("s"))

    assert run(backend, tmp_path, step) == (([(b"new", b"1")], None), [(b"new", b"1")], [])


@every_backend
def test_a_large_value_and_many_keys_are_kept(backend, tmp_path):
    large = os.urandom(1 << 20)
    keys = [number.to_bytes(4) for number in range(10_000)]
    shuffled = sorted(keys, key=lambda key: key[::-1])

    def fill(writer):
        for key in shuffled:
            writer.put("many", key, key)
        writer.put("large", b"k", large)

    async def step(storage):
        await storage.write(fill)
        return await storage.read(
            lambda reader: ([key for key, _ in reader.range("many")], reader.get("large", b"k"))
        )

    assert run(backend, tmp_path, step) == (keys, large)


@lasting_backend
def test_a_dropped_space_of_many_rows_leaves_nothing_behind(backend, tmp_path):
    """The rows go a few at a time, with later commits, and the rest after the database was opened again."""

    def fill(writer):
        for number in range(3_000):
            writer.put("s", number.to_bytes(4), b"x" * 50)

    async def drop(storage):
        await storage.write(fill)
        await storage.write(lambda writer: writer.drop("s"))

    async def go_on(storage):
        for _ in range(20):
            await storage.write(put("other", k=b"v"))
        return storage._open._sweeps, storage._open._file.writer.execute(
            "SELECT count(*) FROM entry"
        ).fetchone()

    assert run(backend, tmp_path, drop, go_on) == ({}, (1,))


@lasting_backend
def test_everything_is_there_after_a_restart(backend, tmp_path):
    async def fill(storage):
        await storage.write(put_rows)
        await storage.write(lambda writer: writer.drop("gone"))

    assert run(backend, tmp_path, fill, lambda storage: storage.read(everything("s"))) == ROWS


def test_thousands_of_spaces_cost_no_more_than_their_rows(tmp_path):
    def fill(writer):
        for number in range(5_000):
            writer.put(f"space/{number}", b"k", b"v")

    async def step(storage):
        await storage.write(fill)

    async def count(storage):
        return await storage.read(
            lambda reader: sum(reader.get(f"space/{n}", b"k") == b"v" for n in range(5_000))
        )

    assert run(SQLITE, tmp_path, step, count) == 5_000
