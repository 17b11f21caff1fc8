"""What became of one change: for every mapping of its stream, how far it has come, and what holds it up.

Nothing is kept for each record. What is done with is told by a mapping's position; whether it was delivered
or filtered then, by the filter as it is now; whether it was given up, by what is remembered of deliveries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.storage.interface import Reader
from millrace.streams import log, record
from millrace.streams.record import Entry
from millrace.streams.stream import Shard, Stream
from millrace.triggers import event, lanes, target
from millrace.triggers.delivery import Checkpoint, Phase, Reason, State
from millrace.triggers.filter import explain
from millrace.triggers.runner import Runner
from millrace.triggers.target import Target

Why = Mapping[str, Any]


class Outcome(StrEnum):
    """What can have become of a change."""

    PENDING = "pending"
    IN_FLIGHT = "in_flight"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    FILTERED = "filtered"
    DISCARDED = "discarded"
    BEFORE_START = "before_start"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Remembered:
    """The end of a record that somebody has seen: delivered, or discarded for `reason`."""

    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """How a mapping stands with the change. `why` has a `kind`, a `text` for people, and what belongs to it."""

    mapping: str
    function: str
    outcome: Outcome
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change stands in its stream.

    `record` is what filters see, `partition` the hash of its partition; both are None if it was trimmed.
    """

    stream: Stream
    shard: Shard
    number: int
    record: Mapping[str, Any] | None
    partition: int | None = None


Runners = Callable[[str, str, int | None], Runner | None]
Memory = Callable[[str, int | None], Remembered | None]


def locate(reader: Reader, stream_arn: str, shard_id: str, sequence_number: int) -> Place:
    """The change with this sequence number. Raises LookupError with a sentence when there is none."""
    stream = log.describe(reader, stream_arn)
    if stream is None:
        raise LookupError(f"there is no stream {stream_arn}")
    shard = stream.shard(shard_id)
    if shard is None:
        raise LookupError(f"the stream has no shard {shard_id}")
    number = shard.number(str(sequence_number))
    if not 0 < number <= reader.head(shard.journal):
        raise LookupError(f"the shard has no record {sequence_number}")
    entries = log.read(reader, shard, number - 1, 1)
    entry = entries[0] if entries and entries[0].number == number else None
    if entry is None:
        return Place(stream, shard, number, None)
    return Place(stream, shard, number, _as_filters_see(stream, entry), record.partition_hash(entry.data))


def follow(reader: Reader, place: Place, runner_of: Runners, memory_of: Memory) -> list[Journey]:
    """How each of the stream's mappings stands with the change."""
    return [
        _Inquiry(
            place,
            one,
            runner_of(one.mapping.uuid, place.shard.id, place.partition),
            memory_of(one.mapping.uuid, place.partition),
        ).journey()
        for one in target.read_all(reader)
        if one.mapping.stream_arn == place.stream.arn
    ]


class _Inquiry:
    """One mapping's part."""

    def __init__(
        self, place: Place, one: Target, runner: Runner | None, remembered: Remembered | None
    ) -> None:
        self._place = place
        self._target = one
        self._runner = runner
        self._remembered = remembered
        self._misses = _misses(one.mapping.filters, place.record)

    def journey(self) -> Journey:
        outcome, why = self._judge()
        mapping = self._target.mapping
        return Journey(mapping.uuid, mapping.function, outcome, why)

    def _judge(self) -> tuple[Outcome, Why | None]:
        row = self._row()
        number = self._place.number
        if row is not None and number <= row.start:
            return Outcome.BEFORE_START, _why("before_start", "The trigger's starting position is after it.")
        if self._misses:
            text = "It matches no pattern of the trigger's filter."
            return Outcome.FILTERED, _why("filter", text, patterns=self._misses)
        if row is not None and self._is_done(row):
            return self._ended(row)
        if self._place.record is None:
            text = "It was in the stream for 24 hours before its turn came."
            return Outcome.DISCARDED, _why("discarded", text, reason=str(Reason.TRIMMED))
        if self._runner is None:
            return Outcome.PENDING, self._unattended()
        return self._waits(self._runner, self._runner.state)

    def _row(self) -> Checkpoint | None:
        """That of the lane that the change is in; if nobody can tell, of any."""
        # A runner knows better than the row: filtered records are saved a little later.
        if self._runner is not None:
            return self._runner.state.checkpoint
        rows = self._target.rows.get(self._place.shard.id, ())
        return rows[(self._place.partition or 0) % len(rows)] if rows else None

    def _is_done(self, row: Checkpoint) -> bool:
        number, partition = self._place.number, self._place.partition
        if number <= row.position:
            return True
        return partition is not None and not lanes.owns(row, number, partition)

    # What is done with.

    def _ended(self, row: Checkpoint) -> tuple[Outcome, Why | None]:
        """Its position is past: delivered or discarded, and perhaps filtered if nobody can look any more."""
        filtered, delivered, discarded = self._counts(row)
        if self._place.record is None and self._target.mapping.filters and filtered:
            text = "It is no longer in the stream, so nobody can tell whether the filter let it pass."
            return Outcome.UNKNOWN, _why("unknown", text)
        if self._remembered is not None:
            outcome, reason = self._remembered.outcome, self._remembered.reason
        elif not discarded:
            outcome, reason = Outcome.DELIVERED, None
        elif not delivered and len(discarded) == 1:
            outcome, reason = Outcome.DISCARDED, next(iter(discarded))
        else:
            text = "The trigger has delivered some records and given up others; which this was is forgotten."
            return Outcome.UNKNOWN, _why("unknown", text)
        if outcome is not Outcome.DISCARDED:
            return outcome, None
        return outcome, _why("discarded", f"It was given up: {reason}.", reason=reason)

    def _counts(self, row: Checkpoint) -> tuple[int, int, dict[str, int]]:
        """What the lane has filtered, delivered and discarded; the first one has the counts of those before them all."""
        rows = [row]
        if row.lane:
            rows += self._target.rows.get(self._place.shard.id, ())[:1]
        return sum(one.filtered for one in rows), sum(one.delivered for one in rows), lanes.discarded(rows)

    # What is not.

    def _unattended(self) -> Why:
        """Nobody delivers the shard now."""
        shard, due = self._place.shard, self._target.shards_to_start()
        if shard.parent is not None and shard.id not in {one.id for one in due}:
            text = "The shard before this one is not done with yet."
            return _why("earlier_shard", text, shard=shard.parent)
        return _why("starting", "Delivery starts again in a moment.")

    def _waits(self, runner: Runner, state: State) -> tuple[Outcome, Why]:
        if runner.draining and state.phase is not Phase.INVOKING:
            text = "The shard is divided into other lanes; delivery goes on in a moment."
            return Outcome.PENDING, _why("dividing", text)
        match state.phase:
            case Phase.INVOKING:
                return self._in_flight(runner, state)
            case Phase.WAITING:
                return self._after_failure(runner, state)
            case Phase.COLLECTING:
                text = "The batch is not full; the function is called when its window ends."
                return Outcome.PENDING, _why("batching_window", text, until=state.wake)
            case Phase.DISABLED:
                return Outcome.PENDING, _why("disabled", "The trigger is disabled.")
            case Phase.STOPPED:
                text = "The function's role may not read the stream."
                return Outcome.PENDING, _why("permission", text, missing=state.missing)
            case Phase.IDLE | Phase.FINISHED:
                return Outcome.PENDING, _why("reading", "It is about to be read.")

    def _in_flight(self, runner: Runner, state: State) -> tuple[Outcome, Why]:
        attempt = state.checkpoint.attempts + 1
        facts = {"attempt": attempt, "last_error": runner.last_error}
        if state.closing:
            text = "The last call of the window before it is running."
            return Outcome.PENDING, _why("earlier_window", text, retry_at=None, **facts)
        if self._place.number <= (state.through or 0):
            return Outcome.IN_FLIGHT, _why("in_flight", f"Attempt {attempt} is running.", **facts)
        text = f"Attempt {attempt} of an earlier batch is running."
        return Outcome.PENDING, _why("earlier_batch", text, retry_at=None, **facts)

    def _after_failure(self, runner: Runner, state: State) -> tuple[Outcome, Why]:
        # Throttles are no attempts, but people want to know how often it was tried.
        attempts = max(state.checkpoint.attempts, state.failures)
        facts = {"attempt": attempts, "last_error": runner.last_error, "retry_at": state.wake}
        window = state.checkpoint.window
        if window is not None and (window.early or (state.buffer and state.buffer[0].created >= window.end)):
            text = f"Attempt {attempts} of the last call of the window before it failed; that is tried again first."
            return Outcome.PENDING, _why("earlier_window", text, **facts)
        if self._place.number <= _batch_end(state):
            text = f"Attempt {attempts} failed; the batch is tried again."
            return Outcome.RETRYING, _why("retrying", text, **facts)
        text = f"Attempt {attempts} of an earlier batch failed; it is tried again first."
        return Outcome.PENDING, _why("earlier_batch", text, **facts)


def _batch_end(state: State) -> int:
    """The number of the last record of the batch that failed; after a throttle it is formed anew."""
    if state.checkpoint.bounds:
        return state.checkpoint.bounds[-1]
    batch = state.buffer[: state.config.batch_size]
    return batch[-1].number if batch else state.read_to


def _misses(patterns: Sequence[str], record: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What each pattern misses; nothing if one matches, or if nobody can tell."""
    if record is None:
        return []
    explained = [(pattern, explain(pattern, record)) for pattern in patterns]
    if not all(misses for _, misses in explained):
        return []
    return [
        {"pattern": pattern, "misses": [asdict(miss) for miss in misses]} for pattern, misses in explained
    ]


def _as_filters_see(stream: Stream, entry: Entry) -> Mapping[str, Any]:
    shaper = event.Shaper(stream.arn, arns.parse(stream.arn).region)
    return orjson.loads(shaper.shape(entry))


def _why(kind: str, text: str, **facts: Any) -> Why:
    return {"kind": kind, "text": text, **facts}
