"""Operations on subscriptions: making, confirming, changing and ending them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer
from millrace.topics import outbox, settings
from millrace.topics import topic as catalog
from millrace.topics.endpoint import is_phone_number
from millrace.topics.notification import confirmation
from millrace.topics.topic import Subscription, Topic, invalid
from millrace.topics.topic_operations import first, page_of, read_token
from millrace.topics.topics import Topics, check_arn

_BUILT = ("sqs", "http", "https", "lambda", "email", "email-json", "sms")
_OTHERS = ("application", "firehose")
# Those that are asked first. Nobody can say yes to a mail that is not sent: it stays pending, as on AWS until somebody does.
_ASKED = ("http", "https", "email", "email-json")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_TOKEN = re.compile(r"[0-9a-f]+")
_FRONT = "Attributes Reason: "


def subscription_operations(topics: Topics) -> dict[str, Operation]:
    return {
        "Subscribe": partial(subscribe, topics),
        "ConfirmSubscription": partial(confirm_subscription, topics),
        "Unsubscribe": partial(unsubscribe, topics),
        "ListSubscriptions": partial(list_subscriptions, topics),
        "ListSubscriptionsByTopic": partial(list_subscriptions_by_topic, topics),
        "GetSubscriptionAttributes": partial(get_subscription_attributes, topics),
        "SetSubscriptionAttributes": partial(set_subscription_attributes, topics),
    }


async def subscribe(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])
    endpoint = params.get("Endpoint") or ""
    check_endpoint(found, params["Protocol"], endpoint)
    attributes: Mapping[str, str] = params.get("Attributes") or {}
    settings.check_subscription(attributes, front=_FRONT)
    settings.check_filter(attributes, front=_FRONT)
    settings.check_dead_letters(attributes, endpoint, front=_FRONT)
    made = _new(context, found, params["Protocol"], endpoint, _lower(attributes))
    now = topics.clock.now()

    def write(writer: Writer) -> Subscription:
        there = _same(catalog.subscriptions(writer, found.scope, topic=found.name), made)
        if there is None:
            catalog.get(writer, found.arn)
            catalog.put_subscription(writer, made)
        elif there.confirmed:
            return there
        asking = there or made
        if not asking.confirmed:
            _ask(writer, asking, now)
        return asking

    done = await topics.storage.write(write)
    shown = done.confirmed or params.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": done.arn if shown else "pending confirmation"}


async def confirm_subscription(topics: Topics, context: Context, params: Params) -> Output:
    """Whoever has the token may confirm, with a signature or without."""
    topic_arn, token = str(params["TopicArn"]), str(params["Token"])
    check_arn("TopicArn", topic_arn)
    if not _TOKEN.fullmatch(token):
        raise AwsError("InvalidParameterException", "Invalid token")
    guarded = (params.get("AuthenticateOnUnsubscribe") or "").lower() == "true"

    def write(writer: Writer) -> Subscription:
        found = catalog.find(writer, topic_arn)
        if found is None:
            raise invalid("Topic" if context.principal.arn == "" else "Token")
        for each in catalog.subscriptions(writer, found.scope, topic=found.name):
            if each.token == token:
                confirmed = replace(
                    each, confirmed=True, authenticated=not context.principal.is_anonymous, guarded=guarded
                )
                catalog.put_subscription(writer, confirmed)
                return confirmed
        raise invalid("Token")

    return {"SubscriptionArn": (await topics.storage.write(write)).arn}


async def unsubscribe(topics: Topics, context: Context, params: Params) -> Output:
    """What is not there has ended already."""
    arn = str(params.get("SubscriptionArn") or "")
    if not arn:
        raise invalid("SubscriptionArn Reason: no value for required parameter")
    check_arn("SubscriptionArn", arn)
    if arn.count(":") < 6:
        raise invalid("SubscriptionId")

    def write(writer: Writer) -> None:
        found = catalog.find_subscription(writer, arn)
        if found is None or (found.guarded and not context.principal.arn):
            return
        catalog.drop_subscription(writer, found)
        topic = catalog.find(writer, found.topic)
        if topic is not None:
            catalog.put(writer, replace(topic, ended=topic.ended + 1))

    await topics.storage.write(write)
    return {}


async def list_subscriptions(topics: Topics, context: Context, params: Params) -> Output:
    after = read_token(params.get("NextToken"))

    def read(reader: Reader) -> list[Subscription]:
        return first(catalog.subscriptions(reader, context.scope, after=after))

    return _listed(await topics.storage.read(read))


async def list_subscriptions_by_topic(topics: Topics, context: Context, params: Params) -> Output:
    found = await topics.find(context, params["TopicArn"])
    after = read_token(params.get("NextToken"))

    def read(reader: Reader) -> list[Subscription]:
        return first(catalog.subscriptions(reader, found.scope, topic=found.name, after=after))

    return _listed(await topics.storage.read(read))


async def get_subscription_attributes(topics: Topics, context: Context, params: Params) -> Output:  # noqa: ARG001
    found = await topics.subscription(params["SubscriptionArn"])
    topic = await topics.storage.read(lambda reader: catalog.find(reader, found.topic))
    return {"Attributes": settings.subscription_told(found, topic)}


async def set_subscription_attributes(topics: Topics, context: Context, params: Params) -> Output:  # noqa: ARG001
    name, value = str(params["AttributeName"]), params.get("AttributeValue") or ""
    found = await topics.subscription(params["SubscriptionArn"])
    settings.check_subscription({name: value})
    settings.check_dead_letters({name: value}, found.endpoint)

    def write(writer: Writer) -> None:
        current = catalog.find_subscription(writer, found.arn) or found
        attributes = {**current.attributes, **_lower({name: value})}
        settings.check_filter(attributes)
        catalog.put_subscription(writer, replace(current, attributes=attributes))

    await topics.storage.write(write)
    return {}


def check_endpoint(topic: Topic, protocol: str, endpoint: str) -> None:
    """Raise InvalidParameter unless a topic can deliver there."""
    if protocol in _OTHERS:
        raise invalid(
            f"Protocol Reason: millrace does not deliver by {protocol} yet; docs/coverage.md lists what it does"
        )
    if protocol not in _BUILT:
        raise invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if protocol in ("http", "https"):
        if not _is_address(endpoint, protocol):
            raise invalid("Endpoint must match the specified protocol")
        return
    if protocol in ("email", "email-json"):
        if not _MAIL.fullmatch(endpoint):
            raise invalid("Email address")
        return
    if protocol == "sms":
        if not is_phone_number(endpoint):
            raise AwsError("InvalidParameterException", f"Invalid SMS endpoint: {endpoint}")
        return
    service, shown = ("sqs", "SQS endpoint ARN") if protocol == "sqs" else ("lambda", "Lambda endpoint ARN")
    try:
        if arns.parse(endpoint).service != service:
            raise invalid(shown)
    except ValueError:
        raise invalid(shown) from None
    if endpoint.endswith(".fifo") and not topic.is_fifo:
        raise invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"
        )


def _is_address(endpoint: str, protocol: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        return parts.scheme == protocol and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _new(
    context: Context, topic: Topic, protocol: str, endpoint: str, attributes: Mapping[str, str]
) -> Subscription:
    asks = protocol in _ASKED
    return Subscription(
        topic.arn,
        ids.uuid(),
        protocol,
        endpoint,
        context.principal.account,
        context.principal.arn,
        context.reached_at,
        attributes,
        ids.secret_hexadecimal(limits.topic_token_digits) if asks else "",
        confirmed=not asks,
        authenticated=not asks,
    )


def _same(every: Iterable[Subscription], made: Subscription) -> Subscription | None:
    """The subscription that is there already. Raises InvalidParameter if its attributes differ."""
    for there in every:
        if (there.protocol, there.endpoint) == (made.protocol, made.endpoint):
            told = {
                "RawMessageDelivery": "false",
                "FilterPolicyScope": "MessageAttributes",
                **there.attributes,
            }
            if any(told.get(name) != value for name, value in made.attributes.items()):
                raise invalid(f"{_FRONT}Subscription already exists with different attributes")
            return there
    return None


def _ask(writer: Writer, subscription: Subscription, now: float) -> None:
    """Have the endpoint asked whether it wants to be subscribed. Mails are not sent."""
    if subscription.protocol not in ("http", "https"):
        return
    message_id = ids.uuid()
    body = confirmation(subscription, message_id, now)
    arn, protocol, endpoint = subscription.arn, subscription.protocol, subscription.endpoint
    outbox.add(
        writer,
        outbox.delivery("SubscriptionConfirmation", arn, protocol, endpoint, message_id, body, now),
    )


def _lower(attributes: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value.lower() if name == "RawMessageDelivery" else value for name, value in attributes.items()
    }


def _listed(found: list[Subscription]) -> Output:
    page, token = page_of(found, [each.arn for each in found])
    return {"Subscriptions": [_shown(each) for each in page], "NextToken": token}


def _shown(subscription: Subscription) -> dict[str, Any]:
    return {
        "SubscriptionArn": subscription.arn if subscription.confirmed else "PendingConfirmation",
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic,
    }
