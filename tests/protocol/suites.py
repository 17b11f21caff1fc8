"""AWS's own protocol test cases, as botocore's source distribution carries them.

They are fetched with pip for the very version that is installed and kept in `.cache/`; nothing of them is
in this repository.
"""

import contextlib
import json
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

CACHE = Path(__file__).parents[2] / ".cache" / "protocol-cases"


class NoSuitesError(Exception):
    """The cases could not be fetched."""


def folder() -> Path:
    """Where the cases of the installed botocore are; fetched if they are not there yet."""
    name = f"botocore-{version('botocore')}"
    found = CACHE / name
    if not found.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fetch(name)
    return found


def fetch(name: str) -> None:
    """Fetch the cases into a place of our own first: others may be doing the same beside us."""
    with tempfile.TemporaryDirectory(dir=CACHE) as own:
        archive = CACHE / f"{name}.tar.gz"
        if not archive.exists():
            archive = Path(own) / archive.name
            download(name.replace("-", "=="), archive.parent)
        inside = f"{name}/tests/unit/protocols/"
        with tarfile.open(archive) as opened:
            for member in opened.getmembers():
                parts = member.name.removeprefix(inside).split("/")
                if member.isfile() and member.name.startswith(inside) and parts[0] in ("input", "output"):
                    target = Path(own) / name / parts[0] / parts[1]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(opened.extractfile(member).read())
        with contextlib.suppress(OSError):  # it was there first
            (Path(own) / name).rename(CACHE / name)


def download(requirement: str, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*pip, "--no-binary", "botocore", "--dest", folder, requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoSuitesError(
            f"AWS's protocol test cases could not be fetched. Run `pip download --no-deps --no-binary botocore "
            f"--dest {CACHE} {requirement}` once with a network, then run the tests again.\n{done.stderr}"
        )


def cases(direction: str, protocol: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of a suite (metadata, shapes) and a case of it."""
    suites = json.loads((folder() / direction / f"{protocol}.json").read_text())
    return [(suite, case) for suite in suites for case in suite["cases"]]


def model(suite: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    """A service model of one operation, as botocore's data files have it."""
    metadata = {"endpointPrefix": "test", "targetPrefix": "Test", **suite["metadata"]}
    given = json.loads(json.dumps(case["given"]))
    shapes = json.loads(json.dumps(suite["shapes"]))
    return {"metadata": metadata, "shapes": shapes, "operations": {given["name"]: given}}
