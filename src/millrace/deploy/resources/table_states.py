"""Waiting for a table to get where it is going, as any client of AWS has to."""

from collections.abc import Callable, Mapping
from typing import Any

from millrace.deploy.aws import Aws, unless_missing, watch

_GONE = "ResourceNotFoundException"


def at_rest(aws: Aws, name: str) -> Mapping[str, Any] | None:
    """DescribeTable's table once it is active, whatever its indexes are doing; None if there is none, or no more."""
    table = _described(aws, name)
    while table is not None and table["TableStatus"] != "ACTIVE":
        watch(lambda: _resting(_described(aws, name)))
        table = _described(aws, name)
    return table


def settle(aws: Aws, name: str, note: Callable[[str], None] | None = None) -> None:
    """Return once the table, its indexes and its settings are what was asked for. `note` hears how far they are."""

    def lacking() -> str:
        table = _described(aws, name)
        return "" if table is None else unsettled(table)

    watch(lacking, note)


def unsettled(table: Mapping[str, Any]) -> str:
    """What of DescribeTable's table is still under way, in words; "" if nothing is."""
    name = table["TableName"]
    for index in table.get("GlobalSecondaryIndexes", []):
        if index["IndexStatus"] != "ACTIVE":
            return _index(name, index, table["ItemCount"])
        if _warming(index):
            return f"index {index['IndexName']} of {name} is being warmed"
    if table["TableStatus"] != "ACTIVE":
        return f"{name} is {table['TableStatus']}"
    if _warming(table):
        return f"{name} is being warmed"
    if table.get("SSEDescription", {}).get("Status") in {"ENABLING", "DISABLING", "UPDATING"}:
        return f"the encryption of {name} is being changed"
    return ""


def _index(name: str, index: Mapping[str, Any], items: int) -> str:
    where = f"index {index['IndexName']} of {name}"
    if index.get("Backfilling"):
        return f"{where} is being filled: {index['ItemCount']:,} of at most {items:,} items"
    return f"{where} is {index['IndexStatus']}"


def _warming(described: Mapping[str, Any]) -> bool:
    return described.get("WarmThroughput", {}).get("Status") == "UPDATING"


def _resting(table: Mapping[str, Any] | None) -> str:
    resting = table is None or table["TableStatus"] == "ACTIVE"
    return "" if table is None or resting else f"{table['TableName']} is {table['TableStatus']}"


def _described(aws: Aws, name: str) -> Mapping[str, Any] | None:
    answer = unless_missing(lambda: aws.dynamodb.describe_table(TableName=name), _GONE)
    return None if answer is None else answer["Table"]
