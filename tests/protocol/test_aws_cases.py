"""AWS's protocol test cases, backwards: what a client sends is read, what it reads is written.

An input case says how parameters become a request: here the request must become those parameters. An
output case says what a client makes of a response: here that must become the response.
"""

import json
import math
from xml.etree import ElementTree as ET

import pytest
from tests.protocol import exceptions, suites

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.models import ServiceModel

PROTOCOLS = ["json", "json_1_0", "json_1_0-query-compatible", "rest-json", "query"]
SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
# The content type is tested elsewhere (for blobs the cases say what Lambda does not); the server adds the
# length; the others are the cases' own slips.
NOT_OURS = {"content-type", "content-length", "x-amz-target", "x-amzn-requestid"}


def pytest_generate_tests(metafunc):
    if "case" not in metafunc.fixturenames:
        return
    direction = metafunc.function.__name__.split("_")[1]
    found = [
        pytest.param(suite, case, id=f"{protocol}-{case['id']}")
        for protocol in PROTOCOLS
        for suite, case in suites.cases(direction, protocol)
        if not excepted(case["id"], direction)
    ]
    metafunc.parametrize(("suite", "case"), found)


def excepted(case_id, direction):
    return case_id in exceptions.REASONS and exceptions.ONE_DIRECTION.get(case_id, direction) == direction


def test_every_exception_is_still_a_case():
    known = {
        case["id"] for direction in ("input", "output") for protocol in PROTOCOLS
        for _, case in suites.cases(direction, protocol)
    }  # fmt: skip

    assert set(exceptions.REASONS) - known == set()


def test_input_is_read_as_the_parameters_it_was_written_from(suite, case):
    service = ServiceModel("test", suites.model(suite, case), {})
    sent = case["serialized"]
    path, _, query = sent["uri"].partition("?")
    headers = {name.lower(): value for name, value in sent.get("headers", {}).items()}
    request = Request(sent["method"], sent["uri"], path, query, headers, sent.get("body", "").encode())

    params = service.operations[case["given"]["name"]].decode(request)

    assert plain(params) == plain(case["params"])


def test_output_is_written_as_the_client_expects_it(suite, case):
    service = ServiceModel("test", suites.model(suite, case), {})
    expected = case["response"]
    if "errorCode" in case:
        response = service.encode_error(error_of(case), "request-id")
    else:
        response = service.operations[case["given"]["name"]].encode(result_of(case), "request-id")

    assert response.status == expected["status_code"]
    assert_headers(response.headers, expected.get("headers", {}), case)
    assert body_of(response.body.decode()) == body_of(expected.get("body", ""))


def error_of(case):
    members = dict(case["error"])
    message = case.get("errorMessage") or members.pop("message", None) or members.pop("Message", None)
    return AwsError(
        case["errorCode"], message, members={k: v for k, v in members.items() if k.lower() != "message"}
    )


def result_of(case):
    """The result with special numbers as numbers."""
    return numbers(case["result"])


def numbers(value):
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return SPECIAL.get(value, value) if isinstance(value, str) else value


def assert_headers(actual, expected, case):
    lower = {name.lower(): value for name, value in actual.items()}
    for name, value in expected.items():
        if name.lower() in NOT_OURS:
            continue
        bare = value.split(":")[0].split("#")[-1] if name.lower() == "x-amzn-errortype" else value
        assert lower.get(name.lower()) == bare, case["id"]


def body_of(text):
    """A body as a tree, so that blanks and order do not count."""
    text = text.strip()
    if text.startswith("<"):
        return tree(ET.fromstring(text))
    try:
        body = json.loads(text)
    except ValueError:
        return text
    if isinstance(body, dict):
        if "__type" in body:
            body["__type"] = body["__type"].split("#")[-1].split(":")[0]
        return {key: value for key, value in body.items() if value is not None} or ""
    return body


def tree(element):
    name = element.tag.split("}")[-1]
    children = [
        tree(child) for child in element if child.tag.split("}")[-1] not in ("RequestId", "ResponseMetadata")
    ]
    text = "" if children else (element.text or "").strip()
    return (name, dict(element.attrib), text, sorted(children, key=str))


def plain(value):
    """A value with bytes, special numbers and times in the form that the cases have."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
