"""A whole supervisor in a test: real storage, streams and IAM, a clock that stands still, and a function that is a
plain async function."""

import asyncio
import hashlib
from contextlib import asynccontextmanager

import orjson

from millrace.buckets import catalog as buckets
from millrace.buckets.catalog import Bucket
from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.functions import catalog as functions
from millrace.functions.catalog import Function
from millrace.functions.invocation import Invocation
from millrace.iam.entities import ManagedPolicy, Role, Version
from millrace.iam.identities import Identities
from millrace.iam.registry import POLICIES, ROLES
from millrace.queues import queue as queues
from millrace.queues.queue import Queue
from millrace.storage.memory import MemoryStorage
from millrace.streams import log, record
from millrace.streams.record import Image
from millrace.topics import topic as topics
from millrace.topics.topic import Topic
from millrace.triggers.operations import service
from millrace.triggers.supervisor import Supervisor

SCOPE = Scope("000000000000", "eu-west-1")
ACCOUNT = Principal("000000000000", "arn:aws:iam::000000000000:root", "000000000000")
CONTEXT = Context(SCOPE, ACCOUNT, "request")
ROLE = "arn:aws:iam::000000000000:role/mill"
POLICY = "arn:aws:iam::000000000000:policy/limit"
READ = ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"]


class Mill:
    """Streams, functions and mappings on one storage. `handler` gets the keys of a batch and may raise."""

    def __init__(self, storage, clock, handler):
        self.storage = storage
        self.clock = clock
        self.handler = handler
        self.calls = []
        self.seen = []
        self.supervisor = Supervisor(storage, clock, self, Identities(storage, clock))
        self.supervisor.observe(lambda seen: self.seen.append(seen.fact))
        self.operations = service(self.supervisor).operations

    async def invoke(
        self, scope, name, payload, *, qualifier=None, request_id=None, client_context=None, on_start=None
    ):
        keys = [one["dynamodb"]["Keys"]["id"]["S"] for one in orjson.loads(payload)["Records"]]
        self.calls.append((name, keys))
        try:
            answer = await self.handler(name, keys)
        except ValueError as error:
            document = orjson.dumps({"errorMessage": str(error), "errorType": "ValueError"})
            return Invocation(document, "Unhandled", b"", "$LATEST", "", "", "", 1.0)
        return Invocation(orjson.dumps(answer), None, b"", "$LATEST", "", "", "", 1.0)

    @property
    def batches(self):
        return [keys for _, keys in self.calls]

    async def stream(self, table="orders"):
        return await self.storage.write(
            lambda w: log.create(w, SCOPE, table, "NEW_IMAGE", (("id", "HASH"),), self.clock.now())
        )

    async def allow(self, actions=READ, resource="*", name="mill", boundary=None):
        statement = [{"Effect": "Allow", "Action": actions, "Resource": resource}] if actions else []
        document = orjson.dumps({"Version": "2012-10-17", "Statement": statement}).decode()
        role = Role(
            name=name, path="/", id="AROA", arn=ROLE.replace("mill", name), created=0.0,
            inline={"policy": document} if actions else {}, trust="{}",
            boundary=boundary,
        )  # fmt: skip
        await self.storage.write(lambda w: ROLES.put(w, SCOPE.account, role))

    async def policy(self, actions):
        """A managed policy that allows these actions, or has allowed others until now."""
        statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        document = orjson.dumps({"Version": "2012-10-17", "Statement": statement}).decode()
        policy = ManagedPolicy(
            name="limit", path="/", id="ANPA", arn=POLICY, created=0.0, updated=0.0, default="v1", count=1,
            versions={"v1": Version(document, 0.0)},
        )  # fmt: skip
        await self.storage.write(lambda w: POLICIES.put(w, SCOPE.account, policy))

    async def function(self, name="ship", revision="1"):
        await self.allow()
        made = Function(
            name=name, role=ROLE, handler="h.h", runtime="python3.12", code_sha256="", code_size=0,
            revision=revision, modified=0.0,
        )  # fmt: skip
        await self.storage.write(lambda w: functions.put(w, SCOPE, made))

    async def destinations(self, name="lost"):
        """A queue, a topic and a bucket of that name."""
        made = Queue(SCOPE, name, "q", 0, 0)
        await self.storage.write(lambda w: queues.put(w, made))
        await self.storage.write(lambda w: topics.put(w, Topic(SCOPE, name, "t")))
        await self.storage.write(
            lambda w: buckets.put(w, Bucket(name, "b", SCOPE.account, SCOPE.region, 0.0))
        )

    async def change(self, stream, *keys):
        """One commit with a change of each of these items. What stands before a colon names the partition."""

        def write(writer):
            current = log.describe(writer, stream.arn)
            for key in keys:
                image = Image(orjson.dumps({"id": {"S": key}}), len(key) + 2)
                partition = partition_of(key)
                data = record.encode("NEW_IMAGE", self.clock.now(), image, None, image, partition=partition)
                log.append(writer, current, partition, data)

        await self.storage.write(write)

    async def do(self, operation, **params):
        return await self.operations[operation](CONTEXT, params)

    async def map(self, stream, function="ship", **params):
        params = {"StartingPosition": "TRIM_HORIZON", **params}
        return await self.do(
            "CreateEventSourceMapping", EventSourceArn=stream.arn, FunctionName=function, **params
        )

    async def until(self, condition):
        """Let the loop run until something is so; time stands still."""
        for _ in range(1_000):
            if condition():
                return
            await self.supervisor.status()
            await turn()
        raise AssertionError("it never came about")

    async def idle_at_last(self):
        """Move time on, timer by timer, until nothing is pending."""
        idle = asyncio.ensure_future(self.supervisor.idle())
        for _ in range(1_000):
            for _ in range(20):
                await self.supervisor.status()
                await turn()
            if idle.done():
                return
            self.clock.advance(60.0)
        raise AssertionError("it is never idle")

    async def status(self):
        (status,) = await self.supervisor.status()
        return status.as_dict(self.clock.now())


def partition_of(key):
    """The hash of an item's partition."""
    return int.from_bytes(hashlib.blake2b(key.partition(":")[0].encode(), digest_size=8).digest())


async def turn():
    """Give everyone else one turn of the loop."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done


async def succeed(name, keys):
    return None


@asynccontextmanager
async def mill(handler=succeed, storage=None, clock=None):
    async with storage or MemoryStorage() as opened:
        made = Mill(opened, clock or ManualClock(), handler)
        async with made.supervisor:
            yield made
        await made.supervisor.identities.settle()


def run(story, handler=succeed, **parts):
    """Tell a story of one supervisor with one function and one stream."""

    async def tell():
        async with mill(handler, **parts) as made:
            await made.function()
            await story(made, await made.stream())

    asyncio.run(tell())
