"""Mappings, functions and roles change while batches are in flight and commits are refused; nothing is lost."""

import asyncio
import importlib.util
import random  # noqa: TID251 -- seeded: each history can be told again
import sys
from pathlib import Path

import pytest

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageError
from millrace.functions import catalog as functions
from millrace.storage.memory import MemoryStorage

_SPEC = importlib.util.spec_from_file_location(
    "mill", Path(__file__).parents[1] / "unit" / "triggers" / "mill.py"
)
mills = importlib.util.module_from_spec(_SPEC)
sys.modules.setdefault("mill", mills)
_SPEC.loader.exec_module(mills)

STEPS = 120


class Disk(MemoryStorage):
    """Takes a turn or more for everything, and refuses a commit now and then."""

    def __init__(self, chance: random.Random, refuses: float) -> None:
        super().__init__()
        self.chance = chance
        self.refuses = refuses
        self.refused = 0

    async def read(self, fn):
        await self._turns()
        answer = await super().read(fn)
        await self._turns()
        return answer

    async def write(self, fn):
        await self._turns()
        if self.chance.random() < self.refuses:
            self.refused += 1
            raise StorageError("no room left")
        return await super().write(fn)

    async def _turns(self):
        for _ in range(self.chance.randrange(3)):
            await mills.turn()


class History:
    """One story of random changes, and what the function got."""

    def __init__(self, seed: int, refuses: float) -> None:
        self.chance = random.Random(seed)
        self.disk = Disk(self.chance, 0.0)
        self.refuses = refuses
        self.written: list[str] = []
        self.got: list[list[str]] = []
        self.running = 0

    async def handler(self, name, keys):
        self.running += 1
        assert self.running == 1, "two batches of one shard at a time"
        try:
            for _ in range(self.chance.randrange(12)):
                await mills.turn()
            match self.chance.randrange(12):
                case 0:
                    raise ValueError("no")
                case 1:
                    raise AwsError("TooManyRequestsException", "Rate Exceeded.")
            self.got.append(keys)
        finally:
            self.running -= 1

    async def tell(self) -> None:
        async with mills.mill(self.handler, self.disk, ManualClock()) as mill:
            await mill.function()
            stream = await mill.stream()
            self.uuid = (await mill.map(stream, BatchSize=3))["UUID"]
            self.disk.refuses = self.refuses
            for _ in range(STEPS):
                try:
                    await self.step(mill, stream)
                except (StorageError, AwsError):
                    continue
                for _ in range(self.chance.randrange(6)):
                    await mills.turn()
            self.disk.refuses = 0.0
            await mill.function()
            await mill.do("UpdateEventSourceMapping", UUID=self.uuid, Enabled=True)
            await mill.idle_at_last()
            self.status = await mill.status()

    async def step(self, mill, stream) -> None:
        update = {"UUID": self.uuid}
        match self.chance.randrange(14):
            case 0:
                await mill.do("UpdateEventSourceMapping", Enabled=False, **update)
            case 1 | 2:
                await mill.do("UpdateEventSourceMapping", Enabled=True, **update)
            case 3:
                size = self.chance.choice((1, 2, 5, 100))
                await mill.do("UpdateEventSourceMapping", BatchSize=size, **update)
            case 4:
                await mill.allow([])
            case 5 | 6:
                await mill.allow()
            case 7:
                await mill.function(revision=str(self.chance.random()))
            case 8:
                ship = await mill.storage.read(lambda r: functions.find(r, mills.SCOPE, "ship"))
                await mill.storage.write(lambda w: ship and functions.remove(w, mills.SCOPE, ship))
                await mill.function()
            case 9:
                mill.clock.advance(self.chance.choice((0.3, 1.0, 20.0)))
            case 10:
                waits = asyncio.ensure_future(mill.supervisor.idle())
                for _ in range(self.chance.randrange(30)):
                    await mills.turn()
                waits.cancel()
                await asyncio.wait([waits])
            case _:
                keys = [f"{len(self.written) + more:04d}" for more in range(self.chance.randrange(1, 8))]
                await mill.change(stream, *keys)
                self.written += keys


@pytest.mark.parametrize("seed", range(40))
def test_whatever_changes_in_flight_each_record_is_delivered_once_and_in_order(seed: int):
    history = History(seed, refuses=0.0)
    asyncio.run(history.tell())

    assert [key for batch in history.got for key in batch] == history.written
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)


@pytest.mark.parametrize("seed", range(40))
def test_when_commits_are_refused_only_the_batch_in_flight_is_delivered_again(seed: int):
    history = History(seed, refuses=0.08)
    asyncio.run(history.tell())

    following, before, again = 0, None, 0
    for batch in history.got:
        first = int(batch[0])
        if first != following:
            assert first == before
            again += 1
        assert [int(key) for key in batch] == list(range(first, first + len(batch)))
        before, following = first, first + len(batch)
    assert following == len(history.written)
    assert again <= history.disk.refused
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)
