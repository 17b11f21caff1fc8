"""The life of tables over the wire: states that last and outlast a restart, indexes made beside the requests, capacity."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import definitions, key_schema
from tests.api.millrace_process import Millrace

DELAY = 1000
UNITS = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Millrace]:
    yield from _served(Millrace(tmp_path / "data", "--table-delay", str(DELAY)))


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Millrace]:
    yield from _served(Millrace(tmp_path / "data", "--throttle"))


def _served(server: Millrace) -> Iterator[Millrace]:
    try:
        yield server.start()
    finally:
        server.close()


def create(server: Millrace, name: str = "orders", **more: Any) -> None:
    more = more or {"BillingMode": "PAY_PER_REQUEST"}
    server.client("dynamodb").create_table(
        TableName=name, AttributeDefinitions=definitions("id"), KeySchema=key_schema("id"), **more
    )


def status(server: Millrace) -> str:
    return server.client("dynamodb").describe_table(TableName="orders")["Table"]["TableStatus"]


def refused(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_states_last_as_long_as_is_set_and_outlast_a_restart(slow: Millrace):
    create(slow)
    creating = status(slow)
    slow.kill()
    slow.start()
    still_creating = status(slow)
    early = refused(slow.client("dynamodb").put_item, TableName="orders", Item={"id": {"S": "a"}})
    slow.ask("clock", advance=DELAY)
    active = status(slow)
    slow.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": "a"}})
    slow.client("dynamodb").delete_table(TableName="orders")
    deleting = status(slow)
    slow.stop()
    slow.start()
    still_deleting = status(slow)
    slow.ask("clock", advance=3 * DELAY)  # a restart forgets that the clock was moved

    assert (creating, still_creating, active) == ("CREATING", "CREATING", "ACTIVE")
    assert early == "ResourceNotFoundException"
    assert (deleting, still_deleting) == ("DELETING", "DELETING")
    assert slow.client("dynamodb").list_tables()["TableNames"] == []


def test_the_waiters_of_boto3_wait_for_states_that_last(tmp_path: Path):
    for server in _served(Millrace(tmp_path / "data", "--table-delay", "0.2")):
        dynamodb, quick = server.client("dynamodb"), {"Delay": 0, "MaxAttempts": 100_000}
        create(server)
        first = status(server)
        dynamodb.get_waiter("table_exists").wait(TableName="orders", WaiterConfig=quick)
        second = status(server)
        dynamodb.delete_table(TableName="orders")
        dynamodb.get_waiter("table_not_exists").wait(TableName="orders", WaiterConfig=quick)

        assert (first, second) == ("CREATING", "ACTIVE")
        assert server.stop() == 0


def test_an_index_on_a_large_table_is_made_in_the_background_also_over_a_crash(millrace: Millrace):
    create(millrace)
    dynamodb = millrace.client("dynamodb")
    for start in range(0, 2500, 25):
        puts = [
            {"PutRequest": {"Item": {"id": {"S": str(number)}, "who": {"S": "ann"}}}}
            for number in range(start, start + 25)
        ]
        dynamodb.batch_write_item(RequestItems={"orders": puts})
    index = {
        "IndexName": "by-who",
        "KeySchema": key_schema("who"),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    answer = dynamodb.update_table(
        TableName="orders",
        AttributeDefinitions=definitions("who"),
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )["TableDescription"]
    millrace.kill()
    millrace.start()
    counts = []
    for _ in range(100_000):
        (told,) = millrace.client("dynamodb").describe_table(TableName="orders")["Table"][
            "GlobalSecondaryIndexes"
        ]
        counts.append(told["ItemCount"])
        if told["IndexStatus"] == "ACTIVE":
            break

    assert answer["TableStatus"] == "UPDATING"
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert counts[-1] == 2500
    assert counts == sorted(counts)
    found = millrace.client("dynamodb").scan(TableName="orders", IndexName="by-who", Select="COUNT")
    assert found["Count"] == 2500


def test_what_exceeds_provisioned_capacity_is_throttled_until_time_has_gone_by(strict: Millrace):
    create(strict, ProvisionedThroughput=UNITS)
    dynamodb = strict.client("dynamodb")
    item = {"id": {"S": "a"}, "x": {"S": "x" * 100 * 1024}}
    codes = []
    while "ProvisionedThroughputExceededException" not in codes and len(codes) < 10:
        try:
            dynamodb.put_item(TableName="orders", Item=item)
            codes.append("")
        except ClientError as error:
            codes.append(error.response["Error"]["Code"])
            reasons = error.response["ThrottlingReasons"]
    strict.ask("clock", advance=200)
    dynamodb.put_item(TableName="orders", Item=item)

    assert codes == ["", "", "ProvisionedThroughputExceededException"]
    (reason,) = reasons
    assert reason["reason"] == "TableWriteProvisionedThroughputExceeded"
    assert reason["resource"].endswith(":table/orders")


SCOPED = {
    "delete_table": {},
    "describe_continuous_backups": {},
    "describe_table": {},
    "describe_time_to_live": {},
    "get_item": {"Key": {"id": {"S": "a"}}},
    "put_item": {"Item": {"id": {"S": "a"}}},
    "scan": {},
    "update_table": {"DeletionProtectionEnabled": False},
    "update_time_to_live": {"TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True}},
}


@pytest.mark.parametrize("operation", SCOPED)
def test_a_table_is_there_in_its_own_region_only(server: Millrace, operation: str):
    elsewhere = server.client("dynamodb", region_name="eu-west-3")
    name = operation.replace("_", "-")
    create(server, name)

    assert refused(getattr(elsewhere, operation), TableName=name, **SCOPED[operation]) in (
        "ResourceNotFoundException",
        "TableNotFoundException",
    )
    assert elsewhere.list_tables()["TableNames"] == []
    assert name in server.client("dynamodb").list_tables()["TableNames"]


@pytest.mark.parametrize("operation", ["list_tags_of_resource", "tag_resource", "untag_resource"])
def test_tags_are_told_in_their_own_region_only(server: Millrace, operation: str):
    name = operation.replace("_", "-")
    create(server, name)
    arn = server.client("dynamodb").describe_table(TableName=name)["Table"]["TableArn"]
    more = {"tag_resource": {"Tags": [{"Key": "a", "Value": ""}]}, "untag_resource": {"TagKeys": ["a"]}}
    elsewhere = server.client("dynamodb", region_name="eu-west-3")

    assert refused(getattr(elsewhere, operation), ResourceArn=arn, **more.get(operation, {})) == (
        "ValidationException"
    )


@pytest.mark.parametrize("region", ["local", "localhost"])
def test_a_local_region_is_the_servers_own(server: Millrace, region: str):
    local = server.client("dynamodb", region_name=region)
    name = f"of-{region}"
    local.create_table(
        TableName=name,
        AttributeDefinitions=definitions("id"),
        KeySchema=key_schema("id"),
        BillingMode="PAY_PER_REQUEST",
    )
    described = server.client("dynamodb", region_name="us-east-1").describe_table(TableName=name)["Table"]

    assert described["TableArn"] == f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}"
    assert name not in server.client("dynamodb").list_tables()["TableNames"]
