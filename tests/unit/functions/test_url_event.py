"""Function URLs: what a request is to the function, and what the function's answer is to the client."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.context import Principal
from millrace.functions import url_event
from millrace.functions.url_event import Call, MalformedError, decode, decode_streamed, encode

ID = "abcdefghijklmnopqrstuvwxyz012345"
HOST = f"{ID}.lambda-url.eu-west-1.localhost"


def event(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "url_id": ID,
        "domain": HOST,
        "method": "GET",
        "path": "/",
        "query": "",
        "headers": {"host": f"{HOST}:4566", "user-agent": "curl/8"},
        "body": b"",
        "peer": "127.0.0.1",
        "port": "4566",
        "request_id": "11111111-2222-4333-8444-555555555555",
        "trace": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        "now": 1583348638.39,
        "principal": None,
    }
    return json.loads(encode(Call(**{**given, **changes})))


def test_the_plainest_request_becomes_the_plainest_event():
    assert event() == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {
            "host": f"{HOST}:4566",
            "user-agent": "curl/8",
            "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "4566",
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": ID,
            "authentication": None,
            "domainName": HOST,
            "domainPrefix": ID,
            "http": {
                "method": "GET",
                "path": "/",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "requestId": "11111111-2222-4333-8444-555555555555",
            "routeKey": "$default",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "isBase64Encoded": False,
    }


def test_a_signed_request_says_by_whom():
    arn = "arn:aws:iam::111122223333:user/ada"
    signed = event(principal=Principal("111122223333", arn, "AIDAEXAMPLE", "AKIAEXAMPLE", user="ada"))

    assert signed["requestContext"]["accountId"] == "111122223333"
    assert signed["requestContext"]["authorizer"] == {
        "iam": {
            "accessKey": "AKIAEXAMPLE",
            "accountId": "111122223333",
            "callerId": "AIDAEXAMPLE",
            "cognitoIdentity": None,
            "principalOrgId": None,
            "userArn": arn,
            "userId": "AIDAEXAMPLE",
        }
    }


def test_the_raw_path_stays_encoded_and_the_other_is_decoded():
    """As recorded on AWS: `/pa2%25Fth/1` is `/pa2%Fth/1` in `http.path`."""
    made = event(path="/pa2%25Fth/1")

    assert made["rawPath"] == "/pa2%25Fth/1"
    assert made["requestContext"]["http"]["path"] == "/pa2%Fth/1"


@pytest.mark.parametrize("path", ["/%", "/%zz", "/%ff%fe", "/%00", "/a//b/../c", "/\xe9", "*"])
def test_odd_paths_are_passed_on_as_they_are(path: str):
    assert event(path=path)["rawPath"] == path


def test_repeated_parameters_are_joined_and_decoded():
    made = event(query="a=1&b=x%20y+z&a=%2F2&flag&empty=&n=%ff")

    assert made["rawQueryString"] == "a=1&b=x%20y+z&a=%2F2&flag&empty=&n=%ff"
    assert made["queryStringParameters"] == {
        "a": "1,/2", "b": "x y z", "flag": "", "empty": "", "n": "\N{REPLACEMENT CHARACTER}",
    }  # fmt: skip


def test_cookies_are_a_list_and_a_header():
    made = event(headers={"cookie": "a=1; b=2;c=3; "})

    assert made["cookies"] == ["a=1", "b=2", "c=3"]
    assert made["headers"]["cookie"] == "a=1; b=2;c=3; "


def test_headers_of_the_connection_stay_out_and_forwarders_are_kept():
    headers = {
        "connection": "close",
        "transfer-encoding": "chunked",
        "x-forwarded-for": "10.0.0.1",
        "x-a": "b",
    }

    made = event(headers=headers, peer="::1")["headers"]

    assert made.keys().isdisjoint({"connection", "transfer-encoding"})
    assert made["x-forwarded-for"] == "10.0.0.1, ::1"
    assert made["x-a"] == "b"


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain; charset=utf-8", "APPLICATION/XML", "application/problem+json"]
)
def test_a_text_body_is_text(kind: str):
    made = event(body="grüß".encode(), headers={"content-type": kind})

    assert (made["body"], made["isBase64Encoded"]) == ("grüß", False)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "image/png"},
        {"content-type": "text/plain", "content-encoding": "gzip"},
    ],
)
def test_any_other_body_is_base64(headers: dict[str, str]):
    made = event(body=b"a=b", headers=headers)

    assert (made["body"], made["isBase64Encoded"]) == (base64.b64encode(b"a=b").decode(), True)


def test_a_body_that_only_claims_to_be_text_is_base64():
    made = event(body=b"\xff\xfe", headers={"content-type": "text/plain"})

    assert (made["body"], made["isBase64Encoded"]) == ("//4=", True)


@given(st.binary(max_size=50), st.text(alphabet=st.characters(max_codepoint=255), max_size=30))
def test_whatever_is_sent_makes_an_event(body: bytes, text: str):
    made = event(body=body, path=text, query=text, headers={"cookie": text, "content-type": text})

    assert made["rawPath"] == text


# The way back.


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (b'{"hello": "world"}', b'{"hello":"world"}'),
        (b'["hello", 3, true]', b'["hello",3,true]'),
        (b'"hello"', b"hello"),
        (b"3", b"3"),
        (b"3.1", b"3.1"),
        (b"true", b"true"),
        (b"null", b"null"),
        (b'{"body": "no status"}', b'{"body":"no status"}'),
        (b"123456789012345678901234567890", b"123456789012345678901234567890"),
    ],
)
def test_what_has_no_status_is_the_body_of_a_success(payload: bytes, body: bytes):
    """The sizes that LocalStack's tests recorded on AWS: 17, 16, 5, 1, 3 and 4 bytes."""
    answer = decode(payload)

    assert (answer.status, answer.headers, answer.body) == (200, {"content-type": "application/json"}, body)


def answered(**members: Any) -> url_event.Answer:
    return decode(json.dumps({"statusCode": 200, **members}).encode())


def test_a_response_says_everything_itself():
    answer = answered(
        statusCode=201, headers={"Content-Type": "text/html", "X-N": 1, "X-B": True}, cookies=["a=1", "b=2; Path=/"],
        body="<p>grüß",
    )  # fmt: skip

    assert answer.status == 201
    assert answer.headers == {"content-type": "text/html", "x-n": "1", "x-b": "true"}
    assert answer.cookies == ("a=1", "b=2; Path=/")
    assert answer.body == "<p>grüß".encode()


def test_a_body_may_be_absent_binary_or_an_object():
    assert answered().body == b""
    assert answered(body="/wA=", isBase64Encoded=True).body == b"\xff\x00"
    assert answered(body={"a": [1]}).body == b'{"a":[1]}'
    assert answered().headers == {"content-type": "application/json"}


def test_a_status_may_be_a_text():
    assert answered(statusCode="418").status == 418


def test_headers_of_the_connection_and_of_the_service_are_not_the_functions_to_set():
    ours = {
        "Content-Length": "7",
        "Transfer-Encoding": "chunked",
        "Connection": "close",
        "X-Amzn-RequestId": "x",
    }

    assert answered(headers={**ours, "x-mine": "1"}).headers == {
        "content-type": "application/json",
        "x-mine": "1",
    }


def test_header_values_are_sent_in_the_bytes_of_utf_8():
    assert answered(headers={"x": "€"}).headers["x"].encode("latin-1") == "€".encode()


@pytest.mark.parametrize(
    "members",
    [
        {"statusCode": 0}, {"statusCode": 99}, {"statusCode": 100}, {"statusCode": 600}, {"statusCode": 10**30},
        {"statusCode": -200}, {"statusCode": None}, {"statusCode": True}, {"statusCode": 200.5},
        {"statusCode": "200\r\nx: y"}, {"statusCode": "abc"}, {"statusCode": {}}, {"statusCode": [200]},
        {"statusCode": "٢٠٠"},
        {"headers": []}, {"headers": "x"}, {"headers": {"": "x"}}, {"headers": {"a b": "x"}},
        {"headers": {"x\r\ny": "z"}}, {"headers": {"x:": "z"}}, {"headers": {"ü": "z"}},
        {"headers": {"x": "a\r\nset-cookie: b=c"}}, {"headers": {"x": "a\nb"}}, {"headers": {"x": "a\0b"}},
        {"headers": {"x": None}}, {"headers": {"x": ["a"]}}, {"headers": {"x": {}}},
        {"cookies": "a=b"}, {"cookies": {"a": "b"}}, {"cookies": [None]}, {"cookies": ["a=b\r\nx: y"]},
        {"body": "%%%", "isBase64Encoded": True}, {"body": {"a": 1}, "isBase64Encoded": True},
        {"body": "ü", "isBase64Encoded": True},
    ],
    ids=repr,
)  # fmt: skip
def test_a_response_that_cannot_be_is_malformed(members: dict[str, Any]):
    with pytest.raises(MalformedError):
        answered(**members)


@pytest.mark.parametrize(
    "payload", [b"", b"not json", b"\xff", b"[" * 100_000], ids=["nothing", "words", "byte", "deep"]
)
def test_what_is_no_json_is_malformed(payload: bytes):
    with pytest.raises(MalformedError):
        decode(payload)


PRELUDE = "application/vnd.awslambda.http-integration-response"


def test_what_a_function_streams_is_the_body():
    answer = decode_streamed(b"\x00\xff", "image/png")

    assert (answer.status, answer.headers, answer.body) == (200, {"content-type": "image/png"}, b"\x00\xff")
    assert decode_streamed(b"", "").headers == {"content-type": "application/octet-stream"}


def test_a_stream_may_begin_with_status_headers_and_cookies():
    said = {"statusCode": 201, "headers": {"Content-Type": "text/html", "X-A": "b"}, "cookies": ["a=b"]}

    answer = decode_streamed(json.dumps(said).encode() + bytes(8) + b"Hello,\0 world!", PRELUDE)

    assert (answer.status, answer.body, answer.cookies) == (201, b"Hello,\0 world!", ("a=b",))
    assert answer.headers == {"content-type": "text/html", "x-a": "b"}
    assert (
        decode_streamed(b'{"status": 404}' + bytes(8), PRELUDE).status == 200
    )  # another name: recorded on AWS


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b"[]" + bytes(8), b"{no" + bytes(8), b'{"statusCode": 99}' + bytes(8)]
)
def test_a_stream_that_begins_with_nonsense_is_malformed(payload: bytes):
    with pytest.raises(MalformedError):
        decode_streamed(payload, PRELUDE)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSONS, JSONS, JSONS, JSONS)
def test_no_answer_splits_a_response(status: Any, headers: Any, cookies: Any, body: Any):
    try:
        answer = answered(statusCode=status, headers=headers, cookies=cookies, body=body)
    except MalformedError:
        return

    sent = [*answer.headers, *answer.headers.values(), *answer.cookies]
    assert not any(sign in text for text in sent for sign in "\r\n\0")
    assert all(text.encode("latin-1") is not None for text in sent)
