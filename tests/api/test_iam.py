"""IAM and STS with boto3: roles, users, policies, keys and sessions, with AWS's exact shapes and words."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.millrace_process import TRUST, Millrace

ACCOUNT = "000000000000"
ANYONE = TRUST.replace('{"Service": "lambda.amazonaws.com"}', '{"AWS": "*"}')
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]}


@pytest.fixture
def iam(server: Millrace) -> Any:
    return server.client("iam")


def refusal(call: Any, **arguments: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    response = refused.value.response
    assert response["Error"]["Type"] == "Sender"
    return (
        response["ResponseMetadata"]["HTTPStatusCode"],
        response["Error"]["Code"],
        response["Error"]["Message"],
    )


def test_a_role_lives_as_on_aws(server: Millrace, iam: Any):
    made = iam.create_role(RoleName="Life", Path="/team/", AssumeRolePolicyDocument=TRUST)["Role"]
    moment, identity = made.pop("CreateDate"), made.pop("RoleId")
    shown = {
        "Path": "/team/",
        "RoleName": "Life",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/team/Life",
        "AssumeRolePolicyDocument": json.loads(TRUST),
    }
    assert made == shown
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", identity)
    assert moment.microsecond == 0
    assert abs(moment.timestamp() - server.ask("clock")["now"]) < 60

    got = iam.get_role(RoleName="Life")["Role"]
    kept = {"CreateDate": moment, "RoleId": identity}
    assert got == shown | kept | {"MaxSessionDuration": 3600, "RoleLastUsed": {}}
    assert iam.list_roles(PathPrefix="/team/")["Roles"] == [shown | kept | {"MaxSessionDuration": 3600}]
    iam.put_role_policy(RoleName="Life", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    assert iam.get_role_policy(RoleName="Life", PolicyName="p")["PolicyDocument"] == ALLOW
    assert iam.list_role_policies(RoleName="Life")["PolicyNames"] == ["p"]
    assert refusal(iam.delete_role, RoleName="Life")[:2] == (409, "DeleteConflict")
    iam.delete_role_policy(RoleName="Life", PolicyName="p")
    iam.delete_role(RoleName="Life")
    assert refusal(iam.get_role, RoleName="Life") == (
        404,
        "NoSuchEntity",
        "The role with name Life cannot be found.",
    )


def test_what_cannot_be_is_refused_in_awss_words(iam: Any):
    iam.create_role(RoleName="Refuses", AssumeRolePolicyDocument=TRUST)
    unknown = f"arn:aws:iam::{ACCOUNT}:policy/none"

    assert refusal(iam.create_role, RoleName="Refuses", AssumeRolePolicyDocument=TRUST) == (
        409,
        "EntityAlreadyExists",
        "Role with name Refuses already exists.",
    )
    assert refusal(iam.create_role, RoleName="Broken", AssumeRolePolicyDocument="{no") == (
        400,
        "MalformedPolicyDocument",
        "This policy contains invalid Json",
    )
    assert refusal(iam.attach_role_policy, RoleName="Refuses", PolicyArn="no arn, but long enough") == (
        400,
        "ValidationError",
        "Invalid ARN:  Could not be parsed!",
    )
    assert refusal(iam.attach_role_policy, RoleName="Refuses", PolicyArn=unknown) == (
        404,
        "NoSuchEntity",
        f"Policy {unknown} does not exist or is not attachable.",
    )
    assert refusal(iam.delete_policy, PolicyArn=unknown) == (
        404,
        "NoSuchEntity",
        f"Policy {unknown} was not found.",
    )


def test_a_managed_policy_has_versions_and_holders(iam: Any):
    arn = iam.create_policy(PolicyName="Managed", PolicyDocument=json.dumps(ALLOW))["Policy"]["Arn"]
    iam.create_role(RoleName="Holder", AssumeRolePolicyDocument=TRUST)

    iam.attach_role_policy(RoleName="Holder", PolicyArn=arn)
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(ALLOW), SetAsDefault=True)

    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/Managed"
    assert iam.list_attached_role_policies(RoleName="Holder")["AttachedPolicies"] == [
        {"PolicyName": "Managed", "PolicyArn": arn}
    ]
    shown = iam.get_policy(PolicyArn=arn)["Policy"]
    assert (shown["AttachmentCount"], shown["DefaultVersionId"]) == (1, "v2")
    assert iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"] == ALLOW
    assert refusal(iam.delete_policy, PolicyArn=arn)[:2] == (409, "DeleteConflict")
    iam.detach_role_policy(RoleName="Holder", PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    assert refusal(iam.get_policy, PolicyArn=arn)[:2] == (404, "NoSuchEntity")


def test_awss_own_policies_are_there(iam: Any):
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"

    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    assert sorted(document["Statement"][0]["Action"]) == [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]


def test_a_user_has_two_keys_at_most(iam: Any):
    user = iam.create_user(UserName="keys")["User"]
    first = iam.create_access_key(UserName="keys")["AccessKey"]
    iam.create_access_key(UserName="keys")

    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", user["UserId"])
    assert (user["Arn"], first["Status"]) == (f"arn:aws:iam::{ACCOUNT}:user/keys", "Active")
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", first["AccessKeyId"])
    assert len(first["SecretAccessKey"]) == 40
    assert refusal(iam.create_access_key, UserName="keys")[:2] == (409, "LimitExceeded")
    listed = iam.list_access_keys(UserName="keys")["AccessKeyMetadata"]
    assert all("SecretAccessKey" not in key for key in listed)


def test_a_session_of_a_role_has_its_rights_until_it_ends(server: Millrace, iam: Any):
    role = iam.create_role(RoleName="Session", AssumeRolePolicyDocument=ANYONE)["Role"]
    iam.put_role_policy(RoleName="Session", PolicyName="p", PolicyDocument=json.dumps(ALLOW))

    answer = server.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me", DurationSeconds=900)
    credentials = answer["Credentials"]
    arguments = {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
    identity = server.client("sts", **arguments).get_caller_identity()
    tables = server.client("dynamodb", **arguments)
    listed = tables.list_tables()["TableNames"]
    denied = refusal(server.client("iam", **arguments).get_role, RoleName="Session")
    server.ask("clock", advance=901)

    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/Session/me"
    assert answer["AssumedRoleUser"] == {"Arn": arn, "AssumedRoleId": f"{role['RoleId']}:me"}
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    assert {name: identity[name] for name in ("Arn", "UserId", "Account")} == {
        "Arn": arn,
        "UserId": f"{role['RoleId']}:me",
        "Account": ACCOUNT,
    }
    assert listed == []
    assert denied == (
        403,
        "AccessDenied",
        f"User: {arn} is not authorized to perform: iam:GetRole on resource: {role['Arn']}"
        " because no identity-based policy allows the iam:GetRole action",
    )
    with pytest.raises(ClientError, match="ExpiredTokenException"):
        tables.list_tables()


def test_a_session_that_cannot_be_is_refused_in_awss_words(server: Millrace, iam: Any):
    sts = server.client("sts")
    role = iam.create_role(RoleName="Closed", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    root = f"arn:aws:iam::{ACCOUNT}:root"

    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="me") == (
        403,
        "AccessDenied",
        f"User: {root} is not authorized to perform: sts:AssumeRole on resource: {role}",
    )
    assert refusal(sts.assume_role, RoleArn=role, RoleSessionName="me:2") == (
        400,
        "ValidationError",
        "1 validation error detected: Value 'me:2' at 'roleSessionName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]*",
    )
    assert refusal(sts.assume_role, RoleArn="arn:aws:iam::nonsense:role", RoleSessionName="me") == (
        400,
        "ValidationError",
        "arn:aws:iam::nonsense:role is invalid",
    )


def test_lists_come_in_pages(iam: Any):
    for number in range(5):
        iam.create_user(UserName=f"page-{number}", Path="/pages/")

    pages = list(
        iam.get_paginator("list_users").paginate(PathPrefix="/pages/", PaginationConfig={"PageSize": 2})
    )

    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert [user["UserName"] for page in pages for user in page["Users"]] == [f"page-{n}" for n in range(5)]


def test_everything_outlives_the_servers_death(millrace: Millrace):
    iam = millrace.client("iam")
    iam.create_user(UserName="kept")
    iam.put_user_policy(UserName="kept", PolicyName="p", PolicyDocument=json.dumps(ALLOW))
    key = iam.create_access_key(UserName="kept")["AccessKey"]

    millrace.kill()
    millrace.start()

    client = millrace.client(
        "dynamodb", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )
    assert client.list_tables()["TableNames"] == []
    with pytest.raises(ClientError, match="AccessDenied"):
        millrace.client(
            "iam", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
        ).list_users()
