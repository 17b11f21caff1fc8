"""Expected, QueryFilter and ScanFilter: what they hold of, and what is said of wrong ones."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb import legacy

WRONG = "One or more parameter values were invalid: "
ITEM = {
    "text": {"S": "hello"},
    "price": {"N": "10"},
    "bytes": {"B": "AAEC"},
    "tags": {"SS": ["blue", "red"]},
    "counts": {"NS": ["1", "2.5"]},
    "list": {"L": [{"N": "1"}, {"S": "x"}]},
    "map": {"M": {"a": {"N": "1"}}},
    "on": {"BOOL": True},
    "none": {"NULL": True},
    "a.b[0]": {"S": "no path"},
    "#n0": {"S": "no placeholder"},
}


def compared(operator, *values):
    return {"ComparisonOperator": operator, "AttributeValueList": list(values)}


def holds(attribute, condition, item=ITEM):
    found = {legacy.filtered({attribute: condition}, None)(item)}
    if "Value" not in condition:
        found.add(legacy.expected({attribute: condition}, None)(item))
    [answer] = found
    return answer


def refusal(expected, operator=None):
    with pytest.raises(AwsError) as refused:
        legacy.expected(expected, operator)
    assert refused.value.code == "ValidationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("attribute", "operator", "values"),
    [
        ("text", "EQ", [{"S": "hello"}]),
        ("price", "EQ", [{"N": "10.0"}]),
        ("tags", "EQ", [{"SS": ["red", "blue"]}]),
        ("map", "EQ", [{"M": {"a": {"N": "1.0"}}}]),
        ("on", "EQ", [{"BOOL": True}]),
        ("none", "EQ", [{"NULL": True}]),
        ("a.b[0]", "EQ", [{"S": "no path"}]),
        ("#n0", "EQ", [{"S": "no placeholder"}]),
        ("price", "NE", [{"S": "10"}]),
        ("nowhere", "NE", [{"S": "10"}]),
        ("price", "LT", [{"N": "11"}]),
        ("price", "LE", [{"N": "10"}]),
        ("text", "GT", [{"S": "hell"}]),
        ("bytes", "GE", [{"B": "AAEC"}]),
        ("price", "BETWEEN", [{"N": "9"}, {"N": "10"}]),
        ("price", "IN", [{"N": "9"}, {"N": "10"}]),
        ("price", "IN", [{"N": str(number)} for number in range(200)]),
        ("text", "BEGINS_WITH", [{"S": "he"}]),
        ("bytes", "BEGINS_WITH", [{"B": "AA=="}]),
        ("text", "CONTAINS", [{"S": "ell"}]),
        ("bytes", "CONTAINS", [{"B": "AQ=="}]),
        ("tags", "CONTAINS", [{"S": "red"}]),
        ("counts", "CONTAINS", [{"N": "2.50"}]),
        ("list", "CONTAINS", [{"S": "x"}]),
        ("text", "NOT_CONTAINS", [{"S": "elf"}]),
        ("text", "NOT_CONTAINS", [{"N": "1"}]),
        ("tags", "NOT_CONTAINS", [{"S": "green"}]),
        ("none", "NOT_NULL", []),
        ("nowhere", "NULL", []),
    ],
)
def test_a_comparison_holds(attribute, operator, values):
    assert holds(attribute, compared(operator, *values))


@pytest.mark.parametrize(
    ("attribute", "operator", "values"),
    [
        ("price", "EQ", [{"S": "10"}]),
        ("nowhere", "EQ", [{"S": "x"}]),
        ("price", "NE", [{"N": "10.00"}]),
        ("price", "LT", [{"S": "11"}]),
        ("list", "LE", [{"N": "3"}]),
        ("nowhere", "BETWEEN", [{"N": "0"}, {"N": "100"}]),
        ("counts", "IN", [{"N": "1"}]),
        ("price", "BEGINS_WITH", [{"S": "1"}]),
        ("text", "CONTAINS", [{"N": "1"}]),
        ("nowhere", "CONTAINS", [{"S": "x"}]),
        ("nowhere", "NOT_CONTAINS", [{"S": "x"}]),
        ("list", "NOT_CONTAINS", [{"S": "x"}]),
        ("nowhere", "NOT_NULL", []),
        ("none", "NULL", []),
    ],
)
def test_a_comparison_does_not_hold(attribute, operator, values):
    assert not holds(attribute, compared(operator, *values))


def test_value_and_exists_are_the_older_way_to_expect():
    assert legacy.expected({"price": {"Value": {"N": "10"}}}, None)(ITEM)
    assert legacy.expected({"price": {"Value": {"N": "10"}, "Exists": True}}, None)(ITEM)
    assert legacy.expected({"price": {"Value": {"N": "9"}, "ComparisonOperator": "GT"}}, None)(ITEM)
    assert legacy.expected({"nowhere": {"Exists": False}}, None)(ITEM)
    assert not legacy.expected({"price": {"Exists": False}}, None)(ITEM)


def test_all_expectations_must_hold_unless_the_operator_says_any():
    both = {"price": {"Value": {"N": "10"}}, "text": {"Value": {"S": "no"}}}

    assert not legacy.expected(both, None)(ITEM)
    assert not legacy.expected(both, "AND")(ITEM)
    assert legacy.expected(both, "OR")(ITEM)


def test_no_conditions_are_no_condition():
    assert legacy.expected(None, None) is None
    assert legacy.expected({}, None) is None
    assert legacy.filtered({}, None) is None


def test_a_missing_item_has_no_attributes():
    assert legacy.expected({"id": {"Exists": False}}, None)(None)
    assert not legacy.expected({"id": compared("NOT_NULL")}, None)(None)


@pytest.mark.parametrize("conditions", [None, {}])
def test_a_conditional_operator_needs_conditions(conditions):
    assert refusal(conditions, "AND") == "ConditionalOperator cannot be used without Filter or Expected"


def test_a_conditional_operator_needs_two_conditions():
    assert refusal({"a": {"Exists": False}}, "OR") == (
        "ConditionalOperator can only be used when Filter or Expected has two or more elements"
    )


A, B = {"S": "a"}, {"S": "b"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Value must be provided when Exists is null for Attribute: x"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: x"),
        ({"Exists": False, "Value": A}, "Value cannot be used when Exists is false for Attribute: x"),
        (
            {"ComparisonOperator": "LT"},
            "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: x",
        ),
        (
            {"ComparisonOperator": "LT", "Exists": True, "Value": A, "AttributeValueList": [A]},
            "Exists and ComparisonOperator cannot be used together for Attribute: x",
        ),
        (
            {"ComparisonOperator": "LT", "Value": A, "AttributeValueList": [A]},
            "Value and AttributeValueList cannot be used together for Attribute: x",
        ),
        (
            {"Exists": True, "AttributeValueList": [A]},
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: x",
        ),
        (
            {"ComparisonOperator": "NULL", "Value": A},
            "Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
        (
            {"ComparisonOperator": "BETWEEN", "Value": A},
            "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
        ),
        (compared("EQ"), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (compared("EQ", A, A), "Invalid number of argument(s) for the EQ ComparisonOperator"),
        (compared("IN"), "Invalid number of argument(s) for the IN ComparisonOperator"),
        (compared("BETWEEN", A, A, A), "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
        (compared("NOT_NULL", A), "Invalid number of argument(s) for the NOT_NULL ComparisonOperator"),
        (
            compared("IN", A, {"N": "1"}),
            "AttributeValues inside AttributeValueList must be of same type",
        ),
        (compared("LT", {"BOOL": True}), "ComparisonOperator LT is not valid for BOOL AttributeValue type"),
        (compared("IN", {"SS": ["a"]}), "ComparisonOperator IN is not valid for SS AttributeValue type"),
        (
            compared("BEGINS_WITH", {"N": "1"}),
            "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
        ),
        (
            compared("CONTAINS", {"L": []}),
            "ComparisonOperator CONTAINS is not valid for L AttributeValue type",
        ),
        (compared("EQ", {"SS": []}), "An string set  may not be empty"),
    ],
)
def test_a_wrong_expectation_is_refused(given, sentence):
    assert refusal({"x": given}) == WRONG + sentence


def test_an_attribute_has_a_name():
    assert refusal({"": {"Exists": False}}) == WRONG + "Empty attribute name"


def test_the_bounds_of_between_stand_in_order():
    assert refusal({"x": compared("BETWEEN", B, A)}) == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def test_values_are_judged_before_their_number():
    assert refusal({"x": compared("EQ", {}, {})}) == (
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    )
