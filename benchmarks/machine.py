"""What a table needs beside it to mean anything: the machine, the Python, the commit."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.targets import CHECKOUT


def facts() -> dict[str, str]:
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "processor": f"{os.cpu_count()} cores, {processor()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def load() -> str:
    """How many processes wanted to run, on average over the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def processor() -> str:
    description = Path("/proc/cpuinfo")
    if not description.exists():
        return platform.processor() or platform.machine()
    lines = description.read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def commit() -> str:
    """The checkout's commit, with a + when files under src differ from it."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False
        ).stdout

    changed = "+" if git("status", "--porcelain", "src").strip() else ""
    return (git("rev-parse", "--short", "HEAD").strip() or "unknown") + changed


def disk() -> Path:
    """Where data directories are made: on the checkout's own disk, because /tmp is memory on many machines."""
    home = CHECKOUT / ".cache" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    return home
