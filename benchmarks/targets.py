"""The servers that are measured: how each is started, where its answers live, what it can do.

A peer is installed by `make bench-peers` into benchmarks/peers/NAME and left out of a run when it is not there.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import millrace

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
PEERS = HERE / "peers"


@dataclass(frozen=True)
class Target:
    """One way to run one server.

    `command` gets a free port and an empty data directory; `needs` must exist for the target to count as installed;
    `keeps` says in the table what an answer to a write promises.
    """

    name: str
    keeps: str
    needs: Path
    command: Callable[[int, Path], list[str]]
    version: Callable[[], str]
    environment: Callable[[int, Path], Mapping[str, str]] = field(default=lambda _port, _data: {})
    triggers: bool = False

    @property
    def installed(self) -> bool:
        return self.needs.exists()


def millrace_command(port: int, data: Path) -> list[str]:
    return [sys.executable, "-m", "millrace", "serve", "--port", str(port), "--data", str(data)]


def millrace_environment(_port: int, _data: Path) -> Mapping[str, str]:
    return {"PYTHONPATH": str(CHECKOUT / "src")}


def moto_command(port: int, _data: Path) -> list[str]:
    return [str(PEERS / "moto/bin/moto_server"), "-H", "127.0.0.1", "-p", str(port)]


def ministack_environment(port: int, data: Path) -> Mapping[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(data),
        "LAMBDA_EXECUTOR": "local",
    }


def ministack_command(_port: int, _data: Path) -> list[str]:
    return [str(PEERS / "ministack/bin/python"), "-m", "ministack"]


def dynalite_command(port: int, _data: Path) -> list[str]:
    program = PEERS / "dynalite/node_modules/.bin/dynalite"
    return [str(program), "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"]


def dynalite_disk_command(port: int, data: Path) -> list[str]:
    return [*dynalite_command(port, data), "--path", str(data / "leveldb")]


def dynamodb_local(port: int, *options: str) -> list[str]:
    jars = PEERS / "dynamodb-local/lib"
    runner = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
    java = ["java", f"-Djava.library.path={jars}", "-cp", f"{jars}/*", runner]
    return [*java, "-port", str(port), "-disableTelemetry", *options]


def dynamodb_local_command(port: int, _data: Path) -> list[str]:
    return dynamodb_local(port, "-inMemory")


def dynamodb_local_disk_command(port: int, data: Path) -> list[str]:
    return dynamodb_local(port, "-dbPath", str(data))


def dynoxide_command(port: int, _data: Path) -> list[str]:
    return [str(PEERS / "dynoxide/bin/dynoxide"), "serve", "--port", str(port), "--log", "quiet"]


def dynoxide_disk_command(port: int, data: Path) -> list[str]:
    return [*dynoxide_command(port, data), "--db-path", str(data / "dynoxide.db")]


def millrace_version() -> str:
    return millrace.__version__


def package_version(peer: str, package: str) -> Callable[[], str]:
    """The version of a Python package in the peer's own environment."""
    script = f"import importlib.metadata as m; print(m.version({package!r}))"

    def version() -> str:
        finished = subprocess.run(
            [str(PEERS / peer / "bin/python"), "-c", script], capture_output=True, text=True, check=True
        )
        return finished.stdout.strip()

    return version


def dynalite_version() -> str:
    package = json.loads((PEERS / "dynalite/node_modules/dynalite/package.json").read_text())
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{package['version']} (node {node.lstrip('v')})"


def dynamodb_local_version() -> str:
    jar = next((PEERS / "dynamodb-local/lib").glob("DynamoDBLocal-*.jar"))
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr.split('"')[
        1
    ]
    return f"{jar.stem.removeprefix('DynamoDBLocal-')} (java {java})"


def dynoxide_version() -> str:
    """As cargo installed it: the program itself tells an older number."""
    installed = tomllib.loads((PEERS / "dynoxide/.crates.toml").read_text())["v1"]
    return next(iter(installed)).split()[1]


DYNAMODB_LOCAL = PEERS / "dynamodb-local/lib"
DYNALITE = PEERS / "dynalite/node_modules/dynalite"
DYNOXIDE = PEERS / "dynoxide/bin/dynoxide"

TARGETS = [
    Target(
        "millrace",
        "on disk (SQLite), synced",
        CHECKOUT / "src/millrace/__main__.py",
        millrace_command,
        millrace_version,
        environment=millrace_environment,
        triggers=True,
    ),
    Target(
        "ministack",
        "in memory",
        PEERS / "ministack/bin/ministack",
        ministack_command,
        package_version("ministack", "ministack"),
        environment=ministack_environment,
        triggers=True,
    ),
    Target(
        "moto", "in memory", PEERS / "moto/bin/moto_server", moto_command, package_version("moto", "moto")
    ),
    Target("dynalite", "in memory", DYNALITE, dynalite_command, dynalite_version),
    Target(
        "dynalite-disk", "on disk (LevelDB), not synced", DYNALITE, dynalite_disk_command, dynalite_version
    ),
    Target(
        "dynamodb-local", "in memory (SQLite)", DYNAMODB_LOCAL, dynamodb_local_command, dynamodb_local_version
    ),
    Target(
        "dynamodb-local-disk",
        "on disk (SQLite), synced",
        DYNAMODB_LOCAL,
        dynamodb_local_disk_command,
        dynamodb_local_version,
    ),
    Target("dynoxide", "in memory (SQLite)", DYNOXIDE, dynoxide_command, dynoxide_version),
    Target("dynoxide-disk", "on disk (SQLite), synced", DYNOXIDE, dynoxide_disk_command, dynoxide_version),
]


def inherited_environment() -> dict[str, str]:
    """What a server gets of this process's environment: no settings of AWS, no Python path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    credentials = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return kept | credentials


def missing_program(target: Target) -> str | None:
    """The program a target needs on the PATH and does not find."""
    wanted = {"dynalite": "node", "dynamodb-local": "java"}.get(target.name.removesuffix("-disk"))
    return wanted if wanted and shutil.which(wanted) is None else None
