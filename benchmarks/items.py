"""The data that every server is given, and the requests that read and write it.

An item has ten attributes and about 300 bytes. Requests that write come in two versions of each key, one round after the
other, so that every write changes its item and so makes a stream record: a write that changes nothing makes none.
"""

import json
from functools import cache
from typing import Any

from benchmarks.signature import Signer

ITEMS = "items"
PLAIN = "plain"
GROUPS = "groups"
IMPORTED = "imported"
ITEM_COUNT = 10_000
IMPORT_COUNT = 100_000
GROUP_COUNT = 100
GROUP_SIZE = 100
BATCH_SIZE = 25

type_of_key = {"id": "S", "group": "S", "position": "N"}


def tables() -> list[dict[str, Any]]:
    """What every server is given: only PLAIN has no stream, because some servers pay dearly for theirs."""
    return [
        table(ITEMS, {"id": "HASH"}),
        table(GROUPS, {"group": "HASH", "position": "RANGE"}),
        without_stream(table(PLAIN, {"id": "HASH"})),
    ]


def import_table() -> dict[str, Any]:
    return without_stream(table(IMPORTED, {"id": "HASH"}))


def without_stream(definition: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in definition.items() if name != "StreamSpecification"}


def table(name: str, keys: dict[str, str]) -> dict[str, Any]:
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": type_of_key[key]} for key in keys],
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def key_of(number: int) -> str:
    return f"item-{number * 7919 % ITEM_COUNT:05d}"


def item(key: str, version: int) -> dict[str, Any]:
    return {"id": {"S": key}, **attributes(version)}


def attributes(version: int) -> dict[str, Any]:
    return {
        "version": {"N": str(version)},
        "customer": {"S": "customer-4711"},
        "status": {"S": "PENDING" if version % 2 else "SHIPPED"},
        "total": {"N": "129.95"},
        "paid": {"BOOL": True},
        "tags": {"SS": ["express", "gift"]},
        "address": {"M": {"street": {"S": "12 Mill Lane"}, "city": {"S": "Ulm"}, "zip": {"S": "89073"}}},
        "lines": {"L": [{"S": "wheel"}, {"N": "2"}, {"S": "belt"}, {"N": "4"}]},
        "note": {"S": "Leave it at the door of the mill, please; the miller is at the weir."},
    }


def encode(parameters: dict[str, Any]) -> bytes:
    return json.dumps(parameters, separators=(",", ":")).encode()


@cache
def get_bodies() -> list[bytes]:
    return [encode({"TableName": ITEMS, "Key": {"id": {"S": key_of(n)}}}) for n in range(ITEM_COUNT)]


@cache
def put_bodies(table_name: str = ITEMS) -> list[bytes]:
    return [
        encode({"TableName": table_name, "Item": item(key_of(number), version)})
        for version in (1, 2)
        for number in range(ITEM_COUNT)
    ]


@cache
def update_bodies() -> list[bytes]:
    """Every item of ITEMS counts up by one, if it is there and was not free of charge."""
    return [
        encode(
            {
                "TableName": ITEMS,
                "Key": {"id": {"S": key_of(number)}},
                "UpdateExpression": "SET #version = #version + :one, #status = :status",
                "ConditionExpression": "attribute_exists(id) AND #total > :nothing",
                "ExpressionAttributeNames": {"#version": "version", "#status": "status", "#total": "total"},
                "ExpressionAttributeValues": {
                    ":one": {"N": "1"},
                    ":status": {"S": "UPDATED"},
                    ":nothing": {"N": "0"},
                },
            }
        )
        for number in range(ITEM_COUNT)
    ]


@cache
def transaction_bodies() -> list[bytes]:
    """Two puts, a conditional update and a condition each; requests that follow each other share no item."""
    return [
        encode({"TransactItems": transaction([key_of(number + part) for part in range(4)], version)})
        for version in (5, 6)
        for number in range(0, ITEM_COUNT, 4)
    ]


def transaction(keys: list[str], version: int) -> list[dict[str, Any]]:
    one, other, updated, checked = keys
    update = {
        "TableName": ITEMS,
        "Key": {"id": {"S": updated}},
        "UpdateExpression": "SET #version = #version + :one",
        "ConditionExpression": "attribute_exists(id)",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    check = {
        "TableName": ITEMS,
        "Key": {"id": {"S": checked}},
        "ConditionExpression": "attribute_exists(id)",
    }
    puts = [{"Put": {"TableName": ITEMS, "Item": item(key, version)}} for key in (one, other)]
    return [*puts, {"Update": update}, {"ConditionCheck": check}]


@cache
def query_bodies() -> list[bytes]:
    return [
        encode(
            {
                "TableName": GROUPS,
                "KeyConditionExpression": "#group = :group",
                "ExpressionAttributeNames": {"#group": "group"},
                "ExpressionAttributeValues": {":group": {"S": f"group-{number:03d}"}},
            }
        )
        for number in range(GROUP_COUNT)
    ]


def batch_body(table_name: str, items: list[dict[str, Any]]) -> bytes:
    return encode({"RequestItems": {table_name: [{"PutRequest": {"Item": item}} for item in items]}})


@cache
def batch_bodies(versions: tuple[int, ...] = (3, 4)) -> list[bytes]:
    """Every item of ITEMS in batches, once for each version."""
    return [
        batch_body(ITEMS, [item(key_of(number), version) for number in range(start, start + BATCH_SIZE)])
        for version in versions
        for start in range(0, ITEM_COUNT, BATCH_SIZE)
    ]


@cache
def group_bodies() -> list[bytes]:
    rows = [
        {"group": {"S": f"group-{group:03d}"}, "position": {"N": str(position)}, **attributes(1)}
        for group in range(GROUP_COUNT)
        for position in range(GROUP_SIZE)
    ]
    return [batch_body(GROUPS, rows[start : start + BATCH_SIZE]) for start in range(0, len(rows), BATCH_SIZE)]


def get_requests(signer: Signer) -> list[bytes]:
    return [signer.request("GetItem", body) for body in get_bodies()]


def put_requests(signer: Signer) -> list[bytes]:
    return [signer.request("PutItem", body) for body in put_bodies()]


def plain_requests(signer: Signer) -> list[bytes]:
    return [signer.request("PutItem", body) for body in put_bodies(PLAIN)]


def update_requests(signer: Signer) -> list[bytes]:
    return [signer.request("UpdateItem", body) for body in update_bodies()]


def transaction_requests(signer: Signer) -> list[bytes]:
    return [signer.request("TransactWriteItems", body) for body in transaction_bodies()]


def query_requests(signer: Signer) -> list[bytes]:
    return [signer.request("Query", body) for body in query_bodies()]


def batch_requests(signer: Signer) -> list[bytes]:
    return [signer.request("BatchWriteItem", body) for body in batch_bodies()]


def import_requests(signer: Signer, count: int) -> list[bytes]:
    """That many items, each once, in batches."""
    return [
        signer.request(
            "BatchWriteItem",
            batch_body(
                IMPORTED,
                [item(f"imported-{number:06d}", number) for number in range(start, start + BATCH_SIZE)],
            ),
        )
        for start in range(0, count, BATCH_SIZE)
    ]


def fill_requests(signer: Signer) -> list[bytes]:
    """What ITEMS begins with: a version that no row writes, because a server may do less for a write that changes nothing."""
    return [signer.request("BatchWriteItem", body) for body in batch_bodies(versions=(0,))]


def group_requests(signer: Signer) -> list[bytes]:
    return [signer.request("BatchWriteItem", body) for body in group_bodies()]


def check_get(index: int, answer: dict[str, Any]) -> bool:
    found = answer.get("Item", {})
    return found.get("id") == {"S": key_of(index)} and len(found) == 10


def check_written(_index: int, answer: dict[str, Any]) -> bool:
    return answer == {}


def check_query(index: int, answer: dict[str, Any]) -> bool:
    rows = answer.get("Items", [])
    ordered = [int(row["position"]["N"]) for row in rows] == list(range(GROUP_SIZE))
    return answer.get("Count") == GROUP_SIZE and ordered and rows[0]["group"] == {"S": f"group-{index:03d}"}


def check_batch(_index: int, answer: dict[str, Any]) -> bool:
    return not answer.get("UnprocessedItems")
