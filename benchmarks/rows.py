"""The rows that need nothing but DynamoDB: requests per second and their latencies."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from benchmarks import items, searches
from benchmarks.measure import Failure, Measure, Unit
from benchmarks.server import Server
from benchmarks.signature import Signer
from benchmarks.work import Outcome, Work, run

TABLE_ACTIVE_SECONDS_MAX = 30.0


@dataclass(frozen=True)
class Row:
    """One line of the table; `check` says whether the answer to request number `index` is right."""

    name: str
    title: str
    connections: int
    requests: Callable[[Signer], list[bytes]]
    check: Callable[[int, dict[str, Any]], bool]
    table: str | None = None
    """One of `searches`' tables, made for this row alone."""

    @property
    def kind(self) -> str:
        """Rows of one kind send the same requests."""
        return self.name.split("-")[0]


ROWS = [
    *(Row(f"get-{n}", f"GetItem, {n} conn.", n, items.get_requests, items.check_get) for n in (1, 16, 64)),
    Row("plain-16", "PutItem without a stream, 16 conn.", 16, items.plain_requests, items.check_written),
    *(
        Row(f"put-{n}", f"PutItem, {n} conn.", n, items.put_requests, items.check_written)
        for n in (1, 16, 64)
    ),
    Row("update-16", "UpdateItem with a condition, 16 conn.", 16, items.update_requests, items.check_written),
    Row(
        "transact-16",
        "TransactWriteItems of 4, 16 conn.",
        16,
        items.transaction_requests,
        items.check_written,
    ),
    Row("query-16", "Query of 100 items, 16 conn.", 16, items.query_requests, items.check_query),
    Row("batch-16", "BatchWriteItem of 25, 16 conn.", 16, items.batch_requests, items.check_batch),
    Row(
        "filter-4",
        "Query with a filter on 1 MB, 4 conn.",
        4,
        searches.filter_requests,
        searches.check_filter,
        searches.WIDE,
    ),
    Row(
        "scan-4",
        "Scan of 10,000 items, 4 conn.",
        4,
        searches.scan_requests,
        searches.check_scan,
        searches.SMALL,
    ),
]

IMPORT = "import"
IMPORT_CONNECTIONS = 16


@dataclass(frozen=True)
class Pace:
    """How long and how often things are measured."""

    warm_up_seconds: float
    seconds: float
    starts: int
    idle_puts: int
    records: int
    imported: int
    drained: int


FULL = Pace(
    warm_up_seconds=1.0,
    seconds=5.0,
    starts=5,
    idle_puts=100,
    records=10_000,
    imported=items.IMPORT_COUNT,
    drained=200_000,
)
QUICK = Pace(
    warm_up_seconds=0.5,
    seconds=2.0,
    starts=2,
    idle_puts=30,
    records=3_000,
    imported=10_000,
    drained=20_000,
)


def create_table(server: Server, definition: dict[str, Any]) -> bool:
    """Create the table and wait for it; whether it has the stream it was to have."""
    client = server.client("dynamodb")
    try:
        client.create_table(**definition)
        streamed = True
    except ClientError:
        client.create_table(
            **{name: value for name, value in definition.items() if name != "StreamSpecification"}
        )
        streamed = False
    until = time.monotonic() + TABLE_ACTIVE_SECONDS_MAX
    while (table := client.describe_table(TableName=definition["TableName"])["Table"])[
        "TableStatus"
    ] != "ACTIVE":
        if time.monotonic() > until:
            raise TimeoutError(f"{definition['TableName']} did not become ACTIVE")
        time.sleep(0.02)
    return streamed and ("StreamSpecification" in definition) == ("LatestStreamArn" in table)


def prepare(server: Server) -> list[str]:
    """Create and fill the tables; remarks on what this server cannot do."""
    streams = [create_table(server, definition) for definition in items.tables()]
    fill(server, items.fill_requests(server.signer))
    fill(server, items.group_requests(server.signer))
    return [] if all(streams) else ["no stream"]


def prepare_row(server: Server, row: Row) -> None:
    """Create and fill what this row alone needs."""
    if row.table is None:
        return
    definition = next(one for one in searches.tables() if one["TableName"] == row.table)
    create_table(server, definition)
    fill(server, searches.fill_requests(server.signer, row.table))


def measure_import(server: Server, pace: Pace) -> Measure | Failure:
    """Items a second while an empty table without a stream is filled in batches, as loading programs do."""
    create_table(server, items.import_table())
    requests = items.import_requests(server.signer, pace.imported)
    outcome = run(Work(server.port, requests, IMPORT_CONNECTIONS, count=len(requests)))
    if outcome.errors:
        return Failure(
            f"{outcome.errors.total():,} errors, most often: {outcome.errors.most_common(1)[0][0]}"
        )
    if any(json.loads(body).get("UnprocessedItems") for _, body in outcome.sampled):
        return Failure("left items unprocessed")
    return Measure(outcome.rate * items.BATCH_SIZE, Unit.RATE, None, remarks(outcome))


def fill(server: Server, requests: list[bytes]) -> None:
    outcome = run(Work(server.port, requests, connections=4, count=len(requests)))
    if outcome.errors:
        raise RuntimeError(
            f"{server.target.name} refused to be filled: {outcome.errors.most_common(1)[0][0]}"
        )


def warm_up(server: Server, wanted: list[Row], pace: Pace) -> dict[str, int]:
    """Some of every kind of request before anything is measured, so that the first row is not the one that pays for a
    compiler that learns as it runs; the request that comes next, by kind.
    """
    one_of_each = {row.kind: replace(row, connections=16) for row in wanted}
    short = replace(pace, warm_up_seconds=0.0, seconds=pace.warm_up_seconds)
    return {kind: measure(server, row, short, 0)[1] for kind, row in one_of_each.items()}


def measure(server: Server, row: Row, pace: Pace, first: int) -> tuple[Measure | Failure, int]:
    """The row's measure and the request that comes next, so that the next row of the same kind goes on from there."""
    work = Work(server.port, row.requests(server.signer), row.connections, first=first)
    outcome = run(replace(work, warm_up_seconds=pace.warm_up_seconds, seconds=pace.seconds))
    wrong = sum(not correct(row, index, body) for index, body in outcome.sampled)
    if wrong:
        return Failure(f"{wrong} of {len(outcome.sampled)} sampled answers were wrong"), outcome.next
    if not outcome.latencies:
        return Failure(f"no good answer: {outcome.errors.most_common(1)}"), outcome.next
    return Measure(outcome.rate, Unit.RATE, outcome.spread, remarks(outcome)), outcome.next


def correct(row: Row, index: int, body: bytes) -> bool:
    try:
        return row.check(index, json.loads(body))
    except ValueError:
        return False


def remarks(outcome: Outcome) -> list[str]:
    notes = []
    if outcome.errors:
        text, _ = outcome.errors.most_common(1)[0]
        notes.append(f"{outcome.errors.total():,} errors, most often: {text}")
    if outcome.reconnects:
        notes.append(f"closed its connections {outcome.reconnects:,} times")
    return notes
