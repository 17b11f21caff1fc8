"""An example application, deployed and given a past, so that there is something to look at."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from millrace.cli.client import Client
from millrace.cli.deploy_lines import Lines
from millrace.deploy.deployment import deploy
from millrace.deploy.problem import DeployError

# What an example's template calls the address of its pages, and the script that fills them.
PAGE = "PageAddress"
SEED = "seed.py"
WAIT_SECONDS = 60


def set_up(console: Console, folder: Path, client: Client, settings: Mapping[str, Any]) -> str | None:
    """Deploy the template in `folder` and run its seed.py; the address of its pages, if it has any.

    Both change nothing the second time. Raises ClickException when either fails.
    """
    lines = Lines(console, client.endpoint)
    try:
        result = deploy(folder, settings, report=lines.hear)
    except DeployError as error:
        raise click.ClickException(f"{folder} could not be deployed: {error}") from None
    finally:
        lines.stop()
    if not result.done:
        console.print("  nothing to change")
    page = result.outputs.get(PAGE)
    if page is None:
        return None
    _seed(console, folder / SEED, str(page.value))
    client.ask("idle", {"timeout": WAIT_SECONDS})
    return str(page.value)


def _seed(console: Console, script: Path, page: str) -> None:
    if not script.exists():
        return
    with console.status("seeding"):
        done = subprocess.run(
            [sys.executable, str(script), "--url", page], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise click.ClickException(f"{script} failed: {done.stderr.strip()}")
    console.print(f"[green]✓[/] Seeded: {done.stdout.strip()}")
