"""The operations of DynamoDB and DynamoDB Streams, called as the server calls them, over a memory database."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson

from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.core.errors import AwsError
from millrace.dynamodb import operations as dynamodb
from millrace.http.message import Request
from millrace.storage.memory import MemoryStorage
from millrace.streams import operations as streams
from millrace.wire import models

SCOPE = Scope("123456789012", "eu-west-1")
PRINCIPAL = Principal("123456789012", "arn:aws:iam::123456789012:root", "123456789012")
CONTEXT = Context(SCOPE, PRINCIPAL, "request")
MODELS = models.load("dynamodb").operations, models.load("dynamodbstreams").operations


class Calls:
    """`await calls("PutItem", TableName=…)` gives what a client would see; `refused` gives the error."""

    def __init__(self, storage: MemoryStorage, clock: ManualClock, **settings) -> None:
        self.storage = storage
        self.clock = clock
        self._operations = {
            **dynamodb.service(storage, clock, **settings).operations,
            **streams.service(storage, clock).operations,
        }

    async def __call__(self, operation: str, /, **params):
        model = next(operations[operation] for operations in MODELS if operation in operations)
        decoded = model.decode(Request("POST", "/", "/", "", {}, orjson.dumps(params)))
        output = await self._operations[operation](CONTEXT, decoded)
        return orjson.loads(model.encode(output, "request").body or b"{}")

    async def refused(self, operation: str, /, **params) -> tuple[str, str | None]:
        try:
            answer = await self(operation, **params)
        except AwsError as error:
            return error.code, error.message
        raise AssertionError(f"{operation} was not refused: {answer}")

    async def table(self, name="orders", *, keys=("id",), view=None, **params):
        """A table with string keys, on demand."""
        attributes = dict.fromkeys(keys, "S") | params.pop("attributes", {})
        if view is not None:
            params["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
        return await self(
            "CreateTable",
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": kind} for attribute, kind in attributes.items()
            ],
            KeySchema=schema(*keys),
            **params,
        )

    async def records(self, name="orders"):
        """All change records of a table's newest stream, read as a client reads them."""
        arn = (await self("DescribeTable", TableName=name))["Table"]["LatestStreamArn"]
        description = (await self("DescribeStream", StreamArn=arn))["StreamDescription"]
        found = []
        for shard in description["Shards"]:
            iterator = (
                await self(
                    "GetShardIterator",
                    StreamArn=arn,
                    ShardId=shard["ShardId"],
                    ShardIteratorType="TRIM_HORIZON",
                )
            )["ShardIterator"]
            found += (await self("GetRecords", ShardIterator=iterator))["Records"]
        return found


def schema(*names: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def s(text: str) -> dict[str, str]:
    return {"S": text}


def n(number: int) -> dict[str, str]:
    return {"N": str(number)}


def run(test: Callable[[Calls], Awaitable[None]], **settings) -> None:
    """Run a test with calls of its own; `settings` are the service's."""

    async def main() -> None:
        async with MemoryStorage() as storage:
            await test(Calls(storage, ManualClock(), **settings))

    asyncio.run(main())
