"""Deployment packages from folders: the same files give the same bytes, whenever and wherever they are zipped."""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

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

    def inline(self, source: str) -> Package:
        """The package that CloudFormation makes of code in the template: one file, `index.py`."""
        return _package([("index.py", source.encode(), 0o644)])

    def check(self, path: str) -> None:
        """Raises TemplateError if there is no code at the path."""
        try:
            there = (self._folder / path).exists()
        except OSError as error:
            raise TemplateError(f"{path[:100]} cannot be looked for: {error.strerror}") from None
        if not there:
            raise TemplateError(f"there is no {self._folder / path}")

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
        if file.is_file() and any(_requirements(file.read_text(encoding="utf-8"))):
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
