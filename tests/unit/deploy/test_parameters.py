from typing import Any

import pytest

from millrace.deploy import parameters


def test_what_is_given_goes_before_the_default_and_lists_are_split():
    declared = {
        "Stage": {"Type": "String", "Default": "test"},
        "Count": {"Type": "Number", "Default": 3},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
    }

    values, problems = parameters.values(declared, {"Stage": "live"})

    assert values == {"Stage": "live", "Count": "3", "Zones": ["a", "b"]}
    assert problems == []


@pytest.mark.parametrize(
    ("form", "given", "sentence"),
    [
        ({"Type": "String"}, None, "has no default: give it with --parameter P=VALUE"),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "'c' is not one of a, b"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "a1", "'a1' does not match [a-z]+"),
        ({"Type": "String", "MinLength": 2}, "a", "'a' is shorter than 2"),
        ({"Type": "String", "MaxLength": "2"}, "abc", "'abc' is longer than 2"),
        ({"Type": "Number"}, "x", "'x' is not a number"),
        ({"Type": "Number", "MinValue": "low"}, "1", "MinValue must be a number, not 'low'"),
        ({"Type": "String", "MinLength": [1]}, "a", "MinLength must be a number, not [1]"),
        (
            {"Type": "String", "AllowedPattern": "("},
            "a",
            "AllowedPattern ( is not a pattern: missing ), unterminated subpattern at position 0",
        ),
        ({"Type": "Number", "MinValue": 3}, "2", "'2' is less than 3"),
        ({"Type": "List<Number>", "MaxValue": 3}, "2,4", "'4' is greater than 3"),
        (
            {"Type": "Number", "MaxValue": 3, "ConstraintDescription": "up to 3"},
            "4",
            "'4' is greater than 3 (up to 3)",
        ),
        (
            {"Type": "AWS::SSM::Parameter::Value<String>"},
            "x",
            "type AWS::SSM::Parameter::Value<String> is not supported; "
            "supported: String, Number, List<Number>, CommaDelimitedList",
        ),
    ],
)
def test_what_is_not_allowed_is_said(form: dict[str, Any], given: str | None, sentence: str):
    _, problems = parameters.values({"P": form}, {} if given is None else {"P": given})

    assert [str(problem) for problem in problems] == [f"parameter P: {sentence}"]


def test_a_parameter_that_the_template_does_not_have_is_named():
    _, problems = parameters.values({"Stage": {"Type": "String", "Default": ""}}, {"Stag": "x"})

    assert [str(problem) for problem in problems] == ["the template has no parameter Stag; it has: Stage"]
