"""`millrace serve`: the server itself."""

import asyncio
import json
import logging
import os
import shlex
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from millrace import __version__, config
from millrace.app import Running, event_loop, run
from millrace.config import SETTINGS, Setting, Settings

EPILOG = """
\b
Examples:
  millrace serve                              127.0.0.1:8000, data in ./.millrace
  millrace serve --memory --port 0            nothing kept, any free port
  millrace serve --host 0.0.0.0 --auth        reachable; only keys it issued open it
  MILLRACE_PORT=9000 millrace serve           every option is also a variable
  millrace serve --config production.toml     … or a line of a TOML file
"""


def _option(setting: Setting) -> Callable[[Any], Any]:
    if isinstance(setting.default, bool):
        text = f"{setting.help}  [{setting.variable}; default: {'on' if setting.default else 'off'}]"
        return click.option(f"--{setting.option}/--no-{setting.option}", default=None, help=text)
    text = f"{setting.help}  [{setting.variable}; default: {'none' if setting.default == '' else setting.default}]"
    return click.option(f"--{setting.option}", default=None, metavar=setting.name.upper(), help=text)


def settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add one option per setting, and `--config`."""
    for setting in reversed(SETTINGS):
        function = _option(setting)(function)
    file = click.Path(path_type=Path, dir_okay=False)
    return click.option(
        "--config", "file", type=file, help="Settings file (TOML).  [default: millrace.toml, if it is there]"
    )(function)


@click.command("serve", epilog=EPILOG, short_help="Start the server.")
@settings_options
@click.option(
    "--json", "as_json", is_flag=True, help="Once requests are answered, say so in one line of JSON."
)
def command(file: Path | None, as_json: bool, **options: Any) -> None:
    """Serve DynamoDB, Streams, Lambda, Logs, IAM and STS on one port, until Ctrl-C."""
    settings = config.load(options, os.environ, file)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(_serve(settings, as_json=as_json))


async def _serve(settings: Settings, *, as_json: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop_or_quit, stop)
    async with run(settings) as running:
        print(ready_line(running) if as_json else greeting(running), flush=True)  # noqa: T201
        await stop.wait()


def _stop_or_quit(stop: asyncio.Event) -> None:
    """The first signal ends what runs in good order; the second does not wait. Nothing is lost either way."""
    if stop.is_set():
        os._exit(130)
    stop.set()


def ready_line(running: Running) -> str:
    """What `--json` says once requests are answered."""
    return json.dumps(
        {
            "event": "ready",
            "version": __version__,
            "endpoint": running.endpoint,
            "port": running.port,
            "region": running.settings.region,
            "account": running.settings.account,
            "credentials_file": None if running.credentials_file is None else str(running.credentials_file),
        }
    )


def exports(endpoint: str, region: str, credentials_file: Path | str | None) -> str:
    """The lines that point AWS clients at the server."""
    lines = [f"export AWS_ENDPOINT_URL={endpoint}"]
    if credentials_file is not None:
        lines.append(f"export AWS_SHARED_CREDENTIALS_FILE={shlex.quote(str(credentials_file))}")
    else:
        lines.append("export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test")
    lines.append(f"export AWS_DEFAULT_REGION={region}")
    return "\n".join(f"  {line}" for line in lines)


def greeting(running: Running) -> str:
    """What a person reads once requests are answered."""
    settings = running.settings
    lines = exports(running.endpoint, settings.region, running.credentials_file)
    data = "in memory, nothing is kept" if settings.memory else f"in {_short(settings.data_path)}"
    return (
        f"millrace {__version__} on {running.endpoint}, data {data}\n\n"
        f"Point AWS clients at it:\n\n{lines}\n\nCtrl-C stops it.\n"
    )


def _short(path: Path) -> str:
    try:
        return f"./{path.relative_to(Path.cwd())}"
    except ValueError:
        return str(path)


def server_command(settings: Settings) -> list[str]:
    """The command that starts this server in a process of its own."""
    words = [sys.executable, "-m", "millrace", "serve", "--json"]
    for setting in SETTINGS:
        value = getattr(settings, setting.name)
        if isinstance(value, bool):
            words.append(f"--{setting.option}" if value else f"--no-{setting.option}")
        else:
            words += [f"--{setting.option}", str(value)]
    return words
