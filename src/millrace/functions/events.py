"""Asynchronous invocations: kept before they are acknowledged, run until they succeed or are given up.

AWS tries an event three times, after one and two minutes, with one request id
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). An event that could
not be run at all (throttled, no environment) is tried again for six hours. The storage is the queue; what
is in memory are only timers.
"""

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, Timer
from millrace.core.errors import AwsError
from millrace.functions import catalog
from millrace.functions.invocation import Invocation, InvokeCall
from millrace.storage.interface import Reader, Storage, Writer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """An event that waits. `tries` counts those that reached the function."""

    scope: Scope
    function: str
    qualifier: str | None
    request_id: str
    payload: bytes
    client_context: str | None
    accepted: float  # epoch seconds
    due: float
    tries: int = 0

    @property
    def key(self) -> bytes:
        return self.request_id.encode()


def space(scope: Scope) -> str:
    return f"functions/{scope.path}/events"


def encode(event: Event) -> bytes:
    """A line of JSON, then the payload as it is."""
    head = {
        "function": event.function,
        "qualifier": event.qualifier,
        "client_context": event.client_context,
        "accepted": event.accepted,
        "due": event.due,
        "tries": event.tries,
    }
    return orjson.dumps(head) + b"\n" + event.payload


def decode(scope: Scope, key: bytes, raw: bytes) -> Event:
    head, _, payload = raw.partition(b"\n")
    members: dict[str, Any] = orjson.loads(head)
    return Event(scope=scope, request_id=key.decode(), payload=payload, **members)


def _due(reader: Reader) -> list[tuple[Scope, bytes, float]]:
    """Where all events are, and when they are due."""
    return [
        (scope, key, decode(scope, key, raw).due)
        for scope in catalog.scopes(reader)
        for key, raw in reader.range(space(scope))
    ]


class Events:
    """The queue of asynchronous invocations. It runs them while it is entered.

    Enter it once functions can run and be answered when they call back, leave it before they cannot: what
    fails for that would count as tries.
    """

    def __init__(self, storage: Storage, clock: Clock, invoke: InvokeCall) -> None:
        self._storage = storage
        self._clock = clock
        self._invoke = invoke
        self._timers: dict[tuple[Scope, bytes], Timer] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._turns = asyncio.Semaphore(limits.function_events_running_max)
        self._closed = False

    async def __aenter__(self) -> Self:
        """Take up what waited when the server ended."""
        for scope, key, due in await self._storage.read(_due):
            self._plan(scope, key, due)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Start no more, and end what runs; it stays in the queue."""
        self._closed = True
        for timer in self._timers.values():
            timer.cancel()
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def accept(self, event: Event) -> None:
        """Keep an event; when this returns it will be run, whatever happens to the server."""

        def write(writer: Writer) -> None:
            catalog.note_scope(writer, event.scope)
            writer.put(space(event.scope), event.key, encode(event))

        await self._storage.write(write)
        self._plan(event.scope, event.key, event.due)

    def _plan(self, scope: Scope, key: bytes, due: float) -> None:
        if self._closed:
            return
        if due <= self._clock.now():
            self._start(scope, key)
        else:
            self._timers[scope, key] = self._clock.call_at(due, lambda: self._start(scope, key))

    def _start(self, scope: Scope, key: bytes) -> None:
        self._timers.pop((scope, key), None)
        task = asyncio.get_running_loop().create_task(self._attempt(scope, key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt(self, scope: Scope, key: bytes) -> None:
        try:
            due = await self._try(scope, key)
        except Exception:  # noqa: BLE001 - the border: whatever went wrong, the event is still in the queue
            _log.exception("event %s could not be run; it is tried again.", key.decode())
            due = self._clock.now() + limits.function_event_retry_seconds[0]
        if due is not None:
            self._plan(scope, key, due)

    async def _try(self, scope: Scope, key: bytes) -> float | None:
        """Run an event and keep what became of it; answers when it is due again."""
        async with self._turns:
            raw = await self._storage.read(lambda reader: reader.get(space(scope), key))
            if raw is None:
                return None
            event = decode(scope, key, raw)
            verdict = judge(event, await self._run(event), self._clock.now())
        if isinstance(verdict, Event):
            await self._storage.write(lambda writer: writer.put(space(scope), key, encode(verdict)))
            return verdict.due
        if verdict:
            # Destinations and dead-letter queues are not there yet, so this is the only trace.
            _log.warning("event %s for %s is given up: %s", event.request_id, event.function, verdict)
        await self._storage.write(lambda writer: writer.delete(space(scope), key))
        return None

    async def _run(self, event: Event) -> Invocation | AwsError:
        try:
            return await self._invoke(
                event.scope,
                event.function,
                event.payload,
                qualifier=event.qualifier,
                request_id=event.request_id,
                client_context=event.client_context,
            )
        except AwsError as error:
            return error


def judge(event: Event, result: Invocation | AwsError, now: float) -> Event | str:
    """What becomes of an event after a try: the event to try again, or why it is over ("" for success)."""
    if isinstance(result, Invocation):
        if result.function_error is None:
            return ""
        tries = event.tries + 1
        if tries > limits.function_event_retries_max:
            return f"it failed {tries} times"
        return replace(event, tries=tries, due=now + limits.function_event_retry_seconds[tries - 1])
    if result.code == "ResourceNotFoundException":
        return "its function is gone"
    if now - event.accepted > limits.function_event_age_seconds_max:
        return f"it could not be run for too long ({result.code})"
    return replace(event, due=now + limits.function_event_retry_seconds[0])
