"""Function URLs: Create…, Get…, Update…, Delete… and ListFunctionUrlConfigs.

A URL belongs to a function or to one of its aliases, never to a version. AWS's words were recorded by
LocalStack's tests.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.clock import iso_milliseconds
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import aliases, catalog, names, urls
from millrace.functions.functions import Functions
from millrace.functions.names import Reference, invalid, not_found
from millrace.functions.operations import paging
from millrace.functions.urls import BUFFERED, FunctionUrl
from millrace.storage.interface import Reader, Writer

# What can stand in a header as it is.
_PLAIN = re.compile(r"[\x20-\x7e]*")


class Urls:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create_function_url_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html"""
        scope, reference = context.scope, _reference(context, params)
        _check(params)
        now = self._functions.clock.now()
        made = FunctionUrl(
            id=ids.url_id(),
            function=reference.name,
            alias=reference.qualifier,
            auth_type=params["AuthType"],
            created=now,
            modified=now,
            cors=params.get("Cors"),
            invoke_mode=params.get("InvokeMode"),
        )

        def write(writer: Writer) -> None:
            if not _is_there(writer, scope, reference):
                raise _no_function()
            if urls.find(writer, scope, reference) is not None:
                raise AwsError(
                    "ResourceConflictException",
                    f"Failed to create function url config for [functionArn = {reference.arn(scope)}]. "
                    "Error message:  FunctionUrlConfig exists for this Lambda function",
                    members={"Type": "User"},
                )
            urls.put(writer, scope, made)

        await self._functions.storage.write(write)
        shown = self._show(context, made)
        del shown["LastModifiedTime"]
        return shown

    async def get_function_url_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html"""
        scope, reference = context.scope, _reference(context, params)
        found = await self._functions.storage.read(lambda reader: _find(reader, scope, reference))
        return self._show_whole(context, found)

    async def update_function_url_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html"""
        scope, reference = context.scope, _reference(context, params)
        _check(params)
        fields = {"auth_type": "AuthType", "cors": "Cors", "invoke_mode": "InvokeMode"}
        changes: dict[str, Any] = {
            name: params[member] for name, member in fields.items() if params.get(member) is not None
        }
        now = self._functions.clock.now()

        def write(writer: Writer) -> FunctionUrl:
            if not _is_there(writer, scope, reference):
                raise _no_function()
            changed = replace(_find(writer, scope, reference), **changes, modified=now)
            urls.put(writer, scope, changed)
            return changed

        return self._show(context, await self._functions.storage.write(write))

    async def delete_function_url_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html"""
        scope, reference = context.scope, _reference(context, params)

        def write(writer: Writer) -> None:
            _find(writer, scope, reference)
            urls.remove(writer, scope, reference)

        await self._functions.storage.write(write)
        return {}

    async def list_function_url_configs(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html

        The function's own URL comes first, then those of its aliases.
        """
        scope, name = context.scope, names.resolve(context.scope, params["FunctionName"]).name
        size, after = paging.size(params), paging.after(params)

        def read(reader: Reader) -> list[FunctionUrl]:
            if not _is_there(reader, scope, Reference(name)):
                raise _no_function()
            every = urls.all_of(reader, scope, name)
            return [url for url in every if after is None or url.reference.text > after]

        found = await self._functions.storage.read(read)
        return {
            "FunctionUrlConfigs": [self._show_whole(context, url) for url in found[:size]],
            "NextMarker": paging.marker(found[size - 1].reference.text) if len(found) > size else None,
        }

    def _show(self, context: Context, url: FunctionUrl) -> dict[str, Any]:
        """As the writing operations answer: with an InvokeMode only if somebody has named one."""
        return {
            "AuthType": url.auth_type,
            "Cors": url.cors,
            "CreationTime": iso_milliseconds(url.created) + "Z",
            "FunctionArn": url.reference.arn(context.scope),
            "FunctionUrl": urls.address(context.reached_at or self._functions.endpoint_url, url.id),
            "InvokeMode": url.invoke_mode,
            "LastModifiedTime": iso_milliseconds(url.modified) + "Z",
        }

    def _show_whole(self, context: Context, url: FunctionUrl) -> dict[str, Any]:
        return {**self._show(context, url), "InvokeMode": url.invoke_mode or BUFFERED}


def _reference(context: Context, params: Params) -> Reference:
    """The model knows that a version has no URL, and neither has $LATEST by that name."""
    return names.resolve(context.scope, params["FunctionName"], params.get("Qualifier"))


def _is_there(reader: Reader, scope: Scope, reference: Reference) -> bool:
    """The function, or the function with the alias."""
    if catalog.find(reader, scope, reference.name) is None:
        return False
    qualifier = reference.qualifier
    return qualifier is None or aliases.find(reader, scope, reference.name, qualifier) is not None


def _find(reader: Reader, scope: Scope, reference: Reference) -> FunctionUrl:
    found = urls.find(reader, scope, reference) if _is_there(reader, scope, reference) else None
    if found is None:
        raise not_found("The resource you requested does not exist.", prefix="")
    return found


def _no_function() -> AwsError:
    return not_found("Function does not exist", prefix="")


def _check(params: Params) -> None:
    cors: Mapping[str, Any] = params.get("Cors") or {}
    for member, values in cors.items():
        if isinstance(values, list):
            _check_plain(member, values)  # pyright: ignore[reportUnknownArgumentType] -- the model says texts


def _check_plain(member: str, values: Sequence[str]) -> None:
    """They are sent in headers, where other characters would end the line or could not be read."""
    for value in values:
        if not _PLAIN.fullmatch(value):
            raise invalid(f"Cors.{member} holds a character that cannot stand in a header.")
