"""Deployment packages from folders: the same files give the same bytes, whenever and wherever they are zipped."""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millrace.deploy.document import record
from millrace.deploy.problem import DeployError, TemplateError

_LEFT_OUT = frozenset({"__pycache__", ".git", ".DS_Store"})
_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say
_EXECUTABLE = 0o111


@dataclass(frozen=True, slots=True)
class Package:
    """The bytes of a zip file, and their hash as Lambda tells it."""

    data: bytes
    sha256: str


class Packages:
    """Makes each package once. `note` hears of what takes long."""

    def __init__(self, folder: Path, note: Callable[[str], None]) -> None:
        self._folder = folder
        self._note = note
        self._known: dict[tuple[str, str], Package] = {}

    def inline(self, source: str, runtime: str) -> Package:
        """The package that CloudFormation makes of code in the template: one file, `index.py` or `index.js`."""
        name = "index.js" if runtime.startswith("nodejs") else "index.py"
        return _package([(name, source.encode(), 0o644)])

    def check(self, path: str, runtime: str = "") -> None:
        """Raises TemplateError if there is no code at the path, or if node's packages are not installed there."""
        try:
            there = (self._folder / path).exists()
        except OSError as error:
            raise TemplateError(f"{path[:100]} cannot be looked for: {error.strerror}") from None
        if not there:
            raise TemplateError(f"there is no {self._folder / path}")
        if runtime.startswith("nodejs"):
            _check_node(self._folder / path)

    def at(self, path: str, runtime: str) -> Package:
        """The package of a folder, with what its requirements.txt asks for; of a file; or a zip file as it is.

        Raises TemplateError, and DeployError if a requirement cannot be installed.
        """
        self.check(path)
        if (path, runtime) not in self._known:
            try:
                self._known[path, runtime] = self._made(self._folder / path, runtime)
            except (OSError, ValueError) as error:
                raise DeployError(f"no package can be made of {self._folder / path}: {error}") from None
        return self._known[path, runtime]

    def layer(self, path: str, below: str, runtimes: list[str]) -> Package:
        """The package of a layer: a folder as it is, or a zip file.

        `below` is the folder of the layer where its files are to be, if it is not theirs already; Python's
        requirements are installed there, too, for the first runtime. Raises TemplateError and DeployError.
        """
        self.check(path)
        source = self._folder / path
        runtime = runtimes[0] if runtimes else f"python3.{sys.version_info.minor}"
        try:
            if source.is_file():
                return self._made(source, runtime)
            found = {name: (data, mode) for name, data, mode in _files(source)}
            if below == "python":
                found = {
                    name: (data, mode) for name, data, mode in self._requirements(source, runtime)
                } | found
        except (OSError, ValueError) as error:
            raise DeployError(f"no package can be made of {source}: {error}") from None
        front = f"{below}/" if below else ""
        return _package([(front + name, *found[name]) for name in sorted(found)])

    def _made(self, source: Path, runtime: str) -> Package:
        if source.is_file() and zipfile.is_zipfile(source):
            return _sealed(source.read_bytes())
        if source.is_file():
            return _package([(source.name, source.read_bytes(), 0o644)])
        found = {name: (data, mode) for name, data, mode in self._requirements(source, runtime)}
        found |= {name: (data, mode) for name, data, mode in _files(source)}
        return _package([(name, *found[name]) for name in sorted(found)])

    def _requirements(self, source: Path, runtime: str) -> Iterator[tuple[str, bytes, int]]:
        file = source / "requirements.txt"
        if (
            runtime.startswith("python")
            and file.is_file()
            and any(_requirements(file.read_text(encoding="utf-8")))
        ):
            yield from _files(self._installed(file, runtime))

    def _installed(self, file: Path, runtime: str) -> Path:
        """The folder with what the file asks for. The same text and runtime are installed once."""
        key = hashlib.sha256(f"{runtime}\n{file.read_text(encoding='utf-8')}".encode()).hexdigest()[:32]
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "millrace" / "requirements"
        if (cache / key).is_dir():
            return cache / key
        self._note(f"Installing {file} for {runtime}")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as building:
            done = subprocess.run(
                [*_installer(runtime), "--target", f"{building}/done", "--requirement", str(file)],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise DeployError(f"pip cannot install {file}:\n{done.stderr.strip()}")
            shutil.move(f"{building}/done", cache / key)
        return cache / key


def fingerprint(source: Path) -> str:
    """Another if a file of the code is another; "" if there is no code. What requirements ask for is not looked at."""
    try:
        files = [(source.name, source.read_bytes(), 0)] if source.is_file() else list(_files(source))
    except (OSError, ValueError):
        return ""
    digest = hashlib.sha256()
    for name, data, mode in files:
        digest.update(f"{name} {mode} {len(data)}\n".encode() + data)
    return digest.hexdigest() if files else ""


def _check_node(source: Path) -> None:
    """Raises TemplateError if package.json asks for packages and none are there: npm is not run here."""
    try:
        asked: Any = json.loads((source / "package.json").read_bytes())
    except (OSError, ValueError):
        return
    dependencies = (record(asked) or {}).get("dependencies")
    if dependencies and not (source / "node_modules").is_dir():
        raise TemplateError(f"{source} has no node_modules, and its package.json asks for some: npm install")


def _installer(runtime: str) -> list[str]:
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    version = runtime.removeprefix("python")
    if version != f"3.{sys.version_info.minor}":
        words += ["--python-version", version, "--only-binary=:all:"]
    return words


def _requirements(content: str) -> Iterator[str]:
    for line in content.splitlines():
        requirement = line.split("#", 1)[0].strip()
        if requirement:
            yield requirement


def _files(folder: Path) -> Iterator[tuple[str, bytes, int]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not _LEFT_OUT.intersection(name.parts) and path.suffix != ".pyc":
            mode = 0o755 if path.stat().st_mode & _EXECUTABLE else 0o644
            yield name.as_posix(), path.read_bytes(), mode


def _package(files: list[tuple[str, bytes, int]]) -> Package:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, mode in files:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, whatever this machine is: its modes are meant
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return _sealed(buffer.getvalue())


def _sealed(data: bytes) -> Package:
    return Package(data, base64.b64encode(hashlib.sha256(data).digest()).decode())
