"""What runners wait for: what the journal has, what a function answers, and that time passes."""

import orjson
from tests.simulation.books import Account
from tests.simulation.lane import Lane
from tests.simulation.supervisor import Supervisor

from millrace.core import limits
from millrace.triggers import lanes
from millrace.triggers.delivery import (
    Checkpoint,
    InvocationFailed,
    InvocationSucceeded,
    Invoke,
    Record,
    RecordsRead,
    Signal,
)

BIG = b"x" * (limits.mapping_batch_bytes_max // 3)
MUCH = "x" * limits.mapping_window_state_bytes_max
NOTHING = ({}, {"batchItemFailures": []}, {"batchItemFailures": None})
WRONG = ({"itemIdentifier": "unknown"}, {"itemIdentifier": None}, {}, 7)


class Answers(Supervisor):
    def go_on(self) -> bool:
        """One of those who wait gets what it waits for; whether there is one."""
        waiting = [
            lane
            for lane in self.everybody
            if (lane.timer is not None or lane.call is not None or lane.reading is not None)
            and not lane.is_saving
        ]
        if waiting and not (self.resting and self.chance.odds(200)):
            self.serve(self.chance.pick(waiting))
        elif self.resting:
            self.begin_again()
        else:
            return False
        return True

    def serve(self, lane: Lane) -> None:
        if lane.reading:
            self.answer_read(lane)
        elif lane.call and not (lane.hangs_until and self.now < lane.hangs_until and self.chance.odds(700)):
            self.answer_call(lane)
        elif lane.timer is not None:
            self.now = max(self.now, lane.timer)
            lane.timer = None
            lane.tell(Signal.TIMER_FIRED)

    # The journal. (What was read is heard of before anything that a runner was told meanwhile.)

    def answer_read(self, lane: Lane) -> None:
        read, lane.reading = lane.reading, None
        assert read is not None
        head, row = self.shelves[lane.shard.id].head, lane.state.checkpoint
        floor = self.disk.floor(lane.shard.journal)
        # What was written between the reading and its answer may or may not be in it.
        head = self.chance.pick((head, max(lane.read_head, floor)))
        budget = read.limit * lane.count
        if self.chance.odds(300):
            budget = 1 + self.chance.below(min(budget, 6))
        if floor > read.after:
            if not row.is_alone:
                lane.gap = True
                lane.drain()
                self.feed(lane, RecordsRead(read.after, (), read.after, exhausted=True))
                return
            lane.floor = max(lane.floor, floor)
        low = max(read.after, floor)
        high = min(low + budget, head)
        records, filtered = self.own(lane, row, low, high)
        through, exhausted = high if high > low else read.after, high >= head
        if row.is_alone:
            self.feed(lane, RecordsRead(read.after, records, through, exhausted, floor))
        else:
            self.feed(lane, RecordsRead(read.after, records, through, exhausted, 0, filtered))

    def own(
        self, lane: Lane, row: Checkpoint, low: int, high: int
    ) -> tuple[tuple[Record, ...], tuple[tuple[int, int], ...]]:
        """The lane's records that pass, and the runs of those that do not."""
        shelf, is_alone, has_big = self.shelves[lane.shard.id], row.is_alone, self.has_big
        records: list[Record] = []
        runs: list[tuple[int, int]] = []
        last, count = 0, 0
        for number in range(low + 1, high + 1):
            if not is_alone and not lanes.owns(row, number, shelf.partitions[number]):
                continue
            if not lane.passes(shelf.kinds[number]):
                last, count = number, count + 1
                continue
            if count:
                runs.append((last, count))
                count = 0
            data = BIG if has_big and number % 7 == 0 else b"{}"
            records.append(Record(number, str(number), shelf.created[number], data))
        if count:
            runs.append((last, count))
        return tuple(records), tuple(runs)

    # The function. (What it answers is heard of after all that its runner was told before.)

    def answer_call(self, lane: Lane) -> None:
        while lane.has_news and not lane.is_gone:
            self.feed(lane, lane.hear())
        if lane.is_gone:
            return
        command, lane.call = lane.call, None
        assert command is not None
        batch = [record.number for record in command.records]
        account = self.accounts.get(lane.shard.id)
        hung, lane.hangs_until = lane.hangs_until, None
        if account is None or lane.is_cut_off:
            self.feed(lane, InvocationSucceeded(orjson.dumps({"state": {}})))
            return
        for number in batch:
            account.busy.pop(account.shelf.partitions[number], None)
        mood = self.chance.below(100)
        if hung is not None and not self.healthy:
            self.now = max(self.now, hung)
            self.claims["hung"] += 1
            self.call_fails(lane, account, batch, counts=True)
        elif self.healthy or mood < 45:
            self.call_succeeds(lane, account, command, batch)
        elif mood < 65:
            self.answer_oddly(lane, account, command, batch)
        else:
            self.call_fails(lane, account, batch, counts=mood < 85)

    def call_succeeds(self, lane: Lane, account: Account, command: Invoke, batch: list[int]) -> None:
        account.note_taken(lane, batch)
        account.note_success(lane, batch)
        answer = self.answer(lane, command, batch)
        if lane.config.report_item_failures:
            answer |= self.chance.pick(NOTHING)
        self.feed(lane, InvocationSucceeded(orjson.dumps(answer)))

    def call_fails(self, lane: Lane, account: Account, batch: list[int], *, counts: bool) -> None:
        if counts:
            account.note_failure(lane, batch, self.now, bisect=lane.config.bisect)
        else:
            account.note_throttle(lane, self.now)
        self.hear_failure(lane, InvocationFailed("TypeError", counts=counts))

    def hear_failure(self, lane: Lane, event: InvocationFailed | InvocationSucceeded) -> None:
        self.feed(lane, event)
        if not lane.is_over:
            assert lane.doomed is None, f"{lane.doomed} should have been given up"

    def answer(self, lane: Lane, command: Invoke, numbers: list[int]) -> dict[str, object]:
        """What a function returns that notes in its window which numbers it has seen."""
        if command.window is None:
            return {}
        lane.returned = numbers
        before = orjson.loads(command.window.state).get("numbers", [])
        state: dict[str, object] = {"numbers": before + numbers}
        if not self.healthy and self.chance.odds(4):
            state["much"] = MUCH
        return {"state": state}

    def answer_oddly(self, lane: Lane, account: Account, command: Invoke, batch: list[int]) -> None:
        """The function reports failed items: right ones, wrong ones, both, the first one, or in no good form."""
        named = [{"itemIdentifier": str(self.chance.pick(batch))} for _ in range(2)] if batch else []
        kind = self.chance.below(10)
        wrong = kind < 3 or not batch
        if wrong:
            named.append(self.chance.pick(WRONG))
        if not lane.config.report_item_failures:
            if command.window is None:
                self.call_succeeds(lane, account, command, batch)
            else:  # the window's state is missing
                account.note_failure(lane, batch, self.now, bisect=lane.config.bisect)
                self.hear_failure(lane, InvocationSucceeded(orjson.dumps({"batchItemFailures": named})))
            return
        first = 0 if wrong else min(int(one["itemIdentifier"]) for one in named)
        done = [number for number in batch if number < first]
        answer = {"batchItemFailures": named, **self.answer(lane, command, done)}
        self.claims["partial"] += bool(done)
        if done:
            account.note_taken(lane, done)
            account.note_partial(lane, batch[len(done) :], self.now)
        else:
            lane.returned = []
            bisect = lane.config.bisect and wrong
            account.note_failure(lane, batch, self.now, bisect=bisect)
        self.hear_failure(lane, InvocationSucceeded(orjson.dumps(answer)))
