"""Functions and conditions give what CloudFormation gives, or say what is wrong."""

from typing import Any

import pytest

from millrace.deploy.intrinsics import Resolver, Unknown, has_unknown
from millrace.deploy.problem import TemplateError

VALUES = {"Stage": "test", "Count": "3", "Zones": ["a", "b"], "AWS::Region": "eu-central-1"}
MAPPINGS = {"Sizes": {"test": {"Memory": 128}, "live": {"Memory": 512}}}
CONDITIONS = {
    "IsTest": {"Fn::Equals": [{"Ref": "Stage"}, "test"]},
    "IsLive": {"Fn::Not": [{"Condition": "IsTest"}]},
    "Either": {"Fn::Or": [{"Condition": "IsTest"}, {"Condition": "IsLive"}]},
    "Both": {"Fn::And": [{"Condition": "IsTest"}, {"Condition": "IsLive"}]},
    "Three": {"Fn::Equals": [3, {"Ref": "Count"}]},
    "Loop": {"Condition": "Back"},
    "Back": {"Fn::Not": [{"Condition": "Loop"}]},
}


def attribute(logical_id: str, name: str) -> Any:
    known = {("Table", "Ref"): "game-Table", ("Table", "Arn"): "arn:t", ("Table", "StreamArn"): Unknown("S")}
    if (logical_id, name) not in known:
        raise TemplateError(f"there is no parameter or resource {logical_id}")
    return known[logical_id, name]


def resolve(value: Any) -> Any:
    return Resolver(VALUES, MAPPINGS, CONDITIONS, attribute).resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "test"),
        ({"Ref": "Table"}, "game-Table"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:t"),
        ({"Fn::GetAtt": "Table.Arn"}, "arn:t"),
        (
            {"Fn::Sub": "${Table}-${Stage} in ${AWS::Region}, ${Table.Arn}"},
            "game-Table-test in eu-central-1, arn:t",
        ),
        ({"Fn::Sub": "${!Stage} ${ Stage }"}, "${Stage} test"),
        ({"Fn::Sub": ["${x}${Count}", {"x": {"Ref": "Table"}}]}, "game-Table3"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, 5, True]]}, "a-test-5-true"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b"),
        ({"Fn::If": ["IsTest", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Three", "yes", "no"]}, "yes"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]}, 128),
        ({"Fn::Select": [1, {"Ref": "Zones"}]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": [".", "x.y"]}]}, "x"),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"a": 1, "b": {"Ref": "AWS::NoValue"}}, {"a": 1}),
        ([1, {"Fn::If": ["IsLive", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        (
            {"Statement": {"Condition": {"Bool": {"x": "true"}}}},
            {"Statement": {"Condition": {"Bool": {"x": "true"}}}},
        ),
    ],
)
def test_functions_give_what_cloudformation_gives(value: Any, expected: Any):
    assert resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::GetAtt": ["Table", "StreamArn"]},
        {"Fn::Sub": "see ${Table.StreamArn}"},
        {"Fn::Join": ["/", ["a", {"Fn::GetAtt": ["Table", "StreamArn"]}]]},
        {"Fn::Split": ["/", {"Fn::GetAtt": ["Table", "StreamArn"]}]},
        {"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::GetAtt": ["Table", "StreamArn"]}]}]},
        {"Fn::Base64": {"Fn::GetAtt": ["Table", "StreamArn"]}},
        [{"Resource": [{"Fn::GetAtt": ["Table", "StreamArn"]}]}],
    ],
)
def test_what_is_made_of_an_unknown_value_is_unknown(value: Any):
    assert has_unknown(resolve(value))


def test_a_branch_that_is_not_taken_is_not_looked_at():
    assert resolve({"Fn::If": ["IsLive", {"Ref": "Nothing"}, "ok"]}) == "ok"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"Ref": "Nothing"}, "there is no parameter or resource Nothing"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue is not supported here; supported: Ref, Fn::GetAtt"),
        (
            {"Fn::FindInMap": ["Sizes", "none", "Memory"]},
            "Fn::FindInMap finds nothing at Sizes / none / Memory",
        ),
        ({"Fn::Select": [2, {"Ref": "Zones"}]}, "Fn::Select has no element 2 in a list of 2"),
        ({"Fn::If": ["Unheard", 1, 2]}, "there is no condition Unheard; there are: IsTest, IsLive"),
        ({"Fn::If": ["Loop", 1, 2]}, "conditions ask for each other: Loop → Back → Loop"),
        ({"Fn::If": ["IsTest", 1]}, "Fn::If takes a condition"),
        ({"Fn::Join": ["-", "text"]}, "Fn::Join takes a delimiter and a list"),
        ({"Fn::Join": ["-", [{"a": 1}]]}, "Fn::Join can only join texts"),
        ({"Fn::Sub": ["${x}"]}, "Fn::Sub takes a text"),
        ({"Fn::Sub": []}, "Fn::Sub takes a text"),
        ({"Fn::Split": ["", "x"]}, "Fn::Split takes a delimiter and a text"),
        ({"Fn::GetAtt": "Table"}, "Fn::GetAtt takes a logical id and the name of an attribute"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(value: Any, sentence: str):
    with pytest.raises(TemplateError) as caught:
        resolve(value)

    assert str(caught.value).startswith(sentence)
