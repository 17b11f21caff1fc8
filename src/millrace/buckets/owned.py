"""The bucket that a request is about."""

import re

from millrace.buckets import catalog
from millrace.buckets.catalog import Bucket
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader

_ACCOUNT = re.compile(r"[0-9]{12}")


def owned(reader: Reader, params: Params) -> Bucket:
    """The bucket, if it belongs to whom the request expects. Raises NoSuchBucket, AccessDenied, and as below."""
    expected = params.get("ExpectedBucketOwner")
    _check_account(expected)
    bucket = catalog.get(reader, params["Bucket"])
    check_owner(bucket, expected)
    return bucket


def check_owner(bucket: Bucket, expected: str | None) -> None:
    """Return if the bucket belongs to whom a request expects. Raises AccessDenied, InvalidBucketOwnerAWSAccountID."""
    _check_account(expected)
    if expected not in (None, bucket.account):
        raise AwsError("AccessDenied", "Access Denied", status=403)


def _check_account(expected: str | None) -> None:
    if expected is not None and not _ACCOUNT.fullmatch(expected):
        raise AwsError(
            "InvalidBucketOwnerAWSAccountID",
            f"The value of the expected bucket owner parameter must be an AWS Account ID... [{expected}]",
            status=400,
        )
