"""Operations that load items from S3 into a table: StartBulkPutItems and what goes with it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/BulkPutItems.Requesting.html
What AWS says when it refuses one is not known beyond its codes; the sentences are those of its other operations.
"""

from collections.abc import Mapping
from typing import Any

from millrace.core import arn as arns
from millrace.core import ids
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import transfers
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.operations.tables import named
from millrace.dynamodb.transfers import Transfer
from millrace.storage.interface import Reader, Storage, Writer

_KIND: transfers.Kind = "bulk-operation"
_SUMMARY = ("BulkOperationArn", "BulkOperationStatus", "StartTime", "EndTime")


class BulkOperations:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CancelBulkOperation": self.cancel_bulk_operation,
            "DescribeBulkOperation": self.describe_bulk_operation,
            "ListBulkOperations": self.list_bulk_operations,
            "StartBulkPutItems": self.start_bulk_put_items,
        }

    async def start_bulk_put_items(self, context: Context, params: Params) -> Output:
        scope, now = context.scope, self._clock.now()
        token, asked = params.get("ClientToken") or ids.uuid(), transfers.asked(params)
        identity = transfers.new_id(now)

        def start(writer: Writer) -> Mapping[str, Any]:
            before = transfers.by_token(writer, _KIND, scope, token, now)
            if before is not None:
                if before.asked != asked:
                    raise AwsError(
                        "IdempotentParameterMismatchException",
                        "DynamoDB rejected the request because you retried a request with a different payload "
                        "but with an idempotent token that was already used.",
                    )
                return before.told
            table = named(writer, context, params)
            if any(index.filling for index in table.all_indexes):
                raise AwsError(
                    "ResourceInUseException",
                    f"Attempt to change a resource which is still in use: Table is being updated: {table.name}",
                )
            failed = transfers.failure(writer, params["InputS3Configuration"]["S3Bucket"])
            if not failed:
                raise validation_error(
                    "Invalid Request: Loading items from a bucket is not supported by millrace yet."
                )
            begun = _begun(params, table, f"{table.arn}/{_KIND}/{identity}", token, now)
            told = {**begun, "BulkOperationStatus": "FAILED", "EndTime": now, **failed}
            transfers.put(writer, _KIND, scope, Transfer(identity, token, asked, now, table.arn, told))
            return begun

        return {"BulkOperationDescription": await self._storage.write(start)}

    async def describe_bulk_operation(self, context: Context, params: Params) -> Output:
        return {"BulkOperationDescription": await self._told(context, params)}

    async def cancel_bulk_operation(self, context: Context, params: Params) -> Output:
        """Cancel one that is under way; one that has ended stays as it ended."""
        told = await self._told(context, params)
        return {name: told[name] for name in ("BulkOperationArn", "BulkOperationStatus")}

    async def list_bulk_operations(self, context: Context, params: Params) -> Output:
        def page(reader: Reader) -> tuple[list[Transfer], str | None]:
            limit, token = params.get("MaxResults"), params.get("NextToken")
            return transfers.page(reader, _KIND, context.scope, limit, token, lambda _: True)

        found, following = await self._storage.read(page)
        summaries = [{name: each.told.get(name) for name in _SUMMARY} for each in found]
        return {"BulkOperationsSummaryList": summaries, "NextToken": following}

    async def _told(self, context: Context, params: Params) -> Mapping[str, Any]:
        arn: str = params["BulkOperationArn"]
        try:
            here = arns.parse(arn).scope == context.scope
        except ValueError:
            here = False
        found = await self._storage.read(lambda reader: transfers.find(reader, _KIND, context.scope, arn))
        if found is None or not here:
            raise AwsError(
                "ResourceNotFoundException", f"Requested resource not found: Bulk operation: {arn} not found"
            )
        return found.told


def _begun(params: Params, table: Table, arn: str, token: str, now: float) -> dict[str, Any]:
    """The description of an operation that has begun."""
    return {
        "BulkOperationArn": arn,
        "BulkOperationStatus": "IN_PROGRESS",
        "TableDetails": [{"TableName": table.arn, "TableId": table.id}],
        "ClientToken": token,
        "InputS3Configuration": {"InputCompressionType": "NONE", **params["InputS3Configuration"]},
        "OutputS3Configuration": params["OutputS3Configuration"],
        "StartTime": now,
        "ProcessedItemCount": 0,
        "ProcessedInputBytes": 0,
        "FailedItemCount": 0,
        "MaxWriteRequestUnits": params.get("MaxWriteRequestUnits"),
        "PerformanceTier": params.get("PerformanceTier") or "STANDARD",
    }
