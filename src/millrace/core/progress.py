"""Waiting until something is so, without looking again and again: whoever may have made it so tells."""

import asyncio
from collections.abc import Awaitable, Callable


class Progress:
    """Something goes on, and others may wait until it has come somewhere. Use it on one event loop."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Have everyone who waits look again."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Return once `holds` says so; it is asked now, and whenever somebody tells."""
        while True:
            event = self._event  # what is told while it is asked counts
            if await holds():
                return
            await event.wait()
