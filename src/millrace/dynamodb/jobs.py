"""Exports and imports that are under way, of all scopes: what is to be done when, and what is told at the end.

An export waits until its items were copied aside (see `copying`); from then on it is `ready`, as an import is
from its beginning. After a crash the work begins anew, and writes the same again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.dynamodb import transfers
from millrace.dynamodb.transfers import Kind, Transfer
from millrace.storage.interface import Reader, Writer

_SPACE = "transfers/running"
# The journal that tells that one may be worked on.
READY = "transfers/ready"


@dataclass(frozen=True, slots=True)
class Job:
    """One export or import. `keys` are the names of a table's key attributes.

    An incremental export tells the changes of table `table_id` with numbers above `after` up to `through`.
    """

    arn: str
    kind: Kind
    ready: bool
    keys: Sequence[str] = ()
    table_id: str = ""
    after: int | None = None
    through: int = 0

    @property
    def id(self) -> str:
        """The last part of its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def space(self) -> str:
        """Where an export's items are put aside."""
        return f"exports/{self.id}"


def is_export(arn: str) -> bool:
    """Whether an ARN is an export's."""
    return "/export/" in arn


def begin(writer: Writer, job: Job) -> None:
    writer.put(_SPACE, job.arn.encode(), orjson.dumps(asdict(job)))
    if job.ready:
        _tell(writer, job.arn)


def find(reader: Reader, arn: str) -> Job | None:
    """The job of this ARN, if it is under way."""
    raw = reader.get(_SPACE, arn.encode())
    return None if raw is None else Job(**orjson.loads(raw))


def make_ready(writer: Writer, arn: str) -> None:
    """All that an export needs has been put aside."""
    job = find(writer, arn)
    if job is not None:
        begin(writer, replace(job, ready=True))


def ready(reader: Reader) -> list[Job]:
    """All that may be worked on."""
    jobs = [Job(**orjson.loads(raw)) for _, raw in reader.range(_SPACE)]
    return [job for job in jobs if job.ready]


def any_under_way(reader: Reader) -> bool:
    """Whether there is a job that is not over."""
    return any(True for _ in reader.range(_SPACE, limit=1))


def transfer(reader: Reader, job: Job) -> Transfer | None:
    """What is told of a job."""
    return transfers.find(reader, job.kind, arns.parse(job.arn).scope, job.arn)


def end(writer: Writer, job: Job, told: Mapping[str, Any]) -> None:
    """The job is over: `told` is added to its description."""
    found = transfer(writer, job)
    if found is not None:
        changed = replace(found, told={**found.told, **told})
        transfers.put(writer, job.kind, arns.parse(job.arn).scope, changed)
    writer.delete(_SPACE, job.arn.encode())
    writer.drop(job.space)


def _tell(writer: Writer, arn: str) -> None:
    writer.trim(READY, writer.append(READY, arn.encode()) - limits.change_notices_max)
