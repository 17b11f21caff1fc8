"""ParallelizationFactor on a real server: ten batches of one shard at once, and each key's changes in order."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

LANES = 10
PARTITIONS = 60
ROUNDS = 12

# Notes what it gets; a batch ends when the file `open` is there.
HANDLER = """
import os, pathlib, time

place = pathlib.Path(os.environ["PLACE"])

def handle(event, context):
    (place / f"began-{context.aws_request_id}").touch()
    while not (place / "open").exists():
        time.sleep(0.01)
    changes = [record["dynamodb"]["NewImage"] for record in event["Records"]]
    lines = "".join(f"{change['id']['S']} {change['n']['N']}\\n" for change in changes)
    descriptor = os.open(place / "got", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, lines.encode())
    os.close(descriptor)
"""


class Mill:
    """A table whose changes go to one function, in lanes."""

    def __init__(self, server: Millrace, place: Path) -> None:
        self.server = server
        self.place = place
        self.functions = Functions(server)
        self.table = server.client("dynamodb")
        stream = self.table.create_table(
            TableName="Lanes",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )["TableDescription"]["LatestStreamArn"]
        server.client("iam").put_role_policy(
            RoleName="functions", PolicyName="streams", PolicyDocument=stream_policy(stream)
        )
        self.functions.make("lane", HANDLER, Environment={"Variables": {"PLACE": str(place)}})
        self.mapping: dict[str, Any] = self.functions.lambda_.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName="lane",
            StartingPosition="TRIM_HORIZON",
            ParallelizationFactor=LANES,
            BatchSize=5,
        )

    def write(self, *rounds: int) -> None:
        for number in rounds:
            for first in range(0, PARTITIONS, 20):
                puts = [
                    {"PutRequest": {"Item": {"id": {"S": f"p{one}"}, "n": {"N": str(number)}}}}
                    for one in range(first, first + 20)
                ]
                self.table.batch_write_item(RequestItems={"Lanes": puts})

    @property
    def begun(self) -> int:
        return len(list(self.place.glob("began-*")))

    @property
    def got(self) -> dict[str, list[int]]:
        """Each partition's numbers, in the order they came."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for line in (self.place / "got").read_text().splitlines():
            partition, number = line.split(" ")
            numbers[partition].append(int(number))
        return numbers


@pytest.fixture
def mill(millrace: Millrace, tmp_path: Path) -> Mill:
    place = tmp_path / "place"
    place.mkdir()
    return Mill(millrace, place)


def check_accounts(mill: Mill) -> dict[str, Any]:
    """Every record that the stream has had is in the trigger's accounts once, at this very moment."""
    status = mill.server.ask("status")
    (trigger,), (table,) = status["mappings"], status["tables"]
    done = trigger["delivered"] + trigger["filtered"] + sum(trigger["discarded"].values())
    assert done + trigger["pending"] == trigger["records"] == table["changes"]
    assert trigger["pending"] >= 0
    return trigger


def test_ten_batches_run_at_once_in_order_for_each_key_also_when_the_factor_changes(mill: Mill):
    # None of them ends before the file is there: so they all run at once.
    with mill.server.tail("function=lane") as tail:
        mill.write(0, 1)
        tail.wait(lambda event: event.get("event") == "batch_started", count=LANES)
        answer = mill.functions.lambda_.update_event_source_mapping(
            UUID=mill.mapping["UUID"], ParallelizationFactor=3
        )
        mill.write(2)
        waiting = check_accounts(mill)
        assert mill.begun <= LANES
        with ThreadPoolExecutor() as writers:
            writing = writers.submit(mill.write, *range(3, ROUNDS))
            (mill.place / "open").touch()
            while not writing.done():
                check_accounts(mill)
            writing.result()
        mill.server.idle()

    assert (mill.mapping["ParallelizationFactor"], answer["ParallelizationFactor"]) == (LANES, 3)
    assert (waiting["delivered"], waiting["pending"]) == (0, 3 * PARTITIONS)
    assert mill.got == {f"p{one}": list(range(ROUNDS)) for one in range(PARTITIONS)}
    trigger = check_accounts(mill)
    assert (trigger["delivered"], trigger["pending"]) == (ROUNDS * PARTITIONS, 0)
    assert trigger["shards"][0]["lanes"] == 3
