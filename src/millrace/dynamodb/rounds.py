"""Work in rounds: one ends, and the next begins when something calls for it or when its moment has come."""

import asyncio
import logging
from collections.abc import Awaitable

from millrace.core.background import Background
from millrace.core.clock import Clock, Timer
from millrace.core.errors import StorageError
from millrace.core.progress import Progress
from millrace.storage.interface import Storage

_log = logging.getLogger("millrace.dynamodb")


class Rounds(Background):
    """Runs `round` again whenever a record is appended to `journal`, and at the moment that `wake_at` set."""

    journal: str
    fault: str
    """What is logged when the work for a table goes wrong, with a place for its ARN."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__()
        self.storage = storage
        self.clock = clock
        self.progress = Progress()
        """Told whenever a round has ended."""
        self._woken = asyncio.Event()
        self._timer: Timer | None = None

    async def run(self) -> None:
        close = self.storage.watch(self.journal, self._woken.set)
        try:
            while True:
                self._woken.clear()
                more = await self.round()
                self.progress.tell()
                if not more:
                    await self._woken.wait()
        finally:
            close()
            self.wake_at(None)

    async def round(self) -> bool:
        """Do what is due; whether there is more to do now. It does not raise."""
        raise NotImplementedError

    def wake_at(self, when: float | None) -> None:
        """Begin the next round at epoch second `when` at the latest; None: when something calls for it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if when is not None:
            self._timer = self.clock.call_at(when, self._woken.set)

    async def sound(self, arn: str, work: Awaitable[None]) -> bool:
        """Do some work for one table; whether that went well. Raises StorageError alone."""
        try:
            await work
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - the border: whatever is wrong with one table must not stop the others
            _log.exception(self.fault, arn)
            return False
        return True
