"""Destinations: the queues, topics, buckets and functions that are told of failed batches and of ended events.

A document is delivered inside the transaction that says why: the checkpoint that gives a batch up, or the
end of an event. So each is told exactly once, and none is forgotten at a crash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from millrace.buckets import catalog as buckets
from millrace.buckets import objects
from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.context import Access, Principal
from millrace.core.errors import AwsError
from millrace.functions import catalog, event, names, resource_policy
from millrace.functions.event import Event
from millrace.iam.identities import Identities
from millrace.queues import messages, queue
from millrace.storage.interface import Reader, Writer
from millrace.topics import publishing, topic

# What a function's role must be allowed for a destination of each service.
_ACTIONS = {
    "lambda": ("lambda:InvokeFunction",),
    "s3": ("s3:PutObject", "s3:ListBucket"),
    "sns": ("sns:Publish",),
    "sqs": ("sqs:SendMessage",),
}


@dataclass(frozen=True, slots=True)
class Document:
    """What a destination is told: `body` for queues, topics and functions, and for buckets `record` at `key`.

    `attributes` go with a queue's or topic's message: (type, value) by name. `trace` is the X-Ray header of the
    chain of requests, for queues and functions.
    """

    body: bytes
    record: bytes
    key: str
    attributes: Mapping[str, tuple[str, str]] | None = None
    trace: str | None = None


async def refused(identities: Identities, role_arn: str, destination: str) -> str | None:
    """The first action that the role lacks for telling this destination; None if it lacks none.

    What the destination's own policy says counts too.
    """
    role, target = await identities.role(role_arn), arns.parse(destination)
    # Whatever partition it was written with, policies name it with the one it is in.
    there = str(replace(target, partition=arns.parse(role_arn).partition))
    policy = await identities.storage.read(lambda reader: _policy(reader, destination))
    for action in _ACTIONS.get(target.service, ()):
        if role is None:
            return action
        known = {"aws:RequestedRegion": target.region} if target.region else {}
        access = Access(action, f"{there}/*" if action == "s3:PutObject" else there, known)
        caller = Principal(arns.parse(role.arn).account, role.arn, role.id, role=role.name)
        if not (await identities.decide_on(caller, access, policy)).allowed:
            return action
    return None


def _policy(reader: Reader, destination: str) -> str | None:
    """The policy of a destination, which alone can let in a role of another account."""
    target = arns.parse(destination)
    match target.service:
        case "sqs":
            found = queue.find_by_arn(reader, destination)
            return None if found is None else found.attributes.get("Policy")
        case "sns":
            told = topic.find(reader, destination)
            return None if told is None else told.attributes.get("Policy") or None
        case "s3":
            return buckets.policy(reader, target.resource)
        case "lambda":
            return resource_policy.text(reader, target.scope, target.resource.partition(":")[2])
        case _:
            return None


def deliver(writer: Writer, scope: Scope, destination: str, document: Document, now: float) -> Event | None:
    """Tell a destination, within the caller's transaction. Raises AwsError when it is not there or takes no more.

    A function is told by an event of its own, which is the answer.
    """
    target = arns.parse(destination)
    match target.service:
        case "sqs":
            _send(writer, destination, document, now)
        case "sns":
            _check_size(document, limits.topic_message_bytes_max)
            publishing.publish(
                writer, destination, document.body.decode(), now, attributes=document.attributes
            )
        case "s3":
            objects.put(writer, scope, target.resource, document.key, document.record, now)
        case "lambda":
            return _invoke(writer, destination, document, now)
        case _:
            raise ValueError(f"not a destination: {destination}")
    return None


def _send(writer: Writer, destination: str, document: Document, now: float) -> None:
    found = queue.find_by_arn(writer, destination)
    if found is None:
        raise queue.missing()
    draft = messages.Draft(document.body.decode(), document.attributes or {}, trace=document.trace)
    messages.put(writer, found, draft, now)


def _check_size(document: Document, most: int) -> None:
    """Raises AwsError for what a topic or a function would not take."""
    if len(document.body) > most:
        raise AwsError(
            "RequestTooLargeException", f"{len(document.body)} bytes are more than the {most} it takes"
        )


def _invoke(writer: Writer, destination: str, document: Document, now: float) -> Event:
    _check_size(document, limits.invoke_async_request_bytes_max)
    scope = arns.parse(destination).scope
    reference = names.resolve(scope, destination)
    catalog.get(writer, scope, reference)
    made = Event(
        scope=scope,
        function=reference.name,
        qualifier=reference.qualifier,
        request_id=ids.uuid(),
        payload=document.body,
        accepted=now,
        due=now,
        trace=document.trace,
    )
    event.keep(writer, made)
    return made


def is_there(reader: Reader, destination: str) -> bool:
    """Whether an ARN names a destination that exists."""
    target = arns.parse(destination)
    match target.service:
        case "sqs":
            return queue.find_by_arn(reader, destination) is not None
        case "sns":
            return topic.find(reader, destination) is not None
        case "s3":
            return buckets.find(reader, target.resource) is not None
        case "lambda" if target.resource.startswith("function:"):
            try:
                catalog.get(reader, target.scope, names.resolve(target.scope, destination))
            except AwsError:
                return False
            return True
        case _:
            return False
