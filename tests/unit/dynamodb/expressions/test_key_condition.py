"""Which partition and range a key condition means, and what it must not say."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.composite_key import CompositeKeySchema
from millrace.dynamodb.expressions import Expressions, KeyCondition
from millrace.dynamodb.keys import KeyAttribute, KeySchema

whole = KeySchema(KeyAttribute("a", "S"), KeyAttribute("b", "S"))
hash_only = KeySchema(KeyAttribute("a", "S"))
x, y = {"S": "x"}, {"S": "y"}
INVALID = "Invalid KeyConditionExpression: "


def read(text, values, schema=whole, names=None):
    return Expressions(names, values).key_condition(text, schema)


def refusal(text, values=None, schema=whole):
    with pytest.raises(AwsError) as refused:
        read(text, values, schema)
    assert refused.value.code == "ValidationException"
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "operator", "values"),
    [
        ("a = :x", None, ()),
        (":x = a", None, ()),
        ("a = :x AND b = :y", "=", (y,)),
        ("b < :y AND a = :x", "<", (y,)),
        ("a = :x AND b <= :y", "<=", (y,)),
        ("a = :x AND :y < b", ">", (y,)),
        ("a = :x AND :y >= b", "<=", (y,)),
        ("(a = :x) AND (b >= :y)", ">=", (y,)),
        ("(a = :x AND b BETWEEN :x AND :y)", "BETWEEN", (x, y)),
        ("a = :x AND begins_with(b, :y)", "begins_with", (y,)),
    ],
)
def test_a_key_condition_names_a_partition_and_perhaps_a_range(text, operator, values):
    used = {name: value for name, value in {":x": x, ":y": y}.items() if name in text}

    assert KeyCondition(x, operator, values) == read(text, used)


def test_names_may_be_placeholders():
    assert read("#k = :x", {":x": x}, hash_only, {"#k": "a"}) == KeyCondition(x)


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("a > b and size(b) > c or a > c", "OR"),
        ("a in (b, size(c), d)", "IN"),
        ("attribute_exists(a)", "attribute_exists"),
        ("attribute_not_exists(a)", "attribute_not_exists"),
        ("contains(a.d, b)", "contains"),
        ("not a > b", "NOT"),
        ("a <> b", "<>"),
    ],
)
def test_not_all_operators_are_for_keys(text, operator):
    assert refusal(text) == f"{INVALID}Invalid operator used in KeyConditionExpression: {operator}"


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        (":a between size(b) and size(a) and b > :b", "BETWEEN"),
        ("begins_with(:a, b) and a > :b", "begins_with"),
    ],
)
def test_between_and_begins_with_start_with_the_key(text, operator):
    assert refusal(text, {":a": x, ":b": x}) == (
        f"{INVALID}Invalid condition in KeyConditionExpression: {operator} operator must have the key attribute "
        "as its first operand"
    )


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        (
            INVALID + "KeyConditionExpressions cannot contain nested operations",
            ["size(b) > a AND a.b > b AND b > c", "a > size(b.d)", "a between size(b) and size(a)"],
        ),
        (
            INVALID
            + "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
            ["b > a.b", "b between c[1] and d", "a between b and size(a)", "begins_with(a, b)"],
        ),
        (
            INVALID + "KeyConditionExpressions cannot have conditions on nested attributes",
            ["b.d > a AND c.d > e.f", "a.d > c", "b[0] > a"],
        ),
        (
            INVALID + "Invalid condition in KeyConditionExpression: No key attribute specified",
            [":b > :a AND a < :b", ":a > b AND :a < :b"],
        ),
        (
            INVALID + "KeyConditionExpressions must only contain one condition per key",
            ["b > :a AND b < :a and c = :a and d = :b", "(a > :a and b > :a) and (b > :b and c > :a)"],
        ),
        (
            "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)",
            [":a = a and b = :b and :a = c", "(a > :a and b > :b) and c > :a"],
        ),
    ],
)
def test_conditions_that_no_key_condition_may_have(sentence, texts):
    for text in texts:
        values = {":a": x, ":b": x} if ":" in text else None

        assert sentence == refusal(text, values)


@pytest.mark.parametrize(
    ("text", "schema", "sentence"),
    [
        ("z = :v", whole, "Query condition missed key schema element: a"),
        ("b = :v", whole, "Query condition missed key schema element: a"),
        ("a = :v AND c = :v", whole, "Query condition missed key schema element: b"),
        ("a > :v", whole, "Query key condition not supported"),
        ("begins_with(a, :v)", hash_only, "Query key condition not supported"),
        ("a = :v AND b = :v", hash_only, "Query key condition not supported"),
        ("y = :v AND z = :v", hash_only, "Query key condition not supported"),
        (
            "a = :v",
            KeySchema(KeyAttribute("a", "N")),
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (
            "a = :v AND b = :empty",
            whole,
            (
                "One or more parameter values are not valid. The AttributeValue for a key attribute "
                "cannot contain an empty string value. Key: b"
            ),
        ),
    ],
)
def test_a_key_condition_must_fit_the_key_schema(text, schema, sentence):
    assert sentence == refusal(text, {":v": x, ":empty": {"S": ""}}, schema)


composite = CompositeKeySchema(
    KeyAttribute("a", "S"), KeyAttribute("c", "S"), (KeyAttribute("b", "S"),), (KeyAttribute("d", "N"),)
)


def test_a_condition_on_several_attributes_names_all_of_the_partition_and_sorts_from_the_left():
    values = {":x": x, ":y": y, ":n": {"N": "1"}}

    assert read("d > :n AND b = :y AND c = :y AND a = :x", values, composite) == KeyCondition(
        x, ">", ({"N": "1"},), (y,), (y,)
    )
    assert read("b = :y AND a = :x", {":x": x, ":y": y}, composite) == KeyCondition(x, more=(y,))
    assert read("a = :x AND b = :y AND begins_with(c, :x)", {":x": x, ":y": y}, composite) == KeyCondition(
        x, "begins_with", (x,), (y,)
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = :v", "HASH key attributes b must have equality conditions specified in the query"),
        ("a = :v AND b > :v", "HASH key attributes b must have equality conditions specified in the query"),
        ("c = :v", "HASH key attributes a, b must have equality conditions specified in the query"),
        (
            "a = :v AND b = :v AND d = :v",
            (
                "RANGE key attributes c must have equality conditions specified in the query "
                "because a condition is present on key attribute d"
            ),
        ),
        (
            "a = :v AND b = :v AND c > :v AND d > :v",
            (
                "RANGE key attributes c must have equality conditions specified in the query "
                "because a condition is present on key attribute d"
            ),
        ),
        ("a = :v AND b = :v AND z = :v", "Query condition missed key schema element: c"),
        ("a = :v AND b = :v AND d = :v AND z = :v", "Query condition missed key schema element: c"),
        (
            "a = :v AND b = :v AND c = :v AND d = :v AND z = :v",
            "The number of query conditions (5) exceeds the number of key attributes defined in the schema (4)",
        ),
    ],
)
def test_a_condition_on_several_attributes_must_leave_no_gap(text, sentence):
    assert sentence == refusal(text, {":v": x}, composite)


def test_a_key_condition_can_be_judged_before_its_table_is_known():
    demands = Expressions(None, {":v": x}).key_demands("a = :v")

    assert demands.match(hash_only) == KeyCondition(x)


def test_what_is_wrong_in_any_condition_is_wrong_here():
    assert refusal("a between :b and :a", {":a": {"S": "a"}, ":b": {"S": "b"}}) == (
        "Invalid KeyConditionExpression: "
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
    )
    assert refusal("a-b") == 'Invalid KeyConditionExpression: Syntax error; token: "-", near: "a-b"'
