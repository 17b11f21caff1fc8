"""What event source mappings there are: their configuration, as stored, and a journal of every change.

How far a mapping has come is not here but in its checkpoints.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.functions import names
from millrace.functions.names import Reference
from millrace.storage.interface import Reader, Writer
from millrace.triggers.delivery import Config

# One space for every scope's mappings.
SPACE = "mappings"
# Gets a record whenever a mapping is made, changed or deleted.
CHANGES = "mappings/changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """An event source mapping, in AWS's words. `function` is the bare name, `filters` are patterns as given.

    `lanes` is ParallelizationFactor, see `triggers.lanes`. `destination` is the ARN that is told of failures, empty
    for none.
    """

    uuid: str
    stream_arn: str
    function: str
    qualifier: str | None = None
    starting_position: str
    modified: float
    enabled: bool = True
    batch_size: int = 100
    window_seconds: int = 0
    retry_attempts_max: int = -1
    record_age_seconds_max: int = -1
    bisect: bool = False
    lanes: int = 1
    tumbling_seconds: int = 0
    destination: str = ""
    metrics: tuple[str, ...] | None = None
    key_arn: str = ""
    response_types: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def scope(self) -> Scope:
        """A mapping lives where its stream does."""
        return arns.parse(self.stream_arn).scope

    @property
    def table(self) -> str:
        return arns.parse(self.stream_arn).resource.split("/")[1]

    @property
    def arn(self) -> str:
        return self.scope.arn("lambda", f"event-source-mapping:{self.uuid}")

    @property
    def function_arn(self) -> str:
        """With a qualifier only if the mapping was made with one."""
        return names.function_arn(self.scope, self.function, self.qualifier)

    @property
    def reference(self) -> Reference:
        return Reference(self.function, self.qualifier)

    @property
    def config(self) -> Config:
        """What the delivery machine must know of it."""
        return Config(
            batch_size=self.batch_size,
            window_seconds=self.window_seconds,
            retry_attempts_max=self.retry_attempts_max,
            record_age_seconds_max=self.record_age_seconds_max,
            bisect=self.bisect,
            report_item_failures="ReportBatchItemFailures" in self.response_types,
            tumbling_seconds=self.tumbling_seconds,
        )


@lru_cache(maxsize=1024)
def decode(raw: bytes) -> Mapping:
    row: dict[str, Any] = orjson.loads(raw)
    row["response_types"] = tuple(row["response_types"])
    row["filters"] = tuple(row["filters"])
    if row.get("metrics") is not None:
        row["metrics"] = tuple(row["metrics"])
    return Mapping(**row)


def find(reader: Reader, scope: Scope, uuid: str) -> Mapping | None:
    raw = reader.get(SPACE, _key(scope, uuid))
    return None if raw is None else decode(raw)


def all_of(reader: Reader, scope: Scope) -> Iterator[Mapping]:
    """The mappings of a scope, in the order of their UUIDs."""
    low = f"{scope.path}\0".encode()
    for _, raw in reader.range(SPACE, low, low[:-1] + b"\x01"):
        yield decode(raw)


def every(reader: Reader) -> Iterator[Mapping]:
    """The mappings of all scopes."""
    for _, raw in reader.range(SPACE):
        yield decode(raw)


def put(writer: Writer, mapping: Mapping) -> None:
    """Make or replace a mapping."""
    writer.put(SPACE, _key(mapping.scope, mapping.uuid), orjson.dumps(mapping))
    _note(writer, "put", mapping)


def remove(writer: Writer, mapping: Mapping) -> None:
    writer.delete(SPACE, _key(mapping.scope, mapping.uuid))
    _note(writer, "delete", mapping)


def _note(writer: Writer, kind: str, mapping: Mapping) -> None:
    number = writer.append(CHANGES, orjson.dumps({"kind": kind, "name": mapping.uuid}))
    writer.trim(CHANGES, number - limits.mapping_changes_kept)


def _key(scope: Scope, uuid: str) -> bytes:
    return f"{scope.path}\0{uuid}".encode()
