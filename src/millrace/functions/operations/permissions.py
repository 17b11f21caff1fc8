"""Resource policies: AddPermission, RemovePermission, GetPolicy.

A policy hangs on a function, a version or an alias; only functions are there yet. AWS's sentences are those
that LocalStack's tests recorded.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import catalog, names, resource_policy
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid, not_found
from millrace.functions.operations.settings import wrong_revision
from millrace.functions.resource_policy import Statement
from millrace.storage.interface import Reader, Writer

_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_IDENTITY = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+")
_ALIAS = re.compile(r"(?!\d+$)[a-zA-Z0-9_-]+")
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
            function = catalog.get(writer, scope, Reference(reference.name))
            _check_qualifier(scope, reference)
            _check_revision(function, params, "GetPolicy")
            kept = resource_policy.statements(writer, scope, function.name)
            if any(each["Sid"] == params["StatementId"] for each in kept):
                raise AwsError(
                    "ResourceConflictException",
                    f"The statement id ({params['StatementId']}) provided already exists. Please provide a new "
                    "statement id, or remove the existing statement.",
                    members={"Type": "User"},
                )
            added = _statement(scope, function, params)
            _put(writer, scope, function, [*kept, added])
            return added

        added = await self._functions.storage.write(write)
        return {"Statement": orjson.dumps(added).decode()}

    async def remove_permission(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html"""
        scope, sid = context.scope, params["StatementId"]
        reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))

        def write(writer: Writer) -> None:
            function = catalog.find(writer, scope, reference.name)
            if function is None:
                raise not_found(Reference(reference.name).arn(scope), prefix="No policy found for: ")
            _check_qualifier(scope, reference)
            kept = resource_policy.statements(writer, scope, function.name)
            if not kept:
                raise not_found("No policy is associated with the given resource.", prefix="")
            if all(each["Sid"] != sid for each in kept):
                raise not_found(f"Statement {sid} is not found in resource policy.", prefix="")
            _check_revision(function, params, "GetFunction/GetAlias")
            _put(writer, scope, function, [each for each in kept if each["Sid"] != sid])

        await self._functions.storage.write(write)
        return {}

    async def get_policy(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""
        scope = context.scope
        reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))

        def read(reader: Reader) -> tuple[str | None, Function | None]:
            function = catalog.find(reader, scope, reference.name)
            if function is None or reference.qualifier not in {None, LATEST}:
                return None, None
            return resource_policy.text(reader, scope, function.name), function

        document, function = await self._functions.storage.read(read)
        if document is None or function is None:
            raise not_found("The resource you requested does not exist.", prefix="")
        return {"Policy": document, "RevisionId": function.shown_revision}


def _check_qualifier(scope: Scope, reference: Reference) -> None:
    qualifier = reference.qualifier
    if qualifier in {None, LATEST}:
        return
    alias = _ALIAS.fullmatch(qualifier or "")
    raise not_found(
        reference.arn(scope), prefix="Cannot find alias arn: " if alias else "Function not found: "
    )


def _check_revision(function: Function, params: Params, told_by: str) -> None:
    revision = params.get("RevisionId")
    if revision and revision != function.shown_revision:
        raise wrong_revision(told_by)


def _put(writer: Writer, scope: Scope, function: Function, kept: Sequence[Statement]) -> None:
    """Store the policy and give the function a new revision; its environments stay warm."""
    size = len(resource_policy.document(kept).encode())
    if size > limits.function_policy_bytes_max:
        raise AwsError(
            "PolicyLengthExceededException",
            f"The final policy size ({size}) is bigger than the limit ({limits.function_policy_bytes_max}).",
            members={"Type": "User"},
        )
    resource_policy.put(writer, scope, function.name, kept)
    catalog.put(writer, scope, replace(function, policy_revision=ids.uuid()))


def _statement(scope: Scope, function: Function, params: Params) -> Statement:
    """Raises InvalidParameterValueException for what does not fit together."""
    action = params["Action"]
    if params.get("FunctionUrlAuthType") and action != "lambda:InvokeFunctionUrl":
        raise invalid("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
    if params.get("InvokedViaFunctionUrl") and action != "lambda:InvokeFunction":
        raise invalid("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action")
    statement = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(scope, params["Principal"]),
        "Action": action,
        "Resource": function.arn(scope),
    }
    condition = _condition(params)
    return {**statement, "Condition": condition} if condition else statement


def _principal(scope: Scope, text: str) -> str | Mapping[str, str]:
    if text == "*":
        return text
    if _SERVICE.fullmatch(text):
        return {"Service": text}
    if re.fullmatch(r"\d{12}", text):
        return {"AWS": f"arn:{scope.partition}:iam::{text}:root"}
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
