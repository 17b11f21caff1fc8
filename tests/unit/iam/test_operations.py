"""IAM's operations: answers as the model says, errors in AWS's words."""

import asyncio
import json
from urllib.parse import unquote

import botocore.session
import pytest
from botocore.validate import ParamValidator
from tests.unit.answers import check_members, without_none

from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Context, Principal
from millrace.core.errors import AwsError
from millrace.iam.identities import Identities
from millrace.iam.operations import iam_accesses, iam_service, sts_service

ACCOUNT = "123456789012"
SCOPE = Scope(ACCOUNT, "us-east-1")
ROOT = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
AWS_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def trust(principal):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
        }
    )


LAMBDA = trust({"Service": "lambda.amazonaws.com"})
ALLOW = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'


class Caller:
    """Calls operations of IAM and STS, and holds their answers to the model."""

    def __init__(self, storage):
        self.clock = ManualClock()
        self.identities = Identities(storage, self.clock)
        self.services = [iam_service(self.identities), sts_service(self.identities)]
        session = botocore.session.get_session()
        self.models = [session.get_service_model(service.name) for service in self.services]

    async def __call__(self, operation, *, by=ROOT, **params):
        for service, model in zip(self.services, self.models, strict=True):
            if operation in service.operations:
                shapes = model.operation_model(operation)
                assert ParamValidator().validate(params, shapes.input_shape).generate_report() == ""
                answer = without_none(await service.operations[operation](Context(SCOPE, by, "r"), params))
                if shapes.output_shape is None:
                    assert answer == {}
                else:
                    assert ParamValidator().validate(answer, shapes.output_shape).generate_report() == ""
                    check_members(shapes.output_shape, answer)
                return answer
        raise AssertionError(operation)


def on(storage, test):
    async def run():
        async with storage:
            call = Caller(storage)
            await test(call)
            await call.identities.settle()

    asyncio.run(run())


async def fails(call, code, message, status, /, operation, **params):
    with pytest.raises(AwsError) as caught:
        await call(operation, **params)
    assert (caught.value.code, caught.value.message, caught.value.status) == (code, message, status)


def test_a_role_is_made_shown_changed_and_deleted(storage):
    async def test(call):
        made = (await call("CreateRole", RoleName="r", Path="/a/", AssumeRolePolicyDocument=LAMBDA))["Role"]
        assert made.keys() == {"Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument"}
        assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/a/r"
        assert made["RoleId"].startswith("AROA")
        assert unquote(made["AssumeRolePolicyDocument"]) == LAMBDA
        assert " " not in made["AssumeRolePolicyDocument"]

        role = (await call("GetRole", RoleName="r"))["Role"]
        assert role == {**made, "MaxSessionDuration": 3600, "RoleLastUsed": {}}

        await call("UpdateRole", RoleName="r", Description="d", MaxSessionDuration=7200)
        await call("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust("*"))
        role = (await call("GetRole", RoleName="r"))["Role"]
        assert (role["Description"], role["MaxSessionDuration"]) == ("d", 7200)
        assert unquote(role["AssumeRolePolicyDocument"]) == trust("*")

        await call("DeleteRole", RoleName="r")
        await fails(
            call, "NoSuchEntity", "The role with name r cannot be found.", 404, "GetRole", RoleName="r"
        )

    on(storage, test)


def test_role_names_are_taken_whatever_their_case(storage):
    async def test(call):
        await call("CreateRole", RoleName="Role", AssumeRolePolicyDocument=LAMBDA)
        await fails(
            call, "EntityAlreadyExists", "Role with name ROLE already exists.", 409,
            "CreateRole", RoleName="ROLE", AssumeRolePolicyDocument=LAMBDA,
        )  # fmt: skip

    on(storage, test)


def test_trust_policies_are_checked(storage):
    async def test(call):
        await fails(
            call, "MalformedPolicyDocument", "This policy contains invalid Json", 400,
            "CreateRole", RoleName="r", AssumeRolePolicyDocument="{",
        )  # fmt: skip
        await fails(
            call, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409,
            "CreateRole", RoleName="r", AssumeRolePolicyDocument=trust({"Service": "x" * 2048}),
        )  # fmt: skip

    on(storage, test)


def test_roles_are_listed_in_pages_under_a_path(storage):
    async def test(call):
        for name in ("b", "a", "C", "d"):
            path = "/x/" if name != "d" else "/"
            await call("CreateRole", RoleName=name, Path=path, AssumeRolePolicyDocument=LAMBDA)
        first = await call("ListRoles", PathPrefix="/x/", MaxItems=2)
        assert [role["RoleName"] for role in first["Roles"]] == ["a", "b"]
        assert first["IsTruncated"] is True
        second = await call("ListRoles", PathPrefix="/x/", MaxItems=2, Marker=first["Marker"])
        assert [role["RoleName"] for role in second["Roles"]] == ["C"]
        assert second["IsTruncated"] is False
        assert "Marker" not in second

        await fails(call, "ValidationError", "Invalid Marker.", 400, "ListRoles", Marker="é")

    on(storage, test)


@pytest.mark.parametrize("noun", ["Role", "User"])
def test_inline_policies_come_and_go(storage, noun):
    async def test(call):
        await make(call, noun)
        named = {f"{noun}Name": "n"}
        await call(f"Put{noun}Policy", **named, PolicyName="p", PolicyDocument=ALLOW)
        answer = await call(f"Get{noun}Policy", **named, PolicyName="p")
        assert unquote(answer["PolicyDocument"]) == ALLOW
        assert (await call(f"List{noun}Policies", **named))["PolicyNames"] == ["p"]
        await fails(
            call, "DeleteConflict", "Cannot delete entity, must delete policies first.", 409,
            f"Delete{noun}", **named,
        )  # fmt: skip
        await call(f"Delete{noun}Policy", **named, PolicyName="p")
        await fails(
            call, "NoSuchEntity", f"The {noun.lower()} policy with name p cannot be found.", 404,
            f"Get{noun}Policy", **named, PolicyName="p",
        )  # fmt: skip
        await fails(
            call, "MalformedPolicyDocument", "Syntax errors in policy.", 400,
            f"Put{noun}Policy", **named, PolicyName="p", PolicyDocument="{",
        )  # fmt: skip
        await fails(
            call, "NoSuchEntity", f"The {noun.lower()} with name no cannot be found.", 404,
            f"Put{noun}Policy", **{f"{noun}Name": "no"}, PolicyName="p", PolicyDocument="{",
        )  # fmt: skip

    on(storage, test)


def test_the_inline_policies_of_a_user_are_limited_together(storage):
    async def test(call):
        await make(call, "User")
        big = ALLOW.replace("s3:*", "s3:" + "x" * 1100)
        await call("PutUserPolicy", UserName="n", PolicyName="p", PolicyDocument=big)
        await fails(
            call, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user n", 409,
            "PutUserPolicy", UserName="n", PolicyName="q", PolicyDocument=big,
        )  # fmt: skip

    on(storage, test)


async def make(call, noun):
    if noun == "Role":
        await call("CreateRole", RoleName="n", AssumeRolePolicyDocument=LAMBDA)
    else:
        await call("CreateUser", UserName="n")


@pytest.mark.parametrize("noun", ["Role", "User"])
def test_managed_policies_are_attached_and_detached(storage, noun):
    async def test(call):
        await make(call, noun)
        named = {f"{noun}Name": "n"}
        await call(f"Attach{noun}Policy", **named, PolicyArn=AWS_POLICY)
        await call(f"Attach{noun}Policy", **named, PolicyArn=AWS_POLICY)
        attached = await call(f"ListAttached{noun}Policies", **named)
        assert attached["AttachedPolicies"] == [
            {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": AWS_POLICY}
        ]
        assert (await call("GetPolicy", PolicyArn=AWS_POLICY))["Policy"]["AttachmentCount"] == 1
        await fails(
            call, "DeleteConflict", "Cannot delete entity, must detach all policies first.", 409,
            f"Delete{noun}", **named,
        )  # fmt: skip
        await call(f"Detach{noun}Policy", **named, PolicyArn=AWS_POLICY)
        await fails(
            call, "NoSuchEntity", f"Policy {AWS_POLICY} was not found.", 404,
            f"Detach{noun}Policy", **named, PolicyArn=AWS_POLICY,
        )  # fmt: skip
        await call(f"Delete{noun}", **named)

    on(storage, test)


def test_only_policies_that_are_there_can_be_attached(storage):
    async def test(call):
        await make(call, "Role")
        await fails(
            call, "ValidationError", "Invalid ARN:  Could not be parsed!", 400,
            "AttachRolePolicy", RoleName="n", PolicyArn="longpolicynamebutnoarn",
        )  # fmt: skip
        unknown = f"arn:aws:iam::{ACCOUNT}:policy/unknown"
        await fails(
            call, "NoSuchEntity", f"Policy {unknown} does not exist or is not attachable.", 404,
            "AttachRolePolicy", RoleName="n", PolicyArn=unknown,
        )  # fmt: skip
        await fails(
            call, "NoSuchEntity", f"Policy {unknown} was not found.", 404, "DeletePolicy", PolicyArn=unknown
        )

    on(storage, test)


def test_a_policy_has_versions(storage):
    async def test(call):
        policy = (await call("CreatePolicy", PolicyName="p", PolicyDocument=ALLOW, Description="d"))["Policy"]
        arn = policy["Arn"]
        assert policy["PolicyId"].startswith("ANPA")
        assert policy["DefaultVersionId"] == "v1"
        version = await call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW, SetAsDefault=True)
        assert version["PolicyVersion"]["VersionId"] == "v2"
        assert (await call("GetPolicy", PolicyArn=arn))["Policy"]["DefaultVersionId"] == "v2"
        listed = (await call("ListPolicyVersions", PolicyArn=arn))["Versions"]
        assert [each["VersionId"] for each in listed] == ["v2", "v1"]
        got = await call("GetPolicyVersion", PolicyArn=arn, VersionId="v2")
        assert unquote(got["PolicyVersion"]["Document"]) == ALLOW
        await fails(
            call, "DeleteConflict", "Cannot delete the default version of a policy.", 409,
            "DeletePolicyVersion", PolicyArn=arn, VersionId="v2",
        )  # fmt: skip
        await call("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
        await call("DeletePolicyVersion", PolicyArn=arn, VersionId="v2")
        await fails(
            call, "NoSuchEntity", f"Policy {arn} version v2 does not exist or is not attachable.", 404,
            "GetPolicyVersion", PolicyArn=arn, VersionId="v2",
        )  # fmt: skip
        for number in range(4):
            made = await call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW)
            assert made["PolicyVersion"]["VersionId"] == f"v{number + 3}"
        with pytest.raises(AwsError, match="up to 5 versions"):
            await call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=ALLOW)
        with pytest.raises(AwsError, match="more than one version"):
            await call("DeletePolicy", PolicyArn=arn)

    on(storage, test)


def test_a_policy_in_use_is_not_deleted(storage):
    async def test(call):
        await make(call, "Role")
        arn = (await call("CreatePolicy", PolicyName="p", PolicyDocument=ALLOW))["Policy"]["Arn"]
        await call("AttachRolePolicy", RoleName="n", PolicyArn=arn)
        await fails(
            call, "DeleteConflict", "Cannot delete a policy attached to entities.", 409,
            "DeletePolicy", PolicyArn=arn,
        )  # fmt: skip
        uses = await call("ListEntitiesForPolicy", PolicyArn=arn)
        assert [role["RoleName"] for role in uses["PolicyRoles"]] == ["n"]
        await call("DetachRolePolicy", RoleName="n", PolicyArn=arn)
        await call("DeletePolicy", PolicyArn=arn)

    on(storage, test)


def test_policies_are_listed_by_scope_and_use(storage):
    async def test(call):
        await make(call, "Role")
        await call("CreatePolicy", PolicyName="mine", PolicyDocument=ALLOW)
        await call("AttachRolePolicy", RoleName="n", PolicyArn=AWS_POLICY)

        async def names(**params):
            return [each["PolicyName"] for each in (await call("ListPolicies", **params))["Policies"]]

        assert await names(Scope="Local") == ["mine"]
        assert await names(OnlyAttached=True) == ["AWSLambdaBasicExecutionRole"]
        assert "AdministratorAccess" in await names(Scope="AWS")
        assert "mine" not in await names(Scope="AWS")

    on(storage, test)


def test_tags_are_set_listed_and_removed(storage):
    async def test(call):
        await make(call, "Role")
        tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
        await call("TagRole", RoleName="n", Tags=tags)
        assert (await call("ListRoleTags", RoleName="n"))["Tags"] == tags
        assert (await call("GetRole", RoleName="n"))["Role"]["Tags"] == tags
        await call("UntagRole", RoleName="n", TagKeys=["a"])
        assert (await call("ListRoleTags", RoleName="n"))["Tags"] == tags[1:]

    on(storage, test)


def test_a_user_has_keys_that_sign_until_they_are_switched_off(storage):
    async def test(call):
        await make(call, "User")
        key = (await call("CreateAccessKey", UserName="n"))["AccessKey"]
        credential = await call.identities.credential(key["AccessKeyId"], None)
        assert credential.secret == key["SecretAccessKey"]
        assert credential.principal.arn == f"arn:aws:iam::{ACCOUNT}:user/n"
        (listed,) = (await call("ListAccessKeys", UserName="n"))["AccessKeyMetadata"]
        assert (listed["AccessKeyId"], listed["Status"]) == (key["AccessKeyId"], "Active")
        await call("UpdateAccessKey", UserName="n", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        with pytest.raises(AwsError, match="UnrecognizedClientException"):
            await call.identities.credential(key["AccessKeyId"], None)
        await call("CreateAccessKey", UserName="n")
        await fails(
            call, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409,
            "CreateAccessKey", UserName="n",
        )  # fmt: skip
        await fails(
            call, "DeleteConflict", "Cannot delete entity, must delete access keys first.", 409,
            "DeleteUser", UserName="n",
        )  # fmt: skip
        await call("DeleteAccessKey", UserName="n", AccessKeyId=key["AccessKeyId"])
        await fails(
            call, "NoSuchEntity", f"The Access Key with id {key['AccessKeyId']} cannot be found.", 404,
            "DeleteAccessKey", UserName="n", AccessKeyId=key["AccessKeyId"],
        )  # fmt: skip

    on(storage, test)


def test_without_a_name_the_caller_is_meant(storage):
    async def test(call):
        await make(call, "User")
        ann = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/n", "AIDAX", user="n")
        assert (await call("GetUser", by=ann))["User"]["UserName"] == "n"
        assert (await call("CreateAccessKey", by=ann))["AccessKey"]["UserName"] == "n"
        # Root's id is the account's number, which is shorter than the model says an id may be.
        root = await iam_service(call.identities).operations["GetUser"](Context(SCOPE, ROOT, "r"), {})
        assert root["User"]["Arn"] == ROOT.arn

    on(storage, test)


def test_what_does_not_exist_here_is_an_empty_list(storage):
    async def test(call):
        await make(call, "Role")
        await make(call, "User")
        profiles = await call("ListInstanceProfilesForRole", RoleName="n")
        assert profiles == {"InstanceProfiles": [], "IsTruncated": False}
        assert (await call("ListGroupsForUser", UserName="n"))["Groups"] == []

    on(storage, test)


@pytest.mark.parametrize(
    ("operation", "params", "resource"),
    [
        ("CreateRole", {"RoleName": "r", "Path": "/a/"}, f"arn:aws:iam::{ACCOUNT}:role/a/r"),
        ("GetRole", {"RoleName": "r"}, f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("AttachRolePolicy", {"RoleName": "r", "PolicyArn": AWS_POLICY}, f"arn:aws:iam::{ACCOUNT}:role/r"),
        ("GetPolicy", {"PolicyArn": AWS_POLICY}, AWS_POLICY),
        ("CreatePolicy", {"PolicyName": "p"}, f"arn:aws:iam::{ACCOUNT}:policy/p"),
        ("CreateUser", {"UserName": "u"}, f"arn:aws:iam::{ACCOUNT}:user/u"),
        ("ListPolicies", {}, "*"),
    ],
)
def test_each_request_needs_the_action_of_its_name(operation, params, resource):
    (access,) = iam_accesses(operation, SCOPE, params)

    assert (access.action, access.resource) == (f"iam:{operation}", resource)


def test_a_session_of_a_role_must_name_the_user_it_asks_for(storage):
    async def test(call):
        session = Principal(ACCOUNT, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", "AROA1:s", role="r")
        for operation in ("GetUser", "ListAccessKeys"):
            with pytest.raises(
                AwsError, match="Must specify userName when calling with non-User credentials"
            ):
                await call(operation, by=session)

    on(storage, test)


def test_tags_whose_keys_differ_in_case_alone_are_refused(storage):
    async def test(call):
        tags = [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]
        with pytest.raises(AwsError, match="Duplicate tag keys found") as caught:
            await call("CreateRole", RoleName="r", AssumeRolePolicyDocument=LAMBDA, Tags=tags)
        assert (caught.value.code, caught.value.status) == ("InvalidInput", 400)

    on(storage, test)


@pytest.mark.parametrize(("operation", "params"), [
    ("CreateRole", {"RoleName": "r", "AssumeRolePolicyDocument": LAMBDA}),
    ("CreateUser", {"UserName": "u"}),
])  # fmt: skip
def test_the_boundary_of_who_is_made_must_be_there(storage, operation, params):
    async def test(call):
        boundary = f"arn:aws:iam::{ACCOUNT}:policy/none"
        with pytest.raises(AwsError) as caught:
            await call(operation, **params, PermissionsBoundary=boundary)
        told = f"Scope ARN: {boundary} does not exist or is not attachable."
        assert (caught.value.code, caught.value.message) == ("NoSuchEntity", told)

    on(storage, test)
