"""One queue in memory, and a clock that the test moves."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.queues import box, messages, reception
from millrace.queues import queue as catalog
from millrace.queues.messages import Draft
from millrace.queues.queue import Queue
from millrace.queues.queues import Queues
from millrace.storage.memory import MemoryStorage

SCOPE = Scope("123456789012", "eu-central-1")


def a_queue(name: str = "orders", **attributes: str) -> Queue:
    return Queue(SCOPE, name, f"id-{name}", 1, 1, attributes)


class Counter:
    """Sends to and receives from `queue`."""

    def __init__(self, storage: MemoryStorage, clock: ManualClock, queue: Queue) -> None:
        self.storage = storage
        self.clock = clock
        self.queue = queue
        self.queues = Queues(storage, clock)

    def of(self, queue: Queue) -> "Counter":
        return Counter(self.storage, self.clock, queue)

    async def open(self) -> "Counter":
        await self.storage.write(lambda writer: catalog.put(writer, self.queue))
        return self

    async def send(self, body: str, **draft: Any) -> messages.Sent:
        now = self.clock.now()
        return await self.storage.write(
            lambda writer: messages.put(writer, self.queue, replace(Draft(body), **draft), now)
        )

    async def receive(self, count: int = 10, seconds: int = 30) -> list[reception.Received]:
        now = self.clock.now()
        return await self.storage.write(
            lambda writer: reception.receive(writer, self.queue, count, seconds, now)
        )

    async def bodies(self, count: int = 10, seconds: int = 30) -> list[str]:
        return [each.message.body for each in await self.receive(count, seconds)]

    async def delete(self, handle: str) -> None:
        now = self.clock.now()
        await self.storage.write(lambda writer: reception.delete(writer, self.queue, handle, now))

    async def hide(self, handle: str, seconds: int) -> None:
        now = self.clock.now()
        await self.storage.write(lambda writer: reception.hide(writer, self.queue, handle, seconds, now))

    async def counts(self) -> tuple[int, int, int]:
        now_ms = int(self.clock.now() * 1000)
        found = await self.storage.read(lambda reader: box.counts(reader, self.queue, now_ms))
        return found.visible, found.in_flight, found.delayed


def at(queue: Queue, test: Callable[[Counter], Awaitable[None]]) -> None:
    """Run a test at the counter of one queue."""

    async def run() -> None:
        async with MemoryStorage() as storage:
            await test(await Counter(storage, ManualClock(), queue).open())

    asyncio.run(run())
