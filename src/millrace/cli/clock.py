"""`millrace clock`: what time it is for the server, and moving it."""

import re
from datetime import UTC, datetime

import click

from millrace.cli.client import Client, endpoint_option

EPILOG = """
\b
Examples:
  millrace clock                      the server's time
  millrace clock --advance 90         a minute and a half later
  millrace clock --advance 25h        25 hours later: s, m, h and d are known
"""

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


@click.command("clock", epilog=EPILOG, short_help="Show the server's time, or move it forward.")
@endpoint_option
@click.option("--advance", metavar="TIME", help="Move it so far forward: seconds, or 90s, 15m, 25h, 2d.")
def command(endpoint: str, advance: str | None) -> None:
    """Show the server's time. With --advance move it: what is due by then is done at once."""
    body = None if advance is None else {"advance": _seconds(advance)}
    now = Client(endpoint).ask("clock", body)["now"]
    click.echo(datetime.fromtimestamp(now, UTC).isoformat(sep=" ", timespec="seconds"))


def _seconds(text: str) -> float:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)", text.strip())
    if found is None:
        raise click.UsageError(
            f"--advance {text}: write it as 90, 90s, 15m, 25h or 2d; time moves forward only"
        )
    return float(found[1]) * _SECONDS[found[2]]
