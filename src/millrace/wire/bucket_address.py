"""Where a request of S3's points: the bucket in the path or in the host's name, and the key behind it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from millrace.http.message import Request

# `BUCKET.s3.localhost`, `BUCKET.s3.eu-central-1.localhost`, `BUCKET.s3.amazonaws.com`
_SERVICE = re.compile(r"(?:(?P<bucket>.+)\.)?s3(?:[.-].+)?")
_LOCAL = ".localhost"


class Address(NamedTuple):
    """A bucket and a key, decoded; either is empty where the request names none. `virtual`: in the host's name."""

    bucket: str
    key: str
    virtual: bool


def address(request: Request) -> Address:
    """Raises ValueError for a path that is no UTF-8."""
    bucket = virtual_bucket(request.headers.get("host", ""))
    path = request.path.removeprefix("/")
    if bucket:
        return Address(bucket, _decoded(path), virtual=True)
    first, _, rest = path.partition("/")
    return Address(_decoded(first), _decoded(rest), virtual=False)


def virtual_bucket(host: str) -> str:
    """The bucket that a Host header names; empty if it names none."""
    name = host.lower().partition(":")[0].rstrip(".")
    match = _SERVICE.fullmatch(name)
    if match is not None:
        return match["bucket"] or ""
    return name.removesuffix(_LOCAL) if name.endswith(_LOCAL) else ""


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode()
