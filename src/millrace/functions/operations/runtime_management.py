"""GetRuntimeManagementConfig, PutRuntimeManagementConfig: when a function would take a newer runtime.

There is one version of each runtime here, the machine's, so the mode is kept and shown and nothing follows from it.
"""

from dataclasses import replace

from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid, is_version
from millrace.functions.runtimes import version_arn
from millrace.storage.interface import Writer

_MANUAL = "Manual"


class RuntimeManagement:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def get_runtime_management_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html"""
        reference = _version(context, params)
        return _show(context.scope, await self._functions.function(context.scope, reference), reference)

    async def put_runtime_management_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html"""
        scope, reference, mode = context.scope, _version(context, params), params["UpdateRuntimeOn"]
        named = params.get("RuntimeVersionArn")

        def write(writer: Writer) -> Function:
            function = catalog.get(writer, scope, reference)
            if (mode == _MANUAL) != bool(named):
                raise invalid("RuntimeVersionArn goes with the mode Manual, which needs it.")
            if named and named != version_arn(scope, function.runtime):
                raise invalid(
                    f"RuntimeVersionArn {named} is not supported: "
                    f"{function.runtime} is here in one version, {version_arn(scope, function.runtime)}."
                )
            changed = replace(function, runtime_update=mode)
            catalog.put(writer, scope, changed)
            return changed

        return _show(scope, await self._functions.storage.write(write), reference)


def _version(context: Context, params: Params) -> Reference:
    reference = names.resolve(context.scope, params["FunctionName"], params.get("Qualifier"))
    qualifier = reference.qualifier
    if qualifier not in {None, LATEST} and not is_version(qualifier or ""):
        raise invalid(
            "Qualifier is to be $LATEST or the number of a version: an alias has no runtime of its own."
        )
    return reference


def _show(scope: Scope, function: Function, reference: Reference) -> Output:
    manual = function.runtime_update == _MANUAL
    return {
        "UpdateRuntimeOn": function.runtime_update,
        "FunctionArn": reference.arn(scope),
        "RuntimeVersionArn": version_arn(scope, function.runtime) if manual else None,
    }
