"""Publishing to topics, inside a transaction of whoever publishes: what causes a notification commits with it.

A queue gets the message in that transaction. HTTP endpoints and functions get it from the outbox.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.iam.policy import RESOURCE_BASED, Caller, Policy, evaluate, parse
from millrace.queues import messages
from millrace.queues import queue as queues
from millrace.queues.repeats import deduplication_of
from millrace.storage.interface import Reader, Writer
from millrace.topics import outbox, retries, topic
from millrace.topics.filter_policy import FilterError, attribute_values, body_values, compile_policy
from millrace.topics.notification import Attributes, Notification, envelope, lambda_event
from millrace.topics.topic import Subscription, Topic, invalid

_log = logging.getLogger("millrace.topics")
_SEQUENCE_START = 10_000_000_000_000_000_000


def publish(
    writer: Writer,
    topic_arn: str,
    message: str,
    now: float,
    *,
    subject: str | None = None,
    attributes: Attributes | None = None,
    variants: Mapping[str, str] | None = None,
    group: str | None = None,
    deduplication: str | None = None,
) -> str:
    """Give a message to all subscriptions of a topic that want it; answers its MessageId.

    `attributes` are types and values by name, binary values in base64; `variants` the texts by protocol where they
    differ. Raises AwsError: NotFound, or what Publish would say.
    """
    found = topic.get(writer, topic_arn)
    notification = Notification(
        ids.uuid(), found.arn, message, now, subject, attributes or {}, variants, group, deduplication
    )
    return spread(writer, found, notification).id


def spread(writer: Writer, found: Topic, notification: Notification) -> Notification:
    """The same, for a topic that was found; answers what was published, or what a FIFO topic had already."""
    notification = replace(notification, signature_version=found.attributes.get("SignatureVersion", "1"))
    ordered = check(found, notification)
    if ordered is not None:
        notification, is_new = _in_order(writer, found, notification, *ordered)
        if not is_new:
            return notification
    for subscription in list(topic.subscriptions(writer, found.scope, topic=found.name)):
        if subscription.confirmed and wants(subscription, notification):
            deliver(writer, subscription, notification)
    return notification


def wants(subscription: Subscription, notification: Notification) -> bool:
    """Whether a subscription's filter policy lets a message through."""
    text = subscription.attributes.get("FilterPolicy")
    if not text:
        return True
    on_body = subscription.attributes.get("FilterPolicyScope") == "MessageBody"
    try:
        predicate = compile_policy(text, nested=on_body)
        if not on_body:
            return predicate(attribute_values(notification.attributes))
        body: Any = orjson.loads(notification.text(subscription.protocol))
    except (FilterError, orjson.JSONDecodeError):
        return False
    return isinstance(body, dict) and predicate(body_values(body))


def deliver(writer: Writer, subscription: Subscription, notification: Notification) -> None:
    """Give one subscription a message, now or by the outbox."""
    raw = subscription.is_raw
    if subscription.protocol == "sqs":
        _to_queue(writer, subscription, notification)
        return
    if subscription.protocol == "sms":
        text = notification.text("sms")
        if not give_up(writer, subscription, text, {}, notification.now):
            _log.warning("%s: millrace sends no text messages", subscription.arn)
        return
    if subscription.protocol == "lambda":
        body = lambda_event(notification, subscription).decode()
    else:
        body = notification.text(subscription.protocol) if raw else envelope(notification, subscription)
    waiting = outbox.delivery(
        "Notification",
        subscription.arn,
        subscription.protocol,
        subscription.endpoint,
        notification.id,
        body,
        notification.now,
    )
    found = None if subscription.protocol == "lambda" else topic.find(writer, subscription.topic)
    policy = retries.request_policy(subscription.attributes, {} if found is None else found.attributes)
    outbox.add(writer, replace(waiting, raw=raw, content_type=retries.content_type(policy)))


def give_up(
    writer: Writer,
    subscription: Subscription,
    body: str,
    attributes: Attributes,
    now: float,
    *,
    group: str | None = None,
    deduplication: str | None = None,
) -> bool:
    """Send what could not be delivered to the subscription's dead-letter queue; whether it has one.

    `group` and `deduplication` are for a FIFO queue.
    """
    target = dead_letters(subscription)
    if target is None:
        return False
    try:
        _check_allowed(writer, subscription, target)
        order = (group, deduplication) if target.endswith(".fifo") else (None, None)
        messages.send(
            writer, target, body, now, attributes=attributes, group=order[0], deduplication=order[1]
        )
    except AwsError as error:
        _log.warning("dead-letter queue %s of %s: %s", target, subscription.arn, error.message)
        return False
    return True


def dead_letters(subscription: Subscription) -> str | None:
    """The ARN of a subscription's dead-letter queue."""
    policy = orjson.loads(subscription.attributes.get("RedrivePolicy") or "{}")
    return policy.get("deadLetterTargetArn")


def check(found: Topic, notification: Notification) -> tuple[str, str] | None:
    """A message's group and its deduplication id, for a FIFO topic. Raises InvalidParameter for what is missing."""
    if not found.is_fifo:
        return None
    if notification.group is None:
        raise invalid("The MessageGroupId parameter is required for FIFO topics")
    deduplication = deduplication_of(found.attributes, notification.deduplication, notification.message)
    if deduplication is None:
        raise invalid(
            "The topic should either have ContentBasedDeduplication enabled "
            "or MessageDeduplicationId provided explicitly"
        )
    return notification.group, deduplication


def _in_order(
    writer: Writer, found: Topic, notification: Notification, group: str, deduplication: str
) -> tuple[Notification, bool]:
    """A message for a FIFO topic with its number, and whether it is new."""
    earlier = found.repeats.find(writer, group, deduplication, notification.now)
    if earlier is not None:
        return replace(notification, id=earlier[0], sequence=earlier[1]), False
    numbers = f"topic/{found.id}/numbers"
    number = writer.append(numbers, b"")
    writer.trim(numbers, number)
    sequence = str(_SEQUENCE_START + number)
    first = (notification.id, sequence)
    found.repeats.note(writer, group, deduplication, first, notification.now)
    return replace(notification, deduplication=deduplication, sequence=sequence), True


def _to_queue(writer: Writer, subscription: Subscription, notification: Notification) -> None:
    raw = subscription.is_raw
    body = notification.text("sqs") if raw else envelope(notification, subscription)
    attributes: Attributes = notification.attributes if raw else {}
    if len(attributes) > limits.queue_message_attributes_max:
        _log.warning("%s: raw messages to queues have ten attributes at most", subscription.arn)
        return
    order = {"group": notification.group, "deduplication": notification.deduplication}
    send = partial(
        messages.send, body=body, now=notification.now, attributes=attributes, trace=notification.trace
    )
    if subscription.endpoint.endswith(".fifo"):
        send = partial(send, **order)
    elif notification.sequence is None:  # a standard queue is fair to the groups of a standard topic
        send = partial(send, group=notification.group)
    try:
        _check_allowed(writer, subscription, subscription.endpoint)
        send(writer, subscription.endpoint)
    except AwsError as error:
        if not give_up(writer, subscription, body, attributes, notification.now, **order):
            _log.warning("%s is not delivered to: %s", subscription.arn, error.message)


def _check_allowed(reader: Reader, subscription: Subscription, target: str) -> None:
    """Raise unless the queue's policy lets the topic send. A queue without one takes its own account's topics."""
    queue = queues.find_by_arn(reader, target)
    if queue is None:
        raise queues.missing()
    text = queue.attributes.get("Policy")
    owner = arns.parse(subscription.topic).account
    if not text and owner == queue.scope.account:
        return
    policies = [Policy(queue.arn, parse(text, "resource"), RESOURCE_BASED)] if text else []
    facts = {"aws:sourcearn": subscription.topic, "aws:sourceaccount": owner, "aws:sourceowner": owner}
    caller = Caller(service="sns.amazonaws.com")
    decision = evaluate(policies, Access("sqs:SendMessage", queue.arn), facts, caller=caller)
    if not decision.allowed:
        raise AwsError("AccessDeniedException", decision.message("sns.amazonaws.com"))
