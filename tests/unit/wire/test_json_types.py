"""JSON values of the wrong type, and what never may happen whatever is sent."""

import contextlib
import json
import re
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import limits
from millrace.core.errors import AwsError
from millrace.dynamodb import values
from millrace.http.message import Request
from millrace.wire.models import load

CAST = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class java.lang.Class"
SERVICES = {name: load(name) for name in ("dynamodb", "dynamodbstreams", "lambda", "logs", "iam", "sts")}
OPERATIONS = [operation for service in SERVICES.values() for operation in service.operations.values()]


def decode(operation, body, service="dynamodb"):
    return SERVICES[service].operations[operation].decode(Request("POST", "/", "/", "", {}, body))


def refused(operation, params, service="dynamodb"):
    with pytest.raises(AwsError) as caught:
        decode(operation, json.dumps(params).encode(), service)
    assert caught.value.code == "SerializationException"
    return caught.value.message


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "TRUE_VALUE cannot be converted to String"),
        (False, "FALSE_VALUE cannot be converted to String"),
        (23, "NUMBER_VALUE cannot be converted to String"),
        (34.56, "DECIMAL_VALUE cannot be converted to String"),
        ([], "Unrecognized collection type class java.lang.String"),
        ({}, "Start of structure or map found where not expected"),
    ],
)
def test_what_is_said_where_a_string_was_wanted(value, said):
    assert refused("PutItem", {"TableName": value}) == said
    assert refused("PutItem", {"TableName": "abc", "Item": {"a": {"S": value}}}) == said
    assert refused("PutItem", {"TableName": "abc", "Item": {"a": {"M": {"b": {"NS": ["1", value]}}}}}) == said


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"Limit": "23"}, "STRING_VALUE cannot be converted to Integer"),
        ({"Limit": True}, "TRUE_VALUE cannot be converted to Integer"),
        ({"Limit": []}, "Unrecognized collection type class java.lang.Integer"),
        ({"ConsistentRead": "23"}, "Unexpected token received from parser"),
        ({"ConsistentRead": 23}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"AttributesToGet": "23"}, "Unexpected field type"),
        ({"AttributesToGet": {}}, "Start of structure or map found where not expected"),
        ({"ExclusiveStartKey": "23"}, "Unexpected field type"),
        (
            {"ExclusiveStartKey": []},
            (
                "Unrecognized collection type java.util.Map<java.lang.String, "
                "com.amazonaws.dynamodb.v20120810.AttributeValue>"
            ),
        ),
        ({"ExclusiveStartKey": {"a": "x"}}, "Unexpected value type in payload"),
        (
            {"ExclusiveStartKey": {"a": []}},
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
        ({"ExclusiveStartKey": {"a": {"B": 1}}}, "only base-64-encoded strings are convertible to bytes"),
        (
            {"ExclusiveStartKey": {"a": {"B": "23456"}}},
            "Base64 encoded length is expected a multiple of 4 bytes but found: 5",
        ),
        ({"ExclusiveStartKey": {"a": {"BS": ["+/+="]}}}, "Invalid last non-pad Base64 character dectected"),
        ({"ExclusiveStartKey": {"a": {"L": {}}}}, "Start of structure or map found where not expected"),
        (
            {"ExpressionAttributeNames": []},
            "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>",
        ),
    ],
)
def test_what_dynamodb_says_of_other_types(params, said):
    assert refused("Scan", {"TableName": "abc", **params}) == said


def test_a_list_inside_a_map_has_a_sentence_of_its_own():
    assert refused("BatchWriteItem", {"RequestItems": {"abc": "x"}}).startswith(CAST)
    assert refused("BatchWriteItem", {"RequestItems": []}) == (
        "Unrecognized collection type java.util.Map<java.lang.String, "
        "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>>"
    )


def test_the_other_services_speak_another_dialect():
    assert (
        refused("GetLogEvents", {"limit": "1"}, "logs") == "STRING_VALUE can not be converted to an Integer"
    )


@pytest.mark.parametrize("body", [b"", b"hi", b"[", b'"', b"\xff", b"[" * 100_000])
def test_what_is_not_json_is_refused_without_a_message(body):
    with pytest.raises(AwsError) as caught:
        decode("PutItem", body)

    assert (caught.value.code, caught.value.message) == ("SerializationException", None)


def test_items_stay_in_wire_form():
    item = {
        "b": {"B": "AAE="},
        "s": {"BS": ["AAE="]},
        "n": {"N": "1"},
        "l": {"L": [{"M": {"x": {"NULL": True}}}]},
    }

    assert decode("PutItem", json.dumps({"TableName": "abc", "Item": item}).encode())["Item"] == item


def test_nulls_and_unknown_members_are_taken_out():
    params = {
        "TableName": "abc",
        "Item": {"a": {"S": "x", "N": None, "Q": 1}, "b": {"BOOL": "yes"}},
        "Expected": None,
    }

    assert decode("PutItem", json.dumps({**params, "Foo": 1}).encode()) == {
        "TableName": "abc",
        "Item": {"a": {"S": "x"}, "b": {"BOOL": True}},
    }


def test_an_item_nested_far_too_deep_is_cut_before_the_stack_ends_for_the_tables_to_refuse():
    body = b'{"TableName":"abc","Item":{"a":' + b'{"L":[' * 400 + b'{"S":"x"}' + b"]}" * 400 + b"}}"

    item = decode("PutItem", body)["Item"]

    assert orjson.dumps(item).count(b"[") == limits.attribute_value_levels_max + 1
    with pytest.raises(AwsError, match="nested levels beyond supported limit"):
        values.normalise(item)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def path_of(operation):
    uri = operation.service.speaks._facts.model["operations"][operation.name]["http"]["requestUri"]
    return re.sub(r"{\w+\+?}", "x", uri.partition("?")[0])


@given(data=st.data())
def test_whatever_is_sent_only_an_aws_error_comes_of_it(data):
    """Members by the model's own names, values of any kind."""
    operation = data.draw(st.sampled_from(OPERATIONS))
    model = operation.service.speaks._facts
    reference = model.model["operations"][operation.name].get("input")
    names = list(model.members(reference)) or ["x"]
    body = data.draw(st.dictionaries(st.sampled_from(names), JSON).map(json.dumps) | st.text(max_size=30))
    with contextlib.suppress(AwsError):
        operation.decode(
            Request("POST", "", path_of(operation), body, {"x-amz-log-type": "x"}, body.encode())
        )


@given(
    form=st.lists(
        st.tuples(st.from_regex(r"[A-Za-z]{1,8}(\.(member|entry|\d|Key)){0,4}", fullmatch=True), st.text())
    )
)
def test_any_form_gives_parameters_or_an_aws_error(form):
    request = Request("POST", "/", "/", "", {}, urlencode(form).encode())
    for name in ("CreateRole", "ListRoles", "SimulateCustomPolicy"):
        with contextlib.suppress(AwsError):
            SERVICES["iam"].operations[name].decode(request)
