"""Provisioned concurrency: how many environments of a version are to be warm before anybody calls.

It is asked for on a version or on an alias; an alias means the version that it mainly leads to.
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions.names import Reference
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True)
class Provisioned:
    """`requested` environments for a qualifier; `modified` is in epoch seconds."""

    function: str
    qualifier: str
    requested: int
    modified: float

    @property
    def reference(self) -> Reference:
        return Reference(self.function, self.qualifier)


def find(reader: Reader, scope: Scope, reference: Reference) -> Provisioned | None:
    raw = reader.get(_space(scope), reference.text.encode())
    return None if raw is None else _decode(raw)


def all_of(reader: Reader, scope: Scope, function: str) -> Iterator[Provisioned]:
    """Of a function's versions and aliases, in the order of their qualifiers."""
    for _, raw in reader.range(_space(scope), f"{function}:".encode(), f"{function};".encode()):
        yield _decode(raw)


def every(reader: Reader, scope: Scope) -> Iterator[Provisioned]:
    for _, raw in reader.range(_space(scope)):
        yield _decode(raw)


def total(reader: Reader, scope: Scope, function: str) -> int:
    return sum(each.requested for each in all_of(reader, scope, function))


def put(writer: Writer, scope: Scope, wanted: Provisioned) -> None:
    writer.put(_space(scope), wanted.reference.text.encode(), orjson.dumps(wanted))


def remove(writer: Writer, scope: Scope, reference: Reference) -> None:
    writer.delete(_space(scope), reference.text.encode())


def remove_all(writer: Writer, scope: Scope, function: str) -> None:
    """The function goes."""
    for each in list(all_of(writer, scope, function)):
        remove(writer, scope, each.reference)


def _decode(raw: bytes) -> Provisioned:
    row: dict[str, Any] = orjson.loads(raw)
    return Provisioned(**row)


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/provisioned"
