"""Tumbling windows, told as histories."""

import importlib.util
import sys
from pathlib import Path

import orjson

from millrace.core import limits
from millrace.triggers.delivery import Invoke, Reason, Record, RecordsRead, SaveCheckpoint, Signal, Window

_SPEC = importlib.util.spec_from_file_location("test_machine", Path(__file__).with_name("test_machine.py"))
machines = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("test_machine", machines)
_SPEC.loader.exec_module(machines)


class History(machines.History):
    """Time is 1000.0 at first, and windows are ten seconds long: the first ends at 1010."""

    def __init__(self, checkpoint=None, tumbling_seconds=10, **config):
        super().__init__(checkpoint, tumbling_seconds=tumbling_seconds, **config)

    def write(self, *times, size=2):
        """Records written at these times come."""
        after = self.state.read_to
        records = tuple(
            Record(number, str(number), time, b"x" * size) for number, time in enumerate(times, after + 1)
        )
        self.now = max(self.now, *times)
        if not self.state.reading:
            self.tell(Signal.KICK)
        return self.tell(RecordsRead(after, records, after + len(times), exhausted=True))

    def answer(self, state, **more):
        return self.succeed({"state": state, **more})

    @property
    def call(self):
        """What the function was called with: numbers, state, whether it is the window's last call."""
        calls = self.of(Invoke)
        if not calls:
            return None
        (call,) = calls
        return [record.number for record in call.records], orjson.loads(call.window.state), call.final


def test_the_state_goes_from_call_to_call_and_ends_with_the_window():
    history = History().write(1000.0)
    assert history.call == ([1], {}, False)

    history.answer({"n": 1}).write(1004.0, 1005.0)
    assert history.call == ([2, 3], {"n": 1}, False)
    assert history.of(Invoke)[0].window == Window(1000, 1010, '{"n":1}')

    history.answer({"n": 3})
    assert history.call is None
    assert history.state.timer == 1010.0
    assert history.fire().call == ([], {"n": 3}, True)
    history.answer({})
    assert history.saved.window is None
    assert history.saved.delivered == 3
    assert history.state.timer is None


def test_a_batch_never_crosses_a_window():
    history = History().write(1001.0, 1009.9, 1010.0, 1025.0)

    assert history.call == ([1, 2], {}, False)
    assert history.answer("a").call == ([], "a", True)
    assert history.answer("x").call == ([3], {}, False)
    assert history.answer("b").call == ([], "b", True)
    assert history.answer("x").call == ([4], {}, False)
    assert history.answer("c").of(machines.SetTimer) == [machines.SetTimer(1030.0)]


def test_an_answer_without_a_state_is_a_failure():
    for answer in (None, {}, [], {"state": None}, {"batchItemFailures": []}, "text"):
        history = History(retry_attempts_max=0, report_item_failures=True).write(1000.0)
        history.succeed(answer)
        assert history.saved.discarded == {Reason.RETRIES: 1}, answer


def test_the_state_that_a_failed_batch_returned_is_not_kept():
    history = History().write(1000.0).answer({"n": 1}).write(1001.0).fail()

    assert history.fire().call == ([2], {"n": 1}, False)


def test_after_a_partial_failure_the_returned_state_goes_with_the_rest():
    history = History(report_item_failures=True).write(1000.0, 1001.0, 1002.0)
    history.answer({"n": 1}, batchItemFailures=[{"itemIdentifier": "2"}])

    assert history.fire().call == ([2, 3], {"n": 1}, False)


def test_a_reported_first_record_fails_the_batch_and_its_state():
    history = History(report_item_failures=True).write(1000.0)
    history.answer({"n": 1}, batchItemFailures=[{"itemIdentifier": "1"}])

    assert history.fire().call == ([1], {}, False)


def test_a_state_that_is_too_large_ends_the_window_early():
    history = History().write(1000.0).answer("x" * limits.mapping_window_state_bytes_max)

    assert history.call[2] is True
    assert history.of(Invoke)[0].window.early is True
    history.answer("x")
    assert history.saved.window is None
    assert history.write(1001.0).call == ([2], {}, False)


def test_a_state_of_just_the_limit_goes_on():
    history = History().write(1000.0).answer("x" * (limits.mapping_window_state_bytes_max - 2))

    assert history.call is None
    assert history.saved.window.early is False


def test_a_window_and_its_state_survive_a_restart():
    history = History().write(1000.0).answer({"n": 1})

    again = History(history.saved)
    assert again.read().call is None
    assert again.fire().call == ([], {"n": 1}, True)
    late = History(history.saved)
    late.now = 1010.0
    assert late.read().call == ([], {"n": 1}, True)


def test_the_last_call_is_tried_again_and_holds_up_what_comes_after_it():
    history = History().write(1000.0).answer({"n": 1}).fire().fail()
    assert history.saved.attempts == 1

    history.write(1010.1)
    assert history.call is None
    assert history.fire().call == ([], {"n": 1}, True)
    assert history.answer(0).read().call == ([2], {}, False)


def test_the_last_call_is_given_up_like_a_batch_and_the_destination_told():
    history = History(retry_attempts_max=1).write(1000.0).answer({"n": 1}).fire().fail().fire().fail()

    (save,) = history.of(SaveCheckpoint)
    (lost,) = save.given_up
    assert (lost.records, lost.position, lost.invocations, lost.window.state) == ((), 1, 2, '{"n":1}')
    assert (save.checkpoint.window, save.checkpoint.attempts) == (None, 0)
    assert save.checkpoint.discarded == {}


def test_the_last_call_grows_too_old_from_the_end_of_its_window():
    history = History(record_age_seconds_max=60).write(1000.0).answer({"n": 1}).fire().fail()
    while history.state.checkpoint.window is not None:
        history.fire()
        if history.call:
            history.fail()

    assert history.now == 1070.0
    (lost,) = history.of(SaveCheckpoint)[0].given_up
    assert (lost.condition, lost.answer) == (Reason.AGE, None)


def test_a_throttled_last_call_is_made_again():
    history = History(retry_attempts_max=0).write(1000.0).answer({"n": 1}).fire().fail(counts=False)

    assert history.fire().call == ([], {"n": 1}, True)


def test_a_closed_shard_ends_its_window_at_once_and_then_is_done():
    history = History().write(1000.0).answer({"n": 1})
    history.tell(machines.ShardEnded(1)).read()

    assert history.call == ([], {"n": 1}, True)
    history.answer({})
    assert history.of(machines.Finish) == [machines.Finish()]


def test_filtered_records_open_no_window():
    history = History().read(through=5)

    assert history.call is None
    assert history.state.checkpoint.window is None


def test_a_disabled_mapping_ends_its_window_when_it_goes_on():
    history = History().write(1000.0).answer({"n": 1}).tell(Signal.DISABLE)
    assert history.state.timer is None

    history.tell(Signal.ENABLE, after=100.0).read()
    assert history.call == ([], {"n": 1}, True)


def test_the_end_of_the_window_ends_the_wait_for_a_full_batch():
    history = History(window_seconds=300).write(1004.0)
    assert history.call is None

    assert history.fire().call == ([1], {}, False)
    assert history.now == 1010.0


def test_a_batch_window_within_the_tumbling_window_holds():
    history = History(window_seconds=2).write(1004.0)

    assert history.fire().call == ([1], {}, False)
    assert history.now == 1006.0


def test_a_split_batch_stays_in_its_window():
    history = History(bisect=True).write(1000.0, 1001.0).fail()
    assert history.call == ([1], {}, False)
    assert history.answer("a").call == ([2], "a", False)


def test_the_batch_leaves_room_for_the_state():
    size = limits.mapping_batch_bytes_max // 2 - 10
    history = History().write(1000.0, 1000.0, size=size)
    assert history.call == ([1], {}, False)


def test_windows_that_are_turned_off_end_with_the_one_that_is_open():
    history = History().write(1000.0).answer({"n": 1})
    history.tell(machines.Configured(machines.Config())).read()

    assert history.write(1011.0).call == ([], {"n": 1}, True)
    history.answer({})
    (call,) = history.of(Invoke)
    assert (call.records[0].number, call.window) == (2, None)


def test_windows_that_are_turned_on_do_not_ask_a_batch_in_flight_for_its_state():
    history = History(tumbling_seconds=0).write(1000.0)
    history.tell(machines.Configured(machines.Config(tumbling_seconds=10))).succeed()

    assert history.saved.delivered == 1


def test_a_record_that_comes_late_is_counted_in_the_open_window():
    history = History().write(1011.0).answer("a").write(1009.0)

    assert history.call == ([2], "a", False)
