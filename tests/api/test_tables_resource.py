"""What people use most of boto3: the resource, its batch writer and conditions, paginators and waiters."""

from decimal import Decimal
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from tests.api.fresh_tables import FreshTables


@pytest.fixture
def table(tables: FreshTables) -> Any:
    resource = boto3.session.Session().resource(
        "dynamodb",
        endpoint_url=tables.server.url,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    made = resource.create_table(
        TableName=tables.name(),
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    made.wait_until_exists()
    return made


def test_python_values_come_back_as_they_went(table: Any):
    item = {
        "id": "x",
        "at": Decimal("1.5"),
        "data": b"\x00\x01",
        "tags": {"a", "b"},
        "scores": {Decimal(1), Decimal("2.5")},
        "nested": {"list": [1, None, True, {"deep": "value"}], "empty": ""},
    }
    table.put_item(Item=item)

    assert table.get_item(Key={"id": "x", "at": Decimal("1.50")})["Item"] == item


def test_a_batch_writer_and_conditions_do_their_work(table: Any):
    with table.batch_writer(overwrite_by_pkeys=["id", "at"]) as batch:
        for number in range(60):
            batch.put_item(Item={"id": "x", "at": number, "even": number % 2 == 0})
        batch.delete_item(Key={"id": "x", "at": 0})
    found = table.query(
        KeyConditionExpression=Key("id").eq("x") & Key("at").between(0, 9),
        FilterExpression=Attr("even").eq(True) & Attr("at2").not_exists(),
    )

    assert [int(item["at"]) for item in found["Items"]] == [2, 4, 6, 8]
    assert (found["Count"], found["ScannedCount"]) == (4, 9)


def test_paginators_and_waiters_run_to_their_ends(tables: FreshTables, table: Any):
    client = table.meta.client
    with table.batch_writer() as batch:
        for number in range(30):
            batch.put_item(Item={"id": "x", "at": number})
    scan = tables.client.get_paginator("scan").paginate(
        TableName=table.name, PaginationConfig={"PageSize": 7, "MaxItems": 20}
    )
    query = client.get_paginator("query").paginate(
        TableName=table.name, KeyConditionExpression=Key("id").eq("x"), Limit=11
    )
    sizes = [len(page["Items"]) for page in query]
    scanned = sum(len(page["Items"]) for page in scan)
    table.delete()
    table.wait_until_not_exists()

    assert (scanned, sizes) == (20, [11, 11, 8])


def test_an_update_answers_in_python_values(table: Any):
    answer = table.update_item(
        Key={"id": "x", "at": 1},
        UpdateExpression="SET #n = if_not_exists(#n, :zero) + :step ADD seen :who",
        ExpressionAttributeNames={"#n": "name"},
        ExpressionAttributeValues={":zero": 0, ":step": Decimal("0.1"), ":who": {"ann"}},
        ReturnValues="ALL_NEW",
    )

    assert answer["Attributes"] == {"id": "x", "at": 1, "name": Decimal("0.1"), "seen": {"ann"}}
