"""Aliases: names that lead to a version of a function, or by chance to one of two.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions import journal
from millrace.functions.names import function_arn
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """`weights`: which part of all calls, from 0 to 1, goes to which other version than `version`."""

    function: str
    name: str
    version: str
    revision: str
    description: str = ""
    weights: Mapping[str, float] = field(default_factory=dict[str, float])

    def arn(self, scope: Scope) -> str:
        return function_arn(scope, self.function, self.name)

    @property
    def versions(self) -> set[str]:
        """All that it leads to."""
        return {self.version, *self.weights}

    def route(self, draw: float) -> str:
        """The version that a call goes to; `draw` is its chance, from 0 to below 1. 1 leads to `version`."""
        for version, weight in self.weights.items():
            if draw < weight:
                return version
            draw -= weight
        return self.version


@lru_cache(maxsize=1024)
def _decode(raw: bytes) -> Alias:
    row: dict[str, Any] = orjson.loads(raw)
    return Alias(**row)


def find(reader: Reader, scope: Scope, function: str, name: str) -> Alias | None:
    raw = reader.get(_space(scope), _key(function, name))
    return None if raw is None else _decode(raw)


def every(reader: Reader, scope: Scope, function: str) -> Iterator[Alias]:
    """All of a function's aliases, in the order of their names."""
    low = _key(function, "")
    for _, raw in reader.range(_space(scope), low, low[:-1] + b"\x01"):
        yield _decode(raw)


def put(writer: Writer, scope: Scope, alias: Alias) -> None:
    """Make or replace an alias."""
    writer.put(_space(scope), _key(alias.function, alias.name), orjson.dumps(alias))
    journal.note(writer, scope, "put", alias.function)


def remove(writer: Writer, scope: Scope, function: str, name: str) -> None:
    writer.delete(_space(scope), _key(function, name))
    journal.note(writer, scope, "put", function)


def remove_all(writer: Writer, scope: Scope, function: str) -> None:
    """The function goes, and they with it."""
    for alias in list(every(writer, scope, function)):
        writer.delete(_space(scope), _key(function, alias.name))


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/aliases"


def _key(function: str, name: str) -> bytes:
    return f"{function}\0{name}".encode()
