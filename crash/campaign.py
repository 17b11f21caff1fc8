"""A real server is killed at random moments under full load, started again, and held to everything it has said."""

import asyncio
import json
import random
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError
from tests.api.millrace_process import TRUST, Millrace, stream_policy, zipped

from crash import events
from crash.connection import Connection, GoneError, RefusedError
from crash.events import Events
from crash.mappings import LANES_MAX, LOST, Mapping, mappings
from crash.model import LostError, Model
from crash.reader import Reader
from crash.writers import TABLE, Writer

REGION = "us-east-1"
WRITERS = 8
WRITES_MAX = 500  # requests acknowledged between two kills
REST_KILLS = 25  # after so many everything is waited for, and checked to its end
OPEN_SHARDS_MAX = 6
MOMENTS = {"writing": 70, "delivering": 18, "starting": 12}
TELLS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}],
    }
)
RECORDER = Path(__file__).with_name("recorder.py")


class Campaign:
    """One server with its data in `folder`. `seed` decides what can be decided: the moments, not what is under way then."""

    def __init__(self, folder: Path, seed: int, *, writes: int = WRITES_MAX) -> None:
        self.server = Millrace(folder / "data", "--stream-shards", "2")
        self.model = Model()
        self.mappings = mappings(folder, REGION)
        self.events = Events(folder / events.NAME)
        self.kills: Counter[str] = Counter()
        self.repeated = 0
        self.reshaped = 0
        self.divided = 0
        self.records = 0
        self._dice = random.Random(seed)
        self._writes = writes
        self._writers = [Writer(number, seed) for number in range(WRITERS)]
        self._lives: dict[int, int] = {}
        self._reader: Reader
        self._quiet = False

    # The life of the server.

    def begin(self) -> None:
        """Start it with a table, all mappings and what they need."""
        self._start()
        made = self._client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        stream = made["TableDescription"]["LatestStreamArn"]
        self._reader = Reader(stream)
        queues = self._client("sqs")
        self._queues = {name: queues.create_queue(QueueName=name)["QueueUrl"] for name in (LOST, events.DEAD)}
        role = self._client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"][
            "Arn"
        ]
        for name, policy in (("reads", stream_policy(stream)), ("tells", TELLS)):
            self._client("iam").put_role_policy(RoleName="reader", PolicyName=name, PolicyDocument=policy)
        for mapping in self.mappings:
            self._map(mapping, stream, role)
        self._make(events.NAME, role, events.HANDLER, {"FILE": str(self.events.file)})
        self._client("lambda").put_function_event_invoke_config(
            FunctionName=events.NAME, MaximumRetryAttempts=0
        )
        self._client("lambda").update_function_configuration(
            FunctionName=events.NAME,
            DeadLetterConfig={"TargetArn": f"arn:aws:sqs:{REGION}:000000000000:{events.DEAD}"},
        )

    def _client(self, service: str) -> Any:
        return self.server.client(service, region_name=REGION)

    def _map(self, mapping: Mapping, stream: str, role: str) -> None:
        self._make(mapping.name, role, RECORDER.read_text(), mapping.environment)
        made = self._client("lambda").create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName=mapping.name,
            StartingPosition="TRIM_HORIZON",
            **mapping.settings,
        )
        mapping.uuid = made["UUID"]

    def _make(self, name: str, role: str, source: str, environment: dict[str, str]) -> None:
        self._client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler="handler.handler",
            Role=role,
            Code={"ZipFile": zipped(source)},
            Environment={"Variables": environment},
        )

    def _start(self, kill_after: float | None = None) -> bool:
        """Start it; answers whether it got so far before it was killed again."""
        timer = None
        if kill_after is not None:
            old = self.server.process
            timer = threading.Timer(kill_after, self._kill_new, (old,))
            timer.start()
        try:
            self.server.start()
        except (AssertionError, ValueError):
            if kill_after is None:
                raise
            self._remember()
            return False
        finally:
            if timer is not None:
                timer.cancel()
                timer.join()
        self._remember()
        assert self.server.process is not None
        return self.server.process.poll() is None

    def _kill_new(self, old: Any) -> None:
        if self.server.process is not old and self.server.process is not None:
            self.server.process.kill()

    def _remember(self) -> None:
        assert self.server.process is not None
        self._lives[self.server.process.pid] = len(self._lives)

    def end(self) -> None:
        self.server.close()

    # One kill after the other.

    def kill_once(self) -> str:
        """Live, be killed, start again, and be checked; answers what the moment was."""
        moment = self._dice.choices(list(MOMENTS), weights=list(MOMENTS.values()))[0]
        asyncio.run(self._live(moment))
        self.server.kill()
        self.kills[moment] += 1
        if moment == "starting":
            while not self._start(kill_after=self._dice.uniform(0.02, 0.6)):
                assert self.server.process is not None
                self.server.process.wait()
                if self._dice.random() < 0.5:
                    self._start()
                    break
        else:
            self._start()
        asyncio.run(self._after_start())
        return moment

    async def _live(self, moment: str) -> None:
        wanted = self.model.acknowledged + self._dice.randrange(1, self._writes)

        def enough() -> bool:
            return moment == "delivering" and self.model.acknowledged >= wanted

        self._quiet = False
        connect = partial(Connection, self.server.port)
        tasks = [
            *(asyncio.create_task(writer.run(connect, self.model, enough)) for writer in self._writers),
            asyncio.create_task(self._reader.run(connect, lambda: self._quiet)),
            asyncio.create_task(self._reshape()),
            asyncio.create_task(self._divide()),
            asyncio.create_task(self.events.run(self._client("lambda"))),
        ]
        while self.model.acknowledged < wanted:
            self._raise_from(tasks)
            await asyncio.sleep(0.001)
        await asyncio.sleep(self._dice.uniform(0, 0.3 if moment == "delivering" else 0.004))
        self._raise_from(tasks)
        assert self.server.process is not None
        self.server.process.kill()
        await asyncio.gather(*tasks)

    def _raise_from(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            if task.done() and task.exception() is not None:
                raise task.exception() or AssertionError
        assert self.server.process is not None
        if self.server.process.poll() is not None:
            raise LostError("the server ended by itself")

    async def _reshape(self) -> None:
        """Now and then a shard is split or rolls over."""
        if self._dice.random() < 0.4:
            return
        await asyncio.sleep(self._dice.uniform(0, 0.1))
        try:
            async with Connection(self.server.port) as connection:
                (stream,) = (await connection.ask("streams"))["streams"]
                shards = [shard["shard"] for shard in stream["shards"] if shard["closed"] is None]
                action = "split" if len(shards) < OPEN_SHARDS_MAX else "roll"
                chosen = self._dice.choice(shards)
                await connection.ask("streams", {"action": action, "stream": stream["arn"], "shard": chosen})
                self.reshaped += 1
        except GoneError:
            return

    async def _divide(self) -> None:
        """Now and then a mapping's factor changes."""
        if self._dice.random() < 0.3:
            return
        (parallel,) = (mapping for mapping in self.mappings if mapping.lanes > 1)
        await asyncio.sleep(self._dice.uniform(0, 0.1))
        try:
            await asyncio.to_thread(
                self._client("lambda").update_event_source_mapping,
                UUID=parallel.uuid,
                ParallelizationFactor=self._dice.randint(1, LANES_MAX),
            )
            self.divided += 1
        except BotoCoreError:
            return

    # Checks.

    async def _after_start(self) -> None:
        """What can be known while mappings still work: the items, and the counts."""
        async with Connection(self.server.port) as connection:
            found = await connection.call("Scan", {"TableName": TABLE, "ConsistentRead": True})
            items = {item["id"]["S"]: int(item["n"]["N"]) for item in found["Items"]}
            self.model.resolve(items)
            self._check_status(await connection.ask("status"))
        self._reader.check(self.model, complete=False)

    def _check_status(self, status: dict[str, Any]) -> dict[str, dict[str, Any]]:
        (table,) = status["tables"]
        if table["changes"] != self.model.changes:
            raise LostError(f"{self.model.changes} changes happened, the stream had {table['changes']}")
        told = {one["function"]: one for one in status["mappings"]}
        for mapping in self.mappings:
            one = told[mapping.name]
            counts = (one["delivered"], one["filtered"], sum(one["discarded"].values()), one["pending"])
            if sum(counts) != self.model.changes:
                raise LostError(
                    f"{mapping.name}: delivered, filtered, discarded and pending are {counts}, of {self.model.changes}"
                )
        return told

    def rest(self) -> None:
        """Wait until everything is read and delivered, and check all of it."""
        self._quiet = True
        asyncio.run(self._reader.run(partial(Connection, self.server.port), lambda: True))
        self._reader.check(self.model, complete=True)
        asyncio.run(self._idle())
        self._end_windows()
        documents = self._take(LOST)
        self.events.check(self._take(events.DEAD))
        self.repeated = self.records = 0
        for mapping in self.mappings:
            mapping.read_file(self._lives)
            if mapping.is_told:
                mapping.documents += documents
            self.repeated += mapping.check(self._reader)
            self.records += sum(len(numbers) for _, numbers in mapping.batches)

    def _end_windows(self) -> None:
        """Nobody writes any more: each open window has its last call when its time is over."""
        deadline = time.monotonic() + 60
        for mapping in self.mappings:
            while mapping.is_windowed and not mapping.is_summed_up(self._lives):
                if time.monotonic() > deadline:
                    return
                time.sleep(0.05)

    def _take(self, name: str) -> list[dict[str, Any]]:
        """The bodies of what is in a queue; they are deleted from it."""
        queues, url, bodies = self._client("sqs"), self._queues[name], list[dict[str, Any]]()
        while found := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            bodies += [json.loads(message["Body"]) for message in found]
            entries = [
                {"Id": str(place), "ReceiptHandle": one["ReceiptHandle"]} for place, one in enumerate(found)
            ]
            queues.delete_message_batch(QueueUrl=url, Entries=entries)
        return bodies

    async def _idle(self) -> None:
        deadline = time.monotonic() + 120
        async with Connection(self.server.port) as connection:
            while True:
                try:
                    await connection.ask("idle", {"timeout": 10})
                    break
                except RefusedError as error:
                    if time.monotonic() > deadline:
                        raise LostError(f"deliveries never end: {error}") from error
            told = self._check_status(await connection.ask("status"))
        for mapping in self.mappings:
            changes = [(key, *change) for key, changes in self.model.history.items() for change in changes]
            expected = (
                sum(mapping.wants(*change) for change in changes),
                sum(mapping.gives_up(*change) for change in changes),
            )
            one = told[mapping.name]
            if (one["delivered"], sum(one["discarded"].values())) != expected:
                raise LostError(
                    f"{mapping.name}: (delivered, discarded) should be {expected}: "
                    f"{json.dumps({name: one[name] for name in ('delivered', 'filtered', 'discarded', 'pending')})}"
                )
