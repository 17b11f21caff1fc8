"""Looking at functions: Get… and ListFunctions."""

import re

from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.functions import catalog, names
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, invalid
from millrace.functions.operations import paging
from millrace.functions.operations.shown import ACTIVE, show
from millrace.storage.interface import Reader

# What a marker of ListFunctions is made of.
_PLACE = re.compile(r"[a-zA-Z0-9_-]+(:[0-9]{1,128})?")


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
        note = await self._functions.programs.note(function.runtime)
        return show(function, context.scope, ACTIVE, qualifier=reference.qualifier, note=note)

    async def list_functions(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html"""
        scope = context.scope
        size, after = paging.size(params), paging.after(params)
        whole = params.get("FunctionVersion") == "ALL"
        if after is not None and not _PLACE.fullmatch(after):
            raise invalid("Invalid marker")
        found = await self._functions.storage.read(
            lambda reader: _page(reader, scope, after, size + 1, whole=whole)
        )
        return {
            "Functions": [
                show(each, scope, {}, qualifier=each.version if whole else None) for each in found[:size]
            ],
            "NextMarker": paging.marker(_place(found[size - 1])) if len(found) > size else None,
        }


def _page(reader: Reader, scope: Scope, after: str | None, limit: int, *, whole: bool) -> list[Function]:
    """Up to `limit` functions after the marker; if `whole`, each is followed by its versions."""
    if not whole:
        return catalog.page(reader, scope, after, limit)
    name, _, number = (after or "").partition(":")
    found: list[Function] = []
    for latest in catalog.every(reader, scope, name):
        is_old = latest.name == name
        versions = catalog.versions(reader, scope, latest)
        found += [] if is_old else [latest]
        found += [each for each in versions if not is_old or not number or int(each.version) > int(number)]
        if len(found) >= limit:
            break
    return found[:limit]


def _place(function: Function) -> str:
    return function.name if function.version == LATEST else f"{function.name}:{function.version}"
