"""A message as it is kept, and the digests that clients check. Pure."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

# Message attributes by name: type and value. Of the binary types the value is in base64.
Attributes = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Message:
    """What a sender gave, and what it was given for it. It never changes."""

    id: str
    body: str
    attributes: Attributes = field(default_factory=dict[str, tuple[str, str]])
    sender: str = ""
    trace: str | None = None
    group: str | None = None
    deduplication: str | None = None
    sequence: str | None = None
    source: str | None = None  # the ARN of the queue it was a dead letter of


@dataclass(frozen=True, slots=True)
class State:
    """What happens to a message. Times are epoch milliseconds; `receipt` is that of the last receive."""

    visible: int
    sent: int
    receives: int = 0
    first: int = 0
    receipt: str = ""


def encode(message: Message) -> bytes:
    return orjson.dumps(message)


def decode(raw: bytes) -> Message:
    row: dict[str, Any] = orjson.loads(raw)
    row["attributes"] = {name: (kind, value) for name, (kind, value) in row["attributes"].items()}
    return Message(**row)


def encode_state(state: State) -> bytes:
    return orjson.dumps((state.visible, state.sent, state.receives, state.first, state.receipt))


def decode_state(raw: bytes) -> State:
    return State(*orjson.loads(raw))


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def attributes_md5(attributes: Attributes) -> str | None:
    """The digest that SDKs compare; None without attributes.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """
    if not attributes:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for name, (kind, value) in sorted(attributes.items()):
        is_binary = kind.startswith("Binary")
        digest.update(_sized(name.encode()) + _sized(kind.encode()))
        digest.update(b"\2" if is_binary else b"\1")
        digest.update(_sized(base64.b64decode(value) if is_binary else value.encode()))
    return digest.hexdigest()


def size(body: str, attributes: Attributes) -> int:
    """What counts towards a message's size: its body, and names, types and values of its attributes."""
    total = len(body.encode())
    for name, (kind, value) in attributes.items():
        raw = base64.b64decode(value) if kind.startswith("Binary") else value.encode()
        total += len(name.encode()) + len(kind.encode()) + len(raw)
    return total


def _sized(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part
