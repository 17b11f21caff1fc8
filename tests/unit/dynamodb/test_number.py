"""Numbers as DynamoDB reads and prints them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.dynamodb import number

canonical_numbers = st.builds(
    lambda sign, digits, shift: number.canonical(f"{sign}{digits}E{shift}"),
    st.sampled_from(["", "-"]),
    st.integers(0, 10**38 - 1),
    st.integers(-130, 88),
)


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.000", "0"),
        ("-0E50", "0"),
        ("00042", "42"),
        ("+7", "7"),
        ("1E3", "1000"),
        ("1.5E2", "150"),
        ("1.500", "1.5"),
        ("3.1400", "3.14"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-12.50", "-12.5"),
        ("1e-3", "0.001"),
        ("123E-2", "1.23"),
        ("1E-130", "0." + "0" * 129 + "1"),
        ("9.9999999999999999999999999999999999999E+125", "9" * 38 + "0" * 88),
        ("-1E+125", "-1" + "0" * 125),
        ("1" + "0" * 125, "1" + "0" * 125),
        ("0" * 5000 + "1", "1"),
        ("0." + "0" * 5000 + "1E5000", "0.1"),
    ],
)
def test_numbers_are_printed_without_exponent_and_needless_zeros(written, printed):
    assert printed == number.canonical(written)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "The parameter cannot be converted to a numeric value"),
        ("b", "The parameter cannot be converted to a numeric value: b"),
        (".", "The parameter cannot be converted to a numeric value: ."),
        ("1e", "The parameter cannot be converted to a numeric value: 1e"),
        ("NaN", "The parameter cannot be converted to a numeric value: NaN"),
        ("1 ", "The parameter cannot be converted to a numeric value: 1 "),
        ("1\n", "The parameter cannot be converted to a numeric value: 1\n"),
        ("\u0661", "The parameter cannot be converted to a numeric value: \u0661"),
        (
            "1E99999999999",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1E9223372036854775808",
            "The parameter cannot be converted to a numeric value: 1E9223372036854775808",
        ),
        (
            "0E126",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "0E-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        (
            "1E+126",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "-1E+126",
            "Number overflow. Attempting to store a number with magnitude larger than supported range",
        ),
        (
            "1E-131",
            "Number underflow. Attempting to store a number with magnitude smaller than supported range",
        ),
        ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
        ("-1." + "1" * 38, "Attempting to store more than 38 significant digits in a Number"),
    ],
)
def test_texts_that_are_no_numbers_are_refused_with_awss_sentence(written, sentence):
    with pytest.raises(AwsError) as refused:
        number.canonical(written)

    assert ("ValidationException", sentence) == (refused.value.code, refused.value.message)


@given(canonical_numbers)
def test_a_canonical_number_stays_as_it_is(text):
    assert text == number.canonical(text)


@given(canonical_numbers)
def test_a_number_keeps_its_value_when_it_is_taken_apart(text):
    negative, digits, exponent = number.parts(text)
    scale = exponent - len(digits) + 1

    assert Decimal(text) == Decimal(f"{'-' if negative else ''}{digits or 0}E{scale}")


@given(canonical_numbers, canonical_numbers)
def test_comparison_is_that_of_values(one, other):
    assert (Decimal(one) > Decimal(other)) - (Decimal(one) < Decimal(other)) == number.compare(one, other)


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_sums_and_differences_are_exact(one, other):
    assert str(one + other) == number.add(str(one), str(other))
    assert str(one - other) == number.subtract(str(one), str(other))


def test_decimal_fractions_add_up():
    assert number.add("0.1", "0.2") == "0.3"


@pytest.mark.parametrize(
    ("one", "other"),
    [("9E125", "9E125"), ("1E50", "1"), ("1E125", "1E-130")],
)
def test_a_sum_that_cannot_be_stored_is_an_overflow(one, other):
    with pytest.raises(AwsError, match="Number overflow") as refused:
        number.add(number.canonical(one), number.canonical(other))

    assert refused.value.code == "ValidationException"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1),
        ("42", 2),
        ("-42", 3),
        ("100", 2),
        ("1.5", 3),
        ("0.001", 2),
        ("123", 3),
        ("-0.5", 3),
        ("100.5", 4),
        ("0.012", 2),
    ],
)
def test_a_number_takes_a_byte_for_two_digits_on_either_side_of_the_point_and_one_more(text, size):
    assert size == number.byte_size(text)


@given(canonical_numbers)
def test_size_follows_the_significant_digits_on_either_side_of_the_point(text):
    negative, digits, exponent = number.parts(text)
    whole = min(max(exponent + 1, 0), len(digits))

    size = -(-whole // 2) - (-(len(digits) - whole) // 2) + 1 + negative

    assert size == number.byte_size(text)
