"""A disk that is full, a file that is damaged, a directory that is closed: said plainly, and nothing is lost."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys

import pytest
from tests.contract.backends import append, everything, journal_of, put

from millrace.core.errors import StorageError, StorageFullError
from millrace.storage.sqlite import SqliteStorage


def limit_pages(storage: SqliteStorage, pages: int) -> None:
    storage._open._file.writer.execute(f"PRAGMA max_page_count = {pages}").fetchall()


def fill(size: int):
    def fn(writer):
        writer.append("j", b"large")
        writer.put("s", b"large %d" % size, os.urandom(size))

    return fn


def test_a_full_disk_fails_the_whole_group_and_room_lets_writes_go_on(tmp_path):
    async def main():
        async with SqliteStorage(tmp_path / "data.db") as storage:
            await storage.write(put("s", a=b"1"))
            await storage.write(append("j", b"r1"))
            limit_pages(storage, 1)
            together = (
                storage.write(fill(100_000)),
                storage.write(append("j", b"never")),
                storage.write(fill(10)),
            )
            errors = await asyncio.gather(*together, return_exceptions=True)
            during = await storage.read(lambda r: (list(r.range("s")), journal_of("j")(r)))
            limit_pages(storage, 1_000_000)
            number = await storage.write(append("j", b"r2"))
            after = await storage.read(lambda r: (list(r.range("s")), journal_of("j")(r)))
            return errors, during, number, after

    errors, during, number, after = asyncio.run(main())
    assert [type(error) for error in errors] == [StorageFullError] * 3
    assert "no room left" in str(errors[0])
    assert during == ([(b"a", b"1")], (0, 1, [(1, b"r1")]))
    assert number == [2]
    assert after == ([(b"a", b"1")], (0, 2, [(1, b"r1"), (2, b"r2")]))


def test_who_came_after_a_group_that_failed_is_run_again(tmp_path):
    """The second saw the first's change before it was durable; it was not to be, so the second starts anew."""

    async def main():
        async with SqliteStorage(tmp_path / "data.db") as storage:
            await storage.write(put("s", a=b"1"))
            committer = storage._open
            committer._submit = lambda job, done: asyncio.get_running_loop().call_soon(
                lambda: (
                    setattr(committer, "_submit", type(committer)._submit.__get__(committer)),
                    second_comes(done),
                )
            )
            second = None

            def second_comes(done):
                nonlocal second
                second = asyncio.ensure_future(storage.write(lambda w: w.get("s", b"a")))
                asyncio.get_running_loop().call_soon(lambda: done(sqlite3.OperationalError("disk I/O error")))

            with pytest.raises(StorageError, match="disk I/O error"):
                await storage.write(put("s", a=b"2"))
            return await second, await storage.read(everything("s"))

    assert asyncio.run(main()) == (b"1", [(b"a", b"1")])


FILE_SIZE_LIMIT = """
import asyncio, resource, signal, sys, os
from pathlib import Path
from millrace.core.errors import StorageError
from millrace.storage.sqlite import SqliteStorage

async def main():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    async with SqliteStorage(Path(sys.argv[1])) as storage:
        written, refused = [], 0
        for limit in (3_000_000, resource.RLIM_INFINITY):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            for turn in range(100):
                key = b"%d-%d" % (limit, turn)
                try:
                    await storage.write(lambda w: (w.put("s", key, os.urandom(100_000)), w.append("j", key)))
                    written.append(key)
                except StorageError:
                    refused += 1
        rows = [key for key, _ in await storage.read(lambda r: list(r.range("s")))]
        head = await storage.read(lambda r: r.head("j"))
        print(sorted(written) == sorted(rows), head == len(written), refused > 0, len(written) > 100)
asyncio.run(main())
"""


def test_writes_that_the_file_system_refuses_are_not_there_and_later_ones_are(tmp_path):
    """A limit on the size of files makes real write errors in the middle of a commit."""
    program = [sys.executable, "-c", FILE_SIZE_LIMIT, str(tmp_path / "data.db")]
    done = subprocess.run(program, capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("True True True True\n", "")


def test_a_second_opener_is_refused(tmp_path):
    async def main():
        async with SqliteStorage(tmp_path / "data.db") as storage:
            with pytest.raises(StorageError, match="open in another millrace"):
                async with SqliteStorage(tmp_path / "data.db"):
                    pass
            await storage.write(put("s", a=b"1"))
        async with SqliteStorage(tmp_path / "data.db") as storage:
            return await storage.read(everything("s"))

    assert asyncio.run(main()) == [(b"a", b"1")]


def open_error(path) -> str:
    async def main():
        async with SqliteStorage(path):
            pass

    with pytest.raises(StorageError) as raised:
        asyncio.run(main())
    return str(raised.value)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "data.db"
    path.write_bytes(b"these are not the bytes of a database" * 1_000)

    assert "is damaged or is not a database" in open_error(path)
    assert path.read_bytes().startswith(b"these are not")


def test_a_database_of_another_program_is_refused(tmp_path):
    path = tmp_path / "data.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()

    assert "is a database of another program" in open_error(path)


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "data.db"

    async def make():
        async with SqliteStorage(path):
            pass

    asyncio.run(make())
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    assert "was made by a newer millrace (format 99)" in open_error(path)


def test_damage_found_later_is_a_storage_error(tmp_path):
    path = tmp_path / "data.db"

    async def fill_it():
        async with SqliteStorage(path) as storage:
            await storage.write(
                lambda writer: [writer.put("s", b"%05d" % n, b"x" * 500) for n in range(2_000)]
            )

    async def read_it():
        async with SqliteStorage(path) as storage:
            with pytest.raises(StorageError, match="damaged"):
                await storage.read(everything("s"))

    asyncio.run(fill_it())
    with path.open("r+b") as file:
        file.seek(40 * 4096)
        file.write(b"\xff" * 4096 * 20)
    asyncio.run(read_it())


def test_a_path_that_cannot_be_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")

    assert "cannot be opened" in open_error(tmp_path / "file" / "data.db")
    assert "cannot be opened" in open_error(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_without_permission_is_a_storage_error(tmp_path):
    tmp_path.chmod(0o500)
    try:
        assert "readable and writable for this user" in open_error(tmp_path / "data.db")
    finally:
        tmp_path.chmod(0o700)


def test_missing_directories_are_made_for_this_user_alone(tmp_path):
    async def main():
        async with SqliteStorage(tmp_path / "a" / "b" / "data.db"):
            return [stat.S_IMODE((tmp_path / place).stat().st_mode) for place in ("a", "a/b")]

    assert asyncio.run(main()) == [0o700, 0o700]
