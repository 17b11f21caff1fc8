"""What waits for a reader of live events."""

import asyncio

import orjson

from millrace.core import limits
from millrace.server.live import Feed, Interest


def test_a_reader_that_is_too_slow_for_long_lines_misses_some_and_is_told_how_many():
    async def read():
        feed = Feed(Interest())
        event = {"kind": "log", "message": "x" * 256_000}
        offered = 2 * limits.live_bytes_max // 256_000
        for _ in range(offered):
            feed.offer(event)
        lines = feed.lines()
        await anext(lines)
        waited = await anext(lines)
        feed.offer(event)
        feed.end()
        then = [orjson.loads(line) for line in (await anext(lines)).splitlines()]

        assert limits.live_bytes_max < len(waited) < limits.live_bytes_max + 300_000
        assert then == [{"kind": "missed", "events": offered - waited.count(b"\n")}, event]

    asyncio.run(read())
