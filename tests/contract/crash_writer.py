"""Writes until it is killed, and prints what was answered: `crash_writer.py PATH SEED DURABLE`."""

import asyncio
import os
import random  # noqa: TID251  # what is written where follows from the seed alone
import sys
from pathlib import Path

from millrace.storage.sqlite import SqliteStorage


async def main() -> None:
    path, seed, durable = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1"
    dice = random.Random(seed)
    async with SqliteStorage(path, durable=durable) as storage:

        async def write(writer_name: int) -> None:
            for turn in range(1_000_000):
                key = f"{seed}-{writer_name}-{turn}".encode()
                size = dice.choice([10, 100, 5_000])

                def fn(writer, key=key, size=size):
                    number = writer.append("j", key)
                    writer.put("s", key, b"%d:" % number + b"x" * size)
                    if number % 50 == 0:
                        writer.trim("j", number - 200)
                    if number % 500 == 0:
                        writer.drop("scratch")
                    writer.put("scratch", key, b"")
                    return number

                number = await storage.write(fn)
                os.write(1, b"%d %s\n" % (number, key))

        await asyncio.gather(*(write(name) for name in range(8)))


asyncio.run(main())
