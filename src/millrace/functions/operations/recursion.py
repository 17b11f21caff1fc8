"""GetFunctionRecursionConfig and PutFunctionRecursionConfig: whether a function may run in loops."""

from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names, recursion
from millrace.functions.functions import Functions
from millrace.storage.interface import Reader, Writer


class Recursion:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def get_function_recursion_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html"""
        scope, reference = context.scope, names.resolve(context.scope, params["FunctionName"])

        def read(reader: Reader) -> str:
            catalog.get(reader, scope, reference)
            return recursion.mode(reader, scope, reference.name)

        return {"RecursiveLoop": await self._functions.storage.read(read)}

    async def put_function_recursion_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html"""
        scope, reference = context.scope, names.resolve(context.scope, params["FunctionName"])
        chosen: str = params["RecursiveLoop"]

        def write(writer: Writer) -> None:
            catalog.get(writer, scope, reference)
            recursion.put(writer, scope, reference.name, chosen)

        await self._functions.storage.write(write)
        return {"RecursiveLoop": chosen}
