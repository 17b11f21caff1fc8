"""SQLite's write-ahead log starts at its beginning again, although a reader is open all the time."""

import asyncio

from tests.contract.backends import everything, put

from millrace.storage.sqlite import SqliteStorage


def test_the_log_stays_short_under_steady_load(tmp_path, monkeypatch):
    monkeypatch.setattr("millrace.storage.sqlite.storage_checkpoint_pages", 200)

    async def main():
        async with SqliteStorage(tmp_path / "data.db") as storage:

            async def one(name):
                for turn in range(250):
                    await storage.write(put("s", **{name: b"%d" % turn * 1_000}))
                    await storage.read(lambda r: next(r.range("s")))

            await asyncio.gather(*(one(str(number)) for number in range(8)))
            log = (tmp_path / "data.db-wal").stat().st_size
        async with SqliteStorage(tmp_path / "data.db") as storage:
            return log, await storage.read(everything("s"))

    log, rows = asyncio.run(main())
    print("log", log)  # noqa: T201  # shown with a failure
    assert log < 4_000_000
    assert rows == [(b"%d" % number, b"249" * 1_000) for number in range(8)]


def test_closing_leaves_one_file_and_the_lock(tmp_path):
    async def main():
        async with SqliteStorage(tmp_path / "data.db") as storage:
            await storage.write(lambda w: w.put("s", b"k", b"v"))

    asyncio.run(main())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.db", "data.db.lock"]
