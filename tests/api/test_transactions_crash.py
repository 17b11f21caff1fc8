"""A transaction is whole or it is not, wherever the server is killed; and its token finishes what was cut off."""

import os
import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.api.millrace_process import Millrace
from tests.api.raw_http import Caller

WRITERS = 4
PARTS = 3
KILLS = int(os.environ.get("MILLRACE_KILLS", "3"))


class Writer(threading.Thread):
    """Counts its own items up together, until the server does not answer; `open` is what it asked for last."""

    def __init__(self, number: int, port: int, progress: "Progress") -> None:
        super().__init__()
        self.keys = [f"w{number} {part}" for part in range(PARTS)]
        self.port = port
        self.progress = progress
        self.open: dict[str, Any] = {}
        self.acknowledged = 0

    def run(self) -> None:
        with Caller(self.port) as caller:
            for turn in range(100_000):
                self.open = {
                    "TransactItems": [{"Update": count_up(key)} for key in self.keys],
                    "ClientRequestToken": f"{self.port} {self.name} {turn}"[-36:],
                }
                try:
                    answer = caller.json("dynamodb", "TransactWriteItems", self.open)
                except (OSError, AssertionError):
                    return
                assert answer.status == 200, answer.body
                self.acknowledged += 1
                self.progress.step()


class Progress:
    """How many transactions were acknowledged, over all writers."""

    def __init__(self) -> None:
        self._count = 0
        self._news = threading.Condition()

    def step(self) -> None:
        with self._news:
            self._count += 1
            self._news.notify_all()

    def wait(self, count: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self._count >= count, timeout=60)


def count_up(key: str) -> dict[str, Any]:
    return {
        "TableName": "counts",
        "Key": {"id": {"S": key}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def counts(server: Millrace) -> dict[str, int]:
    items = server.client("dynamodb").scan(TableName="counts", ConsistentRead=True)["Items"]
    return {item["id"]["S"]: int(item["n"]["N"]) for item in items}


def recorded(server: Millrace, arn: str) -> dict[str, int]:
    """How often each item changed, as the stream has it."""
    streams = server.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**place)["ShardIterator"]
    found: dict[str, int] = defaultdict(int)
    while records := (page := streams.get_records(ShardIterator=iterator))["Records"]:
        iterator = page["NextShardIterator"]
        for record in records:
            found[record["dynamodb"]["Keys"]["id"]["S"]] += 1
    return dict(found)


def killed_while_writing(server: Millrace, after: int) -> list[Writer]:
    progress = Progress()
    writers = [Writer(number, server.port, progress) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    progress.wait(after)
    server.kill()
    for writer in writers:
        writer.join()
    return writers


def test_a_killed_server_leaves_whole_transactions_and_tokens_finish_what_was_cut_off(tmp_path: Path):
    server = Millrace(tmp_path / "data").start()
    expected: dict[str, int] = defaultdict(int)
    try:
        created = server.client("dynamodb").create_table(
            TableName="counts",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
        for kill in range(KILLS):
            writers = killed_while_writing(server, 40 + 37 * kill)
            server.start()
            found = counts(server)
            for writer in writers:
                made = {found.get(key, 0) - expected[key] for key in writer.keys}
                assert made in ({writer.acknowledged}, {writer.acknowledged + 1}), made
                server.client("dynamodb").transact_write_items(**writer.open)
                for key in writer.keys:
                    expected[key] += writer.acknowledged + 1
            assert counts(server) == expected
        told = recorded(server, created["TableDescription"]["LatestStreamArn"])
    finally:
        server.kill()

    assert told == expected
