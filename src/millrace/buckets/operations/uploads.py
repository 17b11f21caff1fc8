"""Multipart uploads: CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from millrace.buckets import checksums, conditions, faults, names, objects, put_request, storing, uploads
from millrace.buckets.owned import owned
from millrace.buckets.record import Record
from millrace.buckets.uploads import Part, Upload
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Storage, Writer

_NO_PART = (
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
    "entity tag may not match the part's entity tag."
)
_ENCRYPTED = {"ServerSideEncryption": "AES256"}


class Uploads:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "AbortMultipartUpload": self.abort_multipart_upload,
            "CompleteMultipartUpload": self.complete_multipart_upload,
            "CreateMultipartUpload": self.create_multipart_upload,
            "UploadPart": self.upload_part,
        }

    async def create_multipart_upload(self, context: Context, params: Params) -> Output:
        del context
        key, now = params["Key"], self._clock.now()
        names.check_key(key)
        put_request.refuse(params)
        algorithm, kind = params.get("ChecksumAlgorithm"), _checksum_type(params)
        said = put_request.record(params, now)
        upload = Upload(
            key=key,
            id=uploads.new_id(now),
            begun=int(now),
            headers=said.headers,
            metadata=said.metadata,
            tags=said.tags,
            storage_class=said.storage_class,
            algorithm=algorithm,
            checksum_type=kind,
        )
        await self._storage.write(lambda writer: uploads.put(writer, owned(writer, params), upload))
        told = {"Bucket": params["Bucket"], "Key": key, "UploadId": upload.id, **_ENCRYPTED}
        return {**told, "ChecksumAlgorithm": algorithm, "ChecksumType": kind}

    async def upload_part(self, context: Context, params: Params) -> Output:
        del context
        data, now, number = params.get("Body") or b"", self._clock.now(), uploads.part_number(params)
        put_request.refuse(params)

        def find(reader: Reader) -> Upload:
            return uploads.get(reader, owned(reader, params), params["Key"], params["UploadId"])

        upload = await self._storage.read(find)
        told = checksums.told(params)
        _check_part(upload, told)
        digests = await storing.digests(data, sorted({*told, upload.own}))
        if params.get("ContentMD5") is not None:
            checksums.verify_md5(params["ContentMD5"], digests.md5)
        checksums.compare(told, digests.checksums)
        async with storing.stored(self._storage, data, now) as stored:
            part = Part(stored.blob, digests.md5, int(now), {upload.own: digests.checksums[upload.own]})

            def put(writer: Writer) -> None:
                stored.land(writer)
                uploads.put_part(writer, owned(writer, params), find(writer), number, part, now)

            await self._storage.write(put)
        shown = {**checksums.shown({name: digests.checksums[name] for name in told}), **upload.shown(part)}
        return {"ETag": f'"{digests.md5}"', **shown, **_ENCRYPTED}

    async def complete_multipart_upload(self, context: Context, params: Params) -> Output:
        said: Mapping[str, Any] = params.get("MultipartUpload") or {}
        asked: list[Mapping[str, Any]] = said.get("Parts") or []
        key, now = params["Key"], self._clock.now()

        def complete(writer: Writer) -> Record:
            bucket = owned(writer, params)
            upload = uploads.get(writer, bucket, key, params["UploadId"])
            if not asked:
                raise faults.invalid_request("You must specify at least one part")
            conditions.check_completion(
                objects.look(writer, bucket, key), key, uploads.begun_at(upload.id), params
            )
            _check_type(upload, params)
            chosen = _chosen(upload, asked, dict(uploads.parts(writer, bucket, upload)))
            record = _record(upload, chosen, now)
            _check_whole(upload, record, params)
            objects.replace(writer, bucket, key, record, now)
            uploads.end(writer, bucket, upload, record.blobs, now)
            return record

        record = await self._storage.write(complete)
        told: dict[str, Any] = {
            "Location": f"{context.reached_at}/{params['Bucket']}/{quote(key)}",
            "Bucket": params["Bucket"],
            "Key": key,
            "ETag": f'"{record.etag}"',
            **_ENCRYPTED,
        }
        if record.checksums:
            told |= {**checksums.shown(record.checksums), "ChecksumType": record.checksum_type}
        return told

    async def abort_multipart_upload(self, context: Context, params: Params) -> Output:
        del context
        now = self._clock.now()

        def abort(writer: Writer) -> None:
            bucket = owned(writer, params)
            upload = uploads.get(writer, bucket, params["Key"], params["UploadId"])
            uploads.end(writer, bucket, upload, (), now)

        await self._storage.write(abort)
        return {}


def _checksum_type(params: Params) -> str | None:
    """How the whole checksum will be made: as asked, or in the algorithm's own way. Raises InvalidRequest."""
    algorithm, asked = params.get("ChecksumAlgorithm"), params.get("ChecksumType")
    if algorithm is None:
        if asked is not None:
            raise faults.invalid_request(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
            )
        return None
    fixed = (
        "FULL_OBJECT" if algorithm == "CRC64NVME" else None if checksums.is_crc(algorithm) else "COMPOSITE"
    )
    if fixed is not None and asked not in (None, fixed):
        raise faults.invalid_request(
            f"The {asked} checksum type cannot be used with the {algorithm.lower()} checksum algorithm."
        )
    return asked or fixed or "COMPOSITE"


def _chosen(upload: Upload, asked: Sequence[Mapping[str, Any]], there: Mapping[int, Part]) -> list[Part]:
    """The parts that an object is put together of. Raises InvalidPartOrder, InvalidPart, EntityTooSmall."""
    numbers: list[int] = [each.get("PartNumber") or 0 for each in asked]
    if numbers != sorted(set(numbers)):
        raise AwsError(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
            status=400,
            members={"UploadId": upload.id},
        )
    chosen: list[Part] = []
    for number, each in zip(numbers, asked, strict=True):
        part, etag = there.get(number), str(each.get("ETag") or "").strip('"')
        told = checksums.told(each)
        _check_listed(upload, number, told)
        fits = part is not None and part.etag == etag and (upload.algorithm is not None or not told)
        if part is None or not fits or any(part.checksums.get(name) != value for name, value in told.items()):
            members = {"UploadId": upload.id, "PartNumber": number, "ETag": etag}
            raise AwsError("InvalidPart", _NO_PART, status=400, members=members)
        chosen.append(part)
    for number, part in list(zip(numbers, chosen, strict=True))[:-1]:
        if part.blob.size < limits.upload_part_bytes_min:
            members = {
                "ProposedSize": part.blob.size,
                "MinSizeAllowed": limits.upload_part_bytes_min,
                "PartNumber": number,
                "ETag": part.etag,
            }
            sentence = "Your proposed upload is smaller than the minimum allowed size"
            raise AwsError("EntityTooSmall", sentence, status=400, members=members)
    return chosen


def _record(upload: Upload, chosen: Sequence[Part], now: float) -> Record:
    digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in chosen), usedforsecurity=False)
    record = Record(
        [part.blob for part in chosen],
        f"{digest.hexdigest()}-{len(chosen)}",
        int(now),
        headers=upload.headers,
        metadata=upload.metadata,
        tags=upload.tags,
        storage_class=upload.storage_class,
    )
    name = upload.own
    if record.size > limits.object_bytes_max:
        raise AwsError(
            "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size", status=400
        )
    if any(name not in part.checksums for part in chosen):  # long copied parts may have none
        return record
    if upload.checksum_type == "COMPOSITE":
        each = [{name: part.checksums[name]} for part in chosen]
        whole = checksums.composite(name, [part.checksums[name] for part in chosen])
        return replace(record, checksums={name: whole}, checksum_type="COMPOSITE", part_checksums=each)
    whole = checksums.combined(name, [(part.checksums[name], part.blob.size) for part in chosen])
    return replace(record, checksums={name: whole})


def _check_part(upload: Upload, told: Mapping[str, str]) -> None:
    """Return if a part comes with the upload's own checksum, if with any. Raises InvalidRequest."""
    for name in told:
        if upload.algorithm not in (None, name):
            raise faults.invalid_request(
                f"Checksum Type mismatch occurred, expected checksum Type: {upload.own.lower()}, "
                f"actual checksum Type: {name.lower()}"
            )


def _check_type(upload: Upload, params: Params) -> None:
    """Return if the whole checksum is to be what it was begun as. Raises InvalidRequest."""
    if params.get("ChecksumType") not in (None, upload.checksum_type):
        raise faults.invalid_request(
            f"The upload was created using the {upload.checksum_type or 'null'} checksum mode. "
            "The complete request must use the same checksum mode."
        )


def _check_listed(upload: Upload, number: int, told: Mapping[str, str]) -> None:
    """Return if a part is listed with the checksum that it must have. Raises InvalidRequest, BadDigest."""
    if upload.algorithm is None:
        return
    if upload.checksum_type == "COMPOSITE" and not told:
        raise faults.invalid_request(
            f"The upload was created using a {upload.own.lower()} checksum. The complete request must include the "
            f"checksum for each part. It was missing for part {number} in the request."
        )
    for name in told:
        if name != upload.algorithm:
            sentence = f"The {name.lower()} you specified for part {number} did not match what we received."
            raise AwsError("BadDigest", sentence, status=400)


def _check_whole(upload: Upload, record: Record, params: Params) -> None:
    """Return if the object is what its client says it is. Raises InvalidRequest, BadDigest."""
    size = params.get("MpuObjectSize")
    if size is not None and int(size) != record.size:
        raise faults.invalid_request(
            f"The provided 'x-amz-mp-object-size' header value {size} does not match what was computed: {record.size}"
        )
    told = checksums.told(params)
    # A checksum whose type is not said is that of the parts' checksums.
    differs = upload.checksum_type == "FULL_OBJECT" and params.get("ChecksumType") is None
    if told and (told != record.checksums or differs):
        sentence = f"The {upload.own.lower()} you specified did not match the calculated checksum."
        raise AwsError("BadDigest", sentence, status=400)
