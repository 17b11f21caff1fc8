"""What each trigger did lately: its last attempts, in memory, since the server started.

Told by the supervisor, as they happen; nothing is asked for, read or written for it.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Discarded,
    Filtered,
    Resumed,
    Stopped,
    Told,
)
from millrace.triggers.journey import Outcome, Remembered
from millrace.triggers.runner import Call
from millrace.triggers.supervisor import Observation, Supervisor

RUNNING = "running"
SUCCEEDED = "succeeded"
PARTIAL = "partial"  # some of the batch's items failed; the records before them are delivered
FAILED = "failed"
DISCARDED = "discarded"
FILTERED = "filtered"
STOPPED = "stopped"
RESUMED = "resumed"
INTERRUPTED = "interrupted"  # nobody heard how it ended: the delivery began anew from its checkpoint


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One attempt, or another thing that became of records. Times are epoch seconds.

    `first` and `last` are sequence numbers; of filtered and trimmed records only the number is known.
    """

    number: int
    mapping: str
    table: str
    function: str
    shard: str
    lane: int
    lanes: int
    outcome: str
    started: float
    finished: float | None
    records: int = 0
    first: str | None = None
    last: str | None = None
    attempt: int | None = None
    delivered: int | None = None
    error: str | None = None
    retry_at: float | None = None
    reason: str | None = None
    destination: str | None = None
    destination_error: str | None = None
    request_id: str | None = None
    log_group: str | None = None
    log_stream: str | None = None
    duration_ms: float | None = None

    def learn(self, call: Call | None) -> None:
        """Note where the invocation's log lines are."""
        if call is not None:
            self.request_id, self.duration_ms = call.request_id, call.duration_ms
            self.log_group, self.log_stream = call.log_group, call.log_stream

    def covers(self, shard: str, sequence_number: int, partition: int | None) -> bool:
        """Whether the record is one of those that this is about. `partition` is its partition's hash, if known."""
        if self.shard != shard or not self.first or not self.last:
            return False
        if partition is not None and partition % self.lanes != self.lane:
            return False
        return int(self.first) <= sequence_number <= int(self.last)

    def as_dict(self) -> dict[str, Any]:
        """As JSON shows it. `retry_in` is what was waited, or is to be waited, after the failure."""
        shown = asdict(self)
        del shown["number"]
        return {**shown, "retry_in": self._retry_in()}

    def _retry_in(self) -> float | None:
        if self.retry_at is None or self.finished is None:
            return None
        return round(max(0.0, self.retry_at - self.finished), 3)


_Key = tuple[str, int]


class _History:
    """One trigger's. `running` are the attempts at work, by shard and lane."""

    def __init__(self) -> None:
        self.past: deque[Delivery] = deque(maxlen=limits.deliveries_kept)
        self.running: dict[_Key, Delivery] = {}


class Deliveries:
    """Remembers what `supervisor` tells."""

    def __init__(self, clock: Clock, supervisor: Supervisor) -> None:
        self._clock = clock
        self._histories: dict[str, _History] = {}
        self._count = 0
        supervisor.observe(self._note)

    def of(self, mapping: str) -> list[Delivery]:
        """A trigger's, the newest first."""
        history = self._histories.get(mapping)
        return [] if history is None else list(reversed(history.past))

    def every(self) -> list[Delivery]:
        """All triggers' last ones, the newest first."""
        known = [one for history in self._histories.values() for one in history.past]
        known.sort(key=lambda one: one.number, reverse=True)
        return known[: limits.deliveries_shown_max]

    def keep(self, mappings: Iterable[str]) -> None:
        """Forget the triggers that are not among these: they are gone."""
        for uuid in self._histories.keys() - set(mappings):
            del self._histories[uuid]

    def _note(self, seen: Observation) -> None:
        history = self._history(seen.uuid)
        match seen.fact:
            case BatchStarted() as fact:
                self._interrupt(history, (seen.shard, seen.lane))
                begun = self._add(history, seen, RUNNING, fact.count)
                begun.first, begun.last, begun.attempt = fact.first, fact.last, fact.attempt
                history.running[seen.shard, seen.lane] = begun
            case BatchSucceeded() as fact:
                self._succeed(history, seen, fact)
            case AttemptFailed() as fact:
                self._fail(history, seen, fact)
            case Discarded() as fact:
                given_up = self._add(history, seen, DISCARDED, fact.count)
                given_up.first, given_up.last = fact.first or None, fact.last or None
                given_up.reason = str(fact.reason)
            case Told() as fact:
                _tell(history, seen, fact)
            case Filtered() as fact:
                self._skip(history, seen, fact)
            case Stopped() as fact:
                stopped = self._add(history, seen, STOPPED, 0)
                stopped.reason = fact.missing or "the mapping is disabled"
            case Resumed():
                self._add(history, seen, RESUMED, 0)

    def _history(self, uuid: str) -> _History:
        history = self._histories.get(uuid)
        if history is None:
            if len(self._histories) >= limits.deliveries_triggers_max:
                del self._histories[next(iter(self._histories))]
            history = self._histories[uuid] = _History()
        return history

    def _add(self, history: _History, seen: Observation, outcome: str, records: int) -> Delivery:
        now = self._clock.now()
        self._count += 1
        made = Delivery(
            number=self._count,
            mapping=seen.uuid,
            table=seen.table,
            function=seen.function,
            shard=seen.shard,
            lane=seen.lane,
            lanes=seen.lanes,
            outcome=outcome,
            started=now,
            finished=None if outcome == RUNNING else now,
            records=records,
        )
        made.learn(seen.call)
        history.past.append(made)
        return made

    def _succeed(self, history: _History, seen: Observation, fact: BatchSucceeded) -> None:
        attempt = history.running.get((seen.shard, seen.lane))
        if attempt is None:
            return
        attempt.learn(seen.call)
        attempt.finished = self._clock.now()
        attempt.delivered = fact.count
        attempt.outcome = PARTIAL
        # After a partial failure the rest is told of next, in the same breath.
        if fact.last == attempt.last:
            attempt.outcome = SUCCEEDED
            del history.running[seen.shard, seen.lane]

    def _fail(self, history: _History, seen: Observation, fact: AttemptFailed) -> None:
        attempt = history.running.pop((seen.shard, seen.lane), None)
        if attempt is None:
            return
        attempt.learn(seen.call)
        attempt.finished = self._clock.now()
        attempt.outcome = FAILED if attempt.delivered is None else PARTIAL
        attempt.delivered = attempt.delivered or 0
        attempt.error, attempt.retry_at = fact.error, fact.retry_at

    def _skip(self, history: _History, seen: Observation, fact: Filtered) -> None:
        """What a filter takes out one by one is one entry, or it would drive all else out."""
        latest = history.past[-1] if history.past else None
        if latest is not None and latest.outcome == FILTERED and latest.shard == seen.shard:
            latest.records += fact.count
            latest.finished = self._clock.now()
        else:
            self._add(history, seen, FILTERED, fact.count)

    def _interrupt(self, history: _History, key: _Key) -> None:
        attempt = history.running.pop(key, None)
        if attempt is not None:
            attempt.outcome, attempt.finished = INTERRUPTED, self._clock.now()


def _tell(history: _History, seen: Observation, fact: Told) -> None:
    """The destination was told of what the lane gave up just before, or could not be.

    The last call of a window has no records: it is known by its attempt only.
    """
    outcome = DISCARDED if fact.count else FAILED
    wanted = (outcome, seen.shard, seen.lane, fact.first)
    for one in reversed(history.past):
        if (one.outcome, one.shard, one.lane, one.first or "") == wanted:
            one.destination, one.destination_error = fact.destination, fact.error
            return


def fate(covering: Iterable[Delivery]) -> Remembered | None:
    """What became of a record that these are about, the newest first: the last word counts."""
    for one in covering:
        if one.outcome in (SUCCEEDED, PARTIAL):
            return Remembered(Outcome.DELIVERED)
        if one.outcome == DISCARDED:
            return Remembered(Outcome.DISCARDED, one.reason)
    return None
