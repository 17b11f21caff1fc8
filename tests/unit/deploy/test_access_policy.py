"""A policy as a template has it is the one that AWS gives back."""

import json

from millrace.deploy.resources.access_policy import canonical
from millrace.dynamodb import policy_document

TABLE = "arn:aws:dynamodb:eu-central-1:000000000000:table/t"


def test_a_template_s_policy_is_the_one_that_dynamodb_tells():
    written = {
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "one",
            "Effect": "Allow",
            "Principal": {"AWS": ["111111111111", "111111111111"]},
            "Action": ["dynamodb:GetItem"],
            "Resource": [TABLE],
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["x"]}},
        },
    }

    told = policy_document.canonical(json.dumps(written), stream=False).text

    assert canonical(written) == json.loads(told)
    assert canonical(json.loads(told)) == json.loads(told)


def test_an_account_that_yaml_read_as_a_number_is_that_account():
    statement = {"Principal": {"AWS": 11}}

    assert canonical({"Statement": [statement]})["Statement"] == [
        {"Principal": {"AWS": "arn:aws:iam::000000000011:root"}}
    ]


def test_what_is_no_policy_stays_as_it_is():
    assert canonical("no policy") == "no policy"
    assert canonical({"Statement": ["?"]})["Statement"] == ["?"]
