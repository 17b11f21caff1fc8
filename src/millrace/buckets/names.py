"""Names of buckets, keys of objects, and what refers to either.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

import hashlib
import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from millrace.buckets import faults
from millrace.core import limits
from millrace.core.errors import AwsError

_NAME = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-|.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


class Source(NamedTuple):
    """What is copied."""

    bucket: str
    key: str


def check_bucket(name: str) -> None:
    """Return if a bucket may be called so. Raises InvalidBucketName."""
    if not _NAME.fullmatch(name) or name.endswith(_ENDINGS) or _ADDRESS.fullmatch(name):
        raise AwsError(
            "InvalidBucketName",
            "The specified bucket is not valid.",
            status=400,
            members={"BucketName": name},
        )


def check_key(key: str) -> None:
    """Return if an object may be called so. Raises KeyTooLongError."""
    size = len(key.encode())
    if size > limits.object_key_bytes_max:
        raise AwsError(
            "KeyTooLongError",
            "Your key is too long",
            status=400,
            members={"Size": size, "MaxSizeAllowed": limits.object_key_bytes_max},
        )


def check_version(version: str | None) -> None:
    """Return if it names the only version an object here has. Raises InvalidArgument."""
    if version not in (None, "null"):
        raise faults.invalid_argument("Invalid version id specified", "versionId", version)


def source(text: str) -> Source:
    """The object that `x-amz-copy-source` names: `BUCKET/KEY`, encoded, maybe with `?versionId=null`."""
    path, _, query = text.partition("?")
    bucket, slash, key = unquote_plus(path.removeprefix("/")).partition("/")
    if not (slash and bucket and key):
        name = "x-amz-copy-source"
        raise faults.invalid_argument("Invalid copy source object key", name, name)
    if query:
        check_version(query.removeprefix("versionId="))
    return Source(bucket, key)


def bucket_arn(name: str) -> str:
    return f"arn:aws:s3:::{name}"


def owner(account: str) -> dict[str, str]:
    """An account as S3 names it: by a canonical user id of 64 hexadecimal digits."""
    return {"ID": hashlib.sha256(f"canonical user {account}".encode()).hexdigest()}


def initiator(account: str) -> dict[str, str]:
    """The account as it is told of uploads under way: there, and nowhere else any more, it has a name for people."""
    return {**owner(account), "DisplayName": account}
