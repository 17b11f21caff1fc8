"""What the machine hands to the on-failure destination, in the checkpoint that gives it up."""

import importlib.util
import sys
from pathlib import Path

from millrace.core import limits
from millrace.triggers.delivery import (
    Answer,
    Checkpoint,
    GivenUp,
    InvocationFailed,
    InvocationSucceeded,
    Reason,
)

_SPEC = importlib.util.spec_from_file_location("test_machine", Path(__file__).with_name("test_machine.py"))
machines = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("test_machine", machines)
_SPEC.loader.exec_module(machines)
History = machines.History
SaveCheckpoint = machines.SaveCheckpoint
UNHANDLED = Answer("r-9", "$LATEST", "Unhandled")


def given_up(history):
    return [lost for save in history.of(SaveCheckpoint) for lost in save.given_up]


def numbers(history):
    return [[record.number for record in lost.records] for lost in given_up(history)]


def test_a_batch_is_given_up_with_its_last_answer_in_the_checkpoint_that_passes_it():
    history = History(retry_attempts_max=1).read(1, 2).tell(InvocationFailed("no", answer=Answer("r-8")))
    assert given_up(history) == []

    batch = history.state.buffer
    history.fire().tell(InvocationFailed("no", answer=UNHANDLED))

    assert given_up(history) == [GivenUp(batch, 0, Reason.RETRIES, 2, "r-9", UNHANDLED)]
    assert history.of(SaveCheckpoint)[0].checkpoint.position == 2


def test_a_reported_failure_is_given_up_without_a_function_error():
    history = History(retry_attempts_max=0, report_item_failures=True).read(1)
    answer = Answer("r-1")
    history.tell(InvocationSucceeded(b'{"batchItemFailures":[{"itemIdentifier":"1"}]}', answer))

    (lost,) = given_up(history)
    assert (lost.answer, lost.invocations) == (answer, 1)


def test_the_item_that_is_always_reported_is_given_up_alone_with_the_attempts_of_its_own_batch():
    history = History(retry_attempts_max=3, report_item_failures=True, batch_size=3).read(4, 5, 6)
    for attempt in range(5):
        assert history.invoked == [[4, 5, 6], [6]][attempt > 0]
        history.succeed({"batchItemFailures": [{"itemIdentifier": "6"}]})
        if attempt < 4:
            history.fire()

    assert [(lost.invocations, lost.condition) for lost in given_up(history)] == [(4, Reason.RETRIES)]
    assert numbers(history) == [[6]]
    assert history.saved.delivered == 2


def test_each_part_of_a_split_batch_is_given_up_on_its_own():
    history = History(bisect=True, retry_attempts_max=0).read(1, 2)

    assert numbers(history.fail()) == []
    assert numbers(history.fail()) == [[1]]
    assert numbers(history.fail()) == [[2]]
    assert history.saved.discarded == {Reason.RETRIES: 2}


def test_a_batch_that_is_too_old_has_no_answer_but_its_attempts_and_last_request():
    history = History(record_age_seconds_max=60).read(1).tell(InvocationFailed("no", answer=UNHANDLED))
    while history.state.buffer:
        history.fire()
        if history.invoked:
            history.tell(InvocationFailed("no", answer=UNHANDLED))

    (lost,) = given_up(history)
    assert (lost.condition, lost.answer, lost.request_id) == (Reason.AGE, None, "r-9")
    assert lost.invocations == 8  # as recorded of AWS


def test_attempts_and_request_survive_a_restart():
    history = History(record_age_seconds_max=60).read(1).tell(InvocationFailed("no", answer=UNHANDLED))
    assert (history.saved.attempts, history.saved.request_id) == (1, "r-9")

    again = History(history.saved, record_age_seconds_max=60).read(1, created=0.0)
    assert [(lost.invocations, lost.request_id) for lost in given_up(again)] == [(1, "r-9")]


def test_stale_records_are_split_off_in_batches_and_the_others_delivered():
    history = History(record_age_seconds_max=60, batch_size=2)
    stale = tuple(machines.Record(n, str(n), 900.0, b"{}") for n in (1, 2, 3))
    fresh = tuple(machines.Record(n, str(n), history.now, b"{}") for n in (4, 5))
    history.tell(machines.RecordsRead(0, stale + fresh, 5, exhausted=True))

    assert numbers(history) == [[1, 2], [3]]
    assert {(lost.condition, lost.invocations) for lost in given_up(history)} == {(Reason.AGE, 1)}
    assert history.invoked == [4, 5]


def test_stale_records_that_no_event_could_carry_together_are_told_of_apart():
    history = History(record_age_seconds_max=60)
    history.read(1, 2, created=900.0, size=limits.mapping_batch_bytes_max - 100)

    assert numbers(history) == [[1], [2]]


def test_records_that_leave_the_stream_while_they_fail_are_too_old_for_the_destination():
    history = History().read(1).fail()
    while history.state.buffer:
        history.fire()
        if history.invoked:
            history.fail()

    assert [lost.condition for lost in given_up(history)] == [Reason.AGE]
    assert history.saved.discarded == {Reason.TRIMMED: 1}


def test_records_count_once_for_every_invocation_that_they_were_part_of():
    history = History(retry_attempts_max=1, report_item_failures=True).read(1, 2, 3)
    history.fail(counts=False).fire()
    history.succeed({"batchItemFailures": [{"itemIdentifier": "3"}]}).fire()
    history.fail().fire().fail()

    # Three were throttled; three ran, and one of them failed; that one failed twice more.
    assert (history.saved.invoked, history.saved.failed) == (3 + 1 + 1, 3 + 1 + 1 + 1)


def test_a_checkpoint_of_an_older_version_is_understood():
    assert Checkpoint(0, 0).window is None
    assert (Checkpoint(0, 0).invoked, Checkpoint(0, 0).failed) == (0, 0)
