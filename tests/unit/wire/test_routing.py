"""Which operation a request is for."""

import pytest

from millrace.http.message import Request
from millrace.wire.models import load
from millrace.wire.routing import Router, UnroutableError

ROUTER = Router([load(name) for name in ("dynamodb", "dynamodbstreams", "lambda", "logs", "iam", "sts")])
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:f"


def route(method, target, signing_name=None, *, headers=None, body=b""):
    path, _, query = target.partition("?")
    return ROUTER.route(Request(method, target, path, query, headers or {}, body), signing_name)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("DynamoDB_20120810.PutItem", ("dynamodb", "PutItem")),
        ("DynamoDBStreams_20120810.GetRecords", ("dynamodbstreams", "GetRecords")),
        ("Logs_20140328.PutLogEvents", ("logs", "PutLogEvents")),
    ],
)
def test_json_services_are_told_apart_by_their_target(target, expected):
    found = route("POST", "/", "dynamodb", headers={"x-amz-target": target})

    assert (found.service.name, found.name) == expected


@pytest.mark.parametrize(
    ("method", "target", "operation"),
    [
        ("GET", "/2015-03-31/functions", "ListFunctions"),
        ("GET", "/2015-03-31/functions/", "ListFunctions"),
        ("POST", "/2015-03-31/functions", "CreateFunction"),
        ("GET", "/2015-03-31/functions/f", "GetFunction"),
        ("GET", f"/2015-03-31/functions/{ARN}", "GetFunction"),
        ("PUT", "/2015-03-31/functions/f/code/", "UpdateFunctionCode"),
        ("POST", "/2015-03-31/functions/f/invocations?Qualifier=1", "Invoke"),
        ("GET", f"/2017-03-31/tags/{ARN.replace(':', '%3A')}", "ListTags"),
        ("GET", "/2018-10-31/layers?find=LayerVersion&Arn=x", "GetLayerVersionByArn"),
        ("GET", "/2018-10-31/layers", "ListLayers"),
    ],
)
def test_rest_operations_are_found_by_method_and_path(method, target, operation):
    assert route(method, target, "lambda").name == operation


@pytest.mark.parametrize("label", [ARN, ARN.replace(":", "%3A"), ARN + ":$LATEST", "my%20f"])
def test_labels_are_decoded(label):
    request = Request("GET", "", f"/2015-03-31/functions/{label}/policy", "", {}, b"")
    reader = load("lambda").operations["GetPolicy"].service.speaks

    [path] = [route for route in reader.routes() if route.operation == "GetPolicy"]

    assert path.takes(request.path, "")


def test_query_services_are_told_apart_by_version_or_signature():
    form = b"Action=GetCallerIdentity&Version=2011-06-15"

    assert route("POST", "/", None, body=form).service.name == "sts"
    assert route("POST", "/", "sts", body=b"Action=GetCallerIdentity").service.name == "sts"
    assert route("GET", "/?Action=ListRoles&Version=2010-05-08", "iam").name == "ListRoles"


def test_an_unknown_operation_is_answered_in_the_services_own_form():
    with pytest.raises(UnroutableError) as caught:
        route("POST", "/", "dynamodb", headers={"x-amz-target": "DynamoDB_20120810.ListTable"})

    answer = caught.value.model.encode_error(caught.value, "request-id")

    assert answer.status == 400
    assert answer.body == b'{"__type":"com.amazon.coral.service#UnknownOperationException"}'


def test_an_unknown_action_is_invalid():
    with pytest.raises(UnroutableError) as caught:
        route("POST", "/", "iam", body=b"Action=Nope&Version=2010-05-08")

    assert caught.value.message == "Could not find operation Nope for version 2010-05-08"
    assert (caught.value.code, caught.value.model.name) == ("InvalidAction", "iam")


def test_a_request_for_nobody_has_no_model():
    with pytest.raises(UnroutableError) as caught:
        route("GET", "/favicon.ico")

    assert (caught.value.status, caught.value.model) == (404, None)
