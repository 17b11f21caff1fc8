"""What web pages of other origins may do with buckets: what the bucket's own rules allow them."""

from collections.abc import Awaitable, Callable

from millrace.buckets import cors
from millrace.buckets.catalog import Bucket
from millrace.buckets.cors import Asked
from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.server.introspection import PREFIX
from millrace.wire import bucket_address
from millrace.wire.bucket_address import Address

FindBucket = Callable[[str], Awaitable[Bucket | None]]


class BucketPages:
    """Answers preflights, and tells which requests of pages are welcome."""

    def __init__(self, find_bucket: FindBucket) -> None:
        self._find_bucket = find_bucket

    def concerns(self, request: Request) -> bool:
        """Whether a request points into a bucket, if there is one."""
        return _address(request) is not None and not request.path.startswith(PREFIX)

    async def preflight(self, request: Request) -> dict[str, str]:
        """The headers of the answer to an OPTIONS request. Raises AwsError."""
        where = _address(request)
        bucket = None if where is None else await self._find_bucket(where.bucket)
        kind = "OBJECT" if where is not None and where.key else "BUCKET"
        if bucket is None and "origin" in request.headers:
            members = {
                "Method": request.headers.get("access-control-request-method", "OPTIONS"),
                "ResourceType": "BUCKET",
            }
            raise AwsError("AccessForbidden", "CORSResponse: Bucket not found", status=403, members=members)
        return cors.preflight(None if bucket is None else bucket.cors, request.headers, kind=kind)

    async def welcome(self, request: Request) -> dict[str, str] | None:
        """The headers that the answer to a page's request has; None for one that no rule allows."""
        where, origin = _address(request), request.headers.get("origin")
        if where is None or origin is None:
            return None
        bucket = await self._find_bucket(where.bucket)
        asked = Asked(origin, request.method)
        rule = None if bucket is None else cors.matching(bucket.cors or (), asked)
        return None if rule is None else cors.answer(rule, asked)


def _address(request: Request) -> Address | None:
    """Where in the buckets a request points; None for one that is for something else."""
    if "x-amz-target" in request.headers:
        return None
    try:
        where = bucket_address.address(request)
    except ValueError:
        return None
    return where if where.bucket else None
