"""A small world around the delivery machine: a journal, a function and a supervisor that all misbehave.

Everything random comes from one seed, so a history can be told again. The world keeps its own books and
checks every command against the promises of the product; `check_end` checks the sums.
"""

import itertools
import random  # noqa: TID251 - seeded: the whole point is that it can be repeated
from collections import Counter
from dataclasses import replace

import orjson

from millrace.core import limits
from millrace.triggers.delivery import (
    AttemptFailed,
    Checkpoint,
    Config,
    Configured,
    Discarded,
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
    SaveCheckpoint,
    SetTimer,
    ShardEnded,
    Signal,
    Window,
    begin,
)
from millrace.triggers.machine import step


class World:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = 1_700_000_000.0
        self.created: list[float] = []  # of record 1, 2, 3, …
        self.floor = 0
        self.divisor = self.random.choice([0, 0, 3, 2])  # numbers divisible by it are filtered; 0: none
        self.divisors = {self.divisor}
        # One of several lanes: numbers with this remainder are its own, and trims are found out without it.
        self.lanes = self.random.choice([1, 1, 2, 5])
        self.lane = self.random.randrange(self.lanes)
        self.config = self.random_config()
        self.enabled = True
        self.missing = ""
        self.ended = False
        for _ in range(self.random.randrange(10)):
            self.append()
        start = self.random.choice([0, len(self.created)])
        self.saved = Checkpoint(start, start, lanes=self.lanes, lane=self.lane)
        self.acked: dict[int, int] = {}  # number: in which life of the process
        self.discarded: set[int] = set()
        self.discards: Counter[str] = Counter()
        self.failures: Counter[tuple[int, int]] = Counter()
        self.age_discards = False  # while retrying, for longer than the stream keeps its records
        self.life = 0
        self.healthy = False
        self.finished = False
        self.boot()

    # The supervisor.

    def boot(self) -> None:
        self.state = begin(self.saved, self.config, enabled=self.enabled, missing=self.missing)
        self.reading: Read | None = None
        self.flight: tuple[Record, ...] | None = None
        self.window: Window | None = None
        self.final = False
        self.timer: float | None = None
        self.feed(Signal.STARTED)
        if self.ended:
            self.feed(ShardEnded(len(self.created)))

    def crash(self) -> None:
        self.life += 1
        self.failures.clear()
        self.boot()

    def feed(self, event) -> None:
        before = self.state
        copy = replace(before)
        self.state, commands = step(before, event, self.now)
        assert before == copy, "step changed its argument"
        for command in commands:
            if not self.healthy and self.random.random() < 0.01:
                self.crash()  # between two commands
                return
            self.carry_out(command)
        self.check_sums()

    def carry_out(self, command) -> None:
        match command:
            case Read():
                assert self.reading is None, "two reads at once"
                assert command.limit > 0
                self.reading = command
            case Invoke():
                self.check_invoke(command)
                self.flight, self.window, self.final = command.records, command.window, command.final
            case SetTimer():
                self.timer = command.when
            case SaveCheckpoint():
                assert command.checkpoint.position >= self.saved.position, "the position went back"
                if command.checkpoint.position > self.saved.position:
                    self.failures.clear()
                self.saved = command.checkpoint
                self.check_given_up(command)
            case Report():
                self.note_fact(command.fact)
            case Finish():
                assert self.saved.finished
                self.finished = True

    def note_fact(self, fact) -> None:
        match fact:
            case Discarded():
                self.discards[fact.reason] += fact.count
                self.age_discards |= bool(fact.first) and fact.reason is Reason.TRIMMED
                if fact.first:  # otherwise it was trimmed before anyone read it: `floor` tells
                    self.discarded.update(range(int(fact.first), int(fact.last) + 1))
            case AttemptFailed(counts=True):
                key = (int(fact.first or 0), int(fact.last or 0))
                self.failures[key] += 1
                if self.config.retry_attempts_max >= 0:
                    assert self.failures[key] <= self.config.retry_attempts_max + 1, "too many attempts"

    # What must hold.

    def check_invoke(self, command: Invoke) -> None:
        records = command.records
        numbers = [record.number for record in records]
        self.check_window(command)
        assert self.flight is None, "two batches in flight"
        assert self.enabled, "called while disabled"
        assert not self.missing, "called without permission"
        assert numbers == sorted(set(numbers)), "out of order"
        assert sum(len(record.data) + 1 for record in records) + 14 <= limits.mapping_batch_bytes_max
        if not self.state.checkpoint.bounds:
            assert len(records) <= self.config.batch_size
        for number in numbers:
            assert self.acked.get(number, -1) != self.life, f"record {number} is delivered twice"
            assert number > self.saved.position, "called with what is done with"
        for number in range(self.saved.start + 1, numbers[0] if numbers else 0):
            assert self.is_resolved(number), f"record {number} was passed over by {numbers}"
        for low, high in itertools.pairwise(numbers):
            assert all(self.is_resolved(number) for number in range(low + 1, high)), "a hole in the batch"

    def check_window(self, command: Invoke) -> None:
        """The state is what the function has seen of the window, so far, and no record is in the wrong one."""
        window = command.window
        assert bool(command.records) != command.final
        if window is None:
            assert not command.final
            return
        assert all(record.created < window.end for record in command.records), "a batch crosses its window"
        seen = orjson.loads(window.state)
        for number in seen.get("numbers", []):
            assert self.created[number - 1] < window.end, "a state crosses its window"
            assert number <= self.saved.position, "a state knows what is not done with"
        if seen:
            assert window.start == seen["window"], "a state of another window"
        over = command.final and not window.early
        if over and not self.ended:
            assert self.now >= window.end or self.created[self.saved.position] >= window.end

    def check_given_up(self, command: SaveCheckpoint) -> None:
        for lost in command.given_up:
            for record in lost.records:
                assert record.number <= command.checkpoint.position, "given up, but not passed"
                assert record.number in self.discarded, "told of what was not discarded"

    def check_sums(self) -> None:
        for row in (self.saved, self.state.checkpoint):
            done = row.delivered + row.filtered + sum(row.discarded.values())
            own = sum(map(self.is_own, range(row.start + 1, row.position + 1)))
            assert done == own, f"the counts do not add up: {row}"
            assert row.filtered >= 0, f"the counts do not make sense: {row}"
            assert row.filtered <= sum(map(self.may_be_filtered, range(row.start + 1, row.position + 1)))
            if not self.age_discards:
                assert row.discarded.get(Reason.TRIMMED, 0) <= self.floor

    def check_end(self) -> None:
        row = self.saved
        assert row.window is None, "a window stays open for ever"
        head = len(self.created)
        assert row.position == head, f"{head - row.position} records are pending for ever"
        assert self.state.phase in (Phase.IDLE, Phase.FINISHED)
        for number in range(row.start + 1, head + 1):
            assert self.is_resolved(number), f"record {number} is lost"
        if self.life == 0:
            assert row.delivered == len(self.acked), "not all that was delivered is counted so"
            assert row.discarded == dict(self.discards), "not all that was discarded is counted so"

    def is_resolved(self, number: int) -> bool:
        return (
            not self.is_own(number)
            or number in self.acked
            or number in self.discarded
            or number <= self.floor
            or self.may_be_filtered(number)
        )

    def may_be_filtered(self, number: int) -> bool:
        return any(divisor and number % divisor == 0 for divisor in self.divisors)

    def passes(self, number: int) -> bool:
        return not self.divisor or number % self.divisor != 0

    def is_own(self, number: int) -> bool:
        return number % self.lanes == self.lane

    # What happens.

    def random_config(self) -> Config:
        pick = self.random.choice
        return Config(
            batch_size=pick([1, 2, 3, 5, 100]),
            window_seconds=pick([0, 0, 1, 300]),
            retry_attempts_max=pick([-1, -1, 0, 1, 3]),
            record_age_seconds_max=pick([-1, -1, 60, 300]),
            bisect=pick([False, True]),
            report_item_failures=pick([False, True]),
            tumbling_seconds=pick([0, 0, 10, 900]),
        )

    def append(self) -> None:
        self.created.append(self.now - self.random.choice([0.0, 0.0, 0.5]))

    def act(self) -> None:
        """One thing happens."""
        actions = [(6, self.write), (8, self.pass_time), (1, self.reconfigure), (1, self.toggle)]
        actions += [(1, self.toggle_permission), (1, self.touch), (0.3, self.crash), (0.4, self.trim)]
        actions += [(0.1, self.end)]
        if self.reading:
            actions.append((20, self.answer_read))
        if self.flight is not None:
            actions.append((12, self.answer_call))
        if self.timer is not None:
            actions.append((6, self.fire))
        weights, calls = zip(*actions, strict=True)
        self.random.choices(calls, weights)[0]()

    def write(self) -> None:
        if not self.ended:
            for _ in range(self.random.choice([1, 1, 2, 7])):
                self.append()
            self.feed(Signal.KICK)

    def pass_time(self) -> None:
        self.now += self.random.choice([0.001, 0.1, 1, 30, 70])
        if self.random.random() < 0.01:
            self.now += 25 * 3600

    def fire(self) -> None:
        if self.timer is not None:
            self.now = max(self.now, self.timer)
            self.timer = None
            self.feed(Signal.TIMER_FIRED)

    def answer_read(self) -> None:
        read, self.reading = self.reading, None
        assert read is not None
        low = max(read.after, self.floor)
        budget = read.limit if self.random.random() < 0.8 else self.random.randint(1, read.limit)
        high = min(low + budget, len(self.created))
        own = [number for number in range(low + 1, high + 1) if self.is_own(number)]
        records = tuple(self.record(number) for number in own if self.passes(number))
        filtered = () if self.lanes == 1 else self.runs(own)
        exhausted = high == len(self.created)
        self.feed(RecordsRead(read.after, records, high, exhausted, self.floor, filtered))

    def runs(self, own: list[int]) -> tuple[tuple[int, int], ...]:
        """The last of each run of numbers that do not pass, and how many they are."""
        runs = [(passes, list(run)) for passes, run in itertools.groupby(own, self.passes)]
        return tuple((run[-1], len(run)) for passes, run in runs if not passes)

    def record(self, number: int) -> Record:
        big = number % 11 == 0
        return Record(number, str(number), self.created[number - 1], BIG if big else b"{}")

    def answer_call(self) -> None:
        batch, self.flight = self.flight, None
        assert batch is not None
        mood = self.random.random()
        if self.healthy or mood < 0.4:
            self.ack(batch)
            self.feed(InvocationSucceeded(orjson.dumps({"state": self.seen(batch)})))
        elif mood < 0.6 and self.config.report_item_failures and batch:
            self.fail_partly(batch)
        elif mood < 0.8:
            self.feed(InvocationFailed("Unhandled", counts=True))
        else:
            self.feed(InvocationFailed("TooManyRequestsException", counts=False))

    def fail_partly(self, batch: tuple[Record, ...]) -> None:
        named = self.random.choices(batch, k=2)
        failures = [{"itemIdentifier": record.sequence_number} for record in named]
        state = {}
        if self.random.random() < 0.2:
            failures.append({"itemIdentifier": "unknown"})
        else:
            first = min(record.number for record in named)
            done = tuple(record for record in batch if record.number < first)
            self.ack(done)
            state = self.seen(done)
        self.feed(InvocationSucceeded(orjson.dumps({"batchItemFailures": failures, "state": state})))

    def seen(self, batch: tuple[Record, ...]) -> dict[str, object]:
        """What a function returns in a tumbling window that notes the numbers it has seen."""
        if self.window is None:
            return {}
        before = orjson.loads(self.window.state).get("numbers", [])
        state: dict[str, object] = {"window": self.window.start}
        if not self.healthy and self.random.random() < 0.03:
            state["much"] = "x" * limits.mapping_window_state_bytes_max
        return {**state, "numbers": before + [record.number for record in batch]}

    def ack(self, batch: tuple[Record, ...]) -> None:
        for record in batch:
            self.acked[record.number] = self.life

    def reconfigure(self) -> None:
        self.config = self.random_config()
        self.failures.clear()
        self.divisor = self.random.choice([0, 2, 3])
        self.divisors.add(self.divisor)
        self.feed(Configured(self.config))

    def toggle(self) -> None:
        self.enabled = not self.enabled
        self.feed(Signal.ENABLE if self.enabled else Signal.DISABLE)

    def toggle_permission(self) -> None:
        self.missing = "" if self.missing else "dynamodb:GetRecords"
        self.feed(
            PermissionLost(self.missing, "PROBLEM: no access") if self.missing else Signal.PERMISSION_RESTORED
        )

    def touch(self) -> None:
        self.feed(Signal.RETRY)

    def trim(self) -> None:
        if self.lanes > 1:
            return
        self.floor = self.random.randint(self.floor, len(self.created))

    def end(self) -> None:
        self.ended = True
        self.feed(ShardEnded(len(self.created)))

    def settle(self) -> None:
        """The faults are over: everything must come to its end."""
        self.healthy = True
        if not self.enabled:
            self.toggle()
        if self.missing:
            self.toggle_permission()
        for _ in range(2_000):
            if self.reading:
                self.answer_read()
            elif self.flight is not None:
                self.answer_call()
            elif self.timer is not None:
                self.fire()
            else:
                return
        raise AssertionError("the machine never comes to rest")


BIG = b"x" * (limits.mapping_batch_bytes_max // 3)


def run(seed: int, acts: int) -> World:
    world = World(seed)
    for _ in range(acts):
        world.act()
    world.settle()
    world.check_end()
    return world
