"""An asynchronous invocation as it waits in the database."""

from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.functions import catalog
from millrace.functions.names import LATEST, function_arn
from millrace.storage.interface import Writer


@dataclass(frozen=True, slots=True)
class Event:
    """An event that waits. `trace` is the X-Ray header it came with, if it was one.

    `tries` counts invocations that reached the function, `refusals` those in a row since then that did not.
    """

    scope: Scope
    function: str
    qualifier: str | None
    request_id: str
    payload: bytes
    accepted: float  # epoch seconds
    due: float
    tries: int = 0
    refusals: int = 0
    trace: str | None = None

    @property
    def key(self) -> bytes:
        return self.request_id.encode()

    @property
    def function_arn(self) -> str:
        """As destinations are told it: always with a qualifier."""
        return function_arn(self.scope, self.function, self.qualifier or LATEST)


def space(scope: Scope) -> str:
    return f"functions/{scope.path}/events"


def encode(event: Event) -> bytes:
    """A line of JSON, then the payload as it is."""
    head = {
        "function": event.function,
        "qualifier": event.qualifier,
        "accepted": event.accepted,
        "due": event.due,
        "tries": event.tries,
        "refusals": event.refusals,
        "trace": event.trace,
    }
    return orjson.dumps(head) + b"\n" + event.payload


def decode(scope: Scope, key: bytes, raw: bytes) -> Event:
    head, _, payload = raw.partition(b"\n")
    members: dict[str, Any] = orjson.loads(head)
    members.pop("client_context", None)  # earlier versions kept it, and it was given to nobody
    return Event(scope=scope, request_id=key.decode(), payload=payload, **members)


def keep(writer: Writer, event: Event) -> None:
    """Put an event into the queue; it is run once the transaction is committed."""
    catalog.note_scope(writer, event.scope)
    writer.put(space(event.scope), event.key, encode(event))
