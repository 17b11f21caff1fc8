"""A small world around the delivery machine: streams, lanes, functions, roles and supervisors that all misbehave.

No loop and no I/O: what survives a crash is in `Disk`, and the rest is thrown away. What is decided, stored and
divided is the product's own code (`machine`, `listener`, `attendance`, `lanes`, `checkpoint`, `past`, `streams.log`).
What a runner and the supervisor do around it is told here in short; tests of theirs are in `test_changes_in_flight`.
Its layers, from below: `ground`, `runners`, `supervisor`, `answers`, and this. What happens to it is in `acts`.

A *history* is some dozens of steps and what follows from them: `run` tells one, from its seed.
"""

from collections.abc import Collection

from tests.simulation import acts
from tests.simulation.answers import Answers
from tests.simulation.runners import CrashedError

from millrace.triggers import checkpoint

STEPS = 20
SETTLES = 3_000


class World(Answers):
    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        # Each history has more of something, so that there are some with a lot of it.
        self.favourite = self.chance.pick(acts.FAVOURITES)
        for _ in range(self.chance.below(4)):
            acts.write(self)
        self.make_mapping()

    def step(self, number: int) -> None:
        chance = self.chance
        chance.turn(number)
        try:
            act = self.favourite if chance.odds(200) else chance.pick(acts.ACTS)
            act(self)
            if self.news and not chance.odds(50):
                self.hear()
            if self.stale and chance.odds(700):
                self.refresh()
                self.hear()
        except CrashedError:
            pass

    def meanwhile(self) -> None:
        if not self.healthy and self.chance.odds(15):
            self.chance.pick(acts.BETWEEN)(self)

    def settle(self) -> None:
        """The faults are over: everything must come to its end."""
        self.chance.turn(-1)
        self.healthy = True
        if not self.mapping.enabled:
            acts.toggle(self)
        if self.missing:
            acts.toggle_permission(self)
        for _ in range(SETTLES):
            if self.news:
                self.hear()
            elif self.stale:
                self.refresh()
            elif not self.go_on():
                return
        raise AssertionError("it never comes to rest")

    def check_end(self) -> None:
        stored = checkpoint.load_all(self.disk, self.mapping.uuid)
        for shard in self.stream.shards:
            account = self.accounts[shard.id]
            account.check_done()
            assert stored[shard.id] == account.rows, f"a save is lost: {stored[shard.id]} {account.rows}"
            account.check_rows(0, 0)
            assert all(row.window is None for row in account.rows)
        mine = self.mapping.uuid.encode() + b"\0"
        rows = self.disk.rows[checkpoint.SPACE]
        assert all(key.startswith(mine) for key in rows), "rows of a deleted mapping came back"


def run(seed: int, steps: Collection[int] = range(STEPS)) -> World:
    """Tell the history of a seed, or of some of its steps. Raises AssertionError when a claim is broken."""
    world = World(seed)
    for number in steps:
        world.step(number)
    world.settle()
    world.check_end()
    return world
