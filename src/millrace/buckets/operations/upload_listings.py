"""ListParts and ListMultipartUploads."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from millrace.buckets import listing, names, uploads
from millrace.buckets.catalog import Bucket
from millrace.buckets.listing import Page
from millrace.buckets.operations.listings import check_encoding, encoder, listed, page_size
from millrace.buckets.owned import owned
from millrace.buckets.uploads import Part, Upload
from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.storage.interface import Reader, Storage


class UploadListings:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {"ListMultipartUploads": self.list_multipart_uploads, "ListParts": self.list_parts}

    async def list_parts(self, context: Context, params: Params) -> Output:
        del context
        after = uploads.part_marker(params)
        most = page_size(params.get("MaxParts"), "max-parts", limits.upload_list_page_max)

        def read(reader: Reader) -> tuple[Bucket, Upload, list[tuple[int, Part]]]:
            bucket = owned(reader, params)
            upload = uploads.get(reader, bucket, params["Key"], params["UploadId"])
            return bucket, upload, list(islice(uploads.parts(reader, bucket, upload, after), most + 1))

        bucket, upload, found = await self._storage.read(read)
        page, owner = found[:most], names.owner(bucket.account)
        return {
            "Bucket": bucket.name,
            "Key": upload.key,
            "UploadId": upload.id,
            "PartNumberMarker": after,
            "NextPartNumberMarker": page[-1][0] if page else 0,
            "MaxParts": most,
            "IsTruncated": len(found) > most,
            "Parts": [_part(upload, number, part) for number, part in page],
            "Initiator": names.initiator(bucket.account),
            "Owner": owner,
            "StorageClass": upload.storage_class,
            "ChecksumAlgorithm": upload.algorithm,
            "ChecksumType": upload.checksum_type,
        }

    async def list_multipart_uploads(self, context: Context, params: Params) -> Output:
        del context
        most = page_size(params.get("MaxUploads"), "max-uploads", limits.upload_list_page_max)
        check_encoding(params)
        marker, upload_marker = params.get("KeyMarker") or "", params.get("UploadIdMarker") or ""
        after = listing.rolled(marker, params)
        if after is None:
            after = uploads.row(marker, upload_marker or "\uffff") if marker else ""

        def read(reader: Reader) -> tuple[Bucket, Page]:
            bucket = owned(reader, params)
            prefix, delimiter = params.get("Prefix") or "", params.get("Delimiter") or ""
            space = bucket.uploads
            return bucket, listing.page(
                reader, space, prefix=prefix, delimiter=delimiter, after=after, most=most
            )

        bucket, page = await self._storage.read(read)
        shown = encoder(params)
        found = [uploads.decode(entry.value) for entry in page.entries if entry.value is not None]
        told = {
            **listed(params, page),
            "Bucket": bucket.name,
            "Prefix": shown(params["Prefix"]) if params.get("Prefix") else None,
            "KeyMarker": shown(marker),
            "UploadIdMarker": upload_marker,
            "MaxUploads": most,
        }
        key = identity = ""  # after a common prefix AWS does not say where to go on
        if page.entries and page.entries[-1].value is not None:
            key, _, identity = page.entries[-1].key.partition("\0")
        told |= {"NextKeyMarker": shown(key), "NextUploadIdMarker": identity}
        owner, initiator = names.owner(bucket.account), names.initiator(bucket.account)
        return {
            **told,
            "Uploads": [
                {**_upload(each), "Key": shown(each.key), "Owner": owner, "Initiator": initiator}
                for each in found
            ],
        }


def _upload(upload: Upload) -> dict[str, Any]:
    return {
        "UploadId": upload.id,
        "Initiated": upload.begun,
        "StorageClass": upload.storage_class,
        "ChecksumAlgorithm": upload.algorithm,
        "ChecksumType": upload.checksum_type,
    }


def _part(upload: Upload, number: int, part: Part) -> dict[str, Any]:
    told = {
        "PartNumber": number,
        "LastModified": part.modified,
        "ETag": f'"{part.etag}"',
        "Size": part.blob.size,
    }
    return {**told, **upload.shown(part)}
