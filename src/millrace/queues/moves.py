"""Moving dead letters back, or elsewhere. Inside transactions only.

A message that is moved is a new one there, with an id and an age of its own, as on AWS.
"""

import itertools
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.queues import box, messages
from millrace.queues import queue as catalog
from millrace.queues.messages import Draft
from millrace.queues.queue import Queue
from millrace.storage.interface import Reader, Writer

RUNNING, COMPLETED, FAILED, CANCELLED = "RUNNING", "COMPLETED", "FAILED", "CANCELLED"
# The ARNs of the queues whose task goes on, and the journal that wakes who carries it out.
_MOVING = "queues/moving"
NEWS = "queues/moving/news"


@dataclass(frozen=True, slots=True)
class Move:
    """A message move task. `started` is epoch milliseconds; without a `destination` each letter goes home."""

    id: str
    source: str
    destination: str | None
    started: int
    pace: int | None
    planned: int
    moved: int = 0
    failure: str | None = None
    status: str = COMPLETED

    def due(self, now: float) -> int:
        """How many messages should have been moved by now and are not: those of a second come at its beginning."""
        seconds = 1 + (int(now * 1000) - self.started) // 1000
        return (self.pace or 1) * seconds - self.moved


def move_some(writer: Writer, queue: Queue, move: Move, now: float, *, most: int) -> int:
    """Move some of the messages that are visible; answers how many. Raises QueueDoesNotExist."""
    visible = (each for each in box.entries(writer, queue) if each.visible <= now * 1000)
    entries = list(itertools.islice(visible, most))
    for entry in entries:
        message = box.body(writer, queue, entry.number)
        target = catalog.find_by_arn(writer, move.destination or message.source or "")
        if target is None:
            raise catalog.missing()
        box.remove(writer, queue, entry.number, box.state(writer, queue, entry.number))
        draft = Draft(
            message.body,
            message.attributes,
            group=message.group,
            deduplication=message.deduplication,
            sender=message.sender,
            trace=message.trace,
        )
        messages.put(writer, target, draft, now, moved=True)
    return len(entries)


def keep(writer: Writer, queue: Queue, move: Move) -> None:
    """Remember a task. AWS shows the ten newest, so the others are forgotten."""
    writer.put(queue.space("moves"), _key(move), orjson.dumps(asdict(move)))
    newest = writer.range(queue.space("moves"), reverse=True)
    for key, _ in list(itertools.islice(newest, limits.queue_moves_shown_max, None)):
        writer.delete(queue.space("moves"), key)


def listed(reader: Reader, queue: Queue) -> list[Move]:
    """The newest first."""
    rows: list[dict[str, Any]] = [
        orjson.loads(raw) for _, raw in reader.range(queue.space("moves"), reverse=True)
    ]
    return [Move(**_told(row)) for row in rows]


def running(reader: Reader, queue: Queue) -> Move | None:
    """The task of a queue that goes on."""
    return next((move for move in listed(reader, queue) if move.status == RUNNING), None)


def begin(writer: Writer, queue: Queue, move: Move) -> None:
    """Have a task carried out at its pace."""
    keep(writer, queue, move)
    writer.put(_MOVING, queue.arn.encode(), b"")
    writer.trim(NEWS, writer.append(NEWS, b""))


def moving(reader: Reader) -> list[str]:
    """The ARNs of the queues that have a task which goes on."""
    return [key.decode() for key, _ in reader.range(_MOVING)]


def forget_running(writer: Writer, queue_arn: str) -> None:
    writer.delete(_MOVING, queue_arn.encode())


def reason(error: AwsError) -> str:
    """Why a task failed, in the words of the query protocol."""
    return "AWS.SimpleQueueService.NonExistentQueue" if "Exist" in error.code else error.code


def no_such_resource(name: str) -> AwsError:
    return AwsError(
        "ResourceNotFoundException",
        f"The resource that you specified for the {name} parameter doesn't exist.",
        status=404,
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A task's row; those of older versions tell of failures alone."""
    return {"status": COMPLETED if row["failure"] is None else FAILED, **row}


def _key(move: Move) -> bytes:
    return move.started.to_bytes(8, "big") + move.id.encode()
