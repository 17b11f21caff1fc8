"""Credentials, sessions and decisions over real storages."""

import asyncio
import json

import orjson
import pytest

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import ManualClock
from millrace.core.context import Access, Context, Principal
from millrace.core.errors import AwsError
from millrace.iam.identities import Identities, root_credential
from millrace.iam.operations import iam_service
from millrace.iam.registry import changes_journal

ACCOUNT = "123456789012"
SCOPE = Scope(ACCOUNT, "us-east-1")
ROOT = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/service/worker"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
PUT = Access("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders")


def policy(effect="Allow", action="dynamodb:PutItem", resource="*"):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def on(storage, test):
    """Run `test(identities, call)`, where `call(name, **params)` is an IAM operation as root."""

    async def run():
        async with storage:
            identities = Identities(storage, ManualClock())
            operations = iam_service(identities).operations

            async def call(name, **params):
                return await operations[name](Context(SCOPE, ROOT, "r"), params)

            await test(identities, call)
            await identities.settle()

    asyncio.run(run())


async def make_role(call, **more):
    await call("CreateRole", RoleName="worker", Path="/service/", AssumeRolePolicyDocument=TRUST, **more)


def test_a_root_key_is_made_once_and_kept(storage):
    async def test(identities, call):
        access_key, secret = await identities.root_key(ACCOUNT)

        assert (access_key, secret) == await identities.root_key(ACCOUNT)
        credential = await identities.credential(access_key, None)
        assert credential.secret == secret
        assert credential.principal.is_root
        assert credential.principal.arn == ROOT.arn

    on(storage, test)


def test_keys_of_the_settings_come_first(storage):
    async def run():
        async with storage:
            given = root_credential(ACCOUNT, "AKIASETTINGS", "secret")
            identities = Identities(storage, ManualClock(), {"AKIASETTINGS": given})

            assert await identities.credential("AKIASETTINGS", None) == given

    asyncio.run(run())


def test_an_unknown_key_is_none(storage):
    async def test(identities, call):
        assert await identities.credential("AKIANOBODY", None) is None
        assert await identities.credential("", "token") is None

    on(storage, test)


def test_a_session_needs_its_token_and_ends(storage):
    async def test(identities, call):
        await make_role(call)
        session = await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)

        assert session.access_key.startswith("ASIA")
        assert session.principal.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/fn"
        assert session.principal.user_id.endswith(":fn")
        credential = await identities.credential(session.access_key, session.token)
        assert credential.secret == session.secret
        assert credential.principal == session.principal
        for token in (None, "other"):
            with pytest.raises(AwsError, match="UnrecognizedClientException"):
                await identities.credential(session.access_key, token)

        identities.clock.advance(900)
        for service, code, status in (
            ("dynamodb", "ExpiredTokenException", 400),
            ("lambda", "ExpiredTokenException", 403),
            ("sts", "ExpiredToken", 403),
        ):
            with pytest.raises(AwsError) as caught:
                await identities.credential(session.access_key, session.token, service=service)
            assert (caught.value.code, caught.value.status) == (code, status)
            assert caught.value.message == "The security token included in the request is expired"

    on(storage, test)


def test_sessions_that_ended_long_ago_are_forgotten(storage):
    async def test(identities, call):
        await make_role(call)
        old = await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)
        identities.clock.advance(901 + limits.session_kept_seconds)
        await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)

        assert await identities.credential(old.access_key, old.token) is None

    on(storage, test)


def test_two_sessions_of_a_role_differ_but_are_the_same_identity(storage):
    async def test(identities, call):
        await make_role(call)
        one = await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)
        two = await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)

        assert one.access_key != two.access_key
        assert one.token != two.token
        assert (one.principal.arn, one.principal.user_id) == (two.principal.arn, two.principal.user_id)

    on(storage, test)


def test_a_role_that_is_not_there_is_not_assumed(storage):
    async def test(identities, call):
        with pytest.raises(AwsError) as caught:
            await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)

        assert caught.value.code == "NoSuchEntity"

    on(storage, test)


def test_root_may_do_everything_without_a_look(storage):
    async def test(identities, call):
        await identities.authorise(ROOT, [PUT], service="dynamodb")

    on(storage, test)


def test_a_role_may_do_what_its_policies_allow_and_a_change_acts_at_once(storage):
    async def test(identities, call):
        await make_role(call)
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal
        with pytest.raises(AwsError) as caught:
            await identities.authorise(worker, [PUT], service="dynamodb")
        assert (caught.value.code, caught.value.status) == ("AccessDeniedException", 400)
        assert caught.value.message == (
            f"User: {worker.arn} is not authorized to perform: dynamodb:PutItem on resource: {PUT.resource} "
            "because no identity-based policy allows the dynamodb:PutItem action"
        )

        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=policy())
        await identities.authorise(worker, [PUT], service="dynamodb")

        await call("PutRolePolicy", RoleName="worker", PolicyName="q", PolicyDocument=policy("Deny"))
        with pytest.raises(AwsError, match="with an explicit deny in an identity-based policy"):
            await identities.authorise(worker, [PUT], service="dynamodb")

    on(storage, test)


def test_all_accesses_of_a_request_must_be_allowed(storage):
    async def test(identities, call):
        await make_role(call)
        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=policy())
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal

        with pytest.raises(AwsError, match="dynamodb:DeleteItem"):
            await identities.authorise(
                worker, [PUT, Access("dynamodb:DeleteItem", PUT.resource)], service="dynamodb"
            )

    on(storage, test)


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("iam", "AccessDenied", 403),
        ("sts", "AccessDenied", 403),
        ("lambda", "AccessDeniedException", 403),
        ("logs", "AccessDeniedException", 400),
    ],
)
def test_a_denial_has_the_code_of_its_service(storage, service, code, status):
    async def test(identities, call):
        await make_role(call)
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal
        with pytest.raises(AwsError) as caught:
            await identities.authorise(worker, [PUT], service=service)

        assert (caught.value.code, caught.value.status) == (code, status)

    on(storage, test)


def test_attached_policies_count_by_their_default_version(storage):
    async def test(identities, call):
        await make_role(call)
        made = await call("CreatePolicy", PolicyName="p", PolicyDocument=policy())
        arn = made["Policy"]["Arn"]
        await call("AttachRolePolicy", RoleName="worker", PolicyArn=arn)
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal
        await identities.authorise(worker, [PUT], service="dynamodb")

        await call("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=policy("Deny"), SetAsDefault=True)
        with pytest.raises(AwsError, match="explicit deny"):
            await identities.authorise(worker, [PUT], service="dynamodb")

    on(storage, test)


def test_a_boundary_limits_what_a_role_may_do(storage):
    async def test(identities, call):
        await make_role(call, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=policy())
        decision = await identities.decide_role(ACCOUNT, "worker", PUT)

        assert decision.allowed is False
        assert decision.message("U").endswith(
            "because no permissions boundary allows the dynamodb:PutItem action"
        )

    on(storage, test)


def test_a_session_of_a_role_that_was_made_anew_is_nobody(storage):
    async def test(identities, call):
        await make_role(call)
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal
        await call("DeleteRole", RoleName="worker")
        await make_role(call)
        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=policy())

        with pytest.raises(AwsError):
            await identities.authorise(worker, [PUT], service="dynamodb")

    on(storage, test)


def test_a_mapping_is_told_why_its_role_may_not(storage):
    async def test(identities, call):
        missing = await identities.decide_role(ACCOUNT, "worker", PUT)
        assert (missing.allowed, missing.reason) == (False, "The role worker does not exist.")

        await make_role(call)
        denied = await identities.decide_role(ACCOUNT, "worker", PUT)
        assert json.loads(denied.remedy) == {
            "Effect": "Allow",
            "Action": PUT.action,
            "Resource": PUT.resource,
        }

        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=policy())
        assert (await identities.decide_role(ACCOUNT, "worker", PUT)).allowed is True

    on(storage, test)


def test_a_role_trusts_the_services_its_trust_policy_names(storage):
    async def test(identities, call):
        assert await identities.role_trusts(ROLE_ARN, "lambda.amazonaws.com") is False
        await make_role(call)

        assert await identities.role_trusts(ROLE_ARN, "lambda.amazonaws.com") is True
        assert await identities.role_trusts(ROLE_ARN, "ec2.amazonaws.com") is False
        assert await identities.role_trusts(ROLE_ARN.replace("/service", ""), "lambda.amazonaws.com") is False

    on(storage, test)


def test_denials_are_kept_with_what_would_allow_them(storage):
    async def test(identities, call):
        await make_role(call)
        worker = (await identities.assume(ACCOUNT, ROLE_ARN, "fn", 900)).principal
        for _ in range(3):
            with pytest.raises(AwsError):
                await identities.authorise(worker, [PUT], service="dynamodb")
            await identities.settle()
            identities.clock.advance(1)

        (denial,) = await identities.denials(ACCOUNT, "role/worker")
        assert (denial.action, denial.resource, denial.count) == (PUT.action, PUT.resource, 3)
        assert denial.last - denial.first == 2
        assert json.loads(denial.remedy)["Action"] == PUT.action

    on(storage, test)


def test_only_the_last_denials_are_kept(storage):
    async def test(identities, call):
        await make_role(call)
        for number in range(limits.denials_kept + 5):
            await identities.decide_role(ACCOUNT, "worker", Access("s3:GetObject", f"arn:{number}"))
            identities.clock.advance(1)
        denials = await identities.denials(ACCOUNT, "role/worker")

        assert len(denials) == limits.denials_kept
        assert denials[0].resource == f"arn:{limits.denials_kept + 4}"

    on(storage, test)


def test_every_change_is_told_in_the_journal_and_the_journal_stays_short(storage):
    async def test(identities, call):
        await make_role(call)
        await call("CreateUser", UserName="ann")
        journal = changes_journal(ACCOUNT)
        records = await storage.read(lambda reader: reader.tail(journal, 0, 10))
        assert [orjson.loads(raw) for _, raw in records] == [
            {"kind": "role", "name": "worker"},
            {"kind": "user", "name": "ann"},
        ]

        for number in range(limits.iam_changes_kept + 10):
            await call("UpdateRole", RoleName="worker", Description=str(number))
        records = await storage.read(lambda reader: reader.tail(journal, 0, 1000))
        assert len(records) == limits.iam_changes_kept

    on(storage, test)


# Resources with policies of their own.

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:fn"
INVOKE = Access("lambda:InvokeFunctionUrl", FUNCTION, {"lambda:FunctionUrlAuthType": "NONE"})
ELSEWHERE = Access(INVOKE.action, FUNCTION.replace(ACCOUNT, "999999999999"))


def resource_policy(principal, **condition):
    statement = {"Effect": "Allow", "Action": INVOKE.action, "Resource": "*", "Principal": principal}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_anyone_may_do_what_a_resource_lets_anyone_do(storage):
    public = resource_policy("*", StringEquals={"lambda:FunctionUrlAuthType": "NONE"})

    async def test(identities, call):
        async def anyone(access, document):
            return (await identities.decide_on(None, access, document)).allowed

        assert await anyone(INVOKE, public)
        assert not await anyone(ELSEWHERE, public)
        assert not await anyone(INVOKE, resource_policy({"AWS": ACCOUNT}))
        assert not await anyone(INVOKE, None)

    on(storage, test)


def test_a_session_is_named_by_its_role_and_across_accounts_both_must_allow(storage):
    named = resource_policy({"AWS": ROLE_ARN})

    async def test(identities, call):
        await make_role(call)
        principal = (await identities.assume(ACCOUNT, ROLE_ARN, "s", 900)).principal

        async def may(access, document):
            return (await identities.decide_on(principal, access, document)).allowed

        assert [await may(INVOKE, named), await may(INVOKE, None)] == [True, False]
        assert not await may(ELSEWHERE, named)
        document = policy(action=INVOKE.action)
        await call("PutRolePolicy", RoleName="worker", PolicyName="p", PolicyDocument=document)
        assert [await may(INVOKE, None), await may(ELSEWHERE, None)] == [True, False]
        assert await may(ELSEWHERE, named)

    on(storage, test)


def test_what_a_resource_allows_a_role_stays_within_its_boundary_unless_it_names_the_session(storage):
    async def test(identities, call):
        await make_role(call, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
        principal = (await identities.assume(ACCOUNT, ROLE_ARN, "s", 900)).principal

        async def may(named):
            document = resource_policy({"AWS": named})
            return (await identities.decide_on(principal, INVOKE, document)).allowed

        assert [await may(ROLE_ARN), await may(principal.arn)] == [False, True]

    on(storage, test)


def test_a_boundary_that_denies_is_not_undone_by_a_resource(storage):
    async def test(identities, call):
        statement = {"Effect": "Deny", "Action": INVOKE.action, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        await call("CreatePolicy", PolicyName="never", PolicyDocument=document)
        await make_role(call, PermissionsBoundary=f"arn:aws:iam::{ACCOUNT}:policy/never")
        principal = (await identities.assume(ACCOUNT, ROLE_ARN, "s", 900)).principal

        decision = await identities.decide_on(
            principal, INVOKE, resource_policy({"AWS": [ROLE_ARN, principal.arn]})
        )

        assert decision.message("U").endswith("with an explicit deny in a permissions boundary")

    on(storage, test)


def test_who_is_gone_may_nothing_whatever_a_resource_says(storage):
    async def test(identities, call):
        await make_role(call)
        principal = (await identities.assume(ACCOUNT, ROLE_ARN, "s", 900)).principal
        await call("DeleteRole", RoleName="worker")

        document = resource_policy({"AWS": [ROLE_ARN, principal.arn]})
        assert not (await identities.decide_on(principal, INVOKE, document)).allowed

    on(storage, test)


def test_the_root_needs_a_policy_in_other_accounts_alone(storage):
    async def test(identities, call):
        assert (await identities.decide_on(ROOT, INVOKE, None)).allowed
        assert not (await identities.decide_on(ROOT, ELSEWHERE, None)).allowed
        assert (await identities.decide_on(ROOT, ELSEWHERE, resource_policy("*"))).allowed

    on(storage, test)


def test_who_is_denied_a_resource_can_be_told_what_is_missing(storage):
    async def test(identities, call):
        await make_role(call)
        principal = (await identities.assume(ACCOUNT, ROLE_ARN, "s", 900)).principal
        await identities.decide_on(principal, INVOKE, None)

        assert [each.action for each in await identities.denials(ACCOUNT, "role/worker")] == [INVOKE.action]

    on(storage, test)
