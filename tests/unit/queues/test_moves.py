"""Message move tasks with a pace."""

import asyncio
from dataclasses import replace

from tests.unit.queues.counter import Counter, a_queue, at

from millrace.core import limits
from millrace.core.turn import give_way
from millrace.queues import moves
from millrace.queues import queue as catalog
from millrace.queues.mover import Mover, step
from millrace.queues.moves import COMPLETED, FAILED, RUNNING, Move


async def begin(dead: Counter, home: Counter, pace: int, planned: int) -> None:
    started = int(dead.clock.now() * 1000)
    move = Move("task", dead.queue.arn, home.queue.arn, started, pace, planned, status=RUNNING)
    await dead.storage.write(lambda writer: moves.begin(writer, dead.queue, move))


async def task_of(dead: Counter) -> Move:
    [move] = await dead.storage.read(lambda reader: moves.listed(reader, dead.queue))
    return move


async def go_on(dead: Counter, seconds: float = 0) -> bool:
    dead.clock.advance(seconds)
    now = dead.clock.now()
    return await dead.storage.write(lambda writer: step(writer, dead.queue.arn, now))


def test_a_task_moves_so_many_messages_a_second_and_is_then_completed():
    async def test(dead: Counter) -> None:
        home = await dead.of(a_queue("home")).open()
        for body in "abc":
            await dead.send(body)
        await begin(dead, home, pace=2, planned=3)

        await go_on(dead)
        await go_on(dead, 0.9)
        assert (await home.counts(), (await task_of(dead)).moved) == ((2, 0, 0), 2)
        assert (await task_of(dead)).status == RUNNING

        await go_on(dead, 0.1)
        assert ((await task_of(dead)).status, (await home.counts())[0]) == (COMPLETED, 3)
        assert await dead.storage.read(moves.moving) == []

    at(a_queue("dead"), test)


def test_a_clock_that_is_moved_on_makes_all_of_the_time_between_due(monkeypatch):
    monkeypatch.setattr(limits, "queue_move_messages_max", 2)

    async def test(dead: Counter) -> None:
        home = await dead.of(a_queue("home")).open()
        for body in "abcdefg":
            await dead.send(body)
        await begin(dead, home, pace=1, planned=7)

        assert await go_on(dead, 4)
        assert await go_on(dead)
        assert not await go_on(dead)
        assert (await home.counts())[0] == 5

    at(a_queue("dead"), test)


def test_a_task_fails_when_its_destination_is_gone_and_ends_when_it_was_cancelled():
    async def test(dead: Counter) -> None:
        home = await dead.of(a_queue("home")).open()
        await dead.send("a")
        await begin(dead, home, pace=1, planned=2)
        await dead.storage.write(lambda writer: catalog.remove(writer, home.queue))
        await go_on(dead)
        failed = await task_of(dead)
        assert (failed.status, failed.failure) == (FAILED, "AWS.SimpleQueueService.NonExistentQueue")
        assert (await dead.counts())[0] == 1, "what could not be moved stays"

        await home.open()
        await begin(dead, home, pace=1, planned=2)
        cancelled = replace(await task_of(dead), status=moves.CANCELLED)
        await dead.storage.write(lambda writer: moves.keep(writer, dead.queue, cancelled))
        await go_on(dead)
        assert (await dead.counts(), await dead.storage.read(moves.moving)) == ((1, 0, 0), [])

    at(a_queue("dead"), test)


def test_what_runs_goes_on_when_the_server_starts():
    async def test(dead: Counter) -> None:
        home = await dead.of(a_queue("home")).open()
        await dead.send("a")
        await begin(dead, home, pace=1, planned=1)
        arrived = asyncio.Event()
        close = dead.storage.watch(home.queue.space("news"), arrived.set)
        async with Mover(dead.storage, dead.clock):
            await arrived.wait()
            await give_way()
        close()
        assert await home.bodies() == ["a"]

    at(a_queue("dead"), test)
