"""The command `millrace`: `serve`, `deploy`, `demo`, `tail`, `status`, `streams`, `idle`, `clock`.

Each command lives in a module of its own that is imported when it is called, so that the server starts
without what only the others need.
"""

import importlib
import io
import sys

import click

from millrace import __version__
from millrace.core.errors import SettingsError, StorageError

COMMANDS = ("serve", "deploy", "demo", "tail", "status", "streams", "idle", "clock")

EPILOG = """
\b
Examples:
  millrace serve                       start a server on 127.0.0.1:8000, data in ./.millrace
  millrace deploy PATH                 make what a SAM or CloudFormation template says
  millrace demo --serve                start one and watch a change reach a function
  millrace tail JansTable              follow a table's changes, deliveries and log lines
  millrace status                      where every trigger stands, and why
  millrace streams JansTable           its streams and their shards
  millrace idle                        wait until every change has been processed
  millrace clock --advance 25h         move the server's time
"""


class Commands(click.Group):
    """The commands by name, imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"millrace.cli.{cmd_name}").command


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="millrace")
def commands() -> None:
    """Tables, change streams and the functions they drive, over AWS's own protocols."""


def main() -> None:
    """Run the command line. Expected failures are one sentence and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no arrow is no reason to fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        commands(standalone_mode=True)
    except (SettingsError, StorageError) as error:
        click.echo(f"millrace: {error}", err=True)
        raise SystemExit(1) from None
