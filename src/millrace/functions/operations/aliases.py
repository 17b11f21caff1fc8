"""CreateAlias, GetAlias, UpdateAlias, DeleteAlias, ListAliases: in the words that LocalStack's tests recorded of AWS."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import aliases, catalog, event_config, names, provisioned, resource_policy, urls
from millrace.functions.aliases import Alias
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, function_arn, invalid, not_found
from millrace.functions.operations import paging
from millrace.functions.operations.settings import function_only, wrong_revision
from millrace.storage.interface import Reader, Writer


class Aliases:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create_alias(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html"""
        scope, name = context.scope, _function(context, params)
        made = Alias(
            function=name,
            name=params["Name"],
            version=params["FunctionVersion"],
            revision=ids.uuid(),
            description=params.get("Description") or "",
            weights=_weights(params) or {},
        )

        def write(writer: Writer) -> None:
            _check(writer, scope, made)
            if aliases.find(writer, scope, name, made.name) is not None:
                raise AwsError(
                    "ResourceConflictException",
                    f"Alias already exists: {made.arn(scope)}",
                    members={"Type": "User"},
                )
            aliases.put(writer, scope, made)

        await self._functions.storage.write(write)
        return _show(made, scope)

    async def get_alias(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html"""
        scope, name = context.scope, _function(context, params)
        found = await self._functions.storage.read(
            lambda reader: aliases.find(reader, scope, name, params["Name"])
        )
        if found is None:
            raise not_found(function_arn(scope, name, params["Name"]), prefix="Cannot find alias arn: ")
        return _show(found, scope)

    async def update_alias(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html

        What is not named stays as it is.
        """
        scope, name = context.scope, _function(context, params)
        members = {"version": "FunctionVersion", "description": "Description"}
        changes: dict[str, Any] = {
            field: params[member] for field, member in members.items() if params.get(member) is not None
        }
        weights = _weights(params)
        if weights is not None:
            changes["weights"] = weights

        def write(writer: Writer) -> Alias:
            before = aliases.find(writer, scope, name, params["Name"])
            if before is None:
                raise not_found(function_arn(scope, name, params["Name"]), prefix="Alias not found: ")
            if params.get("RevisionId") and params["RevisionId"] != before.revision:
                raise wrong_revision()
            changed = replace(before, **changes, revision=ids.uuid())
            _check(writer, scope, changed)
            aliases.put(writer, scope, changed)
            return changed

        changed = await self._functions.storage.write(write)
        await self._functions.keep_warm(scope, name)
        return _show(changed, scope)

    async def delete_alias(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html

        One that is not there is no error. Its policy, its URL and its provisioned concurrency go with it.
        """
        scope, name = context.scope, _function(context, params)
        reference = Reference(name, params["Name"])

        def write(writer: Writer) -> None:
            catalog.get(writer, scope, reference.unqualified)
            if aliases.find(writer, scope, name, params["Name"]) is None:
                return
            aliases.remove(writer, scope, name, params["Name"])
            resource_policy.remove(writer, scope, reference.text)
            urls.remove(writer, scope, reference)
            provisioned.remove(writer, scope, reference)
            event_config.remove(writer, scope, name, params["Name"])

        await self._functions.storage.write(write)
        await self._functions.keep_warm(scope, name)
        return {}

    async def list_aliases(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html"""
        scope, name = context.scope, _function(context, params)
        size, after = paging.size(params), paging.after(params) or ""
        version = params.get("FunctionVersion")

        def read(reader: Reader) -> list[Alias]:
            catalog.get(reader, scope, Reference(name))
            every = aliases.every(reader, scope, name)
            return [each for each in every if each.name > after and version in {None, each.version}]

        found = await self._functions.storage.read(read)
        return {
            "Aliases": [_show(alias, scope) for alias in found[:size]],
            "NextMarker": paging.marker(found[size - 1].name) if len(found) > size else None,
        }


def _function(context: Context, params: Params) -> str:
    return function_only(names.resolve(context.scope, params["FunctionName"])).name


def _weights(params: Params) -> Mapping[str, float] | None:
    """None if nothing is said of them. An empty map takes them away."""
    routing = params.get("RoutingConfig")
    return None if routing is None else dict(routing.get("AdditionalVersionWeights") or {})


def _check(reader: Reader, scope: Scope, alias: Alias) -> None:
    """Whether an alias may lead where it says. What the model can tell of weights has been told before."""
    if len(alias.weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if alias.version in alias.weights:
        raise invalid(
            f"Invalid function version {alias.version}. "
            f"Function version {alias.version} is already included in routing configuration."
        )
    if alias.weights and alias.version == LATEST:
        # This one AWS says without a Type.
        raise AwsError(
            "InvalidParameterValueException",
            "$LATEST is not supported for an alias pointing to more than 1 version",
            members={"Type": None},
        )
    for version in (alias.version, *alias.weights):
        catalog.get(reader, scope, Reference(alias.function, version))


def _show(alias: Alias, scope: Scope) -> Output:
    return {
        "AliasArn": alias.arn(scope),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RoutingConfig": {"AdditionalVersionWeights": dict(alias.weights)} if alias.weights else None,
        "RevisionId": alias.revision,
    }
