"""A history of writes and deliveries in one process, with a picture of the disk at every point where a crash matters.

A database commits in the loop instead of in a thread, so that a history follows from its seed alone. At each point
the database's files are copied, as SIGKILL would leave them, with all that the outside had been told by then. Then a
server begins from each picture, and is held to it.
"""

import asyncio
import copy
import functools
import json
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson
from tests.unit.triggers.mill import CONTEXT, READ, SCOPE, Mill, turn

from crash.mappings import LANES_MAX, LOST, Mapping, mappings
from crash.model import LostError, Model
from crash.reader import Reader
from crash.recorder import is_poison, tally, told
from crash.writers import TABLE, Writer
from millrace.core.clock import ManualClock
from millrace.dynamodb import operations as dynamodb
from millrace.functions.invocation import Invocation
from millrace.http.message import Request
from millrace.queues import box
from millrace.queues import queue as queues
from millrace.storage import sqlite
from millrace.storage.interface import Storage
from millrace.storage.sqlite import SqliteStorage
from millrace.streams import log
from millrace.streams import operations as streams
from millrace.triggers import checkpoint
from millrace.wire import models

WRITERS = 4
REQUESTS_EACH = 12
TURNS_MAX = 20_000
# So that the write-ahead log is copied into the database now and then, and pictures stay small.
LOG_PAGES = 300


@dataclass
class Picture:
    """What was on the disk at a point, and what the world had seen."""

    number: int
    what: str
    file: Path
    now: float
    model: Model
    batches: dict[str, list[tuple[int, list[int]]]]
    windows: dict[str, list[tuple[int, list[int]]]]


@dataclass
class Tape:
    """Takes a picture of every `stride`th point, beginning with `first`."""

    folder: Path
    stride: int
    first: int
    points: int = 0
    pictures: list[Picture] = field(default_factory=list[Picture])
    take: Callable[[str, int, Path], Picture] | None = None

    def point(self, what: str) -> None:
        """Here the process might end."""
        if self.take is None:  # nothing was begun yet, or all is over
            return
        self.points += 1
        if self.points % self.stride != self.first:
            return
        file = self.folder / f"{self.points:05}" / "tables.db"
        file.parent.mkdir()
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{self.folder / 'live.db'}{suffix}", f"{file}{suffix}")
        self.pictures.append(self.take(what, self.points, file))


class Inline:
    """Does what the disk's threads do in the loop, some turns later; each job has a point before and after it."""

    def __init__(self, tape: Tape, what: str) -> None:
        self._tape = tape
        self._what = what
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, job: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        task = asyncio.get_running_loop().create_task(self._run(job, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, job: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        await turn()
        self._tape.point(f"before {self._what}")
        job()
        self._tape.point(f"after {self._what}")
        await turn()
        await turn()
        done(None)

    def stop(self) -> None:
        """Nothing runs once all are told."""


class _PointedCommitter(sqlite._Committer):
    tape: Tape

    def begin(self, tape: Tape) -> Self:
        self._thread.stop()
        self._copier.stop()
        self.tape, self._thread, self._copier = (
            tape,
            Inline(tape, "a commit"),
            Inline(tape, "a copy of the log"),
        )
        return self

    def _write(self, group: Any) -> Any:
        self.tape.point("before a write")
        return super()._write(group)

    def _landed(self, *given: Any) -> None:
        super()._landed(*given)
        self._pages += storage_pages_faster(self._pages)
        self.tape.point("after it was told")


def storage_pages_faster(pages: int) -> int:
    """How many pages more are to be counted, for the log to be copied after `LOG_PAGES`."""
    return sqlite.storage_checkpoint_pages if LOG_PAGES <= pages < sqlite.storage_checkpoint_pages else 0


class PointedStorage(SqliteStorage):
    """SQLite, whose every step is a point of the tape."""

    def __init__(self, path: Path, tape: Tape) -> None:
        super().__init__(path)
        self._tape = tape

    async def __aenter__(self) -> Self:
        file = sqlite.open_file(self._path, durable=False)
        self._open = _PointedCommitter(file, self._watchers).begin(self._tape)
        return self


@functools.cache
def _models() -> dict[str, Any]:
    return {**models.load("dynamodb").operations, **models.load("dynamodbstreams").operations}


class Direct:
    """The operations themselves, called as the server calls them."""

    def __init__(self, storage: Storage, clock: ManualClock) -> None:
        self._operations = {
            **dynamodb.service(storage, clock, stream_shards=2).operations,
            **streams.service(storage, clock).operations,
        }
        self._models = _models()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def call(self, operation: str, body: dict[str, Any], service: str = "dynamodb") -> dict[str, Any]:
        del service
        model = self._models[operation]
        params = model.decode(Request("POST", "/", "/", "", {}, orjson.dumps(body)))
        output = await self._operations[operation](CONTEXT, params)
        return orjson.loads(model.encode(output, "request").body or b"{}")


class World(Mill):
    """Mappings whose functions are a few lines of this process. `life` counts servers."""

    def __init__(
        self, storage: Storage, clock: ManualClock, made: list[Mapping], tape: Tape, life: int
    ) -> None:
        super().__init__(storage, clock, None)
        self.mappings = {mapping.name: mapping for mapping in made}
        self._tape = tape
        self._life = life
        self._dice = random.Random(life)

    async def invoke(self, _scope: Any, name: str, payload: bytes, **_: Any) -> Invocation:
        self._tape.point("before an invocation")
        mapping = self.mappings[name]
        for _turn in range(self._dice.randrange(12)):
            await turn()
        event = json.loads(payload)
        records = [told(record) for record in event["Records"]]
        poisoned = mapping.poison and any(is_poison(key, n, mapping.poison) for _, key, _, n in records)
        if poisoned or self._dice.random() < mapping.fails:
            self._tape.point("after a failure")
            return _invocation({"errorMessage": "poison", "errorType": "ValueError"}, "Unhandled")
        numbers = tally(event, records)
        if event.get("isFinalInvokeForWindow"):
            mapping.windows.append((self._life, numbers))
        done = self._dice.randrange(len(records)) if self._dice.random() < mapping.partly else len(records)
        if done:
            mapping.batches.append((self._life, [number for number, *_ in records[:done]]))
        self._tape.point("after a handler")
        failed = [{"itemIdentifier": str(records[done][0])}] if done < len(records) else []
        return _invocation({"batchItemFailures": failed, "state": {"numbers": numbers}}, None)

    async def create(self, mapping: Mapping, stream: str) -> None:
        """The mapping, its function, and what this may do."""
        await self.function(mapping.name)
        await self.allow([*READ, "sqs:SendMessage"])
        made = await self.do(
            "CreateEventSourceMapping",
            EventSourceArn=stream,
            FunctionName=mapping.name,
            StartingPosition="TRIM_HORIZON",
            **mapping.settings,
        )
        mapping.uuid = made["UUID"]

    async def end_windows(self) -> None:
        """Let time pass until no window is open."""

        def open_ones(reader: Any) -> bool:
            return any(orjson.loads(raw).get("window") for _, raw in reader.range(checkpoint.SPACE))

        for number in range(TURNS_MAX):
            if not await self.storage.read(open_ones):
                return
            await turn()
            if number % 40 == 39:
                self.clock.advance(0.5)
        raise LostError("a window never ends")

    async def documents(self) -> list[dict[str, Any]]:
        """What the queue was told."""

        def read(reader: Any) -> list[dict[str, Any]]:
            queue = queues.find(reader, SCOPE, LOST)
            assert queue is not None
            return [
                orjson.loads(box.body(reader, queue, number).body) for number, _ in box.oldest(reader, queue)
            ]

        return await self.storage.read(read)

    async def settle(self) -> None:
        """Let time pass until nothing is pending."""
        idle = asyncio.ensure_future(self.supervisor.idle())
        for number in range(TURNS_MAX):
            if idle.done():
                return
            await turn()
            if number % 40 == 39:
                self.clock.advance(0.5)
        idle.cancel()
        stuck = [
            (status.function, shard.shard, shard.phase, shard.pending, shard.attempts, shard.retry_at)
            for status in await self.supervisor.status()
            for shard in status.shards
            if shard.pending
        ]
        raise LostError(f"deliveries never end: {stuck}")


def _invocation(answer: Any, error: str | None) -> Invocation:
    return Invocation(json.dumps(answer).encode(), error, b"", "$LATEST", "", "", "", 1.0)


def _mappings(folder: Path) -> list[Mapping]:
    """Those of the campaign that this version takes; they fail more often, as the history is short."""
    made = mappings(folder, SCOPE.region)
    for mapping in made:
        mapping.fails, mapping.partly = mapping.fails * 10, mapping.partly * 4
        mapping.poison = mapping.poison and 4
    return made


class History:
    """`record` it, then `check` each of the tape's pictures."""

    def __init__(self, folder: Path, seed: int, *, stride: int = 1) -> None:
        self.tape = Tape(folder, stride, seed % stride)
        self._folder = folder
        self._seed = seed
        self._mappings = _mappings(folder)
        self._stream = ""

    async def record(self) -> None:
        """Live through it once."""
        clock, model = ManualClock(), Model()
        storage = PointedStorage(self._folder / "live.db", self.tape)
        async with storage:
            world = World(storage, clock, self._mappings, self.tape, 0)
            direct = Direct(storage, clock)
            async with world.supervisor:
                await self._set_up(world, direct)
                self.tape.take = lambda what, number, file: Picture(
                    number,
                    what,
                    file,
                    clock.now(),
                    copy.deepcopy(model),
                    {mapping.name: list(mapping.batches) for mapping in self._mappings},
                    {mapping.name: list(mapping.windows) for mapping in self._mappings},
                )
                await self._load(world, model, direct)
                await world.settle()
                self.tape.take = None
            await world.supervisor.identities.settle()

    async def _set_up(self, world: World, direct: Direct) -> None:
        made = await direct.call(
            "CreateTable",
            {
                "TableName": TABLE,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            },
        )
        self._stream = made["TableDescription"]["LatestStreamArn"]
        await world.destinations(LOST)
        for mapping in self._mappings:
            await world.create(mapping, self._stream)

    async def _load(self, world: World, model: Model, direct: Direct) -> None:
        storage, clock, dice = world.storage, world.clock, random.Random(self._seed)
        left = [REQUESTS_EACH] * WRITERS

        def enough(number: int) -> bool:
            left[number] -= 1
            return left[number] < 0

        async def reshape() -> None:
            for how in (log.split, log.roll, log.roll):
                for _ in range(dice.randrange(10, 40)):
                    await turn()

                def divide(writer: Any, how: Any = how) -> None:
                    stream = log.describe(writer, self._stream)
                    assert stream is not None
                    how(writer, stream, dice.choice(stream.open_shards), clock.now())

                await storage.write(divide)

        async def divide_anew() -> None:
            for _ in range(3):
                for _ in range(dice.randrange(10, 40)):
                    await turn()
                (parallel,) = (one for one in self._mappings if one.lanes > 1)
                await world.do(
                    "UpdateEventSourceMapping",
                    UUID=parallel.uuid,
                    ParallelizationFactor=dice.randint(1, LANES_MAX),
                )

        busy = True

        async def tick() -> None:
            while busy:
                await turn()
                clock.advance(0.01)

        ticking = asyncio.ensure_future(tick())
        writers = [Writer(number, self._seed) for number in range(WRITERS)]
        await asyncio.gather(
            reshape(),
            divide_anew(),
            *(
                writer.run(lambda: direct, model, lambda number=number: enough(number))
                for number, writer in enumerate(writers)
            ),
        )
        busy = False
        await ticking

    async def check(self, picture: Picture) -> int:
        """Begin from the picture, write some more, and hold it to all promises; answers how many batches came again."""
        clock, model = ManualClock(picture.now), picture.model
        for mapping in self._mappings:
            mapping.batches, mapping.windows = picture.batches[mapping.name], picture.windows[mapping.name]
        try:
            async with SqliteStorage(picture.file, durable=False) as storage:
                world = World(storage, clock, self._mappings, Tape(self._folder, 1, 0), 1)
                direct = Direct(storage, clock)
                await self._check_start(world, direct, model)
                async with world.supervisor:
                    for number in range(WRITERS):
                        asked = iter((False, True))
                        writer = Writer(number, self._seed + 1, first=1_000)
                        await writer.run(lambda: direct, model, lambda asked=asked: next(asked))
                    await world.settle()
                    await self._check_counts(world, model)
                    await world.end_windows()
                    documents = await world.documents()
                await world.supervisor.identities.settle()
                reader = Reader(self._stream)
                await reader.run(lambda: direct, lambda: True)
                reader.check(model, complete=True)
                for mapping in self._mappings:
                    mapping.documents = documents if mapping.is_told else []
                return sum(mapping.check(reader) for mapping in self._mappings)
        except LostError as error:
            raise LostError(f"point {picture.number}, {picture.what}: {error}") from error

    async def _check_start(self, world: World, direct: Direct, model: Model) -> None:
        found = await direct.call("Scan", {"TableName": TABLE})
        model.resolve({item["id"]["S"]: int(item["n"]["N"]) for item in found["Items"]})
        await self._check_counts(world, model)

    async def _check_counts(self, world: World, model: Model) -> None:
        for status in await world.supervisor.status():
            one = status.as_dict(world.clock.now())
            counts = (one["delivered"], one["filtered"], sum(one["discarded"].values()), one["pending"])
            if sum(counts) != model.changes:
                raise LostError(
                    f"{status.function}: delivered, filtered, discarded and pending are {counts}, of {model.changes}"
                )


async def cut(folder: Path, seed: int, *, stride: int = 1) -> tuple[int, int]:
    """Record one history and check every `stride`th of its points; answers how many it has, and how many were checked."""
    history = History(folder, seed, stride=stride)
    await history.record()
    for picture in history.tape.pictures:
        await history.check(picture)
        shutil.rmtree(picture.file.parent)
    return history.tape.points, len(history.tape.pictures)
