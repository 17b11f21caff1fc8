"""Operations on imports: ImportTable, DescribeImport, ListImports.

Checks and sentences were probed on AWS in 2026: ack-api-quirks DDB-IMPORT-001 to -019. An import that fails for want
of its bucket makes no table.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, definition, jobs, transfers
from millrace.dynamodb.jobs import Job
from millrace.dynamodb.transfers import Transfer
from millrace.storage.interface import Reader, Storage, Writer

_SUMMARY = (
    "ImportArn",
    "ImportStatus",
    "TableArn",
    "S3BucketSource",
    "CloudWatchLogGroupArn",
    "InputFormat",
    "StartTime",
    "EndTime",
)


class Imports:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeImport": self.describe_import,
            "ImportTable": self.import_table,
            "ListImports": self.list_imports,
        }

    async def import_table(self, context: Context, params: Params) -> Output:
        scope, now = context.scope, self._clock.now()
        table = definition.table(scope, params["TableCreationParameters"], now, ids.uuid)
        form = params["InputFormat"]
        options: Mapping[str, Any] = params.get("InputFormatOptions") or {}
        if form != "CSV" and options.get("Csv") is not None:
            raise validation_error(
                f"Invalid Request: Unsupported InputFormatOptions for the given input format: {form}."
            )
        token, identity = params.get("ClientToken") or ids.uuid(), transfers.new_id(now)
        if form == "ION" or params.get("InputCompressionType") == "ZSTD":
            what = "InputFormat ION" if form == "ION" else "InputCompressionType ZSTD"
            raise validation_error(f"Invalid Request: {what} is not supported by millrace yet.")

        def start(writer: Writer) -> Mapping[str, Any]:
            if catalog.get(writer, scope, table.name) is not None:
                raise AwsError("ResourceInUseException", f"Table already exists: {table.name}")
            before = transfers.by_token(writer, "import", scope, token, now)
            if before is not None:  # AWS looks at the table's name alone
                if before.table != table.arn:
                    raise AwsError(
                        "ImportConflictException",
                        "Import conflict: Duplicate request detected with conflicting parameters",
                    )
                return before.told
            begun = _begun(context, params, f"{table.arn}/import/{identity}", token, now)
            begun |= {"TableArn": table.arn, "TableId": table.id}
            counts = {"ProcessedSizeBytes": 0, "ProcessedItemCount": 0, "ImportedItemCount": 0}
            asked = transfers.asked(params)
            failed = transfers.failure(writer, params["S3BucketSource"]["S3Bucket"])
            told = (
                {**begun, **counts, "ImportStatus": "FAILED", "EndTime": now, **failed} if failed else begun
            )
            transfers.put(writer, "import", scope, Transfer(identity, token, asked, now, table.arn, told))
            if not failed:
                catalog.save(writer, replace(table, importing=True))
                jobs.begin(writer, Job(begun["ImportArn"], "import", ready=True))
            return begun

        return {"ImportTableDescription": await self._storage.write(start)}

    async def describe_import(self, context: Context, params: Params) -> Output:
        arn: str = params["ImportArn"]
        transfers.parsed(arn, "import", context.scope)
        found = await self._storage.read(lambda reader: transfers.find(reader, "import", context.scope, arn))
        if found is None:
            raise AwsError("ImportNotFoundException", f"Import not found: Import not found: {arn}")
        return {"ImportTableDescription": found.told}

    async def list_imports(self, context: Context, params: Params) -> Output:
        arn: str | None = params.get("TableArn")

        def page(reader: Reader) -> tuple[list[Transfer], str | None]:
            limit, token = params.get("PageSize"), params.get("NextToken")
            return transfers.page(
                reader, "import", context.scope, limit, token, lambda each: arn in (None, each.table)
            )

        found, following = await self._storage.read(page)
        summaries = [{name: each.told.get(name) for name in _SUMMARY} for each in found]
        return {"ImportSummaryList": summaries, "NextToken": following}


def _begun(context: Context, params: Params, arn: str, token: str, now: float) -> dict[str, Any]:
    """The description of an import that has begun."""
    source = {"S3BucketOwner": context.scope.account, **params["S3BucketSource"]}
    return {
        "ImportArn": arn,
        "ImportStatus": "IN_PROGRESS",
        "ClientToken": token,
        "S3BucketSource": source,
        "ErrorCount": 0,
        "CloudWatchLogGroupArn": context.scope.arn("logs", "log-group:/aws-dynamodb/imports:*"),
        "InputFormat": params["InputFormat"],
        "InputFormatOptions": params.get("InputFormatOptions"),
        "InputCompressionType": params.get("InputCompressionType") or "NONE",
        "TableCreationParameters": params["TableCreationParameters"],
        "StartTime": now,
    }
