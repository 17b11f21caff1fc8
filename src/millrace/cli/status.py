"""`millrace status`: where every trigger stands, and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from millrace.cli import columns
from millrace.cli.client import Client, endpoint_option, program

EPILOG = """
\b
Examples:
  millrace status                     a table for people
  millrace status --json              the same for programs
  watch -n 2 millrace status          the same, again and again
  millrace status --json | jq '.mappings[] | select(.pending > 0)'
"""

_COUNTS = ("State", "Delivered", "Filtered", "Discarded", "Pending", "Lag")


@click.command("status", epilog=EPILOG, short_help="Show where every trigger stands, and why.")
@endpoint_option
@click.option("--json", "as_json", is_flag=True, help="All there is to know, as one JSON document.")
def command(endpoint: str, as_json: bool) -> None:
    """Show every trigger: its counts, its lag, and what keeps it.

    A terminal that is too narrow for a trigger's names and its counts gets two lines of each; a pipe and a file get one.
    """
    status = Client(endpoint).ask("status")
    if as_json:
        click.echo(json.dumps(status, indent=2))
        return
    console = columns.console()
    console.print(f"millrace {status['version']} at {endpoint}, up {_duration(status['uptime_seconds'])}")
    if not status["mappings"]:
        console.print(f"No triggers yet. `{program()} demo` makes one; so does CreateEventSourceMapping.")
        return
    report(console, status["mappings"])


def report(console: Console, mappings: Sequence[Mapping[str, Any]]) -> None:
    """Print where triggers stand, in the order of their names, and what keeps them."""
    several = len({_region(one) for one in mappings}) > 1
    named = sorted(
        (((_table(one, several=several), _function(one)), one) for one in mappings), key=lambda pair: pair[0]
    )
    _show(console, named)
    for (table, function), mapping in named:
        for reason in _reasons(f"[bold]{escape(table)} → {escape(function)}[/]", mapping):
            console.print(reason)


def _show(console: Console, named: Sequence[tuple[tuple[str, str], Mapping[str, Any]]]) -> None:
    counts = [_counts(mapping) for _, mapping in named]
    rows = [(*names, *row) for (names, _), row in zip(named, counts, strict=True)]
    wide = columns.lines(("Table", "Function", *_COUNTS), rows, right=len(_COUNTS) - 1)
    if columns.fit(console, wide):
        columns.show(console, wide)
        return
    titles, *narrow = columns.lines(_COUNTS, counts, right=len(_COUNTS) - 1)
    console.print(f"[bold]Table → Function\n  {titles}[/]")
    for ((table, function), _), line in zip(named, narrow, strict=True):
        console.print(f"{escape(table)} → {escape(function)}\n  {line}")


def _table(mapping: Mapping[str, Any], *, several: bool) -> str:
    """Its name, and where it is if that is not the same for all."""
    return f"{mapping['table']} ({_region(mapping)})" if several else mapping["table"]


def _region(mapping: Mapping[str, Any]) -> str:
    return mapping["stream_arn"].split(":")[3]


def _function(mapping: Mapping[str, Any]) -> str:
    """Its name, with the version or alias that is run."""
    return ":".join(part for part in (mapping["function"], mapping.get("qualifier")) if part)


def _counts(mapping: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        mapping["state"],
        str(mapping["delivered"]),
        str(mapping["filtered"]),
        str(sum(mapping["discarded"].values())),
        str(mapping["pending"]),
        _duration(mapping["lag_seconds"]),
    )


def _reasons(name: str, mapping: Mapping[str, Any]) -> list[str]:
    lines = [f"{name}: discarded {n}: {escape(why)}" for why, n in mapping["discarded"].items() if n]
    told = mapping["told"]
    if told["error"] is not None:
        lines.append(
            f"{name}: {told['failed']} discarded records were not sent to "
            f"{escape(mapping['destination'] or 'their destination')}: {escape(columns.one_line(told['error']))}"
        )
    if mapping["missing"] is not None:
        lines.append(f"{name}: {escape(mapping['last_result'])}")
        lines.append(f"  add to role {escape(mapping['role'])}: [yellow]{escape(mapping['missing'])}[/]")
    elif mapping["attempts"]:
        retry = mapping["retry_in_seconds"]
        then = "" if retry is None else f", next in {_duration(retry)}"
        lines.append(
            f"{name}: {_attempts(mapping['attempts'])} failed{then}: "
            f"{escape(columns.one_line(mapping['last_error'] or ''))}"
        )
    return lines


def _attempts(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:.1f} d"
