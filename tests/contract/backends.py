"""The databases that the contract suite runs over, and how to talk to them from a plain test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from millrace.storage.interface import Reader, Storage, Writer
from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage


@dataclass(frozen=True)
class Backend:
    """A kind of database. `open` again on the same path shows what was there, if it `lasts`."""

    name: str
    lasts: bool
    open: Callable[[Path], SqliteStorage | MemoryStorage]


SQLITE = Backend("sqlite", lasts=True, open=lambda place: SqliteStorage(place / "data.db"))
LIGHT = Backend(
    "sqlite-light", lasts=True, open=lambda place: SqliteStorage(place / "data.db", durable=False)
)
MEMORY = Backend("memory", lasts=False, open=lambda _: MemoryStorage())

every_backend = pytest.mark.parametrize("backend", [SQLITE, LIGHT, MEMORY], ids=lambda backend: backend.name)
lasting_backend = pytest.mark.parametrize("backend", [SQLITE, LIGHT], ids=lambda backend: backend.name)


def run(backend: Backend, place: Path, *steps: Callable[[Storage], Awaitable[Any]]) -> Any:
    """Open the database, do a step, close it; and so on. The answer is the last step's."""

    async def all_steps() -> Any:
        for step in steps:
            async with backend.open(place) as storage:
                answer = await step(storage)
        return answer

    return asyncio.run(all_steps())


def put(space: str, **values: bytes) -> Callable[[Writer], None]:
    def fn(writer: Writer) -> None:
        for key, value in values.items():
            writer.put(space, key.encode(), value)

    return fn


def append(journal: str, *records: bytes) -> Callable[[Writer], list[int]]:
    return lambda writer: [writer.append(journal, record) for record in records]


def everything(space: str) -> Callable[[Reader], list[tuple[bytes, bytes]]]:
    return lambda reader: list(reader.range(space))


def journal_of(name: str) -> Callable[[Reader], tuple[int, int, list[tuple[int, bytes]]]]:
    """Floor, head and records."""
    return lambda reader: (reader.floor(name), reader.head(name), reader.tail(name, 0, 1_000_000))


async def next_turn() -> None:
    """Let everything that is ready on the event loop happen."""
    turned = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(turned.set_result, None)
    await turned
