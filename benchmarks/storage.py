"""How fast a database takes writes and gives reads: `python benchmarks/storage.py [--seconds 2] [--size 300]`.

A write does what PutItem does to the database: three gets (catalog, settings, old item), two puts (item and
index row) and one append (stream record). A read does two gets (catalog and item).
"""

import argparse
import asyncio
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from millrace.storage.interface import Reader, Storage, Writer
from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage

KEYS = 50_000


def key(number: int) -> bytes:
    return hashlib.blake2b(number.to_bytes(8), digest_size=16).digest() + b"sort"


def write_of(item: bytes, value: bytes) -> Callable[[Writer], int]:
    def put_item(writer: Writer) -> int:
        writer.get("catalog", b"orders")
        writer.get("settings", b"orders")
        writer.get("table/orders", item)
        writer.put("table/orders", item, value)
        writer.put("index/orders", item[::-1], value[:50])
        return writer.append("shard/orders", value)

    return put_item


def read_of(item: bytes) -> Callable[[Reader], bytes | None]:
    def get_item(reader: Reader) -> bytes | None:
        reader.get("catalog", b"orders")
        return reader.get("table/orders", item)

    return get_item


async def writers(storage: Storage, count: int, seconds: float, size: int) -> list[float]:
    """Latencies of all writes of `count` concurrent writers, in seconds."""
    latencies: list[float] = []
    end = time.perf_counter() + seconds

    async def one(number: int) -> None:
        turn = 0
        while (start := time.perf_counter()) < end:
            turn += count
            await storage.write(write_of(key((turn + number) * 7919 % KEYS), os.urandom(size)))
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(one(number) for number in range(count)))
    return latencies


async def readers(storage: Storage, seconds: float) -> list[float]:
    latencies: list[float] = []
    end = time.perf_counter() + seconds
    turn = 0
    while (start := time.perf_counter()) < end:
        turn += 1
        await storage.read(read_of(key(turn * 7919 % KEYS)))
        latencies.append(time.perf_counter() - start)
    return latencies


def report(title: str, latencies: list[float], seconds: float) -> None:
    latencies.sort()
    p50, p99, worst = (latencies[int((len(latencies) - 1) * part)] * 1e6 for part in (0.5, 0.99, 1))
    rate = len(latencies) / seconds
    print(
        f"  {title:24} {rate:9,.0f}/s   p50 {p50:7,.1f} µs   p99 {p99:8,.1f} µs   max {worst:9,.1f} µs",
        flush=True,
    )


async def fill(storage: Storage, size: int) -> None:
    def some(first: int) -> Callable[[Writer], None]:
        def put(writer: Writer) -> None:
            writer.put("catalog", b"orders", b"x" * 500)
            writer.put("settings", b"orders", b"x" * 500)
            for number in range(first, first + 5_000):
                writer.put("table/orders", key(number), os.urandom(size))

        return put

    for first in range(0, KEYS, 5_000):
        await storage.write(some(first))


async def measure(storage: Storage, name: str, seconds: float, size: int) -> None:
    print(name)
    await fill(storage, size)
    for count in (1, 16, 64):
        report(f"{count} writers", await writers(storage, count, seconds, size), seconds)
    report("reads, idle", await readers(storage, seconds), seconds)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--size", type=int, default=300, help="bytes of a value")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        for name, storage in {
            "sqlite": SqliteStorage(Path(place, "durable.db")),
            "sqlite, durable=False": SqliteStorage(Path(place, "light.db"), durable=False),
            "memory": MemoryStorage(),
        }.items():
            if asked.only in ("", name):
                async with storage:
                    await measure(storage, name, asked.seconds, asked.size)


if __name__ == "__main__":
    uvloop.run(main())
