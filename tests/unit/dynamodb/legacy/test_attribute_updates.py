"""AttributeUpdates: what becomes of an item."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb import legacy

WRONG = "One or more parameter values were invalid: "


def becomes(item, **updates):
    return legacy.attribute_updates(updates).apply(item)


def refusal(**updates):
    with pytest.raises(AwsError) as refused:
        legacy.attribute_updates(updates)
    assert refused.value.code == "ValidationException"
    return refused.value.message


def test_put_is_what_an_update_does_unless_told():
    assert becomes({"b": {"N": "1"}}, a={"Value": {"N": "1.0"}}, b={"Action": "PUT", "Value": {"L": []}}) == {
        "a": {"N": "1"},
        "b": {"L": []},
    }


def test_delete_without_a_value_removes():
    assert becomes({"a": {"S": "x"}, "b": {"S": "y"}}, a={"Action": "DELETE"}, c={"Action": "DELETE"}) == {
        "b": {"S": "y"}
    }


@pytest.mark.parametrize(
    ("old", "given", "new"),
    [
        (None, {"SS": ["a"]}, None),
        ({"SS": ["a", "b"]}, {"SS": ["a", "c"]}, {"SS": ["b"]}),
        ({"NS": ["1", "2"]}, {"NS": ["2.0", "1"]}, None),
    ],
)
def test_delete_with_a_value_takes_elements_out_of_a_set(old, given, new):
    before = {} if old is None else {"a": old}

    assert becomes(before, a={"Action": "DELETE", "Value": given}).get("a") == new


@pytest.mark.parametrize(
    ("old", "given", "new"),
    [
        (None, {"N": "2"}, {"N": "2"}),
        ({"N": "1"}, {"N": "-2.5"}, {"N": "-1.5"}),
        (None, {"SS": ["b", "a"]}, {"SS": ["a", "b"]}),
        ({"SS": ["a"]}, {"SS": ["b"]}, {"SS": ["a", "b"]}),
        (None, {"L": [{"N": "1"}]}, {"L": [{"N": "1"}]}),
        ({"L": [{"N": "1"}]}, {"L": [{"S": "x"}, {"N": "1"}]}, {"L": [{"N": "1"}, {"S": "x"}, {"N": "1"}]}),
    ],
)
def test_add_adds_numbers_joins_sets_and_appends_to_lists(old, given, new):
    before = {} if old is None else {"a": old}

    assert becomes(before, a={"Action": "ADD", "Value": given}) == {"a": new}


@pytest.mark.parametrize(
    ("old", "update"),
    [
        ({"S": "x"}, {"Action": "ADD", "Value": {"N": "1"}}),
        ({"SS": ["a"]}, {"Action": "ADD", "Value": {"NS": ["1"]}}),
        ({"N": "1"}, {"Action": "ADD", "Value": {"L": []}}),
        ({"SS": ["a"]}, {"Action": "DELETE", "Value": {"NS": ["1"]}}),
    ],
)
def test_the_old_value_must_be_of_the_same_type(old, update):
    with pytest.raises(AwsError, match="Type mismatch for attribute to update"):
        becomes({"a": old}, a=update)


@pytest.mark.parametrize(
    ("update", "sentence"),
    [
        ({}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD", "Value": {"S": "x"}}, "ADD action is not supported for the type S"),
        (
            {"Action": "DELETE", "Value": {"L": []}},
            "DELETE action with value is not supported for the type L",
        ),
        ({"Value": {"NS": []}}, "An number set  may not be empty"),
    ],
)
def test_a_wrong_update_is_refused(update, sentence):
    assert refusal(a=update) == WRONG + sentence


def test_an_update_names_its_attribute():
    assert refusal(**{"": {"Value": {"S": "x"}}}) == WRONG + "Empty attribute name"


def test_names_are_no_paths():
    update = legacy.attribute_updates({"a.b": {"Value": {"N": "1"}}})

    assert update.attributes == {"a.b"}
    assert update.nested == frozenset()
    assert update.touched(update.apply({"a": {"M": {}}})) == {"a.b": {"N": "1"}}


def test_no_updates_are_no_update():
    assert legacy.attribute_updates(None) is None
    assert legacy.attribute_updates({}) is None
