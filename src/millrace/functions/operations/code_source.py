"""Where the zip file of a function or a layer comes from: the request itself, or an object in a bucket."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import catalog, objects
from millrace.buckets.names import bucket_arn
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.functions.code import too_large
from millrace.functions.names import invalid
from millrace.storage.interface import Reader, Storage


async def zip_from(storage: Storage, scope: Scope, code: Mapping[str, Any]) -> bytes:
    """The zip file that was sent, or that S3Bucket and S3Key name.

    Raises InvalidParameterValueException, and RequestEntityTooLargeException for one that is too large to be sent.
    From a bucket comes whatever can be unpacked at all.
    """
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not (bucket or key):
        return _sent(code)
    if code.get("ZipFile") is not None:
        raise invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.")
    if not (bucket and key):
        raise invalid("Please provide a source for function code.")
    try:
        _check_version(code.get("S3ObjectVersion"))
        return await storage.read(lambda reader: _stored(reader, scope, bucket, key))
    except AwsError as error:
        if error.code == "InvalidParameterValueException":
            raise
        raise invalid(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
        ) from error


def accesses(code: Mapping[str, Any]) -> list[Access]:
    """What a caller must be allowed for the object that is named, if one is: Lambda fetches it in the caller's name."""
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    return [Access("s3:GetObject", f"{bucket_arn(bucket)}/{key}")] if bucket and key else []


def _sent(code: Mapping[str, Any]) -> bytes:
    if code.get("ImageUri"):
        raise invalid("ImageUri is not supported: millrace does not do container images yet.")
    if code.get("ZipFile") is None:
        raise invalid("Please provide a source for function code.")
    data = bytes(code["ZipFile"])
    if len(data) > limits.function_zip_bytes_max:
        raise AwsError(
            "RequestEntityTooLargeException",
            f"Zipped size must be smaller than {limits.function_zip_bytes_max} bytes",
            status=413,
        )
    return data


def _stored(reader: Reader, scope: Scope, bucket: str, key: str) -> bytes:
    if objects.find(reader, catalog.get(reader, bucket), key).size > limits.function_unzipped_bytes_max:
        raise too_large()
    return objects.get(reader, scope, bucket, key)


def _check_version(version: str | None) -> None:
    """Buckets keep one version of each object, and S3 calls that one `null`."""
    if version not in (None, "null"):
        raise AwsError("NoSuchVersion", "The specified version does not exist.")
