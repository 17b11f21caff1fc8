"""Writes an export into its bucket: files of items, and the manifests that name them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html. Names of files follow
from the export's ARN, so that one that is written again after a crash takes the place of the first.
"""

import asyncio
import base64
import gzip
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from millrace.buckets import putting
from millrace.core import limits
from millrace.core.clock import Clock, iso_milliseconds
from millrace.dynamodb import history, jobs
from millrace.dynamodb.jobs import Job
from millrace.dynamodb.row import Row
from millrace.dynamodb.transfers import Transfer
from millrace.storage.interface import Reader, Storage

_VERSIONS = {False: "2020-06-30", True: "2023-08-01"}


class _File(NamedTuple):
    """One file of the export, as the manifest of files has it."""

    key: str
    items: int
    md5: bytes


class _Page(NamedTuple):
    """Lines of a file, and where to go on; None at the end."""

    lines: list[bytes]
    size: int
    after: bytes | None


async def export(storage: Storage, clock: Clock, job: Job) -> Mapping[str, Any]:
    """Write everything; answers what is then told of the export. Raises AwsError if the bucket does not take it."""
    found = await storage.read(lambda reader: jobs.transfer(reader, job))
    if found is None:
        return {}
    bucket, prefix = str(found.told["S3Bucket"]), found.told.get("S3Prefix")
    root = f"{prefix.rstrip('/')}/" if prefix else ""
    place = f"{root}AWSDynamoDB/{job.id}"
    now = clock.now()
    await putting.put(storage, bucket, f"{place}/_started", b"", now)
    files: list[_File] = []
    billed = 0
    async for page in _pages(storage, job, found):
        data = await asyncio.to_thread(_packed, page.lines)
        name = hashlib.sha256(f"{job.arn} {len(files)}".encode()).hexdigest()[:26]
        file = _File(f"{place}/data/{name}.json.gz", len(page.lines), _md5(data))
        await putting.put(storage, bucket, file.key, data, now, {"ContentType": "application/octet-stream"})
        files.append(file)
        billed += page.size
    count = sum(file.items for file in files)
    await _put_manifest(storage, bucket, f"{place}/manifest-files", _file_manifest(files), now)
    summary = _summary(found, place, billed, count, now)
    await _put_manifest(storage, bucket, f"{place}/manifest-summary", orjson.dumps(summary), now)
    told = {"ExportStatus": "COMPLETED", "ExportManifest": f"{place}/manifest-summary.json"}
    return {**told, "BilledSizeBytes": billed, "ItemCount": count}


async def _pages(storage: Storage, job: Job, found: Transfer) -> AsyncIterator[_Page]:
    """The lines of each file."""
    if job.after is not None:
        async for page in _changes(storage, job, found):
            yield page
        return
    after: bytes | None = b""
    while after is not None:
        page = await storage.read(lambda reader, after=after: _items(reader, job, after))
        after = page.after
        if page.lines:
            yield page


def _items(reader: Reader, job: Job, after: bytes) -> _Page:
    lines: list[bytes] = []
    size = 0
    for key, value in reader.range(job.space, after):
        if size >= limits.export_file_bytes_max:
            return _Page(lines, size, key)
        row = Row.stored(value)
        lines.append(b'{"Item":%b}' % row.raw)
        size += row.size
    return _Page(lines, size, None)


async def _changes(storage: Storage, job: Job, found: Transfer) -> AsyncIterator[_Page]:
    """One line for each item that changed: as it was before the first of its changes, and after the last."""
    first, last = await _changed(storage, job)
    view = found.told["IncrementalExportSpecification"]["ExportViewType"]
    keys, at = sorted(first), 0
    while at < len(keys):
        some = keys[at : at + limits.export_changes_max]
        at += len(some)

        def read(reader: Reader, some: list[bytes] = some) -> _Page:
            rows = [(key, first[key], reader.get(job.space, key), last[key]) for key in some]
            lines = [
                _change(job, old, new, made, images=view != "NEW_IMAGE")
                for _, old, new, made in rows
                if old != new
            ]
            return _Page(lines, sum(map(len, lines)), None)

        page = await storage.read(read)
        if page.lines:
            yield page


async def _changed(storage: Storage, job: Job) -> tuple[dict[bytes, bytes | None], dict[bytes, float]]:
    """Of every key that changed in the window, what was there before, and when it changed last."""
    first: dict[bytes, bytes | None] = {}
    last: dict[bytes, float] = {}
    low = job.after or 0
    while low < job.through:
        high = min(low + limits.export_changes_max, job.through)
        changes = await storage.read(
            lambda reader, low=low, high=high: history.between(reader, job.table_id, low, high)
        )
        for former in changes:
            first.setdefault(former.key, former.value)
            last[former.key] = former.made
        low = high
    return first, last


def _change(job: Job, old: bytes | None, new: bytes | None, made: float, *, images: bool) -> bytes:
    before, after = (None if value is None else Row.stored(value) for value in (old, new))
    known = after or before
    keys = {} if known is None else {name: known.item[name] for name in job.keys}
    line: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(int(made * 1_000_000))}},
        "Keys": keys,
    }
    if before is not None and images:
        line["OldImage"] = before.fragment
    if after is not None:
        line["NewImage"] = after.fragment
    return orjson.dumps(line)


def _packed(lines: list[bytes]) -> bytes:
    return gzip.compress(b"".join(line + b"\n" for line in lines), mtime=0)


def _file_manifest(files: list[_File]) -> bytes:
    def lines() -> Iterator[bytes]:
        for file in files:
            told = {
                "itemCount": file.items,
                "md5Checksum": base64.b64encode(file.md5).decode(),
                "etag": file.md5.hex(),
                "dataFileS3Key": file.key,
            }
            yield orjson.dumps(told) + b"\n"

    return b"".join(lines())


def _summary(found: Transfer, place: str, billed: int, count: int, now: float) -> dict[str, Any]:
    told = found.told
    window = told.get("IncrementalExportSpecification")
    if window is None:
        when = {"exportTime": _moment(told["ExportTime"])}
    else:
        when = {
            "exportFromTime": _moment(window["ExportFromTime"]),
            "exportToTime": _moment(window["ExportToTime"]),
        }
    return {
        "version": _VERSIONS[window is not None],
        "exportArn": told["ExportArn"],
        "startTime": _moment(told["StartTime"]),
        "endTime": _moment(now),
        "tableArn": told["TableArn"],
        "tableId": told["TableId"],
        **when,
        "s3Bucket": told["S3Bucket"],
        "s3Prefix": told.get("S3Prefix"),
        "s3SseAlgorithm": told["S3SseAlgorithm"],
        "s3SseKmsKeyId": told.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": f"{place}/manifest-files.json",
        "billedSizeBytes": billed,
        "itemCount": count,
        "outputFormat": told["ExportFormat"],
        **({} if window is None else {"outputView": window["ExportViewType"]}),
        "exportType": "FULL_EXPORT" if window is None else "INCREMENTAL_EXPORT",
    }


async def _put_manifest(storage: Storage, bucket: str, stem: str, data: bytes, now: float) -> None:
    """A manifest, and beside it its MD5 in base64."""
    await putting.put(storage, bucket, f"{stem}.json", data, now, {"ContentType": "application/json"})
    await putting.put(storage, bucket, f"{stem}.md5", base64.b64encode(_md5(data)), now)


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _moment(epoch: float) -> str:
    return f"{iso_milliseconds(epoch)}Z"
