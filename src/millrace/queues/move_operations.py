"""Message move tasks. Without a pace they are done when StartMessageMoveTask answers, the others go on in `mover`."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.iam.documents import is_object
from millrace.queues import box, moves
from millrace.queues import queue as catalog
from millrace.queues.moves import Move, no_such_resource
from millrace.queues.queue import Queue, invalid
from millrace.queues.queues import Queues
from millrace.queues.reception import redrive_policy
from millrace.storage.interface import Reader, Writer


def move_operations(queues: Queues) -> dict[str, Operation]:
    return {
        "StartMessageMoveTask": partial(start_message_move_task, queues),
        "ListMessageMoveTasks": partial(list_message_move_tasks, queues),
        "CancelMessageMoveTask": partial(cancel_message_move_task, queues),
    }


async def start_message_move_task(queues: Queues, context: Context, params: Params) -> Output:
    source = await _source(queues, context, params["SourceArn"])
    destination: str | None = params.get("DestinationArn")
    now = queues.clock.now()

    def plan(reader: Reader) -> Move:
        if not _has_sources(reader, source):
            raise invalid("Source queue must be configured as a Dead Letter Queue.")
        if destination is not None and catalog.find_by_arn(reader, destination) is None:
            raise no_such_resource("DestinationArn")
        if moves.running(reader, source) is not None:
            raise invalid(
                "There is already a task running. "
                "Only one active task is allowed for a source queue arn at a given time."
            )
        planned = box.counts(reader, source, int(now * 1000)).visible
        pace = params.get("MaxNumberOfMessagesPerSecond")
        return Move(ids.uuid(), source.arn, destination, int(now * 1000), pace, planned)

    def begin(writer: Writer) -> Move:
        move = replace(plan(writer), status=moves.RUNNING)
        moves.begin(writer, source, move)
        return move

    if params.get("MaxNumberOfMessagesPerSecond") is None:
        move = await _carry_out(queues, source, await queues.storage.read(plan), now)
    else:
        move = await queues.storage.write(begin)
    return {"TaskHandle": _handle(move)}


async def list_message_move_tasks(queues: Queues, context: Context, params: Params) -> Output:
    source = await _source(queues, context, params["SourceArn"])
    most = params.get("MaxResults", 1)
    if not 1 <= most <= limits.queue_moves_shown_max:
        raise invalid(
            f"Value {most} for parameter MaxResults is invalid. "
            f"Reason: Must be between 1 and {limits.queue_moves_shown_max}, if provided."
        )
    found = await queues.storage.read(lambda reader: moves.listed(reader, source))
    return {"Results": [_shown(move) for move in found[:most]]}


async def cancel_message_move_task(queues: Queues, context: Context, params: Params) -> Output:
    try:
        handle = orjson.loads(base64.b64decode(params["TaskHandle"], validate=True))
    except (binascii.Error, ValueError):
        handle = None
    if not is_object(handle) or not isinstance(handle.get("sourceArn"), str):
        raise invalid("Value for parameter TaskHandle is invalid.")
    source = await _source(queues, context, handle["sourceArn"])

    def cancel(writer: Writer) -> Move:
        found = [move for move in moves.listed(writer, source) if move.id == handle.get("taskId")]
        if not found:
            raise AwsError("ResourceNotFoundException", "Task does not exist.", status=404)
        if found[0].status != moves.RUNNING:
            raise AwsError("UnsupportedOperation", "Only active tasks can be cancelled.")
        moves.keep(writer, source, replace(found[0], status=moves.CANCELLED))
        moves.forget_running(writer, source.arn)
        return found[0]

    return {"ApproximateNumberOfMessagesMoved": (await queues.storage.write(cancel)).moved}


async def _carry_out(queues: Queues, source: Queue, move: Move, now: float) -> Move:
    """Move what is visible, some messages a transaction, and remember what came of it."""

    def step(writer: Writer) -> int:
        return moves.move_some(writer, source, move, now, most=limits.queue_move_messages_max)

    failure, status, moved = None, moves.COMPLETED, 0
    try:
        while moved < move.planned and (count := await queues.storage.write(step)):
            moved += count
    except AwsError as error:
        failure, status = moves.reason(error), moves.FAILED
    done = replace(move, moved=moved, failure=failure, status=status)
    await queues.storage.write(lambda writer: moves.keep(writer, source, done))
    return done


async def _source(queues: Queues, context: Context, arn: str) -> Queue:
    def read(reader: Reader) -> Queue | None:
        return catalog.find_by_arn(reader, arn)

    if arn.count(":") != 5:
        raise invalid(
            "You must use this format to specify the SourceArn: "
            "arn:<partition>:<service>:<region>:<account-id>:<resource-id>"
        )
    found = await queues.storage.read(read)
    if found is None or found.scope.account != context.principal.account:
        raise no_such_resource("SourceArn")
    return found


def _has_sources(reader: Reader, dead: Queue) -> bool:
    every = catalog.listed(reader, dead.scope)
    return any(redrive_policy(queue).get("deadLetterTargetArn") == dead.arn for queue in every)


def _handle(move: Move) -> str:
    return base64.b64encode(orjson.dumps({"taskId": move.id, "sourceArn": move.source})).decode()


def _shown(move: Move) -> Mapping[str, Any]:
    return {
        "TaskHandle": _handle(move) if move.status == moves.RUNNING else None,
        "Status": move.status,
        "SourceArn": move.source,
        "DestinationArn": move.destination,
        "MaxNumberOfMessagesPerSecond": move.pace,
        "ApproximateNumberOfMessagesMoved": move.moved,
        "ApproximateNumberOfMessagesToMove": move.planned,
        "FailureReason": move.failure,
        "StartedTimestamp": move.started,
    }
