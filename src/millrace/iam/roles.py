"""Operations on roles themselves. Their policies and tags are in holders."""

from dataclasses import replace
from functools import partial
from typing import Any

from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.iam.entities import Role
from millrace.iam.holders import (
    ROLE,
    check_boundary,
    check_deletable,
    document_size,
    encode_document,
    holder_operations,
    show_boundary,
)
from millrace.iam.identities import Identities
from millrace.iam.paging import after, page, show_some_tags, tags_of
from millrace.iam.policy import parse
from millrace.iam.registry import ROLES, limit_exceeded
from millrace.storage.interface import Reader, Writer


def role_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "CreateRole": partial(create_role, iam),
        "GetRole": partial(get_role, iam),
        "ListRoles": partial(list_roles, iam),
        "UpdateRole": partial(update_role, iam),
        "UpdateRoleDescription": partial(update_role_description, iam),
        "UpdateAssumeRolePolicy": partial(update_assume_role_policy, iam),
        "DeleteRole": partial(delete_role, iam),
        "ListInstanceProfilesForRole": partial(list_instance_profiles_for_role, iam),
        **holder_operations(iam, ROLE),
    }


async def create_role(iam: Identities, context: Context, params: Params) -> Output:
    name, path = params["RoleName"], params.get("Path") or "/"
    trust = params["AssumeRolePolicyDocument"]
    _check_trust(trust)
    role = Role(
        name,
        path,
        ids.unique_id("AROA"),
        context.scope.iam_arn(f"role{path}{name}"),
        iam.second(),
        tags=tags_of(params),
        boundary=params.get("PermissionsBoundary"),
        trust=trust,
        description=params.get("Description"),
        session_seconds_max=params.get("MaxSessionDuration") or limits.session_seconds_default,
    )

    def write(writer: Writer) -> None:
        check_boundary(writer, context.scope.account, role.boundary)
        ROLES.add(writer, context.scope.account, role)

    await iam.storage.write(write)
    shown = {**_show(role), "Tags": show_some_tags(role.tags), "PermissionsBoundary": show_boundary(role)}
    if "MaxSessionDuration" not in params:
        del shown["MaxSessionDuration"]
    return {"Role": shown}


async def get_role(iam: Identities, context: Context, params: Params) -> Output:
    role = await iam.storage.read(lambda reader: ROLE.of(reader, context, params))
    return {"Role": _show_all(role)}


async def list_roles(iam: Identities, context: Context, params: Params) -> Output:
    prefix = params.get("PathPrefix") or "/"

    def read(reader: Reader) -> dict[str, Any]:
        found = ROLES.all(reader, context.scope.account, after=after(params))
        return page("Roles", (role for role in found if role.path.startswith(prefix)), params, _name, _show)

    return await iam.storage.read(read)


async def update_role(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        role = ROLE.of(writer, context, params)
        seconds = params.get("MaxSessionDuration") or role.session_seconds_max
        description = params.get("Description", role.description)
        changed = replace(role, description=description, session_seconds_max=seconds)
        ROLES.put(writer, context.scope.account, changed)

    await iam.storage.write(write)
    return {}


async def update_role_description(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> Role:
        role = replace(ROLE.of(writer, context, params), description=params["Description"])
        ROLES.put(writer, context.scope.account, role)
        return role

    return {"Role": _show(await iam.storage.write(write))}


async def update_assume_role_policy(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        role = ROLE.of(writer, context, params)
        _check_trust(params["PolicyDocument"])
        ROLES.put(writer, context.scope.account, replace(role, trust=params["PolicyDocument"]))

    await iam.storage.write(write)
    return {}


async def delete_role(iam: Identities, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> None:
        role = ROLE.of(writer, context, params)
        check_deletable(role)
        ROLES.remove(writer, context.scope.account, role.name)

    await iam.storage.write(write)
    return {}


async def list_instance_profiles_for_role(iam: Identities, context: Context, params: Params) -> Output:
    """There are no instances here, but Terraform asks before it deletes a role."""
    await iam.storage.read(lambda reader: ROLE.of(reader, context, params))
    return {"InstanceProfiles": [], "IsTruncated": False}


def _check_trust(text: str) -> None:
    parse(text, "trust")
    if document_size(text) > limits.trust_policy_bytes_max:
        raise limit_exceeded(f"Cannot exceed quota for ACLSizePerRole: {limits.trust_policy_bytes_max}")


def _name(role: Role) -> str:
    return role.name


def _show(role: Role) -> dict[str, Any]:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": encode_document(role.trust),
        "Description": role.description,
        "MaxSessionDuration": role.session_seconds_max,
    }


def _show_all(role: Role) -> dict[str, Any]:
    return {
        **_show(role),
        "PermissionsBoundary": show_boundary(role),
        "Tags": show_some_tags(role.tags),
        "RoleLastUsed": {},
    }
