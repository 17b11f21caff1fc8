"""Long polling: woken by what is sent and by the clock, and by nothing else."""

import asyncio

import pytest
from tests.unit.queues.counter import Counter, a_queue, at

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.core.presence import Presence
from millrace.core.turn import give_way
from millrace.queues import queue as catalog


async def waiter(
    orders: Counter, wait: float = 20, client: Presence | None = None
) -> "asyncio.Task[list[str]]":
    """Somebody who waits for a message, and has found that there is none."""

    async def receive() -> list[str]:
        found = await orders.queues.receive(orders.queue, 10, 30, wait, client or Presence())
        return [each.message.body for each in found]

    task = asyncio.create_task(receive())
    for _ in range(20):
        await give_way()
    assert not task.done()
    return task


def test_a_waiting_receiver_gets_what_is_sent():
    async def test(orders: Counter) -> None:
        task = await waiter(orders)
        await orders.send("a")
        assert await task == ["a"]

    at(a_queue(), test)


def test_of_two_who_wait_one_gets_the_message():
    async def test(orders: Counter) -> None:
        tasks = [await waiter(orders), await waiter(orders)]
        await orders.send("a")
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        orders.clock.advance(20)
        assert sorted(await asyncio.gather(*tasks)) == [[], ["a"]]
        assert {str(task.result()) for task in done} == {"['a']"}

    at(a_queue(), test)


def test_who_left_while_waiting_takes_no_message():
    async def test(orders: Counter) -> None:
        client = Presence()
        task = await waiter(orders, client=client)
        client.leave()
        await orders.send("a")
        assert await task == []
        assert await orders.bodies() == ["a"]

    at(a_queue(), test)


def test_a_waiting_receiver_gets_what_becomes_visible():
    async def test(orders: Counter) -> None:
        await orders.send("a", delay=5)
        task = await waiter(orders)
        orders.clock.advance(5)
        assert await task == ["a"]

        task = await waiter(orders, wait=60)
        orders.clock.advance(30)
        assert await task == ["a"], "its visibility timeout was over"

    at(a_queue(), test)


def test_a_waiting_receiver_gets_what_another_gives_back():
    async def test(orders: Counter) -> None:
        await orders.send("a")
        [got] = await orders.receive()
        task = await waiter(orders)
        await orders.hide(got.handle, 0)
        assert await task == ["a"]

    at(a_queue(), test)


def test_waiting_ends_with_nothing_after_its_time_and_when_the_server_stops():
    async def test(orders: Counter) -> None:
        task = await waiter(orders, wait=3)
        orders.clock.advance(3)
        assert await task == []
        async with orders.queues:
            task = await waiter(orders)
        assert await task == []

    at(a_queue(), test)


def test_waiting_ends_with_an_error_when_the_queue_is_deleted():
    async def test(orders: Counter) -> None:
        task = await waiter(orders)
        await orders.storage.write(lambda writer: catalog.remove(writer, orders.queue))
        with pytest.raises(AwsError, match="QueueDoesNotExist"):
            await task

    at(a_queue(), test)


def test_with_too_many_messages_in_flight_a_short_poll_fails_and_a_long_one_waits(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(limits, "queue_in_flight_messages_max", 2)

    async def test(orders: Counter) -> None:
        for body in "abc":
            await orders.send(body)
        await orders.receive(count=2, seconds=10)
        with pytest.raises(AwsError, match="Too many messages have been received without being deleted"):
            await orders.queues.receive(orders.queue, 10, 30, 0, Presence())

        task = await waiter(orders)
        orders.clock.advance(10)
        assert await task == ["c", "a", "b"]

    at(a_queue(), test)
