"""`python -m benchmarks.install [NAME...]`: installs the servers to compare with into benchmarks/peers.

Each has a folder of its own and comes through its ecosystem's ordinary client. All are optional: what cannot be
installed is said and skipped. A peer that is there already is left alone; remove its folder to get it anew.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.targets import DYNALITE, DYNAMODB_LOCAL, DYNOXIDE, PEERS

MOTO = "moto[server]==5.*"
MINISTACK = "ministack==1.5.33"
DYNALITE_PACKAGE = "dynalite@4"
DYNOXIDE_CRATE = ("dynoxide-rs", "3.2.0")
DYNOXIDE_FEATURES = "native-sqlite,http-server,cli"
DYNAMODB_LOCAL_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>benchmarks</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>2.6.1</version>
    </dependency>
  </dependencies>
</project>
"""


class SkippedError(Exception):
    """Why a peer was not installed."""


def call(program: str, *arguments: str, folder: Path) -> None:
    if shutil.which(program) is None:
        raise SkippedError(f"{program} is not on the PATH")
    log = folder / "install.log"
    with log.open("ab") as output:
        finished = subprocess.run(
            [program, *arguments], cwd=folder, stdout=output, stderr=output, check=False
        )
    if finished.returncode != 0:
        raise SkippedError(
            f"{program} ended with {finished.returncode}; see {log.relative_to(PEERS.parent.parent)}"
        )


def python_package(requirement: str) -> Callable[[Path], None]:
    def install(folder: Path) -> None:
        call(sys.executable, "-m", "venv", ".", folder=folder)
        call(str(folder / "bin/pip"), "install", "--disable-pip-version-check", requirement, folder=folder)

    return install


def dynalite(folder: Path) -> None:
    (folder / "package.json").write_text('{"private": true}\n')
    call("npm", "install", DYNALITE_PACKAGE, folder=folder)


def dynamodb_local(folder: Path) -> None:
    """All its jars beside each other; the native libraries of its SQLite come as dependencies of their own."""
    (folder / "pom.xml").write_text(DYNAMODB_LOCAL_POM)
    goal = ("dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime")
    call("mvn", "--batch-mode", "--quiet", *goal, folder=folder)


def dynoxide(folder: Path) -> None:
    crate, version = DYNOXIDE_CRATE
    features = ("--no-default-features", "--features", DYNOXIDE_FEATURES)
    call("cargo", "install", crate, "--version", version, "--locked", *features, "--root", ".", folder=folder)
    shutil.rmtree(folder / "target", ignore_errors=True)


PEERS_AND_PROOFS: dict[str, tuple[Callable[[Path], None], Path]] = {
    "moto": (python_package(MOTO), PEERS / "moto/bin/moto_server"),
    "ministack": (python_package(MINISTACK), PEERS / "ministack/bin/ministack"),
    "dynalite": (dynalite, DYNALITE),
    "dynamodb-local": (dynamodb_local, DYNAMODB_LOCAL),
    "dynoxide": (dynoxide, DYNOXIDE),
}


def install(name: str) -> str:
    """Installs one peer; says what came of it."""
    steps, proof = PEERS_AND_PROOFS[name]
    if proof.exists():
        return "is there"
    folder = PEERS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        steps(folder)
    except SkippedError as reason:
        return f"skipped: {reason}"
    return "installed" if proof.exists() else "skipped: its package did not bring the program"


def main() -> None:
    names = sys.argv[1:] or list(PEERS_AND_PROOFS)
    if unknown := [name for name in names if name not in PEERS_AND_PROOFS]:
        sys.exit(
            f"unknown: {', '.join(unknown)}; usage: python -m benchmarks.install [{'|'.join(PEERS_AND_PROOFS)}]..."
        )
    os.nice(10)
    for name in names:
        print(f"{name}: ", end="", flush=True)
        print(install(name), flush=True)


if __name__ == "__main__":
    main()
