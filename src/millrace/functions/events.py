"""Asynchronous invocations: kept before they are acknowledged, run until they succeed or are given up.

AWS tries an event three times, after one and two minutes, with one request id
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). An event that could
not be run at all (throttled, no environment) is tried again for six hours. The storage is the queue; what
is in memory are only timers. An event's end and what its destinations are told are one transaction.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, Timer
from millrace.core.errors import AwsError, StorageError
from millrace.functions import catalog, destinations, event_config, trace, verdict
from millrace.functions.catalog import Function
from millrace.functions.destinations import Document
from millrace.functions.event import Event, decode, encode, keep, space
from millrace.functions.event_config import EventConfig
from millrace.functions.invocation import Invocation, InvokeCall
from millrace.functions.names import LATEST, Reference, function_arn
from millrace.functions.tally import Tallies
from millrace.functions.turns import Turns
from millrace.functions.verdict import End
from millrace.iam.identities import Identities
from millrace.storage.interface import Reader, Storage, Writer

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ticket:
    """Which event, and whose."""

    scope: Scope
    function: str
    key: bytes

    @property
    def owner(self) -> tuple[Scope, str]:
        return self.scope, self.function


@dataclass(frozen=True, slots=True)
class _Case:
    """An event and what holds for it now. `function` is why there is none, if there is none."""

    event: Event
    function: Function | AwsError
    config: EventConfig


@dataclass(frozen=True, slots=True)
class _Told:
    """Whom an end was told to. `events` are those of functions, `failed` what the others answered."""

    events: list[Event]
    failed: list[str]
    count: int


def _ticket(event: Event) -> _Ticket:
    return _Ticket(event.scope, event.function, event.key)


def _kept(reader: Reader) -> list[tuple[_Ticket, float]]:
    """All events, and when they are due."""
    events = (
        decode(scope, key, raw) for scope in catalog.scopes(reader) for key, raw in reader.range(space(scope))
    )
    return [(_ticket(event), event.due) for event in events]


class Events:
    """The queue of asynchronous invocations. It runs them while it is entered.

    Enter it once functions can run and be answered when they call back, leave it before they cannot: what
    fails for that would count as tries.
    """

    name = "asynchronous events"

    def __init__(
        self, storage: Storage, clock: Clock, identities: Identities, tallies: Tallies, invoke: InvokeCall
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._identities = identities
        self._tallies = tallies
        self._invoke = invoke
        self._timers: dict[_Ticket, Timer] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._kept: Counter[tuple[Scope, str]] = Counter()
        self._turns = Turns(limits.function_events_running_max)
        self._closed = False

    async def __aenter__(self) -> Self:
        """Take up what waited when the server ended."""
        for ticket, due in await self._storage.read(_kept):
            self._plan(ticket, due, new=True)
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

    def waiting(self, scope: Scope, function: str) -> int:
        """How many events of a function are in the queue, also those that run now."""
        return self._kept[scope, function]

    def is_busy(self, _reader: Reader) -> bool:
        """Whether events run or wait for their turn; those that wait for their time do not count."""
        now = self._clock.now()
        return bool(self._running) or any(timer.when <= now for timer in self._timers.values())

    async def idle(self) -> None:
        """Return once none runs."""
        while self._running:
            await asyncio.wait(self._running)

    async def accept(self, event: Event) -> None:
        """Keep an event; when this returns it will be run, whatever happens to the server."""
        await self._storage.write(lambda writer: keep(writer, event))
        self._plan(_ticket(event), event.due, new=True)

    def _plan(self, ticket: _Ticket, due: float, *, new: bool = False) -> None:
        self._kept[ticket.owner] += new
        if self._closed:
            return
        if due <= self._clock.now():
            self._start(ticket)
        else:
            self._timers[ticket] = self._clock.call_at(due, lambda: self._start(ticket))

    def _start(self, ticket: _Ticket) -> None:
        self._timers.pop(ticket, None)
        task = asyncio.get_running_loop().create_task(self._attempt(ticket))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempt(self, ticket: _Ticket) -> None:
        try:
            due = await self._try(ticket)
        except Exception:  # noqa: BLE001 - the border: whatever went wrong, the event is still in the queue
            _log.exception("event %s could not be run; it is tried again.", ticket.key.decode())
            due = self._clock.now() + limits.function_event_fault_seconds
        if due is not None:
            self._plan(ticket, due)
            return
        self._kept[ticket.owner] -= 1
        if not self._kept[ticket.owner]:
            del self._kept[ticket.owner]

    async def _try(self, ticket: _Ticket) -> float | None:
        """Run an event and keep what became of it; answers when it is due again."""
        async with self._turns.turn(ticket.owner):
            case = await self._storage.read(lambda reader: _look(reader, ticket))
            if case is None:
                return None
            if isinstance(case.function, Function):
                # More than may run at a time would only be throttled.
                self._turns.limit(ticket.owner, case.function.reserved_concurrency)
                if self._turns.is_over(ticket.owner):
                    return self._clock.now()
            outcome = await self._judge(case)
        if isinstance(outcome, Event):
            await self._write(lambda writer: writer.put(space(ticket.scope), ticket.key, encode(outcome)))
            self._tallies.retried(*ticket.owner)
            return outcome.due
        await self._end(case, outcome)
        return None

    async def _write(self, fn: Callable[[Writer], T]) -> T:
        """Keep what became of a try. While the disk takes nothing it is kept here: the function has run already."""
        while True:
            try:
                return await self._storage.write(fn)
            except StorageError as error:
                _log.warning("what became of an event could not be kept (%s); trying again.", error)
            await self._clock.sleep(limits.function_event_fault_seconds)

    async def _judge(self, case: _Case) -> Event | End:
        event, function = case.event, case.function
        if verdict.is_too_old(event, case.config, self._clock.now()):
            return End(event, verdict.AGE_EXCEEDED)
        if isinstance(function, Function) and function.reserved_concurrency == 0:
            return End(event, verdict.ZERO_CONCURRENCY)
        result = function if isinstance(function, AwsError) else await self._run(event)
        return verdict.judge(event, result, case.config, self._clock.now())

    async def _run(self, event: Event) -> Invocation | AwsError:
        try:
            return await self._invoke(
                event.scope,
                event.function,
                event.payload,
                qualifier=event.qualifier,
                request_id=event.request_id,
                trace=event.trace,
            )
        except AwsError as error:
            return error

    async def _end(self, case: _Case, end: End) -> None:
        """Take an event out of the queue and tell whom it concerns, in one transaction."""
        event = end.event
        told, lacking = await self._allowed(case, end)
        now = self._clock.now()

        def write(writer: Writer) -> _Told:
            writer.delete(space(event.scope), event.key)
            made: list[Event] = []
            failed: list[str] = []
            for destination, document in told:
                try:
                    new = destinations.deliver(writer, event.scope, destination, document, now)
                except AwsError as error:
                    failed.append(f"{destination} could not be told ({error})")
                else:
                    made += [] if new is None else [new]
            return _Told(made, failed, len(told) - len(failed))

        done = await self._write(write)
        for new in done.events:
            self._plan(_ticket(new), new.due, new=True)
        failed = [*lacking, *done.failed]
        if isinstance(case.function, Function):
            self._tallies.ended(event.scope, event.function, end, told=done.count, failed=len(failed))
        _tell_operator(end, failed, told=bool(done.count))

    async def _allowed(self, case: _Case, end: End) -> tuple[list[tuple[str, Document]], list[str]]:
        """What is to be told to whom, and for whom the function's role lacks a permission."""
        function = case.function
        if isinstance(function, AwsError):
            return [], []
        told: list[tuple[str, Document]] = []
        lacking: list[str] = []
        for destination, document in _addressed(function, case, end, self._clock.now()):
            action = await destinations.refused(self._identities, function.role, destination)
            if action is None:
                told.append((destination, document))
            else:
                lacking.append(f"{destination} could not be told: {function.role} lacks {action}")
        return told, lacking


def _look(reader: Reader, ticket: _Ticket) -> _Case | None:
    raw = reader.get(space(ticket.scope), ticket.key)
    if raw is None:
        return None
    event = decode(ticket.scope, ticket.key, raw)
    qualifier = event.qualifier or LATEST
    config = event_config.find(reader, event.scope, event.function, qualifier)
    try:
        function: Function | AwsError = catalog.get(
            reader, event.scope, Reference(event.function, event.qualifier)
        )
    except AwsError as error:
        function = error
    return _Case(event, function, config or event_config.default(event.function, qualifier))


def _addressed(function: Function, case: _Case, end: End, now: float) -> list[tuple[str, Document]]:
    """The destinations that are for this end, and the dead-letter queue."""
    config, event = case.config, end.event
    found: list[tuple[str, Document]] = []
    destination = config.on_success if end.succeeded else config.on_failure
    if destination is not None:
        header, _ = trace.follow(event.trace, function_arn(event.scope, event.function), now)
        found.append((destination, verdict.record(end, header, now)))
    if function.dead_letter is not None and not end.succeeded:
        found.append((function.dead_letter, verdict.letter(end)))
    return found


def _tell_operator(end: End, failed: list[str], *, told: bool) -> None:
    """What nobody else is told stands in the log at least."""
    event = end.event
    if not end.succeeded and not told:
        _log.warning(
            "event %s for %s is given up (%s, it was run %d times) and no destination has it.",
            event.request_id,
            event.function_arn,
            end.condition,
            event.tries,
        )
    for sentence in failed:
        _log.error("event %s for %s: %s.", event.request_id, event.function_arn, sentence)
