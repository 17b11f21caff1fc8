"""Where exports go and imports come from."""

from millrace.buckets import catalog
from millrace.buckets.catalog import Bucket
from millrace.core import ids
from millrace.storage.interface import Reader


class NoSuchBucketError(Exception):
    """There is no such bucket. `code` and the text are what AWS tells of a job that failed so."""

    code = "S3NoSuchBucket"


def find(reader: Reader, name: str) -> Bucket:
    """The bucket of this name. Raises NoSuchBucketError."""
    bucket = catalog.find(reader, name)
    if bucket is None:
        raise NoSuchBucketError(
            "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; "
            f"Request ID: {ids.hexadecimal(16).upper()}; S3 Extended Request ID: null; Proxy: null)"
        )
    return bucket
