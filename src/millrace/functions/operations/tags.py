"""Tags of functions. Tags of mappings are the triggers' business: the app tells them apart by the ARN."""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import ids
from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names
from millrace.functions.functions import Functions
from millrace.functions.names import Reference, invalid
from millrace.functions.operations.settings import check_tags
from millrace.storage.interface import Writer


class Tags:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def list_tags(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html"""
        reference = _function(context, params["Resource"])
        function = await self._functions.function(context.scope, reference)
        return {"Tags": dict(function.tags)}

    async def tag_resource(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html"""
        added: Mapping[str, str] = params["Tags"]
        if not added:
            raise invalid("An error occurred and the request cannot be processed.")
        return await self._change(context, params["Resource"], added, ())

    async def untag_resource(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html"""
        return await self._change(context, params["Resource"], {}, tuple(params["TagKeys"]))

    async def _change(
        self, context: Context, resource: str, added: Mapping[str, str], removed: tuple[str, ...]
    ) -> Output:
        reference = _function(context, resource)

        def write(writer: Writer) -> None:
            function = catalog.get(writer, context.scope, reference)
            tags = {name: value for name, value in {**function.tags, **added}.items() if name not in removed}
            check_tags(tags)
            catalog.put(writer, context.scope, replace(function, tags=tags, policy_revision=ids.uuid()))

        await self._functions.storage.write(write)
        return {}


def _function(context: Context, resource: str) -> Reference:
    reference = names.resolve(context.scope, resource)
    if reference.qualifier is not None:
        raise invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    return reference
