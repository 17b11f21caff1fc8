"""Code signing configurations and which functions have one, in the words that LocalStack's tests recorded of AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.clock import iso_milliseconds
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import catalog, code_signing, names
from millrace.functions.code_signing import CodeSigning
from millrace.functions.functions import Functions
from millrace.functions.names import Reference, function_arn
from millrace.functions.operations import paging
from millrace.functions.operations.settings import check_tags, function_only
from millrace.storage.interface import Reader, Writer

# The Service Authorization Reference has no resource for these.
_OF_ALL = frozenset({"CreateCodeSigningConfig", "ListCodeSigningConfigs"})
OPERATIONS = _OF_ALL | {
    "DeleteCodeSigningConfig",
    "GetCodeSigningConfig",
    "ListFunctionsByCodeSigningConfig",
    "UpdateCodeSigningConfig",
}


class CodeSignings:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateCodeSigningConfig": self.create,
            "DeleteCodeSigningConfig": self.delete,
            "DeleteFunctionCodeSigningConfig": self.detach,
            "GetCodeSigningConfig": self.get,
            "GetFunctionCodeSigningConfig": self.of_function,
            "ListCodeSigningConfigs": self.list_all,
            "ListFunctionsByCodeSigningConfig": self.users,
            "PutFunctionCodeSigningConfig": self.attach,
            "UpdateCodeSigningConfig": self.update,
        }

    async def create(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateCodeSigningConfig.html"""
        tags: Mapping[str, str] = params.get("Tags") or {}
        check_tags(tags)
        now = self._functions.clock.now()
        empty = CodeSigning(id=ids.code_signing_id(), publishers=(), modified=now, tags=dict(tags))
        made = replace(empty, **_settings(params))
        await self._functions.storage.write(lambda writer: code_signing.put(writer, context.scope, made))
        return {"CodeSigningConfig": _show(made, context.scope)}

    async def get(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetCodeSigningConfig.html"""
        scope, arn = context.scope, params["CodeSigningConfigArn"]
        found = await self._functions.storage.read(lambda reader: code_signing.get(reader, scope, arn))
        return {"CodeSigningConfig": _show(found, scope)}

    async def update(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateCodeSigningConfig.html

        What is not named stays as it is.
        """
        scope, now = context.scope, self._functions.clock.now()

        def write(writer: Writer) -> CodeSigning:
            before = code_signing.get(writer, scope, params["CodeSigningConfigArn"])
            changed = replace(before, **_settings(params), modified=now)
            code_signing.put(writer, scope, changed)
            return changed

        return {"CodeSigningConfig": _show(await self._functions.storage.write(write), scope)}

    async def delete(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteCodeSigningConfig.html"""
        scope, arn = context.scope, params["CodeSigningConfigArn"]

        def write(writer: Writer) -> None:
            found = code_signing.get(writer, scope, arn)
            if any(code_signing.users(writer, scope, arn)):
                raise AwsError(
                    "ResourceConflictException",
                    f"The code signing configuration {arn} cannot be deleted while functions use it.",
                    members={"Type": "User"},
                )
            code_signing.remove(writer, scope, found)

        await self._functions.storage.write(write)
        return {}

    async def list_all(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListCodeSigningConfigs.html"""
        scope, size, after = context.scope, paging.size(params), paging.after(params) or ""
        found = await self._functions.storage.read(
            lambda reader: list(code_signing.every(reader, scope, after))
        )
        return {
            "CodeSigningConfigs": [_show(each, scope) for each in found[:size]],
            "NextMarker": paging.marker(found[size - 1].id) if len(found) > size else None,
        }

    async def users(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionsByCodeSigningConfig.html"""
        scope, arn = context.scope, params["CodeSigningConfigArn"]
        size, after = paging.size(params), paging.after(params) or ""

        def read(reader: Reader) -> list[str]:
            code_signing.get(reader, scope, arn)
            return [name for name in code_signing.users(reader, scope, arn) if name > after]

        found = await self._functions.storage.read(read)
        return {
            "FunctionArns": [function_arn(scope, name) for name in found[:size]],
            "NextMarker": paging.marker(found[size - 1]) if len(found) > size else None,
        }

    async def attach(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionCodeSigningConfig.html

        It is about code that comes from now on.
        """
        scope, arn, reference = context.scope, params["CodeSigningConfigArn"], _function(context, params)

        def write(writer: Writer) -> None:
            code_signing.get_for_function(writer, scope, arn)
            catalog.get(writer, scope, reference)
            code_signing.attach(writer, scope, reference.name, arn)

        await self._functions.storage.write(write)
        return {"CodeSigningConfigArn": arn, "FunctionName": reference.name}

    async def detach(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionCodeSigningConfig.html"""
        scope, reference = context.scope, _function(context, params)

        def write(writer: Writer) -> None:
            catalog.get(writer, scope, reference)
            code_signing.detach(writer, scope, reference.name)

        await self._functions.storage.write(write)
        return {}

    async def of_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html

        Of a function without one AWS tells nothing, not even its name: recorded so.
        """
        scope, reference = context.scope, names.resolve(context.scope, params["FunctionName"])

        def read(reader: Reader) -> str | None:
            catalog.get(reader, scope, reference)
            return code_signing.of_function(reader, scope, reference.name)

        arn = await self._functions.storage.read(read)
        return {} if arn is None else {"CodeSigningConfigArn": arn, "FunctionName": reference.name}


def accesses(operation: str, params: Params) -> Sequence[Access]:
    """What `OPERATIONS` need."""
    resource = "*" if operation in _OF_ALL else str(params["CodeSigningConfigArn"])
    return [Access(f"lambda:{operation}", resource)]


def _function(context: Context, params: Params) -> Reference:
    return function_only(names.resolve(context.scope, params["FunctionName"]))


def _settings(params: Params) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if params.get("Description") is not None:
        found["description"] = params["Description"]
    if params.get("AllowedPublishers"):
        found["publishers"] = params["AllowedPublishers"]["SigningProfileVersionArns"]
    policies: Mapping[str, str] = params.get("CodeSigningPolicies") or {}
    if policies.get("UntrustedArtifactOnDeployment"):
        found["policy"] = policies["UntrustedArtifactOnDeployment"]
    return found


def _show(found: CodeSigning, scope: Scope) -> Output:
    return {
        "CodeSigningConfigId": found.id,
        "CodeSigningConfigArn": found.arn(scope),
        "Description": found.description,
        "AllowedPublishers": {"SigningProfileVersionArns": list(found.publishers)},
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": found.policy},
        "LastModified": iso_milliseconds(found.modified) + "+0000",
    }
