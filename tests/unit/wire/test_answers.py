"""The form of answers."""

import json
import zlib

import orjson

from millrace.wire.models import load


def test_a_dynamodb_answer_carries_its_request_id_and_checksum():
    answer = load("dynamodb").operations["GetItem"].encode({"Item": {"a": {"S": "é"}}}, "request-id")

    assert (answer.status, answer.body) == (200, '{"Item":{"a":{"S":"é"}}}'.encode())
    assert answer.headers == {
        "Content-Type": "application/x-amz-json-1.0",
        "x-amzn-RequestId": "request-id",
        "X-Amz-Crc32": str(zlib.crc32(answer.body)),
    }


def test_json_that_is_written_already_may_stand_for_any_value():
    item = orjson.Fragment(b'{"a":{"S":"x"}}')
    dynamodb, streams = load("dynamodb"), load("dynamodbstreams")

    query = dynamodb.operations["Query"].encode({"Items": [item], "Count": 1, "LastEvaluatedKey": None}, "r")
    batch = dynamodb.operations["BatchGetItem"].encode({"Responses": {"t": orjson.Fragment(b"[]")}}, "r")
    records = streams.operations["GetRecords"].encode({"Records": [orjson.Fragment(b'{"eventID":"1"}')]}, "r")

    assert query.body == b'{"Items":[{"a":{"S":"x"}}],"Count":1}'
    assert batch.body == b'{"Responses":{"t":[]}}'
    assert records.body == b'{"Records":[{"eventID":"1"}]}'


def test_members_that_are_none_are_left_out_at_every_depth():
    table = {
        "TableName": "t",
        "StreamSpecification": None,
        "KeySchema": [{"AttributeName": "a", "KeyType": None}],
    }

    answer = load("dynamodb").operations["DescribeTable"].encode({"Table": table}, "r")

    assert json.loads(answer.body) == {"Table": {"TableName": "t", "KeySchema": [{"AttributeName": "a"}]}}


def test_an_invocation_answers_with_the_payload_itself():
    output = {
        "StatusCode": 200,
        "FunctionError": "Unhandled",
        "ExecutedVersion": "$LATEST",
        "Payload": b'{"a":1}',
    }

    answer = load("lambda").operations["Invoke"].encode(output, "request-id")

    assert (answer.status, answer.body) == (200, b'{"a":1}')
    assert answer.headers == {
        "x-amzn-RequestId": "request-id",
        "X-Amz-Function-Error": "Unhandled",
        "X-Amz-Executed-Version": "$LATEST",
        "Content-Type": "application/json",
    }


def test_lambda_says_created_accepted_and_nothing_to_say():
    operations = load("lambda").operations

    assert operations["CreateFunction"].encode({"FunctionName": "f"}, "r").status == 201
    assert operations["Invoke"].encode({"StatusCode": 202}, "r").body == b""
    for name, output in {
        "DeleteFunction": {"StatusCode": 204},
        "TagResource": {},
        "UntagResource": {},
    }.items():
        answer = operations[name].encode(output, "r")
        assert (answer.status, answer.body) == (204, b"")


def test_an_iam_answer_is_wrapped_twice():
    role = {"RoleName": "r", "Arn": "a&b", "CreateDate": 1_700_000_000.5, "Tags": []}

    answer = load("iam").operations["CreateRole"].encode({"Role": role}, "request-id")

    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.body.decode() == (
        '<CreateRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateRoleResult><Role>'
        "<RoleName>r</RoleName><Arn>a&amp;b</Arn><CreateDate>2023-11-14T22:13:20.500Z</CreateDate><Tags></Tags></Role>"
        "</CreateRoleResult><ResponseMetadata><RequestId>request-id</RequestId></ResponseMetadata></CreateRoleResponse>"
    )


def test_a_moment_in_json_has_milliseconds_and_nothing_finer():
    def told(created: float) -> object:
        description = {"StreamDescription": {"CreationRequestDateTime": created}}
        answer = load("dynamodbstreams").operations["DescribeStream"].encode(description, "r")
        return json.loads(answer.body)["StreamDescription"]["CreationRequestDateTime"]

    assert told(1795449893.6049476) == 1795449893.604
    assert told(1795449893.605) == 1795449893.605, "though its product with 1,000 is just below"
    assert told(1795449893.0004) == 1795449893.0
