"""The life of tables beside the requests: states that are over, and indexes that are filled.

It sleeps until the first thing that a table has pending is over (see `transition`), or until a table has something
to fill (see `backfill`). Tables take turns, some items a transaction, so that no large one holds up the others. What
a restart cuts off goes on at the next start; a full disk is tried again.
"""

from functools import partial

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.errors import StorageError
from millrace.dynamodb import backfill, transition
from millrace.dynamodb.backfill import Fill
from millrace.dynamodb.rounds import Rounds
from millrace.storage.interface import Reader, Storage

# A round that was under way already may have missed what is due; the next one does not.
_ROUNDS = 2


class TableLife(Rounds):
    """Looks after all tables of all scopes while it is entered."""

    name = "table life"
    journal = backfill.CHANGES
    fault = "%s could not be looked after; trying again."

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__(storage, clock)
        self._fills: dict[str, Fill] = {}

    async def settle(self) -> None:
        """Return once every state that is over by now is over, or could not be stored."""
        rounds = iter(range(_ROUNDS))

        async def is_settled() -> bool:
            return not await self.storage.read(self._due) or next(rounds, None) is None

        await self.progress.until(is_settled)

    def is_busy(self, reader: Reader) -> bool:
        """Whether there is a state that is over by now, or something to fill."""
        return bool(self._due(reader) or backfill.unfinished(reader))

    async def idle(self) -> None:
        """Return once there is nothing to fill any more either."""
        await self.progress.until(lambda: self.storage.read(lambda reader: not self.is_busy(reader)))

    async def round(self) -> bool:
        """Do what is due and a part of what wants filling; whether there is more to fill now."""
        faulty = False
        try:
            for arn in await self.storage.read(self._due):
                change = partial(transition.settle, arn=arn, now=self.clock.now())
                faulty |= not await self.sound(arn, self.storage.write(change))
            unfinished = await self.storage.read(backfill.unfinished)
            for arn in unfinished:
                faulty |= not await self.sound(arn, self._fill(arn))
            moments = [moment for _, moment in await self.storage.read(transition.moments)]
        except StorageError:
            # It is told to everyone who writes; here the remedy is to try again later.
            self.wake_at(self.clock.now() + limits.table_retry_seconds)
            return False
        if faulty:
            moments = [self.clock.now() + limits.table_retry_seconds]
        self.wake_at(min(moments, default=None))
        return bool(unfinished) and not faulty

    async def _fill(self, arn: str) -> None:
        fill = await backfill.fill_some(self.storage, self._fills.get(arn, Fill(arn)))
        if fill is None:
            self._fills.pop(arn, None)
        else:
            self._fills[arn] = fill

    def _due(self, reader: Reader) -> list[str]:
        """The ARNs of the tables with a state that is over."""
        now = self.clock.now()
        return [arn for arn, moment in transition.moments(reader) if moment <= now]
