"""Sending to queues, inside a transaction of whoever sends: what causes a message commits with it."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from millrace.core import ids, limits
from millrace.core.errors import AwsError
from millrace.queues import box
from millrace.queues import queue as queues
from millrace.queues.message import Attributes, Message, State, size
from millrace.queues.queue import Queue, invalid
from millrace.queues.repeats import deduplication_of
from millrace.storage.interface import Reader, Writer

_TOO_LONG = "One or more parameters are invalid. Reason: Message must be shorter than {} bytes."
_SEQUENCE_START = 18_849_496_460_467_696_128


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent. `delay` is seconds, None for the queue's own."""

    body: str
    attributes: Attributes = field(default_factory=dict[str, tuple[str, str]])
    delay: int | None = None
    group: str | None = None
    deduplication: str | None = None
    sender: str = ""
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What the sender is told; `sequence` is FIFO queues' alone."""

    id: str
    sequence: str | None


def send(
    writer: Writer,
    queue_arn: str,
    body: str,
    now: float,
    *,
    attributes: Mapping[str, tuple[str, str]] | None = None,
    group: str | None = None,
    deduplication: str | None = None,
    trace: str | None = None,
) -> str:
    """Put a message at the end of a queue; answers its MessageId.

    `attributes` are types and values by name, binary values in base64. Raises AwsError: QueueDoesNotExist, or
    what SendMessage would say.
    """
    queue = queues.find_by_arn(writer, queue_arn)
    if queue is None:
        raise queues.missing()
    draft = Draft(body, attributes or {}, group=group, deduplication=deduplication, trace=trace)
    return put(writer, queue, draft, now).id


def put(
    writer: Writer,
    queue: Queue,
    draft: Draft,
    now: float,
    *,
    moved: bool = False,
    too_long: str = _TOO_LONG,
) -> Sent:
    """The same for a queue that was found. A FIFO queue takes what it had within five minutes only once.

    What is `moved` was sent long ago and is no repetition, though its deduplication id may be known here. `too_long`
    is the sentence about the most bytes.
    """
    most = queue.number("MaximumMessageSize")
    if size(draft.body, draft.attributes) > most:
        raise invalid(too_long.format(most))
    deduplication = draft.deduplication
    if queue.is_fifo:
        deduplication = deduplicated(queue, draft.group, draft.deduplication, draft.body)
        _check_delay(draft)
        earlier = queue.repeats.find(writer, draft.group or "", deduplication, now)
        if earlier is not None and not moved:
            return Sent(*earlier)
    elif draft.deduplication is not None:
        raise invalid(
            f"Value {draft.deduplication} for parameter MessageDeduplicationId is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )
    forget_old(writer, queue, now)
    number = box.take_number(writer, queue)
    sequence = str(_SEQUENCE_START + number) if queue.is_fifo else None
    message = Message(
        ids.uuid(),
        draft.body,
        draft.attributes,
        draft.sender or queue.scope.account,
        draft.trace,
        draft.group,
        deduplication,
        sequence,
    )
    sent = int(now * 1000)
    usual = draft.delay is None or queue.is_fifo
    delay = queue.number("DelaySeconds") if usual else draft.delay or 0
    box.add(writer, queue, number, message, State(sent + delay * 1000, sent))
    if queue.is_fifo and deduplication is not None:
        queue.repeats.note(writer, draft.group or "", deduplication, (message.id, sequence), now)
    return Sent(message.id, sequence)


def forget_old(writer: Writer, queue: Queue, now: float) -> None:
    """Remove some of the messages that are older than the queue keeps them."""
    first = itertools.islice(box.oldest(writer, queue), limits.queue_expired_messages_max)
    old = list(itertools.takewhile(lambda entry: is_old(queue, entry[1], now), first))
    for number, state in old:
        box.remove(writer, queue, number, state)


def has_old(reader: Reader, queue: Queue, now: float) -> bool:
    """Whether there is something to forget."""
    first = next(box.oldest(reader, queue), None)
    return first is not None and is_old(queue, first[1], now)


def is_old(queue: Queue, state: State, now: float) -> bool:
    """Whether a message has outlived the queue's retention."""
    return state.sent + queue.number("MessageRetentionPeriod") * 1000 <= now * 1000


def _check_delay(draft: Draft) -> None:
    """In a FIFO queue all messages wait as long as the queue says."""
    if draft.delay:
        raise invalid(
            f"Value {draft.delay} for parameter DelaySeconds is invalid. "
            "Reason: The request include parameter that is not valid for this queue type."
        )


def deduplicated(queue: Queue, group: str | None, given: str | None, body: str) -> str:
    """The deduplication id of a message for a FIFO queue. Raises what is missing."""
    if group is None:
        raise AwsError(
            "MissingRequiredParameterException", "The request must contain the parameter MessageGroupId."
        )
    found = deduplication_of(queue.attributes, given, body)
    if found is None:
        raise invalid(
            "The queue should either have ContentBasedDeduplication enabled "
            "or MessageDeduplicationId provided explicitly"
        )
    return found
