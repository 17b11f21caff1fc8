"""What a resource policy may say, and the form it is kept in."""

import json

import pytest

from millrace.core.errors import AwsError
from millrace.dynamodb.policy_document import canonical

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
STREAM = TABLE + "/stream/2026-01-01T00:00:00.000"
ROOT = "arn:aws:iam::123456789012:root"


def statement(**changes):
    made = {
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": "dynamodb:GetItem",
        "Resource": TABLE,
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def document(*statements, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def refusal(text, *, stream=False):
    with pytest.raises(AwsError) as refused:
        canonical(text, stream=stream)
    assert refused.value.code == "ValidationException"
    return refused.value.message


def test_a_document_is_kept_in_awss_canonical_form():
    sent = {
        "Statement": {
            "Resource": [TABLE],
            "Action": ["dynamodb:getitem"],
            "Principal": {"AWS": ["123456789012", ROOT]},
            "Effect": "allow",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": ["123456789012"]}},
            "Sid": "one",
        },
        "Version": "2012-10-17",
    }

    assert canonical(json.dumps(sent, indent=2), stream=False).text == (
        '{"Version":"2012-10-17","Statement":[{"Sid":"one","Effect":"Allow","Principal":{"AWS":"'
        + ROOT
        + '"},'
        '"Action":"dynamodb:getitem","Resource":"' + TABLE + '",'
        '"Condition":{"StringEquals":{"aws:PrincipalAccount":"123456789012"}}}]}'
    )


def test_longer_lists_stay_as_they_are():
    actions = ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:GetItem"]

    kept = json.loads(canonical(document(statement(Action=actions)), stream=False).text)

    assert kept["Statement"][0]["Action"] == actions


def test_a_document_without_a_version_is_shown_with_the_old_one_and_compared_without():
    text = json.dumps({"Statement": [statement()]})

    made = canonical(text, stream=False)

    assert json.loads(made.text)["Version"] == "2008-10-17"
    assert "Version" not in json.loads(made.sent)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{not json", "This policy contains invalid Json"),
        ("", "This policy contains invalid Json"),
        (document(), "Could not parse the policy: Statement is empty!"),
        (document(statement(Resource=None)), "Missing required field Resource"),
        (document(statement(Principal=None)), "Missing required field Principal"),
        (
            document(statement(Sid="a"), statement(Sid="a")),
            "The Statement Ids in the policy are not unique",
        ),
        (
            document(statement(Action=["dynamodb:GetRecords", "dynamodb:GetItem", "s3:GetObject"])),
            'The following action names are invalid: "dynamodb:GetRecords", "s3:GetObject"',
        ),
        (
            document(statement(Resource=STREAM)),
            f'The relative-id "table/orders/stream/2026-01-01T00:00:00.000" is invalid for ARN "{STREAM}"',
        ),
        (document(statement(Principal="123456789012")), "Syntax error at position (1,74)"),
    ],
)
def test_what_a_tables_policy_may_not_say_is_refused_in_awss_words(text, sentence):
    assert refusal(text) == f"One or more parameter values were invalid: Invalid policy document: {sentence}"


def test_a_document_of_more_than_20_kb_is_refused_white_space_included():
    assert refusal(document(statement()) + " " * 20_480) == (
        "One or more parameter values were invalid: Maximum policy size of 20480 bytes exceeded"
    )


@pytest.mark.parametrize("everyone", ["*", {"AWS": "*"}, {"AWS": ["*", ROOT]}])
def test_nothing_may_be_allowed_to_everyone_but_much_may_be_denied(everyone):
    assert refusal(document(statement(Principal=everyone))).startswith(
        "Resource-based policy grants unbounded access"
    )
    assert canonical(document(statement(Principal=everyone, Effect="Deny")), stream=False)


def test_a_streams_policy_speaks_of_streams():
    told = statement(Action="dynamodb:GetRecords", Resource=STREAM)

    assert canonical(document(told), stream=True)
    assert "ListStreams" in refusal(document({**told, "Action": "dynamodb:ListStreams"}), stream=True)
    assert "relative-id" in refusal(document({**told, "Resource": TABLE}), stream=True)


@pytest.mark.parametrize("resource", ["*", TABLE + "/index/*", TABLE.replace("orders", "other")])
@pytest.mark.parametrize("action", ["dynamodb:*", "dynamodb:Get*", "*"])
def test_patterns_indexes_and_other_tables_are_taken(action, resource):
    assert canonical(document(statement(Action=action, Resource=resource)), stream=False)
