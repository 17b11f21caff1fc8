"""What functions there are: their configuration, stored per scope, with a journal of every change.

Where their code is and how they run is not known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions.names import LATEST, Reference, function_arn, not_found
from millrace.storage.interface import Reader, Writer

_CHANGES_KEPT = 100
_SCOPES = "functions/scopes"
_CODE = "functions/code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as it is configured now. Lists of AWS's are tuples; absent settings are None."""

    name: str
    role: str
    handler: str
    runtime: str
    code_sha256: str  # base64, as AWS shows it
    code_size: int
    revision: str
    modified: float  # epoch seconds
    version: str = LATEST
    description: str = ""
    timeout_seconds: int = 3
    memory_mb: int = 128
    storage_mb: int = 512
    architecture: str = "x86_64"
    environment: Mapping[str, str] | None = None
    log_group: str = ""
    log_format: str = "Text"
    application_log_level: str | None = None
    system_log_level: str | None = None
    tracing: str = "PassThrough"
    snap_start: str = "None"
    key_arn: str | None = None
    vpc: Mapping[str, Any] | None = None
    dead_letter: str | None = None  # ARN of a queue or topic
    reserved_concurrency: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    # Of the resource policy, if that changed after the settings. Environments are made of the settings alone.
    policy_revision: str | None = None

    @property
    def shown_revision(self) -> str:
        """RevisionId: function and policy have one together."""
        return self.policy_revision or self.revision

    def arn(self, scope: Scope, qualifier: str | None = None) -> str:
        return function_arn(scope, self.name, qualifier)


def encode(function: Function) -> bytes:
    return orjson.dumps(function)


@lru_cache(maxsize=1024)
def decode(raw: bytes) -> Function:
    return Function(**orjson.loads(raw))


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/catalog"


def changes(scope: Scope) -> str:
    """The journal that has a record for every change of a function."""
    return f"functions/{scope.path}/changes"


def find(reader: Reader, scope: Scope, name: str) -> Function | None:
    raw = reader.get(_space(scope), name.encode())
    return None if raw is None else decode(raw)


def get(reader: Reader, scope: Scope, reference: Reference, *, shown: str | None = None) -> Function:
    """The function, or ResourceNotFoundException with its ARN (or `shown`).

    There are no versions but $LATEST yet, so any other qualifier is not found either.
    """
    function = find(reader, scope, reference.name)
    if function is None or reference.qualifier not in {None, LATEST}:
        raise not_found(shown or reference.arn(scope))
    return function


def page(reader: Reader, scope: Scope, after: str | None, limit: int) -> list[Function]:
    """Up to `limit` functions with names after `after`, in order."""
    low = b"" if after is None else after.encode() + b"\0"
    return [decode(raw) for _, raw in reader.range(_space(scope), low, limit=limit)]


def every(reader: Reader, scope: Scope) -> Iterator[Function]:
    """All of a scope's functions, in the order of their names."""
    for _, raw in reader.range(_space(scope)):
        yield decode(raw)


def put(writer: Writer, scope: Scope, function: Function) -> None:
    """Make or replace a function."""
    before = find(writer, scope, function.name)
    if before is not None and before.code_sha256 != function.code_sha256:
        writer.delete(_CODE, _use(before.code_sha256, scope, function.name))
    writer.put(_space(scope), function.name.encode(), encode(function))
    writer.put(_CODE, _use(function.code_sha256, scope, function.name), b"")
    note_scope(writer, scope)
    _note(writer, scope, "put", function.name)


def remove(writer: Writer, scope: Scope, function: Function) -> None:
    writer.delete(_space(scope), function.name.encode())
    writer.delete(_CODE, _use(function.code_sha256, scope, function.name))
    _note(writer, scope, "delete", function.name)


def _use(code_sha256: str, scope: Scope, name: str) -> bytes:
    return f"{code_sha256} {scope.path}/{name}".encode()


def codes_in_use(reader: Reader) -> set[str]:
    """The hashes of all code that some function of any scope refers to."""
    return {key.split(b" ", 1)[0].decode() for key, _ in reader.range(_CODE)}


def _note(writer: Writer, scope: Scope, kind: str, name: str) -> None:
    number = writer.append(changes(scope), orjson.dumps({"kind": kind, "name": name}))
    if number > _CHANGES_KEPT:
        writer.trim(changes(scope), number - _CHANGES_KEPT)


def note_scope(writer: Writer, scope: Scope) -> None:
    """Remember that this scope is used here, so that a restart finds what waits in it."""
    if writer.get(_SCOPES, scope.path.encode()) is None:
        writer.put(_SCOPES, scope.path.encode(), scope.partition.encode())


def scopes(reader: Reader) -> Iterator[Scope]:
    for key, partition in reader.range(_SCOPES):
        account, region = key.decode().split("/", 1)
        yield Scope(account, region, partition.decode())
