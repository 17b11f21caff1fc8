"""Expiry: items whose time has come are deleted, as AWS's Time to Live does, but within a second.

It sleeps until the first item of any table is due, or until one that is due earlier is written. What expires
goes the way of every change (see `change`), marked as the service's doing, some items a transaction. An item
may be read until it is gone, as on AWS.
"""

from functools import partial

from millrace.core import limits
from millrace.core.errors import StorageError
from millrace.dynamodb import catalog, change, expiry_index
from millrace.dynamodb.catalog import Table, TimeToLive
from millrace.dynamodb.rounds import Rounds
from millrace.dynamodb.row import Row
from millrace.storage.interface import Reader, Writer


class Expirer(Rounds):
    """Deletes what is due while it is entered, in all scopes."""

    name = "expiry"
    journal = expiry_index.CHANGES
    fault = "Items of %s could not be expired; trying again."

    def is_busy(self, reader: Reader) -> bool:
        """Whether something that should be gone by now is still there."""
        return bool(self._due(reader))

    async def idle(self) -> None:
        """Return once everything that is due by now is gone, and in the stream of its table."""
        await self.progress.until(lambda: self.storage.read(lambda reader: not self.is_busy(reader)))

    async def round(self) -> bool:
        # A full disk is told to everyone who writes; here the remedy is to try again later.
        try:
            await self._expire()
        except StorageError:
            self.wake_at(self.clock.now() + limits.expiry_retry_seconds)
        return False

    async def _expire(self) -> None:
        """Delete all that is due, and have this called again when the next item is."""
        faulty: set[str] = set()
        while tables := [arn for arn in await self.storage.read(self._due) if arn not in faulty]:
            # Each has its turn: a table with very much to expire does not hold up the others.
            for arn in tables:
                change = partial(_expire_some, arn=arn, now=self.clock.now())
                if not await self.sound(arn, self.storage.write(change)):
                    faulty.add(arn)
        alarms = await self.storage.read(expiry_index.alarms)
        moments: list[float] = [moment for arn, moment in alarms if arn not in faulty]
        if faulty:
            moments.append(self.clock.now() + limits.expiry_retry_seconds)
        self.wake_at(min(moments, default=None))

    def _due(self, reader: Reader) -> list[str]:
        """The ARNs of the tables with something to expire."""
        now = self.clock.now()
        return [arn for arn, moment in expiry_index.alarms(reader) if moment <= now]


def _expire_some(writer: Writer, arn: str, now: float) -> None:
    """Delete some of a table's items that are due, and set its alarm for the others."""
    table = catalog.by_arn(writer, arn)
    if table is None or table.ttl is None:
        writer.delete(expiry_index.ALARMS, arn.encode())
        return
    size = 0
    for moment, key in expiry_index.due(writer, table.ttl, now, limits.expiry_items_max):
        size += _expire_one(writer, table, table.ttl, key, moment, now)
        if size >= limits.expiry_bytes_max:
            break
    expiry_index.set_alarm(writer, table)


def _expire_one(writer: Writer, table: Table, ttl: TimeToLive, key: bytes, moment: int, now: float) -> int:
    """Delete the item at `key` if it does expire at `moment`; answers its size."""

    def decide(old: Row | None) -> Row | None:
        expires = old is not None and expiry_index.second(old.item, ttl.attribute) == moment
        return None if expires else old

    done = change.apply(writer, table, key, decide, now, expired=True)
    # It is gone with its item. Should there be an entry without one, it must not come up for ever.
    expiry_index.remove(writer, ttl, moment, key)
    return 0 if done.old is None else done.old.size
