"""The Security Token Service: who am I, and keys that end."""

import re
from functools import partial
from typing import Any

from millrace.core import arn, limits
from millrace.core.context import Access, Context, Operation, Output, Params, Principal
from millrace.core.errors import AwsError
from millrace.iam.entities import Role
from millrace.iam.grammar import check_document
from millrace.iam.identities import Identities, Session, SessionTags, denied, tag_facts, trust_of
from millrace.iam.paging import DUPLICATE_TAGS, tags_of
from millrace.iam.policy import evaluate, names_directly
from millrace.iam.registry import find_document, validation_error

_ROLE_ARN = re.compile(r"arn:[\w-]+:iam::\d{12}:role/.*[^/]", re.ASCII)


def sts_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "GetCallerIdentity": get_caller_identity,
        "AssumeRole": partial(assume_role, iam),
        "GetSessionToken": partial(get_session_token, iam),
    }


async def get_caller_identity(context: Context, params: Params) -> Output:
    """Needs no permission: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""
    del params
    principal = context.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


async def assume_role(iam: Identities, context: Context, params: Params) -> Output:
    role_arn, name = params["RoleArn"], params["RoleSessionName"]
    if not _ROLE_ARN.fullmatch(role_arn):
        raise validation_error(f"{role_arn} is invalid")
    tags = _session_tags(params, await iam.session_tags(context.principal))
    role = await _role_to_assume(iam, context.principal, params, tagged=bool(tags.tags))
    seconds = params.get("DurationSeconds") or limits.session_seconds_default
    _check_duration(context.principal, role, seconds)
    policies = await _session_policies(iam, context, params)
    session = await iam.assume(
        arn.parse(role_arn).account, role_arn, name, seconds, policies=policies, tags=tags
    )
    user = {"AssumedRoleId": session.principal.user_id, "Arn": session.principal.arn}
    size = 100 * sum(map(len, policies)) // limits.trust_policy_bytes_max if policies else None
    return {"Credentials": _show(session), "AssumedRoleUser": user, "PackedPolicySize": size}


async def _role_to_assume(iam: Identities, principal: Principal, params: Params, *, tagged: bool) -> Role:
    """The role of the request, if the caller may assume it, and tag its session if it is `tagged`."""
    role_arn = params["RoleArn"]
    role = await iam.role(role_arn)
    if role is None:
        raise denied(_not_authorised(principal, "sts:AssumeRole", role_arn), "sts")
    for action in ("sts:AssumeRole", "sts:TagSession") if tagged else ("sts:AssumeRole",):
        if not await _may(action, iam, principal, role, params):
            raise denied(_not_authorised(principal, action, role_arn), "sts")
    return role


async def get_session_token(iam: Identities, context: Context, params: Params) -> Output:
    principal = context.principal
    if principal.role is not None or principal.key.startswith("ASIA"):
        raise AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", status=403)
    seconds = params.get("DurationSeconds") or limits.session_seconds_max
    if principal.is_root:
        seconds = min(seconds, limits.session_seconds_default)
    return {"Credentials": _show(await iam.issue(principal, seconds))}


def _session_tags(params: Params, caller: SessionTags) -> SessionTags:
    """The tags of the new session: those asked for, and those that the caller's session hands on.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
    """
    wanted = params.get("TransitiveTagKeys") or ()
    keys = {tag["Key"].lower() for tag in params.get("Tags") or ()}
    if len(keys) < len(params.get("Tags") or ()):
        raise _invalid(DUPLICATE_TAGS)
    tags = tags_of(params)
    if not {key.lower() for key in wanted} <= keys:
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    handed_on = {key: value for key, value in caller.tags.items() if key.lower() in caller.transitive}
    if keys & {key.lower() for key in handed_on}:
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session."
        )
    transitive = {key.lower() for key in (*wanted, *handed_on)}
    return SessionTags({**handed_on, **tags}, tuple(sorted(transitive)))


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message, status=400)


async def _may(action: str, iam: Identities, principal: Principal, role: Role, params: Params) -> bool:
    """The trust policy must allow it, and the caller's own policies too, unless it names the caller itself."""
    asked = tags_of(params)
    access = Access(action, role.arn, tag_facts("aws:RequestTag", asked))
    facts = {
        **iam.facts(principal),
        "sts:rolesessionname": params["RoleSessionName"],
        **tag_facts("aws:requesttag", asked),
    }
    if params.get("ExternalId") is not None:
        facts["sts:externalid"] = params["ExternalId"]
    caller = await iam.caller(principal)
    trust = trust_of(role)
    if not evaluate([trust], access, facts, caller=caller).allowed:
        return False
    if principal.is_root:
        return True
    own = (await iam.decide(principal, [access]))[0]
    if own.allowed or own.explicit_deny:
        return own.allowed
    same_account = arn.parse(role.arn).account == principal.account
    return same_account and names_directly(trust.document, access, facts, caller)


def _check_duration(principal: Principal, role: Role, seconds: int) -> None:
    if seconds > role.session_seconds_max:
        raise validation_error(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if principal.role is not None and seconds > limits.chained_session_seconds_max:
        raise validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )


async def _session_policies(iam: Identities, context: Context, params: Params) -> list[str]:
    texts: list[str] = []
    if params.get("Policy") is not None:
        check_document(params["Policy"], managed=False)
        texts.append(params["Policy"])
    account = context.scope.account
    for each in params.get("PolicyArns") or ():
        policy_arn: str = each["arn"]
        text = await iam.storage.read(lambda reader, of=policy_arn: find_document(reader, account, of))
        if text is None:
            raise validation_error(f"{policy_arn} is invalid")
        texts.append(text)
    return texts


def _not_authorised(principal: Principal, action: str, role_arn: str) -> str:
    return f"User: {principal.arn} is not authorized to perform: {action} on resource: {role_arn}"


def _show(session: Session) -> dict[str, Any]:
    return {
        "AccessKeyId": session.access_key,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": float(int(session.expiration)),  # whole seconds, as all times of IAM
    }
