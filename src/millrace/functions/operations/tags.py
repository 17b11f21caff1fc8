"""Tags of functions and code signing configurations. Those of mappings are the triggers' business: the app tells
them apart by the ARN.
"""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, code_signing, names
from millrace.functions.functions import Functions
from millrace.functions.names import Reference, invalid, not_found
from millrace.functions.operations.settings import check_tags
from millrace.storage.interface import Reader, Writer

# There are none here, and a name of theirs could be read as that of a function.
_CAPACITY = ":capacity-provider:"


class Tags:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def list_tags(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html"""
        scope, resource = context.scope, str(params["Resource"])
        found = await self._functions.storage.read(lambda reader: _tags(reader, scope, resource))
        return {"Tags": dict(found)}

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
        scope = context.scope

        def write(writer: Writer) -> None:
            before = _tags(writer, scope, resource)
            tags = {name: value for name, value in {**before, **added}.items() if name not in removed}
            check_tags(tags)
            _put(writer, scope, resource, tags)

        await self._functions.storage.write(write)
        return {}


def tagged(scope: Scope, resource: str) -> str:
    """The ARN that a permission to tag is asked for."""
    if code_signing.is_one(resource) or _CAPACITY in resource:
        return resource
    return names.resolve(scope, resource).arn(scope)


def _tags(reader: Reader, scope: Scope, resource: str) -> Mapping[str, str]:
    """Raises ResourceNotFoundException, in the words of each kind."""
    if code_signing.is_one(resource):
        return code_signing.get(reader, scope, resource).tags
    if _CAPACITY in resource:
        raise not_found(resource, prefix="Capacity provider not found: ")
    return catalog.get(reader, scope, _function(scope, resource)).tags


def _put(writer: Writer, scope: Scope, resource: str, tags: Mapping[str, str]) -> None:
    if code_signing.is_one(resource):
        found = code_signing.get(writer, scope, resource)
        code_signing.put(writer, scope, replace(found, tags=tags))
        return
    function = catalog.get(writer, scope, _function(scope, resource))
    catalog.put(writer, scope, replace(function, tags=tags, policy_revision=ids.uuid()))


def _function(scope: Scope, resource: str) -> Reference:
    reference = names.resolve(scope, resource)
    if reference.qualifier is not None:
        raise invalid(
            "Tags on function aliases and versions are not supported. Please specify a function ARN."
        )
    return reference
