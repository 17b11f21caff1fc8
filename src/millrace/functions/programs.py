"""Which program runs a function on this machine. What is not here is said in the function's description."""

import re
from pathlib import Path

from millrace.core.errors import AwsError
from millrace.functions.entrypoint import Entrypoint
from millrace.functions.nodes import Nodes
from millrace.functions.program import Program
from millrace.functions.pythons import Pythons

_FAMILY = re.compile(r"[a-z]+")


class Programs:
    """Finds what runs a runtime: Python, Node.js, or the function's own program. `directory` is for what that needs."""

    def __init__(self, directory: Path) -> None:
        self._pythons = Pythons(directory)
        self._nodes = Nodes()
        self._entrypoint = Entrypoint(directory / "provided")

    async def find(self, runtime: str) -> Program:
        """Raises InvalidRuntimeException if nothing on this machine runs it."""
        found = await self._look(runtime)
        if found is None:
            raise AwsError("InvalidRuntimeException", _missing(runtime), members={"Type": "User"})
        return found

    async def note(self, runtime: str) -> str | None:
        """What people should know of this runtime here, if anything."""
        found = await self._look(runtime)
        return f"[millrace: {_missing(runtime)}]" if found is None else found.note(runtime)

    async def _look(self, runtime: str) -> Program | None:
        family = _FAMILY.match(runtime)
        match family[0] if family else "":
            case "python":
                return await self._pythons.find(runtime)
            case "nodejs":
                return await self._nodes.find(runtime)
            case "provided":
                return self._entrypoint
            case _:
                return None


def _missing(runtime: str) -> str:
    if runtime.startswith("python"):
        return f"no Python was found to run {runtime}"
    if runtime.startswith("nodejs"):
        return f"no Node.js was found to run {runtime}; put node into PATH and start millrace again"
    return f"{runtime} does not run here; python3.x, nodejs*.x (with the machine's node) and provided.* do"
