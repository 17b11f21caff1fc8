"""Which interpreter runs a function, and the runtime directory it is given.

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

from millrace.core.arn import Scope
from millrace.functions.names import invalid

_PYTHON = re.compile(r"python3\.(\d+)")
# What the SDK that millrace brings along still runs on.
_MINOR_MIN = 10
_MINOR_MAX = 15
_OTHERS = re.compile(r"(nodejs|java|dotnet|dotnetcore|ruby|go|provided|python2)[a-z0-9.]*")
_KNOWN = [f"python3.{minor}" for minor in range(_MINOR_MAX, 7, -1)]

# The runtime of the Python that millrace itself runs on: it needs no other to be there.
OWN = f"python3.{min(sys.version_info.minor, _MINOR_MAX)}"

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


def check(runtime: str) -> None:
    """Raises InvalidParameterValueException for what AWS does not know, and for what cannot run here."""
    match = _PYTHON.fullmatch(runtime)
    if match is not None and 7 < int(match[1]) <= _MINOR_MAX:
        return
    if _OTHERS.fullmatch(runtime):
        raise invalid(
            f"The runtime parameter of {runtime} is not supported by millrace, which runs Python functions. "
            f"Use one of: {', '.join(_KNOWN)}."
        )
    raise invalid(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(_KNOWN)}] or be a valid ARN"
    )


def version_arn(scope: Scope, runtime: str) -> str:
    """The ARN AWS shows for the build of a runtime; here the same for as long as the runtime is."""
    digest = hashlib.sha256(runtime.encode()).hexdigest()
    return f"arn:{scope.partition}:lambda:{scope.region}::runtime:{digest}"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that was seen to start. `path` runs it, `runtime_directory` goes with it."""

    path: str
    minor: int
    patch: int
    runtime_directory: Path

    def note(self, runtime: str) -> str | None:
        """What to tell people when this is not the Python they asked for."""
        if runtime == f"python3.{self.minor}":
            return None
        return f"[millrace: {runtime} is not installed here; runs on python3.{self.minor}]"


class Interpreters:
    """Finds interpreters: in PATH, and the one millrace itself runs on. Each is tried once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._tried: dict[int, Interpreter | None] = {}
        self._lock = asyncio.Lock()

    async def find(self, runtime: str) -> Interpreter:
        """The interpreter for a runtime, or the nearest one there is (of two as near, the newer).

        Raises InvalidParameterValueException if there is none at all.
        """
        match = _PYTHON.fullmatch(runtime)
        wanted = int(match[1]) if match else sys.version_info.minor
        minors = range(_MINOR_MIN, _MINOR_MAX + 1)
        async with self._lock:
            for minor in sorted(minors, key=lambda minor: (abs(minor - wanted), -minor)):
                found = await self._try(minor)
                if found is not None:
                    return found
        raise invalid(f"No Python interpreter was found to run {runtime}.")

    async def _try(self, minor: int) -> Interpreter | None:
        if minor not in self._tried:
            self._tried[minor] = await self._start(minor)
        return self._tried[minor]

    async def _start(self, minor: int) -> Interpreter | None:
        ours = minor == sys.version_info.minor
        base: str = getattr(sys, "_base_executable", sys.executable)
        path = base if ours else shutil.which(f"python3.{minor}")
        if path is None:
            return None
        native = ours and importlib.util.find_spec("runtime_client") is not None
        directory = await asyncio.to_thread(build, self._directory, native=native)
        patch = await _patch_of(path, minor, directory)
        return None if patch is None else Interpreter(path, minor, patch, directory)


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
