"""Work that goes on beside the requests for as long as its owner is entered."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from millrace.core.clock import Clock
from millrace.core.errors import StorageError
from millrace.core.progress import Progress

_log = logging.getLogger(__name__)


class Background:
    """Runs `run` in a task called `name` from entering to leaving; leaving cancels it and waits for its end."""

    name: str

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self.run(), name=self.name)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def run(self) -> None:
        """The work. It does not return by itself."""
        raise NotImplementedError


class Sweeps(Background):
    """Sweeps every so many seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds
        self._began = clock.now()
        self._sweeping = False
        self._swept = Progress()

    def is_busy(self, _: object = None) -> bool:
        """Whether a sweep should have begun by now, or is under way."""
        return self._sweeping or self._clock.now() >= self._began + self._seconds

    async def idle(self) -> None:
        """Return once the sweep that is due, if one is, has ended."""

        async def rests() -> bool:
            return not self.is_busy()

        await self._swept.until(rests)

    async def run(self) -> None:
        while True:
            # Counted from the beginning of the last sweep: a clock that was moved on during it makes the next one due.
            await self._clock.sleep(max(0.0, self._began + self._seconds - self._clock.now()))
            self._began = self._clock.now()
            self._sweeping = True
            await self._try()
            self._sweeping = False
            self._swept.tell()

    async def _try(self) -> None:
        try:
            await self.sweep()
        except StorageError:
            return  # a full disk is told to everyone who writes; here the remedy is to try again later
        except Exception:  # noqa: BLE001 - the border: whatever went wrong, the next sweep is to come
            _log.exception("A sweep (%s) failed; the next one tries again.", self.name)

    async def sweep(self) -> None:
        """One sweep, in short transactions."""
        raise NotImplementedError
