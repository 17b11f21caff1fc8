"""The copier: makes the copies that are under way, each beside the others, and goes on with them after a crash.

It does nothing until a transaction tells that a copy was begun (`copying.BEGUN`).
"""

import asyncio
import logging
from functools import partial

from millrace.core import limits
from millrace.core.background import Background
from millrace.core.clock import Clock
from millrace.core.errors import StorageError
from millrace.core.progress import Progress
from millrace.dynamodb import copying, history
from millrace.dynamodb.copying import Copy
from millrace.storage.interface import Reader, Storage

_log = logging.getLogger("millrace.dynamodb")


class Copier(Background):
    """Copies while it is entered, in all scopes."""

    name = "copier"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__()
        self._storage = storage
        self._clock = clock
        self._woken = asyncio.Event()
        # The ids of the copies that are at work.
        self._running: set[str] = set()
        self._progress = Progress()

    def is_busy(self, reader: Reader) -> bool:
        """Whether copies are under way."""
        return copying.any_under_way(reader)

    async def idle(self) -> None:
        """Return once no copy is under way."""
        await self._progress.until(lambda: self._storage.read(lambda reader: not self.is_busy(reader)))

    async def run(self) -> None:
        close = self._storage.watch(copying.BEGUN, self._woken.set)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._woken.clear()
                    for copy in await self._storage.read(copying.all_of):
                        if copy.id not in self._running:
                            self._running.add(copy.id)
                            group.create_task(self._make(copy), name=f"copy to {copy.target}")
                    await self._woken.wait()
        finally:
            close()

    async def _make(self, copy: Copy) -> None:
        while not await self._made(copy):
            await self._clock.sleep(limits.copy_retry_seconds)
        self._running.discard(copy.id)
        self._progress.tell()

    async def _made(self, copy: Copy) -> bool:
        try:
            await make(self._storage, copy)
        except StorageError:
            return False  # a full disk is told to everyone who writes; here the remedy is to try again later
        except Exception:  # noqa: BLE001 - the border: whatever is wrong with one copy must not stop the others
            _log.exception("%s could not be copied to %s; trying again.", copy.source, copy.target)
            return False
        return True


async def make(storage: Storage, copy: Copy) -> None:
    """Make a copy from its beginning to its end, some items a transaction."""
    after: bytes | None = b""
    while after is not None:
        after = await storage.write(partial(copying.copy_some, copy=copy, after=after))
    # Changes after the last item was copied need not be taken back, but it does no harm.
    number = await storage.read(partial(_head, copy=copy))
    while number > copy.through:
        number = await storage.write(partial(copying.undo_some, copy=copy, number=number))
    await storage.write(partial(copying.finish, copy=copy))


def _head(reader: Reader, copy: Copy) -> int:
    return copy.through if copy.table_id is None else history.head(reader, copy.table_id)
