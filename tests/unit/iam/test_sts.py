"""The Security Token Service over a real storage."""

import asyncio
import json

import pytest

from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Access, Context, Principal
from millrace.core.errors import AwsError
from millrace.iam.identities import Identities
from millrace.iam.operations import iam_service, sts_accesses, sts_service

ACCOUNT = "123456789012"
SCOPE = Scope(ACCOUNT, "us-east-1")
ROOT = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal, **more):
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def allow(action, resource="*"):
    return document({"Effect": "Allow", "Action": action, "Resource": resource})


def on(storage, principal, test, **more):
    """Run `test(identities, call, user)` with a role "r" that trusts `principal`, and a user "ann"."""

    async def run():
        async with storage:
            identities = Identities(storage, ManualClock())
            operations = {**iam_service(identities).operations, **sts_service(identities).operations}

            async def call(name, by=ROOT, **params):
                return await operations[name](Context(SCOPE, by, "r"), params)

            await call("CreateRole", RoleName="r", AssumeRolePolicyDocument=trust(principal, **more))
            await call("CreateUser", UserName="ann")
            key = (await call("CreateAccessKey", UserName="ann"))["AccessKey"]["AccessKeyId"]
            user = (await identities.credential(key, None)).principal
            await test(identities, call, user)
            await identities.settle()

    asyncio.run(run())


async def is_denied(call, by, **params):
    with pytest.raises(AwsError) as caught:
        await call("AssumeRole", by, RoleArn=ROLE, RoleSessionName="s1", **params)
    assert (caught.value.code, caught.value.status) == ("AccessDenied", 403)
    assert caught.value.message == (
        f"User: {by.arn} is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    )


def test_who_am_i_needs_no_permission(storage):
    async def test(identities, call, user):
        answer = await call("GetCallerIdentity", user)

        assert answer == {"UserId": user.user_id, "Account": ACCOUNT, "Arn": user.arn}
        assert list(sts_accesses("GetCallerIdentity", SCOPE, {})) == []

    on(storage, "*", test)


def test_an_assumed_role_signs_as_the_role(storage):
    async def test(identities, call, user):
        answer = await call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1")
        keys = answer["Credentials"]
        credential = await identities.credential(keys["AccessKeyId"], keys["SessionToken"])

        assert credential.secret == keys["SecretAccessKey"]
        assert credential.principal.role == "r"
        assert answer["AssumedRoleUser"] == {
            "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s1",
            "AssumedRoleId": credential.principal.user_id,
        }
        assert keys["Expiration"] == identities.clock.now() + 3600

    on(storage, {"AWS": ROOT.arn}, test)


def test_trust_in_the_account_asks_the_callers_policies_too(storage):
    async def test(identities, call, user):
        await is_denied(call, user)
        await call(
            "PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=allow("sts:AssumeRole", ROLE)
        )

        assert await call("AssumeRole", user, RoleArn=ROLE, RoleSessionName="s1")

    on(storage, {"AWS": ROOT.arn}, test)


def test_trust_in_the_caller_itself_is_enough(storage):
    async def test(identities, call, user):
        assert await call("AssumeRole", user, RoleArn=ROLE, RoleSessionName="s1")

        deny = document({"Effect": "Deny", "Action": "sts:*", "Resource": "*"})
        await call("PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=deny)
        await is_denied(call, user)

    on(storage, {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}, test)


def test_who_is_not_trusted_does_not_assume(storage):
    async def test(identities, call, user):
        await call("PutUserPolicy", UserName="ann", PolicyName="p", PolicyDocument=allow("*"))
        await is_denied(call, user)
        await is_denied(call, ROOT)

    on(storage, {"Service": "lambda.amazonaws.com"}, test)


def test_an_external_id_may_be_asked_for(storage):
    async def test(identities, call, user):
        await is_denied(call, ROOT, ExternalId="wrong")

        assert await call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1", ExternalId="right")

    on(storage, "*", test, Condition={"StringEquals": {"sts:ExternalId": "right"}})


def test_a_session_may_be_shorter_than_the_role_allows_and_not_longer(storage):
    async def test(identities, call, user):
        answer = await call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1", DurationSeconds=900)
        assert answer["Credentials"]["Expiration"] == identities.clock.now() + 900
        with pytest.raises(AwsError) as caught:
            await call("AssumeRole", RoleArn=ROLE, RoleSessionName="s1", DurationSeconds=3601)
        assert (caught.value.code, caught.value.message) == (
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )

    on(storage, "*", test)


def test_a_session_policy_narrows_the_role(storage):
    async def test(identities, call, user):
        await call("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=allow("s3:*"))
        answer = await call(
            "AssumeRole", RoleArn=ROLE, RoleSessionName="s1", Policy=allow(["s3:GetObject", "sqs:*"])
        )
        keys = answer["Credentials"]
        session = (await identities.credential(keys["AccessKeyId"], keys["SessionToken"])).principal
        accesses = [Access(action, "*") for action in ("s3:GetObject", "s3:PutObject", "sqs:SendMessage")]
        decisions = await identities.decide(session, accesses)

        assert [decision.allowed for decision in decisions] == [True, False, False]
        assert decisions[1].message("U").endswith("because no session policy allows the s3:PutObject action")

    on(storage, "*", test)


@pytest.mark.parametrize("arn", ["InvalidArn", "arn:aws:iam::1:role/r", f"arn:aws:iam::{ACCOUNT}:user/r"])
def test_what_is_not_the_arn_of_a_role_is_refused(storage, arn):
    async def test(identities, call, user):
        with pytest.raises(AwsError) as caught:
            await call("AssumeRole", RoleArn=arn, RoleSessionName="s1")
        assert (caught.value.code, caught.value.message) == ("ValidationError", f"{arn} is invalid")

    on(storage, "*", test)


def test_a_session_token_speaks_for_its_user(storage):
    async def test(identities, call, user):
        keys = (await call("GetSessionToken", user))["Credentials"]
        session = (await identities.credential(keys["AccessKeyId"], keys["SessionToken"])).principal
        assert (session.arn, session.user) == (user.arn, "ann")
        assert keys["Expiration"] == identities.clock.now() + 43_200
        with pytest.raises(AwsError, match="Cannot call GetSessionToken with session credentials"):
            await call("GetSessionToken", session)

    on(storage, "*", test)


TAGGING = document(
    {
        "Effect": "Allow",
        "Principal": {"AWS": ACCOUNT},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEqualsIfExists": {"aws:RequestTag/team": ["red", "blue"]}},
    }
)
OF_THE_TEAM = document(
    {
        "Effect": "Allow",
        "Action": ["dynamodb:PutItem", "sts:AssumeRole", "sts:TagSession"],
        "Resource": ["arn:aws:dynamodb:*:*:table/${aws:PrincipalTag/Team}-*", "arn:aws:iam::*:role/*"],
    }
)


async def tagged(identities, call, by=ROOT, **params):
    """Assume the role with tags; the principal of the session."""
    answer = await call("AssumeRole", by, RoleArn=ROLE, RoleSessionName="s1", **params)
    keys = answer["Credentials"]
    return (await identities.credential(keys["AccessKeyId"], keys["SessionToken"])).principal


async def may_put(identities, principal, table):
    access = Access("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{table}")
    return (await identities.decide(principal, [access]))[0].allowed


def test_tags_of_a_session_and_of_its_role_are_what_policies_speak_of(storage):
    async def test(identities, call, user):
        del user
        await call("UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=TAGGING)
        await call("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=OF_THE_TEAM)
        await call("TagRole", RoleName="r", Tags=[{"Key": "team", "Value": "red"}])
        own = await tagged(identities, call)
        blue = await tagged(
            identities, call, Tags=[{"Key": "TEAM", "Value": "blue"}], TransitiveTagKeys=["team"]
        )
        next_one = await tagged(identities, call, blue)

        assert [await may_put(identities, own, f"{team}-1") for team in ("red", "blue")] == [True, False]
        assert [await may_put(identities, blue, f"{team}-1") for team in ("red", "blue")] == [False, True]
        assert await may_put(identities, next_one, "blue-1") is True, "the tag went on to the next session"
        with pytest.raises(AwsError, match="conflicts with a transitive tag key from the calling session"):
            await tagged(identities, call, blue, Tags=[{"Key": "team", "Value": "red"}])
        with pytest.raises(AwsError, match="not authorized to perform: sts:AssumeRole"):
            await tagged(identities, call, Tags=[{"Key": "team", "Value": "green"}])

    on(storage, "*", test)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
    ],
)
def test_tags_that_cannot_be_are_refused(storage, params, message):
    async def test(identities, call, user):
        del user
        with pytest.raises(AwsError) as caught:
            await tagged(identities, call, **params)
        assert (caught.value.code, caught.value.message, caught.value.status) == (
            "InvalidParameterValue",
            message,
            400,
        )

    on(storage, "*", test)


def test_session_tags_must_be_allowed_by_the_role(storage):
    async def test(identities, call, user):
        del user
        with pytest.raises(AwsError, match="not authorized to perform: sts:TagSession"):
            await tagged(identities, call, Tags=[{"Key": "a", "Value": "1"}])

    on(storage, "*", test)
