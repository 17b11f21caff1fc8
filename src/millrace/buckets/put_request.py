"""What requests that make an object say of it beside its bytes: PutObject, CreateMultipartUpload, CopyObject."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from millrace.buckets import checksums, faults, tagging
from millrace.buckets.record import Record
from millrace.core import limits
from millrace.core.context import Params
from millrace.core.errors import AwsError

_HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
    "Expires",
    "WebsiteRedirectLocation",
)
_CLASSES = (
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
    "GLACIER_IR",
)  # fmt: skip
_LOCKS = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus", "ObjectLockEventHold")
_UNBUILT_CHECKSUMS = ("XXHASH3", "XXHASH64", "XXHASH128")
_CUSTOMER = ("SSECustomerAlgorithm", "SSECustomerKey", "CopySourceSSECustomerKey")


def record(params: Params, now: float) -> Record:
    """The record of the object that a request makes, as far as the request tells of it. Raises AwsError."""
    return Record(
        [],
        "",
        int(now),
        headers=headers(params),
        metadata=metadata(params),
        tags=tagging.of_header(params.get("Tagging")),
        storage_class=params.get("StorageClass") or "STANDARD",
    )


def headers(params: Params) -> dict[str, str]:
    """The content headers, by AWS's parameter names."""
    return {name: text(params[name]) for name in _HEADERS if params.get(name) is not None}


def metadata(params: Params) -> Mapping[str, str]:
    """The user's own. Raises MetadataTooLarge."""
    found: Mapping[str, str] = params.get("Metadata") or {}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in found.items())
    if size > limits.object_metadata_bytes_max:
        raise AwsError(
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            status=400,
            members={"Size": size, "MaxSizeAllowed": limits.object_metadata_bytes_max},
        )
    return found


def wanted(params: Params) -> list[str]:
    """The checksum of an object that a request puts: the one it sends, the one it names, or AWS's own choice."""
    name = params.get("ChecksumAlgorithm")
    return list(checksums.told(params)) or [name if name in checksums.KNOWN else checksums.DEFAULT]


def refuse(params: Params) -> None:
    """Return unless a request wants what is not built, or what no bucket of today allows."""
    if any(params.get(name) for name in _CUSTOMER):
        raise faults.not_built("Encryption with keys that customers provide")
    if str(params.get("ServerSideEncryption") or "AES256") != "AES256":
        raise faults.not_built("Encryption with keys of KMS")
    if any(params.get(name) for name in _LOCKS):
        raise AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration", status=400)
    if params.get("WriteOffsetBytes") is not None:
        raise faults.not_built("Appending to objects")
    if (params.get("StorageClass") or "STANDARD") not in _CLASSES:
        raise faults.invalid_storage_class(params["StorageClass"])
    if len(checksums.told(params)) > 1:
        raise faults.invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    algorithm = params.get("ChecksumAlgorithm")
    if algorithm is not None and algorithm not in checksums.KNOWN:
        if algorithm in _UNBUILT_CHECKSUMS:
            raise faults.not_built(f"The checksum algorithm {algorithm}")
        raise faults.invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
        )
    refuse_acl(params)


def refuse_acl(params: Params) -> None:
    """Return if what is said of access is what all objects have: they are their bucket's owner's alone."""
    granted = [name for name in params if name.startswith("Grant")]
    if granted or (params.get("ACL") or "private") not in ("private", "bucket-owner-full-control"):
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", status=400)


def text(value: Any) -> str:
    """A header's value; a moment as HTTP writes it."""
    if isinstance(value, int | float):
        return format_datetime(datetime.fromtimestamp(int(value), UTC), usegmt=True)
    return str(value)
