"""The delivery machine: one per mapping and shard, and the only place where delivery is decided.

`step(state, event, now)` gives the next state and the commands to carry out. Batching, retries, back-off,
bisecting, record age, partial failures and checkpoints are decided here and nowhere else; reading, calling,
saving and timing are the supervisor's. The rules follow
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html and what was recorded of AWS.

What holds at any time, and after a crash at any instruction: everything up to the saved position was
delivered, filtered or discarded and is counted once; nothing beyond it was, but for the batch in flight.
"""

from millrace.core import limits
from millrace.triggers import delivery, ledger, tumbling
from millrace.triggers.delivery import (
    Answer,
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Command,
    Configured,
    Event,
    Finish,
    InvocationFailed,
    InvocationSucceeded,
    Invoke,
    PermissionLost,
    Phase,
    Read,
    Reason,
    Record,
    RecordsRead,
    Result,
    Resumed,
    SetTimer,
    ShardEnded,
    Signal,
    State,
    Stopped,
    Window,
)
from millrace.triggers.discards import Discards
from millrace.triggers.response import BatchFailedError, Verdict, judge


def step(state: State, event: Event, now: float) -> tuple[State, tuple[Command, ...]]:
    """The state after `event`, and what to do about it. `state` itself is not changed."""
    turn = _Turn(delivery.copy_of(state), now)
    turn.note(event)
    turn.advance()
    turn.set_timer()
    return turn.state, tuple(turn.commands)


class _Turn(Discards):
    """One step being made."""

    __slots__ = ()

    # What happened.

    def note(self, event: Event) -> None:
        match event:
            case Signal():
                self._note_signal(event)
            case RecordsRead():
                self._note_read(event)
            case InvocationSucceeded():
                self._note_success(event)
            case InvocationFailed():
                self._note_failure(event)
            case Configured():
                self._note_config(event)
            case PermissionLost():
                self._note_loss(event)
            case ShardEnded():
                self.state.end = event.last
                self.state.behind = True

    def _note_signal(self, signal: Signal) -> None:
        state = self.state
        match signal:
            case Signal.STARTED | Signal.KICK:
                state.behind = True
            case Signal.TIMER_FIRED:
                state.timer = None
            case Signal.RETRY:
                state.wake = self.now if state.phase is Phase.WAITING else state.wake
            case Signal.ENABLE:
                state.enabled = True
            case Signal.DISABLE:
                state.enabled = False
            case Signal.PERMISSION_RESTORED:
                self._note_restoration()

    def _note_read(self, event: RecordsRead) -> None:
        state = self.state
        state.reading = False
        if state.stale or event.after != state.read_to:
            state.stale = False
            state.behind = True
            return
        if event.floor > event.after:
            state.lost += ((event.after + 1, event.floor),)
        state.buffer += event.records
        state.size += ledger.size(event.records)
        state.skips += event.filtered
        state.read_to = max(event.after, event.through, event.floor)
        state.behind = state.behind or not event.exhausted

    def _note_success(self, event: InvocationSucceeded) -> None:
        state = self.state
        batch, closing = self._land()
        windowed = state.checkpoint.window is not None
        try:
            verdict = judge(
                event.payload, batch, reports=state.config.report_item_failures, windowed=windowed
            )
        except BatchFailedError as error:
            self._fail(batch, str(error), event.answer, bisect=state.config.bisect, closing=closing)
            return
        if verdict.failed == 0:
            error = f"BatchItemFailures: {batch[0].sequence_number}"
            self._fail(batch, error, event.answer, bisect=False)
            return
        self.count_calls(len(batch), failed=0 if verdict.failed is None else len(batch) - verdict.failed)
        if closing:
            self.end_window()
        else:
            self._deliver(batch, verdict, event.answer)
        self.save()

    def _deliver(self, batch: tuple[Record, ...], verdict: Verdict, answer: Answer) -> None:
        """The batch, or its part before the first reported failure, is done with."""
        done = batch[: verdict.failed]
        self.retire(done[-1].number, None)
        self.keep_state(verdict.state)
        self.report(BatchSucceeded(*ledger.span(done)))
        self.skip_filtered()
        if verdict.failed is None:
            self.result(Result.OK)
        else:
            self._keep_rest(batch[verdict.failed :], answer)

    def _note_failure(self, event: InvocationFailed) -> None:
        batch, closing = self._land()
        if event.counts:
            self._fail(batch, event.error, event.answer, bisect=self.state.config.bisect, closing=closing)
            return
        # A throttle is nobody's failed attempt: the batch is formed anew, perhaps with what has come since.
        attempt = self.state.checkpoint.attempts + 1
        self.count_calls(0, failed=len(batch))
        if self.result(Result.FAILED):
            self.save()
        retry_at = self._wait()
        self.report(AttemptFailed(*ledger.span(batch), attempt, event.error, counts=False, retry_at=retry_at))

    def _note_config(self, event: Configured) -> None:
        state = self.state
        state.config = event.config
        if state.phase in (Phase.WAITING, Phase.COLLECTING):
            state.phase = Phase.IDLE
        self.rewind()

    def _note_loss(self, event: PermissionLost) -> None:
        if self.state.phase is Phase.STOPPED and self.state.missing != event.missing:
            self.state.phase = Phase.IDLE
        self.state.missing = event.missing
        self.result(event.result)

    def _note_restoration(self) -> None:
        if self.state.missing:
            self.state.missing = ""
            if self.result(Result.OK if self.state.checkpoint.delivered else Result.NONE):
                self.save()

    # What follows from it.

    def advance(self) -> None:
        """Go as far as can be gone without hearing of anything else."""
        state = self.state
        if state.through is not None or state.phase is Phase.FINISHED:
            return
        if not state.enabled or state.missing:
            self._pause()
            return
        if state.phase in (Phase.DISABLED, Phase.STOPPED):
            state.phase = Phase.IDLE
            self.report(Resumed())
        self.skip_filtered()
        self._expire()
        if state.unsaved is not None and self.now >= state.unsaved + limits.mapping_checkpoint_seconds_max:
            self.save()
        if state.phase is Phase.WAITING:
            if self.now < (state.wake or 0.0):
                return
            state.phase, state.wake = Phase.IDLE, None
        if not state.reading:
            self._form()

    def _form(self) -> None:
        """Call the function if a batch is complete or due; otherwise read on, or wait for more."""
        state = self.state
        if tumbling.is_over(state, self.now):
            self._close_window()
            return
        batch, full = self._batch()
        if not full and state.behind:
            self._read()
        elif not batch:
            state.phase, state.wake = Phase.IDLE, None
            if state.end is not None and state.checkpoint.position >= state.end:
                self._finish()
        elif full or self._is_due(batch):
            self._invoke(batch)
        elif state.phase is not Phase.COLLECTING:
            state.phase, state.wake = Phase.COLLECTING, self.now + state.config.window_seconds

    def _is_due(self, batch: tuple[Record, ...]) -> bool:
        """Whether a batch that is not full need not wait for more."""
        state = self.state
        window = tumbling.window_of(state, batch[0])
        if window is not None and self.now >= window.end:
            return True
        if (
            state.config.window_seconds == 0
            or state.checkpoint.failed_at is not None
            or state.end is not None
        ):
            return True
        return state.phase is Phase.COLLECTING and self.now >= (state.wake or 0.0)

    def _batch(self) -> tuple[tuple[Record, ...], bool]:
        """The next batch as far as it was read, and whether it can grow no more."""
        state = self.state
        bounds = state.checkpoint.bounds
        if bounds:
            records = state.buffer[: ledger.count(state.buffer, bounds[-1])]
            full = state.read_to >= bounds[-1]
        else:
            records = state.buffer[: state.config.batch_size]
            full = len(records) == state.config.batch_size
        window = tumbling.window_of(state, records[0]) if records else None
        if window is not None:
            whole = len(records)
            records = records[: tumbling.within(window, records)]
            full = full or len(records) < whole
        frame = tumbling.frame_bytes(window)
        if state.size + frame <= limits.mapping_batch_bytes_max:
            return records, full
        kept = ledger.fitting(records, frame)
        return records[:kept], full or kept < len(records)

    def _invoke(self, batch: tuple[Record, ...]) -> None:
        state = self.state
        state.through = batch[-1].number
        window = tumbling.window_of(state, batch[0])
        if window is not state.checkpoint.window:
            self.draft.window = window
        self._call(batch, window)
        # The next batch is read while the function works.
        waiting = len(state.buffer) - len(batch)
        if (
            state.behind
            and waiting < state.config.batch_size
            and state.size <= limits.mapping_batch_bytes_max
        ):
            self._read()

    def _close_window(self) -> None:
        """The last call of the window, with nothing but its state."""
        self.state.through, self.state.closing = self.state.checkpoint.position, True
        self._call((), self.state.checkpoint.window)

    def _call(self, batch: tuple[Record, ...], window: Window | None) -> None:
        state = self.state
        state.phase, state.wake = Phase.INVOKING, None
        attempt = state.checkpoint.attempts + 1
        self.commands.append(Invoke(batch, attempt, window, final=state.closing))
        self.report(BatchStarted(*ledger.span(batch), attempt))

    def _read(self) -> None:
        state = self.state
        if not state.reading:
            state.reading, state.behind = True, False
            wanted = state.checkpoint.bounds[-1] - state.read_to if state.checkpoint.bounds else 0
            limit = max(wanted, state.config.batch_size, limits.mapping_read_records_min)
            self.commands.append(Read(state.read_to, limit))

    def _land(self) -> tuple[tuple[Record, ...], bool]:
        """The batch that was in flight, and whether it was the last call of a window."""
        state = self.state
        if state.through is None:
            raise ValueError("an answer came, but no batch is in flight")
        batch, closing = state.buffer[: ledger.count(state.buffer, state.through)], state.closing
        state.through, state.closing = None, False
        state.phase = Phase.IDLE
        return batch, closing

    def _fail(
        self, batch: tuple[Record, ...], error: str, answer: Answer, *, bisect: bool, closing: bool = False
    ) -> None:
        """The batch failed, and it counts: split it, give it up, or try it again later."""
        state = self.state
        self.count_calls(len(batch), failed=len(batch))
        attempt = state.checkpoint.attempts + 1
        split = bisect and len(batch) > 1
        given_up = not split and 0 <= state.config.retry_attempts_max < attempt
        retry_at = None if split or given_up else self._wait()
        self.report(AttemptFailed(*ledger.span(batch), attempt, error, counts=True, retry_at=retry_at))
        self.result(Result.FAILED)
        self.draft.request_id = answer.request_id
        if split:
            self._split(batch)
        elif given_up:
            self.give_up(batch, attempt, answer, closing=closing)
        elif not batch:
            self.draft.attempts = attempt
        else:
            self._bound(batch[-1].number, attempts=attempt)
        self.save()

    def _split(self, batch: tuple[Record, ...]) -> None:
        """Two halves take the batch's place; splitting uses up no attempt, and each half starts at none."""
        self._bound(batch[-1].number, attempts=0)
        self._bound(batch[len(batch) // 2 - 1].number, attempts=0)
        self.state.failures = 0

    def _keep_rest(self, rest: tuple[Record, ...], answer: Answer) -> None:
        """After a partial failure the rest is a new batch, with all its attempts before it."""
        self.result(Result.FAILED)
        self.draft.request_id = answer.request_id
        self._bound(rest[-1].number, attempts=0)
        error = f"BatchItemFailures: {rest[0].sequence_number}"
        self.report(AttemptFailed(*ledger.span(rest), 1, error, counts=True, retry_at=self._wait()))

    def _bound(self, end: int, *, attempts: int) -> None:
        """The current batch ends at `end`, whatever comes after it, until it is done with."""
        draft = self.draft
        if draft.bounds[-1:] != (end,):
            draft.bounds = (*draft.bounds, end)
        draft.attempts = attempts
        draft.failed_at = self.now if draft.failed_at is None else draft.failed_at

    def _wait(self) -> float:
        """Back off; the answer is until when."""
        state = self.state
        state.failures += 1
        state.phase, state.wake = Phase.WAITING, self.now + delivery.retry_delay(state.failures)
        if state.checkpoint.failed_at is None:
            self.draft.failed_at = self.now
        return state.wake

    def _pause(self) -> None:
        """Stand still: disabled by its user, or without permission."""
        state = self.state
        phase = Phase.STOPPED if state.enabled else Phase.DISABLED
        if state.phase is phase:
            return
        state.phase = phase
        self.rewind()
        self.report(Stopped(state.missing if phase is Phase.STOPPED else ""))
        self.save()

    def _finish(self) -> None:
        state = self.state
        state.phase = Phase.FINISHED
        self.draft.finished = True
        self.save()
        self.commands.append(Finish())

    # What is too old, and what is due.

    def _expire(self) -> None:
        """Split off and discard what is too old: AWS sends such records to the destination on their own."""
        state = self.state
        age, reason = self._age_max()
        if age is None:
            return
        since = self._aging_since()
        if since is None or self.now < since + age:
            return
        if self._is_closing():
            self.give_up_old((), state.checkpoint.window)
            self.end_window()
            self._expire()
        else:
            old = next(
                (place for place, record in enumerate(state.buffer) if self.now < record.created + age),
                len(state.buffer),
            )
            self.give_up_old(state.buffer[:old])
            self.retire(state.buffer[old - 1].number, reason)
        state.phase, state.wake = Phase.IDLE, None
        self.save()
        self.skip_filtered()

    def _is_closing(self) -> bool:
        """Whether the next call is the last one of a window, and has failed before."""
        return self.state.checkpoint.failed_at is not None and tumbling.is_over(self.state, self.now)

    def _aging_since(self) -> float | None:
        """When the age of what is next began."""
        state = self.state
        if state.checkpoint.window is not None and self._is_closing():
            return float(state.checkpoint.window.end)
        return state.buffer[0].created if state.buffer else None

    def _age_max(self) -> tuple[float | None, Reason]:
        """At what age records are given up: the mapping's, and for failing ones also the stream's."""
        state = self.state
        age = state.config.record_age_seconds_max
        if 0 <= age < limits.stream_retention_seconds:
            return age, Reason.AGE
        if state.checkpoint.failed_at is not None:
            return limits.stream_retention_seconds, Reason.TRIMMED
        return (age, Reason.AGE) if age >= 0 else (None, Reason.AGE)

    def set_timer(self) -> None:
        """Ask to be woken when the next thing is due, if that has changed."""
        when = self._due()
        if when != self.state.timer:
            self.state.timer = when
            self.commands.append(SetTimer(when))

    def _due(self) -> float | None:
        state = self.state
        if state.phase not in (Phase.IDLE, Phase.COLLECTING, Phase.WAITING):
            return None
        # While an answer is due, a batch that has waited long enough is formed when it comes.
        times = [] if state.wake is None or state.reading else [state.wake]
        if state.phase is Phase.WAITING:
            age, _ = self._age_max()
            since = self._aging_since()
            if since is not None and age is not None:
                times.append(since + age)
        elif not state.reading:
            window = tumbling.window_of(state, state.buffer[0]) if state.buffer else state.checkpoint.window
            if window is not None:
                times.append(float(window.end))
        if state.unsaved is not None:
            times.append(state.unsaved + limits.mapping_checkpoint_seconds_max)
        return min(times, default=None)
