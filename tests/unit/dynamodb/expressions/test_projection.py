"""What projections give, and which are refused."""

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.expressions import Expressions

item = {
    "id": {"S": "1"},
    "doc": {
        "M": {
            "a": {"S": "x"},
            "b": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"c": {"S": "y"}, "d": {"S": "z"}}}]},
        }
    },
    "l": {"L": [{"S": "p"}, {"S": "q"}, {"S": "r"}]},
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id", {"id": {"S": "1"}}),
        ("nowhere", {}),
        ("id, nowhere", {"id": {"S": "1"}}),
        ("doc.a", {"doc": {"M": {"a": {"S": "x"}}}}),
        ("doc.a, doc.b[1]", {"doc": {"M": {"a": {"S": "x"}, "b": {"L": [{"N": "1"}]}}}}),
        ("doc.b[2].c", {"doc": {"M": {"b": {"L": [{"M": {"c": {"S": "y"}}}]}}}}),
        ("l[2], l[0]", {"l": {"L": [{"S": "p"}, {"S": "r"}]}}),
        ("l[7]", {}),
        ("doc.nowhere, id.x, l.x, doc[0]", {}),
        ("doc.b[0].x", {}),
    ],
)
def test_a_projection_keeps_the_maps_and_lists_around_what_it_finds(text, found):
    if "doc.nowhere" in text:
        for part in text.split(", "):
            assert Expressions(None, None).projection(part)(item) == {}
    else:
        assert found == Expressions(None, None).projection(text)(item)


def test_placeholders_may_hold_any_name():
    dotted = {"a.b": {"M": {"c[0]": {"S": "x"}}}}

    assert Expressions({"#a": "a.b", "#c": "c[0]"}, None).projection("#a.#c")(dotted) == dotted


def test_a_projection_knows_its_attributes():
    assert Expressions(None, None).projection("id, doc.a, doc.b[0]").attributes == {"id", "doc"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The expression can not be empty;"),
        ("!!!", 'Syntax error; token: "!", near: "!!"'),
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("a b", 'Syntax error; token: "b", near: "a b"'),
        ("name", "Attribute name is a reserved keyword; reserved keyword: name"),
        (
            "a.#b",
            "An expression attribute name used in the document path is not defined; attribute name: #b",
        ),
        (
            "a, a.b",
            (
                "Two document paths overlap with each other; "
                "must remove or rewrite one of these paths; path one: [a], path two: [a, b]"
            ),
        ),
        (
            "a, b, a",
            (
                "Two document paths overlap with each other; "
                "must remove or rewrite one of these paths; path one: [a], path two: [a]"
            ),
        ),
        (
            "a.b, a[1]",
            (
                "Two document paths conflict with each other; "
                "must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]"
            ),
        ),
    ],
)
def test_wrong_projections_are_refused_with_awss_sentence(text, sentence):
    with pytest.raises(AwsError) as refused:
        Expressions(None, None).projection(text)

    assert refused.value.message == f"Invalid ProjectionExpression: {sentence}"
