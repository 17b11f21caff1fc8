"""Which topics there are, and who subscribes to each. Inside transactions only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.queues.repeats import Repeats
from millrace.storage.interface import Reader, Writer

# The topics with a policy that somebody set, by ARN.
POLICIES = "topics/policies"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. `attributes` are those that were set; `ended` counts subscriptions that are gone."""

    scope: Scope
    name: str
    id: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    ended: int = 0

    @property
    def arn(self) -> str:
        return self.scope.arn("sns", self.name)

    @property
    def is_fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @property
    def repeats(self) -> Repeats:
        """What a FIFO topic was sent lately."""
        return Repeats(f"topic/{self.id}", self.attributes.get("FifoThroughputScope") == "MessageGroup")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One of a topic's subscriptions. Until it is confirmed, `token` is what confirms it.

    `server` is the address that the subscriber knew this server by, for the links in messages.
    """

    topic: str  # its ARN
    id: str
    protocol: str
    endpoint: str
    owner: str
    principal: str
    server: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    token: str = ""
    confirmed: bool = True
    authenticated: bool = True
    guarded: bool = False  # only who is signed may end it

    @property
    def arn(self) -> str:
        return f"{self.topic}:{self.id}"

    @property
    def is_raw(self) -> bool:
        return self.attributes.get("RawMessageDelivery") == "true"


def missing(what: str = "Topic") -> AwsError:
    return AwsError("NotFoundException", f"{what} does not exist")


def invalid(sentence: str) -> AwsError:
    return AwsError("InvalidParameterException", f"Invalid parameter: {sentence}")


def find(reader: Reader, arn: str) -> Topic | None:
    """The topic of an ARN; None also for what is no topic's ARN."""
    try:
        parts = arns.parse(arn)
    except ValueError:
        return None
    raw = reader.get(_names(parts.scope), parts.resource.encode()) if parts.service == "sns" else None
    return None if raw is None else _topic(parts.scope, parts.resource, raw)


def get(reader: Reader, arn: str) -> Topic:
    """Raises NotFound."""
    topic = find(reader, arn)
    if topic is None:
        raise missing()
    return topic


def listed(reader: Reader, scope: Scope, *, after: str = "") -> Iterator[Topic]:
    """In the order of their names, behind `after`."""
    for key, raw in reader.range(_names(scope), after.encode() + b"\0" if after else b""):
        yield _topic(scope, key.decode(), raw)


def put(writer: Writer, topic: Topic) -> None:
    row = {"id": topic.id, "attributes": topic.attributes, "tags": topic.tags, "ended": topic.ended}
    writer.put(_names(topic.scope), topic.name.encode(), orjson.dumps(row))
    if topic.attributes.get("Policy"):
        writer.put(POLICIES, topic.arn.encode(), b"")
    else:
        writer.delete(POLICIES, topic.arn.encode())


def remove(writer: Writer, topic: Topic) -> None:
    """Take a topic away with its subscriptions."""
    for subscription in list(subscriptions(writer, topic.scope, topic=topic.name)):
        drop_subscription(writer, subscription)
    for space in topic.repeats.spaces:
        writer.drop(space)
    writer.drop(f"topic/{topic.id}/numbers")
    writer.delete(_names(topic.scope), topic.name.encode())
    writer.delete(POLICIES, topic.arn.encode())


def find_subscription(reader: Reader, arn: str) -> Subscription | None:
    topic, _, _ = arn.rpartition(":")
    try:
        parts = arns.parse(topic)
    except ValueError:
        return None
    raw = reader.get(_subscriptions(parts.scope), _key(arn))
    return None if raw is None else _subscription(parts.scope, _key(arn), raw)


def subscriptions(
    reader: Reader, scope: Scope, *, topic: str | None = None, after: str = ""
) -> Iterator[Subscription]:
    """All of a scope or those of a topic by its name, behind the ARN `after`."""
    prefix = b"" if topic is None else topic.encode() + b":"
    low = max(prefix, _key(after) + b"\0" if after else b"")
    for key, raw in reader.range(_subscriptions(scope), low):
        if not key.startswith(prefix):
            return
        yield _subscription(scope, key, raw)


def put_subscription(writer: Writer, subscription: Subscription) -> None:
    row = {
        name: getattr(subscription, name) for name in Subscription.__slots__ if name not in ("topic", "id")
    }
    space = _subscriptions(arns.parse(subscription.topic).scope)
    writer.put(space, _key(subscription.arn), orjson.dumps(row))


def drop_subscription(writer: Writer, subscription: Subscription) -> None:
    writer.delete(_subscriptions(arns.parse(subscription.topic).scope), _key(subscription.arn))


def _topic(scope: Scope, name: str, raw: bytes) -> Topic:
    row: dict[str, Any] = orjson.loads(raw)
    return Topic(scope, name, **row)


def _subscription(scope: Scope, key: bytes, raw: bytes) -> Subscription:
    name, _, identifier = key.decode().rpartition(":")
    row: dict[str, Any] = orjson.loads(raw)
    return Subscription(scope.arn("sns", name), identifier, **row)


def _key(subscription_arn: str) -> bytes:
    """The topic's name, a colon and the subscription's id."""
    return subscription_arn.split(":", 5)[-1].encode()


def _names(scope: Scope) -> str:
    return f"topics/{scope.path}/names"


def _subscriptions(scope: Scope) -> str:
    return f"topics/{scope.path}/subscriptions"
