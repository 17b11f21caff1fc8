"""Programs of the JavaScript world: where they are installed, and what a test runs them with."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.api.millrace_process import ENVIRONMENT, Millrace

HERE = Path(__file__).parent / "javascript"
SECONDS_MAX = 120


def environment(server: Millrace) -> Mapping[str, str]:
    """The usual credentials and region, and the server's address under the names that the programs ask for."""
    endpoint = f"http://127.0.0.1:{server.port}"
    return {**ENVIRONMENT, "AWS_REGION": "eu-central-1", "ENDPOINT": endpoint, "DYNAMO_ENDPOINT": endpoint}


def run(script: str, server: Millrace) -> None:
    """Run one of the scripts beside this file to its end; what it says against it becomes the failure."""
    finished = subprocess.run(
        ["node", script],
        cwd=HERE,
        env=environment(server),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
