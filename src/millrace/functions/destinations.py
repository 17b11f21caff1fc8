"""Destinations: the queues, topics and buckets that are told of failed batches and of ended events.

A document is delivered inside the transaction that says why: the checkpoint that gives a batch up, or the
end of an event. So each is told exactly once, and none is forgotten at a crash.
"""

from dataclasses import dataclass

from millrace.buckets import objects
from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.context import Access
from millrace.iam.identities import Identities
from millrace.queues import messages
from millrace.storage.interface import Writer
from millrace.topics import publishing

# What a function's role must be allowed for a destination of each service.
_ACTIONS = {"sqs": ("sqs:SendMessage",), "sns": ("sns:Publish",), "s3": ("s3:PutObject", "s3:ListBucket")}


@dataclass(frozen=True, slots=True)
class Document:
    """What a destination is told: `body` for queues and topics, and for buckets `record` at `key`."""

    body: bytes
    record: bytes
    key: str


async def refused(identities: Identities, role_arn: str, destination: str) -> str | None:
    """The first action that the role lacks for telling this destination; None if it lacks none."""
    role, target = arns.parse(role_arn), arns.parse(destination)
    for action in _ACTIONS.get(target.service, ()):
        resource = f"{destination}/*" if action == "s3:PutObject" else destination
        name = role.resource.rpartition("/")[2]
        decision = await identities.decide_role(role.account, name, Access(action, resource))
        if not decision.allowed:
            return action
    return None


def deliver(writer: Writer, scope: Scope, destination: str, document: Document, now: float) -> None:
    """Tell a destination, within the caller's transaction. Raises AwsError when it is not there."""
    target = arns.parse(destination)
    match target.service:
        case "sqs":
            messages.send(writer, destination, document.body.decode(), now)
        case "sns":
            publishing.publish(writer, destination, document.body.decode(), now)
        case "s3":
            objects.put(writer, scope, target.resource, document.key, document.record, now)
        case _:
            raise ValueError(f"not a destination: {destination}")
