"""The benchmarks' own signatures are the ones botocore makes."""

from datetime import UTC, datetime

import pytest
from benchmarks.signature import ACCESS_KEY, REGION, SECRET_KEY, SIGNED_HEADERS, Signer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime(2026, 3, 1, 9, 5, 7, tzinfo=UTC)


def split(request: bytes) -> tuple[list[str], dict[str, str], bytes]:
    head, body = request.split(b"\r\n\r\n", 1)
    first, *lines = head.decode().split("\r\n")
    return first.split(" "), dict(line.split(": ", 1) for line in lines), body


def signature_by_botocore(headers: dict[str, str], body: bytes) -> str:
    signed = {name: value for name, value in headers.items() if name.lower() in SIGNED_HEADERS.split(";")}
    request = AWSRequest("POST", f"http://{headers['Host']}/", headers=signed, data=body)
    request.context["timestamp"] = headers["X-Amz-Date"]
    auth = SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "dynamodb", REGION)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


@pytest.mark.parametrize("body", [b"{}", '{"TableName":"Mühle"}'.encode(), b"x" * 20_000])
def test_a_request_carries_the_signature_botocore_would_give_it(body):
    _, headers, sent = split(Signer("127.0.0.1:8000", NOW).request("PutItem", body))

    assert sent == body
    assert headers["Authorization"].endswith(f"Signature={signature_by_botocore(headers, body)}")


def test_a_request_is_whole_http():
    first, headers, _ = split(Signer("127.0.0.1:8000", NOW).request("GetItem", b"{}"))

    assert first == ["POST", "/", "HTTP/1.1"]
    assert headers["Host"] == "127.0.0.1:8000"
    assert headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert headers["X-Amz-Date"] == "20260301T090507Z"
    assert headers["Content-Length"] == "2"
    assert (
        f"Credential=test/20260301/us-east-1/dynamodb/aws4_request, SignedHeaders={SIGNED_HEADERS}"
        in headers["Authorization"]
    )
