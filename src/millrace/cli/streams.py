"""`millrace streams`: tables' streams and their shards, and new shards on command."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import click
from rich.markup import escape

from millrace.cli import columns
from millrace.cli.client import Client, endpoint_option, program

EPILOG = """
\b
Examples:
  millrace streams                              every stream and its shards
  millrace streams JansTable --json             one table's, for programs
  millrace streams JansTable --split            two open shards for each that is open now
  millrace streams JansTable --roll             one that follows each that is open now
  millrace streams JansTable --split --shard shardId-00000001770000000000-0a1b2c3d
"""

_TITLES = ("Shard", "Parent", "Closed", "Share", "Records")


@click.command("streams", epilog=EPILOG, short_help="Show streams and their shards; split or roll them.")
@endpoint_option
@click.argument("table", required=False)
@click.option("--split", "action", flag_value="split", help="Close open shards; two follow each.")
@click.option("--roll", "action", flag_value="roll", help="Close open shards; one follows each.")
@click.option("--shard", metavar="ID", help="With --split or --roll: this shard only.")
@click.option("--json", "as_json", is_flag=True, help="All there is to know, as one JSON document.")
def command(
    endpoint: str, table: str | None, action: str | None, shard: str | None, *, as_json: bool
) -> None:
    """Show streams and their shards. AWS splits shards and rolls them over as it likes; here one may ask for it."""
    client = Client(endpoint)
    if shard is not None and action is None:
        raise click.UsageError("--shard goes with --split or --roll")
    if action is not None:
        _reshape(client, action, table, shard)
    query = "" if table is None else f"?table={quote(table, safe='')}"
    found = client.ask(f"streams{query}")["streams"]
    if as_json:
        click.echo(json.dumps({"streams": found}, indent=2))
    else:
        _print(found, table)


def _reshape(client: Client, action: str, table: str | None, shard: str | None) -> None:
    if table is None:
        raise click.UsageError(f"--{action} needs a table")
    found = client.ask(f"streams?table={quote(table, safe='')}")["streams"]
    active = [stream for stream in found if stream["disabled"] is None]
    if not active:
        raise click.ClickException(f"{table} has no stream that is enabled")
    if len(active) > 1:
        arns = ", ".join(stream["arn"] for stream in active)
        raise click.ClickException(f"{table} is in several regions: {arns}. Ask POST /_millrace/streams.")
    wanted = {} if shard is None else {"shard": shard}
    client.ask("streams", {"action": action, "stream": active[0]["arn"], **wanted})


def _print(streams: list[Mapping[str, Any]], table: str | None) -> None:
    console = columns.console()
    if not streams:
        nothing = "No streams." if table is None else f"No table {escape(table)} with a stream."
        console.print(
            f"{nothing} UpdateTable with StreamSpecification turns a table's on; "
            f"`{program()} demo` makes a table with one."
        )
    for stream in streams:
        console.print(f"[bold]{escape(stream['table'])}[/] {stream['status']} {stream['view']}")
        console.print(f"  [dim]{escape(stream['arn'])}[/]")
        columns.show(console, columns.lines(_TITLES, list(map(_row, stream["shards"])), right=2), indent="  ")


def _row(shard: Mapping[str, Any]) -> tuple[str, ...]:
    """Of its parent only the end of the id, so that it fits a narrow terminal."""
    return (
        shard["shard"],
        (shard["parent"] or "-").rpartition("-")[2] or "-",
        _moment(shard["closed"]),
        f"{shard['share'] * 100:.3g} %",
        str(shard["records"]),
    )


def _moment(epoch: float | None) -> str:
    if epoch is None:
        return "-"
    return datetime.fromtimestamp(epoch).strftime("%d %b %H:%M")  # noqa: DTZ006 -- a person reads local time
