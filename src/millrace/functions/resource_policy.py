"""The resource policies of functions: who may use one besides those whose own policies say so.

A function has one, and each of its versions and aliases may have one of its own. `name` is the function's, with a
colon and the qualifier for those. A policy is kept as the statements that AddPermission made. What it allows is iam's to say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.storage.interface import Reader, Writer

Statement = Mapping[str, Any]


def statements(reader: Reader, scope: Scope, name: str) -> list[Statement]:
    """In the order they were added; none for a function without a policy."""
    raw = reader.get(_space(scope), name.encode())
    return [] if raw is None else orjson.loads(raw)


def document(found: Sequence[Statement]) -> str:
    """The policy as GetPolicy shows it."""
    return orjson.dumps({"Version": "2012-10-17", "Id": "default", "Statement": found}).decode()


def text(reader: Reader, scope: Scope, name: str) -> str | None:
    """The policy's document, None if there is no statement."""
    found = statements(reader, scope, name)
    return document(found) if found else None


def put(writer: Writer, scope: Scope, name: str, kept: Sequence[Statement]) -> None:
    """Replace the policy. One without statements is none."""
    if kept:
        writer.put(_space(scope), name.encode(), orjson.dumps(kept))
    else:
        remove(writer, scope, name)


def remove(writer: Writer, scope: Scope, name: str) -> None:
    writer.delete(_space(scope), name.encode())


def remove_all(writer: Writer, scope: Scope, function: str) -> None:
    """The function goes: its policy and those of its versions and aliases go with it."""
    remove(writer, scope, function)
    for key, _ in list(writer.range(_space(scope), f"{function}:".encode(), f"{function};".encode())):
        writer.delete(_space(scope), key)


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/policies"
