"""What a topic tells its subscribers, in the forms that each protocol wants. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from millrace.core.clock import iso_milliseconds
from millrace.topics.topic import Subscription

# Message attributes by name: type and value, binary values in base64.
Attributes = Mapping[str, tuple[str, str]]
# Nothing here is signed: there is no key whose certificate a client could trust.
_SIGNATURE = "EXAMPLE"


@dataclass(frozen=True, slots=True)
class Notification:
    """A published message. `variants` are its texts by protocol, where MessageStructure is `json`."""

    id: str
    topic: str  # the ARN
    message: str
    now: float
    subject: str | None = None
    attributes: Attributes = field(default_factory=dict[str, tuple[str, str]])
    variants: Mapping[str, str] | None = None
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    trace: str | None = None  # the X-Amzn-Trace-Id that came with the request
    signature_version: str = "1"

    def text(self, protocol: str) -> str:
        """The message as it is for subscribers of one protocol."""
        return (
            self.message if self.variants is None else self.variants.get(protocol, self.variants["default"])
        )


def envelope(notification: Notification, subscription: Subscription) -> str:
    """The JSON document that subscribers without raw delivery get."""
    region = subscription.topic.split(":")[3]
    # AWS signs nothing that a FIFO topic sends.
    signed: dict[str, Any] = (
        {}
        if notification.sequence
        else {
            "SignatureVersion": notification.signature_version,
            "Signature": _SIGNATURE,
            "SigningCertURL": certificate(region),
        }
    )
    document: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": notification.id,
        "SequenceNumber": notification.sequence,
        "TopicArn": notification.topic,
        "Subject": notification.subject,
        "Message": notification.text(subscription.protocol),
        "Timestamp": f"{iso_milliseconds(notification.now)}Z",
        **signed,
        "UnsubscribeURL": f"{subscription.server}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        "MessageAttributes": _told(notification.attributes),
    }
    return orjson.dumps({name: value for name, value in document.items() if value is not None}).decode()


def lambda_event(notification: Notification, subscription: Subscription) -> bytes:
    """The event that a subscribed function gets."""
    document = {
        "Type": "Notification",
        "MessageId": notification.id,
        "TopicArn": notification.topic,
        "Subject": notification.subject,
        "Message": notification.text("lambda"),
        "Timestamp": f"{iso_milliseconds(notification.now)}Z",
        "SignatureVersion": notification.signature_version,
        "Signature": _SIGNATURE,
        "SigningCertUrl": certificate(subscription.topic.split(":")[3]),
        "UnsubscribeUrl": f"{subscription.server}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        "MessageAttributes": _told(notification.attributes) or {},
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": document,
    }
    return orjson.dumps({"Records": [record]})


def dead_letter(event: str) -> str:
    """The JSON document that stands for an event in a dead-letter queue: that of the other subscribers."""
    told: dict[str, Any] = orjson.loads(event)["Records"][0]["Sns"]
    names = {"SigningCertUrl": "SigningCertURL", "UnsubscribeUrl": "UnsubscribeURL"}
    document = {names.get(name, name): value for name, value in told.items() if value}
    return orjson.dumps(document).decode()


def confirmation(subscription: Subscription, message_id: str, now: float) -> str:
    """What an HTTP endpoint is asked before it gets anything."""
    link = f"{subscription.server}/?Action=ConfirmSubscription&TopicArn={subscription.topic}&Token={subscription.token}"
    document = {
        "Type": "SubscriptionConfirmation",
        "MessageId": message_id,
        "Token": subscription.token,
        "TopicArn": subscription.topic,
        "Message": (
            f"You have chosen to subscribe to the topic {subscription.topic}.\n"
            "To confirm the subscription, visit the SubscribeURL included in this message."
        ),
        "SubscribeURL": link,
        "Timestamp": f"{iso_milliseconds(now)}Z",
        "SignatureVersion": "1",
        "Signature": _SIGNATURE,
        "SigningCertURL": certificate(subscription.topic.split(":")[3]),
    }
    return orjson.dumps(document).decode()


def certificate(region: str) -> str:
    """Where AWS has the certificate of its signatures."""
    return f"https://sns.{region}.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem"


def _told(attributes: Attributes) -> Mapping[str, Any] | None:
    return {name: {"Type": kind, "Value": value} for name, (kind, value) in attributes.items()} or None
