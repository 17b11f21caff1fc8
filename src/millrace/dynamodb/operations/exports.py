"""Operations on exports: ExportTableToPointInTime, DescribeExport, ListExports.

Checks, their order and sentences were probed on AWS in 2026: ack-api-quirks DDB-EXPORT-001 to -022.
"""

from collections.abc import Mapping
from typing import Any

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, iso_seconds
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, copying, history, jobs, recovery, transfers
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.jobs import Job
from millrace.dynamodb.transfers import Transfer
from millrace.storage.interface import Reader, Storage, Writer

_INCREMENTAL = "INCREMENTAL_EXPORT"
# What a description repeats of its request.
_REPEATED = ("S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseKmsKeyId", "FilterSpecification")


class Exports:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeExport": self.describe_export,
            "ExportTableToPointInTime": self.export_table_to_point_in_time,
            "ListExports": self.list_exports,
        }

    async def export_table_to_point_in_time(self, context: Context, params: Params) -> Output:
        _check_shape(params)
        scope, arn = context.scope, _table_arn(context.scope, params["TableArn"])
        token, asked = params.get("ClientToken") or ids.uuid(), transfers.asked(params)
        now = self._clock.now()
        identity = transfers.new_id(now)

        def export(writer: Writer) -> Mapping[str, Any]:
            before = transfers.by_token(writer, "export", scope, token, now)
            if before is not None:
                if before.asked != asked:
                    raise AwsError(
                        "ExportConflictException",
                        "Export conflict: Duplicate request detected with conflicting parameters",
                    )
                return before.told
            table = _table(writer, scope, arn)
            _check_time(params, table, now)
            begun = _begun(params, table, f"{arn}/export/{identity}", token, now)
            failed = transfers.failure(writer, params["S3Bucket"])
            told = {**begun, "ExportStatus": "FAILED", "EndTime": now, **failed} if failed else begun
            transfers.put(writer, "export", scope, Transfer(identity, token, asked, now, arn, told))
            if not failed:
                _begin(writer, table, begun)
            return begun

        return {"ExportDescription": await self._storage.write(export)}

    async def describe_export(self, context: Context, params: Params) -> Output:
        arn: str = params["ExportArn"]
        parts = transfers.parsed(arn, "export", context.scope)
        if parts.scope != context.scope:
            raise AwsError("ExportNotFoundException", "Export not found: Invalid export arn")
        found = await self._storage.read(lambda reader: transfers.find(reader, "export", context.scope, arn))
        if found is None:
            raise AwsError("ExportNotFoundException", f"Export not found: Export not found: {arn}")
        return {"ExportDescription": found.told}

    async def list_exports(self, context: Context, params: Params) -> Output:
        arn: str | None = params.get("TableArn")

        def page(reader: Reader) -> tuple[list[Transfer], str | None]:
            # Those of a table are those of the one that has its name now.
            name = None if arn is None else arn.rpartition("/")[2]
            table = None if name is None else catalog.get(reader, context.scope, name)

            def wanted(transfer: Transfer) -> bool:
                if arn is None:
                    return True
                return transfer.table == arn and table is not None and transfer.told["TableId"] == table.id

            limit, token = params.get("MaxResults"), params.get("NextToken")
            return transfers.page(reader, "export", context.scope, limit, token, wanted)

        found, following = await self._storage.read(page)
        summaries = [
            {
                "ExportArn": each.told["ExportArn"],
                "ExportStatus": each.told["ExportStatus"],
                "ExportType": each.told.get("ExportType") or "FULL_EXPORT",
            }
            for each in found
        ]
        return {"ExportSummaries": summaries, "NextToken": following}


def _begin(writer: Writer, table: Table, begun: Mapping[str, Any]) -> None:
    """Have the items put aside as they were at the export's time; what follows is `jobs`' business."""
    arn: str = begun["ExportArn"]
    window = begun.get("IncrementalExportSpecification")
    moment = begun["ExportTime"] if window is None else window["ExportToTime"]
    through = history.number_at(writer, table.id, moment)
    after = None if window is None else history.number_at(writer, table.id, window["ExportFromTime"])
    job = Job(
        arn, "export", ready=False, keys=table.schema.names, table_id=table.id, after=after, through=through
    )
    jobs.begin(writer, job)
    copying.begin(writer, table, arn, through)


def _check_shape(params: Params) -> None:
    """Refuse parameters that do not go together."""
    kind, specification = params.get("ExportType"), params.get("IncrementalExportSpecification")
    if kind == _INCREMENTAL and specification is None:
        raise _wrong(
            "Incremental Export Specification expected when export type is set as Incremental Export"
        )
    if kind is None and specification is not None:
        raise _wrong(
            "Export Type expected to be Incremental Export when incremental export specification is provided"
        )
    if kind == "FULL_EXPORT" and specification is not None:
        raise _wrong(
            "When Export Type is Full Export , Incremental Export Specification should not be provided"
        )
    if specification is not None and specification.get("ExportFromTime") is None:
        raise _wrong("ExportFromTime must be provided in IncrementalExportSpecification")
    if params.get("S3SseKmsKeyId") is not None and params.get("S3SseAlgorithm") != "KMS":
        raise _wrong("KMS Key Id is not supported for this encryption type")
    if params.get("FilterSpecification") == {}:
        raise _wrong("Invalid FilterSpecification: The specification can not be empty")
    if params.get("FilterSpecification") is not None:
        raise _wrong("FilterSpecification is not supported: millrace exports whole tables.")
    if params.get("ExportFormat") == "ION":
        raise _wrong("ExportFormat ION is not supported: millrace exports DYNAMODB_JSON.")


def _wrong(sentence: str) -> AwsError:
    return validation_error(f"Invalid Request: {sentence}")


def _table_arn(scope: Scope, arn: str) -> str:
    """A table's ARN, looked at as far as that goes without looking for the table."""
    if not arn:  # ack-api-quirks DDB-TABLE-457
        raise validation_error("Invalid TableArn: Invalid Table ARN")
    try:
        parts = arns.parse(arn)
    except ValueError:
        raise invalid("tableArn is not a valid ARN") from None
    if parts.service != "dynamodb" or parts.resource.count("/") != 1 or parts.resource[:6] != "table/":
        raise _wrong("Table ARN is invalid.")
    if parts.account != scope.account:
        raise AwsError("AccessDeniedException", "Access is denied")
    return arn


def _table(reader: Reader, scope: Scope, arn: str) -> Table:
    table = catalog.by_arn(reader, arn) if arns.parse(arn).scope == scope else None
    if table is None:
        raise AwsError("TableNotFoundException", f"Table not found: {arn}")
    return table


def _check_time(params: Params, table: Table, now: float) -> None:
    """Refuse a time that the table cannot be had of."""
    since = None if table.recovery is None else recovery.earliest(table.recovery, now)
    specification = params.get("IncrementalExportSpecification")
    if specification is not None:
        _check_window(specification["ExportFromTime"], specification.get("ExportToTime"), since, now)
    elif since is None:
        raise AwsError(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{table.name}'",
        )
    elif not since <= (params.get("ExportTime") or now) <= now:
        raise AwsError("InvalidExportTimeException", "Export Time is invalid")


def _check_window(start: float, end: float | None, since: int | None, now: float) -> None:
    if since is None or start < since:
        raise _wrong_time(f"from time cannot be less than the table creation time : {iso_seconds(start)}")
    if end is not None and end > now:
        raise _wrong_time(f"to time cannot be greater than the current time : {iso_seconds(end)}")
    seconds = (now if end is None else end) - start
    difference = "Difference between export period from time and export period to time is"
    if seconds < limits.export_window_seconds_min:
        raise AwsError("InvalidExportTimeException", f"{difference} less than 15 minutes")
    if seconds > limits.export_window_seconds_max:
        raise AwsError("InvalidExportTimeException", f"{difference} greater than 24 hours")


def _wrong_time(what: str) -> AwsError:
    return AwsError("InvalidExportTimeException", f"Incremental export period {what}")


def _begun(params: Params, table: Table, arn: str, token: str, now: float) -> dict[str, Any]:
    """The description of an export that has begun. Of a full one AWS does not tell the type."""
    begun: dict[str, Any] = {name: params[name] for name in _REPEATED if name in params}
    begun |= {
        "ExportArn": arn,
        "ExportStatus": "IN_PROGRESS",
        "StartTime": now,
        "TableArn": table.arn,
        "TableId": table.id,
        "ClientToken": token,
        "ExportFormat": params.get("ExportFormat") or "DYNAMODB_JSON",
        "S3SseAlgorithm": params.get("S3SseAlgorithm") or "AES256",
    }
    specification = params.get("IncrementalExportSpecification")
    if specification is None:
        return {**begun, "ExportTime": params.get("ExportTime") or now}
    filled = {"ExportToTime": now, "ExportViewType": "NEW_AND_OLD_IMAGES", **specification}
    return {**begun, "ExportType": _INCREMENTAL, "IncrementalExportSpecification": filled}
