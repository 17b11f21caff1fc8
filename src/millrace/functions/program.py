"""What a runtime is on this machine: a program, how it is started, and what it is told besides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

# Starts the wrapper as AWS's runtimes do, so that one that is not there ends with status 127.
_WRAPPED = ("/bin/sh", "-c", 'exec "$0" "$@"')
# Where the folders of a function are on AWS. Here they are elsewhere: nothing can be put there without privileges.
TASK, OPT = "/var/task", "/opt"


class EntrypointError(Exception):
    """The function has no program that can be started; the message is AWS's."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a process finds: its code (on AWS `/var/task`), its layers (`/opt`, None without any) and its variables."""

    handler: str
    runtime: str
    memory_mb: int
    code: Path
    opt: Path | None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    def here(self, path: str) -> str:
        """Where something is that on AWS is at `path`."""
        for prefix, folder in ((TASK, self.code), (OPT, self.opt)):
            if folder is not None and path.startswith(f"{prefix}/"):
                return f"{folder}{path.removeprefix(prefix)}"
        return path

    def layered(self, *folders: str) -> list[str]:
        """Folders of the layers, if there are any."""
        return [] if self.opt is None else [f"{self.opt}/{folder}" for folder in folders]

    def wrapped(self, command: Sequence[str]) -> list[str]:
        """The command behind the function's AWS_LAMBDA_EXEC_WRAPPER, if it has one.

        https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html
        """
        wrapper = self.variables.get("AWS_LAMBDA_EXEC_WRAPPER")
        return [*_WRAPPED, self.here(wrapper), *command] if wrapper else list(command)


class Program(Protocol):
    """What runs the functions of a runtime."""

    @property
    def runtime_directory(self) -> Path:
        """On AWS `/var/runtime`."""
        ...

    def version(self, runtime: str) -> str:
        """What INIT_START calls its version."""
        ...

    def note(self, runtime: str) -> str | None:
        """What to tell people when this is not what they asked for."""
        ...

    def command(self, place: Place, lifeline: int) -> list[str]:
        """What to start. `lifeline` is a descriptor that ends with the server. Raises EntrypointError."""
        ...

    def variables(self, place: Place) -> dict[str, str]:
        """Environment variables that only functions of such runtimes have."""
        ...
