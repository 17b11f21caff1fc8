"""Exports into buckets and imports out of them, made step by step as the copier and the transferer make them."""

import base64
import gzip
import hashlib
import json

import pytest
from tests.unit.tables.calls import run, schema

from millrace.buckets import catalog, objects, putting
from millrace.buckets.catalog import Bucket
from millrace.core.arn import Scope
from millrace.dynamodb import copier, copying, jobs
from millrace.dynamodb.transferer import Transferer
from millrace.logs.log import Logs

SCOPE = Scope("123456789012", "eu-west-1")
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
CREATION = {
    "TableName": "loaded",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": schema("id"),
}


async def transferred(calls):
    """Do all that is under way; answers what was logged."""
    logs = Logs(calls.storage, calls.clock)
    told = []
    logs.subscribe(None, "/aws-dynamodb/imports", lambda batch: told.extend(text for _, text in batch.events))
    for copy in await calls.storage.read(copying.all_of):
        await copier.make(calls.storage, copy)
    worker = Transferer(calls.storage, calls.clock, logs)
    for job in await calls.storage.read(jobs.ready):
        assert await worker._done(job)
    await logs.flush()
    return told


async def with_bucket(calls):
    await calls.storage.write(
        lambda writer: catalog.put(writer, Bucket("bucket", "1", SCOPE.account, SCOPE.region, 0))
    )


async def recoverable(calls):
    await with_bucket(calls)
    await calls.table()
    on = {"PointInTimeRecoveryEnabled": True}
    await calls("UpdateContinuousBackups", TableName="orders", PointInTimeRecoverySpecification=on)


async def put(calls, identity, number):
    await calls("PutItem", TableName="orders", Item={"id": {"S": identity}, "n": {"N": str(number)}})


async def exported(calls, **more):
    """The description of an export when it is done, its summary, and the lines of its files in order."""
    begun = await calls("ExportTableToPointInTime", TableArn=ARN, S3Bucket="bucket", **more)
    arn = begun["ExportDescription"]["ExportArn"]
    await put(calls, "later", 1)  # after the moment of the export
    await transferred(calls)
    told = (await calls("DescribeExport", ExportArn=arn))["ExportDescription"]
    summary = json.loads(await content(calls, told["ExportManifest"]))
    lines = []
    manifest = await content(calls, summary["manifestFilesS3Key"])
    for line in manifest.splitlines():
        file = json.loads(line)
        data = await content(calls, file["dataFileS3Key"])
        assert base64.b64decode(file["md5Checksum"]) == hashlib.md5(data).digest()
        found = [json.loads(each) for each in gzip.decompress(data).splitlines()]
        assert len(found) == file["itemCount"]
        lines += found
    return told, summary, lines


def content(calls, key):
    return calls.storage.read(lambda reader: objects.get(reader, SCOPE, "bucket", key))


def test_a_full_export_has_the_items_of_its_moment_and_awss_manifests():
    async def test(calls):
        await recoverable(calls)
        await put(calls, "a", 1)
        await put(calls, "b", 2)
        calls.clock.advance(60)
        told, summary, lines = await exported(calls, S3Prefix="p")

        items = {line["Item"]["id"]["S"]: line["Item"]["n"]["N"] for line in lines}
        assert items == {"a": "1", "b": "2"}
        assert (told["ExportStatus"], told["ItemCount"], told["BilledSizeBytes"]) == ("COMPLETED", 2, 12)
        assert told["ExportManifest"].startswith("p/AWSDynamoDB/")
        assert (summary["version"], summary["itemCount"], summary["exportArn"]) == (
            "2020-06-30",
            2,
            told["ExportArn"],
        )

    run(test)


def test_an_export_of_an_earlier_moment_has_what_was_there_then():
    async def test(calls):
        await recoverable(calls)
        await put(calls, "a", 1)
        calls.clock.advance(60)
        moment = calls.clock.now()
        calls.clock.advance(60)
        await put(calls, "a", 2)
        _, _, lines = await exported(calls, ExportTime=moment)

        assert [line["Item"]["n"]["N"] for line in lines] == ["1"]

    run(test)


def test_an_incremental_export_has_each_change_of_its_window_once():
    async def test(calls):
        await recoverable(calls)
        for name in ("kept", "changed", "deleted"):
            await put(calls, name, 1)
        calls.clock.advance(3600)
        start = calls.clock.now()
        calls.clock.advance(60)
        await put(calls, "changed", 2)
        await put(calls, "changed", 3)
        await calls("DeleteItem", TableName="orders", Key={"id": {"S": "deleted"}})
        await put(calls, "made", 4)
        calls.clock.advance(3600)
        window = {"ExportFromTime": start, "ExportToTime": calls.clock.now()}
        _, summary, lines = await exported(
            calls, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=window
        )

        images = {
            line["Keys"]["id"]["S"]: tuple(
                line[name]["n"]["N"] if name in line else None for name in ("OldImage", "NewImage")
            )
            for line in lines
        }
        assert images == {"changed": ("1", "3"), "deleted": ("1", None), "made": (None, "4")}
        assert summary["outputView"] == "NEW_AND_OLD_IMAGES"

    run(test)


async def imported(calls, form, data, **more):
    """The description of an import of one object when it is done, the items it made, and what was logged."""
    await with_bucket(calls)
    await putting.put(calls.storage, "bucket", "in/1", data, calls.clock.now())
    source = {"S3Bucket": "bucket", "S3KeyPrefix": "in/"}
    begun = await calls(
        "ImportTable", S3BucketSource=source, InputFormat=form, TableCreationParameters=CREATION, **more
    )
    arn = begun["ImportTableDescription"]["ImportArn"]
    made = (await calls("DescribeTable", TableName="loaded"))["Table"]
    assert (begun["ImportTableDescription"]["ImportStatus"], made["TableStatus"]) == (
        "IN_PROGRESS",
        "CREATING",
    )
    told = await transferred(calls)
    items = (await calls("Scan", TableName="loaded"))["Items"]
    return (await calls("DescribeImport", ImportArn=arn))["ImportTableDescription"], items, told


@pytest.mark.parametrize("compression", ["NONE", "GZIP"])
def test_an_import_loads_what_an_export_wrote(compression):
    async def test(calls):
        data = b'{"Item":{"id":{"S":"a"},"m":{"M":{"n":{"N":"1"}}}}}\n{"Item":{"id":{"S":"b"}}}\n'
        packed = gzip.compress(data) if compression == "GZIP" else data
        told, items, _ = await imported(calls, "DYNAMODB_JSON", packed, InputCompressionType=compression)

        assert sorted(item["id"]["S"] for item in items) == ["a", "b"]
        counts = [told[name] for name in ("ProcessedItemCount", "ImportedItemCount", "ErrorCount")]
        assert (told["ImportStatus"], counts) == ("COMPLETED", [2, 2, 0])
        assert told["ProcessedSizeBytes"] == len(packed)

    run(test)


def test_an_import_of_csv_types_keys_and_leaves_empty_values_out():
    async def test(calls):
        options = {"Csv": {"Delimiter": ";"}}
        _, items, _ = await imported(calls, "CSV", b'id;x\n1;"a;b"\n2;\n', InputFormatOptions=options)

        assert sorted(items, key=str) == [{"id": {"S": "1"}, "x": {"S": "a;b"}}, {"id": {"S": "2"}}]

    run(test)


@pytest.mark.parametrize(
    "line",
    [
        b"no",
        b"[]",
        b'{"id":{"S":"x"}}',
        b'{"Item":{"id":{"S":1}}}',
        b'{"Item":{"id":{"N":"x"}}}',
        b'{"Item":{}}',
        b'{"Item":{"id":{"S":"x"},"l":{"L":[1]}}}',
        b'{"Item":{"id":{"X":"x"}}}',
    ],
)
def test_a_line_that_is_no_item_is_counted_and_told_and_the_others_are_loaded(line):
    async def test(calls):
        data = line + b'\n{"Item":{"id":{"S":"good"}}}'
        told, items, logged = await imported(calls, "DYNAMODB_JSON", data)

        assert (told["ErrorCount"], told["ImportedItemCount"], len(logged)) == (1, 1, 1)
        assert [item["id"]["S"] for item in items] == ["good"]
        assert json.loads(logged[0])["itemS3Pointer"] == {"bucket": "bucket", "key": "in/1", "itemIndex": 0}

    run(test)


def test_what_is_not_zipped_is_told_and_the_table_is_empty():
    async def test(calls):
        told, items, logged = await imported(calls, "CSV", b"plain", InputCompressionType="GZIP")

        assert (told["ImportStatus"], told["ErrorCount"], items, len(logged)) == ("COMPLETED", 1, [], 1)

    run(test)


def test_formats_that_are_not_built_are_refused_by_name():
    async def test(calls):
        await recoverable(calls)
        source = {"S3BucketSource": {"S3Bucket": "bucket"}, "TableCreationParameters": CREATION}
        calls.clock.advance(60)

        for more in ({"InputFormat": "ION"}, {"InputFormat": "CSV", "InputCompressionType": "ZSTD"}):
            code, sentence = await calls.refused("ImportTable", **source, **more)
            assert (code, "is not supported" in sentence) == ("ValidationException", True)
        code, sentence = await calls.refused(
            "ExportTableToPointInTime", TableArn=ARN, S3Bucket="bucket", ExportFormat="ION"
        )
        assert (code, "is not supported" in sentence) == ("ValidationException", True)

    run(test)
