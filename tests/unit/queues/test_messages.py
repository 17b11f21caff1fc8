"""What becomes of messages: hidden, back again, deleted, too old, or dead letters."""

import orjson
import pytest
from tests.unit.queues.counter import Counter, a_queue, at

from millrace.core.errors import AwsError
from millrace.queues import messages
from millrace.queues.message import attributes_md5, md5


def test_messages_come_in_the_order_they_were_sent_as_far_as_time_tells():
    async def test(orders: Counter) -> None:
        for number in range(5):
            await orders.send(str(number))

        assert await orders.bodies(count=3) == ["0", "1", "2"]
        assert await orders.bodies() == ["3", "4"]

    at(a_queue(), test)


def test_a_received_message_is_hidden_until_its_visibility_timeout_is_over():
    async def test(orders: Counter) -> None:
        await orders.send("a")
        [first] = await orders.receive(seconds=30)
        assert await orders.counts() == (0, 1, 0)
        assert await orders.receive() == []

        orders.clock.advance(30)
        [again] = await orders.receive()
        assert (again.message.id, again.state.receives) == (first.message.id, 2)
        assert again.state.first == first.state.first
        assert again.handle != first.handle

    at(a_queue(), test)


def test_any_receipt_deletes_a_message_of_a_standard_queue():
    async def test(orders: Counter) -> None:
        await orders.send("a")
        [first] = await orders.receive(seconds=0)
        [latest] = await orders.receive()

        await orders.delete(first.handle)
        assert await orders.counts() == (0, 0, 0)
        await orders.delete(latest.handle)

    at(a_queue(), test)


def test_visibility_is_changed_in_flight_and_after_and_by_any_receipt():
    async def test(orders: Counter) -> None:
        await orders.send("a")
        [got] = await orders.receive(seconds=10)
        await orders.hide(got.handle, 60)
        orders.clock.advance(59)
        assert await orders.receive() == []
        await orders.hide(got.handle, 0)
        await orders.hide(got.handle, 5)
        assert await orders.receive() == [], "hidden again, though its time was over"

        orders.clock.advance(5)
        [again] = await orders.receive(seconds=10)
        await orders.hide(got.handle, 0)
        assert await orders.bodies() == ["a"]
        await orders.delete(again.handle)

    at(a_queue(), test)


def test_what_is_no_receipt_is_refused():
    async def test(orders: Counter) -> None:
        for handle in ("garbage", "", "YSBiIGM="):
            with pytest.raises(AwsError, match="ReceiptHandleIsInvalid"):
                await orders.delete(handle)

    at(a_queue(), test)


def test_a_message_may_be_delayed_by_the_queue_or_by_itself():
    async def test(orders: Counter) -> None:
        await orders.send("queue's")
        await orders.send("own", delay=0)
        assert await orders.counts() == (1, 0, 1)
        assert await orders.bodies() == ["own"]
        orders.clock.advance(10)
        assert await orders.bodies() == ["queue's"]

    at(a_queue(DelaySeconds="10"), test)


def test_old_messages_are_gone():
    async def test(orders: Counter) -> None:
        await orders.send("old")
        orders.clock.advance(59)
        await orders.send("young")
        orders.clock.advance(1)

        assert await orders.bodies() == ["young"]
        assert await orders.counts() == (0, 1, 0)

    at(a_queue(MessageRetentionPeriod="60"), test)


def test_what_was_received_too_often_becomes_a_dead_letter_with_its_id_and_its_past():
    dead = a_queue("dead")
    policy = orjson.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 2}).decode()

    async def test(orders: Counter) -> None:
        letters = await orders.of(dead).open()
        sent = await orders.send("poison", attributes={"k": ("String", "v")})
        for _ in range(2):
            assert await orders.bodies(seconds=0) == ["poison"]
        await orders.send("fine")

        assert await orders.bodies() == ["fine"]
        [got] = await letters.receive()
        assert (got.message.id, got.message.source) == (sent.id, orders.queue.arn)
        assert (got.message.attributes, got.state.receives) == ({"k": ("String", "v")}, 3)
        assert await orders.counts() == (0, 1, 0)

    at(a_queue(RedrivePolicy=policy), test)


def test_without_its_dead_letter_queue_a_message_stays():
    policy = orjson.dumps({"deadLetterTargetArn": a_queue("gone").arn, "maxReceiveCount": 1}).decode()

    async def test(orders: Counter) -> None:
        await orders.send("a")
        for _ in range(3):
            assert await orders.bodies(seconds=0) == ["a"]

    at(a_queue(RedrivePolicy=policy), test)


def test_one_receive_goes_past_any_number_of_dead_and_old_letters():
    dead = a_queue("dead")
    policy = orjson.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1}).decode()

    async def test(orders: Counter) -> None:
        await orders.of(dead).open()
        for _ in range(25):
            await orders.send("poison")
        for _ in range(3):
            await orders.receive(seconds=1)
        orders.clock.advance(1)
        await orders.send("fine")

        assert await orders.bodies(count=1) == ["fine"]
        assert await orders.of(dead).counts() == (25, 0, 0)

    at(a_queue(RedrivePolicy=policy), test)


def test_a_message_that_is_too_large_is_refused_with_its_attributes_counted():
    async def test(orders: Counter) -> None:
        await orders.send("x" * 1024)
        with pytest.raises(AwsError, match="Message must be shorter than 1024 bytes"):
            await orders.send("x" * 1010, attributes={"name": ("String", "12345")})

    at(a_queue(MaximumMessageSize="1024"), test)


def test_whoever_has_a_transaction_can_send_in_it():
    async def test(orders: Counter) -> None:
        arn = orders.queue.arn
        attributes = {"k": ("String", "v")}
        sent = await orders.storage.write(
            lambda writer: messages.send(writer, arn, "a", orders.clock.now(), attributes=attributes)
        )
        [got] = await orders.receive()
        assert (got.message.id, got.message.attributes) == (sent, attributes)
        with pytest.raises(AwsError, match="QueueDoesNotExist"):
            await orders.storage.write(lambda writer: messages.send(writer, arn + "x", "a", 1.0))

    at(a_queue(), test)


def test_digests_are_those_that_clients_compute():
    assert md5("hi") == "49f68a5c8493ec2c0bf489821c21fc3b"
    assert attributes_md5({"MyAttribute": ("String", "foobar")}) == "adb59cd4678ea5a855436b949cd07ab6"
    assert attributes_md5({}) is None
