"""Deliveries that wait to be sent: a row each, in the transaction that causes it. Inside transactions only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core import ids
from millrace.storage.interface import Reader, Writer
from millrace.topics.retries import CONTENT_TYPE

NEWS = "topics/outbox/news"
_ROWS = "topics/outbox"
# Keys count milliseconds.
_TICK_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something for an HTTP endpoint or a function. `due` is epoch seconds; `tries` are those that failed.

    `kind` is `Notification` or `SubscriptionConfirmation`; `raw` bodies are the message alone.
    """

    id: str
    due: float
    kind: str
    subscription: str  # the ARN
    protocol: str
    endpoint: str
    message_id: str
    body: str
    raw: bool = False
    tries: int = 0
    content_type: str = CONTENT_TYPE

    @property
    def key(self) -> bytes:
        return _moment(self.due) + self.id.encode()


def delivery(
    kind: str, subscription: str, protocol: str, endpoint: str, message_id: str, body: str, now: float
) -> Delivery:
    """A delivery that is due at once."""
    return Delivery(ids.uuid(), now, kind, subscription, protocol, endpoint, message_id, body)


def add(writer: Writer, waiting: Delivery) -> None:
    """Keep a delivery; whoever sends is woken when the transaction commits."""
    row = {name: getattr(waiting, name) for name in Delivery.__slots__}
    writer.put(_ROWS, waiting.key, orjson.dumps(row))
    writer.trim(NEWS, writer.append(NEWS, b""))


def remove(writer: Writer, waiting: Delivery) -> None:
    writer.delete(_ROWS, waiting.key)


def waiting(reader: Reader) -> Iterator[Delivery]:
    """What is due first comes first."""
    for _, raw in reader.range(_ROWS):
        row: dict[str, Any] = orjson.loads(raw)
        yield Delivery(**row)


def is_due(reader: Reader, now: float) -> bool:
    """Whether something should be with whom it is for by now, and is not."""
    return any(True for _ in reader.range(_ROWS, high=_moment(now + _TICK_SECONDS), limit=1))


def _moment(seconds: float) -> bytes:
    return int(seconds * 1000).to_bytes(8, "big")
