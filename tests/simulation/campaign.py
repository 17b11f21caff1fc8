"""Many histories: how many a second, what they have seen, and the shortest form of one that breaks a claim."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation import world

_BLOCK = 50


@dataclass
class Result:
    histories: int = 0
    events: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    failures: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Result") -> None:
        self.histories += other.histories
        self.events += other.events
        self.seen += other.seen
        self.failures |= other.failures


def tell(seeds: Iterable[int]) -> Result:
    """Tell the histories of these seeds, to the first that breaks a claim."""
    result = Result()
    for seed in seeds:
        try:
            told = world.run(seed)
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed repeats it
            result.failures[seed] = f"{type(error).__name__}: {error}"
            return result
        result.histories += 1
        result.events += told.events
        # `Counter.update` is slower than this.
        for name, count in told.claims.items():
            result.seen[name] += count
    return result


def breaks(seed: int, steps: Iterable[int]) -> str | None:
    try:
        world.run(seed, list(steps))
    except Exception as error:  # noqa: BLE001 - as above
        return f"{type(error).__name__}: {error}"
    return None


def shrink(seed: int) -> list[int]:
    """The steps of a failing history without which it does not fail: what is dropped changes no other."""
    steps = list(range(world.STEPS))
    shorter = True
    while shorter:
        shorter = False
        for step in list(steps):
            rest = [one for one in steps if one != step]
            if breaks(seed, rest):
                steps, shorter = rest, True
    return steps


def tell_for(first: int, stride: int, seconds: float) -> Result:
    """Every `stride`th history from a seed on, for so long or until one fails."""
    result, end = Result(), time.monotonic() + seconds  # noqa: TID251 - as above
    while time.monotonic() < end and not result.failures:  # noqa: TID251 - as above
        result.add(tell(range(first, first + _BLOCK * stride, stride)))
        first += _BLOCK * stride
    return result


def campaign(first: int, seconds: float, processes: int) -> tuple[Result, float]:
    """Histories from a seed on, for so long, in so many processes; what it takes to start them is not counted."""
    result = Result()
    with get_context("spawn").Pool(processes) as pool:
        pool.starmap(tell_for, [(first, 1, 0.01)] * processes, chunksize=1)
        began = time.monotonic()  # noqa: TID251 - as above
        parts = [(first + one, processes, seconds) for one in range(processes)]
        for part in pool.starmap(tell_for, parts, chunksize=1):
            result.add(part)
        return result, time.monotonic() - began  # noqa: TID251 - as above
