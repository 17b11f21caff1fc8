"""`millrace status`: where every trigger stands, and why."""

import json
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from millrace.cli.client import Client, endpoint_option

EPILOG = """
\b
Examples:
  millrace status                     a table for people
  millrace status --json              the same for programs
  millrace status --json | jq '.mappings[] | select(.pending > 0)'
"""

_WIDTH_MIN = 80


@click.command("status", epilog=EPILOG, short_help="Show where every trigger stands, and why.")
@endpoint_option
@click.option("--json", "as_json", is_flag=True, help="All there is to know, as one JSON document.")
def command(endpoint: str, as_json: bool) -> None:
    """Show every trigger: its counts, its lag, and what keeps it."""
    status = Client(endpoint).ask("status")
    if as_json:
        click.echo(json.dumps(status, indent=2))
        return
    console = Console(highlight=False)
    # Cut numbers are wrong numbers: a narrower terminal wraps the lines itself.
    console.width = max(console.width, _WIDTH_MIN)
    console.print(f"millrace {status['version']} at {endpoint}, up {_duration(status['uptime_seconds'])}")
    if not status["mappings"]:
        console.print("No triggers yet. `millrace demo` makes one; so does CreateEventSourceMapping.")
        return
    console.print(_table(status["mappings"]))
    for mapping in status["mappings"]:
        for reason in _reasons(mapping):
            console.print(reason, soft_wrap=True)


def _table(mappings: list[Mapping[str, Any]]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Table", "Function"):
        table.add_column(name, overflow="fold")
    table.add_column("State", no_wrap=True)
    for name in ("Delivered", "Filtered", "Discarded", "Pending", "Lag"):
        table.add_column(name, justify="right", no_wrap=True)
    for mapping in mappings:
        table.add_row(
            escape(mapping["table"]),
            escape(mapping["function"]),
            mapping["state"],
            str(mapping["delivered"]),
            str(mapping["filtered"]),
            str(sum(mapping["discarded"].values())),
            str(mapping["pending"]),
            _duration(mapping["lag_seconds"]),
        )
    return table


def _reasons(mapping: Mapping[str, Any]) -> list[str]:
    name = f"[bold]{escape(mapping['table'])} → {escape(mapping['function'])}[/]"
    lines = [f"{name}: discarded {n}: {escape(why)}" for why, n in mapping["discarded"].items() if n]
    told = mapping["told"]
    if told["error"] is not None:
        lines.append(
            f"{name}: {told['failed']} discarded records were not sent to "
            f"{escape(mapping['destination'] or 'their destination')}: {escape(told['error'])}"
        )
    if mapping["missing"] is not None:
        lines.append(f"{name}: {escape(mapping['last_result'])}")
        lines.append(f"  add to role {escape(mapping['role'])}: [yellow]{escape(mapping['missing'])}[/]")
    elif mapping["attempts"]:
        retry = mapping["retry_in_seconds"]
        then = "" if retry is None else f", next in {_duration(retry)}"
        lines.append(
            f"{name}: {mapping['attempts']} attempts failed{then}: {escape(mapping['last_error'] or '')}"
        )
    return lines


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
