"""Keys: the order of their bytes is DynamoDB's order."""

import base64
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.dynamodb import number
from millrace.dynamodb.keys import (
    KeyAttribute,
    KeySchema,
    item_key,
    key_bytes,
    number_bytes,
    partition_hash,
    partition_prefix,
    prefix_end,
    range_bounds,
)
from millrace.dynamodb.values import compare

number_values = st.builds(
    lambda sign, digits, shift: {"N": number.canonical(f"{sign}{digits}E{shift}")},
    st.sampled_from(["", "-"]),
    st.integers(0, 200) | st.integers(0, 10**38 - 1),
    st.integers(-3, 3) | st.integers(-130, 88),
)
text_values = st.builds(
    lambda text: {"S": text},
    st.text(st.sampled_from("\x00\x01ab\u00ff\uffff\U0001f600"), min_size=1, max_size=5)
    | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5),
)
binary_values = st.builds(
    lambda raw: {"B": base64.b64encode(raw).decode()},
    st.lists(st.sampled_from([0, 1, 2, 254, 255]), min_size=1, max_size=5).map(bytes)
    | st.binary(min_size=1, max_size=5),
)
schema = KeySchema(KeyAttribute("id", "S"), KeyAttribute("at", "N"))


def pairs(kind):
    return st.tuples(kind, kind)


@given(pairs(number_values) | pairs(text_values) | pairs(binary_values))
@example(({"S": "a"}, {"S": "a\x00"}))
@example(({"S": "a\x00"}, {"S": "a\x01"}))
@example(({"B": "/w=="}, {"B": "//8="}))
def test_the_order_of_key_bytes_is_the_order_of_values(pair):
    one, other = pair
    a, b = key_bytes(one), key_bytes(other)

    assert (a > b) - (a < b) == compare(one, other)


def test_extreme_numbers_stand_in_order():
    extremes = [
        "-9.9E125",
        "-1E125",
        "-1",
        "-1E-130",
        "0",
        "1E-130",
        "1E-129",
        "1",
        "1.001",
        "1.01",
        "10",
        "9.9E125",
    ]

    assert all(
        low < high for low, high in pairwise(number_bytes(number.canonical(text)) for text in extremes)
    )


@given(pairs(number_values) | pairs(text_values) | pairs(binary_values))
def test_no_key_begins_with_another(pair):
    one, other = map(key_bytes, pair)

    assert one == other or not other.startswith(one)


@given(pairs(text_values), number_values)
def test_items_of_a_partition_stand_under_its_prefix_and_no_others(pair, sort):
    own, other = pair

    assert item_key(own, sort).startswith(partition_prefix(own))
    assert own == other or not item_key(other, sort).startswith(partition_prefix(own))


@given(text_values)
def test_a_key_begins_with_the_hash_of_its_partition(value):
    assert item_key(value, None)[:8] == partition_hash(value).to_bytes(8)


@given(
    st.lists(text_values, min_size=1, max_size=9) | st.lists(number_values, min_size=1, max_size=9), st.data()
)
def test_bounds_hold_just_what_fulfils_the_condition(values, data):
    operator = data.draw(st.sampled_from(["=", "<", "<=", ">", ">=", "BETWEEN"]))
    bound = sorted(data.draw(st.lists(st.sampled_from(values), min_size=2, max_size=2)), key=key_bytes)
    prefix = partition_prefix({"S": "p"})
    low, high = range_bounds(prefix, operator, tuple(bound if operator == "BETWEEN" else bound[:1]))
    holds = {
        "=": lambda order: order == 0,
        "<": lambda order: order < 0,
        "<=": lambda order: order <= 0,
        ">": lambda order: order > 0,
        ">=": lambda order: order >= 0,
        "BETWEEN": lambda order: order >= 0,
    }[operator]

    for value in values:
        expected = holds(compare(value, bound[0])) and (
            operator != "BETWEEN" or compare(value, bound[1]) <= 0
        )
        for row in (
            prefix + key_bytes(value),
            prefix + key_bytes(value) + b"\x00more",
            prefix + key_bytes(value) + b"\xff",
        ):
            assert expected == (low <= row and (high is None or row < high))


@given(st.lists(text_values, max_size=9), st.text("a\x00\x01b", max_size=3))
def test_bounds_of_begins_with_hold_just_what_begins_so(values, start):
    prefix = partition_prefix({"S": "p"})
    low, high = range_bounds(prefix, "begins_with", ({"S": start},))

    for value in values:
        row = prefix + key_bytes(value)
        assert value["S"].startswith(start) == (low <= row and (high is None or row < high))


def test_without_an_operator_the_bounds_hold_the_whole_partition():
    prefix = partition_prefix({"S": "p"})

    assert range_bounds(prefix, None, ()) == (prefix, prefix_end(prefix))


def test_the_end_of_a_prefix_carries_over():
    assert prefix_end(b"a\xff\xff") == b"b"
    assert prefix_end(b"\xff") is None


def test_index_rows_are_told_apart_by_the_tables_key():
    index = KeySchema(KeyAttribute("kind", "S"))
    one = {"id": {"S": "1"}, "at": {"N": "1"}, "kind": {"S": "k"}}
    other = {**one, "at": {"N": "2"}}

    rows = [index.index_key_of(item, schema) for item in (one, other)]

    assert rows == sorted(rows)
    assert rows[0] != rows[1]
    assert all(row.startswith(partition_prefix({"S": "k"})) for row in rows)


def test_the_key_attributes_can_be_taken_out():
    item = {"id": {"S": "1"}, "at": {"N": "1"}, "x": {"S": "y"}}

    assert schema.extract(item) == {"id": {"S": "1"}, "at": {"N": "1"}}
    assert schema.key_of(item) == item_key({"S": "1"}, {"N": "1"}) == schema.key_of_key(schema.extract(item))


def test_an_index_takes_only_items_that_have_its_key():
    assert schema.covers({"id": {"S": "1"}, "at": {"N": "1"}, "x": {"S": ""}})
    assert not schema.covers({"id": {"S": "1"}})
    assert not schema.covers({"id": {"S": "1"}, "at": {"S": "1"}})


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ({}, "One or more parameter values were invalid: Missing the key id in the item"),
        (
            {"id": {"S": "a"}},
            "One or more parameter values were invalid: Missing the key at in the item",
        ),
        (
            {"id": {"N": "1"}, "at": {"N": "1"}},
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        ),
        (
            {"id": {"S": ""}, "at": {"N": "1"}},
            (
                "One or more parameter values are not valid. The AttributeValue for a key attribute "
                "cannot contain an empty string value. Key: id"
            ),
        ),
        (
            {"id": {"S": "\u00e9" * 1024 + "a"}, "at": {"N": "1"}},
            (
                "One or more parameter values were invalid: "
                "Size of hashkey has exceeded the maximum size limit of2048 bytes"
            ),
        ),
    ],
)
def test_items_without_a_proper_key_are_refused(item, sentence):
    with pytest.raises(AwsError) as refused:
        schema.key_of(item)

    assert ("ValidationException", sentence) == (refused.value.code, refused.value.message)


def test_long_and_empty_binary_sort_keys_are_refused():
    binary = KeySchema(KeyAttribute("id", "S"), KeyAttribute("at", "B"))

    def refusal(raw):
        with pytest.raises(AwsError) as refused:
            binary.key_of({"id": {"S": "a"}, "at": {"B": base64.b64encode(raw).decode()}})
        return refused.value.message

    assert binary.key_of({"id": {"S": "a"}, "at": {"B": base64.b64encode(bytes(1024)).decode()}})
    assert refusal(bytes(1025)) == (
        "One or more parameter values were invalid: "
        "Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )
    assert refusal(b"") == (
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty binary value. Key: at"
    )


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"id": {"S": "a"}},
        {"id": {"S": "a"}, "x": {"N": "1"}},
        {"id": {"S": "a"}, "at": {"S": "1"}},
        {"id": {"S": "a"}, "at": {"N": "1"}, "x": {"N": "1"}},
    ],
)
def test_a_key_parameter_must_be_just_the_key(key):
    with pytest.raises(AwsError) as refused:
        schema.key_of_key(key)

    assert refused.value.message == "The provided key element does not match the schema"
