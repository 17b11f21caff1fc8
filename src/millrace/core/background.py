"""Work that goes on beside the requests for as long as its owner is entered."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from millrace.core.clock import Clock
from millrace.core.errors import StorageError


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

    async def run(self) -> None:
        began = self._clock.now()
        while True:
            # Counted from the beginning of the last sweep: a clock that was moved on during it makes the next one due.
            await self._clock.sleep(max(0.0, began + self._seconds - self._clock.now()))
            began = self._clock.now()
            # A full disk is told to everyone who writes; here the remedy is to try again later.
            with contextlib.suppress(StorageError):
                await self.sweep()

    async def sweep(self) -> None:
        """One sweep, in short transactions."""
        raise NotImplementedError
