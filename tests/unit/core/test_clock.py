"""Timers: each fires in its turn, whatever those before it do."""

import asyncio

from millrace.core.clock import ManualClock


def test_a_timer_that_fails_does_not_keep_the_others_from_firing():
    async def main():
        clock, fired, told = ManualClock(), [], []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context["exception"]))

        def fail():
            raise ValueError("no")

        clock.call_after(1, fail)
        clock.call_after(1, lambda: fired.append("same moment"))
        clock.call_after(2, lambda: fired.append("later"))
        clock.advance(1)
        await clock.sleep(0)
        clock.advance(1)
        await clock.sleep(0)
        return fired, [str(error) for error in told]

    assert asyncio.run(asyncio.wait_for(main(), 60)) == (["same moment", "later"], ["no"])
