"""Mappings, functions and roles change while batches are in flight and commits are refused; nothing is lost."""

import asyncio
import importlib.util
import random  # noqa: TID251 -- seeded: each history can be told again
import sys
from collections import Counter
from pathlib import Path

import pytest

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageError
from millrace.functions import catalog as functions
from millrace.storage.memory import MemoryStorage
from millrace.triggers import checkpoint

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
        assert self.running == 0, "two batches of one shard at a time"
        await self.work(keys)

    async def work(self, keys: list[str]) -> None:
        self.running += 1
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
                keys = self.fresh_keys()
                await mill.change(stream, *keys)
                self.written += keys

    def fresh_keys(self) -> list[str]:
        return [f"{len(self.written) + more:04d}" for more in range(self.chance.randrange(1, 8))]


class LanesHistory(History):
    """The same with several lanes, whose number changes too, and with records trimmed before they are read."""

    PARTITIONS = 12

    def __init__(self, seed: int, refuses: float, trims: float = 0.0) -> None:
        super().__init__(seed, refuses)
        self.trims = trims
        self.busy: set[str] = set()

    async def handler(self, name, keys):
        partitions = {key.partition(":")[0] for key in keys}
        assert not self.busy & partitions, "two batches of one partition at a time"
        self.busy |= partitions
        try:
            await self.work(keys)
        finally:
            self.busy -= partitions

    async def step(self, mill, stream) -> None:
        if self.chance.random() < 0.08:
            factor = self.chance.choice((1, 2, 3, 10))
            await mill.do("UpdateEventSourceMapping", UUID=self.uuid, ParallelizationFactor=factor)
        if self.chance.random() < self.trims:
            journal, through = stream.shards[0].journal, self.chance.randrange(len(self.written) + 1)
            await mill.storage.write(lambda w: w.trim(journal, through))
        await super().step(mill, stream)
        status = await mill.status()
        done = status["delivered"] + status["filtered"] + sum(status["discarded"].values())
        assert status["pending"] >= 0
        assert done + status["pending"] == len(self.written)

    def fresh_keys(self) -> list[str]:
        counts = Counter(key.partition(":")[0] for key in self.written)
        keys: list[str] = []
        for _ in range(self.chance.randrange(1, 30)):
            partition = f"p{self.chance.randrange(self.PARTITIONS)}"
            keys.append(f"{partition}:{counts[partition]}")
            counts[partition] += 1
        return keys


class WindowedLanesHistory(LanesHistory):
    """Lanes become one with tumbling windows, and several again, mostly while the disk refuses commits."""

    async def handler(self, name, keys):
        await super().handler(name, keys)
        return {"state": {}}

    async def step(self, mill, stream) -> None:
        if self.chance.random() < 0.15:
            # Those who failed for it begin again with the settings that come meanwhile.
            self.disk.refuses = self.chance.choice((0.0, self.refuses, 1.0))
            for _ in range(30):
                await mills.turn()
            mill.clock.advance(0.1)
        if self.chance.random() < 0.1:
            seconds, factor = self.chance.choice(((10, 1), (60, 1), (0, 2), (0, 3)))
            self.disk.refuses = 0.0
            await mill.do(
                "UpdateEventSourceMapping",
                UUID=self.uuid,
                ParallelizationFactor=factor,
                TumblingWindowInSeconds=seconds,
            )
        if self.chance.random() < 0.85:  # the factors of the others would not go with windows
            await History.step(self, mill, stream)
        for rows in (await mill.storage.read(lambda r: checkpoint.load_all(r, self.uuid))).values():
            assert not any(row.window for row in rows[1:]), "a window in one of several lanes"


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


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_to_lanes_each_record_comes_once_and_each_key_is_in_order(seed: int):
    history = LanesHistory(seed, refuses=0.0)
    asyncio.run(history.tell())

    assert in_order(history.got) == in_order([history.written])
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)


@pytest.mark.parametrize("seed", range(5))
def test_what_lanes_lose_to_retention_is_counted_and_nothing_else_is_missing(seed: int):
    history = LanesHistory(seed, refuses=0.0, trims=0.05)
    asyncio.run(history.tell())

    delivered = sum(len(keys) for keys in history.got)
    trimmed = history.status["discarded"].get("trimmed", 0)
    assert (history.status["delivered"], history.status["pending"]) == (delivered, 0)
    assert delivered + trimmed == len(history.written)
    in_order(history.got, gaps=True)


@pytest.mark.parametrize("seed", range(5))
def test_when_commits_are_refused_each_lane_repeats_only_its_batch_in_flight(seed: int):
    history = LanesHistory(seed, refuses=0.08)
    asyncio.run(history.tell())

    last: dict[str, int] = {}
    again = 0
    for keys in history.got:
        repeats = False
        for key in keys:
            partition, _, number = key.partition(":")
            assert int(number) <= last.get(partition, -1) + 1, "a record was passed over"
            repeats |= int(number) <= last.get(partition, -1)
            last[partition] = int(number)
        again += repeats
    assert last == in_order([history.written])
    assert again <= history.disk.refused * 10  # a refused commit is that of several lanes
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)


# 41, 48 and 50 notice a lane that begins again with settings that are for those who come after it.
@pytest.mark.parametrize("seed", [0, 1, 2, 41, 48, 50])
def test_windows_come_and_go_with_lanes_while_commits_are_refused_and_nothing_is_passed_over(seed: int):
    history = WindowedLanesHistory(seed, refuses=0.08)
    asyncio.run(history.tell())

    last: dict[str, int] = {}
    for partition, _, number in (key.partition(":") for keys in history.got for key in keys):
        assert int(number) <= last.get(partition, -1) + 1, "a record was passed over"
        last[partition] = int(number)
    assert last == in_order([history.written])
    assert (history.status["delivered"], history.status["pending"]) == (len(history.written), 0)


def in_order(got: list[list[str]], *, gaps: bool = False) -> dict[str, int]:
    """The last number of each partition, all of whose records came one after the other."""
    last: dict[str, int] = {}
    for partition, _, number in (key.partition(":") for keys in got for key in keys):
        following = last.get(partition, -1) + 1
        assert int(number) >= following if gaps else int(number) == following
        last[partition] = int(number)
    return last
