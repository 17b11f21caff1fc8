"""What is kept of tables for a while only: the history of recoverable tables, and backups that expire.

A sweep looks at the tables and the backups that have such a thing, one short transaction each.
"""

from functools import partial

from millrace.core import limits
from millrace.core.background import Sweeps
from millrace.core.clock import Clock
from millrace.dynamodb import backup as backups
from millrace.dynamodb import catalog, copying, recovery
from millrace.storage.interface import Reader, Storage, Writer


class BackupRetention(Sweeps):
    """Sweeps now and then while it is entered."""

    name = "backup retention"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__(clock, limits.recovery_sweep_seconds)
        self._storage = storage
        self._clock = clock

    async def sweep(self) -> None:
        """Forget changes that no recovery goes back to, and backups whose time is over."""
        now = self._clock.now()
        for arn in await self._storage.read(partial(_arns, space=recovery.SPACE)):
            await self._storage.write(partial(_trim, arn=arn, now=now))
        for arn in await self._storage.read(partial(_arns, space=backups.EXPIRING)):
            await self._storage.write(partial(_expire, arn=arn, now=now))


def _arns(reader: Reader, space: str) -> list[str]:
    return [key.decode() for key, _ in reader.range(space)]


def _trim(writer: Writer, arn: str, now: float) -> None:
    table = catalog.by_arn(writer, arn)
    if table is not None:
        recovery.trim(writer, table, now)


def _expire(writer: Writer, arn: str, now: float) -> None:
    backup = backups.by_arn(writer, arn)
    if backup is not None and (backup.expires or now) <= now and not copying.uses(writer, backup):
        backups.remove(writer, backup)
