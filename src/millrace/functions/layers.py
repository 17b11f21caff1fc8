"""Layers: versions of zip files that functions have in `/opt`, and who of other accounts may use them.

A version never changes. A function keeps what it was given of one (`attached`), so that it may be deleted.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError, access_denied
from millrace.functions.names import invalid, not_found
from millrace.functions.resource_policy import Statement, document
from millrace.storage.interface import Reader, Writer

_CODE = "functions/layer-code"
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):layer:(?P<name>[a-zA-Z0-9_-]+)"
    r"(?::(?P<version>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, or with `version` one of its versions, in the account that it belongs to."""

    scope: Scope
    name: str
    version: int = 0

    @property
    def arn(self) -> str:
        """Of the layer itself."""
        return self.scope.arn("lambda", f"layer:{self.name}")

    @property
    def version_arn(self) -> str:
        return f"{self.arn}:{self.version}"

    @property
    def key(self) -> bytes:
        return f"{self.name}\0{self.version:012d}".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerVersion:
    """What was published. Lists that were not given are None."""

    name: str
    version: int
    code_sha256: str  # base64, as AWS shows it
    code_size: int
    created: float  # epoch seconds
    description: str = ""
    runtimes: Sequence[str] | None = None
    architectures: Sequence[str] | None = None
    licence: str | None = None

    def fits(self, runtime: str | None, architecture: str | None) -> bool:
        """Whether it says that it is for these, as far as they are given."""
        return (runtime is None or runtime in (self.runtimes or ())) and (
            architecture is None or architecture in (self.architectures or ())
        )


def named(scope: Scope, text: str, version: int = 0) -> Layer:
    """The layer that a name or an ARN names. Raises ResourceNotFoundException for ARNs of another partition."""
    match = _ARN.fullmatch(text)
    if match is None:
        return Layer(scope, text, version)
    if match["partition"] != scope.partition:
        raise not_found("The resource you requested does not exist.", prefix="")
    there = Scope(match["account"], match["region"], match["partition"])
    return Layer(there, match["name"], version or int(match["version"] or 0))


def check_version(version: int) -> None:
    """Raises InvalidParameterValueException for what the model lets through."""
    if version < 1:
        raise invalid("Layer Version Cannot be less than 1")


def find(reader: Reader, layer: Layer) -> LayerVersion | None:
    raw = reader.get(_versions(layer.scope), layer.key)
    return None if raw is None else LayerVersion(**orjson.loads(raw))


def get(reader: Reader, layer: Layer) -> LayerVersion:
    """The version, or ResourceNotFoundException."""
    found = find(reader, layer)
    if found is None:
        raise not_found("The resource you requested does not exist.", prefix="")
    return found


def next_version(writer: Writer, scope: Scope, name: str) -> int:
    """The number of a new version: none is ever given twice."""
    raw = writer.get(_last(scope), name.encode())
    number = int(raw or 0) + 1
    writer.put(_last(scope), name.encode(), str(number).encode())
    return number


def put(writer: Writer, scope: Scope, made: LayerVersion) -> None:
    layer = Layer(scope, made.name, made.version)
    writer.put(_versions(scope), layer.key, orjson.dumps(made))
    writer.put(_CODE, _use(layer, made), b"")


def remove(writer: Writer, layer: Layer) -> None:
    """Take a version away, with its policy. Nothing happens if it is not there."""
    found = find(writer, layer)
    if found is not None:
        writer.delete(_versions(layer.scope), layer.key)
        writer.delete(_policies(layer.scope), layer.key)
        writer.delete(_CODE, _use(layer, found))


def names(reader: Reader, scope: Scope, after: str) -> Iterator[str]:
    """The names of all layers there ever were, in order, after one."""
    for key, _ in reader.range(_last(scope), after.encode() + b"\0"):
        yield key.decode()


def versions(reader: Reader, layer: Layer) -> list[LayerVersion]:
    """All versions of a layer, the newest first."""
    low = f"{layer.name}\0".encode()
    found = [raw for _, raw in reader.range(_versions(layer.scope), low, low[:-1] + b"\x01")]
    return [LayerVersion(**orjson.loads(raw)) for raw in reversed(found)]


def code_size(reader: Reader, scope: Scope) -> int:
    """The bytes of all versions of all layers."""
    return sum(orjson.loads(raw)["code_size"] for _, raw in reader.range(_versions(scope)))


def codes_in_use(reader: Reader) -> set[str]:
    """The hashes of all code that some version of a layer has."""
    return {key.split(b" ", 1)[0].decode() for key, _ in reader.range(_CODE)}


def attached(reader: Reader, scope: Scope, arns: Sequence[str], caller: str) -> list[Mapping[str, Any]]:
    """What a function is to remember of its layers: `arn`, `sha256` and `size` of each, the first is the lowest.

    Raises InvalidParameterValueException with AWS's texts, as recorded, and AccessDeniedException, naming the
    `caller`, for what is not there of another account.
    """
    if len(arns) > limits.function_layers_max:
        raise invalid(f"Cannot reference more than {limits.function_layers_max} layers.")
    seen: dict[str, str] = {}
    found: list[Mapping[str, Any]] = []
    for text in arns:
        layer = named(scope, text)
        if layer.scope.region != scope.region:
            raise invalid(
                "Layers are not in the same region as the function. "
                f"Layers are expected to be in region {scope.region}."
            )
        version = find(reader, layer)
        if version is None and layer.scope.account != scope.account:
            raise access_denied(
                f"User: {caller} is not authorized to perform: lambda:GetLayerVersion on resource: {text} "
                "because no resource-based policy allows the lambda:GetLayerVersion action"
            )
        if version is None:
            raise invalid(f"Layer version {text} does not exist.")
        if layer.arn in seen:
            raise invalid(
                "Two different versions of the same layer are not allowed to be referenced in the same function. "
                f"{seen[layer.arn]} and {text} are versions of the same layer."
            )
        seen[layer.arn] = text
        found.append({"arn": layer.version_arn, "sha256": version.code_sha256, "size": version.code_size})
    return found


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use a version. The revision changes whenever it does."""

    statements: Sequence[Statement]
    revision: str

    @property
    def text(self) -> str:
        return document(self.statements)


def statement_text(statement: Statement) -> str:
    """A statement as AddLayerVersionPermission answers it."""
    return orjson.dumps(statement).decode()


def policy(reader: Reader, layer: Layer) -> Policy | None:
    """Raises ResourceNotFoundException if there is no such version."""
    if find(reader, layer) is None:
        raise not_found(f"Layer version {layer.version_arn} does not exist.", prefix="")
    raw = reader.get(_policies(layer.scope), layer.key)
    return None if raw is None else Policy(**orjson.loads(raw))


def put_policy(writer: Writer, layer: Layer, changed: Policy) -> None:
    """Replace the policy. One without statements is none."""
    if changed.statements:
        writer.put(_policies(layer.scope), layer.key, orjson.dumps(changed))
    else:
        writer.delete(_policies(layer.scope), layer.key)


def policy_text(reader: Reader, arn: str) -> str | None:
    """The policy of what an ARN names, None if it has none."""
    match = _ARN.fullmatch(arn)
    if match is None:
        return None
    layer = named(Scope(match["account"], match["region"], match["partition"]), arn)
    try:
        found = policy(reader, layer)
    except AwsError:
        return None
    return None if found is None else found.text


def _versions(scope: Scope) -> str:
    return f"functions/{scope.path}/layers"


def _last(scope: Scope) -> str:
    return f"functions/{scope.path}/layer-names"


def _policies(scope: Scope) -> str:
    return f"functions/{scope.path}/layer-policies"


def _use(layer: Layer, version: LayerVersion) -> bytes:
    return f"{version.code_sha256} {layer.version_arn}".encode()
