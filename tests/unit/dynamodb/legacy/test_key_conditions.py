"""KeyConditions and AttributesToGet."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb import legacy
from millrace.dynamodb.keys import KeyAttribute, KeySchema

SCHEMA = KeySchema(KeyAttribute("p", "S"), KeyAttribute("r", "N"))
P = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]}


def compared(operator, *values):
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def refusal(schema=SCHEMA, **conditions):
    with pytest.raises(AwsError) as refused:
        legacy.key_demands(conditions).match(schema)
    assert refused.value.code == "ValidationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("condition", "operator", "values"),
    [
        (compared("EQ", {"N": "1.0"}), "=", ({"N": "1"},)),
        (compared("LT", {"N": "1"}), "<", ({"N": "1"},)),
        (compared("LE", {"N": "1"}), "<=", ({"N": "1"},)),
        (compared("GT", {"N": "1"}), ">", ({"N": "1"},)),
        (compared("GE", {"N": "1"}), ">=", ({"N": "1"},)),
        (compared("BETWEEN", {"N": "1"}, {"N": "2"}), "BETWEEN", ({"N": "1"}, {"N": "2"})),
    ],
)
def test_conditions_pick_a_partition_and_a_range(condition, operator, values):
    found = legacy.key_demands({"r": condition, "p": P}).match(SCHEMA)

    assert (found.hash, found.operator, found.values) == ({"S": "x"}, operator, values)


def test_a_prefix_is_a_range_too():
    schema = KeySchema(KeyAttribute("p", "S"), KeyAttribute("r", "S"))
    found = legacy.key_demands({"p": P, "r": compared("BEGINS_WITH", {"S": "x"})}).match(schema)

    assert (found.operator, found.values) == ("begins_with", ({"S": "x"},))


@pytest.mark.parametrize("operator", ["NE", "IN", "CONTAINS", "NOT_CONTAINS"])
def test_some_operators_find_no_keys(operator):
    told = "Attempted conditional constraint is not an indexable operation"

    assert refusal(p=P, r=compared(operator, {"N": "1"})) == told
    assert refusal(p=P, r=compared("NULL")) == told
    assert refusal(p=compared(operator, {"S": "x"})) == told


def test_conditions_are_one_or_two():
    assert refusal() == "Conditions can be of length 1 or 2 only"
    assert refusal(a=P, b=P, c=P) == "Conditions can be of length 1 or 2 only"


def test_conditions_must_fit_the_keys():
    hash_only = KeySchema(KeyAttribute("p", "S"))

    assert refusal(hash_only, p=P, r=P) == "Query key condition not supported"
    assert refusal(r=compared("NE", {"N": "1"})) == "Query condition missed key schema element: p"
    assert refusal(p=P, x=compared("NULL")) == "Query condition missed key schema element: r"
    assert refusal(p=compared("GT", {"S": "x"})) == "Query key condition not supported"
    assert refusal(p=compared("EQ", {"N": "1"})) == (
        "One or more parameter values were invalid: Condition parameter type does not match schema type"
    )
    assert refusal(p=P, r=compared("BEGINS_WITH", {"N": "1"})) == (
        "One or more parameter values were invalid: "
        "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"
    )


def test_attributes_to_get_are_names_and_no_paths():
    item = {"a": {"M": {"b": {"N": "1"}}}, "a.b": {"N": "2"}, "c": {"N": "3"}}

    assert legacy.attributes_to_get(["a.b", "c", "d"])(item) == {"a.b": {"N": "2"}, "c": {"N": "3"}}
    assert legacy.attributes_to_get(None) is None


@pytest.mark.parametrize(
    ("names", "told"),
    [(["a", "b", "a"], "Duplicate value in attribute name: a"), (["a", ""], "Empty attribute name")],
)
def test_attributes_to_get_are_named_once(names, told):
    with pytest.raises(AwsError, match=told):
        legacy.attributes_to_get(names)
