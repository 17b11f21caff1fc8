"""Whose turn it is: places shared so that nobody with much to do keeps the others waiting.

A name may take another place only while it has fewer than are left. So one alone gets half of them, the next
half of the rest, and there is nearly always a place for who has none. Of those who wait, the one with
fewest places comes first.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager


class Turns:
    """`places` are all there are."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._taken: Counter[Hashable] = Counter()
        self._limits: dict[Hashable, int] = {}
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    def limit(self, name: Hashable, most: int | None) -> None:
        """Give a name at most so many places (None: no limit of its own) from now on."""
        if most is None:
            self._limits.pop(name, None)
        else:
            self._limits[name] = max(most, 1)

    def is_over(self, name: Hashable) -> bool:
        """Whether a name has more places than its limit, which may have been lowered."""
        return self._taken[name] > self._limits.get(name, self._taken[name])

    @asynccontextmanager
    async def turn(self, name: Hashable) -> AsyncGenerator[None]:
        """Have a place, when there is one."""
        await self._enter(name)
        try:
            yield
        finally:
            self._leave(name)

    async def _enter(self, name: Hashable) -> None:
        if name not in self._waiting and self._may(name):
            self._take(name)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, deque()).append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._leave(name)  # it was let in a moment ago
            raise

    def _may(self, name: Hashable) -> bool:
        return self._taken[name] < min(self._free, self._limits.get(name, self._free))

    def _take(self, name: Hashable) -> None:
        self._free -= 1
        self._taken[name] += 1

    def _leave(self, name: Hashable) -> None:
        self._free += 1
        self._taken[name] -= 1
        if not self._taken[name]:
            del self._taken[name]
            if name not in self._waiting:
                self._limits.pop(name, None)
        self._let_in()

    def _let_in(self) -> None:
        while names := [name for name in self._waiting if self._may(name)]:
            name = min(names, key=lambda each: self._taken[each])
            queue = self._waiting[name]
            future = queue.popleft()
            if not queue:
                del self._waiting[name]
            if not future.done():  # who waits may have been cancelled
                self._take(name)
                future.set_result(None)
