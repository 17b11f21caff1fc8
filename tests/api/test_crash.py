"""The promise itself: a real server is killed at random moments while many write, and nothing is lost.

MILLRACE_KILLS says how often it is killed (3), MILLRACE_SEED repeats a run's choice of moments.
"""

import json
import os
import random  # noqa: TID251 -- moments nobody chose are the point; the seed is printed
import threading
from collections import defaultdict
from pathlib import Path

from tests.api.millrace_process import TRUST, Millrace, stream_policy, zipped
from tests.api.raw_http import Caller

WRITERS = 4
KEYS_EACH = 5
ACKNOWLEDGED_MAX = 600  # between two kills

# One line of a file is one batch that was handled; it is written at once, or not at all.
RECORDER = """
import json, os, random

def handler(event, context):
    if random.random() < float(os.environ["FAILS"]):
        raise ValueError("a bad day")
    seen = [
        [int(record["dynamodb"]["SequenceNumber"]), record["dynamodb"]["Keys"]["id"]["S"],
         int(record["dynamodb"]["NewImage"]["n"]["N"])]
        for record in event["Records"]
    ]
    file = os.open(os.environ["FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (json.dumps(seen) + "\\n").encode())
    os.close(file)
"""


class Writer(threading.Thread):
    """Counts its keys up, one write after the other, until the server does not answer any more."""

    def __init__(self, number: int, port: int, counts: dict[str, int], progress: "Progress") -> None:
        super().__init__()
        self.keys = [f"w{number}-{key}" for key in range(KEYS_EACH)]
        self.port = port
        self.counts = counts
        self.progress = progress

    def run(self) -> None:
        with Caller(self.port) as caller:
            while True:
                for key in self.keys:
                    self.counts[key] += 1
                    item = {"id": {"S": key}, "n": {"N": str(self.counts[key])}}
                    try:
                        answer = caller.json("dynamodb", "PutItem", {"TableName": "orders", "Item": item})
                    except (OSError, AssertionError):
                        self.progress.leave()
                        return
                    assert answer.status == 200, answer.body
                    self.progress.acknowledge(key, self.counts[key])


class Progress:
    """What was acknowledged, over all writers."""

    def __init__(self) -> None:
        self.acknowledged: list[tuple[str, int]] = []
        self._gone = 0
        self._news = threading.Condition()

    def acknowledge(self, key: str, n: int) -> None:
        with self._news:
            self.acknowledged.append((key, n))
            self._news.notify_all()

    def leave(self) -> None:
        with self._news:
            self._gone += 1
            self._news.notify_all()

    def wait(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._gone or len(self.acknowledged) >= count, timeout=60)
            assert not self._gone, "the server went away before it was killed"


def test_nothing_is_lost_or_out_of_order_when_the_server_is_killed(tmp_path: Path):
    kills = int(os.environ.get("MILLRACE_KILLS", "3"))
    seed = int(os.environ.get("MILLRACE_SEED") or int.from_bytes(os.urandom(4)))
    print(f"MILLRACE_SEED={seed}")  # noqa: T201 -- shown when it fails
    chance = random.Random(seed)
    server = Millrace(tmp_path / "data")
    files = {name: tmp_path / name for name in ("steady", "shaky")}
    counts: dict[str, int] = defaultdict(int)
    acknowledged: list[tuple[str, int]] = []
    try:
        prepare(server.start(), files)
        for _ in range(kills):
            acknowledged += written_until_killed(server, counts, chance.randrange(1, ACKNOWLEDGED_MAX))
            server.start()
        told = server.idle(60)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()

    assert told["idle"]
    for name, file in files.items():
        (mapping,) = [one for one in told["mappings"] if one["function"] == name]
        check(file, acknowledged, mapping["delivered"], kills)
    print(f"{len(acknowledged)} writes were acknowledged, {kills} kills")  # noqa: T201


def prepare(server: Millrace, files: dict[str, Path]) -> None:
    """A table whose changes go to two functions, one of which fails now and then."""
    created = server.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    stream = created["TableDescription"]["LatestStreamArn"]
    iam, functions = server.client("iam"), server.client("lambda")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="reads", PolicyDocument=stream_policy(stream))
    for name, size, fails in (("steady", 100, "0"), ("shaky", 7, "0.02")):
        functions.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Handler="handler.handler",
            Role=role,
            Code={"ZipFile": zipped(RECORDER)},
            Environment={"Variables": {"FILE": str(files[name]), "FAILS": fails}},
        )
        functions.create_event_source_mapping(
            EventSourceArn=stream, FunctionName=name, StartingPosition="TRIM_HORIZON", BatchSize=size
        )


def written_until_killed(server: Millrace, counts: dict[str, int], after: int) -> list[tuple[str, int]]:
    """What was acknowledged until SIGKILL came, soon after so many writes."""
    progress = Progress()
    writers = [Writer(number, server.port, counts, progress) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    progress.wait(after)
    server.kill()
    for writer in writers:
        writer.join()
    return progress.acknowledged


def check(file: Path, acknowledged: list[tuple[str, int]], delivered: int, kills: int) -> None:
    """Every record came, in order; after a kill at most the batch in flight came again, from its first on."""
    batches = [json.loads(line) for line in file.read_text().splitlines()]
    repeated, before, last = 0, None, batches[0][0][0] - 1
    seen: dict[str, list[int]] = defaultdict(list)
    for batch in batches:
        numbers = [number for number, _, _ in batch]
        if numbers[0] != last + 1:
            assert numbers[0] == before, f"after {last} came {numbers}"
            repeated += 1
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        for number, key, n in batch:
            if number > last:
                seen[key].append(n)
        before, last = numbers[0], max(last, numbers[-1])
    assert repeated <= kills
    assert {key: sorted(set(ns)) for key, ns in seen.items()} == seen
    assert set(acknowledged) <= {(key, n) for key, ns in seen.items() for n in ns}
    assert delivered == sum(map(len, seen.values()))
