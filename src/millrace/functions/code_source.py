"""Where a function's code comes from: the request itself, or an object in a bucket."""

from collections.abc import Mapping
from typing import Any

from millrace.buckets import objects
from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.functions.names import invalid
from millrace.functions.operations.settings import zip_of
from millrace.storage.interface import Storage


async def zip_from(storage: Storage, scope: Scope, code: Mapping[str, Any]) -> bytes:
    """The zip file that was sent, or that S3Bucket and S3Key name. Raises InvalidParameterValueException."""
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not (bucket or key):
        return zip_of(code)
    if code.get("ZipFile") is not None:
        raise invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.")
    if not (bucket and key):
        raise invalid("Please provide a source for function code.")
    try:
        _check_version(code.get("S3ObjectVersion"))
        return await storage.read(lambda reader: objects.get(reader, scope, bucket, key))
    except AwsError as error:
        raise invalid(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
        ) from error


def _check_version(version: str | None) -> None:
    """Buckets keep one version of each object, and S3 calls that one `null`."""
    if version not in (None, "null"):
        raise AwsError("NoSuchVersion", "The specified version does not exist.")
