"""Which Node.js runs a function: the machine's, with millrace's own runtime client (`inside/node`).

AWS's image holds its SDK for JavaScript; here dependencies come inside the zip file or a layer.
"""

import asyncio
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from millrace.functions.program import Place

_NODE = re.compile(r"nodejs(\d+)\.x")
_VERSION = re.compile(rb"v(\d+)\.(\d+)\.(\d+)")
_MAJOR_MIN = 16
_CLIENT = Path(__file__).parent / "inside" / "node"
_HEAP_PERCENT = (5, 90)  # of the function's memory, for young and for old objects
# Where AWS's functions look for programs, too.
_USUAL = frozenset({"/usr/local/bin", "/usr/bin", "/bin"})


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js that was seen to start."""

    path: str
    major: int
    minor: int

    @property
    def runtime_directory(self) -> Path:
        return _CLIENT

    def version(self, runtime: str) -> str:  # noqa: ARG002 -- what runs, not what was asked for
        return f"nodejs:{self.major}.v{self.minor}"

    def note(self, runtime: str) -> str | None:
        if runtime == f"nodejs{self.major}.x":
            return None
        return f"[millrace: {runtime} is not installed here; runs on nodejs{self.major}.x]"

    def command(self, place: Place, lifeline: int) -> list[str]:  # noqa: ARG002 -- see `process.bind`
        """With AWS's bounds, so that garbage is collected before the memory limit is met."""
        young, old = (place.memory_mb * percent // 100 for percent in _HEAP_PERCENT)
        options = ["--expose-gc", f"--max-semi-space-size={young}", f"--max-old-space-size={old}"]
        return place.wrapped([self.path, *options, str(_CLIENT / "index.cjs")])

    def variables(self, place: Place) -> dict[str, str]:
        version = _NODE.fullmatch(place.runtime)
        own = [place.variables["NODE_PATH"]] if "NODE_PATH" in place.variables else []
        folders = place.layered(
            f"nodejs/node{version[1] if version else ''}/node_modules", "nodejs/node_modules"
        )
        told = {
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{place.runtime}",
            "NODE_PATH": ":".join([*own, *folders, str(_CLIENT), str(place.code)]),
            "PWD": str(place.code),
            "SHLVL": "0",
        }
        folder = str(Path(self.path).parent)
        if folder not in _USUAL:  # so that a handler's children find the same one
            told["PATH"] = folder
        return told


class Nodes:
    """Finds Node.js: `nodeNN` or `node` in PATH. Each is tried once."""

    def __init__(self) -> None:
        self._tried: dict[str, Node | None] = {}
        self._lock = asyncio.Lock()

    async def find(self, runtime: str) -> Node | None:
        """The Node.js of a runtime, or whichever there is."""
        match = _NODE.fullmatch(runtime)
        names = [f"node{match[1]}"] if match else []
        async with self._lock:
            for name in (*names, "node", "nodejs"):
                if name not in self._tried:
                    self._tried[name] = await _start(name)
                found = self._tried[name]
                if found is not None:
                    return found
        return None


async def _start(name: str) -> Node | None:
    path = shutil.which(name)
    if path is None:
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            path, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return None
    out, _ = await process.communicate()
    match = _VERSION.match(out)
    if match is None or int(match[1]) < _MAJOR_MIN:
        return None
    return Node(path, int(match[1]), int(match[2]))
