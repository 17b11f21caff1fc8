"""What functions and versions there are: their configuration, stored per scope, with a journal of every change.

One row for what can be changed ($LATEST), and one for every published version, which stays as it is. Where their
code is and how they run is not known here.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions import aliases, journal
from millrace.functions.names import LATEST, Reference, function_arn, is_version, not_found
from millrace.storage.interface import Reader, Writer

_SCOPES = "functions/scopes"
_CODE = "functions/code"


# What is not of the settings: two versions that differ in nothing else are the same.
_APART = frozenset(
    {
        "version",
        "revision",
        "modified",
        "reserved_concurrency",
        "tags",
        "policy_revision",
        "granted_revision",
        "runtime_update",
        "version_last",
        "published",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function as it is configured now, or as it was when `version` was published.

    Lists of AWS's are tuples; absent settings are None. Tags and reserved concurrency are the function's, whatever
    the version.
    """

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
    layers: Sequence[Mapping[str, Any]] = ()  # see `layers.Attached`; the first is the lowest
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
    # Of the resource policy or the tags, if they changed after the settings. Environments are made of the settings alone.
    policy_revision: str | None = None
    # Of the resource policy alone: publishing and new settings leave it, as was recorded of AWS.
    granted_revision: str | None = None
    runtime_update: str = "Auto"  # when to take a newer runtime: kept, as there is never one
    # Of $LATEST: the number that was given last, for none is ever given again, and what that was made of.
    version_last: int = 0
    published: str | None = None

    @property
    def fingerprint(self) -> str:
        """The same as long as code and settings are."""
        told = {name: value for name, value in asdict(self).items() if name not in _APART}
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def shown_revision(self) -> str:
        """RevisionId: function, policy and tags have one together."""
        return self.policy_revision or self.revision

    @property
    def codes(self) -> tuple[str, ...]:
        """The hashes of all it is made of: its own code and its layers'."""
        return (self.code_sha256, *(layer["sha256"] for layer in self.layers))

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
    """The journal that has a record for every change of a function, a version or an alias."""
    return journal.changes(scope)


def _versions(scope: Scope) -> str:
    return f"functions/{scope.path}/versions"


def find(reader: Reader, scope: Scope, name: str) -> Function | None:
    """What can be changed of a function: its $LATEST."""
    raw = reader.get(_space(scope), name.encode())
    return None if raw is None else decode(raw)


def find_version(reader: Reader, scope: Scope, name: str, version: str) -> Function | None:
    """One version of a function, $LATEST or a number."""
    latest = find(reader, scope, name)
    if latest is None or version == LATEST:
        return latest
    raw = reader.get(_versions(scope), _version_key(name, version))
    return None if raw is None else _version(raw, latest)


def resolve(reader: Reader, scope: Scope, reference: Reference, *, draw: float = 1.0) -> Function | None:
    """The version that a reference leads to, None if it leads nowhere.

    `draw` decides for an alias of two versions (see `Alias.route`); without it that is the one it mainly leads to.
    """
    qualifier = reference.qualifier or LATEST
    if qualifier != LATEST and not is_version(qualifier):
        alias = aliases.find(reader, scope, reference.name, qualifier)
        if alias is None:
            return None
        qualifier = alias.route(draw)
    return find_version(reader, scope, reference.name, qualifier)


def get(
    reader: Reader, scope: Scope, reference: Reference, *, shown: str | None = None, draw: float = 1.0
) -> Function:
    """What `resolve` finds, or ResourceNotFoundException with the reference's ARN (or `shown`)."""
    function = resolve(reader, scope, reference, draw=draw)
    if function is None:
        raise not_found(shown or reference.arn(scope))
    return function


def versions(reader: Reader, scope: Scope, latest: Function) -> Iterator[Function]:
    """The published versions of a function, the oldest first."""
    low = f"{latest.name}\0".encode()
    for _, raw in reader.range(_versions(scope), low, low[:-1] + b"\x01"):
        yield _version(raw, latest)


def _version(raw: bytes, latest: Function) -> Function:
    """With what is the function's at any time."""
    return replace(decode(raw), tags=latest.tags, reserved_concurrency=latest.reserved_concurrency)


def page(reader: Reader, scope: Scope, after: str | None, limit: int) -> list[Function]:
    """Up to `limit` functions with names after `after`, in order."""
    low = b"" if after is None else after.encode() + b"\0"
    return [decode(raw) for _, raw in reader.range(_space(scope), low, limit=limit)]


def every(reader: Reader, scope: Scope, first: str = "") -> Iterator[Function]:
    """All of a scope's functions from the name `first` on, in the order of their names."""
    for _, raw in reader.range(_space(scope), first.encode()):
        yield decode(raw)


def code_size(reader: Reader, scope: Scope) -> tuple[int, int]:
    """The bytes of all packages, of versions too, and how many functions there are."""
    count = size = 0
    for latest in every(reader, scope):
        count += 1
        size += latest.code_size + sum(version.code_size for version in versions(reader, scope, latest))
    return size, count


def put(writer: Writer, scope: Scope, function: Function) -> None:
    """Make or replace a function, or one of its versions."""
    before = find_version(writer, scope, function.name, function.version)
    if before is not None:
        for code in set(before.codes) - set(function.codes):
            writer.delete(_CODE, _use(code, function, scope))
    if function.version == LATEST:
        writer.put(_space(scope), function.name.encode(), encode(function))
    else:
        kept = replace(function, tags={}, reserved_concurrency=None)
        writer.put(_versions(scope), _version_key(function.name, function.version), encode(kept))
    for code in function.codes:
        writer.put(_CODE, _use(code, function, scope), b"")
    note_scope(writer, scope)
    journal.note(writer, scope, "put", function.name)


def remove(writer: Writer, scope: Scope, function: Function) -> None:
    """Take a version away, or, if it is $LATEST, the function with all its versions and aliases."""
    if function.version != LATEST:
        _forget(writer, scope, function)
        journal.note(writer, scope, "put", function.name)
        return
    for version in list(versions(writer, scope, function)):
        _forget(writer, scope, version)
    aliases.remove_all(writer, scope, function.name)
    writer.delete(_space(scope), function.name.encode())
    _forget_code(writer, scope, function)
    journal.note(writer, scope, "delete", function.name)


def _forget(writer: Writer, scope: Scope, version: Function) -> None:
    writer.delete(_versions(scope), _version_key(version.name, version.version))
    _forget_code(writer, scope, version)


def _forget_code(writer: Writer, scope: Scope, function: Function) -> None:
    for code in function.codes:
        writer.delete(_CODE, _use(code, function, scope))


def _version_key(name: str, version: str) -> bytes:
    """Versions are in the order of their numbers, which may be asked for with any number of digits."""
    return f"{name}\0{len(version):04d}{version}".encode()


def _use(code_sha256: str, function: Function, scope: Scope) -> bytes:
    qualifier = "" if function.version == LATEST else f":{function.version}"
    return f"{code_sha256} {scope.path}/{function.name}{qualifier}".encode()


def codes_in_use(reader: Reader) -> set[str]:
    """The hashes of all code that some function of any scope refers to."""
    return {key.split(b" ", 1)[0].decode() for key, _ in reader.range(_CODE)}


def note_scope(writer: Writer, scope: Scope) -> None:
    """Remember that this scope is used here, so that a restart finds what waits in it."""
    if writer.get(_SCOPES, scope.path.encode()) is None:
        writer.put(_SCOPES, scope.path.encode(), scope.partition.encode())


def scopes(reader: Reader) -> Iterator[Scope]:
    for key, partition in reader.range(_SCOPES):
        account, region = key.decode().split("/", 1)
        yield Scope(account, region, partition.decode())
