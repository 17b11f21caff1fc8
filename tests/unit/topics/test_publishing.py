"""Publishing inside a transaction: who gets what, and what becomes of it where it cannot go."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.queues.counter import SCOPE, Counter, a_queue, at

from millrace.core.errors import AwsError
from millrace.queues import queue as catalog
from millrace.topics import outbox, publishing, topic
from millrace.topics.notification import Notification
from millrace.topics.outbox import Delivery
from millrace.topics.sender import conclude
from millrace.topics.topic import Subscription, Topic

NEWS = Topic(SCOPE, "news", "id-news")


def subscription(endpoint: str, protocol: str = "sqs", **attributes: Any) -> Subscription:
    texts = {name: each if isinstance(each, str) else json.dumps(each) for name, each in attributes.items()}
    return Subscription(
        NEWS.arn, f"of-{endpoint[-4:]}", protocol, endpoint, SCOPE.account, "p", "http://here", texts
    )


async def publish(orders: Counter, message: str, *subscribers: Subscription, **more: Any) -> str:
    def write(writer: Any) -> str:
        if topic.find(writer, NEWS.arn) is None:
            topic.put(writer, NEWS)
        for each in subscribers:
            topic.put_subscription(writer, each)
        return publishing.publish(writer, NEWS.arn, message, orders.clock.now(), **more)

    return await orders.storage.write(write)


async def waiting(orders: Counter) -> list[Delivery]:
    return await orders.storage.read(lambda reader: list(outbox.waiting(reader)))


def test_a_queue_gets_awss_envelope():
    async def test(orders: Counter) -> None:
        attributes = {"k": ("String", "v")}
        sent = await publish(
            orders, "hello", subscription(orders.queue.arn), subject="S", attributes=attributes
        )
        [got] = await orders.receive()
        body = json.loads(got.message.body)
        assert list(body) == [
            "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
            "SigningCertURL", "UnsubscribeURL", "MessageAttributes",
        ]  # fmt: skip
        assert (body["Type"], body["MessageId"], body["TopicArn"]) == ("Notification", sent, NEWS.arn)
        assert (body["Subject"], body["Message"]) == ("S", "hello")
        assert body["Timestamp"] == "2023-11-14T22:13:20.000Z"
        assert body["MessageAttributes"] == {"k": {"Type": "String", "Value": "v"}}
        assert got.message.attributes == {}

    at(a_queue(), test)


def test_raw_delivery_is_the_message_and_its_attributes():
    async def test(orders: Counter) -> None:
        attributes = {"k": ("String", "v")}
        subscriber = subscription(orders.queue.arn, RawMessageDelivery="true")
        await publish(orders, "hello", subscriber, attributes=attributes)
        [got] = await orders.receive()
        assert (got.message.body, got.message.attributes) == ("hello", attributes)

    at(a_queue(), test)


def test_filters_decide_and_so_does_confirmation():
    async def test(orders: Counter) -> None:
        wants = subscription(orders.queue.arn, RawMessageDelivery="true", FilterPolicy={"k": ["v"]})
        await publish(orders, "left out", wants, attributes={"k": ("String", "w")})
        await publish(orders, "wanted", attributes={"k": ("String", "v")})
        on_body = replace(
            wants,
            attributes={**wants.attributes, "FilterPolicyScope": "MessageBody", "FilterPolicy": '{"a":[1]}'},
        )
        await publish(orders, '{"a": 1}', on_body)
        await publish(orders, "no json")
        await publish(orders, '{"a": 1}', replace(on_body, confirmed=False))
        assert await orders.bodies() == ["wanted", '{"a": 1}']

    at(a_queue(), test)


def test_a_queues_policy_must_let_the_topic_send_if_it_has_one():
    def policy(source: str) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    async def test(orders: Counter) -> None:
        dead = await orders.of(a_queue("dead")).open()
        redrive = {"deadLetterTargetArn": dead.queue.arn}
        subscriber = subscription(orders.queue.arn, RawMessageDelivery="true", RedrivePolicy=redrive)
        await publish(orders, "allowed", subscriber)
        other = replace(orders.queue, attributes={"Policy": policy(NEWS.arn + "x")})
        await orders.storage.write(lambda writer: catalog.put(writer, other))
        await publish(orders, "not allowed")
        assert await orders.bodies() == ["allowed"]
        assert await dead.bodies() == ["not allowed"]

    at(a_queue(Policy=policy(NEWS.arn)), test)


def test_messages_may_differ_by_protocol():
    async def test(orders: Counter) -> None:
        web = subscription("http://x/y", "http", RawMessageDelivery="true")
        queue = subscription(orders.queue.arn, RawMessageDelivery="true")
        await publish(orders, "{}", web, queue, variants={"default": "d", "sqs": "q"})
        assert await orders.bodies() == ["q"]
        [delivery] = await waiting(orders)
        assert (delivery.body, delivery.raw, delivery.endpoint) == ("d", True, "http://x/y")

    at(a_queue(), test)


def test_a_function_gets_snss_event():
    async def test(orders: Counter) -> None:
        function = "arn:aws:lambda:eu-central-1:123456789012:function:f"
        sent = await publish(orders, "hello", subscription(function, "lambda"))
        [delivery] = await waiting(orders)
        [record] = json.loads(delivery.body)["Records"]
        assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
        assert (record["Sns"]["MessageId"], record["Sns"]["Message"]) == (sent, "hello")
        assert (record["Sns"]["Subject"], record["Sns"]["MessageAttributes"]) == (None, {})

    at(a_queue(), test)


def test_a_failing_delivery_is_tried_as_its_policy_says_and_then_a_dead_letter():
    async def test(orders: Counter) -> None:
        redrive = {"deadLetterTargetArn": orders.queue.arn}
        await publish(orders, "hello", subscription("http://x/y", "http", RedrivePolicy=redrive))
        pauses: list[float] = []
        while deliveries := await waiting(orders):
            now = orders.clock.now()
            pauses.append(deliveries[0].due - now)
            orders.clock.advance(pauses[-1])
            now = orders.clock.now()
            await orders.storage.write(
                lambda writer, each=deliveries[0], now=now: conclude(
                    writer, each, "refused", now, final=False
                )
            )
        assert pauses == [0, 20, 20, 20]
        assert json.loads((await orders.bodies())[0])["Message"] == "hello"

    at(a_queue(), test)


def test_what_can_never_succeed_is_not_tried_again():
    async def test(orders: Counter) -> None:
        await publish(orders, "hello", subscription("http://x/y", "http"))
        [delivery] = await waiting(orders)
        await orders.storage.write(lambda writer: conclude(writer, delivery, "HTTP 404", 1.0, final=True))
        assert await waiting(orders) == []

    at(a_queue(), test)


def test_a_fifo_topic_keeps_groups_and_leaves_out_what_it_had():
    fifo = Topic(SCOPE, "news.fifo", "id-fifo", {"ContentBasedDeduplication": "true"})

    async def test(orders: Counter) -> None:
        subscriber = replace(subscription(orders.queue.arn, RawMessageDelivery="true"), topic=fifo.arn)

        def write(writer: Any) -> list[str]:
            topic.put(writer, fifo)
            topic.put_subscription(writer, subscriber)
            now = orders.clock.now()
            return [publishing.publish(writer, fifo.arn, each, now, group="g") for each in ("a", "b", "a")]

        first, second, repeated = await orders.storage.write(write)
        assert (repeated == first, second == first) == (True, False)
        assert [(each.message.body, each.message.group) for each in await orders.receive()] == [
            ("a", "g"),
            ("b", "g"),
        ]

    at(a_queue("orders.fifo"), test)


def test_a_topic_that_is_not_there_is_an_error():
    async def test(orders: Counter) -> None:
        with pytest.raises(AwsError, match="Topic does not exist"):
            await orders.storage.write(lambda writer: publishing.publish(writer, NEWS.arn, "a", 1.0))

    at(a_queue(), test)


def test_a_queue_gets_the_group_and_the_trace_that_came_with_a_message():
    async def test(orders: Counter) -> None:
        def write(writer: Any) -> None:
            topic.put(writer, NEWS)
            topic.put_subscription(writer, subscription(orders.queue.arn))
            told = Notification("id", NEWS.arn, "m", orders.clock.now(), group="g", trace="Root=1-2-3")
            publishing.spread(writer, NEWS, told)

        await orders.storage.write(write)
        [got] = await orders.receive()
        assert (got.message.group, got.message.trace) == ("g", "Root=1-2-3")

    at(a_queue(), test)


def test_dead_letters_of_functions_are_the_envelope_and_of_text_messages_the_text():
    async def test(orders: Counter) -> None:
        redrive = {"deadLetterTargetArn": orders.queue.arn}
        texts = subscription("+15550100", "sms", RedrivePolicy=redrive)
        runs = subscription("arn:aws:lambda:eu-central-1:1:function:f", "lambda", RedrivePolicy=redrive)
        await publish(orders, "hello", texts, runs)
        [delivery] = await waiting(orders)
        now = orders.clock.now()
        await orders.storage.write(lambda writer: conclude(writer, delivery, "gone", now, final=True))
        text, letter = await orders.bodies()
        assert text == "hello"
        told = json.loads(letter)
        assert (told["Type"], told["Message"]) == ("Notification", "hello")
        assert {"SigningCertURL", "UnsubscribeURL"} <= set(told)
        assert not {"Subject", "MessageAttributes", "SigningCertUrl"} & set(told)

    at(a_queue(), test)


def test_dead_letters_of_a_fifo_topic_keep_their_group():
    async def test(orders: Counter) -> None:
        letters = await orders.of(a_queue("letters.fifo")).open()
        fifo = Topic(SCOPE, "news.fifo", "id-fifo")
        gone = replace(
            subscription(
                f"{orders.queue.arn}x.fifo", RedrivePolicy={"deadLetterTargetArn": letters.queue.arn}
            ),
            topic=fifo.arn,
        )

        def write(writer: Any) -> None:
            topic.put(writer, fifo)
            topic.put_subscription(writer, gone)
            publishing.publish(writer, fifo.arn, "m", orders.clock.now(), group="g", deduplication="d")

        await orders.storage.write(write)
        [got] = await letters.receive()
        assert (got.message.group, got.message.deduplication) == ("g", "d")

    at(a_queue(), test)
