"""The sentences in which AWS refuses parameters."""

import json

import pytest

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.models import load

PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


def refused(service, operation, params):
    """The error that a JSON service answers `params` with."""
    with pytest.raises(AwsError) as caught:
        load(service).operations[operation].decode(
            Request("POST", "/", "/", "", {}, json.dumps(params).encode())
        )
    return caught.value


def sentence(operation, params, service="dynamodb"):
    return refused(service, operation, params).message


def at(path, value, words):
    return f"Value {value} at '{path}' failed to satisfy constraint: {words}"


def test_two_failures_share_one_sentence():
    assert sentence("PutItem", {}) == (
        "2 validation errors detected: "
        f"{at('tableName', 'null', 'Member must not be null')}; {at('item', 'null', 'Member must not be null')}"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Member must have length greater than or equal to 1"),
        ("ab", "Member must have length greater than or equal to 3"),
        ("a" * 256, "Member must have length less than or equal to 255"),
        ("bad table!@#", PATTERN),
    ],
)
def test_a_table_name_fails_on_one_demand_at_a_time(name, words):
    said = sentence("PutItem", {"TableName": name, "Item": {"pk": {"S": "x"}}})

    assert said == f"1 validation error detected: {at('tableName', repr(name), words)}"


def test_a_table_may_be_named_by_its_arn():
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"
    body = json.dumps({"TableName": arn, "Key": {"pk": {"S": "x"}}}).encode()

    params = load("dynamodb").operations["GetItem"].decode(Request("POST", "/", "/", "", {}, body))

    assert params["TableName"] == arn


@pytest.mark.parametrize("operation", ["CreateTable", "UpdateTable", "DeleteTable", "DescribeTable"])
def test_table_operations_have_a_sentence_of_their_own_for_a_missing_name(operation):
    assert (
        sentence(operation, {}) == "The parameter 'TableName' is required but was not present in the request"
    )


def test_list_elements_are_numbered_from_one():
    params = {
        "TableName": "abc",
        "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "SS"}],
        "KeySchema": [{"AttributeName": "a"}, {"AttributeName": "a", "KeyType": "Woop"}],
    }

    assert sentence("CreateTable", params) == (
        "3 validation errors detected: "
        + at(
            "attributeDefinitions.1.member.attributeType",
            "'SS'",
            "Member must satisfy enum value set: [B, N, S]",
        )
        + "; "
        + at("keySchema.1.member.keyType", "null", "Member must not be null")
        + "; "
        + at("keySchema.2.member.keyType", "'Woop'", "Member must satisfy enum value set: [HASH, RANGE]")
    )


def test_values_are_printed_as_java_prints_them():
    element = {"AttributeName": "pk", "KeyType": "HASH"}
    said = sentence(
        "CreateTable", {"TableName": "abc", "AttributeDefinitions": [], "KeySchema": [element] * 3}
    )

    shown = ", ".join(["KeySchemaElement(attributeName=pk, keyType=HASH)"] * 3)
    assert said == "1 validation error detected: " + at(
        "keySchema", f"'[{shown}]'", "Member must have length less than or equal to 2"
    )


def test_a_stream_specification_must_say_whether_it_is_enabled():
    params = {
        "TableName": "abc",
        "AttributeDefinitions": [],
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}],
        "StreamSpecification": {"StreamViewType": "new_image"},
    }

    assert sentence("CreateTable", params) == (
        "2 validation errors detected: "
        + at("streamSpecification.streamEnabled", "null", "Member must not be null")
        + "; "
        + at(
            "streamSpecification.streamViewType",
            "'new_image'",
            "Member must satisfy enum value set: [OLD_IMAGE, KEYS_ONLY, NEW_AND_OLD_IMAGES, NEW_IMAGE]",
        )
    )


def test_batch_requests_name_what_is_wrong_with_keys_and_values_of_the_map():
    said = sentence("BatchWriteItem", {"RequestItems": {"aa;": [{"PutRequest": {}, "DeleteRequest": {}}]}})

    assert said == (
        "3 validation errors detected: "
        "Value '{aa;=[WriteRequest(putRequest=PutRequest(), deleteRequest=DeleteRequest())]}' at 'requestItems' failed "
        "to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
        f"Member must have length greater than or equal to 3, {PATTERN}]; "
        + at("requestItems.aa;.member.1.member.putRequest.item", "null", "Member must not be null")
        + "; "
        + at("requestItems.aa;.member.1.member.deleteRequest.key", "null", "Member must not be null")
    )


def test_more_than_25_writes_are_refused_with_the_values_demands():
    said = sentence("BatchWriteItem", {"RequestItems": {"abc": [{"PutRequest": {"Item": {}}}] * 26}})

    assert said.endswith(
        "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length "
        "less than or equal to 25, Member must have length greater than or equal to 1]"
    )


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem"])
def test_an_empty_batch_has_a_sentence_of_its_own(operation):
    said = sentence(operation, {"RequestItems": {}})

    assert said == f"The requestItems parameter is required for {operation}"


def test_query_limit_and_batch_keys_are_checked_by_another_layer_that_shows_no_value():
    assert sentence("Query", {"TableName": "abc", "Limit": 0}) == (
        "1 validation error detected: Value at 'Limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )
    assert sentence("BatchGetItem", {"RequestItems": {"my.table": {"Keys": [{}] * 101}}}) == (
        "1 validation error detected: Value at 'RequestItems.my.table.member.Keys' failed to satisfy constraint: "
        "Member must have length less than or equal to 100"
    )


def test_logs_have_a_code_of_their_own():
    error = refused("logs", "GetLogEvents", {"logGroupName": "g", "logStreamName": "s", "limit": 10001})

    assert (error.code, error.message) == (
        "InvalidParameterException",
        (
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: "
            "Member must have value less than or equal to 10000"
        ),
    )


def test_an_event_source_mapping_is_told_where_it_may_start():
    model = load("lambda").operations["CreateEventSourceMapping"]
    body = b'{"FunctionName": "f", "StartingPosition": "invalid"}'

    with pytest.raises(AwsError) as caught:
        model.decode(Request("POST", "/", "/2015-03-31/event-source-mappings", "", {}, body))

    assert (caught.value.code, caught.value.message) == (
        "ValidationException",
        (
            "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: "
            "Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
        ),
    )


def test_lambda_names_null_among_the_demands_on_list_elements():
    model = load("lambda").operations["CreateFunction"]
    body = b'{"FunctionName": "f", "Role": "arn:aws:iam::000000000000:role/r", "Code": {}, "Architectures": ["foo"]}'

    with pytest.raises(AwsError) as caught:
        model.decode(Request("POST", "/", "/2015-03-31/functions", "", {}, body))

    assert caught.value.message == (
        "1 validation error detected: Value '[foo]' at 'architectures' failed to satisfy constraint: Member must "
        "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]"
    )


def test_sts_refuses_a_session_name_with_a_colon():
    form = (
        b"Action=AssumeRole&Version=2011-06-15&RoleSessionName=Session1%3A2"
        b"&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fr"
    )

    with pytest.raises(AwsError) as caught:
        load("sts").operations["AssumeRole"].decode(Request("POST", "/", "/", "", {}, form))

    assert (caught.value.code, caught.value.message) == (
        "ValidationError",
        (
            "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        ),
    )


def test_no_more_than_ten_failures_are_named():
    said = sentence("CreateTable", {"TableName": "abc", "AttributeDefinitions": [{}] * 20, "KeySchema": [{}]})

    assert said.startswith("10 validation errors detected: ")
    assert said.count("failed to satisfy constraint") == 10


BOGUS_CAPACITY = at(
    "returnConsumedCapacity", "'BOGUS'", "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
)
KEY_MISSING = at("key", "null", "Member must not be null")
NAMES = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
    "Member must have length greater than or equal to 3, "
    "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]"
)


@pytest.mark.parametrize(
    ("operation", "params", "failures"),
    [
        (
            "UpdateItem",
            {"TableName": "abc", "ReturnConsumedCapacity": "BOGUS"},
            (BOGUS_CAPACITY, KEY_MISSING),
        ),
        (
            "UpdateItem",
            {"TableName": "abc", "ConditionalOperator": "XOR"},
            (
                at("conditionalOperator", "'XOR'", "Member must satisfy enum value set: [OR, AND]"),
                KEY_MISSING,
            ),
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [{"Put": {"TableName": "abc", "Item": {}}}],
                "ReturnConsumedCapacity": "BOGUS",
                "ClientRequestToken": "x" * 37,
            },
            (
                at("clientRequestToken", f"'{'x' * 37}'", "Member must have length less than or equal to 36"),
                BOGUS_CAPACITY,
            ),
        ),
        (
            "BatchGetItem",
            {"RequestItems": {"a!b": {"Keys": [{"pk": {"S": "a"}}]}}, "ReturnConsumedCapacity": "BOGUS"},
            (at("requestItems", '\'{"a!b":{"Keys":[{"pk":{"S":"a"}}]}}\'', NAMES), BOGUS_CAPACITY),
        ),
        (
            "BatchWriteItem",
            {"RequestItems": {"a!b": [{}]}, "ReturnConsumedCapacity": "BOGUS"},
            (BOGUS_CAPACITY,),
        ),
    ],
)
def test_failures_are_told_in_awss_order(operation, params, failures):
    said = sentence(operation, params)

    count = "1 validation error" if len(failures) == 1 else f"{len(failures)} validation errors"
    assert said == f"{count} detected: {'; '.join(failures)}"


def test_query_tells_of_a_bad_conditional_operator_of_two_conditions_alone():
    null = {"ComparisonOperator": "NULL"}
    params = {"TableName": "abc", "ConditionalOperator": "XOR", "Select": "BOGUS", "QueryFilter": {"a": null}}

    assert sentence("Query", params).startswith("2 validation errors detected")
    params["QueryFilter"]["b"] = null
    said = sentence("Query", params)
    assert said == "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
