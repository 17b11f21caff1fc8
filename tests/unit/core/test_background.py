"""Sweeps: when they come, that a failed one is not the last, and that one may be waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from millrace.core.background import Sweeps
from millrace.core.clock import ManualClock
from millrace.core.turn import give_way


class Counter(Sweeps):
    """Counts its sweeps, each of which ends when it is let."""

    name = "counting"

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock, 60)
        self.begun = 0
        self.fault: Exception | None = None
        self.let = asyncio.Event()

    async def sweep(self) -> None:
        self.begun += 1
        await self.let.wait()
        if self.fault is not None:
            raise self.fault


def at_work(test: Callable[[Counter, ManualClock], Awaitable[None]]) -> None:
    async def main() -> None:
        clock = ManualClock()
        async with Counter(clock) as sweeps:
            await give_way()
            await asyncio.wait_for(test(sweeps, clock), 60)

    asyncio.run(main())


def test_a_sweep_is_waited_for_from_its_moment_to_its_end():
    async def test(sweeps: Counter, clock: ManualClock) -> None:
        clock.advance(59)
        assert not sweeps.is_busy()
        await sweeps.idle()
        clock.advance(1)
        assert sweeps.is_busy()
        waiting = asyncio.ensure_future(sweeps.idle())
        while not sweeps.begun:
            await give_way()
        assert sweeps.is_busy()
        assert not waiting.done()
        sweeps.let.set()
        await waiting
        assert (sweeps.begun, sweeps.is_busy()) == (1, False)

    at_work(test)


def test_a_clock_that_is_moved_during_a_sweep_makes_the_next_one_due():
    async def test(sweeps: Counter, clock: ManualClock) -> None:
        clock.advance(60)
        while not sweeps.begun:
            await give_way()
        clock.advance(3600)
        sweeps.let.set()
        await sweeps.idle()
        assert sweeps.begun == 2

    at_work(test)


def test_a_sweep_that_fails_is_logged_and_not_the_last(caplog: pytest.LogCaptureFixture):
    async def test(sweeps: Counter, clock: ManualClock) -> None:
        sweeps.fault = ValueError("broken")
        sweeps.let.set()
        for _ in range(2):
            clock.advance(60)
            await sweeps.idle()
        assert sweeps.begun == 2

    at_work(test)
    assert caplog.messages == ["A sweep (counting) failed; the next one tries again."] * 2
