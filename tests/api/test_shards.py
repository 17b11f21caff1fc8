"""Streams of several shards on a real server: made, split and rolled over on command, read and delivered in order."""

import json
from collections import defaultdict
from collections.abc import Iterator

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy
from tests.api.own_api import answer

LISTENER = """
def handle(event, context):
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        print("saw", image["id"]["S"], image["v"]["N"])
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshTables]:
    with Millrace(tmp_path_factory.mktemp("shards"), "--stream-shards", "4") as server:
        yield FreshTables(server)


def fill(table: FreshTable, version: int) -> None:
    table.fill([{"id": {"S": str(key)}, "v": {"N": str(version)}} for key in range(25)])


def order(table: FreshTable, **body: str) -> dict:
    return table.tables.server.ask("streams", stream=table.stream_arn(), **body)


def versions(records: list[dict]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for record in records:
        image = record["dynamodb"]["NewImage"]
        found[image["id"]["S"]].append(int(image["v"]["N"]))
    return dict(found)


def test_shards_split_and_roll_on_command_and_nothing_is_lost(tables: FreshTables):
    table = tables.create("id", view="NEW_IMAGE")
    functions = Functions(tables.server)
    policy = stream_policy(table.stream_arn())
    tables.server.client("iam").put_role_policy(RoleName="functions", PolicyName="p", PolicyDocument=policy)
    functions.make("Listener", LISTENER)
    functions.lambda_.create_event_source_mapping(
        EventSourceArn=table.stream_arn(), FunctionName="Listener", StartingPosition="TRIM_HORIZON"
    )
    fill(table, 1)
    split = order(table, action="split")
    fill(table, 2)
    first_open = next(shard["shard"] for shard in split["shards"] if shard["closed"] is None)
    rolled = order(table, action="roll", shard=first_open)
    fill(table, 3)
    told = tables.server.idle()
    described = tables.streams.describe_stream(StreamArn=table.stream_arn())["StreamDescription"]["Shards"]

    assert [len(one["shards"]) for one in (split, rolled)] == [12, 13]
    assert [shard["ShardId"] for shard in described] == [shard["shard"] for shard in rolled["shards"]]
    assert [shard.get("ParentShardId") for shard in described] == [
        shard["parent"] for shard in rolled["shards"]
    ]
    assert sum(shard["share"] for shard in rolled["shards"] if shard["closed"] is None) == 1
    assert versions(table.records()) == {str(key): [1, 2, 3] for key in range(25)}
    assert told["idle"]
    assert [(one["delivered"], one["pending"]) for one in told["mappings"]] == [(75, 0)]


def test_orders_that_cannot_be_carried_out_say_why(tables: FreshTables):
    table = tables.create("id", view="KEYS_ONLY")
    arn = table.stream_arn()
    parent = order(table, action="roll")["shards"][0]["shard"]
    unknown = "shardId-00000000000000000001-00000000"
    for body, status, message in (
        ({"action": "melt", "stream": arn}, 400, "action must be split or roll"),
        ({"action": "split"}, 400, "stream must be a stream's ARN"),
        (
            {"action": "split", "stream": arn, "how": 1},
            400,
            "streams knows action, stream and shard, not how",
        ),
        ({"action": "split", "stream": arn, "shard": "x"}, 400, "shard must be the id of a shard"),
        ({"action": "split", "stream": "nowhere"}, 404, "there is no stream nowhere"),
        ({"action": "split", "stream": arn, "shard": unknown}, 404, f"there is no shard {unknown}"),
        ({"action": "split", "stream": arn, "shard": parent}, 400, f"{parent} is closed"),
    ):
        expected = (status, {"message": message})
        assert answer(tables.server, "POST", "streams", json.dumps(body).encode()) == expected
    table.toggle(view=None)
    refused = answer(tables.server, "POST", "streams", json.dumps({"action": "roll", "stream": arn}).encode())

    assert refused == (400, {"message": f"{arn} is disabled: none of its shards is open"})


def test_the_command_shows_splits_and_rolls(tables: FreshTables):
    table = tables.create("id", view="KEYS_ONLY")
    split = tables.server.millrace("streams", table.name, "--split", "--json")
    (stream,) = json.loads(split.stdout)["streams"]
    leaf = stream["shards"][-1]["shard"]
    shown = tables.server.millrace("streams", table.name, "--roll", "--shard", leaf)
    wrong = tables.server.millrace("streams", "nowhere", "--roll")

    assert (len(stream["shards"]), stream["status"]) == (12, "ENABLED")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.count("12.5 %") == 9
    assert f"{leaf}  " in shown.stdout
    assert (wrong.returncode, wrong.stderr) == (1, "Error: nowhere has no stream that is enabled\n")


def test_the_tail_goes_on_with_shards_that_opened_meanwhile(tables: FreshTables):
    table = tables.create("id", view="KEYS_ONLY")
    with tables.server.tail(f"table={table.name}") as tail:
        for version in range(1, 4):
            order(table, action="roll")
            fill(table, version)
        changes = tail.wait(lambda event: event["kind"] == "change", count=75)

    numbers = [change["sequence_number"] for change in changes]
    assert (len(set(numbers)), len(tail.events)) == (75, 75)
