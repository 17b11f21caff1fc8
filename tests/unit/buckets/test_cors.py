"""Which pages of other origins a bucket's rules let in, and what browsers are told."""

import pytest

from millrace.buckets import cors
from millrace.buckets.cors import Asked
from millrace.core.errors import AwsError

RULE = {"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["http://*.test"], "AllowedHeaders": ["x-AMZ-*"]}
ASKED = {"origin": "http://a.test", "access-control-request-method": "PUT"}


@pytest.mark.parametrize(
    ("asked", "welcome"),
    [
        (Asked("http://a.test", "GET"), True),
        (Asked("http://a.test", "PUT", ["X-Amz-Date"]), True),
        (Asked("http://a.test", "PUT", ["Content-Type"]), False),
        (Asked("http://a.test", "DELETE"), False),
        (Asked("https://a.test", "GET"), False),
        (Asked("http://a.test.evil", "GET"), False),
    ],
)
def test_a_rule_lets_in_whom_it_names(asked, welcome):
    assert (cors.matching([RULE], asked) is not None) == welcome


def test_an_origin_is_told_itself_unless_all_may_come():
    named = cors.answer(RULE, Asked("http://a.test", "GET"))
    all_may = cors.answer({**RULE, "AllowedOrigins": ["*"], "MaxAgeSeconds": 5}, Asked("http://b", "GET"))

    assert named["Access-Control-Allow-Origin"] == "http://a.test"
    assert named["Access-Control-Allow-Credentials"] == "true"
    assert all_may["Access-Control-Allow-Origin"] == "*"
    assert all_may["Access-Control-Max-Age"] == "5"
    assert "Access-Control-Allow-Credentials" not in all_may


@pytest.mark.parametrize(
    ("rules", "headers", "code"),
    [
        ([RULE], {}, "BadRequest"),
        (None, ASKED, "AccessForbidden"),
        ([RULE], {**ASKED, "access-control-request-method": "DELETE"}, "AccessForbidden"),
        ([RULE], {"origin": "http://a.test"}, "BadRequest"),
    ],
)
def test_a_preflight_that_no_rule_allows_is_refused(rules, headers, code):
    with pytest.raises(AwsError) as refusal:
        cors.preflight(rules, headers, kind="OBJECT")

    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("rules", "code"), [([], "MalformedXML"), ([{**RULE, "AllowedMethods": ["LOOK"]}], "InvalidRequest")]
)
def test_rules_that_cannot_be_are_refused(rules, code):
    with pytest.raises(AwsError) as refusal:
        cors.check(rules)

    assert refusal.value.code == code
