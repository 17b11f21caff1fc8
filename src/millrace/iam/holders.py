"""What roles and users have in common: inline policies, attached policies, boundary and tags.

Each function here serves two operations, for instance PutRolePolicy and PutUserPolicy.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from millrace.core import arn, limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.iam.entities import Holder, Role, User
from millrace.iam.grammar import check_document
from millrace.iam.identities import Identities
from millrace.iam.paging import page_of_names, show_tags, tags_of
from millrace.iam.registry import (
    ROLES,
    USERS,
    Shelf,
    delete_conflict,
    find_document,
    limit_exceeded,
    no_such_entity,
    validation_error,
)
from millrace.storage.interface import Reader, Writer

T = TypeVar("T", bound=Holder)


@dataclass(frozen=True)
class HolderKind(Generic[T]):
    """Roles or users, and the names their operations use."""

    shelf: Shelf[T]
    noun: str
    inline_bytes_max: int

    @property
    def member(self) -> str:
        return f"{self.noun}Name"

    def of(self, reader: Reader, context: Context, params: Params) -> T:
        """The entity a request names. Raises NoSuchEntity."""
        return self.shelf.get(reader, context.scope.account, params[self.member])


ROLE: HolderKind[Role] = HolderKind(ROLES, "Role", limits.role_inline_policy_bytes_max)
USER: HolderKind[User] = HolderKind(USERS, "User", limits.user_inline_policy_bytes_max)


def holder_operations(iam: Identities, kind: HolderKind[Any]) -> dict[str, Operation]:
    noun = kind.noun
    handlers: dict[str, Callable[..., Any]] = {
        f"Put{noun}Policy": put_policy,
        f"Get{noun}Policy": get_policy,
        f"List{noun}Policies": list_policies,
        f"Delete{noun}Policy": delete_policy,
        f"Attach{noun}Policy": attach_policy,
        f"Detach{noun}Policy": detach_policy,
        f"ListAttached{noun}Policies": list_attached_policies,
        f"Put{noun}PermissionsBoundary": put_permissions_boundary,
        f"Delete{noun}PermissionsBoundary": delete_permissions_boundary,
        f"Tag{noun}": tag,
        f"Untag{noun}": untag,
        f"List{noun}Tags": list_tags,
    }
    return {name: partial(handler, iam, kind) for name, handler in handlers.items()}


async def put_policy(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    text = params["PolicyDocument"]

    def change(holder: T) -> T:
        check_document(text, managed=False)
        inline = {**holder.inline, params["PolicyName"]: text}
        if sum(document_size(each) for each in inline.values()) > kind.inline_bytes_max:
            raise limit_exceeded(
                f"Maximum policy size of {kind.inline_bytes_max} bytes exceeded for {kind.shelf.noun} {holder.name}"
            )
        return replace(holder, inline=inline)

    return await _change(iam, kind, context, params, change)


async def get_policy(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    holder = await iam.storage.read(lambda reader: kind.of(reader, context, params))
    text = _inline(kind, holder, params["PolicyName"])
    return {
        kind.member: holder.name,
        "PolicyName": params["PolicyName"],
        "PolicyDocument": encode_document(text),
    }


async def list_policies(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    holder = await iam.storage.read(lambda reader: kind.of(reader, context, params))
    return page_of_names("PolicyNames", holder.inline, params)


async def delete_policy(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    def change(holder: T) -> T:
        _inline(kind, holder, params["PolicyName"])
        left = {name: text for name, text in holder.inline.items() if name != params["PolicyName"]}
        return replace(holder, inline=left)

    return await _change(iam, kind, context, params, change)


async def attach_policy(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    policy_arn, account = params["PolicyArn"], context.scope.account
    _check_arn(policy_arn)

    def write(writer: Writer) -> None:
        holder = kind.of(writer, context, params)
        _check_attachable(writer, account, policy_arn)
        if policy_arn in holder.attached:
            return
        if len(holder.attached) >= limits.attached_policies_max:
            raise limit_exceeded(
                f"Cannot exceed quota for PoliciesPer{kind.noun}: {limits.attached_policies_max}"
            )
        kind.shelf.put(writer, account, replace(holder, attached=(*holder.attached, policy_arn)))

    await iam.storage.write(write)
    return {}


async def detach_policy(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    def change(holder: T) -> T:
        if params["PolicyArn"] not in holder.attached:
            raise policy_not_found(params["PolicyArn"])
        return replace(
            holder, attached=tuple(each for each in holder.attached if each != params["PolicyArn"])
        )

    return await _change(iam, kind, context, params, change)


async def list_attached_policies(
    iam: Identities, kind: HolderKind[T], context: Context, params: Params
) -> Output:
    holder = await iam.storage.read(lambda reader: kind.of(reader, context, params))
    prefix = params.get("PathPrefix") or "/"
    attached = [each for each in holder.attached if each.partition(":policy")[2].startswith(prefix)]

    def show(policy_arn: str) -> dict[str, str]:
        return {"PolicyName": policy_arn.rpartition("/")[2], "PolicyArn": policy_arn}

    return page_of_names("AttachedPolicies", attached, params, show)


async def put_permissions_boundary(
    iam: Identities, kind: HolderKind[T], context: Context, params: Params
) -> Output:
    boundary, account = params["PermissionsBoundary"], context.scope.account
    _check_arn(boundary)

    def write(writer: Writer) -> None:
        holder = kind.of(writer, context, params)
        _check_attachable(writer, account, boundary)
        kind.shelf.put(writer, account, replace(holder, boundary=boundary))

    await iam.storage.write(write)
    return {}


async def delete_permissions_boundary(
    iam: Identities, kind: HolderKind[T], context: Context, params: Params
) -> Output:
    return await _change(iam, kind, context, params, lambda holder: replace(holder, boundary=None))


async def tag(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    return await _change(
        iam, kind, context, params, lambda holder: replace(holder, tags={**holder.tags, **tags_of(params)})
    )


async def untag(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    gone = set(params["TagKeys"])

    def change(holder: T) -> T:
        return replace(holder, tags={key: value for key, value in holder.tags.items() if key not in gone})

    return await _change(iam, kind, context, params, change)


async def list_tags(iam: Identities, kind: HolderKind[T], context: Context, params: Params) -> Output:
    holder = await iam.storage.read(lambda reader: kind.of(reader, context, params))
    return page_of_names("Tags", holder.tags, params, lambda key: show_tags({key: holder.tags[key]})[0])


def check_deletable(holder: Holder) -> None:
    """Raises DeleteConflict while policies hang on it."""
    if holder.attached:
        raise delete_conflict("must detach all policies first.")
    if holder.inline:
        raise delete_conflict("must delete policies first.")


def check_boundary(reader: Reader, account: str, boundary: str | None) -> None:
    """Raises NoSuchEntity for the boundary of a new role or user that is not there."""
    if boundary is not None and find_document(reader, account, boundary) is None:
        raise no_such_entity(f"Scope ARN: {boundary} does not exist or is not attachable.")


def policy_not_found(policy_arn: str) -> AwsError:
    return no_such_entity(f"Policy {policy_arn} was not found.")


def encode_document(text: str) -> str:
    """As documents travel in answers: percent-encoded after RFC 3986."""
    return quote(text, safe="-._~")


def document_size(text: str) -> int:
    """Bytes of a document as quotas count them: without white space."""
    return len("".join(text.split()).encode(errors="replace"))


def show_boundary(holder: Holder) -> dict[str, str] | None:
    if holder.boundary is None:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": holder.boundary}


async def _change(
    iam: Identities, kind: HolderKind[T], context: Context, params: Params, change: Callable[[T], T]
) -> Output:
    """Replace the entity a request names by what `change` makes of it."""

    def write(writer: Writer) -> None:
        kind.shelf.put(writer, context.scope.account, change(kind.of(writer, context, params)))

    await iam.storage.write(write)
    return {}


def _inline(kind: HolderKind[Any], holder: Holder, name: str) -> str:
    text = holder.inline.get(name)
    if text is None:
        raise no_such_entity(f"The {kind.shelf.noun} policy with name {name} cannot be found.")
    return text


def _check_arn(policy_arn: str) -> None:
    try:
        arn.parse(policy_arn)
    except ValueError:
        raise validation_error("Invalid ARN:  Could not be parsed!") from None


def _check_attachable(reader: Reader, account: str, policy_arn: str) -> None:
    if find_document(reader, account, policy_arn) is None:
        raise no_such_entity(f"Policy {policy_arn} does not exist or is not attachable.")
