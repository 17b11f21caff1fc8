"""Resource policies: AddPermission, RemovePermission, GetPolicy.

A policy hangs on a function, a version or an alias, and has a revision that becomes theirs. AWS's sentences are those that
LocalStack's tests recorded.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from millrace.core import arn, ids, limits
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import aliases, catalog, names, resource_policy
from millrace.functions.aliases import Alias
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid, is_version, not_found
from millrace.functions.operations.settings import wrong_revision
from millrace.functions.resource_policy import Statement
from millrace.storage.interface import Reader, Writer

_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_IDENTITY = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+")
# Members of AddPermission, in the order AWS shows them, and the condition each becomes.
_CONDITIONS = (
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
)


class Permissions:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def add_permission(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html"""
        scope = context.scope
        reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))
        if reference.qualifier == LATEST:
            raise invalid("We currently do not support adding policies for $LATEST.")

        def write(writer: Writer) -> Statement:
            catalog.get(writer, scope, reference.unqualified)
            holder = _existing(writer, scope, reference)
            _check_revision(holder, params, "GetPolicy")
            kept = resource_policy.statements(writer, scope, reference.text)
            if any(each["Sid"] == params["StatementId"] for each in kept):
                raise AwsError(
                    "ResourceConflictException",
                    f"The statement id ({params['StatementId']}) provided already exists. Please provide a new "
                    "statement id, or remove the existing statement.",
                    members={"Type": "User"},
                )
            added = _statement(reference.arn(scope), params)
            _put(writer, scope, reference, holder, [*kept, added])
            return added

        added = await self._functions.storage.write(write)
        return {"Statement": orjson.dumps(added).decode()}

    async def remove_permission(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html"""
        scope, sid = context.scope, params["StatementId"]
        reference = _reference(scope, params)

        def write(writer: Writer) -> None:
            if catalog.find(writer, scope, reference.name) is None:
                raise not_found(reference.unqualified.arn(scope), prefix="No policy found for: ")
            holder = _existing(writer, scope, reference)
            kept = resource_policy.statements(writer, scope, reference.text)
            if not kept:
                raise not_found("No policy is associated with the given resource.", prefix="")
            if all(each["Sid"] != sid for each in kept):
                raise not_found(f"Statement {sid} is not found in resource policy.", prefix="")
            _check_revision(holder, params, "GetFunction/GetAlias")
            _put(writer, scope, reference, holder, [each for each in kept if each["Sid"] != sid])

        await self._functions.storage.write(write)
        return {}

    async def get_policy(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
        scope = context.scope
        reference = _reference(scope, params)

        def read(reader: Reader) -> tuple[str | None, Function | Alias | None]:
            holder = _holder(reader, scope, reference)
            return resource_policy.text(reader, scope, reference.text), holder

        document, holder = await self._functions.storage.read(read)
        if document is None or holder is None:
            raise not_found("The resource you requested does not exist.", prefix="")
        return {"Policy": document, "RevisionId": _revision(holder)}


def _reference(scope: Scope, params: Params) -> Reference:
    """$LATEST has no policy but the function's."""
    reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))
    return reference.unqualified if reference.qualifier == LATEST else reference


def _holder(reader: Reader, scope: Scope, reference: Reference) -> Function | Alias | None:
    qualifier = reference.qualifier
    if qualifier is None or is_version(qualifier):
        return catalog.resolve(reader, scope, reference)
    return aliases.find(reader, scope, reference.name, qualifier)


def _existing(reader: Reader, scope: Scope, reference: Reference) -> Function | Alias:
    found = _holder(reader, scope, reference)
    if found is None:
        alias = names.is_alias(reference.qualifier or "")
        raise not_found(
            reference.arn(scope), prefix="Cannot find alias arn: " if alias else "Function not found: "
        )
    return found


def _revision(holder: Function | Alias) -> str:
    """The policy's. A function's goes on without it when it is published or configured."""
    if isinstance(holder, Alias):
        return holder.revision
    return holder.granted_revision or holder.shown_revision


def _check_revision(holder: Function | Alias, params: Params, told_by: str) -> None:
    """That of the policy, or that of the function, which callers may have looked at instead."""
    revision = params.get("RevisionId")
    shown = holder.revision if isinstance(holder, Alias) else holder.shown_revision
    if revision and revision not in {_revision(holder), shown}:
        raise wrong_revision(told_by)


def _put(
    writer: Writer, scope: Scope, reference: Reference, holder: Function | Alias, kept: Sequence[Statement]
) -> None:
    """Store the policy and give its holder a new revision; environments stay warm."""
    size = len(resource_policy.document(kept).encode())
    if size > limits.function_policy_bytes_max:
        raise AwsError(
            "PolicyLengthExceededException",
            f"The final policy size ({size}) is bigger than the limit ({limits.function_policy_bytes_max}).",
            members={"Type": "User"},
        )
    resource_policy.put(writer, scope, reference.text, kept)
    if isinstance(holder, Alias):
        aliases.put(writer, scope, replace(holder, revision=ids.uuid()))
    else:
        revision = ids.uuid()
        catalog.put(writer, scope, replace(holder, policy_revision=revision, granted_revision=revision))


def _statement(resource: str, params: Params) -> Statement:
    """Raises InvalidParameterValueException for what does not fit together."""
    action = params["Action"]
    if params.get("FunctionUrlAuthType") and action != "lambda:InvokeFunctionUrl":
        raise invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
    if params.get("InvokedViaFunctionUrl") and action != "lambda:InvokeFunction":
        raise invalid("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action")
    statement = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(arn.parse(resource).partition, params["Principal"]),
        "Action": action,
        "Resource": resource,
    }
    condition = _condition(params)
    return {**statement, "Condition": condition} if condition else statement


def _principal(partition: str, text: str) -> str | Mapping[str, str]:
    if text == "*":
        return text
    if _SERVICE.fullmatch(text):
        return {"Service": text}
    if re.fullmatch(r"\d{12}", text):
        return {"AWS": f"arn:{partition}:iam::{text}:root"}
    if _IDENTITY.fullmatch(text):
        return {"AWS": text}
    raise invalid("The provided principal was invalid. Please check the principal and try again.")


def _condition(params: Params) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for member, operator, key in _CONDITIONS:
        if params.get(member):
            found.setdefault(operator, {})[key] = params[member]
    if params.get("InvokedViaFunctionUrl"):
        found["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    return found
