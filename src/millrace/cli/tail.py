"""`millrace tail`: what happens, while it happens."""

import json
from urllib.parse import urlencode

import click

from millrace.cli import columns
from millrace.cli.client import Client, endpoint_option, program
from millrace.cli.lines import line

EPILOG = """
\b
Examples:
  millrace tail                       everything
  millrace tail JansTable             a table's changes, their deliveries, its functions' log lines
  millrace tail JansFunction          a function's deliveries and log lines
  millrace tail JansTable --json      one JSON object a line, for programs
"""


@click.command("tail", epilog=EPILOG, short_help="Follow changes, deliveries and log lines, live.")
@click.argument("name", required=False)
@endpoint_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(name: str | None, endpoint: str, as_json: bool) -> None:
    """Follow the changes, deliveries and log lines of a table or a function; Ctrl-C ends it."""
    console = columns.console()
    try:
        for event in Client(endpoint).events(urlencode({"name": name}) if name else ""):
            if as_json:
                click.echo(json.dumps(event))
            elif event["kind"] == "ready":
                console.print(f"[dim]Following {name or 'everything'} at {endpoint}. Ctrl-C ends it.[/]")
            elif (text := line(event)) is not None:
                console.print(text)
    except KeyboardInterrupt:
        return
    raise click.ClickException(f"the server ended the connection. `{program()} serve` starts one again.")
