"""Waiting until a server has nothing left to do: what a test does between a write and looking at what came of it.

Work leads to work: an expired item to a change, that to a function, that to a message, an event, another change. So
it is not enough that each has been idle once. That all are is judged at one moment, in one state of the database.
"""

from collections.abc import Sequence
from typing import Protocol

from millrace.core.turn import give_way
from millrace.storage.interface import Reader, Storage


class Worker(Protocol):
    """Does work that nobody's request waits for. What it will do later, when a time has come, does not count."""

    @property
    def name(self) -> str:
        """What people call its work."""
        ...

    def is_busy(self, reader: Reader, /) -> bool:
        """Whether it has something to do now."""
        ...

    async def idle(self) -> None:
        """Return once it is not busy."""
        ...


async def reached(storage: Storage, workers: Sequence[Worker]) -> None:
    """Return once no worker is busy any more."""
    for worker in workers:
        await worker.idle()
    while left := await busy(storage, workers):
        await give_way()
        for worker in left:
            await worker.idle()


async def busy(storage: Storage, workers: Sequence[Worker]) -> list[Worker]:
    """Who has something to do at this moment."""

    def look(reader: Reader) -> list[Worker]:
        return [worker for worker in workers if worker.is_busy(reader)]

    return await storage.read(look)
