"""What becomes of asynchronous invocations: Put…, Update…, Get…, Delete… and ListFunctionEventInvokeConfigs.

Answers and refusals are as LocalStack's tests recorded them on AWS (TestLambdaEventInvokeConfig).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.context import Context, Output, Params
from millrace.core.errors import AwsError
from millrace.functions import catalog, destinations, event_config, names
from millrace.functions.catalog import Function
from millrace.functions.event_config import EventConfig
from millrace.functions.functions import Functions
from millrace.functions.names import LATEST, Reference, function_arn, invalid, not_found
from millrace.functions.operations import paging
from millrace.storage.interface import Reader, Writer

# What may be told of an event that succeeded, and of one that did not.
_SERVICES: Mapping[str, frozenset[str]] = {
    "OnSuccess": frozenset(("lambda", "sns", "sqs")),
    "OnFailure": frozenset(("lambda", "s3", "sns", "sqs")),
}


class EventConfigs:
    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def put_function_event_invoke_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html"""
        return await self._set(context, params, whole=True)

    async def update_function_event_invoke_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html"""
        return await self._set(context, params, whole=False)

    async def _set(self, context: Context, params: Params, *, whole: bool) -> Output:
        """Set what is given; what is not is forgotten if this is the `whole`, and kept otherwise."""
        scope, reference = context.scope, _reference(context, params)
        changes = _changes(params)
        if not changes:
            raise invalid("You must specify at least one of error handling or destination setting.")
        function = await self._functions.storage.read(lambda reader: _function(reader, scope, reference))
        await self._check_destinations(scope, function, params.get("DestinationConfig") or {})
        now = self._functions.clock.now()

        def write(writer: Writer) -> EventConfig:
            _function(writer, scope, reference)
            before = (
                event_config.default(reference.name, reference.qualifier or LATEST)
                if whole
                else _find(writer, scope, reference)
            )
            made = replace(before, **changes, modified=now)
            event_config.put(writer, scope, made)
            return made

        return _show(scope, await self._functions.storage.write(write))

    async def get_function_event_invoke_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html"""
        scope, reference = context.scope, _reference(context, params)
        found = await self._functions.storage.read(lambda reader: _find(reader, scope, reference))
        return _show(scope, found)

    async def delete_function_event_invoke_config(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html"""
        scope, reference = context.scope, _reference(context, params)

        def write(writer: Writer) -> None:
            found = _find(writer, scope, reference)
            event_config.remove(writer, scope, found.function, found.qualifier)

        await self._functions.storage.write(write)
        return {}

    async def list_function_event_invoke_configs(self, context: Context, params: Params) -> Output:
        """https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html"""
        scope, name = context.scope, _reference(context, params).name
        limit, after = paging.size(params), paging.after(params)

        def read(reader: Reader) -> list[EventConfig]:
            _function(reader, scope, Reference(name))
            return list(event_config.of_function(reader, scope, name, after, limit + 1))

        found = await self._functions.storage.read(read)
        return {
            "FunctionEventInvokeConfigs": [_show(scope, config) for config in found[:limit]],
            "NextMarker": paging.marker(found[limit - 1].qualifier) if len(found) > limit else None,
        }

    async def _check_destinations(self, scope: Scope, function: Function, config: Mapping[str, Any]) -> None:
        """Raises InvalidParameterValueException for what cannot be told, or not by the function's role."""
        given = {member: _destination(config, member) for member in _SERVICES}
        for member, destination in given.items():
            if destination:
                _check_service(member, destination, given)
        for destination in filter(None, given.values()):
            await self._check_destination(scope, function, destination)

    async def _check_destination(self, scope: Scope, function: Function, destination: str) -> None:
        target = arns.parse(destination)
        own = target.service == "lambda" and (target.region, target.account) == (scope.region, scope.account)
        if own and target.resource.split(":")[1:2] == [function.name]:
            raise invalid("You can't specify the function as a destination for itself.")
        if not await self._functions.storage.read(lambda reader: destinations.is_there(reader, destination)):
            raise invalid(f"The destination ARN {destination} is invalid.")
        action = await self._functions.refused(function.role, destination)
        if action is not None:
            raise invalid(
                "The function's execution role does not have permissions to call "
                f"{action.partition(':')[2]} on {destination}"
            )


def _check_service(member: str, destination: str, given: Mapping[str, str | None]) -> None:
    try:
        service = arns.parse(destination).service
    except ValueError:
        service = ""
    if service == "events":
        raise invalid(
            f"The destination {destination} is not supported: millrace does not do EventBridge event buses."
        )
    if service not in _SERVICES[member]:
        shown = ", ".join(
            f"{member[0].lower()}{member[1:]}=" + (f"{member}(destination={arn})" if arn else "null")
            for member, arn in given.items()
        )
        raise invalid(f"The provided destination config DestinationConfig({shown}) is invalid.")


def _changes(params: Params) -> dict[str, Any]:
    """What is given, by the names of EventConfig's fields."""
    changes: dict[str, Any] = {}
    if params.get("MaximumRetryAttempts") is not None:
        changes["retries"] = params["MaximumRetryAttempts"]
    if params.get("MaximumEventAgeInSeconds") is not None:
        changes["age_seconds"] = params["MaximumEventAgeInSeconds"]
    config = params.get("DestinationConfig")
    if config is not None:
        for member, name in (("OnSuccess", "on_success"), ("OnFailure", "on_failure")):
            changes[name] = _destination(config, member)
    return changes


def _destination(config: Mapping[str, Any], member: str) -> str | None:
    """The ARN that is given, if one is: it may be empty too."""
    given: Mapping[str, str | None] = config.get(member) or {}
    return given.get("Destination") or None


def _reference(context: Context, params: Params) -> Reference:
    return names.resolve(context.scope, params["FunctionName"], params.get("Qualifier"))


def _function(reader: Reader, scope: Scope, reference: Reference) -> Function:
    try:
        return catalog.get(reader, scope, reference)
    except AwsError as error:
        raise not_found("The function doesn't exist.", prefix="") from error


def _find(reader: Reader, scope: Scope, reference: Reference) -> EventConfig:
    qualifier = reference.qualifier or LATEST
    found = event_config.find(reader, scope, reference.name, qualifier)
    if found is None:
        arn = function_arn(scope, reference.name, qualifier)
        raise not_found(f"The function {arn} doesn't have an EventInvokeConfig", prefix="")
    return found


def _show(scope: Scope, config: EventConfig) -> dict[str, Any]:
    return {
        "LastModified": config.modified,
        "FunctionArn": function_arn(scope, config.function, config.qualifier),
        "MaximumRetryAttempts": config.retries,
        "MaximumEventAgeInSeconds": config.age_seconds,
        "DestinationConfig": {
            "OnSuccess": {"Destination": config.on_success},
            "OnFailure": {"Destination": config.on_failure},
        },
    }
