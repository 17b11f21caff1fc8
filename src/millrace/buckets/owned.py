"""The bucket that a request is about."""

from millrace.buckets import catalog
from millrace.buckets.catalog import Bucket
from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader


def owned(reader: Reader, params: Params) -> Bucket:
    """The bucket, if it belongs to whom the request expects. Raises NoSuchBucket, AccessDenied."""
    bucket = catalog.get(reader, params["Bucket"])
    if params.get("ExpectedBucketOwner") not in (None, bucket.account):
        raise AwsError("AccessDenied", "Access Denied", status=403)
    return bucket
