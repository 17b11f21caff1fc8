"""What was answered is there after SIGKILL at any moment, and the files of a killed process open again."""

import asyncio
import os
import random  # noqa: TID251  # a seed is printed with a failure, and replays it
import subprocess
import sys
from pathlib import Path

from tests.contract.backends import everything

from millrace.storage.sqlite import SqliteStorage

WRITER = Path(__file__).with_name("crash_writer.py")


def write_until_killed(path: Path, seed: int, answers: int) -> dict[bytes, int]:
    """Let a process write, kill it after so many answers (and as many as slip out), give its answers."""
    command = [sys.executable, str(WRITER), str(path), str(seed), "1"]
    acknowledged: dict[bytes, int] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
        text = b""
        while text.count(b"\n") < answers:
            more = os.read(process.stdout.fileno(), 65536)
            assert more, "the writer ended by itself"
            text += more
        process.kill()
        text += process.stdout.read()
    for line in text.splitlines():
        number, _, key = line.partition(b" ")
        acknowledged[key] = int(number)
    return acknowledged


def check(path: Path, acknowledged: dict[bytes, int]) -> None:
    def look(reader):
        head, floor = reader.head("j"), reader.floor("j")
        return dict(reader.range("s")), reader.tail("j", 0, 10**9), head, floor, list(reader.range("scratch"))

    async def read():
        async with SqliteStorage(path) as storage:
            return await storage.read(look)

    rows, records, head, floor, scratch = asyncio.run(read())
    for key, number in acknowledged.items():
        assert rows[key].startswith(b"%d:" % number)
    assert [number for number, _ in records] == list(range(floor + 1, head + 1))
    assert head == len(rows)
    assert all(rows[key].startswith(b"%d:" % number) for number, key in records)
    assert len(scratch) == (head % 500 + 1 if head >= 500 else head)


def test_every_answered_write_survives_sigkill(tmp_path):
    seed = int(os.environ.get("MILLRACE_SEED", random.SystemRandom().randrange(2**32)))
    print("MILLRACE_SEED", seed)  # noqa: T201  # shown with a failure, to replay it
    dice = random.Random(seed)
    acknowledged: dict[bytes, int] = {}
    for turn in range(6):
        acknowledged |= write_until_killed(
            tmp_path / "data.db", seed + turn, dice.choice([1, 20, 300, 2_000])
        )
        check(tmp_path / "data.db", acknowledged)


def test_a_database_opens_after_its_process_was_killed_and_takes_writes(tmp_path):
    write_until_killed(tmp_path / "data.db", 1, 10)

    async def write():
        async with SqliteStorage(tmp_path / "data.db") as storage:
            await storage.write(lambda writer: writer.put("new", b"k", b"v"))
            return await storage.read(everything("new"))

    assert asyncio.run(write()) == [(b"k", b"v")]
