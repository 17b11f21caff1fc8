"""The queue of asynchronous invocations, when the disk does not take what it is given."""

import asyncio

from tests.unit.functions.stage import SCOPE

from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError, StorageFullError
from millrace.functions import catalog
from millrace.functions.catalog import Function
from millrace.functions.event import Event, decode
from millrace.functions.events import Events
from millrace.functions.invocation import Invocation
from millrace.functions.tally import Tallies
from millrace.iam.identities import Identities
from millrace.storage.memory import MemoryStorage

DONE = Invocation(b"null", None, b"", "$LATEST", "r", "", "", 1.0)


def event(clock: ManualClock) -> Event:
    return Event(SCOPE, "fn", None, "r", b"{}", accepted=clock.now(), due=clock.now())


async def put_function(storage) -> None:
    function = Function(
        name="fn",
        role="arn:aws:iam::123456789012:role/runner",
        handler="app.handler",
        runtime="python3.11",
        code_sha256="x",
        code_size=1,
        revision="r",
        modified=0.0,
    )
    await storage.write(lambda writer: catalog.put(writer, SCOPE, function))


async def turns(events: Events) -> None:
    while events._running:
        await asyncio.wait(events._running)


async def moments(clock: ManualClock) -> None:
    """Let happen what can happen without time."""
    for _ in range(20):
        await asyncio.wait([asyncio.ensure_future(clock.sleep(0))])


def test_event_that_no_environment_could_be_had_for_is_tried_again(caplog):
    """An environment needs credentials, which are kept in the database: with a full disk there is none."""

    async def main():
        clock, calls = ManualClock(), []

        async def invoke(*_, **__):
            calls.append(clock.now())
            if len(calls) == 1:
                raise StorageFullError("no room left")
            return DONE

        async with MemoryStorage() as storage:
            await put_function(storage)
            events = Events(storage, clock, Identities(storage, clock), Tallies(), invoke)
            await events.accept(event(clock))
            await turns(events)
            clock.advance(60)
            await asyncio.wait([asyncio.ensure_future(clock.sleep(0))])
            await turns(events)
            await events.__aexit__()
        return calls

    first, second = asyncio.run(main())
    assert second - first == 60
    assert "no room left" in caplog.text


def test_event_whose_verdict_could_not_be_kept_is_taken_up_again(caplog):
    class Full(MemoryStorage):
        full = False

        async def write(self, fn):
            if self.full:
                raise StorageFullError("no room left")
            return await super().write(fn)

    async def main():
        clock, answers = ManualClock(), [AwsError("TooManyRequestsException", "Rate Exceeded."), DONE]

        async def invoke(*_, **__):
            answer = answers.pop(0)
            if isinstance(answer, AwsError):
                storage.full = True
                raise answer
            return answer

        async with Full() as storage:
            await put_function(storage)
            events = Events(storage, clock, Identities(storage, clock), Tallies(), invoke)
            await events.accept(event(clock))
            await moments(clock)
            storage.full = False
            clock.advance(60)
            await asyncio.wait([asyncio.ensure_future(clock.sleep(0))])
            await turns(events)
            await events.__aexit__()
        return answers

    assert asyncio.run(main()) == []
    assert "no room left" in caplog.text


def test_function_that_has_run_is_not_run_again_for_a_disk_that_is_full(caplog):
    class Full(MemoryStorage):
        full = False

        async def write(self, fn):
            if self.full:
                raise StorageFullError("no room left")
            return await super().write(fn)

    async def main():
        clock, calls = ManualClock(), []

        async def invoke(*_, **__):
            calls.append(storage.full)
            storage.full = True
            return DONE

        async with Full() as storage:
            await put_function(storage)
            events = Events(storage, clock, Identities(storage, clock), Tallies(), invoke)
            await events.accept(event(clock))
            for minute in range(6):
                storage.full = storage.full and minute < 4
                clock.advance(60)
                await moments(clock)
            await asyncio.wait_for(events.idle(), 60)
            waiting = events.waiting(SCOPE, "fn")
            await events.__aexit__()
        return calls, waiting

    assert asyncio.run(main()) == ([False], 0)
    assert "no room left" in caplog.text


def test_event_kept_by_an_earlier_version_is_taken_up():
    head = b'{"function":"fn","qualifier":null,"client_context":null,"accepted":1.0,"due":2.0,"tries":1}'

    found = decode(SCOPE, b"r", head + b'\n{"a":1}')

    assert found == Event(SCOPE, "fn", None, "r", b'{"a":1}', accepted=1.0, due=2.0, tries=1)
