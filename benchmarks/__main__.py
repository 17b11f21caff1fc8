"""`python -m benchmarks`: measure the servers one after the other and write the table."""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks import ceiling, items, machine, mappings, rows, triggers
from benchmarks.measure import Failure, Measure, Unit
from benchmarks.rows import FULL, QUICK, Pace
from benchmarks.server import Server, ServerFailedError, running
from benchmarks.statistics import median, spread
from benchmarks.table import markdown, milliseconds
from benchmarks.targets import HERE, TARGETS, Target, missing_program

EXAMPLES = """examples:
  python -m benchmarks                                 everything, on every installed server (about a minute each)
  python -m benchmarks --quick --only put              PutItem alone, for two seconds each
  python -m benchmarks --peers millrace,ministack --only trigger-call
  python -m benchmarks --peers millrace --json - --save
  python -m benchmarks --ceiling                       how fast the load generator itself can go

`make bench-peers` installs the servers to compare with.
"""

TITLES = {
    "start": "start to first answer",
    "memory": "memory when started: server",
    "memory-tree": "memory when started: all its processes",
    **{row.name: f"{row.title} (p50 / p99)" for row in rows.ROWS},
    rows.IMPORT: f"import of {items.IMPORT_COUNT:,} items in batches, {rows.IMPORT_CONNECTIONS} conn.",
    "memory-loaded": "memory after these: server",
    "memory-loaded-tree": "memory after these: all its processes",
    "trigger-answer": "from PutItem's answer to the handler (p50 / p99 / max)",
    "trigger-call": "from PutItem's call to the handler (p50 / p99 / max)",
    "trigger-beside": "the same from the answer, beside a mapping whose function sleeps (p50 / p99 / max)",
    "trigger-paced": f"from the answer to the handler at {mappings.PACED_RATE:,.0f} writes/s (p50 / p99 / max)",
    "trigger-writer-1": f"PutItem at {mappings.MAPPED_RATE:.0f} writes/s, one mapping (p50 / p99 / max)",
    f"trigger-writer-{mappings.MAPPINGS}": f"the same with {mappings.MAPPINGS} mappings (p50 / p99 / max)",
    "trigger-backlog": "records through a handler, from a backlog",
    "trigger-mixed": "records through a handler, while written",
    **{
        f"trigger-parallel-{factor}": f"records through a handler that waits {mappings.PARALLEL_PAUSE_SECONDS * 1000:.0f} ms, "
        f"{factor} at a time"
        for factor in mappings.PARALLEL
    },
    "trigger-drain": f"a long backlog ({FULL.drained:,}; --quick: {QUICK.drained:,}), batches of {mappings.DRAIN_BATCH_SIZE:,}",
}
TRIGGERS: list[tuple[tuple[str, ...], Callable[[Server, Pace], dict[str, Measure | Failure]]]] = [
    (("trigger-answer", "trigger-call"), triggers.idle),
    (("trigger-backlog",), triggers.backlog),
    (("trigger-mixed",), triggers.mixed),
    (("trigger-beside",), mappings.beside),
    (("trigger-paced",), mappings.paced),
    (("trigger-writer-1", f"trigger-writer-{mappings.MAPPINGS}"), mappings.many),
    (tuple(f"trigger-parallel-{factor}" for factor in mappings.PARALLEL), mappings.parallel),
    (("trigger-drain",), mappings.drain),
]

# What a server that is not up to a row may do to it; the others are measured all the same.
FAILURES = (
    ServerFailedError,
    ClientError,
    BotoCoreError,
    OSError,
    RuntimeError,
    ValueError,
    subprocess.SubprocessError,
)

Cells = dict[str, Measure | Failure]


class Run:
    """One run over all targets: which rows are wanted, at what pace, and what is known so far."""

    def __init__(self, only: list[str], pace: Pace) -> None:
        self.only = only
        self.pace = pace
        self.disk = machine.disk()

    def wants(self, *names: str) -> bool:
        return not self.only or any(name.startswith(tuple(self.only)) for name in names)

    def measure(self, target: Target) -> Cells:
        cells: Cells = {}
        parts = (
            (("start",), self.starts),
            (self.load_names(), self.load),
            (self.trigger_names(target), self.triggers),
        )
        for names, part in parts:
            if not names or not self.wants(*names):
                continue
            try:
                part(target, cells)
            except FAILURES as error:
                tell(f"  {target.name}: {error}")
                cells |= {
                    name: Failure(str(error)) for name in names if self.wants(name) and name not in cells
                }
        return {name: cells[name] for name in TITLES if name in cells and self.wants(name)}

    def load_names(self) -> tuple[str, ...]:
        return tuple(
            name
            for name in TITLES
            if name.startswith(("memory", rows.IMPORT, *(row.name for row in rows.ROWS)))
        )

    def trigger_names(self, target: Target) -> tuple[str, ...]:
        return tuple(name for name in TITLES if name.startswith("trigger")) if target.triggers else ()

    def starts(self, target: Target, cells: Cells) -> None:
        times = []
        for _ in range(self.pace.starts):
            with running(target, self.disk) as server:
                times.append(server.ready_seconds)
        cells["start"] = Measure(median(times), Unit.SECONDS)
        self.show(target, "start", cells)

    def load(self, target: Target, cells: Cells) -> None:
        with running(target, self.disk) as server:
            time.sleep(1.0)
            self.remember_memory(server, "memory", cells)
            wanted = [row for row in rows.ROWS if self.wants(row.name, "memory-loaded")]
            notes = rows.prepare(server) if wanted else []
            wanted = [row for row in wanted if self.prepared(server, row, cells)]
            next_request = rows.warm_up(server, wanted, self.pace)
            for row in wanted:
                kind = row.kind
                cells[row.name], next_request[kind] = rows.measure(
                    server, row, self.pace, next_request.get(kind, 0)
                )
                measured = cells[row.name]
                if isinstance(measured, Measure) and kind in {"put", "update", "transact", "batch"}:
                    measured.notes.extend(notes)
                self.show(target, row.name, cells)
            if self.wants(rows.IMPORT, "memory-loaded"):
                cells[rows.IMPORT] = rows.measure_import(server, self.pace)
                self.show(target, rows.IMPORT, cells)
            self.remember_memory(server, "memory-loaded", cells)

    def prepared(self, server: Server, row: rows.Row, cells: Cells) -> bool:
        """Whether the row has its own table now; a server that cannot be given it goes without the row."""
        try:
            rows.prepare_row(server, row)
        except FAILURES as error:
            cells[row.name] = Failure(str(error))
            self.show(server.target, row.name, cells)
            return False
        return True

    def remember_memory(self, server: Server, name: str, cells: Cells) -> None:
        own, tree = server.memory()
        cells[name], cells[f"{name}-tree"] = Measure(own, Unit.BYTES), Measure(tree, Unit.BYTES)

    def triggers(self, target: Target, cells: Cells) -> None:
        for names, part in TRIGGERS:
            if self.wants(*names):
                try:
                    with running(target, self.disk) as server:
                        cells |= part(server, self.pace)
                except FAILURES as error:  # a server without one of them may have the others
                    cells |= {name: Failure(str(error)) for name in names}
                for name in names:
                    self.show(target, name, cells)

    def show(self, target: Target, name: str, cells: Cells) -> None:
        measured = cells[name]
        if isinstance(measured, Failure):
            tell(f"  {target.name} {name}: {measured.reason}")
            return
        shown = (
            f"{measured.value:,.0f} /s"
            if measured.unit is Unit.RATE
            else f"{milliseconds(measured.value)} ms"
        )
        tell(f"  {target.name} {name}: {shown} {' '.join(measured.notes)}")


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure millrace and other local servers of its protocols on the same work.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = ", ".join(target.name for target in TARGETS)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="ROW",
        help=f"rows to measure, by name or its beginning: {', '.join(TITLES)}",
    )
    parser.add_argument(
        "--peers", metavar="A,B", help=f"servers to measure: {names}; all that are installed if not given"
    )
    parser.add_argument(
        "--base", default="millrace", metavar="NAME", help="the server of the ratios (millrace)"
    )
    parser.add_argument("--quick", action="store_true", help="shorter, for a first look")
    parser.add_argument(
        "--json",
        metavar="FILE",
        help="write all values there too (- for standard output instead of the table)",
    )
    parser.add_argument(
        "--save", action="store_true", help="write the table to benchmarks/results/DATE-COMMIT.md too"
    )
    parser.add_argument("--ceiling", action="store_true", help="measure the load generator alone")
    return parser.parse_args()


def chosen(peers: str | None) -> list[Target]:
    """The targets asked for that can run here; says which cannot."""
    by_name = {target.name: target for target in TARGETS}
    names = peers.split(",") if peers else list(by_name)
    if unknown := [name for name in names if name not in by_name]:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(by_name)}")
    found = []
    for name in names:
        missing = missing_program(by_name[name])
        if not by_name[name].installed or missing:
            tell(
                f"{name}: skipped, {f'{missing} is not on the PATH' if missing else 'not installed (make bench-peers)'}"
            )
        else:
            found.append(by_name[name])
    return found


def head(facts: Mapping[str, str], versions: Mapping[str, str]) -> str:
    lines = [f"- {name}: {value}" for name, value in facts.items()]
    lines.append("- versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    lines.append("- load generator and server share these cores")
    return "# Benchmarks\n\n" + "\n".join(lines) + "\n"


def show_ceiling(pace: Pace) -> None:
    for connections in (1, 16, 64):
        outcome = ceiling.measure(connections, pace.seconds)
        latency = spread(outcome.latencies)
        cost = outcome.processor_seconds / outcome.sent * 1e6
        print(
            f"{connections} connections: {outcome.rate:,.0f} /s, p50 {milliseconds(latency.p50)} ms, "
            f"p99 {milliseconds(latency.p99)} ms; {cost:.1f} µs of processor time per request"
        )


def main() -> None:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the running server is ended too
    pace = QUICK if options.quick else FULL
    if options.ceiling:
        show_ceiling(pace)
        return
    targets = chosen(options.peers)
    facts, versions, results = machine.facts(), {}, {}
    loads: dict[str, str] = {}
    run = Run(options.only, pace)
    for target in targets:
        versions[target.name] = target.version()
        tell(f"{target.name} {versions[target.name]}")
        before = machine.load()
        results[target.name] = run.measure(target)
        loads[target.name] = f"{before} to {machine.load()}"
    facts["load, before to after each (its own included)"] = ", ".join(
        f"{n} {load}" for n, load in loads.items()
    )
    text = (
        head(facts, versions)
        + "\n"
        + markdown(results, TITLES, {t.name: t.keeps for t in targets}, options.base)
    )
    document = json.dumps({"facts": facts, "versions": versions, "results": plain(results)}, indent=2)
    write(options, text, document, facts["commit"])


def plain(results: Mapping[str, Cells]) -> dict[str, dict[str, object]]:
    return {
        target: {row: asdict(measure) for row, measure in cells.items()} for target, cells in results.items()
    }


def write(options: argparse.Namespace, text: str, document: str, commit: str) -> None:
    print(document if options.json == "-" else text)
    if options.json and options.json != "-":
        Path(options.json).write_text(document)
    if options.save:
        folder = HERE / "results"
        folder.mkdir(exist_ok=True)
        (folder / f"{datetime.now(UTC):%Y-%m-%d}-{commit}.md").write_text(text)


if __name__ == "__main__":
    main()
