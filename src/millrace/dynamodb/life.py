"""The life of tables beside the requests: states that are over, and indexes that are filled.

It sleeps until the first thing that a table has pending is over (see `transition`), or until a table has something
to fill (see `backfill`). Tables take turns, some items a transaction, so that no large one holds up the others. What
a restart cuts off goes on at the next start; a full disk is tried again.
"""

import asyncio
import logging
from collections.abc import Awaitable
from functools import partial

from millrace.core import limits
from millrace.core.background import Background
from millrace.core.clock import Clock, Timer
from millrace.core.errors import StorageError
from millrace.dynamodb import backfill, transition
from millrace.dynamodb.backfill import Fill
from millrace.storage.interface import Storage

_log = logging.getLogger("millrace.dynamodb")
# A round that was under way already may have missed what is due; the next one does not.
_ROUNDS = 2


class TableLife(Background):
    """Looks after all tables of all scopes while it is entered."""

    name = "table life"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__()
        self._storage = storage
        self._clock = clock
        self._woken = asyncio.Event()
        # Set when the round that is under way, or the next one, has ended; each round has its own.
        self._round_ended = asyncio.Event()
        self._timer: Timer | None = None
        self._fills: dict[str, Fill] = {}

    async def settle(self) -> None:
        """Return once every state that is over by now is over, or could not be stored."""
        for _ in range(_ROUNDS):
            ended = self._round_ended
            if not await self._due():
                return
            await ended.wait()

    async def idle(self) -> None:
        """Return once there is nothing to fill any more either."""
        while True:
            ended = self._round_ended
            if not await self._due() and not await self._storage.read(backfill.unfinished):
                return
            await ended.wait()

    async def run(self) -> None:
        close = self._storage.watch(backfill.CHANGES, self._woken.set)
        try:
            while True:
                self._woken.clear()
                more = await self._round()
                self._round_ended.set()
                self._round_ended = asyncio.Event()
                if not more:
                    await self._woken.wait()
        finally:
            close()
            self._set_timer(None)

    async def _round(self) -> bool:
        """Do what is due and a part of what wants filling; whether there is more to fill now."""
        faulty = False
        try:
            for arn in await self._due():
                change = partial(transition.settle, arn=arn, now=self._clock.now())
                faulty |= not await self._sound(arn, self._storage.write(change))
            unfinished = await self._storage.read(backfill.unfinished)
            for arn in unfinished:
                faulty |= not await self._sound(arn, self._fill(arn))
            moments = [moment for _, moment in await self._storage.read(transition.moments)]
        except StorageError:
            # It is told to everyone who writes; here the remedy is to try again later.
            self._set_timer(self._clock.now() + limits.table_retry_seconds)
            return False
        if faulty:
            moments = [self._clock.now() + limits.table_retry_seconds]
        self._set_timer(min(moments, default=None))
        return bool(unfinished) and not faulty

    async def _sound(self, arn: str, work: Awaitable[None]) -> bool:
        """Do a table's work; whether that went well. Raises StorageError."""
        try:
            await work
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - the border: whatever is wrong with one table must not stop the others
            _log.exception("%s could not be looked after; trying again.", arn)
            return False
        return True

    async def _fill(self, arn: str) -> None:
        fill = await backfill.fill_some(self._storage, self._fills.get(arn, Fill(arn)))
        if fill is None:
            self._fills.pop(arn, None)
        else:
            self._fills[arn] = fill

    async def _due(self) -> list[str]:
        """The ARNs of the tables with a state that is over."""
        now = self._clock.now()
        return [arn for arn, moment in await self._storage.read(transition.moments) if moment <= now]

    def _set_timer(self, when: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if when is not None:
            self._timer = self._clock.call_at(when, self._woken.set)
