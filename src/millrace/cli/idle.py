"""`millrace idle`: wait until nothing is left to do, for scripts that go on then."""

import click

from millrace.cli.client import Client, endpoint_option
from millrace.core import limits

EPILOG = """
\b
Examples:
  millrace idle && ./look.sh          go on once every change has been processed
  millrace idle --timeout 5           exit code 1 if that takes longer than five seconds
  millrace clock --advance 25h && millrace idle
"""


@click.command("idle", epilog=EPILOG, short_help="Wait until nothing is left to do.")
@endpoint_option
@click.option(
    "--timeout",
    type=click.FloatRange(0, limits.idle_seconds_max),
    default=60,
    metavar="SECONDS",
    help="How long to wait.  [default: 60]",
)
def command(endpoint: str, timeout: float) -> None:
    """Wait until every change, event and message was dealt with. docs/api.md says what that is."""
    # The server is the one to say that it took too long.
    Client(endpoint).ask("idle", {"timeout": timeout}, timeout=timeout + limits.idle_answer_seconds_max)
    click.echo("Nothing is left to do.")
