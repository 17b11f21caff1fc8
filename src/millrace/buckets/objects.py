"""Objects in buckets, inside a transaction of whoever puts or reads them."""

from typing import NoReturn

from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer


def put(writer: Writer, scope: Scope, bucket: str, key: str, data: bytes, now: float) -> None:  # noqa: ARG001
    """Store an object whole, in place of what was at its key. Raises NoSuchBucket."""
    _missing()


def get(reader: Reader, scope: Scope, bucket: str, key: str) -> bytes:  # noqa: ARG001
    """What an object holds. Raises NoSuchBucket, NoSuchKey."""
    return _missing()


def _missing() -> NoReturn:
    raise AwsError("NoSuchBucket", "The specified bucket does not exist", status=404)
