"""What the product promises, kept as books of its own: every claim is checked against what was written and answered.

An `Account` is one mapping's of one shard. It believes nothing of what the machine counts: it knows which records
there are, which a function took, which were given up, and what each save made durable.
"""

from collections import defaultdict
from types import MappingProxyType

import orjson
from tests.simulation.lane import Lane

from millrace.core import limits
from millrace.streams.stream import Shard
from millrace.triggers.delivery import Checkpoint, Invoke, Reason, SaveCheckpoint, retry_delay

DELIVERED, DISCARDED, OTHERWISE = 1, 2, 3
REASONS = RETRIES, AGE, TRIMMED = Reason.RETRIES.value, Reason.AGE.value, Reason.TRIMMED.value

NOTHING_MORE = MappingProxyType(dict.fromkeys(REASONS, 0))


class Shelf:
    """The records of one shard, as they were written: number n is at place n. 0 is nobody."""

    def __init__(self, shard: Shard, parent: "Shelf | None") -> None:
        self.shard = shard
        self.parent = parent
        self.created = [0.0]
        self.partitions = [0]
        self.kinds = [0]

    @property
    def head(self) -> int:
        return len(self.created) - 1


class Account:
    def __init__(self, shelf: Shelf, start: int) -> None:
        self.shelf = shelf
        self.start = start
        self.fates: dict[int, int] = {}  # durable
        self.totals: defaultdict[str, int] = defaultdict(int)  # durable
        self.takers: dict[int, Lane] = {}  # who heard last that a function took the record
        self.busy: dict[int, Lane] = {}  # partitions in flight
        self.seen: list[int] = []  # by the open window, durable
        self.open: tuple[int, int] | None = None  # the open window, durable
        self.tries: dict[int, tuple[int, int, list[int]]] = {}  # of lanes: see `Lane`; durable
        self.rows: tuple[Checkpoint, ...] = ()  # durable, as they were saved or taken over last
        self.is_closed = False  # the shard is gone

    # A batch is about to be delivered.

    def check_invoke(self, lane: Lane, command: Invoke, now: float) -> None:
        numbers = [record.number for record in command.records]
        assert lane.call is None, "two batches in flight"
        assert numbers == sorted(set(numbers)), "out of order"
        assert bool(numbers) != command.final, "a call without records is a window's last one, and only that"
        assert now >= lane.not_before - 1e-6, "the retry came too soon"
        self._check_window(lane, command, now)
        self._check_tries(lane, command)
        if numbers:
            self._check_batch(lane, command, now)
            self._check_order(lane, numbers)

    def _check_batch(self, lane: Lane, command: Invoke, now: float) -> None:
        records, config = command.records, lane.config
        assert sum(len(record.data) + 1 for record in records) + 14 <= limits.mapping_batch_bytes_max
        lane.limits = [end for end in lane.limits if end > lane.state.checkpoint.position]
        if lane.limits:
            assert records[-1].number <= lane.limits[-1], "a failing batch was joined by other records"
        else:
            assert len(records) <= config.batch_size, "more records than the batch size"
        if config.record_age_seconds_max >= 0:
            assert now < records[0].created + config.record_age_seconds_max, "too old to be delivered"

    def _check_order(self, lane: Lane, numbers: list[int]) -> None:
        shelf, fates, floor = self.shelf, self.fates, lane.floor
        batch = set(numbers)
        for number in range(lane.saved.position + 1, numbers[-1] + 1):
            partition = shelf.partitions[number]
            if number in batch:
                assert lane.owns(partition), f"record {number} is another lane's"
                assert number not in fates, f"record {number} is called with, and done with"
                assert lane.may_pass(number, shelf.kinds[number]), "called in spite of the filter"
                taker = self.takers.get(number)
                assert taker is None or taker.is_over, f"record {number} is delivered twice"
                assert self.busy.setdefault(partition, lane) is lane, "two batches of one partition at a time"
            elif lane.owns(partition) and number not in fates and number > floor:
                assert lane.may_filter(shelf.kinds[number]), f"record {number} was passed over by {numbers}"
        assert numbers[0] > lane.saved.position, "called with what is done with"

    def _check_window(self, lane: Lane, command: Invoke, now: float) -> None:
        """The state is what the function has seen of the window, exactly, and no record is in the wrong one."""
        window, created = command.window, self.shelf.created
        assert window is None or not lane.index, "a window in one of several lanes"
        if window is None:
            # A window that is open when a shard gets more lanes ends in the first one.
            assert self.open is None or lane.index, "an open window was forgotten"
            return
        for record in command.records:
            assert record.created < window.end, "a batch crosses its window"
        if self.open is not None:
            assert (window.start, window.end) == self.open, "another window, and one is open"
        assert orjson.loads(window.state).get("numbers", []) == self.seen, "a state is not what was seen"
        if command.final and not window.early and lane.state.end is None:
            following = next((n for n in range(lane.state.checkpoint.position + 1, self.shelf.head + 1)), 0)
            late = any(
                created[n] >= window.end for n in range(following, self.shelf.head + 1)
            ) if following else False  # fmt: skip
            assert now >= window.end or late, "a window ended before its time"

    def _check_tries(self, lane: Lane, command: Invoke) -> None:
        lane.look_back()
        assert command.attempt == lane.tries + 1, f"attempt {command.attempt} comes after {lane.tries}"

    # It was answered. (What is expected of the machine is worked out before the machine hears of it.)

    def note_taken(self, lane: Lane, numbers: list[int]) -> None:
        for number in numbers:
            self.takers[number] = lane
        lane.taken += numbers

    def note_success(self, lane: Lane, batch: list[int]) -> None:
        lane.failures = 0
        lane.closed |= not batch
        lane.tries = 0

    def note_partial(self, lane: Lane, rest: list[int], now: float) -> None:
        lane.failures, lane.tries, lane.tried_at = 1, 0, rest[0] - 1
        lane.bound(rest[-1])
        lane.not_before = now + retry_delay(1)

    def note_throttle(self, lane: Lane, now: float) -> None:
        lane.look_back()
        lane.failures += 1
        lane.not_before = now + retry_delay(lane.failures)

    def note_failure(self, lane: Lane, batch: list[int], now: float, *, bisect: bool) -> None:
        """It counts: the batch is split, given up, or tried again later."""
        lane.look_back()
        if bisect and len(batch) > 1:
            lane.tries, lane.failures = 0, 0
            lane.bound(batch[-1])
            lane.bound(batch[len(batch) // 2 - 1])
            return
        lane.tries += 1
        if 0 <= lane.config.retry_attempts_max < lane.tries:
            lane.doomed, lane.failures = batch, 0
            lane.closed |= not batch
            lane.tries = 0
            return
        if batch:
            lane.bound(batch[-1])
        lane.failures += 1
        lane.not_before = now + retry_delay(lane.failures)

    # Something is made durable.

    def check_save(self, lane: Lane, command: SaveCheckpoint) -> None:
        old, new = lane.saved, command.checkpoint
        assert new.position >= old.position, "the position went back"
        given = self._check_given_up(lane, command)
        taken, lane.taken = set(lane.taken), []
        counts: defaultdict[str, int] = defaultdict(int)
        for number in range(old.position + 1, new.position + 1):
            if number in self.fates or not lane.owns(self.shelf.partitions[number]):
                continue
            counts[self._resolve(lane, number, taken, given)] += 1
        assert not taken, f"{taken} were delivered, and that is not saved"
        _check_counts(old, new, counts)
        self.totals["delivered"] += new.delivered - old.delivered
        self.totals["filtered"] += new.filtered - old.filtered
        if new.discarded != old.discarded:
            for reason, count in new.discarded.items():
                self.totals[reason] += count - old.discarded.get(reason, 0)
        self._check_saved_window(lane, new)
        self.tries[lane.index] = (lane.tries, lane.tried_at, list(lane.limits))
        self.rows = (
            (new,) if lane.count == 1 else tuple(new if row.lane == new.lane else row for row in self.rows)
        )
        lane.saved = new
        if new.position >= lane.filters_until and not lane.unheard:
            lane.filters = lane.filters[-1:]

    def _resolve(self, lane: Lane, number: int, taken: set[int], given: dict[int, str]) -> str:
        """What has become of a record, and that it is settled now."""
        if number in taken:
            taken.remove(number)
            self.fates[number] = DELIVERED
            assert number not in given, "delivered and given up"
            return "delivered"
        if number in given:
            self.fates[number] = DISCARDED
            return given[number]
        self.fates[number] = OTHERWISE
        filtered = lane.may_filter(self.shelf.kinds[number])
        if number <= lane.floor:
            return "either" if filtered else "lost"
        assert filtered, f"record {number} is passed, and nobody had it"
        return "filtered"

    def _check_given_up(self, lane: Lane, command: SaveCheckpoint) -> dict[int, str]:
        given: dict[int, str] = {}
        for lost in command.given_up:
            numbers = [record.number for record in lost.records]
            if lost.condition == Reason.RETRIES:
                assert numbers == lane.doomed, f"{numbers} are given up, {lane.doomed} should be"
                lane.doomed = None
            else:
                lane.not_before, lane.tries, lane.failures = 0.0, 0, 0
                lane.closed |= not numbers
            for number in numbers:
                assert number not in given, "told of twice"
                assert number not in self.fates, "told of what was done with"
                assert number <= command.checkpoint.position, "given up, but not passed"
                given[number] = lost.condition
            assert lost.invocations >= 1
        return given

    def _check_saved_window(self, lane: Lane, new: Checkpoint) -> None:
        window = new.window
        if lane.index:
            assert window is None, "a window in one of several lanes"
            return
        if window is None:
            assert lane.closed or self.open is None, "a window is lost"
            self.open, self.seen, lane.closed = None, [], False
            return
        if self.open is not None and not lane.closed:
            assert (window.start, window.end) == self.open, "another window, and one is open"
        self.open, lane.closed = (window.start, window.end), False
        seen = orjson.loads(window.state).get("numbers", [])
        assert seen == self.seen + lane.returned, "the state that the function returned is not kept"
        self.seen, lane.returned = seen, []

    # Rows that were taken over, and shards that go.

    def check_leave(self, lane: Lane) -> None:
        """Who is let go though nothing went wrong: whatever it has not saved would be done again."""
        assert lane.call is None, "let go while its batch is in flight"
        assert not lane.is_saving, "let go before all is saved"
        assert not lane.taken, f"let go before it is saved that {lane.taken} were delivered"

    def check_rows(self, lost: int, floor: int) -> None:
        """After a crash, a division of lanes, or a loss that all lanes find out together."""
        totals = self.totals
        if lost:
            gone = [n for n in range(self.start + 1, floor + 1) if n not in self.fates]
            assert lost == len(gone), f"{lost} are counted as lost, {len(gone)} are"
            self.fates.update(dict.fromkeys(gone, OTHERWISE))
            totals[Reason.TRIMMED] += lost
        left = dict(totals)
        for row in self.rows:
            assert row.start == self.start, f"it began at {self.start}: {row}"
            left["delivered"] = left.get("delivered", 0) - row.delivered
            left["filtered"] = left.get("filtered", 0) - row.filtered
            for reason, count in row.discarded.items():
                left[reason] = left.get(reason, 0) - count
        assert not any(left.values()), f"saved were {dict(totals)}, there are {self.rows}"
        assert sum(totals.values()) == len(self.fates) <= self.shelf.head - self.start

    def check_done(self) -> None:
        missing = [n for n in range(self.start + 1, self.shelf.head + 1) if n not in self.fates]
        assert not missing, f"records {missing} are lost"
        assert self.open is None, "a window stays open for ever"


def _check_counts(old: Checkpoint, new: Checkpoint, counts: dict[str, int]) -> None:
    """Each record that was passed is counted once, and as what it was. (`counts` has 0 for what it has not.)"""
    delivered, filtered = new.delivered - old.delivered, new.filtered - old.filtered
    assert new.delivered + new.discarded.get(RETRIES, 0) <= new.invoked
    if new.discarded == old.discarded:
        if not counts:
            assert delivered == filtered == 0, f"nothing was passed: {old} {new}"
            return
        grown = NOTHING_MORE
    else:
        grown = {reason: new.discarded.get(reason, 0) - old.discarded.get(reason, 0) for reason in REASONS}
    assert delivered == counts["delivered"], f"delivered: {old} {new} {counts}"
    assert grown[RETRIES] == counts[RETRIES], f"retries: {old} {new} {counts}"
    assert counts["filtered"] <= filtered <= counts["filtered"] + counts["either"], f"{old} {new} {counts}"
    old_ones = counts[AGE] + counts["lost"] + counts["either"] + counts["filtered"] - filtered
    assert grown[AGE] + grown[TRIMMED] == old_ones, f"too old or trimmed: {old} {new} {counts}"
    assert grown[AGE] <= counts[AGE], f"age: {old} {new} {counts}"
