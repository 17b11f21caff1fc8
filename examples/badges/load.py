"""Plays many rounds at once, and then counts: is every badge that is due there, exactly once?

python examples/badges/load.py --plays 10000 --players 200 --connections 16
"""

import http.client
import json
import random
import re
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from millrace.cli.client import Client, boto3_settings, endpoint_option

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "game")]

from audit import Audit, Spread, audit  # noqa: E402 -- beside this file, which is a program and no package
from seed import Api  # noqa: E402
from store import Store  # noqa: E402
from workload import Told, draw, shares  # noqa: E402

EPILOG = """
\b
Examples:
  python examples/badges/load.py                                  10,000 plays by 200 players
  python examples/badges/load.py --plays 500 --players 10 --seed 7
  python examples/badges/load.py --endpoint http://127.0.0.1:9000 --json | jq .audit.missing

Each run has players of its own, whose names begin with run-. It ends with exit code 1 when a play was lost, or a badge is
missing, was awarded twice or was not due.
"""

TRIES = 8  # over 25 seconds: time enough to start a server again
FIRST_PAUSE_SECONDS = 0.2
LOOK_SECONDS = 0.25
SETTLE_SECONDS = 0.05
IDLE_SECONDS = 600


class Stack(NamedTuple):
    """Where the game is deployed."""

    url: str
    badge_function: str | None
    plays_table: str
    achievements_table: str


class Played(NamedTuple):
    """What the API said to all the plays: times in seconds."""

    answers: list[float]
    retries: int
    failures: list[str]
    seconds: float


class Players:
    """Threads that tell plays, each over a connection of its own."""

    def __init__(self, url: str, drawn: list[Told], connections: int) -> None:
        self.answers: list[float] = []
        self.failures: list[str] = []
        self.retries = 0
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.started = time.perf_counter()
        self.threads = [
            threading.Thread(target=self._play, args=(url, share), daemon=True)
            for share in shares(drawn, connections)
        ]

    def start(self) -> None:
        """Begin; the clock runs from now."""
        self.started = time.perf_counter()
        for thread in self.threads:
            thread.start()
        threading.Thread(target=self._join, daemon=True).start()

    def _join(self) -> None:
        for thread in self.threads:
            thread.join()
        self.ended.set()

    def _play(self, url: str, share: list[Told]) -> None:
        api = Api(url)
        for told in share:
            self._tell(api, told)
        api.close()

    def _tell(self, api: Api, told: Told) -> None:
        """Tell one play; again when that fails, which is safe: its id and time make it one play."""
        for attempt in range(TRIES):
            began = time.perf_counter()
            try:
                api.tell(told.request())
            except (OSError, http.client.HTTPException, ValueError) as error:
                if attempt == TRIES - 1:
                    self.failures.append(f"{told.player} {told.play.played_at}: {error}")
                    return
                with self.lock:
                    self.retries += 1
                time.sleep(FIRST_PAUSE_SECONDS * 2**attempt)
            else:
                self.answers.append(time.perf_counter() - began)
                return

    def outcome(self) -> Played:
        """What it came to, once all have ended."""
        return Played(self.answers, self.retries, self.failures, time.perf_counter() - self.started)


@click.command(epilog=EPILOG)
@endpoint_option
@click.option("--url", help="The game's address.  [default: found among the server's functions]")
@click.option("--plays", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--players", default=200, show_default=True, type=click.IntRange(1, 9999))
@click.option("--connections", default=16, show_default=True, type=click.IntRange(1, 256))
@click.option("--seed", type=int, help="Repeats a run's plays.  [default: another each time]")
@click.option("--json", "as_json", is_flag=True, help="Write the report as JSON.")
def main(
    endpoint: str,
    url: str | None,
    plays: int,
    players: int,
    connections: int,
    seed: int | None,
    as_json: bool,
) -> None:
    """Play many rounds of the badge game over HTTP, wait until the badges have come, and count them."""
    console = Console(stderr=as_json, highlight=False, soft_wrap=True)
    server = Client(endpoint)
    settings = boto3_settings(endpoint)
    stack = find(settings, url)
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    now = datetime.now(UTC)
    prefix = f"run-{now:%m%d-%H%M%S}-{random.SystemRandom().randrange(16**3):03x}"
    # Whole days, so that the same seed draws the same badges all day long.
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    drawn = draw(seed, prefix, plays, players, midnight - timedelta(milliseconds=1))
    console.print(f"{plays:,} plays by {players:,} players at [bold]{stack.url}[/]")
    console.print(f"players {prefix}-*, seed {seed}, {connections} connections\n")
    crowd = Players(stack.url, drawn, connections)
    watch(console, server, stack, crowd, len(drawn))
    played = crowd.outcome()
    began = time.perf_counter()
    idle = settle(server, stack.badge_function)
    waited = time.perf_counter() - began
    store = Store(boto3.client("dynamodb", **settings), stack.plays_table, stack.achievements_table)
    result = audit(drawn, store, log_lines(settings, stack.badge_function, now))
    report = {
        "seed": seed,
        "prefix": prefix,
        "url": stack.url,
        "plays": plays,
        "players": players,
        "connections": connections,
        "seconds": played.seconds,
        "plays_per_second": len(played.answers) / played.seconds,
        "answers": spread_document(milliseconds(played.answers)),
        "retries": played.retries,
        "failures": played.failures,
        "waited_for_badges_seconds": waited,
        "idle": idle,
        "audit": result.document(),
    }
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        show(console, played, waited, result)
    sys.exit(0 if result.clean and idle and not played.failures else 1)


def find(settings: dict[str, Any], url: str | None) -> Stack:
    """The functions of the game tell their tables in their environment; one of them has a URL."""
    functions = boto3.client("lambda", **settings)
    api, badge = None, None
    try:
        found = [
            function
            for page in functions.get_paginator("list_functions").paginate()
            for function in page["Functions"]
            if {"PLAYS_TABLE", "ACHIEVEMENTS_TABLE"}
            <= function.get("Environment", {}).get("Variables", {}).keys()
        ]
        for function in found:
            address = url_of(functions, function["FunctionName"])
            if address and (api is None or (url is not None and url_id(url) == url_id(address))):
                api = (function["Environment"]["Variables"], address)
        if api is None:
            raise click.ClickException("the game is not deployed here: no function of it has a URL")
        for function in found:
            if function["Environment"]["Variables"] == api[0] and "Badge" in function["FunctionName"]:
                badge = function["FunctionName"]
    except (ClientError, BotoCoreError) as error:
        raise click.ClickException(str(error)) from None
    return Stack(url or api[1], badge, api[0]["PLAYS_TABLE"], api[0]["ACHIEVEMENTS_TABLE"])


def url_of(functions: Any, name: str) -> str | None:
    """The function's own address, if it has one."""
    try:
        return functions.get_function_url_config(FunctionName=name)["FunctionUrl"]
    except functions.exceptions.ResourceNotFoundException:
        return None


def url_id(address: str) -> str:
    """What tells one function URL from another, in whichever form it is written."""
    found = re.search(r"[a-z0-9]{32}", address)
    return found[0] if found else address


def watch(console: Console, server: Client, stack: Stack, crowd: Players, total: int) -> None:
    """Show how it goes until all plays are told."""
    columns = (
        TextColumn("plays"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn(
            "{task.fields[rate]:,.0f}/s, answers {task.fields[answers]}, badges {task.fields[behind]}"
        ),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("plays", total=total, rate=0.0, answers="", behind="")
        crowd.start()
        ended = False
        while not ended:
            ended = crowd.ended.wait(LOOK_SECONDS)
            done = list(crowd.answers)
            spread = Spread.of(milliseconds(done))
            progress.update(
                task,
                completed=len(done),
                rate=len(done) / (time.perf_counter() - crowd.started),
                answers="" if spread is None else f"{spread.p50:.0f} / {spread.p99:.0f} ms",
                behind=behind(server, stack.badge_function),
            )


def settle(server: Client, function: str | None) -> bool:
    """Wait until the badge function has had every play. Not for idle: other triggers may fail for ever."""
    until = time.perf_counter() + IDLE_SECONDS
    while time.perf_counter() < until:
        if not any(mapping["pending"] for mapping in mappings_of(server, function)):
            return True
        time.sleep(SETTLE_SECONDS)
    return False


def mappings_of(server: Client, function: str | None) -> list[dict[str, Any]]:
    """Where the function's triggers stand."""
    return [mapping for mapping in server.ask("status")["mappings"] if mapping["function"] == function]


def behind(server: Client, function: str | None) -> str:
    """How far the badge function is behind the plays."""
    try:
        mappings = mappings_of(server, function)
    except click.ClickException:
        return "unknown: the server does not answer"
    pending = sum(mapping["pending"] for mapping in mappings)
    lag = max((mapping["lag_seconds"] or 0 for mapping in mappings), default=0)
    return f"{pending:,} plays, {lag:.1f} s behind"


def log_lines(settings: dict[str, Any], function: str | None, since: datetime) -> Iterator[str]:
    """What the badge function said of its awards in this run."""
    if function is None:
        return
    pages = (
        boto3.client("logs", **settings)
        .get_paginator("filter_log_events")
        .paginate(
            logGroupName=f"/aws/lambda/{function}",
            filterPattern="awarded",
            startTime=int(since.timestamp() * 1000),
        )
    )
    for page in pages:
        yield from (event["message"] for event in page["events"])


def milliseconds(seconds: list[float]) -> list[float]:
    """For people."""
    return [value * 1000 for value in seconds]


def spread_document(values: list[float]) -> dict[str, float] | None:
    """As data."""
    spread = Spread.of(values)
    return None if spread is None else vars(spread)


def show(console: Console, played: Played, waited: float, result: Audit) -> None:
    """The report, for people."""
    console.print(
        f"\n[bold]{len(played.answers) / played.seconds:,.0f}[/] plays a second; {result.stored:,} of {result.told:,} stored,"
        f" {played.retries:,} told again"
    )
    console.print(f"answers      {Spread.of(milliseconds(played.answers))}")
    console.print(f"badges' lag  {result.badges_lag}; the last were there {waited:.1f} s after the last play")
    console.print(f"[bold {'green' if result.clean else 'red'}]{result}[/]")
    for name, lines in (("failed", played.failures), ("missing", result.missing), ("extra", result.extra)):
        for line in lines[:10]:
            console.print(f"  {name}: {line}", markup=False)


if __name__ == "__main__":
    main()
