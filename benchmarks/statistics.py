"""Percentiles by the nearest-rank rule: every number shown is one that was measured."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """How a set of measurements lies; all zero when there were none."""

    count: int
    p50: float
    p99: float
    maximum: float


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest measurement that at least `share` of all are not above; `ordered` is not empty."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def spread(measurements: Iterable[float]) -> Spread:
    ordered = sorted(measurements)
    if not ordered:
        return Spread(0, 0.0, 0.0, 0.0)
    return Spread(len(ordered), percentile(ordered, 0.50), percentile(ordered, 0.99), ordered[-1])


def median(measurements: Iterable[float]) -> float:
    return spread(measurements).p50
