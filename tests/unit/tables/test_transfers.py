"""Exports, imports and bulk operations: judged as AWS does, kept, and failed for want of a bucket."""

import pytest
from tests.unit.tables.calls import run, schema

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
NO_BUCKET = ("FAILED", "S3NoSuchBucket", "The specified bucket does not exist")
IMPORT = {
    "S3BucketSource": {"S3Bucket": "bucket"},
    "InputFormat": "DYNAMODB_JSON",
    "TableCreationParameters": {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": schema("id"),
    },
}
LOAD = {
    "TableName": "orders",
    "InputS3Configuration": {"S3Bucket": "bucket", "InputFormat": "ION"},
    "OutputS3Configuration": {"OutputType": ["ERROR"]},
}


async def recoverable(calls):
    """A table that can be had as it was at any time of the last hour."""
    await calls.table()
    on = {"PointInTimeRecoveryEnabled": True}
    await calls("UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=on)
    calls.clock.advance(3600)


def ended(told, kind):
    return told[f"{kind}Status"], told["FailureCode"], told["FailureMessage"].partition(" (")[0]


def export(calls, **more):
    return calls("ExportTableToPointInTime", **{"TableArn": ARN, "S3Bucket": "bucket", **more})


def test_an_export_to_a_bucket_that_is_not_there_begins_and_has_failed():
    async def test(calls):
        await recoverable(calls)
        begun = (await export(calls, S3Prefix="p"))["ExportDescription"]
        told = (await calls("DescribeExport", ExportArn=begun["ExportArn"]))["ExportDescription"]

        assert begun["ExportStatus"] == "IN_PROGRESS"
        assert ended(told, "Export") == NO_BUCKET
        assert {name: told[name] for name in ("S3Prefix", "ExportFormat", "S3SseAlgorithm", "TableArn")} == {
            "S3Prefix": "p",
            "ExportFormat": "DYNAMODB_JSON",
            "S3SseAlgorithm": "AES256",
            "TableArn": ARN,
        }
        assert told["ExportTime"] == told["EndTime"] == calls.clock.now()
        assert "ExportType" not in told

    run(test)


def test_the_same_client_token_stands_for_the_same_export_for_eight_hours():
    async def test(calls):
        await recoverable(calls)
        first = (await export(calls, ClientToken="t"))["ExportDescription"]["ExportArn"]
        again = (await export(calls, ClientToken="t"))["ExportDescription"]["ExportArn"]
        refused = await calls.refused(
            "ExportTableToPointInTime", TableArn=ARN, S3Bucket="other", ClientToken="t"
        )
        calls.clock.advance(8 * 3600)
        later = (await export(calls, ClientToken="t"))["ExportDescription"]["ExportArn"]

        assert again == first != later
        assert refused == (
            "ExportConflictException",
            "Export conflict: Duplicate request detected with conflicting parameters",
        )

    run(test)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        (
            {},
            "PointInTimeRecoveryUnavailableException",
            "Point in time recovery is not enabled for table 'orders'",
        ),
        ({"TableArn": ARN + "x"}, "TableNotFoundException", f"Table not found: {ARN}x"),
        (
            {"TableArn": "orders"},
            "ValidationException",
            "One or more parameter values were invalid: tableArn is not a valid ARN",
        ),
        ({"TableArn": ARN + "/index/i"}, "ValidationException", "Invalid Request: Table ARN is invalid."),
        (
            {"TableArn": ARN.replace("123456789012", "210987654321")},
            "AccessDeniedException",
            "Access is denied",
        ),
        (
            {"TableArn": ARN.replace("eu-west-1", "us-east-1")},
            "TableNotFoundException",
            f"Table not found: {ARN.replace('eu-west-1', 'us-east-1')}",
        ),
        (
            {"ExportType": "INCREMENTAL_EXPORT"},
            "ValidationException",
            "Invalid Request: Incremental Export Specification expected when export type is set as Incremental "
            "Export",
        ),
        (
            {"IncrementalExportSpecification": {"ExportFromTime": 1}},
            "ValidationException",
            "Invalid Request: Export Type expected to be Incremental Export when incremental export specification "
            "is provided",
        ),
        (
            {"S3SseKmsKeyId": "key"},
            "ValidationException",
            "Invalid Request: KMS Key Id is not supported for this encryption type",
        ),
    ],
)
def test_an_export_that_cannot_be_is_refused_at_once(params, code, message):
    async def test(calls):
        await calls.table()
        asked = {"TableArn": ARN, "S3Bucket": "bucket", **params}

        assert await calls.refused("ExportTableToPointInTime", **asked) == (code, message)
        assert await calls("ListExports") == {"ExportSummaries": []}

    run(test)


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (-7200, None, "Incremental export period from time cannot be less than the table creation time"),
        (-600, None, "Difference between export period from time and export period to time is less than 15"),
        (-1800, 60, "Incremental export period to time cannot be greater than the current time"),
    ],
)
def test_an_incremental_export_is_of_a_window_that_can_be_had(start, end, message):
    async def test(calls):
        await recoverable(calls)
        now = calls.clock.now()
        window = {"ExportFromTime": now + start} | ({} if end is None else {"ExportToTime": now + end})
        code, said = await calls.refused(
            "ExportTableToPointInTime",
            TableArn=ARN,
            S3Bucket="bucket",
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification=window,
        )

        assert code == "InvalidExportTimeException"
        assert said.startswith(message)

    run(test)


def test_exports_are_listed_with_the_newest_first_and_by_the_table_that_is_there():
    async def test(calls):
        await recoverable(calls)
        arns = []
        for _ in range(12):
            calls.clock.advance(1)
            arns.append((await export(calls))["ExportDescription"]["ExportArn"])

        first = await calls("ListExports")
        second = await calls("ListExports", NextToken=first["NextToken"])
        listed = [each["ExportArn"] for page in (first, second) for each in page["ExportSummaries"]]
        assert len(first["ExportSummaries"]) == 10
        assert listed == arns[::-1]
        assert first["ExportSummaries"][0]["ExportType"] == "FULL_EXPORT"

        await calls("DeleteTable", TableName="orders")
        await calls.table()
        assert await calls("ListExports", TableArn=ARN) == {"ExportSummaries": []}
        assert await calls("DescribeExport", ExportArn=arns[0])
        code, message = await calls.refused("ListImports", NextToken=first["NextToken"])
        assert (code, message) == (
            "ValidationException",
            f"Invalid Request: Provided nextToken is invalid: {first['NextToken']}",
        )

    run(test)


@pytest.mark.parametrize(("operation", "kind"), [("DescribeExport", "Export"), ("DescribeImport", "Import")])
def test_jobs_that_are_not_there_are_told_from_what_is_no_job(operation, kind):
    async def test(calls):
        arn = f"{ARN}/{kind.lower()}/01700000000000-00000000"

        async def refused(text):
            return await calls.refused(operation, **{f"{kind}Arn": text})

        assert await refused(ARN) == ("ValidationException", f"Invalid {kind} ARN")
        assert await refused("x" * 40) == ("ValidationException", f"Invalid {kind} ARN")
        assert (await refused(arn))[0] == f"{kind}NotFoundException"
        assert await refused(arn.replace("123456789012", "210987654321")) == (
            "AccessDeniedException",
            "Access is denied",
        )

    run(test)


def test_an_import_that_fails_makes_no_table():
    async def test(calls):
        begun = (await calls("ImportTable", **IMPORT))["ImportTableDescription"]
        told = (await calls("DescribeImport", ImportArn=begun["ImportArn"]))["ImportTableDescription"]

        assert begun["ImportStatus"] == "IN_PROGRESS"
        assert ended(told, "Import") == NO_BUCKET
        assert told["S3BucketSource"] == {"S3Bucket": "bucket", "S3BucketOwner": "123456789012"}
        assert told["TableCreationParameters"] == IMPORT["TableCreationParameters"]
        assert await calls("ListTables") == {"TableNames": []}
        assert len((await calls("ListImports", TableArn=ARN))["ImportSummaryList"]) == 1

    run(test)


def test_an_import_needs_a_name_that_is_free_and_a_table_that_can_be():
    async def test(calls):
        await calls.table()
        assert await calls.refused("ImportTable", **IMPORT) == (
            "ResourceInUseException",
            "Table already exists: orders",
        )
        parameters = {**IMPORT["TableCreationParameters"], "BillingMode": "PROVISIONED"}
        assert (
            "must both be specified"
            in (await calls.refused("ImportTable", **{**IMPORT, "TableCreationParameters": parameters}))[1]
        )
        assert await calls.refused(
            "ImportTable", **IMPORT, InputFormatOptions={"Csv": {"Delimiter": ","}}
        ) == (
            "ValidationException",
            "Invalid Request: Unsupported InputFormatOptions for the given input format: DYNAMODB_JSON.",
        )

    run(test)


def test_a_client_token_stands_for_an_import_into_the_same_table():
    async def test(calls):
        first = (await calls("ImportTable", **IMPORT, ClientToken="t"))["ImportTableDescription"]["ImportArn"]
        again = (await calls("ImportTable", **IMPORT, ClientToken="t"))["ImportTableDescription"]["ImportArn"]
        parameters = {**IMPORT["TableCreationParameters"], "TableName": "other"}

        assert again == first
        assert await calls.refused(
            "ImportTable", **{**IMPORT, "TableCreationParameters": parameters}, ClientToken="t"
        ) == (
            "ImportConflictException",
            "Import conflict: Duplicate request detected with conflicting parameters",
        )

    run(test)


def test_a_bulk_operation_is_kept_told_listed_and_not_to_be_cancelled_any_more():
    async def test(calls):
        assert (await calls.refused("StartBulkPutItems", **LOAD))[0] == "ResourceNotFoundException"
        await calls.table()
        begun = (await calls("StartBulkPutItems", **LOAD, ClientToken="t"))["BulkOperationDescription"]
        arn = begun["BulkOperationArn"]
        told = (await calls("DescribeBulkOperation", BulkOperationArn=arn))["BulkOperationDescription"]

        assert begun["BulkOperationStatus"] == "IN_PROGRESS"
        assert ended(told, "BulkOperation") == NO_BUCKET
        again = await calls("StartBulkPutItems", **LOAD, ClientToken="t")
        assert again["BulkOperationDescription"]["BulkOperationArn"] == arn
        assert (
            await calls.refused("StartBulkPutItems", **LOAD, ClientToken="t", PerformanceTier="ACCELERATED")
        )[0] == "IdempotentParameterMismatchException"
        assert await calls("CancelBulkOperation", BulkOperationArn=arn) == {
            "BulkOperationArn": arn,
            "BulkOperationStatus": "FAILED",
        }
        listed = (await calls("ListBulkOperations"))["BulkOperationsSummaryList"]
        assert [each["BulkOperationArn"] for each in listed] == [arn]
        assert (await calls.refused("DescribeBulkOperation", BulkOperationArn=arn + "0"))[0] == (
            "ResourceNotFoundException"
        )

    run(test)
