"""When an item expires, and in which order: the pure part of Time to Live."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core import limits
from millrace.dynamodb import expiry_index


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": "1700000000"}, 1_700_000_000),
        ({"N": "1700000000.25"}, 1_700_000_001),
        ({"N": "0"}, 0),
        ({"N": str(limits.clock_epoch_seconds_max)}, limits.clock_epoch_seconds_max),
        ({"N": str(limits.clock_epoch_seconds_max + 1)}, None),
        ({"N": "1700000000000"}, None),  # milliseconds, as many do by mistake
        ({"N": "1" + "0" * 125}, None),
        ({"N": "-5"}, None),
        ({"S": "1700000000"}, None),
        ({"B": "MTcwMDAwMDAwMA=="}, None),
        ({"NS": ["1700000000"]}, None),
        ({"L": [{"N": "1700000000"}]}, None),
        ({"M": {"N": {"N": "1700000000"}}}, None),
        ({"NULL": True}, None),
        ({"BOOL": True}, None),
    ],
)
def test_only_a_number_of_seconds_within_the_years_of_the_clock_is_a_time(value, expected):
    assert expiry_index.second({"id": {"S": "a"}, "ttl": value}, "ttl") == expected


def test_an_item_without_the_attribute_never_expires():
    assert expiry_index.second({"id": {"S": "a"}, "TTL": {"N": "1"}}, "ttl") is None


@given(st.decimals(min_value=0, max_value=limits.clock_epoch_seconds_max, places=3))
def test_an_item_is_never_expired_before_its_time_and_at_most_a_second_after(time):
    text = format(time.normalize(), "f")
    moment = expiry_index.second({"ttl": {"N": text}}, "ttl")

    assert moment is not None
    assert time <= moment < time + 1
