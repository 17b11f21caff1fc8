"""How S3's requests are read: where they point, which operation they are, and bodies in chunks."""

import hashlib
import hmac

import pytest

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire import aws_chunked, bucket_address, models, sigv4, xml_reader
from millrace.wire.routing import Router, UnroutableError

S3 = models.load("s3")
ROUTER = Router([models.load("lambda"), S3])


def request(method="GET", target="/", body=b"", **headers):
    path, _, query = target.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, target, path, query, named, body)


@pytest.mark.parametrize(
    ("host", "path", "bucket", "key"),
    [
        ("127.0.0.1:8000", "/b/k", "b", "k"),
        ("localhost:8000", "/b", "b", ""),
        ("s3.localhost:8000", "/b/k", "b", "k"),
        ("s3.eu-west-1.amazonaws.com", "/b/k", "b", "k"),
        ("b.localhost:8000", "/k/l", "b", "k/l"),
        ("b.c.s3.localhost", "/k", "b.c", "k"),
        ("b.s3.eu-west-1.localhost", "/", "b", ""),
        ("millrace:8000", "/b//../k%20%2B+", "b", "/../k ++"),
        ("", "/", "", ""),
    ],
)
def test_a_bucket_is_in_the_hosts_name_or_in_the_path(host, path, bucket, key):
    found = bucket_address.address(request(target=path, host=host))

    assert (found.bucket, found.key) == (bucket, key)


@pytest.mark.parametrize(
    ("method", "target", "headers", "operation"),
    [
        ("GET", "/", {}, "ListBuckets"),
        ("PUT", "/b", {}, "CreateBucket"),
        ("GET", "/b", {}, "ListObjects"),
        ("GET", "/b/?list-type=2&prefix=x", {}, "ListObjectsV2"),
        ("GET", "/b?lifecycle", {}, "GetBucketLifecycleConfiguration"),
        ("POST", "/b?delete", {}, "DeleteObjects"),
        ("PUT", "/b/k", {}, "PutObject"),
        ("PUT", "/b/k?x-id=PutObject", {}, "PutObject"),
        ("PUT", "/b/k", {"x_amz_copy_source": "b/l"}, "CopyObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", {}, "UploadPart"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", {"x_amz_copy_source": "b/l"}, "UploadPartCopy"),
        ("POST", "/b/k?uploads", {}, "CreateMultipartUpload"),
        ("POST", "/b/k?uploadId=u", {}, "CompleteMultipartUpload"),
        ("GET", "/b/k?uploadId=u", {}, "ListParts"),
        ("DELETE", "/b/k?uploadId=u", {}, "AbortMultipartUpload"),
        ("HEAD", "/b/k", {}, "HeadObject"),
        ("GET", "/2015-03-31/functions", {}, "GetObject"),
    ],
)
def test_method_place_query_and_headers_tell_the_operation(method, target, headers, operation):
    assert ROUTER.route(request(method, target, **headers), "s3").name == operation


def test_without_a_signature_for_s3_a_path_of_lambdas_stays_lambdas():
    assert ROUTER.route(request(target="/2015-03-31/functions/"), "lambda").name == "ListFunctions"


def test_a_method_that_no_operation_has_is_refused_in_s3s_form():
    with pytest.raises(UnroutableError) as refusal:
        ROUTER.route(request("PATCH", "/b/k"), "s3")

    assert (refusal.value.code, refusal.value.status, refusal.value.model) == ("MethodNotAllowed", 405, S3)


def test_a_chunked_body_is_its_data_and_its_trailers_are_headers():
    body = b"5\r\nhello\r\n6;chunk-signature=ab\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"
    told = S3.operations["PutObject"].decode(
        request(
            "PUT",
            "/b/k",
            body,
            x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            content_encoding="aws-chunked, gzip",
            x_amz_decoded_content_length="11",
        )
    )

    assert (told["Body"], told["ChecksumCRC32"], told["ContentEncoding"]) == (
        b"hello world",
        "DUoRhQ==",
        "gzip",
    )


@pytest.mark.parametrize("body", [b"", b"5\r\nhel", b"5\r\nhelloxx0\r\n\r\n", b"z\r\n\r\n", b"-1\r\n\r\n"])
def test_a_chunked_body_that_is_cut_off_is_refused(body):
    with pytest.raises(AwsError) as refusal:
        aws_chunked.parse(body)

    assert refusal.value.code == "IncompleteBody"


KEY, STAMP, SCOPE, SEED = b"key", "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", "0" * 64


def signed_chunks(*chunks):
    before, lines = SEED, []
    for chunk in (*chunks, b""):
        digests = hashlib.sha256(b"").hexdigest(), hashlib.sha256(chunk).hexdigest()
        text = "\n".join(("AWS4-HMAC-SHA256-PAYLOAD", STAMP, SCOPE, before, *digests))
        before = hmac.digest(KEY, text.encode(), "sha256").hex()
        lines.append(b"%x;chunk-signature=%b\r\n%b\r\n" % (len(chunk), before.encode(), chunk))
    return b"".join(lines)


@pytest.mark.parametrize(("change", "right"), [(b"one", True), (b"two", False)])
def test_each_chunk_is_held_to_its_signature(change, right):
    chunked = aws_chunked.parse(signed_chunks(b"one", b"more").replace(b"one", change))

    form = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    assert aws_chunked.verify(chunked, form, KEY, STAMP, SCOPE, SEED) is right


@pytest.mark.parametrize(
    "document", [b"", b"<a>", b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", b"text", b"<a></b>"]
)
def test_what_is_no_plain_xml_is_malformed(document):
    with pytest.raises(xml_reader.MalformedError):
        xml_reader.parse(document)


@pytest.mark.parametrize("encoding", [b"foo", b"utf-7", b"shift_jis"])
def test_xml_in_an_encoding_that_is_not_read_is_malformed(encoding):
    with pytest.raises(xml_reader.MalformedError):
        xml_reader.parse(b'<?xml version="1.0" encoding="%b"?><a/>' % encoding)


def test_xml_of_very_many_elements_is_malformed():
    with pytest.raises(xml_reader.MalformedError):
        xml_reader.parse(b"<a>" + b"<b/>" * limits.object_request_elements_max + b"</a>")


def test_a_body_of_very_many_small_chunks_is_refused():
    few = b"1\r\nx\r\n" * limits.object_small_chunks_max
    assert len(aws_chunked.parse(few + b"0\r\n\r\n").data) == limits.object_small_chunks_max
    with pytest.raises(AwsError) as refusal:
        aws_chunked.parse(few + b"1\r\nx\r\n0\r\n\r\n")

    assert refusal.value.code == "InvalidChunkSizeError"


def test_only_checksums_trail_a_body():
    chunked = aws_chunked.parse(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-meta-a:b\rc\r\n\r\n")

    assert chunked.trailers == {"x-amz-checksum-crc32": "AAAAAA=="}


def test_s3_signs_a_path_as_it_is_sent():
    signature = sigv4.Signature("a", "d", "r", "s3", "host", "s", "t")
    canonical = sigv4._canonical_request(
        request(target="/b//a%20b/../%2b", host="h"), signature, "/b//a%20b/../%2b"
    )

    assert canonical.split("\n")[1] == "/b//a%20b/../%2B"
