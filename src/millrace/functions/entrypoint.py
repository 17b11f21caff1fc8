"""Custom runtimes: the function brings its own program, `bootstrap`, in its zip file or in a layer.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
"""

from dataclasses import dataclass
from pathlib import Path

from millrace.functions.program import OPT, TASK, EntrypointError, Place


@dataclass(frozen=True, slots=True)
class Entrypoint:
    """Runs whatever `bootstrap` there is. The wrapper script is only for AWS's own runtimes."""

    runtime_directory: Path

    def version(self, runtime: str) -> str:
        return f"provided:{runtime.partition('.')[2] or 'al1'}.v1"

    def note(self, runtime: str) -> str | None:  # noqa: ARG002 -- it is what was asked for
        return None

    def command(self, place: Place, lifeline: int) -> list[str]:  # noqa: ARG002 -- see `process.bind`
        for folder in (place.code, place.opt):
            if folder is not None and (folder / "bootstrap").is_file():  # a look at a local path
                return [str(folder / "bootstrap")]
        raise EntrypointError(f"Couldn't find valid bootstrap(s): [{TASK}/bootstrap {OPT}/bootstrap]")

    def variables(self, place: Place) -> dict[str, str]:  # noqa: ARG002 -- it has only what all have
        return {}


def refusal(place: Place, error: OSError) -> EntrypointError:
    """What AWS says of a bootstrap that the system does not start: its supervisor is a Go program."""
    where = TASK if (place.code / "bootstrap").is_file() else OPT
    return EntrypointError(f"fork/exec {where}/bootstrap: {(error.strerror or str(error)).lower()}")
