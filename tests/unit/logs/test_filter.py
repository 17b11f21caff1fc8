"""Filter patterns, one table of claims."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.core.errors import AwsError
from millrace.logs.filter import compile_filter

EVENT = json.dumps(
    {
        "level": "ERROR",
        "code": 404,
        "ratio": 0.5,
        "user": {"name": "Ann Smith", "roles": ["admin", "dev"]},
        "nothing": None,
        "yes": True,
        "no": False,
        "a b": 1,
        "items": [{"id": 1}, {"id": 2}],
    }
)


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("hello", "hello world", True),
        ("hello", "Hello world", False),
        ("goodbye world", "world, goodbye", True),
        ("goodbye world", "hello world", False),
        ('"hello cruel"', "hello cruel world", True),
        ('"hello cruel"', "cruel hello", False),
        ('"a \\"quoted\\" word"', 'a "quoted" word', True),
        ("hello -world", "hello you", True),
        ("hello -world", "hello world", False),
        ('-"cruel world"', "hello cruel world", False),
        ("-world", "hello", True),
        ("?hello ?bye", "bye", True),
        ("?hello ?bye", "nothing", False),
        ("hello ?bye", "hello", True),
        ("%err[0-9]+%", "an err42 came", True),
        ("%err[0-9]+%", "an err came", False),
        ("-%err[0-9]+%", "an err42 came", False),
    ],
)
def test_terms_decide_as_documented(pattern, message, expected):
    assert compile_filter(pattern)(message) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ $.level = "ERROR" }', True),
        ("{ $.level = ERROR }", True),
        ('{ $.level = "ERR*" }', True),
        ('{ $.level = "*ROR" }', True),
        ('{ $.level = "error" }', False),
        ('{ $.level != "ERROR" }', False),
        ('{ $.level != "INFO" }', True),
        ('{ $.missing != "INFO" }', False),
        ("{ $.code = 404 }", True),
        ("{ $.code = 4* }", True),
        ("{ $.code != 404 }", False),
        ("{ $.code > 403 }", True),
        ("{ $.code >= 404.0 }", True),
        ("{ $.code < 404 }", False),
        ("{ $.code <= 4.04e2 }", True),
        ("{ $.level > 1 }", False),
        ("{ $.ratio = 0.5 }", True),
        ('{ $.user.name = "Ann Smith" }', True),
        ('{ $.user.roles[0] = "admin" }', True),
        ('{ $.user.roles[1] = "admin" }', False),
        ('{ $.user.roles[*] = "dev" }', True),
        ("{ $.items[*].id = 2 }", True),
        ("{ $.items[9].id = 2 }", False),
        ('{ $["a b"] = 1 }', True),
        ("{ $.nothing IS NULL }", True),
        ("{ $.level IS NULL }", False),
        ("{ $.yes IS TRUE }", True),
        ("{ $.no is false }", True),
        ("{ $.missing NOT EXISTS }", True),
        ("{ $.level NOT EXISTS }", False),
        ("{ $.level = %^ERR% }", True),
        ("{ $.level = %^RR% }", False),
        ('{ $.level = "ERROR" && $.code = 404 }', True),
        ('{ $.level = "ERROR" && $.code = 500 }', False),
        ('{ $.level = "INFO" || $.code = 404 }', True),
        ('{ ($.level = "INFO" || $.code = 404) && $.yes IS TRUE }', True),
        ('{($.level="INFO")||($.code>=500)}', False),
    ],
)
def test_json_patterns_decide_as_documented(pattern, expected):
    assert compile_filter(pattern)(EVENT) is expected


def test_what_is_not_json_matches_no_json_pattern():
    assert compile_filter("{ $.a NOT EXISTS }")("plain text") is False
    assert compile_filter("{ $.a NOT EXISTS }")("12") is False
    assert compile_filter("{ $.a NOT EXISTS }")("{}\n") is True


@pytest.mark.parametrize(
    "pattern",
    ["{", "{}", "{ $.a }", "{ a = 1 }", "{ $.a = }", "{ $.a > x }", "{ $.a IS SOMETHING }", '"open', "{ $.a = 1 } x",
     "%(a)%", "%[%", "{" + "(" * 500 + "$.a = 1" + ")" * 500 + "}", "[a, b"],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(AwsError) as caught:
        compile_filter(pattern)

    assert caught.value.code == "InvalidParameterException"


@given(st.text(alphabet='{}()$.ab[]0*"%=<>!&|? -\\', max_size=40), st.sampled_from([EVENT, "a b", "{}", ""]))
def test_any_text_is_a_pattern_or_an_aws_error(pattern, message):
    try:
        matches = compile_filter(pattern)
    except AwsError:
        return

    assert matches(message) in (True, False)
