"""Compressed request bodies: unpacked, however they were packed, and refused when broken or too large."""

import gzip
import zlib

import pytest

from millrace.core.errors import AwsError
from millrace.http.message import Response
from millrace.wire.content_encoding import packed, preferred, unpacked

BODY = b'{"TableName": "orders"}' * 10


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY, mtime=0), "gzip"),
        (gzip.compress(BODY, mtime=0), " GZIP "),
        (gzip.compress(BODY[:7], mtime=0) + gzip.compress(BODY[7:], mtime=0), "gzip"),
        (gzip.compress(BODY, mtime=0) + b"junk", "gzip"),  # AWS takes it
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
        (gzip.compress(BODY, mtime=0)[:-1], "gzip"),
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


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("br, x-gzip", None),
        ("br, identity, deflate, gzip", "deflate"),
        ("dog, GZIP ,, cat", "gzip"),
        ("br, gzip;q=0, deflate; q = 0.5 , identity;q=0", "deflate"),
        ("*", "gzip"),
        ("*, deflate;q=0.5", "gzip"),
        ("*, deflate", "deflate"),
        ("*, gzip;q=0.5", "deflate"),
        ("*;q=0", None),
        ('"gzip"', None),
        ("gzip br", None),
        ("deflate;q=0.5, gzip;q=31", "gzip"),
        ("deflate;q=0.5, gzip;q=0.2", "deflate"),
        ("deflate;q=0.5, gzip;q=1;q=0.2", "gzip"),
        ("deflate;q=0.5,gzip;q=0.", "deflate"),
        ("deflate;q=0.5,gzip;q=0.x", "gzip"),
        ("deflate;q=-0.5,gzip;q=0.2", "gzip"),
        ("gzip;q= 0;q=1", None),
        ("gzip;q =0;q=1", "gzip"),
        ("gzip;nq=0;q=1", None),
        ("gzip;q=0, gzip;q=1, gzip;q=0", "gzip"),
    ],
)
def test_the_encoding_is_the_one_that_the_client_prefers(accepted, encoding):
    assert preferred(accepted) == encoding


def test_a_large_answer_is_compressed_and_its_sum_is_of_what_is_sent():
    plain = Response(200, b"x" * 4096, {"X-Amz-Crc32": "1"})

    sent = packed(plain, "gzip")

    assert gzip.decompress(sent.body) == plain.body
    assert sent.headers == {"X-Amz-Crc32": str(zlib.crc32(sent.body)), "Content-Encoding": "gzip"}
    assert zlib.decompress(packed(plain, "deflate").body) == plain.body
    assert packed(plain, "identity") is plain
    small = Response(200, b"x" * 4095)
    assert packed(small, "gzip") is small
