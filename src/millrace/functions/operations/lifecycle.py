"""CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration, DeleteFunction.

A function is active as soon as it is stored. The answers still say Pending or InProgress, as AWS's do, and
the revision changes once more after them, so that clients which wait for the end find one.
"""

from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import catalog, event_config, names, recursion, resource_policy, urls
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid
from millrace.functions.operations.settings import (
    check_tags,
    refuse_unsupported,
    settings,
    wrong_revision,
    zip_of,
)
from millrace.functions.operations.shown import PENDING, UPDATING, show
from millrace.storage.interface import Writer


class Lifecycle:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
        scope = context.scope
        name = names.resolve(scope, params["FunctionName"]).name
        found = _required(settings(params))
        check_tags(params.get("Tags") or {})
        data = zip_of(params["Code"])
        await self._check_role(context, found["role"])
        await self._check_dead_letter(found["role"], found.get("dead_letter"))
        found.setdefault("log_group", f"/aws/lambda/{name}")
        now = self._functions.clock.now()

        def write(writer: Writer) -> Function:
            if catalog.find(writer, scope, name) is not None:
                raise AwsError(
                    "ResourceConflictException", f"Function already exist: {name}", members={"Type": "User"}
                )
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
            catalog.put(writer, scope, replace(made, revision=ids.uuid()))
            return made

        with self._functions.codes.pinned(self._functions.codes.hash(data)):
            code = await self._functions.codes.save(data)
            made = await self._functions.storage.write(write)
        return show(made, scope, PENDING)

    async def update_function_code(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html"""
        scope = context.scope
        reference = _unqualified(names.resolve(scope, params["FunctionName"]))
        refuse_unsupported(params)
        await self._functions.function(scope, reference)
        data = zip_of(params)
        changes: dict[str, Any] = {}
        if params.get("Architectures"):
            changes["architecture"] = params["Architectures"][0]
        with self._functions.codes.pinned(self._functions.codes.hash(data)):
            code = await self._functions.codes.save(data)
            changes |= {"code_sha256": code.sha256, "code_size": code.size}
            dry = bool(params.get("DryRun"))
            shown = await self._change(context, reference, params.get("RevisionId"), changes, dry=dry)
        await self._functions.sweep_code()
        return shown

    async def update_function_configuration(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html"""
        scope = context.scope
        reference = _unqualified(names.resolve(scope, params["FunctionName"]))
        changes = settings(params)
        before = await self._functions.function(scope, reference)
        if "role" in changes:
            await self._check_role(context, changes["role"])
        await self._check_dead_letter(changes.get("role", before.role), changes.get("dead_letter"))
        return await self._change(context, reference, params.get("RevisionId"), changes)

    async def _change(
        self,
        context: Context,
        reference: Reference,
        revision: str | None,
        changes: dict[str, Any],
        *,
        dry: bool = False,
    ) -> Output:
        scope, now = context.scope, self._functions.clock.now()

        def write(writer: Writer) -> Function:
            before = catalog.get(writer, scope, reference)
            if revision is not None and revision != before.shown_revision:
                raise wrong_revision()
            changed = replace(before, **changes, revision=ids.uuid(), policy_revision=None, modified=now)
            if not dry:
                catalog.put(writer, scope, replace(changed, revision=ids.uuid()))
            return changed

        changed = await self._functions.storage.write(write)
        if not dry:
            self._functions.pool.retire(scope, reference.name)
        return show(changed, scope, UPDATING)

    async def delete_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html

        All that belongs to it goes with it. Invocations at work are not disturbed.
        """
        scope = context.scope
        reference = names.resolve(scope, params["FunctionName"], params.get("Qualifier"))
        if reference.qualifier == LATEST:
            raise invalid("$LATEST version cannot be deleted without deleting the function.")

        def write(writer: Writer) -> bool:
            function = catalog.get(writer, scope, Reference(reference.name), shown=reference.arn(scope))
            if reference.qualifier is None:
                catalog.remove(writer, scope, function)
                urls.remove(writer, scope, function.name)
                resource_policy.remove(writer, scope, function.name)
                event_config.remove_all(writer, scope, function.name)
                recursion.remove(writer, scope, function.name)
            return reference.qualifier is None  # deleting a version that never was succeeds

        if await self._functions.storage.write(write):
            self._functions.pool.retire(scope, reference.name)
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


def _unqualified(reference: Reference) -> Reference:
    if reference.qualifier not in {None, LATEST}:
        raise invalid("This operation is permitted on Lambda functions only, not on their versions.")
    return Reference(reference.name)
