"""Operations on managed policies: the account's own, and AWS's, which can only be read."""

import base64
import hashlib
from dataclasses import replace
from functools import partial
from typing import Any

from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.iam.aws_managed import AwsPolicy, aws_policies
from millrace.iam.entities import Holder, ManagedPolicy, Version
from millrace.iam.grammar import check_document
from millrace.iam.holders import document_size, encode_document, policy_not_found
from millrace.iam.identities import Identities
from millrace.iam.paging import page_of_names, show_some_tags, show_tags, tags_of
from millrace.iam.registry import POLICIES, ROLES, USERS, find_policy, limit_exceeded, no_such_entity
from millrace.storage.interface import Reader, Writer

_AWS_CREATED = 1_423_180_800.0  # 2015-02-06, when AWS made the first of them


def policy_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "CreatePolicy": partial(create_policy, iam),
        "GetPolicy": partial(get_policy, iam),
        "ListPolicies": partial(list_policies, iam),
        "DeletePolicy": partial(delete_policy, iam),
        "CreatePolicyVersion": partial(create_policy_version, iam),
        "GetPolicyVersion": partial(get_policy_version, iam),
        "ListPolicyVersions": partial(list_policy_versions, iam),
        "SetDefaultPolicyVersion": partial(set_default_policy_version, iam),
        "DeletePolicyVersion": partial(delete_policy_version, iam),
        "ListEntitiesForPolicy": partial(list_entities_for_policy, iam),
        "TagPolicy": partial(tag_policy, iam),
        "UntagPolicy": partial(untag_policy, iam),
        "ListPolicyTags": partial(list_policy_tags, iam),
    }


async def create_policy(iam: Identities, context: Context, params: Params) -> Output:
    name, path, now = params["PolicyName"], params.get("Path") or "/", iam.second()
    policy = ManagedPolicy(
        name,
        path,
        ids.unique_id("ANPA"),
        context.scope.iam_arn(f"policy{path}{name}"),
        now,
        now,
        "v1",
        1,
        {"v1": Version(_checked(params["PolicyDocument"]), now)},
        params.get("Description"),
        tags_of(params),
    )
    await iam.storage.write(lambda writer: POLICIES.add(writer, context.scope.account, policy))
    return {"Policy": {**_show(policy, 0, 0), "Tags": show_some_tags(policy.tags)}}


async def get_policy(iam: Identities, context: Context, params: Params) -> Output:
    def read(reader: Reader) -> dict[str, Any]:
        policy = _get(reader, context, params["PolicyArn"])
        uses = _uses(reader, context.scope.account)
        more = {"Description": policy.description or None, "Tags": show_tags(policy.tags)}
        return {**_show(policy, *_counts(uses, policy.arn)), **more}

    return {"Policy": await iam.storage.read(read)}


async def list_policies(iam: Identities, context: Context, params: Params) -> Output:
    whose, prefix = params.get("Scope") or "All", params.get("PathPrefix") or "/"
    usage = params.get("PolicyUsageFilter")

    def read(reader: Reader) -> dict[str, Any]:
        uses = _uses(reader, context.scope.account)
        local = POLICIES.all(reader, context.scope.account) if whose != "AWS" else ()
        aws = map(_ready_made, aws_policies().values()) if whose != "Local" else ()
        found = {policy.arn: policy for policy in (*local, *aws) if policy.path.startswith(prefix)}
        if params.get("OnlyAttached") or usage == "PermissionsPolicy":
            found = {arn: policy for arn, policy in found.items() if _counts(uses, arn)[0]}
        elif usage == "PermissionsBoundary":
            found = {arn: policy for arn, policy in found.items() if _counts(uses, arn)[1]}
        return page_of_names("Policies", found, params, lambda arn: _show(found[arn], *_counts(uses, arn)))

    return await iam.storage.read(read)


async def delete_policy(iam: Identities, context: Context, params: Params) -> Output:
    account = context.scope.account

    def write(writer: Writer) -> None:
        policy = _own(writer, context, params["PolicyArn"])
        if any(_counts(_uses(writer, account), policy.arn)):
            raise _conflict("Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            raise _conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the "
                "policy's versions. The default version is deleted with the policy."
            )
        POLICIES.remove(writer, account, policy.name)

    await iam.storage.write(write)
    return {}


async def create_policy_version(iam: Identities, context: Context, params: Params) -> Output:
    now = iam.second()

    def write(writer: Writer) -> tuple[ManagedPolicy, str]:
        policy = _own(writer, context, params["PolicyArn"])
        document = _checked(params["PolicyDocument"])
        if len(policy.versions) >= limits.policy_versions_max:
            raise limit_exceeded(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete "
                "an existing version."
            )
        version = f"v{policy.count + 1}"
        grown = replace(
            policy,
            versions={**policy.versions, version: Version(document, now)},
            count=policy.count + 1,
            default=version if params.get("SetAsDefault") else policy.default,
            updated=now,
        )
        POLICIES.put(writer, context.scope.account, grown)
        return grown, version

    policy, version = await iam.storage.write(write)
    return {"PolicyVersion": _show_version(policy, version)}


async def get_policy_version(iam: Identities, context: Context, params: Params) -> Output:
    policy = await iam.storage.read(lambda reader: _get(reader, context, params["PolicyArn"]))
    version = _version(policy, params["VersionId"])
    document = encode_document(policy.versions[version].document)
    return {"PolicyVersion": {**_show_version(policy, version), "Document": document}}


async def list_policy_versions(iam: Identities, context: Context, params: Params) -> Output:
    policy = await iam.storage.read(lambda reader: _get(reader, context, params["PolicyArn"]))
    versions = sorted(policy.versions, key=lambda version: int(version[1:]), reverse=True)
    return {"Versions": [_show_version(policy, version) for version in versions], "IsTruncated": False}


async def set_default_policy_version(iam: Identities, context: Context, params: Params) -> Output:
    now = iam.second()

    def write(writer: Writer) -> None:
        policy = _own(writer, context, params["PolicyArn"])
        version = _version(policy, params["VersionId"])
        POLICIES.put(writer, context.scope.account, replace(policy, default=version, updated=now))

    await iam.storage.write(write)
    return {}


async def delete_policy_version(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        policy = _own(writer, context, params["PolicyArn"])
        version = _version(policy, params["VersionId"])
        if version == policy.default:
            raise _conflict("Cannot delete the default version of a policy.")
        left = {name: each for name, each in policy.versions.items() if name != version}
        POLICIES.put(writer, context.scope.account, replace(policy, versions=left))

    await iam.storage.write(write)
    return {}


async def list_entities_for_policy(iam: Identities, context: Context, params: Params) -> Output:
    account, policy_arn = context.scope.account, params["PolicyArn"]

    def read(reader: Reader) -> dict[str, Any]:
        _get(reader, context, policy_arn)
        roles = [role for role in ROLES.all(reader, account) if policy_arn in role.attached]
        users = [user for user in USERS.all(reader, account) if policy_arn in user.attached]
        return {
            "PolicyGroups": [],
            "PolicyRoles": [{"RoleName": role.name, "RoleId": role.id} for role in roles],
            "PolicyUsers": [{"UserName": user.name, "UserId": user.id} for user in users],
            "IsTruncated": False,
        }

    return await iam.storage.read(read)


async def tag_policy(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        policy = _own(writer, context, params["PolicyArn"])
        POLICIES.put(writer, context.scope.account, replace(policy, tags={**policy.tags, **tags_of(params)}))

    await iam.storage.write(write)
    return {}


async def untag_policy(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        policy = _own(writer, context, params["PolicyArn"])
        left = {key: value for key, value in policy.tags.items() if key not in params["TagKeys"]}
        POLICIES.put(writer, context.scope.account, replace(policy, tags=left))

    await iam.storage.write(write)
    return {}


async def list_policy_tags(iam: Identities, context: Context, params: Params) -> Output:
    policy = await iam.storage.read(lambda reader: _get(reader, context, params["PolicyArn"]))
    return page_of_names("Tags", policy.tags, params, lambda key: show_tags({key: policy.tags[key]})[0])


def _checked(text: str) -> str:
    check_document(text, managed=True)
    if document_size(text) > limits.managed_policy_bytes_max:
        raise limit_exceeded(f"Cannot exceed quota for PolicySize: {limits.managed_policy_bytes_max}")
    return text


def _get(reader: Reader, context: Context, policy_arn: str) -> ManagedPolicy:
    """A policy of the account's or of AWS's. Raises NoSuchEntity."""
    ready_made = aws_policies().get(policy_arn)
    return _ready_made(ready_made) if ready_made is not None else _own(reader, context, policy_arn)


def _own(reader: Reader, context: Context, policy_arn: str) -> ManagedPolicy:
    if policy_arn in aws_policies():
        raise AwsError("AccessDenied", f"Policy is outside your own account: {policy_arn}", status=403)
    policy = find_policy(reader, context.scope.account, policy_arn)
    if policy is None:
        raise policy_not_found(policy_arn)
    return policy


def _ready_made(policy: AwsPolicy) -> ManagedPolicy:
    digest = base64.b32encode(hashlib.sha256(policy.arn.encode()).digest()).decode()
    versions = {"v1": Version(policy.document, _AWS_CREATED)}
    return ManagedPolicy(
        policy.name,
        policy.path,
        f"ANPA{digest[:17]}",
        policy.arn,
        _AWS_CREATED,
        _AWS_CREATED,
        "v1",
        1,
        versions,
        policy.description,
    )


def _version(policy: ManagedPolicy, version: str) -> str:
    if version not in policy.versions:
        raise no_such_entity(f"Policy {policy.arn} version {version} does not exist or is not attachable.")
    return version


def _uses(reader: Reader, account: str) -> list[Holder]:
    return [*ROLES.all(reader, account), *USERS.all(reader, account)]


def _counts(holders: list[Holder], policy_arn: str) -> tuple[int, int]:
    """How often a policy is attached, and how often it is a boundary."""
    attached = sum(policy_arn in holder.attached for holder in holders)
    return attached, sum(policy_arn == holder.boundary for holder in holders)


def _show(policy: ManagedPolicy, attached: int, boundaries: int) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default,
        "AttachmentCount": attached,
        "PermissionsBoundaryUsageCount": boundaries,
        "IsAttachable": True,
        "CreateDate": policy.created,
        "UpdateDate": policy.updated,
    }


def _show_version(policy: ManagedPolicy, version: str) -> dict[str, Any]:
    created = policy.versions[version].created
    return {"VersionId": version, "IsDefaultVersion": version == policy.default, "CreateDate": created}


def _conflict(message: str) -> AwsError:
    return AwsError("DeleteConflict", message, status=409)
