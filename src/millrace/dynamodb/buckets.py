"""Where exports go and imports come from. There is no S3 here yet, so no bucket is ever found."""

from typing import NoReturn

from millrace.core import ids
from millrace.core.arn import Scope


class NoSuchBucketError(Exception):
    """There is no such bucket. `code` and the text are what AWS tells of a job that failed so."""

    code = "S3NoSuchBucket"


def find(_scope: Scope, _name: str) -> NoReturn:
    """The bucket of this name. Raises NoSuchBucketError: the place where an S3 is to be joined."""
    raise NoSuchBucketError(
        "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; Error Code: NoSuchBucket; "
        f"Request ID: {ids.hexadecimal(16).upper()}; S3 Extended Request ID: null; Proxy: null)"
    )
