"""The journal of what functions there are: it gets a record whenever one of them, a version or an alias changes."""

import orjson

from millrace.core.arn import Scope
from millrace.storage.interface import Writer

_CHANGES_KEPT = 100


def changes(scope: Scope) -> str:
    """The journal that has a record for every change of a function."""
    return f"functions/{scope.path}/changes"


def note(writer: Writer, scope: Scope, kind: str, name: str) -> None:
    """Tell that the function `name`, one of its versions or one of its aliases was `put` or is to `delete`."""
    number = writer.append(changes(scope), orjson.dumps({"kind": kind, "name": name}))
    if number > _CHANGES_KEPT:
        writer.trim(changes(scope), number - _CHANGES_KEPT)
