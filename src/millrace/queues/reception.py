"""Receiving messages, and what becomes of them then. Inside transactions only.

A receive hides a message until its visibility timeout is over, in a row: nothing of it is lost with the server.
In a FIFO queue a message that is hidden, or delayed, hides those of its group that come after it.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from millrace.core import ids, limits
from millrace.core.errors import AwsError
from millrace.queues import box, receipts
from millrace.queues import queue as queues
from millrace.queues.message import Message, State
from millrace.queues.messages import forget_old, is_old
from millrace.queues.queue import Queue, invalid
from millrace.queues.receipts import Receipt
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True)
class Received:
    """A message as its receiver gets it."""

    message: Message
    state: State
    handle: str


def ready(reader: Reader, queue: Queue, now: float) -> tuple[bool, float | None]:
    """Whether a message can be received; if not, the epoch second at which the next may be."""
    now_ms, hidden = int(now * 1000), set[str]()
    nearest: int | None = None
    for entry in itertools.islice(box.entries(reader, queue), limits.queue_scan_messages_max):
        if entry.visible <= now_ms and entry.group not in hidden:
            return True, None
        if entry.visible > now_ms:
            nearest = entry.visible if nearest is None else min(nearest, entry.visible)
            if not queue.is_fifo:
                break
            hidden.add(entry.group)
    return False, None if nearest is None else nearest / 1000


def over_limit() -> AwsError:
    """What a short poll is told while too many messages are in flight."""
    return AwsError(
        "OverLimit",
        "Too many messages have been received without being deleted.\n"
        "Please delete your received messages or let them timeout before receiving more.",
        status=403,
    )


def receive(writer: Writer, queue: Queue, count: int, seconds: int, now: float) -> list[Received]:
    """Up to `count` messages, hidden for `seconds`. What was received too often goes to the dead letters."""
    forget_old(writer, queue, now)
    found: dict[int, Received] = {}
    dead, most = _redrive(writer, queue)
    while len(found) < count:
        visible = itertools.islice(_offered(writer, queue, int(now * 1000)), count)
        entries = [entry for entry in visible if entry.number not in found]
        for entry in entries[: count - len(found)]:
            old = box.state(writer, queue, entry.number)
            if is_old(queue, old, now):
                box.remove(writer, queue, entry.number, old)
            elif dead is not None and old.receives >= most:
                _bury(writer, queue, dead, entry.number, old, int(now * 1000))
            else:
                found[entry.number] = _take(writer, queue, entry.number, old, int(now * 1000), seconds)
        if all(entry.number in found for entry in entries):
            break  # none went elsewhere, so there are no more
    return list(found.values())


def delete(writer: Writer, queue: Queue, handle: str, now: float) -> None:
    """Remove a received message. In a FIFO queue a receipt that is not its latest removes nothing."""
    receipt = receipts.read(handle)
    state = _held(writer, queue, receipt, any_receipt=not queue.is_fifo)
    if state is None:
        return
    if queue.is_fifo and state.visible <= now * 1000:
        raise _refused(handle, "The receipt handle has expired.")
    box.remove(writer, queue, receipt.number, state)
    if queue.is_fifo:
        box.tell(writer, queue)  # its group may go on


def hide(writer: Writer, queue: Queue, handle: str, seconds: int, now: float) -> None:
    """Let a received message be hidden for `seconds` from now, also one whose visibility timeout is over.

    In a standard queue any receipt of it will do, in a FIFO queue its latest. Raises InvalidParameterValue.
    """
    if not 0 <= seconds <= limits.queue_visibility_seconds_max:
        raise invalid(
            f"Value {seconds} for parameter VisibilityTimeout is invalid. "
            f"Reason: Must be >= 0 and <= {limits.queue_visibility_seconds_max}, if provided."
        )
    receipt = receipts.read(handle)
    state = _held(writer, queue, receipt, any_receipt=not queue.is_fifo)
    now_ms = int(now * 1000)
    if state is None or not state.receives:
        raise _refused(handle, "Message does not exist or is not available for visibility timeout change.")
    group = box.body(writer, queue, receipt.number).group or ""
    box.change(writer, queue, receipt.number, state, replace(state, visible=now_ms + seconds * 1000), group)
    box.tell(writer, queue)  # it may be there, or earlier than those who wait believe


def redrive_policy(queue: Queue) -> dict[str, Any]:
    """`deadLetterTargetArn` and `maxReceiveCount`, or nothing."""
    return orjson.loads(queue.attributes.get("RedrivePolicy") or "{}")


def _offered(reader: Reader, queue: Queue, now_ms: int) -> Iterator[box.Entry]:
    """The messages that may be received, as they are handed out.

    Of a FIFO queue as many of one group as possible; a group that comes back after its visibility timeout is behind
    those that wait since before, so that none starves the others.
    """
    visible = _visible(reader, queue, now_ms)
    if not queue.is_fifo:
        return visible
    groups: dict[str, list[box.Entry]] = {}
    for entry in itertools.islice(visible, limits.queue_ordered_messages_max):
        groups.setdefault(entry.group, []).append(entry)
    in_turn = sorted(groups.values(), key=lambda group: group[0].visible)
    return itertools.chain.from_iterable(in_turn)


def _visible(reader: Reader, queue: Queue, now_ms: int) -> Iterator[box.Entry]:
    """The messages that may be received, in order; as many as could come into question."""
    hidden = set[str]()
    for entry in itertools.islice(box.entries(reader, queue), limits.queue_scan_messages_max):
        if entry.visible > now_ms:
            if not queue.is_fifo:
                return
            hidden.add(entry.group)
        elif entry.group not in hidden:
            yield entry


def _take(writer: Writer, queue: Queue, number: int, old: State, now_ms: int, seconds: int) -> Received:
    receipt = Receipt(queue.id, number, ids.hexadecimal(16))
    message = box.body(writer, queue, number)
    new = State(now_ms + seconds * 1000, old.sent, old.receives + 1, old.first or now_ms, receipt.nonce)
    box.change(writer, queue, number, old, new, message.group or "")
    return Received(message, new, receipt.handle())


def _redrive(reader: Reader, queue: Queue) -> tuple[Queue | None, int]:
    """The dead-letter queue, if there is one, and how often a message may be received before it goes there."""
    policy = redrive_policy(queue)
    if not policy:
        return None, 0
    return queues.find_by_arn(reader, policy["deadLetterTargetArn"]), int(policy["maxReceiveCount"])


def _bury(writer: Writer, queue: Queue, dead: Queue, number: int, old: State, now_ms: int) -> None:
    """Move a message to the dead letters. Its id, its age (a FIFO queue's begins anew) and its receives stay."""
    message = replace(box.body(writer, queue, number), source=queue.arn)
    box.remove(writer, queue, number, old)
    sent = now_ms if dead.is_fifo else old.sent
    state = State(now_ms, sent, old.receives, old.first)
    box.add(writer, dead, box.take_number(writer, dead), message, state)


def _held(reader: Reader, queue: Queue, receipt: Receipt, *, any_receipt: bool = False) -> State | None:
    """The state of the message, if this is its latest receipt, or any."""
    if receipt.queue != queue.id:
        return None
    state = box.find_state(reader, queue, receipt.number)
    return state if state is not None and (any_receipt or state.receipt == receipt.nonce) else None


def _refused(handle: str, reason: str) -> AwsError:
    return invalid(f"Value {handle} for parameter ReceiptHandle is invalid. Reason: {reason}")
