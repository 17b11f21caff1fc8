"""Asynchronous events among real queues, topics, buckets and roles, over a function that is a list of answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import orjson
from tests.unit.functions.stage import ROLE, ROOT, SCOPE, make_role

from millrace.core.clock import ManualClock
from millrace.core.context import Context
from millrace.core.errors import AwsError
from millrace.core.turn import give_way
from millrace.functions import catalog, event_config
from millrace.functions.catalog import Function
from millrace.functions.event import Event
from millrace.functions.events import Events
from millrace.functions.invocation import Invocation
from millrace.functions.tally import Tallies
from millrace.iam.identities import Identities
from millrace.iam.roles import role_operations
from millrace.queues import box
from millrace.queues import queue as queues
from millrace.storage.interface import Storage
from millrace.storage.memory import MemoryStorage

QUEUE = SCOPE.arn("sqs", "told")
LETTERS = SCOPE.arn("sqs", "letters")
BUCKET = "arn:aws:s3:::records"
OTHER = SCOPE.arn("lambda", "function:other")
THROTTLED = AwsError("TooManyRequestsException", "Rate Exceeded.")


def done(answer: Any = None) -> Invocation:
    return Invocation(orjson.dumps(answer), None, b"", "$LATEST", "r", "", "", 1.0)


def failed(message: str = "broken") -> Invocation:
    payload = orjson.dumps({"errorMessage": message, "errorType": "ValueError"})
    return Invocation(payload, "Unhandled", b"", "$LATEST", "r", "", "", 1.0)


class World:
    """`answers` are what invocations come to, in order; the last one again and again."""

    def __init__(self, storage: Storage, clock: ManualClock) -> None:
        self.storage = storage
        self.clock = clock
        self.identities = Identities(storage, clock)
        self.tallies = Tallies()
        self.answers: list[Invocation | AwsError] = [done()]
        self.calls: list[tuple[str, bytes, float]] = []
        self.traces: list[str | None] = []
        self.events = self.new_events()

    def new_events(self) -> Events:
        return Events(self.storage, self.clock, self.identities, self.tallies, self._invoke)

    async def _invoke(self, scope, name, payload, *, qualifier=None, request_id=None, trace=None, **_):
        self.calls.append((name, payload, self.clock.now()))
        self.traces.append(trace)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, AwsError):
            raise answer
        return answer

    async def make(self, name: str = "fn", **settings: Any) -> None:
        function = Function(
            name=name,
            role=ROLE,
            handler="app.handler",
            runtime="python3.11",
            code_sha256="x",
            code_size=1,
            revision="r",
            modified=0.0,
            **settings,
        )
        await self.storage.write(lambda writer: catalog.put(writer, SCOPE, function))

    async def configure(self, name: str = "fn", **settings: Any) -> None:
        config = replace(event_config.default(name, "$LATEST"), **settings)
        await self.storage.write(lambda writer: event_config.put(writer, SCOPE, config))

    async def make_queue(self, arn: str = QUEUE) -> None:
        name = arn.rpartition(":")[2]
        await self.storage.write(lambda writer: queues.put(writer, queues.Queue(SCOPE, name, name, 0, 0)))

    async def allow(self, *actions: str) -> None:
        document = {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
        params = {"RoleName": "runner", "PolicyName": "p", "PolicyDocument": json.dumps(document)}
        await role_operations(self.identities)["PutRolePolicy"](Context(SCOPE, ROOT, "setup"), params)

    async def accept(self, payload: bytes = b"{}", name: str = "fn", trace: str | None = None) -> None:
        """Keep an event, and wait until nothing runs."""
        await self.begin(payload, name, trace)
        await self.settle()

    async def begin(self, payload: bytes = b"{}", name: str = "fn", trace: str | None = None) -> None:
        now = self.clock.now()
        request_id = f"r{len(self.calls)}-{name}"
        await self.events.accept(
            Event(SCOPE, name, None, request_id, payload, accepted=now, due=now, trace=trace)
        )

    async def settle(self) -> None:
        """Until nothing runs."""
        await give_way()
        await self.events.idle()

    async def advance(self, seconds: float) -> None:
        """Move the clock and let what falls due run."""
        self.clock.advance(seconds)
        await self.clock.sleep(0)
        await self.settle()

    async def told(self, arn: str = QUEUE) -> list[Any]:
        """The messages in a queue, in order."""

        def read(reader):
            queue = queues.find_by_arn(reader, arn)
            return [box.body(reader, queue, number) for number, _ in box.oldest(reader, queue)]

        return await self.storage.read(read)

    async def documents(self, arn: str = QUEUE) -> list[Any]:
        return [json.loads(message.body) for message in await self.told(arn)]


@asynccontextmanager
async def world(storage: Storage | None = None) -> AsyncIterator[World]:
    async with MemoryStorage() as own:
        made = World(storage or own, ManualClock())
        await make_role(made.identities)
        await made.allow("sqs:SendMessage", "sns:Publish", "s3:*", "lambda:InvokeFunction")
        async with made.events:
            yield made


def play(scene) -> None:
    async def run() -> None:
        async with world() as made:
            await scene(made)

    asyncio.run(run())
