"""FIFO queues: order within a group, and what is sent twice."""

import pytest
from tests.unit.queues.counter import Counter, a_queue, at

from millrace.core.errors import AwsError
from millrace.queues import messages
from millrace.queues.messages import Draft


def test_a_group_waits_for_its_first_message_and_others_do_not():
    async def test(orders: Counter) -> None:
        for body in ("a1", "a2", "b1", "a3"):
            await orders.send(body, group=body[0], deduplication=body)
        [first] = await orders.receive(count=1)
        assert first.message.body == "a1"
        assert await orders.bodies() == ["b1"]

        await orders.delete(first.handle)
        assert await orders.bodies() == ["a2", "a3"]

    at(a_queue("orders.fifo"), test)


def test_what_was_not_deleted_comes_back_in_its_place():
    async def test(orders: Counter) -> None:
        for body in ("1", "2", "3"):
            await orders.send(body, group="g", deduplication=body)
        assert await orders.bodies(seconds=5) == ["1", "2", "3"]
        orders.clock.advance(5)
        assert await orders.bodies(seconds=5) == ["1", "2", "3"]

    at(a_queue("orders.fifo"), test)


def test_a_receipt_whose_time_is_over_deletes_nothing():
    async def test(orders: Counter) -> None:
        await orders.send("a", group="g", deduplication="1")
        [got] = await orders.receive(seconds=5)
        orders.clock.advance(5)
        with pytest.raises(AwsError, match=r"The receipt handle has expired\."):
            await orders.delete(got.handle)

    at(a_queue("orders.fifo"), test)


def test_the_same_within_five_minutes_counts_once_and_answers_the_same():
    async def test(orders: Counter) -> None:
        first = await orders.send("a", group="g", deduplication="1")
        orders.clock.advance(299)
        assert await orders.send("b", group="other", deduplication="1") == first
        assert await orders.bodies() == ["a"]
        orders.clock.advance(1)
        later = await orders.send("c", group="g", deduplication="1")
        assert int(later.sequence or 0) > int(first.sequence or 0)
        orders.clock.advance(10)
        assert await orders.send("d", group="g", deduplication="1") == later, "it counts from its own time"

    at(a_queue("orders.fifo"), test)


def test_deduplication_may_be_by_group_and_by_content():
    async def test(orders: Counter) -> None:
        await orders.send("a", group="g")
        await orders.send("a", group="g")
        await orders.send("a", group="h")
        assert await orders.bodies() == ["a", "a"]

    scope = {"ContentBasedDeduplication": "true", "DeduplicationScope": "messageGroup"}
    at(a_queue("orders.fifo", **scope), test)


def test_what_a_fifo_queue_needs_is_asked_for():
    async def test(orders: Counter) -> None:
        with pytest.raises(AwsError, match="must contain the parameter MessageGroupId"):
            await orders.send("a", deduplication="1")
        with pytest.raises(AwsError, match="ContentBasedDeduplication enabled or MessageDeduplicationId"):
            await orders.send("a", group="g")
        with pytest.raises(AwsError, match="Value 2 for parameter DelaySeconds is invalid"):
            await orders.send("a", group="g", deduplication="1", delay=2)

    at(a_queue("orders.fifo"), test)


def test_a_dead_letter_that_is_moved_back_is_no_repetition():
    async def test(orders: Counter) -> None:
        sent = await orders.send("a", group="g", deduplication="d")
        [got] = await orders.receive()
        await orders.delete(got.handle)
        draft = Draft("a", group="g", deduplication="d")
        moved = await orders.storage.write(
            lambda writer: messages.put(writer, orders.queue, draft, orders.clock.now(), moved=True)
        )
        assert moved.id != sent.id
        assert await orders.bodies() == ["a"]

    at(a_queue("orders.fifo"), test)


def test_a_group_that_comes_back_is_behind_those_that_wait_since_before():
    async def test(orders: Counter) -> None:
        for number, group in enumerate("aab"):
            await orders.send(f"{group}{number}", group=group, deduplication=str(number))
        [first, _] = await orders.receive(count=2, seconds=30)
        orders.clock.advance(1)
        await orders.hide(first.handle, 0)
        assert await orders.bodies(count=3) == ["b2", "a0"], "and what of the group is hidden still stays so"

    at(a_queue("orders.fifo"), test)
