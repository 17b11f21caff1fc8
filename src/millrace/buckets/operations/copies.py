"""CopyObject, and UploadPartCopy."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from millrace.buckets import (
    catalog,
    checksums,
    conditions,
    faults,
    names,
    objects,
    put_request,
    ranges,
    storing,
    tagging,
    uploads,
)
from millrace.buckets.names import Source
from millrace.buckets.owned import check_owner, owned
from millrace.buckets.ranges import Span
from millrace.buckets.record import Record
from millrace.buckets.uploads import Part, Upload
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.storage.interface import Reader, Storage, Writer

_SOURCE_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})")
_UNCHANGED = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
    "metadata, storage class, website redirect location or encryption attributes."
)


class _Found(NamedTuple):
    source: Source
    record: Record


class Copies:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {"CopyObject": self.copy_object, "UploadPartCopy": self.upload_part_copy}

    async def copy_object(self, context: Context, params: Params) -> Output:
        del context
        key, now = params["Key"], self._clock.now()
        names.check_key(key)
        put_request.refuse(params)
        found = await self._storage.read(lambda reader: _find(reader, params, now))
        _check_change(found, params)
        made = _made(found.record, params, now)
        named = params.get("ChecksumAlgorithm")
        algorithms = [named] if named else list(found.record.checksums) or [checksums.DEFAULT]
        pieces = ranges.pieces(found.record.blobs, Span(0, found.record.size))
        async with storing.copied(self._storage, pieces, algorithms, now) as (stored, digests):
            record = replace(made, blobs=[stored.blob], etag=digests.md5, checksums=digests.checksums)

            def put(writer: Writer) -> None:
                bucket = owned(writer, params)
                conditions.check_write(objects.look(writer, bucket, key), key, params)
                stored.land(writer)
                objects.replace(writer, bucket, key, record, now)

            await self._storage.write(put)
        told = {"ETag": f'"{record.etag}"', "LastModified": record.modified}
        kind = {"ChecksumType": "FULL_OBJECT"} if record.checksums else {}
        result = {**told, **kind, **checksums.shown(record.checksums)}
        return {"CopyObjectResult": result, "ServerSideEncryption": "AES256"}

    async def upload_part_copy(self, context: Context, params: Params) -> Output:
        del context
        now, number = self._clock.now(), uploads.part_number(params)
        put_request.refuse(params)

        def find(reader: Reader) -> tuple[_Found, Upload]:
            upload = uploads.get(reader, owned(reader, params), params["Key"], params["UploadId"])
            return _find(reader, params, now), upload

        found, upload = await self._storage.read(find)
        span = _range(params.get("CopySourceRange"), found.record.size)
        pieces = ranges.pieces(found.record.blobs, span)
        async with storing.copied(self._storage, pieces, [upload.own], now) as (stored, digests):
            part = Part(stored.blob, digests.md5, int(now), digests.checksums)

            def put(writer: Writer) -> None:
                bucket = owned(writer, params)
                upload = uploads.get(writer, bucket, params["Key"], params["UploadId"])
                stored.land(writer)
                uploads.put_part(writer, bucket, upload, number, part, now)

            await self._storage.write(put)
        told: dict[str, Any] = {"ETag": f'"{part.etag}"', "LastModified": part.modified}
        result = {**told, **upload.shown(part)}
        return {"CopyPartResult": result, "ServerSideEncryption": "AES256"}


def _find(reader: Reader, params: Params, now: float) -> _Found:
    """What is to be copied, if the conditions on it hold."""
    owned(reader, params)
    source = names.source(params["CopySource"])
    bucket = catalog.get(reader, source.bucket)
    check_owner(bucket, params.get("ExpectedSourceBucketOwner"))
    record = objects.find(reader, bucket, source.key)
    conditions.check_read(record, params, now, "CopySource")
    return _Found(source, record)


def _check_change(found: _Found, params: Params) -> None:
    """Return unless an object would be copied onto itself for nothing. Raises InvalidRequest."""
    changes = params.get("MetadataDirective") == "REPLACE" or any(
        params.get(name) for name in ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption")
    )
    if found.source == (params["Bucket"], params["Key"]) and not changes:
        raise faults.invalid_request(_UNCHANGED)


def _made(source: Record, params: Params, now: float) -> Record:
    """The record of a copy: what is said of it is the source's, unless it is replaced."""
    made = replace(source, modified=int(now), part_checksums=(), checksum_type="FULL_OBJECT")
    if params.get("MetadataDirective") == "REPLACE":
        headers, metadata = put_request.headers(params), put_request.metadata(params)
        made = replace(made, headers=headers, metadata=metadata)
    if params.get("TaggingDirective") == "REPLACE":
        made = replace(made, tags=tagging.of_header(params.get("Tagging")))
    return replace(made, storage_class=params.get("StorageClass") or "STANDARD")


def _range(text: str | None, size: int) -> Span:
    """The bytes that are copied. Raises InvalidArgument, InvalidRange."""
    if text is None:
        return Span(0, size)
    match = _SOURCE_RANGE.fullmatch(text)
    first, last = (int(match[1]), int(match[2])) if match is not None else (1, 0)
    if first > last:
        sentence = (
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
        )
        raise faults.invalid_argument(
            f"{sentence}the zero-based offsets of the first and last bytes to copy",
            "x-amz-copy-source-range",
            text,
        )
    if first < size <= last:
        sentence = f"Range specified is not valid for source object of size: {size}"
        raise faults.invalid_argument(sentence, "x-amz-copy-source-range", text)
    if last >= size:
        raise faults.invalid_request("The specified copy range is invalid for the source object size")
    return Span(first, last + 1)
