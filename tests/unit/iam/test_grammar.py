"""What AWS refuses when a policy document is put on a role or a user, and what it says."""

import json
from typing import Any

import pytest

from millrace.core.errors import AwsError
from millrace.iam.grammar import check_document
from millrace.iam.policy import parse

BUCKET = "arn:aws:s3:::example_bucket"
LEGACY = "The policy failed legacy parsing"
NOT_2012 = "Policy document must be version 2012-10-17 or greater."


def statement(**changed: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET, **changed}


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> str:
    said = {} if version is None else {"Version": version}
    return json.dumps({**said, "Statement": list(statements)})


def without(name: str, **changed: Any) -> dict[str, Any]:
    return {key: value for key, value in statement(**changed).items() if key != name}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "Syntax errors in policy."),
        (document(statement(Condition={"DateLessThan": {"a": {}}})), "Syntax errors in policy."),
        (document(statement(), version=None), NOT_2012),
        (document(statement(), version="2008-10-17"), NOT_2012),
        (document(statement(Effect="allow")), LEGACY),
        (document(statement(Condition={"DateLessThan": {"a": "soon"}})), LEGACY),
        (document(statement(Resource="arn:aws:s3::example_bucket")), LEGACY),
        (document(without("Action", Resource="arn:aws::::example_bucket")), LEGACY),
        (document(statement(Sid="a"), statement(Sid="a")), "Statement IDs (SID) in a single policy must be unique."),
        (document(without("Action")), "Policy statement must contain actions."),
        (document(statement(Action="a a:ListBucket")), "Vendor a a is not valid"),
        (document(without("Resource")), "Policy statement must contain resources."),
        (document(statement(Action="s:3:L", Resource="orders")), 'Resource orders must be in ARN format or "*".'),
        (document(statement(Resource="arn:aws")), "Resource vendor must be fully qualified and cannot contain regexes."),
        (document(statement(Resource="aws:s3:::b")), 'Partition "s3" is not valid for resource "arn:s3:::b:*".'),
        (document(statement(Resource="arn:error:s3:::b")), 'Partition "error" is not valid for resource "arn:error:s3:::b".'),
        (document(statement(Resource="arn:aws:s3:eu-west-1::b")), "Resource arn:aws:s3:eu-west-1::b can not contain region information."),
        (document(statement(Resource="arn:aws:iam:eu-west-1::b")), "IAM resource arn:aws:iam:eu-west-1::b cannot contain region information."),
    ],
)  # fmt: skip
def test_a_document_that_is_not_to_be_kept_is_refused_in_awss_words(text: str, message: str) -> None:
    with pytest.raises(AwsError) as caught:
        check_document(text, managed=True)
    assert (caught.value.code, caught.value.message) == ("MalformedPolicyDocument", message)


@pytest.mark.parametrize("version", [None, "2008-10-17"])
def test_an_inline_policy_may_be_of_2008(version: str | None) -> None:
    check_document(document(statement(), version=version), managed=False)


@pytest.mark.parametrize(
    "resource",
    [
        "*", "arn:aws:logs:*", "arn:*:s3:::b", "arn:aws-cn:s3:::b", "${aws:PrincipalTag/where}",
        "arn:aws:s3:us-west-2:123456789012:accesspoint/a", "arn:aws:iam::123456789012:role/r", "arn:aws:iam::*:*",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/${aws:username}",
    ],
)  # fmt: skip
def test_a_resource_that_aws_takes_is_taken(resource: str) -> None:
    check_document(document(statement(Resource=resource)), managed=True)


def test_the_policy_of_a_queue_may_name_it_by_any_text() -> None:
    """AWS keeps it; it matches nothing that has an ARN."""
    parse(document(statement(Resource="orders", Principal="*")), "resource")


def test_a_condition_without_values_is_kept_and_never_met() -> None:
    text = document(statement(Condition={"StringEquals": {"a:b": []}}))
    check_document(text, managed=True)
    assert not parse(text).statements[0].conditions[0].holds({"a:b": "c"})
