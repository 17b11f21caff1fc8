"""Operations on single objects: PutObject, GetObject, HeadObject, GetObjectAttributes."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from millrace.buckets import (
    checksums,
    conditions,
    faults,
    names,
    objects,
    put_request,
    ranges,
    storing,
    uploads,
)
from millrace.buckets.operations.listings import page_size
from millrace.buckets.owned import owned
from millrace.buckets.ranges import Span
from millrace.buckets.record import Record
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage, Writer

_OVERRIDES = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
)
# An object may be a page with scripts, on an origin that the console has too: browsers are to give it none.
_NO_ORIGIN = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
_ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
_ENCRYPTED = {"ServerSideEncryption": "AES256"}


class Objects:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "GetObject": self.get_object,
            "GetObjectAttributes": self.get_object_attributes,
            "HeadObject": self.head_object,
            "PutObject": self.put_object,
        }

    async def put_object(self, context: Context, params: Params) -> Output:
        del context
        key, data, now = params["Key"], params.get("Body") or b"", self._clock.now()
        names.check_key(key)
        put_request.refuse(params)
        await self._storage.read(lambda reader: owned(reader, params))
        told = checksums.told(params)
        digests = await storing.digests(data, put_request.wanted(params))
        if params.get("ContentMD5") is not None:
            checksums.verify_md5(params["ContentMD5"], digests.md5)
        checksums.compare(told, digests.checksums)
        record = replace(put_request.record(params, now), etag=digests.md5, checksums=digests.checksums)
        async with storing.stored(self._storage, data, now) as stored:

            def put(writer: Writer) -> None:
                bucket = owned(writer, params)
                conditions.check_write(objects.look(writer, bucket, key), key, params)
                stored.land(writer)
                objects.replace(writer, bucket, key, replace(record, blobs=[stored.blob]), now)

            await self._storage.write(put)
        shown = {**checksums.shown(digests.checksums), "ChecksumType": "FULL_OBJECT"}
        return {"ETag": f'"{digests.md5}"', **shown, **_ENCRYPTED}

    async def get_object(self, context: Context, params: Params) -> Output:
        if context.principal.is_anonymous and any(f"Response{name}" in params for name in _OVERRIDES):
            raise faults.invalid_request(
                "Request specific response headers cannot be used for anonymous GET requests."
            )

        def read(reader: Reader) -> tuple[Record, Span, bytes | None]:
            record = _find(reader, params, self._clock.now())
            _check_class(record)
            span = _span(record, params) or Span(0, record.size)
            if span.end - span.start > limits.object_write_bytes:
                return record, span, None
            pieces = ranges.pieces(record.blobs, span)
            return record, span, b"".join(storing.cut(reader, piece) for piece in pieces)

        record, span, data = await self._storage.read(read)
        body: bytes | AsyncIterator[bytes] = (
            storing.read(self._storage, ranges.pieces(record.blobs, span)) if data is None else data
        )
        context.response_headers.update(_NO_ORIGIN)
        return {**_described(record, params), **_overridden(params), "Body": body}

    async def head_object(self, context: Context, params: Params) -> Output:
        del context
        record = await self._storage.read(lambda reader: _find(reader, params, self._clock.now()))
        return {**_described(record, params), **_overridden(params)}

    async def get_object_attributes(self, context: Context, params: Params) -> Output:
        del context
        record = await self._storage.read(lambda reader: _find(reader, params, self._clock.now()))
        wanted = [name.strip() for each in params["ObjectAttributes"] for name in each.split(",")]
        told: dict[str, Any] = {"LastModified": record.modified}
        if "ETag" in wanted:
            told["ETag"] = record.etag
        if "Checksum" in wanted and record.checksums:
            bare = {name: value.partition("-")[0] for name, value in record.checksums.items()}
            told["Checksum"] = {**checksums.shown(bare), "ChecksumType": record.checksum_type}
        if "ObjectParts" in wanted and record.parts is not None:
            told["ObjectParts"] = _parts(record, params)
        if "StorageClass" in wanted:
            told["StorageClass"] = record.storage_class
        if "ObjectSize" in wanted:
            told["ObjectSize"] = record.size
        return told


def _find(reader: Reader, params: Params, now: float) -> Record:
    names.check_version(params.get("VersionId"))
    record = objects.find(reader, owned(reader, params), params["Key"])
    conditions.check_read(record, params, now)
    return record


def _check_class(record: Record) -> None:
    """Return unless an object would have to be restored before it can be read. Raises InvalidObjectState."""
    if record.storage_class in _ARCHIVES:
        sentence = "The operation is not valid for the object's storage class"
        members = {"StorageClass": record.storage_class}
        raise AwsError("InvalidObjectState", sentence, status=403, members=members)


def _span(record: Record, params: Params) -> Span | None:
    """What of an object is asked for; None if that is all of it."""
    number = params.get("PartNumber")
    if number is None:
        return ranges.parse(params.get("Range"), record.size)
    if params.get("Range") is not None:
        raise faults.invalid_request("Cannot specify both Range header and partNumber query parameter")
    return ranges.part(record.blobs, number)


def _described(record: Record, params: Params) -> dict[str, Any]:
    """What GetObject and HeadObject tell in headers."""
    span = _span(record, params)
    told: dict[str, Any] = {
        "AcceptRanges": "bytes",
        "ContentLength": record.size if span is None else span.end - span.start,
        "ContentRange": None if span is None or not record.size else span.told(record.size),
        "ContentType": "binary/octet-stream",
        "ETag": f'"{record.etag}"',
        "LastModified": record.modified,
        "Metadata": record.metadata,
        "TagCount": len(record.tags) or None,
        **record.headers,
        **_ENCRYPTED,
    }
    if record.storage_class != "STANDARD":
        told["StorageClass"] = record.storage_class
    if params.get("PartNumber") is not None:
        told["PartsCount"] = record.parts
    if str(params.get("ChecksumMode")).upper() == "ENABLED":
        told |= _checksums(record, span, params.get("PartNumber"))
    return told


def _checksums(record: Record, span: Span | None, number: int | None) -> dict[str, Any]:
    """What is told of all of an object, or of one of its parts; of another range of it nothing can be told."""
    told: Mapping[str, str] = {}
    if span is None or (span == Span(0, record.size) and record.checksum_type == "FULL_OBJECT"):
        told = record.checksums
    elif number is not None and record.part_checksums:
        told = record.part_checksums[number - 1]
    return {**checksums.shown(told), "ChecksumType": record.checksum_type} if told else {}


def _overridden(params: Params) -> dict[str, Any]:
    """The headers that the request itself wants to get. Raises InvalidArgument for what can be no header."""
    given = {name: params.get(f"Response{name}") for name in _OVERRIDES}
    told = {name: put_request.text(value) for name, value in given.items() if value is not None}
    for name, value in told.items():
        if not all(" " <= character < "\x7f" for character in value):
            raise faults.invalid_argument("Header value cannot be represented using ISO-8859-1.", name, value)
    return told


def _parts(record: Record, params: Params) -> dict[str, Any]:
    """The parts of a multipart upload; those without checksums of their own are only counted, as on AWS."""
    told: dict[str, Any] = {"TotalPartsCount": len(record.blobs)}
    if record.checksum_type != "COMPOSITE":
        return told
    marker = uploads.part_marker(params)
    most = page_size(params.get("MaxParts"), "max-parts", limits.upload_list_page_max)
    end = min(marker + most, len(record.blobs))
    listed = [
        {"PartNumber": at + 1, "Size": record.blobs[at].size, **checksums.shown(record.part_checksums[at])}
        for at in range(marker, end)
    ]
    truncated = end < len(record.blobs)
    told |= {"PartNumberMarker": marker, "NextPartNumberMarker": end if listed else 0, "MaxParts": most}
    return {**told, "IsTruncated": truncated, "Parts": listed}
