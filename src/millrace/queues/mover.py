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
        """A second's messages of every task; whether there are any tasks."""
        sources = await self._storage.read(moves.moving)
        for source in sources:
            now = self._clock.now()
            try:
                await self._storage.write(lambda writer, source=source, now=now: step(writer, source, now))
            except StorageError as error:
                _log.warning("messages of %s are moved later: %s", source, error)
        return bool(sources)


def step(writer: Writer, source_arn: str, now: float) -> None:
    """Move a second's messages of a queue's task, and note how far it is."""
    source = catalog.find_by_arn(writer, source_arn)
    move = None if source is None else moves.running(writer, source)
    if source is None or move is None:
        moves.forget_running(writer, source_arn)
        return
    done = _moved(writer, source, move, now)
    moves.keep(writer, source, done)
    if done.status != RUNNING:
        moves.forget_running(writer, source_arn)


def _moved(writer: Writer, source: Queue, move: Move, now: float) -> Move:
    for _ in range(move.pace or 1):
        try:
            count = moves.move_some(writer, source, move, now, most=1)
        except AwsError as error:
            return replace(move, status=FAILED, failure=moves.reason(error))
        move = replace(move, moved=move.moved + count)
        if not count or move.moved >= move.planned:
            return replace(move, status=COMPLETED)
    return move
