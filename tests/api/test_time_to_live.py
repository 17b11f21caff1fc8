"""Time to Live on a real server: items expire, and the function hears who deleted them."""

import json
import time
from typing import Any

import botocore.exceptions
import pytest
from tests.api.functions_process import Functions
from tests.api.millrace_process import Millrace, stream_policy

HANDLER = """
import json

def handle(event, context):
    for record in event["Records"]:
        key = record["dynamodb"]["Keys"]["id"]["S"]
        print("HEARD " + json.dumps([record["eventName"], key, record.get("userIdentity")]))
"""
BY_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


class Sessions:
    """A table `Sessions` whose items expire by `until`, and a function `Reaper` on its stream."""

    def __init__(self, server: Millrace, *patterns: str) -> None:
        self.server = server
        made = server.client("dynamodb").create_table(
            TableName="Sessions",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        self.stream: str = made["TableDescription"]["LatestStreamArn"]
        server.client("dynamodb").update_time_to_live(
            TableName="Sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
        )
        functions = Functions(server)
        server.client("iam").put_role_policy(
            RoleName="functions", PolicyName="p", PolicyDocument=stream_policy(self.stream)
        )
        functions.make("Reaper", HANDLER)
        filters = {"FilterCriteria": {"Filters": [{"Pattern": pattern} for pattern in patterns]}}
        functions.lambda_.create_event_source_mapping(
            EventSourceArn=self.stream,
            FunctionName="Reaper",
            StartingPosition="TRIM_HORIZON",
            **(filters if patterns else {}),
        )

    def put(self, key: str, seconds: float) -> None:
        """An item that expires in so many seconds of the server's time."""
        until = int(self.server.ask("clock")["now"]) + seconds
        item = {"id": {"S": key}, "until": {"N": str(until)}}
        self.server.client("dynamodb").put_item(TableName="Sessions", Item=item)

    def keys(self) -> list[str]:
        items = self.server.client("dynamodb").scan(TableName="Sessions")["Items"]
        return sorted(item["id"]["S"] for item in items)

    def records(self) -> list[Any]:
        """All records of the stream, as boto3 gives them."""
        streams = self.server.client("dynamodbstreams")
        shards = streams.describe_stream(StreamArn=self.stream)["StreamDescription"]["Shards"]
        where = {"StreamArn": self.stream, "ShardId": shards[0]["ShardId"]}
        page = streams.get_shard_iterator(**where, ShardIteratorType="TRIM_HORIZON")
        found = []
        while (page := streams.get_records(ShardIterator=_next(page)))["Records"]:
            found += page["Records"]
        return found

    def heard(self) -> list[Any]:
        """What the function was told, as its log has it."""
        logs = self.server.client("logs")
        found = logs.filter_log_events(logGroupName="/aws/lambda/Reaper", filterPattern="HEARD")["events"]
        return [json.loads(event["message"].partition(" ")[2]) for event in found]


def _next(page: Any) -> str:
    return page.get("ShardIterator") or page["NextShardIterator"]


def test_an_item_expires_and_the_function_hears_that_the_service_deleted_it(millrace: Millrace):
    sessions = Sessions(millrace)
    sessions.put("short", 3_600)
    sessions.put("long", 7_200)
    millrace.client("dynamodb").delete_item(TableName="Sessions", Key={"id": {"S": "nobody"}})
    millrace.ask("clock", advance=3_601)
    millrace.idle()

    left, heard = sessions.keys(), sessions.heard()
    millrace.client("dynamodb").delete_item(TableName="Sessions", Key={"id": {"S": "long"}})
    millrace.idle()

    assert left == ["long"]
    assert heard == [["INSERT", "short", None], ["INSERT", "long", None], ["REMOVE", "short", BY_SERVICE]]
    assert sessions.heard()[3:] == [["REMOVE", "long", None]]


def test_a_filter_tells_expired_items_from_deleted_ones(millrace: Millrace):
    pattern = {"userIdentity": {name: [value] for name, value in BY_SERVICE.items()}}
    sessions = Sessions(millrace, json.dumps(pattern))
    sessions.put("expires", 60)
    sessions.put("goes", 60)
    millrace.client("dynamodb").delete_item(TableName="Sessions", Key={"id": {"S": "goes"}})
    millrace.ask("clock", advance=61)
    (mapping,) = millrace.idle()["mappings"]

    assert sessions.heard() == [["REMOVE", "expires", BY_SERVICE]]
    assert (mapping["delivered"], mapping["filtered"], mapping["pending"]) == (1, 3, 0)


def test_getrecords_names_the_service_as_boto3_spells_it(millrace: Millrace):
    sessions = Sessions(millrace)
    sessions.put("a", -5)
    millrace.idle()
    insert, remove = sessions.records()

    assert "userIdentity" not in insert
    assert remove["eventName"] == "REMOVE"
    assert remove["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert remove["dynamodb"]["OldImage"]["id"] == {"S": "a"}


def test_items_expire_by_themselves_within_seconds(millrace: Millrace):
    sessions = Sessions(millrace)
    with millrace.tail("table=Sessions") as tail:
        began = time.time()  # noqa: TID251 -- a real process is being waited for
        sessions.put("a", 2)
        tail.wait(lambda event: event.get("event") == "REMOVE", seconds=20)
        took = time.time() - began  # noqa: TID251

    assert took > 1
    assert sessions.keys() == []


def test_what_comes_due_while_a_killed_server_is_down_expires_when_it_is_back(millrace: Millrace):
    sessions = Sessions(millrace)
    sessions.put("a", 1)
    sessions.put("b", 3_600)
    millrace.kill()
    millrace.start()
    described = millrace.client("dynamodb").describe_time_to_live(TableName="Sessions")
    millrace.ask("clock", advance=2)
    millrace.idle()

    assert described["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    assert sessions.keys() == ["b"]
    assert sessions.heard().count(["REMOVE", "a", BY_SERVICE]) >= 1


def test_a_server_killed_amid_expiring_expires_the_rest_and_nothing_twice(millrace: Millrace):
    sessions = Sessions(millrace, '{"eventName": ["nothing"]}')
    dynamodb = millrace.client("dynamodb")
    until = str(int(millrace.ask("clock")["now"]) + 3_600)
    names = [f"k{number:04}" for number in range(2_000)]
    for first in range(0, len(names), 25):
        items = [{"id": {"S": name}, "until": {"N": until}} for name in names[first : first + 25]]
        requests = [{"PutRequest": {"Item": item}} for item in items]
        dynamodb.batch_write_item(RequestItems={"Sessions": requests})
    with millrace.tail("table=Sessions") as tail:
        millrace.ask("clock", advance=3_601)
        tail.wait(lambda event: event.get("event") == "REMOVE")
        millrace.kill()
    millrace.start()
    millrace.ask("clock", advance=3_601)
    millrace.idle()
    removed = [one["dynamodb"]["Keys"]["id"]["S"] for one in sessions.records() if "userIdentity" in one]

    assert sessions.keys() == []
    assert sorted(removed) == names


def test_a_time_in_the_far_future_and_a_table_of_another_region_disturb_nothing(millrace: Millrace):
    sessions = Sessions(millrace)
    sessions.put("never", 200_000_000_000)
    other = millrace.client("dynamodb", region_name="us-west-2")
    with pytest.raises(botocore.exceptions.ClientError, match="Table: Sessions not found"):
        other.describe_time_to_live(TableName="Sessions")
    other.create_table(
        TableName="Sessions",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    other.update_time_to_live(
        TableName="Sessions", TimeToLiveSpecification={"Enabled": True, "AttributeName": "other"}
    )
    sessions.put("a", 10)
    other.put_item(TableName="Sessions", Item={"id": {"S": "far"}, "until": {"N": "1700000000"}})
    other.put_item(TableName="Sessions", Item={"id": {"S": "gone"}, "other": {"N": "1700000000"}})
    millrace.ask("clock", advance=11)
    millrace.idle()

    assert sessions.keys() == ["never"]
    assert [item["id"]["S"] for item in other.scan(TableName="Sessions")["Items"]] == ["far"]
