"""The only place that knows what time it is.

Everything that expires, waits, retries or ages asks a `Clock`. Its time can be moved forward
(`advance`), in process or over the wire, and every timer that falls due on the way fires: a test of
24 hours takes a millisecond.
"""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from millrace.core.limits import clock_epoch_seconds_max


class Timer:
    """A call that is due at a time. `cancel` takes it back; cancelling twice is fine."""

    __slots__ = ("callback", "when")

    def __init__(self, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class Clock:
    """Wall-clock time in epoch seconds, with timers. Use it from the event loop's thread only."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = itertools.count()
        self._armed: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since the epoch, moved by what `advance` added."""
        return self._source() + self._offset

    def _source(self) -> float:
        return time.time()

    def wall(self) -> float:
        """The machine's own time, which `advance` does not move: for processes that know no other."""
        return time.time()

    def stopwatch(self) -> float:
        """Seconds of a steady counter, fine enough for microseconds: for how long something took.

        `advance` does not move it. An event loop's own time may be as coarse as a millisecond.
        """
        return time.perf_counter()

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` on the loop once `now()` has reached `when`."""
        timer = Timer(when, callback)
        heapq.heappush(self._timers, (when, next(self._count), timer))
        self._arm()
        return timer

    def call_after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call `callback` on the loop in `seconds` seconds of this clock."""
        return self.call_at(self.now() + seconds, callback)

    async def sleep(self, seconds: float) -> None:
        """Return once this clock has moved on by `seconds`."""
        done = asyncio.Event()
        timer = self.call_after(seconds, done.set)
        try:
            await done.wait()
        finally:
            timer.cancel()

    def advance(self, seconds: float) -> None:
        """Move this clock forward; what falls due fires on the loop's next turn, earliest first."""
        if seconds < 0:
            raise ValueError("time moves forward only")
        self._offset += seconds
        self._arm()

    def _arm(self) -> None:
        if self._armed is not None:
            self._armed.cancel()
            self._armed = None
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        if self._timers:
            delay = self._delay(self._timers[0][0])
            if delay is not None:
                self._armed = asyncio.get_running_loop().call_later(delay, self._fire)

    def _delay(self, when: float) -> float | None:
        """How long the loop shall wait for `when`: None if only `advance` can bring it about."""
        return max(0.0, when - self.now())

    def _fire(self) -> None:
        self._armed = None
        now = self.now()
        due: deque[tuple[float, int, Timer]] = deque()
        while self._timers and self._timers[0][0] <= now:
            due.append(heapq.heappop(self._timers))
        try:
            while due:
                _, _, timer = due.popleft()
                if timer.callback is not None:
                    timer.callback()
        finally:
            # One that raised is the loop's to report; those after it are still due.
            for entry in due:
                heapq.heappush(self._timers, entry)
            self._arm()


class ManualClock(Clock):
    """A clock that stands still until it is told to `advance`: for tests and simulations."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        super().__init__()
        self._start = start

    def _source(self) -> float:
        return self._start

    def _delay(self, when: float) -> float | None:
        return 0.0 if when <= self.now() else None


def iso_milliseconds(epoch: float) -> str:
    """`2022-10-28T15:51:58.343`: UTC, no zone, as in a stream's label."""
    return datetime.fromtimestamp(int(epoch * 1000) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]


def iso_seconds(epoch: float) -> str:
    """`2022-10-28T15:51:58Z`: UTC. What is before 1970 or after the year 9000 is told as that."""
    whole = int(min(max(epoch, 0), clock_epoch_seconds_max))
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> float:
    """Epoch seconds of an ISO 8601 text; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
