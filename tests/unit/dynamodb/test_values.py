"""Values: what is refused, what is made canonical, what it weighs, what equals what."""

import base64
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.dynamodb.values import (
    compare,
    equal,
    normalise,
    normalise_value,
    size,
    type_of,
    value_size,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
binaries = st.binary(max_size=6).map(lambda raw: base64.b64encode(raw).decode())
numbers = st.integers(-1000, 1000).map(str) | st.sampled_from(["1E3", "1.50", "-0", "00", "1e-9"])
scalars = st.one_of(
    st.builds(lambda content: {"S": content}, texts),
    st.builds(lambda content: {"N": content}, numbers),
    st.builds(lambda content: {"B": content}, binaries),
    st.builds(lambda content: {"BOOL": content}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda content: {"SS": content}, st.lists(texts, min_size=1, unique=True)),
    st.builds(lambda content: {"BS": content}, st.lists(binaries, min_size=1, unique=True)),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.builds(lambda content: {"L": content}, st.lists(inner, max_size=3))
        | st.builds(lambda content: {"M": content}, st.dictionaries(names, inner, max_size=3))
    ),
    max_leaves=6,
)
items = st.dictionaries(names, values, max_size=4)


def refusal(value):
    with pytest.raises(AwsError) as refused:
        normalise({"a": value})
    assert refused.value.status == 400
    return refused.value.message


@pytest.mark.parametrize(
    "value", [{}, {"a": ""}, {"S": None}, {"M": {"a": {}}}, {"L": [{}]}, {"L": [{"x": 1}]}]
)
def test_a_value_without_a_type_is_refused(value):
    assert (
        refusal(value)
        == "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    )


def test_a_value_with_two_types_is_refused():
    assert refusal({"S": "a", "N": "1"}) == (
        "Supplied AttributeValue has more than one datatypes set, "
        "must contain exactly one of the supported datatypes"
    )


def test_each_member_is_judged_before_their_number():
    assert refusal({"S": "a", "N": "b"}) == "The parameter cannot be converted to a numeric value: b"


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            {"NULL": False},
            "One or more parameter values were invalid: Null attribute value types must have the value of true",
        ),
        ({"SS": []}, "One or more parameter values were invalid: An string set  may not be empty"),
        ({"NS": []}, "One or more parameter values were invalid: An number set  may not be empty"),
        ({"BS": []}, "One or more parameter values were invalid: Binary sets should not be empty"),
        (
            {"SS": ["a", "a"]},
            "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
        ),
        (
            {"BS": ["Yg==", "Yg=="]},
            "One or more parameter values were invalid: Input collection [Yg==, Yg==]of type BS contains duplicates.",
        ),
        ({"NS": ["1", "1.0"]}, "Input collection contains duplicates"),
        ({"NS": ["1", "b"]}, "The parameter cannot be converted to a numeric value: b"),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        ({"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        ({"B": "YR=="}, "Invalid last non-pad Base64 character dectected"),
        ({"B": "a?=="}, "Invalid Base64 character"),
        ({"B": "YQ==YQ=="}, "Invalid Base64 character"),
    ],
)
def test_bad_values_are_refused_with_awss_sentence_at_any_depth(value, sentence):
    assert sentence == refusal(value)
    assert sentence == refusal({"L": [{"M": {"deep": value}}]})


def nested(levels):
    value = {"S": "leaf"}
    for _ in range(levels):
        value = {"L": [value]}
    return value


def test_a_repeated_element_is_found_among_very_many():
    content = [str(number) for number in range(200_000)]

    with pytest.raises(AwsError, match="contains duplicates"):
        normalise({"a": {"SS": [*content, content[-1]]}})


def test_thirty_two_levels_of_nesting_are_the_most_with_what_stands_in_the_innermost_list():
    normalise({"a": nested(31)})

    assert refusal(nested(32)) == (
        "Nesting Levels have exceeded supported limits: "
        "Attributes in the item have nested levels beyond supported limit"
    )


def test_very_deep_values_are_refused_like_deep_ones():
    assert refusal(nested(5000)).startswith("Nesting Levels have exceeded supported limits")


@pytest.mark.parametrize("item", [{"": {"S": "a"}}, {"m": {"M": {"": {"S": "a"}}}}])
def test_attributes_must_have_a_name(item):
    with pytest.raises(AwsError, match="Empty attribute name"):
        normalise(item)


@pytest.mark.parametrize("name", ["x" * 65_536, "é" * 32_768])
def test_an_attribute_name_has_at_most_65535_bytes(name):
    normalise({name[:32_767]: {"S": "a"}})

    for item in ({name: {"S": "a"}}, {"m": {"M": {name: {"S": "a"}}}}):
        with pytest.raises(AwsError) as refused:
            normalise(item)
        assert refused.value.message == "Attribute name is too large, must be less than 65536 bytes"


def test_numbers_become_canonical_wherever_they_stand():
    item = {
        "n": {"N": "1E3"},
        "s": {"NS": ["1.50", "2"]},
        "m": {"M": {"l": {"L": [{"N": "-0"}, {"S": "x"}]}}},
    }
    before = copy.deepcopy(item)

    clean, _ = normalise(item)

    assert clean == {
        "n": {"N": "1000"},
        "s": {"NS": ["1.5", "2"]},
        "m": {"M": {"l": {"L": [{"N": "0"}, {"S": "x"}]}}},
    }
    assert item == before


def test_what_is_canonical_already_is_not_copied():
    item = {"n": {"N": "1"}, "m": {"M": {"l": {"L": [{"N": "2"}]}}}}

    clean, _ = normalise(item)

    assert clean is item


@given(items)
def test_normalising_twice_changes_nothing_more(item):
    clean, bytes_ = normalise(item)

    assert (clean, bytes_) == normalise(clean)
    assert bytes_ == size(clean)


@pytest.mark.parametrize(
    ("item", "bytes_"),
    [
        ({"Username": {"S": "Fred"}}, 12),
        ({"id": {"S": "Fred"}, "name": {"S": "Fred"}}, 14),
        ({"id": {"S": "NonExistentKey"}, "attr1": {"S": "value1"}}, 27),
        ({"my_partition_key": {"S": "hello world"}}, 27),
        ({"my_partition_key": {"S": "hello world"}, "binary_key": {"B": "AAECAwQF"}}, 43),
        ({"my_partition_key": {"S": "testId0"}, "should_fail": {"BOOL": True}}, 35),
        ({"id": {"S": "id_value_1"}, "numericFilter": {"N": "42"}}, 27),
        ({"\u00e9": {"S": "\u20ac"}}, 5),
        ({"l": {"L": []}}, 4),
        ({"l": {"L": [{"NULL": True}, {"S": "ab"}]}}, 1 + 3 + 2 + 3),
        ({"m": {"M": {"ab": {"BOOL": True}}}}, 1 + 3 + 1 + 2 + 1),
        ({"s": {"NS": ["1", "-22"]}}, 1 + 2 + 3),
        ({"s": {"BS": ["AA==", ""]}}, 2),
    ],
)
def test_items_weigh_what_dynamodb_says(item, bytes_):
    assert bytes_ == normalise(item)[1] == size(item)


def test_sets_have_no_order():
    assert normalise_value({"SS": ["a", "b"]}) == normalise_value({"SS": ["b", "a"]})
    assert normalise_value({"L": [{"NS": ["1", "2"]}]}) == normalise_value({"L": [{"NS": ["2", "1"]}]})
    assert not equal({"SS": ["a", "b"]}, {"SS": ["a", "c"]})


def test_lists_have_an_order():
    assert not equal({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]})


def test_values_of_different_types_are_different():
    assert not equal({"S": "1"}, {"N": "1"})
    assert not equal({"SS": ["1"]}, {"NS": ["1"]})
    assert not equal({"BOOL": True}, {"NULL": True})


def test_items_are_equal_whatever_the_order_of_their_attributes():
    one, _ = normalise({"a": {"S": "x"}, "b": {"SS": ["1", "2"]}})
    other, _ = normalise({"b": {"SS": ["2", "1"]}, "a": {"S": "x"}})

    assert one == other


@given(values)
def test_a_value_equals_its_copy(value):
    clean = normalise_value(value)

    assert equal(clean, copy.deepcopy(clean))
    assert value_size(clean) >= 0
    assert type_of(clean) == type_of(value)


@given(texts, texts)
def test_strings_stand_in_the_order_of_their_utf8_bytes(one, other):
    a, b = one.encode(), other.encode()

    assert (a > b) - (a < b) == compare({"S": one}, {"S": other})


@given(st.binary(), st.binary())
def test_binaries_stand_in_the_order_of_their_bytes(one, other):
    left, right = ({"B": base64.b64encode(raw).decode()} for raw in (one, other))

    assert (one > other) - (one < other) == compare(left, right)


def test_only_two_strings_two_numbers_or_two_binaries_have_an_order():
    assert compare({"N": "9"}, {"N": "10"}) == -1
    assert compare({"S": "9"}, {"N": "10"}) is None
    assert compare({"BOOL": True}, {"BOOL": False}) is None


def test_sets_stand_in_awss_order_numbers_by_value_and_binaries_by_their_bytes():
    item, _ = normalise(
        {"n": {"NS": ["10", "9", "-1"]}, "s": {"SS": ["b", "", "B"]}, "b": {"BS": ["/w==", "AA==", "+g=="]}}
    )

    assert item == {
        "n": {"NS": ["-1", "9", "10"]},
        "s": {"SS": ["", "B", "b"]},
        "b": {"BS": ["AA==", "+g==", "/w=="]},
    }


def test_sets_are_equal_in_the_order_that_older_versions_stored_too():
    older = {"M": {"l": {"L": [{"NS": ["10", "9"]}]}}}
    newer = {"M": {"l": {"L": [{"NS": ["9", "10"]}]}}}

    assert equal(older, newer)
    assert not equal(older, {"M": {"l": {"L": [{"NS": ["9", "11"]}]}}})
    assert not equal(older, {"M": {"k": {"L": [{"NS": ["9", "10"]}]}}})
