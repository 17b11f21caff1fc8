"""What policies would decide, as SimulatePrincipalPolicy and SimulateCustomPolicy tell it."""

import asyncio
import json

import pytest
from tests.unit.iam.test_operations import ACCOUNT, LAMBDA, Caller

from millrace.core.errors import AwsError
from millrace.iam.simulation import spans

BUCKET = "arn:aws:s3:::b"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
PUT = {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}


def document(*statements):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": statements[0] if len(statements) == 1 else statements}
    )


def on(storage, test):
    async def run():
        async with storage:
            call = Caller(storage)
            await call("CreateRole", RoleName="r", AssumeRolePolicyDocument=LAMBDA)
            await test(call)

    asyncio.run(run())


def decisions(answer):
    return [(result["EvalActionName"], result["EvalDecision"]) for result in answer["EvaluationResults"]]


def test_a_simulation_tells_the_statement_and_its_place(storage):
    """As recorded of AWS: localstack tests/aws/services/iam/test_iam.snapshot.json."""

    async def test(call):
        policy = (await call("CreatePolicy", PolicyName="p", PolicyDocument=document(PUT)))["Policy"]["Arn"]
        await call("AttachRolePolicy", RoleName="r", PolicyArn=policy)
        answer = await call(
            "SimulatePrincipalPolicy", PolicySourceArn=ROLE, ResourceArns=[BUCKET],
            ActionNames=["s3:PutObject", "s3:GetObjectVersion"],
        )  # fmt: skip

        assert decisions(answer) == [("s3:PutObject", "allowed"), ("s3:GetObjectVersion", "implicitDeny")]
        matched = {
            "SourcePolicyId": "p",
            "SourcePolicyType": "IAM Policy",
            "StartPosition": {"Line": 1, "Column": 41},
            "EndPosition": {"Line": 1, "Column": 113},
        }
        assert answer["EvaluationResults"][0] == {
            "EvalActionName": "s3:PutObject",
            "EvalResourceName": BUCKET,
            "EvalDecision": "allowed",
            "MatchedStatements": [matched],
            "MissingContextValues": [],
            "OrganizationsDecisionDetail": {"AllowedByOrganizations": True},
            "EvalDecisionDetails": {},
            "ResourceSpecificResults": [
                {
                    "EvalResourceName": BUCKET,
                    "EvalResourceDecision": "allowed",
                    "MatchedStatements": [matched],
                    "MissingContextValues": [],
                }
            ],
        }

    on(storage, test)


def test_denies_boundaries_and_context_are_weighed(storage):
    async def test(call):
        red = {**PUT, "Effect": "Deny", "Condition": {"StringEquals": {"aws:RequestTag/team": "red"}}}
        asked = {"PolicyInputList": [document(PUT, red)], "ActionNames": ["s3:PutObject"]}
        entry = {
            "ContextKeyName": "aws:RequestTag/team",
            "ContextKeyValues": ["red"],
            "ContextKeyType": "string",
        }
        boundary = document({**PUT, "Action": "s3:Get*"})
        tagged = await call("SimulateCustomPolicy", **asked, ContextEntries=[entry])
        within = await call("SimulateCustomPolicy", **asked, PermissionsBoundaryPolicyInputList=[boundary])

        assert decisions(await call("SimulateCustomPolicy", **asked)) == [("s3:PutObject", "allowed")]
        assert decisions(tagged) == [("s3:PutObject", "explicitDeny")]
        assert decisions(within) == [("s3:PutObject", "implicitDeny")]
        detail = within["EvaluationResults"][0]["PermissionsBoundaryDecisionDetail"]
        assert detail == {"AllowedByPermissionsBoundary": False}

    on(storage, test)


def test_results_come_in_pages(storage):
    async def test(call):
        asked = {
            "PolicyInputList": [document(PUT)],
            "ActionNames": ["s3:A", "s3:B", "s3:PutObject"],
            "MaxItems": 2,
        }
        first = await call("SimulateCustomPolicy", **asked)
        second = await call("SimulateCustomPolicy", **asked, Marker=first["Marker"])

        assert (len(first["EvaluationResults"]), first["IsTruncated"]) == (2, True)
        assert (decisions(second), second["IsTruncated"]) == ([("s3:PutObject", "allowed")], False)

    on(storage, test)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/nobody", "NoSuchEntity"),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "InvalidInput"),
        ("a text of twenty letters", "InvalidInput"),
    ],
)
def test_only_a_role_or_user_that_is_there_can_be_simulated(storage, source, code):
    async def test(call):
        with pytest.raises(AwsError) as caught:
            await call("SimulatePrincipalPolicy", PolicySourceArn=source, ActionNames=["s3:PutObject"])
        assert caught.value.code == code

    on(storage, test)


@pytest.mark.parametrize("indent", [None, 2])
def test_each_statement_has_its_place_whatever_the_layout(indent):
    statements = [{**PUT, "Sid": "a}{"}, {**PUT, "Sid": '"Statement": ['}]
    text = json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=indent)

    assert [json.loads(text[begin:end]) for begin, end in spans(text)] == statements
