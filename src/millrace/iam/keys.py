"""Operations on the access keys of users, and of the account's root."""

from dataclasses import replace
from functools import partial
from typing import Any

from millrace.core import ids, limits
from millrace.core.context import Context, Operation, Output, Params, Principal
from millrace.core.errors import AwsError
from millrace.iam.entities import Key, encode
from millrace.iam.identities import Identities
from millrace.iam.paging import page_of_names
from millrace.iam.registry import (
    KEYS,
    USERS,
    changed,
    find_key,
    limit_exceeded,
    no_such_entity,
    validation_error,
)
from millrace.storage.interface import Reader, Writer


def key_operations(iam: Identities) -> dict[str, Operation]:
    return {
        "CreateAccessKey": partial(create_access_key, iam),
        "ListAccessKeys": partial(list_access_keys, iam),
        "UpdateAccessKey": partial(update_access_key, iam),
        "DeleteAccessKey": partial(delete_access_key, iam),
        "GetAccessKeyLastUsed": partial(get_access_key_last_used, iam),
    }


def key_ids(reader: Reader, account: str, user: str | None) -> list[str]:
    """The access key ids of a user; None is root."""
    return [key.decode() for key, _ in reader.range(_space(account, user))]


async def create_access_key(iam: Identities, context: Context, params: Params) -> Output:
    account, name = context.scope.account, _user(context, params)
    access_key, secret, now = ids.unique_id("AKIA"), ids.secret_key(), iam.second()

    def write(writer: Writer) -> None:
        principal = _principal(writer, context, name, access_key)
        if len(key_ids(writer, account, name)) >= limits.access_keys_max:
            raise limit_exceeded(f"Cannot exceed quota for AccessKeysPerUser: {limits.access_keys_max}")
        writer.put(KEYS, access_key.encode(), encode(Key(secret, principal, now)))
        writer.put(_space(account, name), access_key.encode(), b"")
        changed(writer, account, "key", access_key)

    await iam.storage.write(write)
    shown = {"UserName": name or "root", "AccessKeyId": access_key, "Status": "Active"}
    return {"AccessKey": {**shown, "SecretAccessKey": secret, "CreateDate": now}}


async def list_access_keys(iam: Identities, context: Context, params: Params) -> Output:
    account, name = context.scope.account, _user(context, params)

    def read(reader: Reader) -> dict[str, Any]:
        if name is not None:
            USERS.get(reader, account, name)

        def show(access_key: str) -> dict[str, Any]:
            key = _owned(reader, account, name, access_key)
            status = "Active" if key.active else "Inactive"
            return {
                "UserName": name or "root",
                "AccessKeyId": access_key,
                "Status": status,
                "CreateDate": key.created,
            }

        return page_of_names("AccessKeyMetadata", key_ids(reader, account, name), params, show)

    return await iam.storage.read(read)


async def update_access_key(iam: Identities, context: Context, params: Params) -> Output:
    account, name, access_key = context.scope.account, _user(context, params), params["AccessKeyId"]

    def write(writer: Writer) -> None:
        key = _owned(writer, account, name, access_key)
        changed_key = replace(key, active=params["Status"] == "Active")
        writer.put(KEYS, access_key.encode(), encode(changed_key))
        changed(writer, account, "key", access_key)

    await iam.storage.write(write)
    return {}


async def delete_access_key(iam: Identities, context: Context, params: Params) -> Output:
    account, name, access_key = context.scope.account, _user(context, params), params["AccessKeyId"]

    def write(writer: Writer) -> None:
        _owned(writer, account, name, access_key)
        writer.delete(KEYS, access_key.encode())
        writer.delete(_space(account, name), access_key.encode())
        changed(writer, account, "key", access_key)

    await iam.storage.write(write)
    return {}


async def get_access_key_last_used(iam: Identities, context: Context, params: Params) -> Output:
    """Uses are not recorded: the answer is AWS's for a key that was never used."""
    key = await iam.storage.read(lambda reader: find_key(reader, params["AccessKeyId"]))
    if key is None or key.principal.account != context.scope.account:
        raise AwsError("AccessDenied", "Access is denied.", status=403)
    return {"UserName": key.principal.user, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}


def _user(context: Context, params: Params) -> str | None:
    """The user a request is about: the one it names, or the caller. None is root."""
    name: str | None = params.get("UserName") or context.principal.user
    if name is None and not context.principal.is_root:
        raise validation_error("Must specify userName when calling with non-User credentials")
    return name


def _principal(reader: Reader, context: Context, name: str | None, access_key: str) -> Principal:
    account = context.scope.account
    if name is None:
        return Principal(account, context.scope.iam_arn("root"), account, access_key)
    user = USERS.get(reader, account, name)
    return Principal(account, user.arn, user.id, access_key, user=name)


def _owned(reader: Reader, account: str, name: str | None, access_key: str) -> Key:
    listed = reader.get(_space(account, name), access_key.encode(errors="replace")) is not None
    key = find_key(reader, access_key) if listed else None
    if key is None:
        raise no_such_entity(f"The Access Key with id {access_key} cannot be found.")
    return key


def _space(account: str, user: str | None) -> str:
    return f"iam/{account}/keys/root" if user is None else f"iam/{account}/keys/user/{user}"
