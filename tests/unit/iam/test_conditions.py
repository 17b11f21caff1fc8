"""Condition operators, one table of claims."""

import pytest

from millrace.iam.conditions import compile_conditions


def holds(block, **facts):
    known = {name.replace("_", ":").lower(): value for name, value in facts.items()}
    return all(condition.holds(known) for condition in compile_conditions(block, variables=True))


@pytest.mark.parametrize(
    ("operator", "wanted", "value", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", ["b", "a"], "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringNotEquals", ["b", "a"], "a", False),
        ("StringNotEquals", ["b", "a"], "c", True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringLike", "a*", "ab", True),
        ("StringNotLike", "a*", "ab", False),
        ("stringlike", "a?", "ab", True),
        ("NumericEquals", 5, "5.0", True),
        ("NumericNotEquals", "5", "6", True),
        ("NumericLessThan", "5", "4", True),
        ("NumericLessThanEquals", "5", "5", True),
        ("NumericGreaterThan", "5", "5", False),
        ("NumericGreaterThanEquals", "5", "many", False),
        ("DateLessThan", "2024-01-01T00:00:00Z", "2023-12-31T23:59:59.000", True),
        ("DateGreaterThan", "2024-01-01", "1704067201", True),
        ("Bool", True, "true", True),
        ("Bool", "false", "true", False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "10.0.0.0/8", "::1", False),
        ("NotIpAddress", "10.0.0.0/8", "10.1.2.3", False),
        ("ArnLike", "arn:aws:sns:*:1:t*", "arn:aws:sns:us-east-1:1:topic", True),
        ("ArnLike", "arn:aws:*:1:t*", "arn:aws:sns:us-east-1:1:topic", False),
        ("ArnNotEquals", "arn:aws:sns:*:1:t*", "arn:aws:sns:us-east-1:1:topic", False),
        ("Null", "true", "there", False),
        ("Null", False, "there", True),
    ],
)
def test_operators_decide_as_documented(operator, wanted, value, expected):
    assert holds({operator: {"Some:Key": wanted}}, some_key=value) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringEqualsIfExists", True),
        ("StringNotEquals", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("NumericLessThan", False),
        ("Bool", False),
    ],
)
def test_a_missing_key_is_decided_as_documented(operator, expected):
    value = {"Bool": "true", "NumericLessThan": "1"}.get(operator, "x")

    assert holds({operator: {"some:key": value}}) is expected


def test_null_is_true_of_a_missing_key():
    assert holds({"Null": {"some:key": "true"}}) is True


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "c"], True),
        ("ForAnyValue:StringEquals", ["c", "d"], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
    ],
)
def test_keys_of_several_values_are_quantified(operator, values, expected):
    assert holds({operator: {"some:key": ["a", "b"]}}, some_key=values) is expected


def test_all_conditions_must_hold():
    block = {"StringEquals": {"some:key": "a"}, "Bool": {"other:key": "true"}}

    assert holds(block, some_key="a", other_key="true") is True
    assert holds(block, some_key="a", other_key="false") is False


def test_a_variable_stands_in_a_condition():
    assert (
        holds({"StringEquals": {"some:key": "${aws:username}"}}, some_key="ann", aws_username="ann") is True
    )


@pytest.mark.parametrize(
    "block",
    [
        {"Nonsense": {"a:b": "c"}},
        {"StringEquals": "c"},
        {"StringEquals": {"a:b": {}}},
        {"NumericEquals": {"a:b": "nan"}},
        {"DateEquals": {"a:b": "soon"}},
        {"IpAddress": {"a:b": "10.0.0.0/99"}},
        {"Bool": {"a:b": "maybe"}},
        {"BinaryEquals": {"a:b": "?"}},
    ],
)
def test_what_is_no_condition_is_refused(block):
    with pytest.raises(ValueError):
        compile_conditions(block, variables=True)
