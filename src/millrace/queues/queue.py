"""Which queues there are, and the settings of each. Inside transactions only.

A queue has an id besides its name: one that is deleted and made again under its name begins anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.queues.repeats import Repeats
from millrace.storage.interface import Reader, Writer

# The queues with a policy, by ARN.
POLICIES = "queues/policies"
DEFAULTS: Mapping[str, str] = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
}


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue. `attributes` are those that were set, as texts; times are epoch seconds."""

    scope: Scope
    name: str
    id: str
    created: int
    modified: int
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def arn(self) -> str:
        return self.scope.arn("sqs", self.name)

    @property
    def is_fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @property
    def repeats(self) -> Repeats:
        """What a FIFO queue was sent lately."""
        by_group = self.attributes.get("DeduplicationScope") == "messageGroup"
        return Repeats(f"queue/{self.id}", by_group)

    def number(self, name: str) -> int:
        """A setting that is a number, for instance `VisibilityTimeout` in seconds."""
        return int(self.attributes.get(name) or DEFAULTS[name])

    def space(self, part: str) -> str:
        """The name of a space or journal of this queue's own."""
        return f"queue/{self.id}/{part}"


def missing() -> AwsError:
    return AwsError("QueueDoesNotExist", "The specified queue does not exist.")


def invalid(message: str) -> AwsError:
    """SQS's answer to a parameter that cannot be."""
    return AwsError("InvalidParameterValueException", message, status=400)


def find(reader: Reader, scope: Scope, name: str) -> Queue | None:
    raw = reader.get(_names(scope), name.encode())
    return None if raw is None else _decode(scope, name, raw)


def get(reader: Reader, scope: Scope, name: str) -> Queue:
    """Raises QueueDoesNotExist."""
    queue = find(reader, scope, name)
    if queue is None:
        raise missing()
    return queue


def find_by_arn(reader: Reader, arn: str) -> Queue | None:
    """None also for a text that is no queue's ARN."""
    try:
        parts = arns.parse(arn)
    except ValueError:
        return None
    return find(reader, parts.scope, parts.resource) if parts.service == "sqs" else None


def listed(reader: Reader, scope: Scope, *, prefix: str = "", after: str = "") -> Iterator[Queue]:
    """In the order of their names, behind `after`."""
    low = max(prefix.encode(), after.encode() + b"\0" if after else b"")
    for key, raw in reader.range(_names(scope), low):
        if not key.startswith(prefix.encode()):
            return
        yield _decode(scope, key.decode(), raw)


def put(writer: Writer, queue: Queue) -> None:
    row = {
        "id": queue.id,
        "created": queue.created,
        "modified": queue.modified,
        "attributes": queue.attributes,
        "tags": queue.tags,
    }
    writer.put(_names(queue.scope), queue.name.encode(), orjson.dumps(row))
    if queue.attributes.get("Policy"):
        writer.put(POLICIES, queue.arn.encode(), b"")
    else:
        writer.delete(POLICIES, queue.arn.encode())


def remove(writer: Writer, queue: Queue) -> None:
    """Take a queue away with all it holds."""
    writer.delete(_names(queue.scope), queue.name.encode())
    writer.delete(POLICIES, queue.arn.encode())
    for part in ("index", "states", "bodies", "tally"):
        writer.drop(queue.space(part))
    for space in queue.repeats.spaces:
        writer.drop(space)
    # Whoever waits for a message learns that there will be none.
    writer.append(queue.space("news"), b"")


def _decode(scope: Scope, name: str, raw: bytes) -> Queue:
    row: dict[str, Any] = orjson.loads(raw)
    return Queue(scope, name, **row)


def _names(scope: Scope) -> str:
    return f"queues/{scope.path}/names"
