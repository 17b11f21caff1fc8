"""Concurrency: what is reserved for a function, what is left to the others, and what the account has.

AWS's sentences were recorded by LocalStack's tests; those about the account come without a Type.
"""

from dataclasses import replace

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import catalog, layers, names, provisioned
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, function_arn
from millrace.functions.operations.settings import function_only
from millrace.storage.interface import Reader, Writer


class Concurrency:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def get_function_concurrency(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html"""
        reference = names.resolve(context.scope, params["FunctionName"])
        function = await self._functions.function(context.scope, reference)
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
        scope = context.scope
        reference = function_only(names.resolve(scope, params["FunctionName"]))
        shown = function_arn(scope, reference.name, LATEST)

        def write(writer: Writer) -> None:
            function = catalog.get(writer, scope, reference, shown=shown)
            if reserved is not None:
                _check(writer, scope, function.name, reserved)
            catalog.put(writer, scope, replace(function, reserved_concurrency=reserved))

        await self._functions.storage.write(write)

    async def get_account_settings(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html"""
        del params
        scope = context.scope

        def read(reader: Reader) -> tuple[int, int, int]:
            size, count = catalog.code_size(reader, scope)
            return size + layers.code_size(reader, scope), count, unreserved(reader, scope)

        size, count, left = await self._functions.storage.read(read)
        return {
            "AccountLimit": {
                "TotalCodeSize": limits.function_code_bytes_max,
                "CodeSizeUnzipped": limits.function_unzipped_bytes_max,
                "CodeSizeZipped": limits.function_zip_bytes_max,
                "ConcurrentExecutions": limits.function_concurrency_max,
                "UnreservedConcurrentExecutions": left,
            },
            "AccountUsage": {"TotalCodeSize": size, "FunctionCount": count},
        }


def unreserved(reader: Reader, scope: Scope, *, without: str | None = None) -> int:
    """What functions that have nothing reserved share. `without` leaves out what one function holds."""
    held = 0
    for function in catalog.every(reader, scope):
        if function.name != without:
            reserved = function.reserved_concurrency
            held += provisioned.total(reader, scope, function.name) if reserved is None else reserved
    return limits.function_concurrency_max - held


def refused(message: str) -> AwsError:
    """What the account's concurrency does not allow."""
    return AwsError("InvalidParameterValueException", message, members={"Type": None})


def _check(reader: Reader, scope: Scope, name: str, reserved: int) -> None:
    prepared = provisioned.total(reader, scope, name)
    if reserved < prepared:
        raise refused(
            f" ReservedConcurrentExecutions  {reserved} should not be lower than function's total provisioned "
            f"concurrency [{prepared}]."
        )
    least = limits.function_unreserved_concurrency_min
    if unreserved(reader, scope, without=name) - reserved < least:
        raise refused(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{least}]."
        )
