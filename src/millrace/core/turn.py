"""Turns on the event loop: long work that waits for nothing gives way from time to time."""

import asyncio


async def give_way() -> None:
    """Let everyone else on the event loop go first."""
    loop = asyncio.get_running_loop()
    turned = loop.create_future()
    loop.call_soon(_wake, turned)
    await turned


def _wake(turned: asyncio.Future[None]) -> None:
    if not turned.done():  # it is, if whoever waits was cancelled
        turned.set_result(None)
