"""The history of deliveries, told of what a supervisor tells."""

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.server.deliveries import Deliveries
from millrace.triggers.delivery import (
    AttemptFailed,
    BatchStarted,
    BatchSucceeded,
    Discarded,
    Fact,
    Filtered,
    Reason,
)
from millrace.triggers.delivery import Told as ToldDestination
from millrace.triggers.runner import Call
from millrace.triggers.supervisor import Observation

RAN = Call("id", "group", "stream", 12.5)


class Told:
    """A history, and the supervisor's part of telling it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.deliveries = Deliveries(self.clock, self)  # type: ignore[arg-type]

    def observe(self, callback):
        self.callback = callback

    def tell(
        self, fact: Fact, call: Call | None = None, *, uuid: str = "m", shard: str = "s", lane: int = 0
    ) -> None:
        self.callback(Observation(uuid, "us-east-1", "table", "function", shard, fact, call, lane, 4))

    def outcomes(self, uuid: str = "m") -> list[str]:
        return [one.outcome for one in self.deliveries.of(uuid)]


def test_an_attempt_runs_until_it_is_heard_of():
    told = Told()
    told.tell(BatchStarted("1", "3", 3, 1), Call("id"))
    (attempt,) = told.deliveries.of("m")
    assert (attempt.outcome, attempt.finished, attempt.request_id) == ("running", None, "id")

    told.clock.advance(2.0)
    told.tell(BatchSucceeded("1", "3", 3), RAN)

    assert (attempt.outcome, attempt.finished) == ("succeeded", attempt.started + 2.0)
    assert (attempt.log_stream, attempt.duration_ms) == ("stream", 12.5)


def test_a_batch_that_failed_in_part_is_one_attempt():
    told = Told()
    told.tell(BatchStarted("1", "3", 3, 1), Call("id"))
    told.tell(BatchSucceeded("1", "1", 1), RAN)
    retry_at = told.clock.now() + 0.25
    told.tell(AttemptFailed("2", "3", 2, 1, "BatchItemFailures: 2", counts=True, retry_at=retry_at), RAN)
    (attempt,) = [one.as_dict() for one in told.deliveries.of("m")]

    assert (attempt["outcome"], attempt["records"], attempt["delivered"]) == ("partial", 3, 1)
    assert (attempt["first"], attempt["last"], attempt["retry_in"]) == ("1", "3", 0.25)


def test_an_attempt_whose_end_nobody_heard_of_is_no_longer_running():
    told = Told()
    told.tell(BatchStarted("1", "3", 3, 1), Call("one"))
    told.tell(BatchStarted("1", "3", 3, 1), Call("two"), shard="other")
    told.tell(BatchStarted("1", "3", 3, 1), Call("three"))

    assert told.outcomes() == ["running", "running", "interrupted"]


def test_only_the_last_deliveries_are_kept_and_the_newest_come_first():
    told = Told()
    for number in range(limits.deliveries_kept + 5):
        told.tell(BatchStarted(str(number), str(number), 1, 1))
        told.tell(BatchSucceeded(str(number), str(number), 1))
    kept = told.deliveries.of("m")

    assert len(kept) == limits.deliveries_kept
    assert (kept[0].first, kept[-1].first) == (str(limits.deliveries_kept + 4), "5")


def test_all_triggers_histories_are_told_in_one_order():
    told = Told()
    for uuid in ("a", "b", "a"):
        told.tell(Filtered(1), uuid=uuid)
        told.tell(BatchStarted("1", "1", 1, 1), uuid=uuid)
        told.tell(BatchSucceeded("1", "1", 1), uuid=uuid)

    assert [one.mapping for one in told.deliveries.every()] == ["a", "a", "b", "b", "a", "a"]
    told.deliveries.keep(["b"])
    assert {one.mapping for one in told.deliveries.every()} == {"b"}


def test_more_triggers_than_are_remembered_push_the_oldest_out(monkeypatch):
    monkeypatch.setattr(limits, "deliveries_triggers_max", 2)
    told = Told()
    for uuid in ("a", "b", "c"):
        told.tell(Filtered(1), uuid=uuid)

    assert [told.outcomes(uuid) for uuid in ("a", "b", "c")] == [[], ["filtered"], ["filtered"]]


def test_a_destination_is_noted_with_what_its_own_lane_gave_up():
    told = Told()
    for lane in (0, 1):
        told.tell(Discarded(str(lane), str(lane), 1, Reason.RETRIES), lane=lane)
    told.tell(ToldDestination("0", "0", 1, "queue", "it is gone"), lane=0)

    assert [(one.lane, one.destination_error) for one in told.deliveries.of("m")] == [
        (1, None),
        (0, "it is gone"),
    ]


def test_a_destination_that_is_told_of_a_windows_last_call_is_noted_with_its_attempt():
    told = Told()
    told.tell(Discarded("1", "1", 1, Reason.RETRIES))
    told.tell(BatchStarted("", "", 0, 1))
    told.tell(AttemptFailed("", "", 0, 1, "no", counts=True, retry_at=None))
    told.tell(ToldDestination("", "", 0, "queue", None))

    assert [(one.outcome, one.destination) for one in told.deliveries.of("m")] == [
        ("failed", "queue"),
        ("discarded", None),
    ]
