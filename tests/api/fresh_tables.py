"""Fresh tables on one server, and short ways to fill, read and follow them with stock boto3 clients."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import Millrace

Item = dict[str, Any]


class FreshTables:
    """The clients of one server, and tables with names that no other test has."""

    def __init__(self, server: Millrace) -> None:
        self.server = server
        self.client = server.client("dynamodb")
        self.unchecked = server.unchecked_client("dynamodb")
        self.streams = server.client("dynamodbstreams")
        self.unchecked_streams = server.unchecked_client("dynamodbstreams")
        self._numbers = itertools.count(1)

    def name(self) -> str:
        return f"table-{next(self._numbers)}"

    def create(self, *keys: str, view: str | None = None, **more: Any) -> "FreshTable":
        """A table on demand. Keys and what only indexes use are `name:type`, the former in order."""
        name = more.pop("TableName", None) or self.name()
        defined = more.pop("defined", ())
        if view is not None:
            more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
        more.setdefault("BillingMode", "PAY_PER_REQUEST")
        self.client.create_table(
            TableName=name,
            AttributeDefinitions=definitions(*keys, *defined),
            KeySchema=key_schema(*(key.partition(":")[0] for key in keys)),
            **more,
        )
        return FreshTable(self, name)


class FreshTable:
    """One table; its methods are the client's, with the name filled in."""

    def __init__(self, tables: FreshTables, name: str) -> None:
        self.tables = tables
        self.client = tables.client
        self.name = name

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self.client, operation)
        return lambda **arguments: call(TableName=self.name, **arguments)

    def put(self, item: Item, **arguments: Any) -> Any:
        return self.client.put_item(TableName=self.name, Item=item, **arguments)

    def get(self, key: Item, **arguments: Any) -> Item | None:
        return self.client.get_item(TableName=self.name, Key=key, **arguments).get("Item")

    def update(self, key: Item, expression: str, values: Item | None = None, **arguments: Any) -> Any:
        if values is not None:
            arguments["ExpressionAttributeValues"] = values
        return self.client.update_item(TableName=self.name, Key=key, UpdateExpression=expression, **arguments)

    def fill(self, items: list[Item]) -> None:
        for start in range(0, len(items), 25):
            requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            left = self.client.batch_write_item(RequestItems={self.name: requests})["UnprocessedItems"]
            assert left == {}

    def describe(self) -> dict[str, Any]:
        return self.client.describe_table(TableName=self.name)["Table"]

    def stream_arn(self) -> str:
        return self.describe()["LatestStreamArn"]

    def toggle(self, *, view: str | None) -> dict[str, Any]:
        """Enable a stream of this view type, or disable the one there is."""
        specification: dict[str, Any] = {"StreamEnabled": view is not None}
        if view is not None:
            specification["StreamViewType"] = view
        return self.update_table(StreamSpecification=specification)["TableDescription"]

    def records(self, arn: str | None = None) -> list[dict[str, Any]]:
        """All records of the table's stream, from the first."""
        arn = arn or self.stream_arn()
        shards = self.tables.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        return [record for shard in shards for page in self.pages(arn, shard["ShardId"]) for record in page]

    def pages(self, arn: str, shard: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
        """The pages of one shard from its first record, up to its end or an empty one."""
        streams = self.tables.streams
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
            "ShardIterator"
        ]
        while iterator is not None:
            answer = streams.get_records(ShardIterator=iterator, **arguments)
            if not answer["Records"]:
                return
            yield answer["Records"]
            iterator = answer.get("NextShardIterator")

    def changes(self) -> list[tuple[Any, ...]]:
        """Event, old image, new image and size of every record."""
        return [
            (r["eventName"], d.get("OldImage"), d.get("NewImage"), d["SizeBytes"])
            for r in self.records()
            for d in (r["dynamodb"],)
        ]


def definitions(*attributes: str) -> list[dict[str, str]]:
    pairs = (attribute.partition(":")[::2] for attribute in attributes)
    return [{"AttributeName": name, "AttributeType": kind or "S"} for name, kind in pairs]


def key_schema(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def index(name: str, *keys: str, projection: str | list[str] = "ALL") -> dict[str, Any]:
    """An index of a CreateTable; a list of names is an INCLUDE projection of them."""
    how: dict[str, Any] = {"ProjectionType": projection}
    if isinstance(projection, list):
        how = {"ProjectionType": "INCLUDE", "NonKeyAttributes": projection}
    return {"IndexName": name, "KeySchema": key_schema(*keys), "Projection": how}


def in_order(value: Any) -> Any:
    """The item or value with the elements of all its sets sorted: they have no order."""
    if isinstance(value, list):
        return [in_order(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: sorted(inner) if name in ("SS", "NS", "BS") and isinstance(inner, list) else in_order(inner)
        for name, inner in value.items()
    }


def refused(call: Callable[..., Any], **arguments: Any) -> tuple[str, str]:
    """The code and the message of the error that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error["Code"], error["Message"]


def invalid(message: str) -> tuple[str, str]:
    """What `refused` gives for a ValidationException."""
    return "ValidationException", message
