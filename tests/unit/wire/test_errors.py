"""The form of errors, service by service."""

import json
import zlib

import pytest

from millrace.core.errors import AwsError, access_denied, validation_error
from millrace.wire.corrections import corrections
from millrace.wire.models import load, read


def told(service, error):
    answer = load(service).encode_error(error, "request-id")
    return answer.status, json.loads(answer.body), answer.headers


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (
            AwsError("ResourceNotFoundException", "Requested resource not found"),
            {
                "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
                "message": "Requested resource not found",
            },
        ),
        (
            validation_error("no"),
            {"__type": "com.amazon.coral.validate#ValidationException", "message": "no"},
        ),
        (access_denied("no"), {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}),
        (
            AwsError("ConditionalCheckFailedException", "failed", members={"Item": {"a": {"S": "x"}}}),
            {
                "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                "Item": {"a": {"S": "x"}},
                "message": "failed",
            },
        ),
        (
            AwsError(
                "TransactionCanceledException", "m", members={"CancellationReasons": [{"Code": "None"}]}
            ),
            {
                "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "CancellationReasons": [{"Code": "None"}],
                "Message": "m",
            },
        ),
    ],
)
def test_dynamodb_errors_say_where_they_come_from(error, body):
    status, actual, headers = told("dynamodb", error)

    assert (status, actual) == (400, body)
    assert headers["Content-Type"] == "application/x-amz-json-1.0"
    assert headers["X-Amz-Crc32"] == str(zlib.crc32(json.dumps(body, separators=(",", ":")).encode()))


def test_an_error_of_our_own_is_a_500():
    assert told("dynamodb", AwsError("InternalServerError", "x"))[0] == 500
    assert told("lambda", AwsError("ServiceException", "x"))[:2] == (500, {"Type": "Service", "Message": "x"})


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (AwsError("ResourceNotFoundException", "x"), 404, {"Type": "User", "Message": "x"}),
        (AwsError("InvalidParameterValueException", "x"), 400, {"Type": "User", "message": "x"}),
        (AwsError("ResourceConflictException", "x"), 409, {"Type": "User", "message": "x"}),
        (AwsError("ValidationException", "x"), 400, {"message": "x"}),
        (access_denied("x"), 403, {"Message": "x"}),
        (AwsError("RequestEntityTooLargeException", "x", status=413), 413, {"message": "x"}),
    ],
)
def test_lambda_errors_say_whose_fault_they_are(error, status, body):
    actual_status, actual_body, headers = told("lambda", error)

    assert (actual_status, actual_body) == (status, body)
    assert headers["x-amzn-ErrorType"] == error.code


def test_lambda_throttling_says_when_to_come_back():
    error = AwsError(
        "TooManyRequestsException", "Rate Exceeded.", members={"retryAfterSeconds": "1", "Reason": "R"}
    )

    status, body, headers = told("lambda", error)

    assert (status, body) == (429, {"Type": "User", "Reason": "R", "message": "Rate Exceeded."})
    assert headers["Retry-After"] == "1"


def test_logs_errors_have_bare_names():
    error = AwsError("ResourceNotFoundException", "The specified log group does not exist.")

    assert told("logs", error)[1] == {
        "__type": "ResourceNotFoundException",
        "message": "The specified log group does not exist.",
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (AwsError("NoSuchEntity", "a < b"), 404, "NoSuchEntity"),
        (access_denied("a < b"), 403, "AccessDenied"),
        (AwsError("InvalidSignatureException", "a < b"), 403, "SignatureDoesNotMatch"),
        (AwsError("UnrecognizedClientException", "a < b"), 403, "InvalidClientTokenId"),
        (AwsError("ValidationError", "a < b"), 400, "ValidationError"),
    ],
)
def test_iam_errors_are_xml(error, status, code):
    answer = load("iam").encode_error(error, "request-id")

    assert answer.status == status
    assert answer.body.decode() == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>a &lt; b</Message></Error><RequestId>request-id</RequestId></ErrorResponse>"
    )


@pytest.mark.parametrize("service", ["dynamodb", "dynamodbstreams", "lambda", "logs", "iam", "sts"])
def test_every_correction_still_corrects_something_and_has_a_source(service):
    shapes = read(service)["shapes"]
    said = corrections(service)

    for name, correction in said.get("shapes", {}).items():
        assert name in shapes
        assert correction["source"]
    for path, correction in said.get("members", {}).items():
        structure, _, member = path.partition(".")
        assert member in shapes[structure]["members"]
        assert correction["source"]
    for name, correction in said.get("shapes", {}).items():
        if correction.get("enum"):
            assert (name, set(correction["enum"])) == (name, set(shapes[name]["enum"]))
