"""The names and values of a request: their form, and that all of them are used."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions
from millrace.dynamodb.expressions.reserved import is_reserved, words


def refusal(names, values):
    with pytest.raises(AwsError) as refused:
        Expressions(names, values)
    assert refused.value.code == "ValidationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("names", "values", "sentence"),
    [
        ({}, {}, "ExpressionAttributeNames must not be empty"),
        ({"a": "a"}, {}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
        ({"#a-b": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"'),
        (
            {"#a": ""},
            None,
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a",
        ),
        (
            {"": "a"},
            None,
            "ExpressionAttributeNames contains invalid key: The expression attribute map contains an empty key;",
        ),
        ({"#a": "x" * 65_536}, None, "Attribute name is too large, must be less than 65536 bytes"),
        ({"#a": "é" * 40_000}, None, "Attribute name is too large, must be less than 65536 bytes"),
        (
            {f"#{index}": "x" * 60_000 for index in range(40)},
            None,
            "ExpressionAttributeNames exceeds max size",
        ),
        (
            None,
            {f":{index}": {"S": "x" * 300_000} for index in range(7)},
            "ExpressionAttributeValues exceeds max size",
        ),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        (
            None,
            {":b": {"a": ""}, "b": {"S": "a"}},
            'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"',
        ),
        (
            None,
            {":b": {"L": [{}]}},
            (
                "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, "
                "must contain exactly one of the supported datatypes for key :b"
            ),
        ),
        (
            None,
            {":b": {"NULL": False}},
            (
                "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: "
                "Null attribute value types must have the value of true for key :b"
            ),
        ),
        (
            None,
            {":b": {"N": "b"}},
            (
                "ExpressionAttributeValues contains invalid value: "
                "The parameter cannot be converted to a numeric value: b for key :b"
            ),
        ),
    ],
)
def test_names_and_values_are_checked_before_any_expression(names, values, sentence):
    assert sentence == refusal(names, values)


def test_names_that_no_expression_uses_are_refused():
    expressions = Expressions({"#a": "a", "#b": "b", "#c": "c"}, None)
    expressions.condition("attribute_exists(#b)")

    with pytest.raises(AwsError) as refused:
        expressions.finish()

    assert (
        refused.value.message
        == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #c}"
    )


def test_values_that_no_expression_uses_are_refused():
    expressions = Expressions(None, {":a": {"S": "a"}, ":b": {"S": "b"}})
    expressions.update("SET x = :b")

    with pytest.raises(AwsError) as refused:
        expressions.finish()

    assert (
        refused.value.message
        == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:a}"
    )


def test_names_and_values_may_be_used_by_any_expression_of_the_request():
    expressions = Expressions({"#a": "a", "#b": "b", "#c": "c"}, {":a": {"S": "a"}, ":b": {"S": "b"}})
    expressions.update("SET #a = :a")
    expressions.condition("#b = :b")
    expressions.projection("#c")

    expressions.finish()


def test_a_text_parsed_before_serves_other_names_and_values():
    for name, value in (("a", "1"), ("b", "2")):
        condition = Expressions({"#n": name}, {":v": {"N": value}}).condition("#n = :v")

        assert condition({name: {"N": value}})
        assert not condition({name: {"N": "3"}})


def test_the_list_of_reserved_words_is_whole():
    assert len(words) == 573
    assert is_reserved("Name")
    assert not is_reserved("id")
