"""Data that is searched through by few large requests: a partition of more than 1 MB, and 10,000 small items."""

from typing import Any

from benchmarks import items
from benchmarks.signature import Signer

WIDE = "wide"
SMALL = "small"
# More than one page of 1 MB, so that the filter always has a whole page to go through.
WIDE_COUNT = 5_000
SMALL_COUNT = 10_000
FIRST_WANTED, LAST_WANTED = 100, 134


def tables() -> list[dict[str, Any]]:
    return [
        items.without_stream(items.table(WIDE, {"group": "HASH", "position": "RANGE"})),
        items.without_stream(items.table(SMALL, {"id": "HASH"})),
    ]


def fill_requests(signer: Signer, table: str) -> list[bytes]:
    rows = _wide_rows() if table == WIDE else _small_rows()
    return [
        signer.request("BatchWriteItem", items.batch_body(table, rows[start : start + items.BATCH_SIZE]))
        for start in range(0, len(rows), items.BATCH_SIZE)
    ]


def _wide_rows() -> list[dict[str, Any]]:
    return [
        {"group": {"S": "wide"}, "position": {"N": str(position)}, **items.attributes(position)}
        for position in range(WIDE_COUNT)
    ]


def _small_rows() -> list[dict[str, Any]]:
    return [
        {"id": {"S": f"item-{number:05d}"}, "number": {"N": str(number)}} for number in range(SMALL_COUNT)
    ]


def filter_requests(signer: Signer) -> list[bytes]:
    body = {
        "TableName": WIDE,
        "KeyConditionExpression": "#group = :group",
        "FilterExpression": "#version BETWEEN :first AND :last AND contains(note, :word)",
        "ExpressionAttributeNames": {"#group": "group", "#version": "version"},
        "ExpressionAttributeValues": {
            ":group": {"S": "wide"},
            ":first": {"N": str(FIRST_WANTED)},
            ":last": {"N": str(LAST_WANTED)},
            ":word": {"S": "mill"},
        },
    }
    return [signer.request("Query", items.encode(body))]


def scan_requests(signer: Signer) -> list[bytes]:
    return [signer.request("Scan", items.encode({"TableName": SMALL}))]


def check_filter(_index: int, answer: dict[str, Any]) -> bool:
    versions = [int(row["version"]["N"]) for row in answer.get("Items", [])]
    return versions == list(range(FIRST_WANTED, LAST_WANTED + 1)) and "LastEvaluatedKey" in answer


def check_scan(_index: int, answer: dict[str, Any]) -> bool:
    whole = "LastEvaluatedKey" not in answer
    return whole and len({row["id"]["S"] for row in answer.get("Items", [])}) == SMALL_COUNT
