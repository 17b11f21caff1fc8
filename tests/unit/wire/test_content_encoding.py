"""Compressed request bodies: unpacked, however they were packed, and refused when broken or too large."""

import gzip
import zlib

import pytest

from millrace.core.errors import AwsError
from millrace.wire.content_encoding import unpacked

BODY = b'{"TableName": "orders"}' * 10


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), " GZIP "),
        (gzip.compress(BODY[:7]) + gzip.compress(BODY[7:]), "gzip"),
        (gzip.compress(BODY) + b"junk", "gzip"),  # AWS takes it
        (zlib.compress(BODY), "deflate"),
        (BODY, "identity"),
        (BODY, ""),
    ],
)
def test_a_body_is_unpacked(packed, encoding):
    assert unpacked(packed, encoding, 1000) == BODY


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (BODY, "gzip"),
        (b"", "gzip"),
        (gzip.compress(BODY)[:-1], "gzip"),
        (BODY, "deflate"),
        (b"", "deflate"),
        (BODY, "zstd"),
    ],
)
def test_what_cannot_be_unpacked_is_a_fault_as_on_aws(packed, encoding):
    with pytest.raises(AwsError) as refused:
        unpacked(packed, encoding, 1000)

    assert (refused.value.code, refused.value.status) == ("InternalServerError", 500)


def test_a_small_body_does_not_become_a_large_one():
    with pytest.raises(AwsError) as refused:
        unpacked(gzip.compress(b" " * 1001), "gzip", 1000)

    assert refused.value.status == 413
    assert unpacked(gzip.compress(b" " * 1000), "gzip", 1000) == b" " * 1000
