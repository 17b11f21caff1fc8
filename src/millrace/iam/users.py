"""Operations on users themselves. Their policies and tags are in holders, their keys in keys."""

from functools import partial
from typing import Any

from millrace.core import ids
from millrace.core.context import Context, Operation, Output, Params
from millrace.iam.entities import User
from millrace.iam.holders import USER, check_boundary, check_deletable, holder_operations, show_boundary
from millrace.iam.identities import Identities
from millrace.iam.keys import key_ids
from millrace.iam.paging import after, page, show_some_tags, tags_of
from millrace.iam.registry import USERS, delete_conflict, validation_error
from millrace.storage.interface import Reader, Writer


def user_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "CreateUser": partial(create_user, iam),
        "GetUser": partial(get_user, iam),
        "ListUsers": partial(list_users, iam),
        "DeleteUser": partial(delete_user, iam),
        "ListGroupsForUser": partial(list_groups_for_user, iam),
        **holder_operations(iam, USER),
    }


async def create_user(iam: Identities, context: Context, params: Params) -> Output:
    name, path = params["UserName"], params.get("Path") or "/"
    user = User(
        name,
        path,
        ids.unique_id("AIDA"),
        context.scope.iam_arn(f"user{path}{name}"),
        iam.second(),
        tags=tags_of(params),
        boundary=params.get("PermissionsBoundary"),
    )

    def write(writer: Writer) -> None:
        check_boundary(writer, context.scope.account, user.boundary)
        USERS.add(writer, context.scope.account, user)

    await iam.storage.write(write)
    return {"User": _show_all(user)}


async def get_user(iam: Identities, context: Context, params: Params) -> Output:
    """Without a name, the caller's own user; root is shown as one. Raises ValidationError to a role that names none."""
    account, name = context.scope.account, params.get("UserName") or context.principal.user
    if name is None and not context.principal.is_root:
        raise validation_error("Must specify userName when calling with non-User credentials")
    if name is None:
        root = {"UserId": account, "Arn": context.scope.iam_arn("root"), "CreateDate": 0.0, "Path": "/"}
        return {"User": {**root, "UserName": "root"}}
    user = await iam.storage.read(lambda reader: USERS.get(reader, account, name))
    return {"User": _show_all(user)}


async def list_users(iam: Identities, context: Context, params: Params) -> Output:
    prefix = params.get("PathPrefix") or "/"

    def read(reader: Reader) -> dict[str, Any]:
        found = USERS.all(reader, context.scope.account, after=after(params))
        return page("Users", (user for user in found if user.path.startswith(prefix)), params, _name, _show)

    return await iam.storage.read(read)


async def delete_user(iam: Identities, context: Context, params: Params) -> Output:
    account = context.scope.account

    def write(writer: Writer) -> None:
        user = USER.of(writer, context, params)
        check_deletable(user)
        if key_ids(writer, account, user.name):
            raise delete_conflict("must delete access keys first.")
        USERS.remove(writer, account, user.name)

    await iam.storage.write(write)
    return {}


async def list_groups_for_user(iam: Identities, context: Context, params: Params) -> Output:
    """There are no groups of users here, but Terraform asks before it deletes a user."""
    await iam.storage.read(lambda reader: USER.of(reader, context, params))
    return {"Groups": [], "IsTruncated": False}


def _name(user: User) -> str:
    return user.name


def _show(user: User) -> dict[str, Any]:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }


def _show_all(user: User) -> dict[str, Any]:
    return {**_show(user), "PermissionsBoundary": show_boundary(user), "Tags": show_some_tags(user.tags)}
