"""SQS as older SDKs speak it: forms and XML, by the model of today."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.models import load_all
from millrace.wire.routing import Router

ROUTER = Router(load_all(("sqs", "sns")))
VERSION = "Version=2012-11-05"


def asked(form: str, path: str = "/") -> tuple[str, dict[str, Any]]:
    request = Request("POST", path, path, "", {}, f"{form}&{VERSION}".encode())
    operation = ROUTER.route(request, "sqs")
    assert operation.service.protocol == "query"
    return operation.name, operation.decode(request)


@pytest.mark.parametrize(
    ("form", "params"),
    [
        (
            "Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=k&Tag.1.Value=v",
            {"QueueName": "q", "Attributes": {"DelaySeconds": "5"}, "tags": {"k": "v"}},
        ),
        (
            "Action=GetQueueAttributes&QueueUrl=u&AttributeName.1=All",
            {"QueueUrl": "u", "AttributeNames": ["All"]},
        ),
        (
            "Action=SendMessage&QueueUrl=u&MessageBody=m&MessageAttribute.1.Name=a"
            "&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=AAE%3D",
            {
                "QueueUrl": "u",
                "MessageBody": "m",
                "MessageAttributes": {"a": {"DataType": "Binary", "BinaryValue": b"\0\1"}},
            },
        ),
        (
            "Action=SendMessageBatch&QueueUrl=u&SendMessageBatchRequestEntry.1.Id=a"
            "&SendMessageBatchRequestEntry.1.MessageBody=m&SendMessageBatchRequestEntry.1.DelaySeconds=3",
            {"QueueUrl": "u", "Entries": [{"Id": "a", "MessageBody": "m", "DelaySeconds": 3}]},
        ),
        ("Action=SendMessageBatch&QueueUrl=u&Entries=", {"QueueUrl": "u", "Entries": []}),
    ],
)
def test_forms_are_read_by_the_names_that_older_sdks_know(form: str, params: dict[str, Any]):
    assert asked(form)[1] == params


def test_the_path_is_the_queue_unless_the_form_says_another():
    assert asked("Action=PurgeQueue", "/0/q")[1] == {"QueueUrl": "/0/q"}
    assert asked("Action=PurgeQueue&QueueUrl=u", "/0/q")[1] == {"QueueUrl": "u"}


def test_answers_are_xml_with_every_entry_in_its_place():
    request = Request("GET", "/", "/", f"Action=ReceiveMessage&QueueUrl=u&{VERSION}", {}, b"")
    operation = ROUTER.route(request, "sqs")
    message = {"MessageId": "1", "Body": "<m>", "Attributes": {"SenderId": "me"}}
    answer = operation.encode({"Messages": [message]}, "id").body.decode()

    assert 'xmlns="http://queue.amazonaws.com/doc/2012-11-05/"' in answer
    assert "<Attribute><Name>SenderId</Name><Value>me</Value></Attribute>" in answer
    found = ET.fromstring(answer).find("{*}ReceiveMessageResult/{*}Message/{*}Body")
    assert found is not None
    assert found.text == "<m>"
    assert "<ReceiveMessageResult/>" in operation.encode({"Messages": None}, "id").body.decode()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            AwsError("QueueDoesNotExist", "The specified queue does not exist."),
            "<Type>Sender</Type><Code>AWS.SimpleQueueService.NonExistentQueue</Code>"
            "<Message>The specified queue does not exist for this wsdl version.</Message><Detail/>",
        ),
        (
            AwsError("InvalidParameterValueException", "No.", status=400),
            "<Code>InvalidParameterValue</Code><Message>No.</Message><Detail/>",
        ),
        (AwsError("ReceiptHandleIsInvalid", "No."), "<Code>ReceiptHandleIsInvalid</Code>"),
    ],
)
def test_errors_have_the_codes_of_the_query_protocol(error: AwsError, told: str):
    request = Request("POST", "/", "/", "", {}, f"Action=ListQueues&{VERSION}".encode())
    answer = ROUTER.route(request, "sqs").service.encode_error(error, "id")

    assert (answer.status, told in answer.body.decode()) == (400, True)
