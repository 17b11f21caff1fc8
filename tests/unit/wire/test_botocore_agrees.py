"""Every operation of every service, against botocore itself: it writes what we read and reads what we write."""

import io
from urllib.parse import urlsplit

import pytest
from botocore import parsers, serialize
from botocore.awsrequest import HeadersDict
from botocore.model import ServiceModel as BotoModel
from botocore.utils import percent_encode_sequence
from tests.unit.wire.samples import sample, without_constraints

from millrace.http.message import Request
from millrace.wire.models import ServiceModel, read
from millrace.wire.routing import Router

SERVICES = ["dynamodb", "dynamodbstreams", "lambda", "logs", "iam", "sts"]
# Event streams are sent as frames of their own; they are not spoken here.
STREAMING = {"StartLiveTail", "InvokeWithResponseStream", "GetLogObject"}


def loaded(name):
    """Our model without constraints, and the same file as botocore reads it."""
    ours = ServiceModel(name, without_constraints(read(name)), {"opaque": ["AttributeValue"]})
    return ours, BotoModel(read(name), name)


@pytest.mark.parametrize("name", SERVICES)
def test_every_request_of_botocore_is_routed_and_read(name):
    ours, boto = loaded(name)
    shapes, router = read(name)["shapes"], Router([ours])
    serializer = serialize.create_serializer(boto.metadata["protocol"], include_validation=False)

    for operation in boto.operation_names:
        model = boto.operation_model(operation)
        params = {} if model.input_shape is None else sample(model.input_shape.name, shapes)
        written = serializer.serialize_to_request(params, model)

        found = router.route(as_request(written), boto.signing_name)

        assert (operation, found.decode(as_request(written))) == (found.name, params)


def as_request(written):
    """The request as it arrives, by way of botocore's own preparation of it."""
    query = written["query_string"]
    if isinstance(query, dict):
        query = percent_encode_sequence(query)
    path = urlsplit(written["url_path"])
    query = "&".join(part for part in (path.query, query) if part)
    body = written["body"]
    if isinstance(body, dict):
        body = percent_encode_sequence(body)
    body = body.encode() if isinstance(body, str) else body
    headers = {key.lower(): str(value) for key, value in written["headers"].items()}
    return Request(written["method"], path.path, path.path, query, headers, body)


@pytest.mark.parametrize("name", SERVICES)
def test_every_answer_is_read_by_botocore_as_it_was_meant(name):
    ours, boto = loaded(name)
    shapes = read(name)["shapes"]
    parser = parsers.create_parser(boto.metadata["protocol"])

    for operation in set(boto.operation_names) - STREAMING:
        output = boto.operation_model(operation).output_shape
        meant = {} if output is None else sample(output.name, shapes)

        answer = ours.operations[operation].encode(meant, "request-id")
        parsed = parser.parse(as_parsed(answer, boto.operation_model(operation)), output)

        metadata = parsed.pop("ResponseMetadata")
        assert (operation, plain(parsed)) == (operation, plain(meant))
        assert metadata["RequestId"] == "request-id"


def as_parsed(answer, operation):
    """The answer as botocore's HTTP client hands it to its parser."""
    body = io.BytesIO(answer.body) if operation.has_streaming_output else answer.body
    return {"status_code": answer.status, "headers": HeadersDict(answer.headers), "body": body}


def plain(value):
    """Values with moments as numbers and streams as bytes."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, io.BytesIO):
        return value.getvalue()
    return value.timestamp() if hasattr(value, "timestamp") else value
