"""A small world around the delivery machine: streams, lanes, functions, roles and supervisors that all misbehave.

No loop and no I/O: what survives a crash is in `Disk`, and the rest is thrown away. What is decided, stored and
divided is the product's own code (`machine`, `lanes`, `checkpoint`, `past`, `streams.log`). What a runner and the
supervisor do around it is told here in short; tests of theirs are in `test_changes_in_flight`.

A *history* is some dozens of steps and what follows from them: `run` tells one, from its seed.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace

import orjson
from tests.simulation.books import Account, Shelf
from tests.simulation.chance import Chance
from tests.simulation.disk import Disk
from tests.simulation.lane import Lane

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.streams import log
from millrace.streams.stream import HASH_END, Shard
from millrace.triggers import catalog, checkpoint, delivery, lanes, past
from millrace.triggers import machine as machines
from millrace.triggers.catalog import Mapping
from millrace.triggers.checkpoint import LeaseLostError
from millrace.triggers.delivery import (
    Checkpoint,
    Command,
    Configured,
    Discarded,
    Event,
    Finish,
    InvocationFailed,
    InvocationSucceeded,
    Invoke,
    PermissionLost,
    Phase,
    Read,
    Record,
    RecordsRead,
    Report,
    SaveCheckpoint,
    SetTimer,
    ShardEnded,
    Signal,
)
from millrace.triggers.target import Target

STEPS = 20
SETTLES = 3_000
SCOPE = Scope("000000000000", "eu-west-1")
BIG = b"x" * (limits.mapping_batch_bytes_max // 3)
MUCH = "x" * limits.mapping_window_state_bytes_max
PARTITIONS = 8
# Spread over the shards' ranges as well as over any number of lanes.
HASHES = tuple(HASH_END // PARTITIONS * one + 5 * one + 1 for one in range(PARTITIONS))
DATA = tuple(f"INSERT KEYS_ONLY 0 0 - {value:x}\n{{}}\n\n".encode() for value in HASHES)
FACTORS = (1,) * 20 + (2,) * 6 + (3,) * 4 + (10,)
HOUR = 3600.0


class CrashedError(Exception):
    """The process died between two instructions."""


class World:
    def __init__(self, seed: int) -> None:
        self.chance = Chance(seed)
        self.seed = seed
        self.now = 1_700_000_000.0
        self.disk = Disk()
        self.healthy = False
        self.stale = True
        self.missing = ""
        self.owners = 1
        self.mappings = 0
        self.shelves: dict[str, Shelf] = {}
        self.lanes: list[Lane] = []
        self.cut_off: list[Lane] = []
        self.resting: list[Lane] = []  # failed, and to begin again from their rows
        self.claims: Counter[str] = Counter()  # what the history has seen, so that none is seen by nobody
        chance = self.chance
        self.checks_purity = chance.odds(100)
        self.events = 0
        self.has_big = chance.odds(150)
        # Each history has more of something, so that there are some with a lot of it.
        self.favourite = chance.pick(FAVOURITES)
        shards = chance.pick((1, 1, 1, 2))
        self.stream = log.create(self.disk, SCOPE, "orders", "KEYS_ONLY", (), self.now, shards=shards)
        self.note_shards()
        for _ in range(chance.below(4)):
            self.write()
        self.make_mapping()

    # The mapping.

    def make_mapping(self) -> None:
        self.mappings += 1
        self.mapping = Mapping(
            uuid=f"m{self.mappings}",
            stream_arn=self.stream.arn,
            function="ship",
            starting_position="LATEST",
            modified=self.now,
        )
        self.divisor = 0
        self.choose()
        latest = self.chance.odds(300)
        self.accounts: dict[str, Account] = {}
        self.rows_before: Counter[str] = Counter()
        for shard in self.stream.shards:
            row = checkpoint.start(self.disk, self.mapping.uuid, shard, latest=latest)
            self.accounts[shard.id] = Account(self.shelves[shard.id], row.start)
        self.stale = True

    def choose(self) -> None:
        """Other settings."""
        pick = self.chance.pick
        tumbling = pick((0, 0, 0, 10, 900))
        self.mapping = replace(
            self.mapping,
            batch_size=pick((1, 2, 3, 5, 100)),
            window_seconds=pick((0, 0, 0, 1, 300)),
            retry_attempts_max=pick((-1, -1, 0, 1, 3)),
            record_age_seconds_max=pick((-1, -1, -1, 60, 300, 604_800)),
            bisect=pick((False, True)),
            response_types=pick(((), ("ReportBatchItemFailures",))),
            tumbling_seconds=tumbling,
            lanes=1 if tumbling else pick(FACTORS),
            destination=pick(("", "arn:aws:sqs:eu-west-1:000000000000:lost")),
        )
        self.divisor = pick((0, 0, 2, 3, self.divisor, self.divisor))
        self.config = self.mapping.config
        catalog.put(self.disk, self.mapping)

    # The supervisor.

    def refresh(self) -> None:
        """Let runners go and begin, until they are those there should be."""
        self.stale = False
        rows = checkpoint.load_all(self.disk, self.mapping.uuid)
        target = Target(self.mapping, self.stream, None, None, (), 0, rows)
        for shard in self.stream.shards:
            self.follow(shard, [lane for lane in self.lanes if lane.shard.id == shard.id])
        self.release(target.finished)
        attended = {lane.shard.id for lane in (*self.lanes, *self.resting)}
        for shard in target.shards_to_start():
            if shard.id not in attended:
                self.take_over(shard)

    def follow(self, shard: Shard, runners: list[Lane]) -> None:
        changes = any(lane.draining or lane.gap or lane.count != self.mapping.lanes for lane in runners)
        for lane in runners:
            if shard.end is not None and lane.state.end is None and lane in self.lanes:
                self.feed(lane, ShardEnded(shard.number(str(shard.end))))
            lane.shard = shard
            if changes:
                self.drain(lane)

    def drain(self, lane: Lane) -> None:
        if not lane.draining:
            lane.draining = True
            self.feed(lane, Signal.DISABLE)
            self.stale = True

    def release(self, finished: Collection[tuple[str, int]]) -> None:
        there = {shard.id for shard in self.stream.shards}
        waiting = {lane.shard.id for lane in self.lanes if not lane.is_drained}
        waiting |= {lane.shard.id for lane in self.resting}
        for lane in list(self.lanes):
            over = (
                lane.state.phase is Phase.FINISHED
                and not lane.draining
                and (lane.shard.id, lane.index) in finished
            )
            if over or lane.shard.id not in waiting or lane.shard.id not in there:
                self.let_go(lane)

    def let_go(self, lane: Lane) -> None:
        lane.is_over = True
        if lane in self.lanes:
            self.lanes.remove(lane)
        account = self.accounts.get(lane.shard.id)
        if account is not None:
            account.busy = {one: who for one, who in account.busy.items() if who is not lane}

    def take_over(self, shard: Shard) -> None:
        """Nobody is at work on the shard: own its rows, as many lanes as there should be."""
        account = self.accounts.get(shard.id)
        if account is None:
            account = self.accounts[shard.id] = Account(self.shelves[shard.id], 0)
        self.owners += 1
        before = checkpoint.load_shard(self.disk, self.mapping.uuid, shard.id)
        rows, lost = checkpoint.claim(
            self.disk, self.mapping.uuid, shard, str(self.owners), self.mapping.lanes
        )
        if len(before) != len(rows):
            account.tries.clear()
        self.claims["divided"] += len(before) not in (0, len(rows))
        self.claims["lost by lanes"] += lost
        account.check_rows(rows, lost, self.disk.floor(shard.journal))
        if self.checks_purity:
            assert checkpoint.load_shard(self.disk, self.mapping.uuid, shard.id) == rows, (
                "not what was stored"
            )
        parent = self.accounts.get(shard.parent or "")
        if parent is not None and parent.closed is None:
            parent.check_done()
        for row in rows:
            if not row.finished:
                self.start(shard, row)

    def start(self, shard: Shard, row: Checkpoint) -> None:
        lane = Lane(self.mapping.uuid, shard, row, self.config, self.divisor, enabled=self.mapping.enabled)
        tries = self.accounts[shard.id].tries.get(row.lane)
        if tries is not None:
            lane.tries, lane.tried_at, limits_ = tries
            lane.limits = list(limits_)
        self.lanes.append(lane)
        if self.missing:
            self.feed(lane, PermissionLost(self.missing, "PROBLEM"))
        if shard.end is not None and lane in self.lanes:
            self.feed(lane, ShardEnded(shard.number(str(shard.end))))
        if lane in self.lanes:
            self.feed(lane, Signal.STARTED)

    # A runner.

    def feed(self, lane: Lane, event: Event) -> None:
        self.events += 1
        before = lane.state
        copy = delivery.copy_of(before) if self.checks_purity else before
        after, commands = machines.step(before, event, self.now)
        assert before == copy, "step changed its argument"
        lane.state = after
        try:
            for command in commands:
                if not self.healthy and self.chance.odds(6):
                    if self.chance.odds(400):
                        self.crash()
                        raise CrashedError
                    self.fail(lane)
                    return
                self.carry_out(lane, command)
        except LeaseLostError:
            assert lane.is_cut_off, "the row is ours, and could not be saved"
            self.cut_off.remove(lane)
            self.claims["leases lost"] += 1
        if lane.state.phase is Phase.WAITING and lane.not_before > self.now:
            assert lane.timer is not None, "nobody wakes who waits"
            assert lane.timer <= lane.not_before, "the retry will come too late"
        if lane.is_drained or lane.state.phase is Phase.FINISHED:
            self.stale = True

    def carry_out(self, lane: Lane, command: Command) -> None:
        match command:
            case Read():
                assert lane.reading is None, "two reads at once"
                assert command.limit > 0
                lane.reading, lane.read_head = command, self.shelves[lane.shard.id].head
            case Invoke():
                self.invoke(lane, command)
            case SetTimer():
                lane.timer = command.when
            case SaveCheckpoint():
                self.save(lane, command)
            case Report():
                if isinstance(command.fact, Discarded):
                    self.claims[f"discarded: {command.fact.reason}"] += command.fact.count
            case Finish():
                assert lane.saved.finished

    def invoke(self, lane: Lane, command: Invoke) -> None:
        if not lane.is_cut_off:
            assert self.mapping.enabled, "called while disabled"
            assert not self.missing, "called without permission"
            assert not lane.draining, "called while draining"
            self.accounts[lane.shard.id].check_invoke(lane, command, self.now)
        lane.call = command
        if not self.healthy and self.chance.odds(80):
            lane.hangs_until = self.now + self.chance.pick((3, 60, 900))

    def save(self, lane: Lane, command: SaveCheckpoint) -> None:
        if not lane.is_cut_off:
            self.accounts[lane.shard.id].check_save(lane, command)
        checkpoint.save(self.disk, lane.mapping, lane.shard.id, command.checkpoint)
        assert not lane.is_cut_off, "somebody else's row was saved"

    def fail(self, lane: Lane) -> None:
        """The disk refused, or there was a fault: the runner begins again, later, from its row."""
        self.claims["faults"] += 1
        if lane.is_cut_off:
            self.cut_off.remove(lane)
            return
        self.let_go(lane)
        self.resting.append(lane)

    def begin_again(self) -> None:
        lane = self.resting.pop(self.chance.below(len(self.resting)))
        shard = self.stream.shard(lane.shard.id)
        others = [one for one in self.lanes if one.shard.id == lane.shard.id]
        self.stale = True
        if shard is None or not (others or any(one.shard.id == shard.id for one in self.resting)):
            return  # `refresh` takes the whole shard over
        if any(one.draining for one in others) or lane.count != self.mapping.lanes:
            return
        self.owners += 1
        row = checkpoint.claim_lane(self.disk, self.mapping.uuid, shard, str(self.owners), lane.index)
        if row is not None and not row.finished:
            assert replace(row, owner="") == replace(lane.saved, owner=""), "a save is lost"
            self.start(shard, row)

    # What is outstanding is answered.

    def go_on(self) -> None:
        """One of those who wait gets what it waits for."""
        waiting = [
            lane
            for lane in (*self.lanes, *self.cut_off)
            if lane.reading or lane.call or lane.timer is not None
        ]
        if waiting and not (self.resting and self.chance.odds(200)):
            self.serve(self.chance.pick(waiting))
        elif self.resting:
            self.begin_again()

    def serve(self, lane: Lane) -> None:
        if lane.reading:
            self.answer_read(lane)
        elif lane.call and not (lane.hangs_until and self.now < lane.hangs_until and self.chance.odds(700)):
            self.answer_call(lane)
        elif lane.timer is not None:
            self.now = max(self.now, lane.timer)
            lane.timer = None
            self.feed(lane, Signal.TIMER_FIRED)

    def answer_read(self, lane: Lane) -> None:
        read, lane.reading = lane.reading, None
        assert read is not None
        shelf, row = self.shelves[lane.shard.id], lane.state.checkpoint
        floor = self.disk.floor(lane.shard.journal)
        # What was written between the reading and its answer may or may not be in it.
        head = self.chance.pick((shelf.head, max(lane.read_head, floor)))
        budget = read.limit * lane.count
        if self.chance.odds(300):
            budget = 1 + self.chance.below(min(budget, 6))
        if not row.is_alone and floor > read.after:
            lane.gap = True
            self.feed(lane, RecordsRead(read.after, (), read.after, exhausted=True))
            if lane in self.lanes:
                self.drain(lane)
            return
        if floor > read.after:
            lane.floor = max(lane.floor, floor)
        low = max(read.after, floor)
        high = min(low + budget, head)
        records, filtered = self.own(lane, row, low, high)
        if row.is_alone:
            filtered = ()
        self.feed(
            lane,
            RecordsRead(
                read.after,
                records,
                max(read.after, high),
                high >= head,
                floor if row.is_alone else 0,
                filtered,
            ),
        )

    def own(
        self, lane: Lane, row: Checkpoint, low: int, high: int
    ) -> tuple[tuple[Record, ...], tuple[tuple[int, int], ...]]:
        """The lane's records that pass, and the runs of those that do not."""
        shelf = self.shelves[lane.shard.id]
        records: list[Record] = []
        runs: list[tuple[int, int]] = []
        last, count = 0, 0
        for number in range(low + 1, high + 1):
            if not lanes.owns(row, number, shelf.partitions[number]):
                continue
            if not lane.passes(shelf.kinds[number]):
                last, count = number, count + 1
                continue
            if count:
                runs.append((last, count))
                count = 0
            data = BIG if self.has_big and number % 7 == 0 else b"{}"
            records.append(Record(number, str(number), shelf.created[number], data))
        if count:
            runs.append((last, count))
        return tuple(records), tuple(runs)

    def answer_call(self, lane: Lane) -> None:
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
            answer |= self.chance.pick(({}, {"batchItemFailures": []}, {"batchItemFailures": None}))
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
            named.append(self.chance.pick(({"itemIdentifier": "unknown"}, {"itemIdentifier": None}, {}, 7)))
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

    # What happens.

    def step(self, number: int) -> None:
        self.chance.turn(number)
        with contextlib.suppress(CrashedError):
            act = self.favourite if self.chance.odds(200) else self.chance.pick(ACTS)
            act(self)
            if self.stale and self.chance.odds(700):
                self.refresh()

    def write(self) -> None:
        chance = self.chance
        touched: set[str] = set()
        for _ in range(chance.pick((1, 1, 2, 3, 7))):
            partition = chance.below(PARTITIONS)
            if self.stream.disabled is not None or not self.stream.open_shards:
                return
            shard = self.stream.route(HASHES[partition])
            self.disk.append(shard.journal, DATA[partition])
            shelf = self.shelves[shard.id]
            shelf.created.append(max(shelf.created[-1], self.now - chance.pick((0.0, 0.0, 0.5))))
            shelf.partitions.append(HASHES[partition])
            shelf.kinds.append(chance.below(12) + 1)
            touched.add(shard.id)
        for lane in (*self.lanes, *self.cut_off):
            if lane.shard.id in touched and not lane.state.behind and not lane.is_over:
                self.feed(lane, Signal.KICK)

    def pass_time(self) -> None:
        self.now += self.chance.pick((0.001, 0.1, 1, 30, 70))

    def jump(self) -> None:
        """The clock jumps, and the stream's retention sees to its day."""
        self.now += self.chance.pick((1, 5, 25)) * HOUR
        if self.chance.odds(800):
            self.sweep()

    def sweep(self) -> None:
        before = self.now - limits.stream_retention_seconds
        over: list[Shard] = []
        for shard in self.stream.shards:
            shelf = self.shelves[shard.id]
            gone = sum(created <= before for created in shelf.created) - 1
            self.disk.trim(shard.journal, gone)
            if (
                shard.end is not None
                and (shard.closed or 0.0) <= before
                and self.disk.floor(shard.journal) == shelf.head
            ):
                over.append(shard)
        if over:
            self.stream = log.remove(self.disk, self.stream, over, past.farewell)
            self.bid_farewell(over)

    def bid_farewell(self, over: list[Shard]) -> None:
        """The shards' accounts are closed: what was pending of them is trimmed."""
        self.claims["farewells"] += len(over)
        for shard in over:
            account = self.accounts.get(shard.id)
            if account is None:
                account = self.accounts[shard.id] = Account(self.shelves[shard.id], 0)
            account.closed = {}
            pending = account.shelf.head - account.start - len(account.fates)
            self.rows_before.update(account.totals)
            self.rows_before["trimmed"] += pending
            for lane in [
                one for one in (*self.lanes, *self.cut_off, *self.resting) if one.shard.id == shard.id
            ]:
                lane.is_over = True
                for known in (self.lanes, self.cut_off, self.resting):
                    if lane in known:
                        known.remove(lane)
        kept = past.load(self.disk, self.mapping.uuid)
        counted = Counter(kept.discarded) + Counter(delivered=kept.delivered, filtered=kept.filtered)
        assert counted == +self.rows_before, f"of the past are kept {counted}, there were {self.rows_before}"
        assert counted.total() == kept.records
        self.stale = True

    def trim(self) -> None:
        shard = self.chance.pick(self.stream.shards) if self.stream.shards else None
        if shard is not None:
            self.disk.trim(shard.journal, self.chance.below(self.shelves[shard.id].head + 1))

    def trim_unread(self) -> None:
        """Records go before anybody had the time to read them."""
        self.write()
        self.trim()

    def end_shard(self) -> None:
        if self.stream.open_shards:
            shard = self.chance.pick(self.stream.open_shards)
            way = log.split if self.chance.odds(500) else log.roll
            self.stream = way(self.disk, self.stream, shard, self.now)
            self.note_shards()

    def disable_stream(self) -> None:
        if self.chance.odds(200):
            log.disable(self.disk, self.stream.arn, self.now)
            found = log.describe(self.disk, self.stream.arn)
            assert found is not None
            self.stream = found
            self.stale = True

    def note_shards(self) -> None:
        for shard in self.stream.shards:
            if shard.id not in self.shelves:
                self.shelves[shard.id] = Shelf(shard, self.shelves.get(shard.parent or ""))
        self.stale = True

    def reconfigure(self) -> None:
        self.choose()
        self.tell_config()
        self.stale = True

    def tell_config(self) -> None:
        """Who is to be followed by other lanes drains, and hears nothing of what is new."""
        for lane in list(self.lanes):
            if lane.count != self.mapping.lanes and not lane.is_over:
                self.drain(lane)
        self.tell_change(Configured(self.config))

    def tell_change(self, event: Event) -> None:
        """What ends every wait. Who drains hears nothing of changes."""
        for lane in list(self.lanes):
            if lane.is_over or (lane.draining and isinstance(event, Configured)):
                continue
            lane.not_before = 0.0
            if isinstance(event, Configured):
                lane.change(self.config, self.divisor)
            self.feed(lane, event)

    def toggle(self) -> None:
        enabled = not self.mapping.enabled
        self.mapping = replace(self.mapping, enabled=enabled)
        catalog.put(self.disk, self.mapping)
        for lane in list(self.lanes):
            if not lane.draining and not lane.is_over:
                lane.not_before = 0.0
                self.feed(lane, Signal.ENABLE if enabled else Signal.DISABLE)

    def toggle_permission(self) -> None:
        self.missing = "" if self.missing else "dynamodb:GetRecords"
        self.tell_change(
            PermissionLost(self.missing, "PROBLEM") if self.missing else Signal.PERMISSION_RESTORED
        )

    def touch(self) -> None:
        self.tell_change(Signal.RETRY)

    def crash(self) -> None:
        """All that is not on the disk is gone."""
        self.claims["crashes"] += 1
        for lane in (*self.lanes, *self.cut_off, *self.resting):
            lane.is_over = True
        self.lanes, self.cut_off, self.resting = [], [], []
        for account in self.accounts.values():
            account.busy = {}
        self.stale = True

    def fault(self) -> None:
        if self.lanes:
            self.fail(self.chance.pick(self.lanes))

    def rival(self) -> None:
        """Another process takes a shard's rows: those at work on it do not know, and cannot save any more."""
        if self.lanes:
            shard = self.chance.pick(self.lanes).shard
            self.cut_off_lanes(shard.id)
            found = self.stream.shard(shard.id)
            if found is not None:
                self.take_over(found)

    def cut_off_lanes(self, shard_id: str | None) -> None:
        for lane in list(self.lanes):
            if shard_id in (None, lane.shard.id):
                self.let_go(lane)
                lane.is_cut_off = True
                self.cut_off.append(lane)
        self.resting = [lane for lane in self.resting if shard_id not in (None, lane.shard.id)]

    def delete(self) -> None:
        """The mapping goes, and another comes. Who is at work for the old one cannot save any more."""
        if self.chance.odds(300):
            self.claims["deleted"] += 1
            self.cut_off_lanes(None)
            catalog.remove(self.disk, self.mapping)
            past.remove(self.disk, self.mapping.uuid)
            self.make_mapping()

    # The end.

    def settle(self) -> None:
        """The faults are over: everything must come to its end."""
        self.chance.turn(-1)
        self.healthy = True
        if not self.mapping.enabled:
            self.toggle()
        if self.missing:
            self.toggle_permission()
        for _ in range(SETTLES):
            if self.stale:
                self.refresh()
            elif any(
                lane.reading or lane.call or lane.timer is not None for lane in (*self.lanes, *self.cut_off)
            ) or self.resting:  # fmt: skip
                self.go_on()
            else:
                return
        raise AssertionError("it never comes to rest")

    def check_end(self) -> None:
        stored = checkpoint.load_all(self.disk, self.mapping.uuid)
        for shard in self.stream.shards:
            account = self.accounts[shard.id]
            account.check_done()
            account.check_rows(stored[shard.id], 0, 0)
            assert all(row.window is None for row in stored[shard.id])
        uuids = {key.partition(b"\0")[0].decode() for key in self.disk.rows[checkpoint.SPACE]}
        assert uuids <= {self.mapping.uuid}, "rows of a deleted mapping came back"


Act = Callable[[World], None]
_WEIGHTS: tuple[tuple[int, Act], ...] = (
    (60, World.go_on),
    (24, World.write),
    (9, World.pass_time),
    (4, World.reconfigure),
    (3, World.toggle),
    (3, World.toggle_permission),
    (3, World.touch),
    (2, World.jump),
    (2, World.crash),
    (2, World.fault),
    (1, World.trim),
    (1, World.trim_unread),
    (2, World.end_shard),
    (1, World.rival),
    (1, World.delete),
    (1, World.disable_stream),
)
ACTS: tuple[Act, ...] = tuple(act for weight, act in _WEIGHTS for _ in range(weight))
FAVOURITES = tuple(dict.fromkeys(ACTS))


def run(seed: int, steps: Collection[int] = range(STEPS)) -> World:
    """Tell the history of a seed, or of some of its steps. Raises AssertionError when a claim is broken."""
    world = World(seed)
    for number in steps:
        world.step(number)
    world.settle()
    world.check_end()
    return world
