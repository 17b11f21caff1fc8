"""`millrace demo`: the scenario, played in the terminal, with the live lines as they arrive."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from millrace import config
from millrace.cli.client import Client, boto3_settings, endpoint_option, program
from millrace.cli.example import set_up
from millrace.cli.lines import line
from millrace.cli.scenario import BROKEN_HANDLER, FUNCTION, HANDLER, ROLE, TABLE, Made, Scenario
from millrace.cli.serve import exports, server_command
from millrace.config import Settings

EPILOG = """
\b
Examples:
  millrace demo --serve       start a server as the settings say, play, and leave it up until Ctrl-C
  millrace demo               play against a server that runs already; its data stays
  millrace demo --serve --example examples/badges     and deploy and seed an application first
"""

WAIT_SECONDS = 30
FIRST = "hello world"
WAITING = ("one", "two", "three")
VALUES = (FIRST, *WAITING)


@click.command("demo", epilog=EPILOG, short_help="Write a record, watch a function run because of it.")
@endpoint_option
@click.option("--serve", is_flag=True, help="Start a server first, and leave it up afterwards.")
@click.option(
    "--example",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Deploy the template in this folder and run its seed.py first.",
)
def command(endpoint: str, serve: bool, example: Path | None) -> None:
    """Play the main job: a record is written, a function runs because of it, its log shows it."""
    console = Console(highlight=False, soft_wrap=True)
    if not serve:
        _play(console, example, Client(endpoint), boto3_settings(endpoint))
        return
    # Asked to end, the demo ends its server, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = config.load({}, os.environ)
    with _server(settings) as (server, ready):
        _greet(console, settings, ready)
        where, keys = ready["endpoint"], ready["credentials_file"]
        aws = boto3_settings(where, region=ready["region"], credentials_file=keys)
        page = _play(console, example, Client(where, keys), aws)
        console.print(f"\nThe console       [bold]{where}/[/]")
        if page is not None and example is not None:
            console.print(f"{f'The {example.name} game'.ljust(17)} [bold]{page}[/]")
        console.print(f"\nThe server stays up at [bold]{where}[/]. Ctrl-C stops it.")
        server.wait()
        raise click.ClickException(f"the server has ended. `{program()} serve` starts it again.")


def _play(console: Console, example: Path | None, client: Client, aws: dict[str, str]) -> str | None:
    """Everything, in order; the address of the example's pages."""
    page = None if example is None else set_up(console, example, client, aws)
    Demo(console, client, aws).play()
    return page


@contextmanager
def _server(settings: Settings) -> Generator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A server in a process of its own, stopped in good order at the end."""
    # A session of its own: Ctrl-C must reach the demo first, which then asks the server to stop.
    process = subprocess.Popen(
        server_command(settings), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        first = process.stdout.readline() if process.stdout else ""
        if not first:
            raise click.ClickException("the server did not start; the line above says why")
        yield process, json.loads(first)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
    finally:
        process.terminate()
        process.wait()


def _greet(console: Console, settings: Settings, ready: dict[str, Any]) -> None:
    data = "memory" if settings.memory else settings.data
    console.print(f"[bold]millrace {ready['version']}[/] at [bold]{ready['endpoint']}[/], data in {data}\n")
    console.print(f"The console: [bold]{ready['endpoint']}/[/]\n")
    console.print("Point AWS clients at it:\n")
    lines = exports(ready["endpoint"], ready["region"], ready["credentials_file"])
    console.print(f"{lines}\n", markup=False)


class Demo:
    """Narrates the scenario and prints what happens meanwhile."""

    def __init__(self, console: Console, client: Client, aws: dict[str, str]) -> None:
        self._console = console
        self._client = client
        self._settings = aws
        self._news = threading.Condition()
        self._ready = threading.Event()
        self._seen: list[dict[str, Any]] = []

    def play(self) -> None:
        """Play every step; returns when the last waiting record has arrived."""
        threading.Thread(target=self._follow, daemon=True).start()
        if not self._ready.wait(WAIT_SECONDS):
            raise click.ClickException(f"no live events come from {self._client.endpoint}")
        scenario = Scenario(self._settings)
        self._build(scenario)
        self._clear(scenario)
        self._change(scenario)
        self._break_and_repair(scenario)
        self._console.print("\n[bold green]That was the whole loop.[/] Look further:\n")
        tail = f"{program()} tail {TABLE}"
        status = f"{program()} status".ljust(len(tail))
        self._console.print(f"  {tail}   follow changes, deliveries and log lines")
        self._console.print(f"  {status}   where every trigger stands, and why")
        self._console.print(f"  aws logs filter-log-events --log-group-name /aws/lambda/{FUNCTION}")

    def _build(self, scenario: Scenario) -> None:
        self._made(f"Table {TABLE}", scenario.create_table())
        stream = scenario.turn_stream_on()
        self._made("Its stream, with new and old images", stream)
        role = scenario.create_role(stream.name)
        self._made(f"Role {ROLE}, which may read exactly this stream", role)
        self._made(f"Function {FUNCTION}", scenario.create_function(role.name))
        self._made("The trigger from the stream to the function", scenario.create_mapping(stream.name))

    def _clear(self, scenario: Scenario) -> None:
        """Take out what a demo that was interrupted left: putting it again would change nothing."""
        for value in VALUES:
            scenario.delete(value)
        self._client.ask("idle", {"timeout": WAIT_SECONDS})

    def _change(self, scenario: Scenario) -> None:
        self._step("Put a record: the function gets an INSERT with its new image")
        self._delivered(1, lambda: scenario.put(FIRST))
        self._step("Update it: a MODIFY with new and old image")
        self._delivered(1, scenario.update)
        self._step("Delete it: a REMOVE with its old image")
        self._delivered(1, lambda: scenario.delete(FIRST))

    def _break_and_repair(self, scenario: Scenario) -> None:
        self._step("Break the code and put three records: the first is tried again and again, the rest wait")
        scenario.replace_code(BROKEN_HANDLER)
        before = len(self._seen)
        for value in WAITING:
            scenario.put(value)
        self._wait(lambda: self._count(before, "attempt_failed") >= 4)
        self._step("Repair the code: the waiting records arrive, each once, in order")
        self._delivered(len(WAITING), lambda: scenario.replace_code(HANDLER))
        self._delivered(len(WAITING), lambda: [scenario.delete(value) for value in WAITING])

    def _step(self, text: str) -> None:
        self._console.print(f"\n[bold]{text}[/]")

    def _made(self, what: str, made: Made) -> None:
        note = "was there already" if made.existed else "created"
        self._console.print(f"[green]✓[/] {what}: {note}")

    def _follow(self) -> None:
        width = None if not self._console.is_terminal else max(40, self._console.width - 34)
        for event in self._client.events(f"name={TABLE}"):
            if event["kind"] == "ready":
                self._ready.set()
                continue
            text = line(event, width=width)
            if text is not None:
                self._console.print(text)
            with self._news:
                self._seen.append(event)
                self._news.notify_all()

    def _count(self, start: int, name: str) -> int:
        return sum(1 for event in self._seen[start:] if event.get("event") == name)

    def _delivered(self, records: int, act: Callable[[], object]) -> None:
        """Do it, and wait until so many records were delivered because of it."""
        before = len(self._seen)
        act()
        self._wait(lambda: self._records(before) >= records)

    def _records(self, start: int) -> int:
        done = (event for event in self._seen[start:] if event.get("event") == "batch_succeeded")
        return sum(event["records"] for event in done)

    def _wait(self, done: Callable[[], bool]) -> None:
        with self._news:
            if not self._news.wait_for(done, timeout=WAIT_SECONDS):
                raise click.ClickException(
                    f"nothing arrived within {WAIT_SECONDS} seconds; `{program()} status` says what keeps it"
                )
