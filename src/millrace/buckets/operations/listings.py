"""ListObjectsV2, ListObjects and ListObjectVersions."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from millrace.buckets import faults, listing, names, record
from millrace.buckets.catalog import Bucket
from millrace.buckets.listing import Page
from millrace.buckets.owned import owned
from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.storage.interface import Reader, Storage

_URL_SAFE = "/*-._"


class Listings:
    """The operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {
            "ListObjectVersions": self.list_object_versions,
            "ListObjects": self.list_objects,
            "ListObjectsV2": self.list_objects_v2,
        }

    async def list_objects_v2(self, context: Context, params: Params) -> Output:
        token = params.get("ContinuationToken")
        after = params.get("StartAfter") or "" if token is None else listing.after_token(token)
        bucket, page, most = await self._page(params, after)
        context.response_headers["x-amz-bucket-region"] = bucket.region
        shown = encoder(params)
        told = {
            **listed(params, page),
            "Name": bucket.name,
            "MaxKeys": most,
            "KeyCount": len(page.entries),
            "ContinuationToken": token,
            "StartAfter": shown(params["StartAfter"]) if params.get("StartAfter") and token is None else None,
        }
        if page.truncated:
            told["NextContinuationToken"] = listing.token(page.entries[-1].key)
        return {**told, "Contents": _contents(page, bucket, shown, owner=bool(params.get("FetchOwner")))}

    async def list_objects(self, context: Context, params: Params) -> Output:
        bucket, page, most = await self._page_after(params.get("Marker"), params)
        context.response_headers["x-amz-bucket-region"] = bucket.region
        shown = encoder(params)
        told = {
            **listed(params, page),
            "Name": bucket.name,
            "MaxKeys": most,
            "Marker": shown(params.get("Marker") or ""),
        }
        if page.truncated and params.get("Delimiter"):
            told["NextMarker"] = shown(page.entries[-1].key)
        return {**told, "Contents": _contents(page, bucket, shown, owner=True)}

    async def list_object_versions(self, context: Context, params: Params) -> Output:
        """Every object has one version, which is called `null`."""
        del context
        bucket, page, most = await self._page_after(params.get("KeyMarker"), params)
        shown = encoder(params)
        told = {
            **listed(params, page),
            "Name": bucket.name,
            "MaxKeys": most,
            "KeyMarker": shown(params.get("KeyMarker") or ""),
            "VersionIdMarker": params.get("VersionIdMarker") or "",
        }
        if page.truncated:
            last = page.entries[-1]
            version = None if last.value is None else "null"
            told |= {"NextKeyMarker": shown(last.key), "NextVersionIdMarker": version}
        contents = _contents(page, bucket, shown, owner=True)
        return {**told, "Versions": [{**each, "VersionId": "null", "IsLatest": True} for each in contents]}

    async def _page_after(self, marker: str | None, params: Params) -> tuple[Bucket, Page, int]:
        after = marker or ""
        return await self._page(params, listing.rolled(after, params) or after)

    async def _page(self, params: Params, after: str) -> tuple[Bucket, Page, int]:
        most = page_size(params.get("MaxKeys"), "max-keys", limits.object_list_page_max)
        check_encoding(params)

        def read(reader: Reader) -> tuple[Bucket, Page]:
            bucket = owned(reader, params)
            prefix, delimiter = params.get("Prefix") or "", params.get("Delimiter") or ""
            space = bucket.objects
            return bucket, listing.page(
                reader, space, prefix=prefix, delimiter=delimiter, after=after, most=most
            )

        bucket, page = await self._storage.read(read)
        return bucket, page, most


def page_size(asked: int | None, name: str, most: int) -> int:
    """How many entries a page may have. Raises InvalidArgument."""
    if asked is None:
        return most
    if asked < 0:
        raise faults.invalid_argument(
            f"Argument {name} must be an integer between 0 and 2147483647", name, asked
        )
    return min(asked, most)


def check_encoding(params: Params) -> None:
    """Raises InvalidArgument for an encoding that there is not."""
    if params.get("EncodingType") not in (None, "url"):
        raise faults.invalid_argument(
            "Invalid Encoding Method specified in Request", "encoding-type", params["EncodingType"]
        )


def encoder(params: Params) -> Callable[[str], str]:
    """How keys are told: as they are, or encoded so that XML can hold any."""
    if params.get("EncodingType") == "url":
        return lambda text: quote(text, safe=_URL_SAFE)
    return lambda text: text


def listed(params: Params, page: Page) -> dict[str, Any]:
    """What every listing of keys tells beside them."""
    shown = encoder(params)
    return {
        "Prefix": shown(params.get("Prefix") or ""),
        "Delimiter": shown(params["Delimiter"]) if params.get("Delimiter") else None,
        "EncodingType": params.get("EncodingType"),
        "IsTruncated": page.truncated,
        "CommonPrefixes": [{"Prefix": shown(entry.key)} for entry in page.entries if entry.value is None],
    }


def _contents(
    page: Page, bucket: Bucket, shown: Callable[[str], str], *, owner: bool
) -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = []
    for entry in page.entries:
        if entry.value is None:
            continue
        found = record.decode(entry.value)
        told: dict[str, Any] = {
            "Key": shown(entry.key),
            "LastModified": found.modified,
            "ETag": f'"{found.etag}"',
            "ChecksumAlgorithm": list(found.checksums),
            "ChecksumType": found.checksum_type if found.checksums else None,
            "Size": found.size,
            "StorageClass": found.storage_class,
            "Owner": names.owner(bucket.account) if owner else None,
        }
        contents.append(told)
    return contents
