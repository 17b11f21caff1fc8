"""One measured cell of the table."""

from dataclasses import dataclass, field
from enum import StrEnum

from benchmarks.statistics import Spread


class Unit(StrEnum):
    """What a value counts; of times and memory less is better, of rates more."""

    RATE = "/s"
    SECONDS = "s"
    BYTES = "B"

    @property
    def more_is_better(self) -> bool:
        return self is Unit.RATE


@dataclass(frozen=True)
class Measure:
    """`value` is what is compared; `spread` holds the latencies behind it, in seconds, where there are any."""

    value: float
    unit: Unit
    spread: Spread | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Failure:
    """Why a cell has no value."""

    reason: str
