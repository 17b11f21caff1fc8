"""Addresses of buckets that were presigned in the way before version 4: what is signed is what is heeded."""

from urllib.parse import urlsplit

import pytest
from botocore.auth import HmacV1QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from millrace.http.message import Request
from millrace.wire import sigv2

SECRET = "secret"


def presigned(more: str = "", path: str = "/b/k") -> Request:
    request = AWSRequest("PUT", f"http://127.0.0.1{path}", headers={"x-amz-copy-source": "/b/mine"})
    HmacV1QueryAuth(Credentials("key", SECRET), expires=60).add_auth(request)
    query = urlsplit(request.url).query + more
    return Request("PUT", f"{path}?{query}", path, query, {"host": "127.0.0.1"}, b"")


def is_right(request: Request) -> bool:
    found = sigv2.parse(request)
    assert found is not None
    return sigv2.is_right(request, request.path, found.signature, SECRET)


def test_an_address_is_right_as_it_was_signed():
    assert is_right(presigned())


@pytest.mark.parametrize(
    "more",
    ["&x-amz-copy-source=/b/theirs", "&X-Amz-Copy-Source=/b/theirs", "&x-amz-acl=private", "&retention"],
)
def test_nothing_is_added_to_it(more: str):
    assert not is_right(presigned(more))


def test_a_header_does_not_say_otherwise():
    request = presigned()
    request.headers = {**request.headers, "x-amz-copy-source": "/b/theirs"}

    assert not is_right(request)
