"""Percentiles are measurements, by the nearest rank."""

import pytest
from benchmarks.statistics import Spread, median, percentile, spread
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (0.999, 100), (1.0, 100), (0.0, 1)])
def test_a_percentile_of_a_hundred_is_the_measurement_of_that_rank(share, expected):
    assert percentile(list(range(1, 101)), share) == expected


def test_the_order_of_measurements_does_not_matter():
    assert spread([3.0, 1.0, 2.0]) == Spread(3, 2.0, 3.0, 3.0)


def test_nothing_measured_is_all_zero():
    assert spread([]) == Spread(0, 0.0, 0.0, 0.0)


@given(st.lists(st.floats(0, 10), min_size=1))
def test_at_least_half_of_all_measurements_are_not_above_the_median(measurements):
    middle = median(measurements)

    assert middle in measurements
    assert sum(one <= middle for one in measurements) * 2 >= len(measurements)
