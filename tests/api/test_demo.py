"""`millrace demo --serve`: a server of its own, the whole scenario, and what to do next."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.api.millrace_process import ENVIRONMENT


def played(data: Path, *options: str, until: str = "The server stays up", **settings: str) -> str:
    """What the demo says until it says so and is interrupted; by default until its server is left up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "millrace", "demo", "--serve", *options],
        env={**ENVIRONMENT, "MILLRACE_PORT": "0", "MILLRACE_DATA": str(data), **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    lines: list[str] = []
    assert process.stdout is not None
    try:
        for line in process.stdout:
            lines.append(line)
            if until in line:
                process.send_signal(
                    signal.SIGTERM
                )  # SIGINT is ignored by what a shell runs in the background
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
    return "".join(lines)


# The environment holds the keys test/test, which open nothing with `--auth`.
@pytest.mark.parametrize(
    ("auth", "keys"),
    [
        ("0", "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"),
        ("1", "export AWS_SHARED_CREDENTIALS_FILE={data}/root-credentials"),
    ],
)
def test_the_demo_plays_with_the_keys_that_it_shows(tmp_path: Path, auth: str, keys: str):
    said = played(tmp_path, MILLRACE_AUTH=auth, MILLRACE_REGION="eu-west-3")

    assert keys.format(data=tmp_path) in said
    assert "export AWS_DEFAULT_REGION=eu-west-3" in said
    assert "The server stays up" in said


def test_an_interrupted_demo_plays_to_its_end_the_next_time(tmp_path: Path):
    broken_off = played(tmp_path, until="attempt 2 failed")
    said = played(tmp_path)

    assert "That was the whole loop." not in broken_off
    assert "That was the whole loop." in said
    assert "Function JansFunction: was there already" in said


EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "badges"


def test_an_example_is_deployed_and_seeded_once_and_its_page_is_named(tmp_path: Path):
    """As `make run` does it."""
    first = played(tmp_path, "--example", str(EXAMPLE))
    second = played(tmp_path, "--example", str(EXAMPLE))

    assert "Seeded: " in first
    assert "The console       http://127.0.0.1:" in first
    assert "The badges game   http://127.0.0.1:" in first
    assert "nothing to change" in second
    assert ": 0 new" in second
