"""Carries out the message move tasks that have a pace: so many messages a second, on the server's clock.

Which tasks run is in rows, so they go on after a restart.
"""

import asyncio
import logging
from dataclasses import replace

from millrace.core import limits
from millrace.core.background import Background
from millrace.core.clock import Clock
from millrace.core.errors import AwsError, StorageError
from millrace.queues import moves
from millrace.queues import queue as catalog
from millrace.queues.moves import COMPLETED, FAILED, RUNNING, Move
from millrace.queues.queue import Queue
from millrace.storage.interface import Storage, Writer

_log = logging.getLogger("millrace.queues")


class Mover(Background):
    """Moves messages while it is entered."""

    name = "queues"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__()
        self._storage = storage
        self._clock = clock
        self._woken = asyncio.Event()

    async def run(self) -> None:
        close = self._storage.watch(moves.NEWS, self._woken.set)
        try:
            while True:
                self._woken.clear()
                if await self._step():
                    await self._clock.sleep(limits.queue_move_step_seconds)
                else:
                    await self._woken.wait()
        finally:
            close()

    async def _step(self) -> bool:
        """What is due of every task; whether there are any tasks."""
        sources = await self._storage.read(moves.moving)
        for source in sources:
            while await self._move(source):
                pass
        return bool(sources)

    async def _move(self, source: str) -> bool:
        """Move some of what is due of one task; whether more is due."""
        now = self._clock.now()
        try:
            return await self._storage.write(lambda writer: step(writer, source, now))
        except StorageError as error:
            _log.warning("messages of %s are moved later: %s", source, error)
        except Exception:  # noqa: BLE001 - the border: one task that cannot go on must not hold up the others
            _log.exception("messages of %s could not be moved; trying again.", source)
        return False


def step(writer: Writer, source_arn: str, now: float) -> bool:
    """Move some of what is due of a queue's task, and note how far it is; whether more is due."""
    source = catalog.find_by_arn(writer, source_arn)
    move = None if source is None else moves.running(writer, source)
    if source is None or move is None:
        moves.forget_running(writer, source_arn)
        return False
    done = _moved(writer, source, move, now)
    moves.keep(writer, source, done)
    if done.status != RUNNING:
        moves.forget_running(writer, source_arn)
    return done.status == RUNNING and done.due(now) > 0


def _moved(writer: Writer, source: Queue, move: Move, now: float) -> Move:
    for _ in range(min(move.due(now), limits.queue_move_messages_max)):
        try:
            count = moves.move_some(writer, source, move, now, most=1)
        except AwsError as error:
            return replace(move, status=FAILED, failure=moves.reason(error))
        move = replace(move, moved=move.moved + count)
        if not count or move.moved >= move.planned:
            return replace(move, status=COMPLETED)
    return move
