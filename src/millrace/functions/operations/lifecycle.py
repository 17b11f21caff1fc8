"""CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration, DeleteFunction.

A function is active as soon as it is stored. The answers still say Pending or InProgress, as AWS's do, and
the revision changes once more after them, so that clients which wait for the end find one.
"""

from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import (
    aliases,
    catalog,
    code_signing,
    event_config,
    names,
    provisioned,
    recursion,
    resource_policy,
    urls,
)
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid, is_version
from millrace.functions.operations.code_source import zip_from
from millrace.functions.operations.settings import (
    check_tags,
    latest_only,
    refuse_unsupported,
    settings,
    wrong_revision,
)
from millrace.functions.operations.shown import ACTIVE, PENDING, UPDATING, show
from millrace.functions.publishing import publish
from millrace.storage.interface import Writer


class Lifecycle:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
        scope = context.scope
        name = names.resolve(scope, params["FunctionName"]).name
        names.check_new(name)
        found = _required(settings(params))
        check_tags(params.get("Tags") or {})
        data = await zip_from(self._functions.storage, scope, params["Code"])
        await self._check_role(context, found["role"])
        await self._check_dead_letter(found["role"], found.get("dead_letter"))
        found.setdefault("log_group", f"/aws/lambda/{name}")
        found["layers"] = await self._functions.layers(scope, found.get("layers", ()), context.principal.arn)
        now, signing = self._functions.clock.now(), params.get("CodeSigningConfigArn")

        def write(writer: Writer) -> Function:
            if catalog.find(writer, scope, name) is not None:
                raise AwsError(
                    "ResourceConflictException", f"Function already exist: {name}", members={"Type": "User"}
                )
            if signing:
                code_signing.get_for_function(writer, scope, signing)
                code_signing.check_code(writer, scope, name, signing)
                code_signing.attach(writer, scope, name, signing)
            made = Function(
                name=name,
                code_sha256=code.sha256,
                code_size=code.size,
                revision=ids.uuid(),
                modified=now,
                architecture=(params.get("Architectures") or ["x86_64"])[0],
                tags=dict(params.get("Tags") or {}),
                **found,
            )
            stored = replace(made, revision=ids.uuid())
            catalog.put(writer, scope, stored)
            if not params.get("Publish"):
                return made
            version, _ = publish(writer, scope, stored, now)
            return replace(made, version=version.version)

        attached = [layer["sha256"] for layer in found["layers"]]
        with self._functions.codes.pinned(self._functions.codes.hash(data), *attached):
            code = await self._functions.codes.save(data)
            await self._functions.codes.check_size(code.sha256, attached)
            made = await self._functions.storage.write(write)
        return show(made, scope, PENDING)

    async def update_function_code(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
        scope = context.scope
        reference = latest_only(names.resolve(scope, params["FunctionName"]))
        refuse_unsupported(params)
        before = await self._functions.function(scope, reference)
        if params.get("ImageUri"):
            raise invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
        data = await zip_from(self._functions.storage, scope, params)
        changes: dict[str, Any] = {}
        if params.get("Architectures"):
            changes["architecture"] = params["Architectures"][0]
        with self._functions.codes.pinned(self._functions.codes.hash(data)):
            code = await self._functions.codes.save(data)
            await self._functions.codes.check_size(code.sha256, before.codes[1:])
            changes |= {"code_sha256": code.sha256, "code_size": code.size}
            shown = await self._change(context, reference, params, changes)
        await self._functions.sweep_code()
        return shown

    async def update_function_configuration(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html"""
        scope = context.scope
        reference = latest_only(names.resolve(scope, params["FunctionName"]))
        settings(params)  # what is wrong with them comes before that there is no such function
        before = await self._functions.function(scope, reference)
        changes = settings(params, before)
        if "role" in changes:
            await self._check_role(context, changes["role"])
        await self._check_dead_letter(changes.get("role", before.role), changes.get("dead_letter"))
        if "layers" in changes:
            changes["layers"] = await self._functions.layers(scope, changes["layers"], context.principal.arn)
        attached = [layer["sha256"] for layer in changes.get("layers", ())]
        with self._functions.codes.pinned(*attached):
            await self._functions.codes.check_size(before.code_sha256, attached)
            shown = await self._change(context, reference, params, changes)
        if "layers" in changes:
            await self._functions.sweep_code()
        return shown

    async def _change(
        self, context: Context, reference: Reference, params: Params, changes: dict[str, Any]
    ) -> Output:
        """Change $LATEST, and publish it if that is asked for. A dry run only says what it would be."""
        scope, now = context.scope, self._functions.clock.now()
        revision, dry = params.get("RevisionId"), bool(params.get("DryRun"))

        def write(writer: Writer) -> Output:
            before = catalog.get(writer, scope, reference)
            if revision is not None and revision != before.shown_revision:
                raise wrong_revision()
            changed = replace(before, **changes, revision=ids.uuid(), policy_revision=None, modified=now)
            if changed.codes != before.codes:
                signing = code_signing.of_function(writer, scope, changed.name)
                code_signing.check_code(writer, scope, changed.name, signing)
            if dry:
                return show(changed, scope, UPDATING)
            stored = replace(changed, revision=ids.uuid())
            catalog.put(writer, scope, stored)
            if not params.get("Publish"):
                return show(changed, scope, UPDATING)
            version, new = publish(writer, scope, stored, now)
            return show(version, scope, PENDING if new else ACTIVE, qualifier=version.version)

        shown = await self._functions.storage.write(write)
        if not dry:
            self._functions.pool.retire(scope, reference.name, LATEST)
        return shown

    async def delete_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html

        With a qualifier one version goes, without one the function with all that belongs to it. Invocations at
        work are not disturbed.
        """
        scope = context.scope
        reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))
        qualifier = reference.qualifier
        if qualifier == LATEST:
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        if qualifier is not None and names.is_alias(qualifier):
            raise invalid("Deletion of aliases is not currently supported.")
        if qualifier is not None and not is_version(qualifier):
            raise names.not_found(reference.unqualified.arn(scope))

        def write(writer: Writer) -> None:
            catalog.get(writer, scope, reference.unqualified)
            function = catalog.resolve(writer, scope, reference)
            if function is None:
                return  # deleting a version that never was succeeds
            if qualifier is None:
                _remove(writer, scope, function)
            else:
                _remove_version(writer, scope, function)

        await self._functions.storage.write(write)
        await self._functions.keep_warm(scope, reference.name)
        self._functions.pool.retire(scope, reference.name, qualifier)
        if qualifier is None:
            self._functions.pool.tallies.forget(scope, reference.name)
        await self._functions.sweep_code()
        return {"StatusCode": 204}

    async def _check_role(self, context: Context, role: str) -> None:
        if not await self._functions.may_assume(context.scope, role):
            raise invalid("The role defined for the function cannot be assumed by Lambda.")

    async def _check_dead_letter(self, role: str, target: str | None) -> None:
        action = None if target is None else await self._functions.refused(role, target)
        if action is not None:
            service, _, call = action.partition(":")
            raise invalid(
                f"The provided execution role does not have permissions to call {call} on {service.upper()}"
            )


def _required(found: dict[str, Any]) -> dict[str, Any]:
    """A zip function needs both, though the model requires neither (images do not)."""
    for member in ("handler", "runtime"):
        if not found.get(member):
            raise invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
    return found


def _remove(writer: Writer, scope: Scope, function: Function) -> None:
    """The function, and all that hangs on it and on its versions and aliases."""
    catalog.remove(writer, scope, function)
    urls.remove_all(writer, scope, function.name)
    resource_policy.remove_all(writer, scope, function.name)
    provisioned.remove_all(writer, scope, function.name)
    event_config.remove_all(writer, scope, function.name)
    recursion.remove(writer, scope, function.name)
    code_signing.detach(writer, scope, function.name)


def _remove_version(writer: Writer, scope: Scope, version: Function) -> None:
    """Raises ResourceConflictException while an alias leads to it."""
    every = aliases.every(writer, scope, version.name)
    leading = [alias.name for alias in every if version.version in alias.versions]
    if leading:
        raise AwsError(
            "ResourceConflictException",
            f"Unable to delete version because the following aliases reference it: [{', '.join(leading)}]",
            members={"Type": "User"},
        )
    reference = Reference(version.name, version.version)
    catalog.remove(writer, scope, version)
    resource_policy.remove(writer, scope, reference.text)
    provisioned.remove(writer, scope, reference)
    event_config.remove(writer, scope, version.name, version.version)
