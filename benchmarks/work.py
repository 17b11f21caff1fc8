"""What the load generator is given and what it hands back, and how to run it: in a process of its own."""

import pickle
import subprocess
import sys
from array import array
from collections import Counter
from dataclasses import dataclass, field

from benchmarks.statistics import Spread, spread

# What the generator may take beyond the time it was asked to measure before it is ended.
GENERATOR_GRACE_SECONDS = 120.0


@dataclass
class Work:
    """Requests to send in a closed loop: each connection sends the next one when its answer is there.

    With `rate`, so many a second over all connections, each at its time or as soon as a connection is free; the latency of
    a late one counts from when it was due. Ends after `seconds` (past `warm_up_seconds`, which is not counted), or after `count` requests without a warm-up.
    The requests are taken in turn over all connections, from `first` on, round and round.
    """

    port: int
    requests: list[bytes]
    connections: int
    first: int = 0
    warm_up_seconds: float = 0.0
    seconds: float | None = None
    count: int | None = None
    samples: int = 50
    rate: float | None = None
    stamped: bool = False


@dataclass
class Outcome:
    """What was measured. Only answers with status 200 are in `latencies`; all others are in `errors` by what they were."""

    latencies: array = field(default_factory=lambda: array("d"))
    errors: Counter = field(default_factory=Counter)
    elapsed: float = 0.0
    next: int = 0
    reconnects: int = 0
    processor_seconds: float = 0.0
    sent: int = 0
    started_at: float = 0.0
    sampled: list[tuple[int, bytes]] = field(default_factory=list)
    answered_at: dict[int, float] = field(default_factory=dict)
    """When the answer to each request had come, in epoch seconds, if the work is `stamped`."""

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return len(self.latencies) / self.elapsed if self.elapsed else 0.0

    @property
    def spread(self) -> Spread:
        return spread(self.latencies)


def run(work: Work) -> Outcome:
    limit = work.warm_up_seconds + (work.seconds or 0.0) + GENERATOR_GRACE_SECONDS
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.generator"],
        input=pickle.dumps(work),
        stdout=subprocess.PIPE,
        check=True,
        timeout=limit if work.count is None else limit + 600,
    )
    return pickle.loads(finished.stdout)
