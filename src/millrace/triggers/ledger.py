"""The books of one delivery: what was read, what is done with, and how it is counted. See `machine`. Pure.

Nothing is decided here. Every number that leaves the buffer is counted once, as delivered, filtered or
discarded, in the same breath as the position moves past it: so the sums always agree.
"""

from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from millrace.core import limits
from millrace.triggers.delivery import (
    Checkpoint,
    Command,
    Discarded,
    Fact,
    Filtered,
    GivenUp,
    Reason,
    Record,
    Report,
    SaveCheckpoint,
    State,
    copy_of_row,
)

# The number of a record, and of a run of skipped ones, stands first.
_NUMBER: Callable[[tuple[Any, ...]], int] = itemgetter(0)


class Ledger:
    """The state that a step makes, and the commands it has given so far."""

    __slots__ = ("_draft", "commands", "given_up", "now", "state")

    def __init__(self, state: State, now: float) -> None:
        self.state = state
        self.now = now
        self.commands: list[Command] = []
        self.given_up: list[GivenUp] = []
        self._draft: Checkpoint | None = None

    @property
    def draft(self) -> Checkpoint:
        """The checkpoint as this step makes it, to be changed: a copy that nobody else has before it is saved."""
        if self._draft is None:
            self._draft = self.state.checkpoint = copy_of_row(self.state.checkpoint)
        return self._draft

    def skip_filtered(self) -> None:
        """What stands before the first record that passes is done with."""
        state = self.state
        before = state.buffer[0].number - 1 if state.buffer else state.read_to
        if before > state.checkpoint.position:
            lost = bool(state.lost)
            self.retire(before, None)
            if lost:
                self.save()

    def retire(self, through: int, reason: Reason | None) -> None:
        """Everything up to `through` is done with: delivered, or discarded for `reason`, or filtered."""
        state = self.state
        checkpoint = state.checkpoint
        retired = count(state.buffer, through)
        records = state.buffer[:retired]
        lost = _overlap(state.lost, through) if state.lost else 0
        skips = _before(state.skips, through) if state.skips else 0
        filtered = (
            through - checkpoint.position - retired - lost
            if checkpoint.is_alone
            else sum(number for _, number in state.skips[:skips])
        )
        self._report_losses(lost, filtered)
        if reason and records:
            self.report(Discarded(*span(records), reason))
        draft = self.draft
        draft.position = through
        draft.filtered += filtered
        if reason:
            draft.discarded = _add(draft.discarded, reason, retired)
        else:
            draft.delivered += retired
        if lost:
            draft.discarded = _add(draft.discarded, Reason.TRIMMED, lost)
        if draft.bounds:
            draft.bounds = tuple(end for end in draft.bounds if end > through)
        if draft.history:
            draft.history = tuple(done for done in draft.history if max(done) > through)
        self.forget_attempts()
        state.skips = state.skips[skips:]
        state.buffer = state.buffer[retired:]
        state.size -= size(records)
        if state.lost:
            state.lost = tuple((max(low, through + 1), high) for low, high in state.lost if high > through)
        state.unsaved = self.now if state.unsaved is None else state.unsaved

    def forget_attempts(self) -> None:
        """What comes next was never tried."""
        self.state.failures = 0
        draft = self.draft
        draft.attempts, draft.failed_at, draft.request_id = 0, None, ""

    def _report_losses(self, lost: int, filtered: int) -> None:
        if lost:
            self.report(Discarded("", "", lost, Reason.TRIMMED))
        if filtered:
            self.report(Filtered(filtered))

    def result(self, result: str) -> bool:
        """Set LastProcessingResult; whether that is a change."""
        if self.state.checkpoint.result == result:
            return False
        draft = self.draft
        draft.result, draft.result_at = result, self.now
        return True

    def save(self) -> None:
        self.commands.append(SaveCheckpoint(self.state.checkpoint, tuple(self.given_up)))
        self.given_up.clear()
        self._draft = None
        self.state.unsaved = None

    def report(self, fact: Fact) -> None:
        self.commands.append(Report(fact))

    def rewind(self) -> None:
        """Forget what was read beyond the batch in flight: it will be read, and filtered, anew."""
        state = self.state
        kept = 0 if state.through is None else count(state.buffer, state.through)
        state.read_to = state.checkpoint.position if state.through is None else state.through
        state.buffer = state.buffer[:kept]
        state.size = size(state.buffer)
        state.lost = tuple(span for span in state.lost if span[0] <= state.read_to)
        state.skips = state.skips[: _before(state.skips, state.read_to)]
        state.stale = state.reading
        state.behind = True
        state.wake = None


def span(records: tuple[Record, ...]) -> tuple[str, str, int]:
    """The first and last sequence number, and how many there are."""
    if not records:
        return "", "", 0
    return records[0].sequence_number, records[-1].sequence_number, len(records)


def size(records: tuple[Record, ...]) -> int:
    return sum(len(record.data) + 1 for record in records)


def fitting(records: tuple[Record, ...], frame: int) -> int:
    """How many records one invocation can carry besides `frame` bytes: one at least."""
    size = frame
    for place, record in enumerate(records):
        size += len(record.data) + 1
        if size > limits.mapping_batch_bytes_max and place:
            return place
    return len(records)


def count(records: tuple[Record, ...], through: int) -> int:
    """How many of the records have a number up to `through`."""
    return bisect_right(records, through, key=_NUMBER)


def _before(skips: tuple[tuple[int, int], ...], through: int) -> int:
    return bisect_right(skips, through, key=_NUMBER)


def _overlap(spans: tuple[tuple[int, int], ...], through: int) -> int:
    return sum(min(high, through) - low + 1 for low, high in spans if low <= through)


def _add(counts: dict[str, int], reason: Reason, count: int) -> dict[str, int]:
    return {**counts, reason.value: counts.get(reason.value, 0) + count} if count else counts
