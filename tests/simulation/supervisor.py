"""The supervisor: looks at what should be, lets runners go and begin. It decides with the product's `attendance`.

Between its looking, its telling and its beginning anything may change.
"""

from collections.abc import Sequence

from tests.simulation.books import Account
from tests.simulation.lane import Lane
from tests.simulation.runners import Runners, Task

from millrace.streams import log
from millrace.streams.stream import Shard
from millrace.triggers import checkpoint
from millrace.triggers.attendance import Attendance, Key, Wish
from millrace.triggers.delivery import Checkpoint, PermissionLost, Signal
from millrace.triggers.permission import Refusal
from millrace.triggers.target import Target


class Supervisor(Runners):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.retries = False  # the function is another one

    def meanwhile(self) -> None:
        """Something else happens; see `World`."""

    def refresh(self) -> None:
        """Start, stop and tell runners until they do what the catalogs say."""
        self.stale, self.is_refreshing = False, True
        try:
            self.compare()
        finally:
            self.is_refreshing = False

    def compare(self) -> None:
        """What should be with what is."""
        new, refusal = self.look()
        self.meanwhile()
        known = self.attendance
        if known is None or known.target.mapping.uuid != new.mapping.uuid:
            known = self.attendance = Attendance(new, refusal)
        else:
            self.follow(known, new, refusal)
        self.meanwhile()
        if not self.healthy and self.chance.odds(10):
            self.stale = True  # the disk refused
        elif self.attendance is known:
            self.fulfil(known, list(known.wishes()))

    def look(self) -> tuple[Target, Refusal | None]:
        rows = checkpoint.load_all(self.disk, self.mapping.uuid)
        stream = log.describe(self.disk, self.stream.arn)
        refusal = Refusal("", "", self.missing) if self.missing else None
        return Target(self.mapping, stream, None, None, (), 0, rows), refusal

    def follow(self, known: Attendance[Lane, Task], new: Target, refusal: Refusal | None) -> None:
        for key in known.leaving(new):
            self.release(known, key)
        known.follow(new)
        if refusal != known.refusal:
            known.refusal = refusal
            known.tell(_permission(refusal))
        if self.retries:
            self.retries = False
            known.tell(Signal.RETRY)
        known.target = new

    def release(self, known: Attendance[Lane, Task], key: Key) -> None:
        lane = known.runners[key]
        if not lane.is_cut_off:
            self.accounts[lane.shard.id].check_leave(lane)
        self.let_go(lane)
        del known.tasks[key]

    # Rows are taken over.

    def fulfil(self, known: Attendance[Lane, Task], wishes: Sequence[Wish]) -> None:
        """All in one commit; then those who are due begin, if they live to see it."""
        taken = [self.claim(wish) for wish in wishes]
        if wishes and not self.healthy and self.chance.odds(4):
            self.crash()
            return
        for wish, rows in zip(wishes, taken, strict=True):
            for row in rows:
                if not row.finished:
                    self.start(known, wish.shard, row)

    def claim(self, wish: Wish) -> Sequence[Checkpoint]:
        shard = wish.shard
        before = checkpoint.load_shard(self.disk, wish.mapping.uuid, shard.id)
        rows, lost = wish.claim(self.disk, str(self.owner))
        if not rows:
            return ()
        account = self.accounts.get(shard.id)
        if account is None:
            account = self.accounts[shard.id] = Account(self.shelves[shard.id], 0)
        assert before == account.rows, f"a save is lost: there are {before}, and were {account.rows}"
        if wish.lane is not None:
            # Who is let go and begins again while nothing has changed would do so for ever.
            assert (shard.id, wish.lane) in self.due, "a lane that did not fail begins again alone"
            self.due.remove((shard.id, wish.lane))
            account.rows = tuple(rows[0] if row.lane == wish.lane else row for row in before)
            return rows
        if before and len(before) != len(rows):
            self.claims["divided"] += 1
            account.tries.clear()
        if lost:
            self.claims["lost by lanes"] += lost
        self.claims["settings between"] += wish.mapping is not self.mapping
        account.rows = rows
        account.check_rows(lost, self.disk.floor(shard.journal))
        if self.checks_purity:
            stored = checkpoint.load_shard(self.disk, wish.mapping.uuid, shard.id)
            assert stored == rows, "not what was stored"
        parent = self.accounts.get(shard.parent or "")
        if parent is not None and not parent.is_closed:
            parent.check_done()
        return rows

    def start(self, known: Attendance[Lane, Task], shard: Shard, row: Checkpoint) -> None:
        mapping = known.target.mapping
        # Settings for one lane may have windows, and those for several have not.
        assert row.lanes == mapping.lanes, (
            f"one of {row.lanes} lanes begins with settings for {mapping.lanes}"
        )
        # It would begin a batch, and all who wait for the last of the others to drain would wait for that too.
        assert not any(other.draining for other in known.of(shard.id)), "a lane begins beside draining ones"
        lane = Lane(mapping, shard, row, self.news)
        tries = self.accounts[shard.id].tries.get(row.lane)
        if tries is not None:
            lane.tries, lane.tried_at, limits_ = tries
            lane.limits = list(limits_)
        if known.refusal is not None:
            lane.tell(_permission(known.refusal))
        lane.follow(shard)
        lane.tell(Signal.STARTED)
        assert lane.name not in known.tasks, "two runners of one lane"
        known.runners[lane.name], known.tasks[lane.name] = lane, Task()

    def begin_again(self) -> None:
        """A runner that failed has rested: it is due."""
        key = self.resting.pop(self.chance.below(len(self.resting)))
        if self.attendance is not None:
            self.attendance.tasks.pop(key, None)
            self.due.add(key)
        self.stale = True


def _permission(refusal: Refusal | None) -> Signal | PermissionLost:
    if refusal is None:
        return Signal.PERMISSION_RESTORED
    return PermissionLost(refusal.remedy, refusal.result)
