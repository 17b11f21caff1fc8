"""How SearchVectors says what it cannot read."""

import json

import pytest
from tests.unit.wire.test_validation import refused

from millrace.core.errors import AwsError
from millrace.http.message import Request
from millrace.wire.models import load

VALID = {"TableName": "orders", "IndexName": "near", "SearchVector": [{"N": "1"}], "TopK": 1}


@pytest.mark.parametrize(
    ("member", "value", "sentence"),
    [
        ("TableName", None, "invalid type: null, expected a string"),
        ("IndexName", None, "invalid type: null, expected a string"),
        ("SearchVector", None, "invalid type: null, expected a sequence"),
        ("TopK", None, "invalid type: null, expected i32"),
        ("TopK", 3.5, "invalid type: floating point `3.5`, expected i32"),
        ("TopK", "3", 'invalid type: string "3", expected i32'),
        ("TopK", True, "invalid type: boolean `true`, expected i32"),
        ("TopK", 2**40, "invalid value: integer `1099511627776`, expected i32"),
    ],
)
def test_a_member_of_another_type_is_named_with_its_place(member, value, sentence):
    params = VALID | {member: value}
    error = refused("dynamodb", "SearchVectors", params)
    said = f'"{member}": {json.dumps(value)}'
    end = json.dumps(params).index(said) + len(said)
    assert (error.code, error.message) == ("SerializationException", f"{sentence} at line 1 column {end}")


@pytest.mark.parametrize("member", VALID)
def test_a_missing_member_is_noticed_at_the_end_before_any_other_fault(member):
    params = {name: value for name, value in VALID.items() if name != member}
    if member != "IndexName":
        params["IndexName"] = "ab"
    error = refused("dynamodb", "SearchVectors", params)
    at = f"line 1 column {len(json.dumps(params))}"
    assert (error.code, error.message) == ("ValidationException", f"missing field `{member}` at {at}")


def test_optional_members_may_be_null():
    body = json.dumps({**VALID, "ProjectionExpression": None}, indent=1).encode()
    params = load("dynamodb").operations["SearchVectors"].decode(Request("POST", "/", "/", "", {}, body))
    assert params == VALID


def test_what_is_no_object_is_refused():
    with pytest.raises(AwsError) as caught:
        load("dynamodb").operations["SearchVectors"].decode(Request("POST", "/", "/", "", {}, b"[]"))
    assert caught.value.code == "SerializationException"
