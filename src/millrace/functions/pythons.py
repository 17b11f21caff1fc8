"""Which Python runs a function, and the runtime directory it is given.

Handlers see AWS's runtime client and SDK, and nothing else of what millrace is installed with.
"""

import asyncio
import hashlib
import importlib.util
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from millrace.core import limits
from millrace.functions.program import Place
from millrace.functions.runtimes import PYTHON_MINOR_MAX

_PYTHON = re.compile(r"python3\.(\d+)")
# What the SDK that millrace brings along still runs on.
_MINOR_MIN = 10

# What /var/runtime holds on AWS, as far as it is Python: the runtime client, the SDK and what they need.
_PACKAGES = (
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot_restore_py",
    "urllib3",
)
_INSIDE = Path(__file__).parent / "inside"


@dataclass(frozen=True, slots=True)
class Python:
    """A Python that was seen to start. `path` runs it, `runtime_directory` goes with it."""

    path: str
    minor: int
    patch: int
    runtime_directory: Path

    def version(self, runtime: str) -> str:  # noqa: ARG002 -- what runs, not what was asked for
        return f"python:3.{self.minor}.v{self.patch}"

    def note(self, runtime: str) -> str | None:
        if runtime == f"python3.{self.minor}":
            return None
        return f"[millrace: {runtime} is not installed here; runs on python3.{self.minor}]"

    def command(self, place: Place, lifeline: int) -> list[str]:
        bootstrap = str(self.runtime_directory / "bootstrap.py")
        if "AWS_LAMBDA_EXEC_WRAPPER" in place.variables:  # wrappers take the last word to be the program
            return place.wrapped([self.path, "-S", bootstrap])
        return [self.path, "-S", bootstrap, str(lifeline), str(limits.function_open_files_max)]

    def variables(self, place: Place) -> dict[str, str]:
        """On AWS the layers' folders are put into `sys.path`; here PYTHONPATH has them, so that children see them too."""
        version = _PYTHON.fullmatch(place.runtime)
        folders = place.layered(f"python/lib/python3.{version[1] if version else ''}/site-packages", "python")
        own = [place.variables["PYTHONPATH"]] if "PYTHONPATH" in place.variables else []
        return {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{place.runtime}",
            "LC_CTYPE": "C.UTF-8",
            "PWD": str(place.code),
            "PYTHONPATH": ":".join([*own, *folders, str(self.runtime_directory)]),
            "SHLVL": "0",
        }


class Pythons:
    """Finds Pythons: in PATH, and the one millrace itself runs on. Each is tried once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._tried: dict[int, Python | None] = {}
        self._lock = asyncio.Lock()

    async def find(self, runtime: str) -> Python | None:
        """The Python of a runtime, or the nearest one there is (of two as near, the newer)."""
        match = _PYTHON.fullmatch(runtime)
        wanted = int(match[1]) if match else sys.version_info.minor
        minors = range(_MINOR_MIN, PYTHON_MINOR_MAX + 1)
        async with self._lock:
            for minor in sorted(minors, key=lambda minor: (abs(minor - wanted), -minor)):
                found = await self._try(minor)
                if found is not None:
                    return found
        return None

    async def _try(self, minor: int) -> Python | None:
        if minor not in self._tried:
            self._tried[minor] = await self._start(minor)
        return self._tried[minor]

    async def _start(self, minor: int) -> Python | None:
        ours = minor == sys.version_info.minor
        base: str = getattr(sys, "_base_executable", sys.executable)
        path = base if ours else shutil.which(f"python3.{minor}")
        if path is None:
            return None
        native = ours and importlib.util.find_spec("runtime_client") is not None
        directory = await asyncio.to_thread(build, self._directory, native=native)
        patch = await _patch_of(path, minor, directory)
        return None if patch is None else Python(path, minor, patch, directory)


async def _patch_of(path: str, minor: int, runtime_directory: Path) -> int | None:
    """Start an interpreter with what it will need; None if that does not work."""
    program = (
        f"import sys; assert sys.version_info[:2] == (3, {minor}); print(sys.version_info.micro); "
        "import resource, awslambdaric.bootstrap"
    )
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            "-S",
            "-c",
            program,
            env={"PYTHONPATH": str(runtime_directory), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    out, _ = await process.communicate()
    return int(out) if process.returncode == 0 else None


def build(directory: Path, *, native: bool) -> Path:
    """A directory with just what a handler may import besides its own code; made once and then shared.

    It is named by what it holds, so that another installation makes another one. `native` adds
    awslambdaric's compiled client; without it ours takes its place.
    """
    links = _links(native=native)
    text = "\n".join(f"{name} {target} {target.stat().st_mtime_ns}" for name, target in sorted(links.items()))
    target = directory / f"runtime-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if target.is_dir():
        return target
    new = directory / f".{target.name}-{os.getpid()}"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, source in links.items():
        (new / name).symlink_to(source)
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)
    return target


def _links(*, native: bool) -> dict[str, Path]:
    links = {"bootstrap.py": _INSIDE / "bootstrap.py"}
    for name in (*_PACKAGES, "runtime_client") if native else _PACKAGES:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None:
            raise ImportError(f"{name} is not installed, and functions need it")
        origin = Path(found.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        links[source.name] = source
    if not native:
        links["runtime_client.py"] = _INSIDE / "runtime_client.py"
    return links
