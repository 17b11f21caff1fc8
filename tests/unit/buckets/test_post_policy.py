"""What a form's policy allows, and in which words it refuses."""

import base64
import json

import pytest

from millrace.buckets import post_policy
from millrace.core.errors import AwsError

LATER = "2030-01-01T00:00:00Z"


def check(conditions, fields=None, size=5, expiration=LATER):
    policy = json.dumps({"expiration": expiration, "conditions": conditions})
    post_policy.check(base64.b64encode(policy.encode()).decode(), fields or {}, size, 1_000_000_000)


def test_a_form_that_its_policy_describes_is_taken():
    fields = {"key": "up/a", "x-amz-meta-a": "b", "policy": "", "x-ignore-me": "1", "bucket": "b"}
    conditions = [["starts-with", "$key", "up/"], {"X-Amz-Meta-A": "b"}, ["content-length-range", 5, 5]]

    check([*conditions, {"bucket": "b"}], fields)


@pytest.mark.parametrize(
    ("conditions", "more", "code", "sentence"),
    [
        ([{"key": "a"}], {}, "AccessDenied", '["eq", "$key", "a"]'),
        ([["eq", "key", "k"]], {}, "AccessDenied", '["eq", "key", "k"]'),
        ([["starts-with", "$key", "x"]], {}, "AccessDenied", '["starts-with", "$key", "x"]'),
        ([["content-length-range", "x", "9"]], {}, "AccessDenied", '["content-length-range", "x", "9"]'),
        ([["content-length-range", 0, 4]], {}, "EntityTooLarge", "maximum"),
        ([["content-length-range", 6, 9]], {}, "EntityTooSmall", "minimum"),
        ([], {}, "AccessDenied", "Extra input fields: key"),
        ([{"key": "k", "acl": "private"}], {}, "InvalidPolicyDocument", "exactly one property"),
        ([{"key": "k"}], {"expiration": "2000-01-01T00:00:00Z"}, "AccessDenied", "Policy expired."),
        ([{"key": "k"}], {"expiration": "soon"}, "InvalidPolicyDocument", "'soon'"),
    ],
)
def test_a_form_that_it_does_not_describe_is_refused(conditions, more, code, sentence):
    with pytest.raises(AwsError) as refusal:
        check(conditions, {"key": "k"}, **more)

    assert refusal.value.code == code
    assert sentence in (refusal.value.message or "")


@pytest.mark.parametrize("text", ["?", "e30=", "W10="])
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(AwsError) as refusal:
        post_policy.check(text, {}, 0, 0)

    assert refusal.value.code == "InvalidPolicyDocument"
