"""What became of each function's invocations since the server started: a few numbers, in memory."""

from dataclasses import dataclass

from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.functions.environment import Outcome
from millrace.functions.verdict import RECURSIVE, End


@dataclass(slots=True)
class Tally:
    """Counts in CloudWatch's words: an invocation that failed is an error too, one that was throttled is neither.

    Of asynchronous events: `retries` were put off to be tried again, `dropped` ended without success, `loops`
    of these because the function ran in circles; `delivered` are what destinations were told, and
    `undelivered` what they should have been told.
    """

    invocations: int = 0
    errors: int = 0
    throttles: int = 0
    duration_ms_total: float = 0.0
    retries: int = 0
    dropped: int = 0
    loops: int = 0
    delivered: int = 0
    undelivered: int = 0


class Tallies:
    """One for each function that was ever called."""

    def __init__(self) -> None:
        self._tallies: dict[tuple[Scope, str], Tally] = {}

    def of(self, scope: Scope, name: str) -> Tally:
        """The counts so far; all zero if there are none."""
        return self._tallies.get((scope, name)) or Tally()

    def forget(self, scope: Scope, name: str) -> None:
        """The function is gone: another of its name begins anew."""
        self._tallies.pop((scope, name), None)

    def ran(self, scope: Scope, name: str, outcome: Outcome) -> None:
        tally = self._tally(scope, name)
        tally.invocations += 1
        tally.errors += outcome.failed
        tally.duration_ms_total += outcome.duration_ms

    def refused(self, scope: Scope, name: str, error: AwsError) -> None:
        """It was not run. Only throttles are counted."""
        if error.code == "TooManyRequestsException":
            self._tally(scope, name).throttles += 1

    def retried(self, scope: Scope, name: str) -> None:
        """An asynchronous event is to be tried again."""
        self._tally(scope, name).retries += 1

    def ended(self, scope: Scope, name: str, end: End, *, told: int, failed: int) -> None:
        """An asynchronous event is over; `told` destinations know, `failed` should."""
        tally = self._tally(scope, name)
        tally.dropped += not end.succeeded
        tally.loops += end.condition == RECURSIVE
        tally.delivered += told
        tally.undelivered += failed

    def _tally(self, scope: Scope, name: str) -> Tally:
        return self._tallies.setdefault((scope, name), Tally())
