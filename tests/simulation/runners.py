"""The runners: each hears what it is told, and carries out what its machine orders, until something goes wrong."""

from typing import TYPE_CHECKING

from tests.simulation.ground import Ground
from tests.simulation.lane import Lane

from millrace.triggers import checkpoint, delivery
from millrace.triggers import machine as machines
from millrace.triggers.checkpoint import LeaseLostError
from millrace.triggers.delivery import (
    Command,
    Discarded,
    Event,
    Finish,
    Invoke,
    Phase,
    Read,
    Report,
    SaveCheckpoint,
    SetTimer,
)

if TYPE_CHECKING:
    from millrace.triggers.attendance import Attendance, Key


class CrashedError(Exception):
    """The process died between two instructions."""


class Task:
    """A runner's, which the supervisor keeps also while the runner rests after a fault."""

    def __init__(self) -> None:
        self.is_over = False

    def done(self) -> bool:
        return self.is_over


class Runners(Ground):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.owner = 1  # the process
        self.stale = True  # the supervisor was woken
        self.is_refreshing = False  # it is at work: once at a time
        self.due: set[Key] = set()  # failed, and have rested
        self.attendance: Attendance[Lane, Task] | None = None
        self.cut_off: list[Lane] = []  # at work in a process that owns nothing any more
        self.resting: list[Key] = []  # failed, and to begin again from their rows
        self.news: list[Lane] = []

    @property
    def lanes(self) -> list[Lane]:
        return [] if self.attendance is None else list(self.attendance.runners.values())

    @property
    def everybody(self) -> list[Lane]:
        return self.lanes + self.cut_off if self.cut_off else self.lanes

    def refresh(self) -> None:
        """The supervisor does its work; see `Supervisor`."""

    def hear(self) -> None:
        """Who was told something hears of it."""
        while self.news:
            lane = self.news.pop()
            while lane.has_news and not lane.is_gone:
                self.feed(lane, lane.hear())

    def feed(self, lane: Lane, event: Event) -> None:
        self.events += 1
        lane.note(event)
        before = lane.state
        copies = (
            (delivery.copy_of(before), delivery.copy_of_row(before.checkpoint))
            if self.checks_purity
            else None
        )
        lane.state, commands = machines.step(before, event, self.now)
        assert copies is None or copies == (before, before.checkpoint), "step changed its argument"
        last = len(commands)
        if last and not self.healthy:
            # One number for all of them: six in a thousand go wrong.
            last = min(last, self.chance.below(1000) // 6)
        try:
            for command in commands[:last]:
                self.carry_out(lane, command)
                if lane.is_gone:
                    return
        except LeaseLostError:
            assert lane.is_cut_off, "the row is ours, and could not be saved"
            self.lose(lane)
            return
        if last < len(commands):
            self.go_wrong(lane)
        elif lane.state.phase is Phase.WAITING and lane.not_before > self.now:
            assert lane.timer is not None, "nobody wakes who waits"
            assert lane.timer <= lane.not_before, "the retry will come too late"
        if lane.draining and lane.is_drained:
            self.stale = True

    def go_wrong(self, lane: Lane) -> None:
        """Before a command is carried out."""
        if self.chance.odds(400):
            self.crash()
            raise CrashedError
        self.fail(lane)

    def carry_out(self, lane: Lane, command: Command) -> None:
        match command:
            case Report():
                if isinstance(command.fact, Discarded):
                    self.claims[f"discarded: {command.fact.reason}"] += command.fact.count
            case SaveCheckpoint():
                self.save(lane, command)
            case Read():
                assert lane.reading is None, "two reads at once"
                assert command.limit > 0
                lane.reading, lane.read_head = command, self.shelves[lane.shard.id].head
            case Invoke():
                self.invoke(lane, command)
            case SetTimer():
                lane.timer = command.when
            case Finish():
                assert lane.saved.finished or lane.is_cut_off
                self.stale = True

    def invoke(self, lane: Lane, command: Invoke) -> None:
        if not lane.is_cut_off:
            assert not lane.is_off, "called while disabled"
            assert not lane.lacks, "called without permission"
            self.accounts[lane.shard.id].check_invoke(lane, command, self.now)
        lane.call = command
        if not self.healthy and self.chance.odds(80):
            lane.hangs_until = self.now + self.chance.pick((3, 60, 900))

    def save(self, lane: Lane, command: SaveCheckpoint) -> None:
        if not self.is_refreshing and self.chance.odds(8):
            self.refresh_during_save(lane)
            if lane.is_gone:
                return
        if not lane.is_cut_off:
            self.accounts[lane.shard.id].check_save(lane, command)
        checkpoint.save(self.disk, lane.mapping.uuid, lane.shard.id, command.checkpoint)
        assert not lane.is_cut_off, "somebody else's row was saved"

    def refresh_during_save(self, lane: Lane) -> None:
        """A commit takes its time: the supervisor looks while a step's commands are half carried out."""
        self.claims["refreshed during a save"] += 1
        lane.is_saving = True
        self.refresh()
        lane.is_saving = False

    # What goes wrong.

    def lose(self, lane: Lane) -> None:
        """Another process delivers now, or nobody shall: there is nothing left to do."""
        self.claims["leases lost"] += 1
        is_ours = lane not in self.cut_off
        self.let_go(lane)
        if is_ours and self.attendance is not None:
            self.attendance.tasks[lane.name].is_over = True

    def fail(self, lane: Lane) -> None:
        """The disk refused, or there was a fault: the runner begins again, later, from its row."""
        self.claims["faults"] += 1
        if lane not in self.cut_off:
            self.resting.append(lane.name)
        self.let_go(lane)

    def let_go(self, lane: Lane) -> None:
        """It does nothing any more. A function that is at work for it may go on, for nobody."""
        lane.is_over = lane.is_gone = True
        known = self.attendance
        if lane in self.cut_off:
            self.cut_off.remove(lane)
        elif known is not None and known.runners.get(lane.name) is lane:
            del known.runners[lane.name]
        self.forget_calls(lane)

    def forget_calls(self, lane: Lane) -> None:
        account = self.accounts.get(lane.shard.id)
        if account is not None and account.busy:
            account.busy = {one: who for one, who in account.busy.items() if who is not lane}

    def crash(self) -> None:
        """All that is not on the disk is gone."""
        self.claims["crashes"] += 1
        for lane in self.everybody:
            lane.is_over = lane.is_gone = True
        self.attendance = None
        self.cut_off, self.resting, self.news = [], [], []
        self.due.clear()
        self.owner += 1
        for account in self.accounts.values():
            account.busy = {}
        self.stale = True
