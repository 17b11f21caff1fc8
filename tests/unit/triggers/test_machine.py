"""The delivery machine, told as histories: what happens, and what it orders."""

import orjson

from millrace.core import limits
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchSucceeded,
    Checkpoint,
    Config,
    Configured,
    Discarded,
    Filtered,
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
    Report,
    Resumed,
    SaveCheckpoint,
    SetTimer,
    ShardEnded,
    Signal,
    Stopped,
    begin,
)
from millrace.triggers.machine import step


class History:
    """A machine, the commands of its last step, and the row it saved last."""

    def __init__(self, checkpoint=None, enabled=True, missing="", **config):
        checkpoint = checkpoint or Checkpoint(0, 0)
        self.now = 1000.0
        self.state = begin(checkpoint, Config(**config), enabled=enabled, missing=missing)
        self.saved = checkpoint
        self.commands = ()
        self.tell(Signal.STARTED)

    def tell(self, event, after=0.0):
        self.now += after
        self.state, self.commands = step(self.state, event, self.now)
        for command in self.commands:
            if isinstance(command, SaveCheckpoint):
                self.saved = command.checkpoint
        return self

    def read(self, *numbers, through=None, exhausted=True, floor=0, created=None, size=2):
        records = tuple(
            Record(n, str(n), self.now if created is None else created, b"x" * size) for n in numbers
        )
        last = through or (numbers[-1] if numbers else self.state.read_to)
        return self.tell(RecordsRead(self.state.read_to, records, last, exhausted, floor))

    def fire(self):
        self.now = max(self.now, self.state.timer)
        return self.tell(Signal.TIMER_FIRED)

    def succeed(self, answer=None, after=0.0):
        return self.tell(InvocationSucceeded(orjson.dumps(answer)), after)

    def fail(self, counts=True, after=0.0):
        return self.tell(InvocationFailed("Unhandled", counts=counts), after)

    def of(self, kind):
        return [command for command in self.commands if isinstance(command, kind)]

    @property
    def invoked(self):
        """The numbers in the batch that the last step called the function with; None if it did not."""
        calls = self.of(Invoke)
        return [record.number for record in calls[0].records] if calls else None

    @property
    def facts(self):
        return [command.fact for command in self.of(Report)]


def test_a_start_reads_after_the_checkpoint():
    history = History(Checkpoint(5, 7, delivered=2))

    assert history.commands == (Read(7, limits.mapping_read_records_min),)


def test_without_a_window_one_record_is_delivered_at_once():
    history = History().read(1)

    assert history.invoked == [1]


def test_the_checkpoint_is_saved_after_the_answer_and_not_before():
    history = History().read(1, 2)
    assert history.of(SaveCheckpoint) == []

    history.succeed()
    assert (history.saved.position, history.saved.delivered, history.saved.result) == (2, 2, "OK")
    assert history.facts[0] == BatchSucceeded("1", "2", 2)


def test_nothing_happens_while_nothing_happens():
    history = History().read()

    assert history.commands == ()
    assert history.state.phase is Phase.IDLE


def test_a_batch_is_never_larger_than_the_batch_size():
    history = History(batch_size=2).read(1, 2, 3)
    assert history.invoked == [1, 2]

    history.succeed()
    assert history.invoked == [3]


def test_the_next_batch_is_read_while_the_function_works():
    history = History(batch_size=2).read(1, 2, exhausted=False)

    assert history.invoked == [1, 2]
    assert history.of(Read) == [Read(2, 100)]


def test_a_window_collects_until_it_is_over():
    history = History(window_seconds=5).read(1)
    assert history.invoked is None
    assert history.of(SetTimer) == [SetTimer(1005.0)]

    history.tell(Signal.KICK, after=2).read(2)
    assert history.state.phase is Phase.COLLECTING
    assert history.fire().invoked == [1, 2]


def test_a_full_batch_does_not_wait_for_its_window():
    assert History(window_seconds=5, batch_size=2).read(1, 2).invoked == [1, 2]


def test_a_batch_is_cut_at_six_megabytes():
    history = History().read(1, 2, 3, size=limits.mapping_batch_bytes_max // 2 - 10)

    assert history.invoked == [1, 2]
    assert history.succeed().invoked == [3]


def test_filtered_records_are_passed_over_and_counted():
    history = History().read(3, 5, through=6).succeed()

    assert (history.saved.position, history.saved.delivered, history.saved.filtered) == (6, 2, 4)


def test_counts_of_records_that_are_all_filtered_are_saved_a_little_later():
    history = History().read(through=50)
    assert history.facts == [Filtered(50)]
    assert history.of(SaveCheckpoint) == []

    history.fire()
    assert (history.saved.position, history.saved.filtered) == (50, 50)


def test_trimmed_records_are_discarded_with_that_reason():
    history = History().read(11, floor=10)
    assert history.facts[0] == Discarded("", "", 10, Reason.TRIMMED)
    assert history.saved.position == 10

    history.succeed()
    assert history.saved.discarded == {"trimmed": 10}
    assert history.saved.delivered == 1


def test_a_failed_batch_is_tried_again_after_growing_delays():
    history = History().read(1)
    delays = []
    for _ in range(10):
        history.fail()
        delays.append(history.state.wake - history.now)
        history.fire()

    assert delays == [0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert history.invoked == [1]
    assert history.saved.attempts == 10


def test_a_failing_batch_blocks_what_is_behind_it_and_does_not_grow():
    history = History(batch_size=10).read(1, 2).fail()
    assert history.tell(Signal.KICK).commands == ()

    assert history.fire().invoked == [1, 2]
    assert history.read(3).succeed().invoked == [3]


def test_n_retries_are_n_plus_one_invocations():
    history = History(retry_attempts_max=2).read(1, 2)
    calls = 1
    while history.fail().state.phase is Phase.WAITING:
        history.fire()
        calls += 1

    assert calls == 3
    assert Discarded("1", "2", 2, Reason.RETRIES) in history.facts
    assert (history.saved.position, history.saved.discarded) == (2, {"RetryAttemptsExhausted": 2})
    assert history.saved.result == "PROBLEM: Function call failed"


def test_attempts_survive_a_restart():
    saved = History(retry_attempts_max=1).read(1, 2).fail().saved
    history = History(saved, retry_attempts_max=1).read(1, 2, 3)
    assert history.invoked == [1, 2]

    history.fail()
    assert history.saved.discarded == {"RetryAttemptsExhausted": 2}
    assert history.invoked == [3]


def test_throttles_are_no_attempts():
    history = History(retry_attempts_max=0).read(1)
    for _ in range(5):
        history.fail(counts=False)
        assert history.state.phase is Phase.WAITING
        history.fire()

    assert history.invoked == [1]
    assert history.saved.attempts == 0


def test_a_changed_function_is_tried_at_once_with_the_same_counter():
    history = History().read(1).fail()
    history.tell(Signal.RETRY)

    assert history.invoked == [1]
    assert history.of(Invoke)[0].attempt == 2


def test_a_changed_mapping_reads_and_filters_anew_and_is_tried_at_once():
    history = History().read(1, 2).fail()
    history.tell(Configured(Config(batch_size=1)))
    assert history.of(Read) == [Read(0, 100)]

    history.read(1, 2)
    assert history.invoked == [1, 2]
    assert history.of(Invoke)[0].attempt == 2


def test_what_was_read_with_the_old_filter_is_not_used():
    history = History()
    history.tell(Configured(Config()))
    history.read(1)

    assert history.invoked is None
    assert history.of(Read) == [Read(0, 100)]


def test_records_that_are_too_old_are_split_off_and_the_others_delivered():
    history = History(record_age_seconds_max=60)
    old, fresh = Record(1, "1", 900.0, b"{}"), Record(2, "2", 990.0, b"{}")
    history.tell(RecordsRead(0, (old, fresh), 2, exhausted=True))

    assert history.facts[0] == Discarded("1", "1", 1, Reason.AGE)
    assert history.invoked == [2]


def test_a_waiting_batch_is_given_up_the_moment_it_is_too_old():
    history = History(record_age_seconds_max=60).read(1, created=1000.0)
    while history.state.checkpoint.position == 0:
        if history.state.phase is Phase.INVOKING:
            history.fail()
        else:
            history.fire()

    assert history.now == 1060.0
    assert history.saved.discarded == {"RecordAgeExceeded": 1}


def test_without_a_limit_a_batch_is_retried_until_the_stream_forgets_it():
    history = History().read(1, created=1000.0)
    while history.state.checkpoint.position == 0:
        if history.state.phase is Phase.INVOKING:
            history.fail()
        else:
            history.fire()

    assert history.now == 1000.0 + limits.stream_retention_seconds
    assert history.saved.discarded == {"trimmed": 1}


def test_bisecting_finds_the_one_bad_record():
    history = History(bisect=True, retry_attempts_max=0).read(*range(1, 9))
    delivered = []
    while history.invoked:
        batch = history.invoked
        if 3 in batch:
            history.fail()
        else:
            delivered += batch
            history.succeed()

    assert delivered == [1, 2, 4, 5, 6, 7, 8]
    assert history.saved.discarded == {"RetryAttemptsExhausted": 1}
    assert history.saved.position == 8


def test_a_half_is_still_a_half_after_a_restart():
    saved = History(bisect=True).read(1, 2, 3, 4).fail().saved

    assert History(saved, bisect=True).read(1, 2, 3, 4, 5).invoked == [1, 2]


def test_a_reported_failure_moves_the_checkpoint_and_gives_the_rest_all_its_attempts():
    """As recorded of AWS: item 6 of 6 is delivered 5 times with 3 retries."""
    history = History(batch_size=3, retry_attempts_max=3, report_item_failures=True).read(*range(1, 7))
    deliveries = []
    while history.saved.position < 6:
        deliveries += history.invoked
        failures = [{"itemIdentifier": "6"}] if 6 in history.invoked else []
        history.succeed({"batchItemFailures": failures})
        if history.state.phase is Phase.WAITING:
            history.fire()

    assert deliveries == [1, 2, 3, 4, 5, 6, 6, 6, 6, 6]
    assert history.saved.discarded == {"RetryAttemptsExhausted": 1}
    assert history.saved.delivered == 5


def test_a_report_of_the_first_record_fails_the_whole_batch():
    history = History(report_item_failures=True, bisect=True).read(1, 2)
    history.succeed({"batchItemFailures": [{"itemIdentifier": "1"}]})

    assert history.fire().invoked == [1, 2]


def test_answers_mean_nothing_unless_reports_are_asked_for():
    history = History().read(1).succeed({"batchItemFailures": [{"itemIdentifier": "1"}]})

    assert history.saved.delivered == 1


def test_disabling_lets_the_batch_in_flight_end_and_then_stands_still():
    history = History().read(1).tell(Signal.DISABLE)
    assert history.state.phase is Phase.INVOKING

    history.succeed()
    assert history.saved.position == 1
    assert history.facts[-1] == Stopped()
    assert history.tell(Signal.KICK).commands == ()
    history.tell(Signal.ENABLE)
    assert history.facts == [Resumed()]


def test_without_permission_nothing_is_called_and_with_it_delivery_goes_on():
    history = History().read(1).fail()
    history.tell(PermissionLost("dynamodb:GetRecords on x", "PROBLEM: Cannot access stream x"))
    assert history.state.phase is Phase.STOPPED
    assert history.facts == [Stopped("dynamodb:GetRecords on x")]
    assert history.saved.result == "PROBLEM: Cannot access stream x"

    history.tell(Signal.PERMISSION_RESTORED).read(1)
    assert history.invoked == [1]
    assert history.of(Invoke)[0].attempt == 2


def test_a_closed_shard_ends_when_all_of_it_is_done_with():
    history = History(window_seconds=300).read(1)
    history.tell(ShardEnded(1)).read()
    assert history.invoked == [1]

    history.succeed()
    assert history.of(Finish) == [Finish()]
    assert history.saved.finished


def test_observers_hear_when_the_next_attempt_is():
    history = History().read(1, 2).fail()

    assert history.facts == [AttemptFailed("1", "2", 2, 1, "Unhandled", counts=True, retry_at=1000.25)]


def test_the_rest_of_a_partial_failure_backs_off_and_does_not_grow():
    history = History(report_item_failures=True).read(1, 2)
    history.succeed({"batchItemFailures": [{"itemIdentifier": "2"}]})
    assert history.state.phase is Phase.WAITING
    assert history.saved.result == "PROBLEM: Function call failed"

    history.tell(Signal.KICK)
    assert history.fire().invoked == [2]


def test_the_next_batch_has_all_its_attempts_and_a_short_delay():
    history = History(batch_size=1).read(1, 2).fail()
    history.fire().fail()
    history.fire().succeed()
    assert history.invoked == [2]
    assert history.of(Invoke)[0].attempt == 1

    assert history.fail().state.wake - history.now == 0.25


def test_no_timer_is_asked_for_in_the_past_while_an_answer_is_due():
    history = History().read(1).fail(counts=False).tell(Signal.KICK)
    history.fire()
    assert history.of(Read) == [Read(1, 100)]

    assert history.tell(Signal.TIMER_FIRED, after=1).of(SetTimer) == []
