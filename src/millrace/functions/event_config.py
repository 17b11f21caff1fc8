"""What becomes of asynchronous invocations, as set for a function, a version or an alias.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html. What is None was not set.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True)
class EventConfig:
    """`modified` is epoch seconds."""

    function: str
    qualifier: str
    modified: float
    retries: int | None = None
    age_seconds: int | None = None
    on_success: str | None = None
    on_failure: str | None = None

    @property
    def retries_max(self) -> int:
        return limits.function_event_retries_max if self.retries is None else self.retries

    @property
    def age_seconds_max(self) -> int:
        return self.age_seconds or limits.function_event_age_seconds_max


def default(function: str, qualifier: str) -> EventConfig:
    """What holds where nothing was set."""
    return EventConfig(function, qualifier, 0.0)


def _space(scope: Scope) -> str:
    return f"functions/{scope.path}/event-configs"


def _key(function: str, qualifier: str) -> bytes:
    return f"{function}\0{qualifier}".encode()


def find(reader: Reader, scope: Scope, function: str, qualifier: str) -> EventConfig | None:
    raw = reader.get(_space(scope), _key(function, qualifier))
    return None if raw is None else EventConfig(**orjson.loads(raw))


def of_function(
    reader: Reader, scope: Scope, function: str, after: str | None = None, limit: int | None = None
) -> Iterator[EventConfig]:
    """A function's configurations, in the order of their qualifiers; those after a qualifier only."""
    low = _key(function, "") if after is None else _key(function, after) + b"\0"
    for _, raw in reader.range(_space(scope), low, f"{function}\1".encode(), limit=limit):
        yield EventConfig(**orjson.loads(raw))


def put(writer: Writer, scope: Scope, config: EventConfig) -> None:
    writer.put(_space(scope), _key(config.function, config.qualifier), orjson.dumps(config))


def remove(writer: Writer, scope: Scope, function: str, qualifier: str) -> None:
    """Take one out; nothing happens if it is not there."""
    writer.delete(_space(scope), _key(function, qualifier))


def remove_all(writer: Writer, scope: Scope, function: str) -> None:
    """The function is gone."""
    for config in list(of_function(writer, scope, function)):
        remove(writer, scope, function, config.qualifier)
