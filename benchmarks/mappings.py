"""The rows of one stream with much on it: many mappings, batches side by side, a sleeping function, a long backlog."""

import math
from dataclasses import dataclass

from botocore.exceptions import ClientError

from benchmarks import items
from benchmarks.measure import Failure, Measure, Unit
from benchmarks.rows import Pace, create_table
from benchmarks.server import Server
from benchmarks.statistics import Spread, spread
from benchmarks.triggers import (
    BACKLOG_SECONDS_MAX,
    Listener,
    create_function,
    create_mapping,
    create_role,
    listening,
    remarks,
    timed_puts,
    wake,
)
from benchmarks.work import Outcome, Work, run

PACED_RATE = 2_000.0
PACED_CONNECTIONS = 8
PARALLEL = (1, 4, 10)
# What a function waits for others in each batch of the parallel rows.
PARALLEL_PAUSE_SECONDS = 0.02
MAPPINGS = 20
MAPPED_RATE = 20.0
SLEEP_SECONDS = 2.0
DRAIN_BATCH_SIZE = 1_000
SETTLE_SECONDS = 5.0

Cells = dict[str, Measure | Failure]


def paced(server: Server, pace: Pace) -> Cells:
    """Writes at a steady rate: from each answer to the first line of the call that got its record."""
    with listening() as listener:
        create_function(server, listener, create_role(server))
        create_table(server, items.table("paced", {"id": "HASH"}))
        create_mapping(server, "paced", "LATEST")
        wake(server, listener, "paced")
        listener.clear()
        puts = Puts.of("paced", int(PACED_RATE * pace.seconds))
        outcome = puts.send(server, PACED_RATE, PACED_CONNECTIONS)
        complete = listener.wait_for(set(puts.keys), BACKLOG_SECONDS_MAX)
        times = [
            listener.seen[puts.keys[index]] - answered
            for index, answered in outcome.answered_at.items()
            if puts.keys[index] in listener.seen
        ]
        if not times:
            return {"trigger-paced": Failure("no record came")}
        after = spread(times)
        notes = [f"written at {outcome.rate:,.0f} /s", *remarks(listener, set(puts.keys), complete=complete)]
        return {"trigger-paced": Measure(after.p50, Unit.SECONDS, after, notes)}


def parallel(server: Server, pace: Pace) -> Cells:
    """Records per second of a function that waits in each batch, with several batches of the shard at a time."""
    cells: Cells = {}
    with listening() as listener:
        role = create_role(server)
        create_table(server, items.table("parallel", {"id": "HASH"}))
        puts = Puts.of("parallel", pace.records)
        puts.send_in_batches(server)
        for factor in PARALLEL:
            listener.clear()
            create_function(server, listener, role, f"stamp-{factor}", PARALLEL_PAUSE_SECONDS)
            settings = {"ParallelizationFactor": factor}
            try:
                measured = drained(server, listener, puts, f"stamp-{factor}", settings)
            except ClientError as error:
                measured = Failure(str(error))
            cells[f"trigger-parallel-{factor}"] = measured
    return cells


def drain(server: Server, pace: Pace) -> Cells:
    """Records per second of a long backlog, in large batches."""
    with listening() as listener:
        create_function(server, listener, create_role(server))
        create_table(server, items.table("drain", {"id": "HASH"}))
        puts = Puts.of("drain", pace.drained)
        puts.send_in_batches(server)
        return {"trigger-drain": drained(server, listener, puts, "stamp", {"BatchSize": DRAIN_BATCH_SIZE})}


def drained(
    server: Server, listener: Listener, puts: "Puts", name: str, settings: dict[str, int]
) -> Measure | Failure:
    """The rate from the first call's first line to the last one's, without the first call's records."""
    mapping = create_mapping(server, puts.table, "TRIM_HORIZON", name, **settings)
    complete = listener.wait_for(set(puts.keys), BACKLOG_SECONDS_MAX)
    server.client("lambda").delete_event_source_mapping(UUID=mapping)
    calls = sorted(listener.calls)
    if len(calls) < 2:
        return Failure("no record came")
    rate = (len(listener.seen) - calls[0][1]) / (calls[-1][0] - calls[0][0])
    return Measure(rate, Unit.RATE, None, remarks(listener, set(puts.keys), complete=complete))


def many(server: Server, pace: Pace) -> Cells:
    """A writer's latency at a steady rate with one mapping on the stream, and with twenty."""
    with listening() as listener:
        role = create_role(server)
        create_table(server, items.table("many", {"id": "HASH"}))
        cells: Cells = {}
        for number in range(MAPPINGS):
            create_function(server, listener, role, f"stamp-{number}")
            create_mapping(server, "many", "LATEST", f"stamp-{number}")
            if number in (0, MAPPINGS - 1):
                count = number + 1
                cells[f"trigger-writer-{count}"] = writer(server, listener, pace, count)
    return cells


def writer(server: Server, listener: Listener, pace: Pace, mappings: int) -> Measure | Failure:
    wake(server, listener, "many")
    puts = Puts.of(f"many-{mappings}", int(MAPPED_RATE * pace.seconds * 2), table="many")
    settled(listener)
    outcome = puts.send(server, MAPPED_RATE, 2)
    expected = len(puts.keys) * mappings
    with listener.condition:
        complete = listener.condition.wait_for(
            lambda: told(listener) >= expected, BACKLOG_SECONDS_MAX if mappings > 1 else SETTLE_SECONDS
        )
    notes = [] if complete else [f"only {told(listener):,} of {expected:,} came in time"]
    return Measure(outcome.spread.p50, Unit.SECONDS, outcome.spread, notes)


def settled(listener: Listener) -> None:
    """Wait until the environments have started and nothing comes any more; then forget what came."""
    with listener.condition:
        while listener.condition.wait(SETTLE_SECONDS / 2):
            pass
    listener.clear()


def told(listener: Listener) -> int:
    return sum(count for _, count in listener.calls)


def beside(server: Server, pace: Pace) -> Cells:
    """Single writes with pauses while another mapping's function sleeps for seconds in every call."""
    with listening() as listener, listening() as ignored:
        role = create_role(server)
        create_function(server, listener, role)
        create_function(server, ignored, role, "sleeper", SLEEP_SECONDS)
        create_table(server, items.table("idle", {"id": "HASH"}))
        create_mapping(server, "idle", "LATEST", "sleeper", BatchSize=1)
        create_mapping(server, "idle", "LATEST")
        wake(server, listener, "idle")
        times = [came - answered for _, answered, came in timed_puts(server, listener, pace.idle_puts)]
        if not times:
            return {"trigger-beside": Failure("no record came")}
        after: Spread = spread(times)
        lost = pace.idle_puts - len(times)
        notes = [f"{lost} of {pace.idle_puts} never came"] if lost else []
        return {"trigger-beside": Measure(after.p50, Unit.SECONDS, after, notes)}


@dataclass(frozen=True)
class Puts:
    """New items for a table, by key."""

    table: str
    keys: list[str]

    @classmethod
    def of(cls, prefix: str, count: int, table: str | None = None) -> "Puts":
        return cls(table or prefix, [f"{prefix}-{number}" for number in range(count)])

    def send(self, server: Server, rate: float, connections: int) -> Outcome:
        """Write them one by one at this rate; when each answer came is told."""
        bodies = [items.encode({"TableName": self.table, "Item": items.item(key, 1)}) for key in self.keys]
        requests = [server.signer.request("PutItem", body) for body in bodies]
        work = Work(server.port, requests, connections, count=len(requests), rate=rate, stamped=True)
        return checked(run(work))

    def send_in_batches(self, server: Server) -> None:
        """Write them as fast as they are taken."""
        size = items.BATCH_SIZE
        groups = [self.keys[at : at + size] for at in range(0, len(self.keys), size)]
        bodies = [
            items.encode(
                {
                    "RequestItems": {
                        self.table: [{"PutRequest": {"Item": items.item(key, 1)}} for key in group]
                    }
                }
            )
            for group in groups
        ]
        requests = [server.signer.request("BatchWriteItem", body) for body in bodies]
        checked(run(Work(server.port, requests, 4, count=math.ceil(len(self.keys) / size))))


def checked(outcome: Outcome) -> Outcome:
    if outcome.errors:
        raise RuntimeError(f"writes were refused: {outcome.errors.most_common(1)[0][0]}")
    return outcome
