"""Signatures, made by botocore's own signer."""

import contextlib
import dataclasses

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.clock import parse_iso
from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire import sigv4

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEY = "AKIAIOSFODNN7EXAMPLE"
PATHS = st.text("abc/.~-_%20 :+é$", max_size=12).map(
    lambda text: "/" + text.replace("%", "%25").replace(" ", "%20")
)


def signed(
    method="POST", target="/", body=b"{}", headers=None, *, token=None, presigned=False, service="dynamodb"
):
    """A request as it arrives at a server, signed now by botocore."""
    request = AWSRequest(method, f"http://localhost:8000{target}", headers=headers or {}, data=body)
    credentials = Credentials(KEY, SECRET, token)
    signer = SigV4QueryAuth if presigned else SigV4Auth
    signer(credentials, service, "eu-west-1").add_auth(request)
    prepared = request.prepare()
    sent = prepared.url.removeprefix("http://localhost:8000")
    path, _, query = sent.partition("?")
    arrived = {
        "host": "localhost:8000",
        **{key.lower(): text(value) for key, value in prepared.headers.items()},
    }
    return Request(method, sent, path, query, arrived, body)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def moment(signature):
    stamp = signature.timestamp
    return parse_iso(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}:{stamp[13:15]}")


def verify(request, *, secret=SECRET, later=0.0):
    signature = sigv4.parse(request)
    sigv4.verify(request, signature, secret, moment(signature) + later)
    return signature


def refused(request, **kwargs):
    with pytest.raises(AwsError) as caught:
        verify(request, **kwargs)
    return caught.value


def test_the_parts_of_a_signature_are_read():
    signature = verify(signed(token="token"))

    assert (
        signature.access_key,
        signature.region,
        signature.service,
        signature.session_token,
        signature.expires,
    ) == (
        KEY,
        "eu-west-1",
        "dynamodb",
        "token",
        None,
    )


def test_a_presigned_request_carries_its_signature_in_the_query():
    signature = verify(
        signed("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", b"", presigned=True, token="t/+=")
    )

    assert (signature.access_key, signature.session_token, signature.expires) == (KEY, "t/+=", 3600)


@given(
    path=PATHS,
    names=st.dictionaries(
        st.sampled_from(["a", "B", "c%20d", "%C3%A9", "-_.~"]), st.sampled_from(["", "x", "%2F%3A", "a%20b"])
    ),
    presigned=st.booleans(),
)
def test_paths_and_queries_with_odd_characters_are_verified(path, names, presigned):
    query = "&".join(f"{name}={value}" for name, value in names.items())
    request = signed("GET", f"{path}?{query}" if query else path, b"", presigned=presigned, service="lambda")

    verify(request)


@given(value=st.text(" ab,=;/", max_size=12), body=st.binary(max_size=40))
def test_header_values_are_trimmed_as_the_signer_trims_them(value, body):
    verify(signed(body=body, headers={"X-Amz-Meta": value, "Content-Type": "application/x-amz-json-1.0"}))


def test_a_function_named_by_its_arn_keeps_its_encoding():
    verify(
        signed(
            "GET",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Af",
            b"",
            service="lambda",
        )
    )


def test_a_payload_may_be_left_unsigned():
    request = signed(body=b"one", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})

    verify(dataclasses.replace(request, body=b"other"))


@pytest.mark.parametrize(
    "change",
    [
        {"body": b"{} "},
        {"method": "PUT"},
        {"path": "/x"},
        {"query": "a=b"},
    ],
)
def test_what_was_changed_on_the_way_is_refused(change):
    error = refused(dataclasses.replace(signed(), **change))

    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n\n"
        "The Canonical String for this request should have been\n'"
    )


def test_another_secret_is_refused():
    assert refused(signed(), secret="other").code == "InvalidSignatureException"


def test_a_signature_lives_for_a_quarter_of_an_hour():
    request = signed()
    stamp = sigv4.parse(request).timestamp
    verify(request, later=900)

    said = refused(request, later=901).message

    assert said.startswith(f"Signature expired: {stamp} is now earlier than ")
    assert said.endswith(" - 15 min.)")


def test_a_presigned_request_lives_as_long_as_it_says():
    request = signed("GET", "/?a=b", b"", presigned=True)
    verify(request, later=3600)

    assert refused(request, later=3601).message.endswith(" - 60 min.)")


def test_a_signature_from_the_future_is_refused():
    said = refused(signed(), later=-301).message

    assert said.startswith("Signature not yet current: ")
    assert said.endswith(" + 5 min.)")


def test_an_unsigned_request_has_no_signature():
    assert sigv4.parse(Request("POST", "/", "/", "", {}, b"")) is None
    assert sigv4.parse(Request("POST", "/", "/", "", {"authorization": "Bearer x"}, b"")) is None


@pytest.mark.parametrize(
    ("authorization", "said"),
    [
        (
            "AWS4-",
            (
                "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
                "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-"
            ),
        ),
        (
            "AWS4-HMAC-SHA256 Signature=b,Credential=a",
            (
                "Authorization header requires 'SignedHeaders' parameter. "
                "Authorization=AWS4-HMAC-SHA256 Signature=b,Credential=a"
            ),
        ),
        (
            "AWS4-HMAC-SHA25 Signature=b,Credential=a,SignedHeaders=c",
            "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
        ),
        (
            "AWS4-HMAC-SHA256 Signature=b,Credential=a/b/c/d,SignedHeaders=c",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c/d'",
        ),
    ],
)
def test_what_is_missing_is_named(authorization, said):
    headers = {"authorization": authorization, "x-amz-date": "20130609T095204Z"}

    with pytest.raises(AwsError) as caught:
        sigv4.parse(Request("POST", "/", "/", "", headers, b""))

    assert (caught.value.code, caught.value.message) == ("IncompleteSignatureException", said)


def test_a_query_without_all_parts_is_incomplete():
    query = "X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d"

    with pytest.raises(AwsError) as caught:
        sigv4.parse(Request("POST", f"/?{query}", "/", query, {}, b""))

    assert caught.value.message == (
        "AWS query-string parameters must include 'X-Amz-SignedHeaders'. Re-examine the query-string parameters."
    )


@given(
    header=st.text(max_size=60) | st.text(max_size=40).map("AWS4-HMAC-SHA256 Credential=".__add__),
    date=st.text(max_size=20),
)
def test_any_header_gives_a_signature_none_or_an_aws_error(header, date):
    request = Request("POST", "/", "/", "", {"authorization": header, "x-amz-date": date, "host": "x"}, b"")
    with contextlib.suppress(AwsError):
        signature = sigv4.parse(request)
        if signature is not None:
            sigv4.verify(request, signature, SECRET, 0.0)
