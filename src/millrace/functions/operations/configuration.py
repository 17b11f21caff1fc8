"""Looking at functions: Get…, List…, and their concurrency."""

import base64
import binascii
from dataclasses import replace

from millrace.core import limits
from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid
from millrace.functions.operations.shown import ACTIVE, show
from millrace.storage.interface import Writer


class Configuration:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def get_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html"""
        function, reference = await self._find(context, params)
        location = self._functions.downloads.address(context.scope, function, context.reached_at)
        concurrency = function.reserved_concurrency
        return {
            "Configuration": await self._show(context, function, reference),
            "Code": {"RepositoryType": "S3", "Location": location},
            "Tags": dict(function.tags) or None,
            "Concurrency": None if concurrency is None else {"ReservedConcurrentExecutions": concurrency},
        }

    async def get_function_configuration(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html"""
        function, reference = await self._find(context, params)
        return await self._show(context, function, reference)

    async def _find(self, context: Context, params: Params) -> tuple[Function, Reference]:
        reference = names.resolve(context.scope, params["FunctionName"], params.get("Qualifier"))
        return await self._functions.function(context.scope, reference), reference

    async def _show(self, context: Context, function: Function, reference: Reference) -> Output:
        interpreter = await self._functions.interpreters.find(function.runtime)
        note = interpreter.note(function.runtime)
        return show(function, context.scope, ACTIVE, qualifier=reference.qualifier, note=note)

    async def list_functions(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
        scope = context.scope
        limit = min(params.get("MaxItems") or limits.function_list_page_max, limits.function_list_page_max)
        after = _read_marker(params.get("Marker"))
        found = await self._functions.storage.read(
            lambda reader: catalog.page(reader, scope, after, limit + 1)
        )
        qualifier = LATEST if params.get("FunctionVersion") == "ALL" else None
        return {
            "Functions": [show(function, scope, {}, qualifier=qualifier) for function in found[:limit]],
            "NextMarker": _marker(found[limit - 1].name) if len(found) > limit else None,
        }

    async def list_versions_by_function(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html"""
        function, _ = await self._find(context, params)
        return {"Versions": [show(function, context.scope, {}, qualifier=LATEST)]}

    async def get_function_concurrency(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html"""
        function, _ = await self._find(context, params)
        return {"ReservedConcurrentExecutions": function.reserved_concurrency}

    async def put_function_concurrency(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html"""
        reserved: int = params["ReservedConcurrentExecutions"]
        await self._reserve(context, params, reserved)
        return {"ReservedConcurrentExecutions": reserved}

    async def delete_function_concurrency(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html"""
        await self._reserve(context, params, None)
        return {}

    async def _reserve(self, context: Context, params: Params, reserved: int | None) -> None:
        reference = names.resolve(context.scope, params["FunctionName"])
        if reference.qualifier is not None:
            raise invalid(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support "
                "this operation. Please specify either a function name or an unqualified function ARN."
            )

        def write(writer: Writer) -> None:
            function = catalog.get(writer, context.scope, reference)
            catalog.put(writer, context.scope, replace(function, reserved_concurrency=reserved))

        await self._functions.storage.write(write)

    async def get_function_code_signing_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html"""
        function, _ = await self._find(context, params)
        return {"CodeSigningConfigArn": "", "FunctionName": function.name}


def _marker(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _read_marker(marker: str | None) -> str | None:
    if not marker:
        return None
    try:
        return base64.urlsafe_b64decode(marker.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid marker") from error
