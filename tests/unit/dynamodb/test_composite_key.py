"""Keys of several attributes: which items have one, and in what order they stand."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.dynamodb import values
from millrace.dynamodb.composite_key import CompositeKeySchema, schema_of
from millrace.dynamodb.keys import KeyAttribute, KeySchema

hashes = KeyAttribute("h1", "S"), KeyAttribute("h2", "N")
ranges = KeyAttribute("r1", "S"), KeyAttribute("r2", "N")
schema = schema_of(hashes, ranges)
whole = {"h1": {"S": "a"}, "h2": {"N": "1"}, "r1": {"S": "b"}, "r2": {"N": "2"}}


def test_a_schema_of_single_attributes_is_a_plain_one():
    assert type(schema_of(hashes[:1], ())) is KeySchema
    assert schema_of(hashes[:1], ranges[:1]) == KeySchema(hashes[0], ranges[0])
    assert schema_of(hashes, ()).attributes == hashes
    assert schema == CompositeKeySchema(hashes[0], ranges[0], hashes[1:], ranges[1:])


def test_an_item_without_any_one_of_the_attributes_has_no_such_key():
    assert schema.covers(whole)
    for name in whole:
        assert not schema.covers({other: value for other, value in whole.items() if other != name})
        assert not schema.covers({**whole, name: {"B": "YQ=="}})


def test_the_attributes_of_a_key_may_not_be_too_long_together():
    half = {"S": "x" * 600}
    texts = schema_of(hashes[:1], (KeyAttribute("r1", "S"), KeyAttribute("r2", "S")))
    item = {"h1": {"S": "a"}, "r1": half, "r2": half}

    assert not texts.covers(item)
    with pytest.raises(
        AwsError, match="Aggregated size of all range keys has exceeded the size limit of 1024"
    ):
        texts.check_lengths(item)


texts = st.text("\x00ab", min_size=1, max_size=3)
numbers = st.integers(-2, 2)


@given(st.lists(st.tuples(texts, numbers), min_size=2, max_size=6))
def test_items_stand_in_the_order_of_all_sort_attributes(pairs):
    items = [{**whole, "r1": {"S": text}, "r2": {"N": str(number)}} for text, number in pairs]

    by_bytes = sorted(items, key=schema.bytes_of)

    assert [(item["r1"]["S"], int(item["r2"]["N"])) for item in by_bytes] == sorted(pairs)


@given(st.lists(st.tuples(texts, texts), min_size=2, max_size=2))
def test_partitions_that_differ_in_any_attribute_have_different_keys(pairs):
    two = schema_of((KeyAttribute("h1", "S"), KeyAttribute("h2", "S")), ())
    one, other = (two.bytes_of({"h1": {"S": first}, "h2": {"S": second}}) for first, second in pairs)

    assert (one == other) == (pairs[0] == pairs[1])


def test_equal_numbers_are_equal_keys():
    written = [values.normalise({**whole, "r2": {"N": text}})[0] for text in ("2", "2.0", "0.2E1")]

    assert all(schema.bytes_of(a) == schema.bytes_of(b) for a, b in product(written, repeat=2))
