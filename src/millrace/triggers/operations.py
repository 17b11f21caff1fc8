"""Lambda's operations on event source mappings. What they refuse, and in which order, was recorded of AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.core.service import Service
from millrace.functions import catalog as functions
from millrace.functions import names
from millrace.functions.catalog import Function
from millrace.functions.names import Reference, invalid
from millrace.storage.interface import Reader, Writer
from millrace.streams import log
from millrace.triggers import catalog, checkpoint, destination, past, permission, settings, tags
from millrace.triggers.catalog import Mapping as Row
from millrace.triggers.delivery import Result
from millrace.triggers.supervisor import Supervisor


def service(supervisor: Supervisor) -> Service:
    """The part of Lambda that this room answers."""
    operations = {
        "CreateEventSourceMapping": create_event_source_mapping,
        "GetEventSourceMapping": get_event_source_mapping,
        "ListEventSourceMappings": list_event_source_mappings,
        "UpdateEventSourceMapping": update_event_source_mapping,
        "DeleteEventSourceMapping": delete_event_source_mapping,
        "ListTags": tags.list_tags,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
    }
    bound: dict[str, Operation] = {name: partial(do, supervisor) for name, do in operations.items()}
    return Service("lambda", bound, accesses)


def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"""
    if "Resource" in params:
        return [Access(f"lambda:{operation}", str(params["Resource"]))]
    uuid = params.get("UUID", "*")
    resource = "*" if operation == "ListEventSourceMappings" else f"event-source-mapping:{uuid}"
    named = params.get("FunctionName")
    reference = names.resolve(scope, named) if named and operation != "ListEventSourceMappings" else None
    conditions = (
        {} if reference is None else {"lambda:FunctionArn": names.function_arn(scope, reference.name)}
    )
    return [
        Access(f"lambda:{operation}", scope.arn("lambda", resource) if resource != "*" else "*", conditions)
    ]


async def create_event_source_mapping(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """The mapping begins where the stream is at this very commit: nothing that comes after it is missed."""
    scope, source = context.scope, settings.source(params)
    reference = names.resolve(scope, params["FunctionName"])
    if not settings.is_stream(source):
        await supervisor.storage.read(lambda reader: _function(reader, scope, reference))
        raise settings.foreign(source)
    stream_arn = settings.stream_arn(params)
    settings.check(params)
    tags.check(params.get("Tags") or {})
    mapping = Row(
        uuid=ids.uuid(),
        stream_arn=stream_arn,
        function=reference.name,
        qualifier=reference.qualifier,
        starting_position=params["StartingPosition"],
        modified=supervisor.clock.now(),
        tags=dict(params.get("Tags") or {}),
        **settings.changes(params),
    )
    role = await supervisor.storage.read(partial(_role, scope, mapping, reference))
    await _check_role(supervisor, mapping, role)
    await supervisor.storage.write(partial(_create, scope, mapping, reference))
    return describe(mapping, "Creating", Result.NONE)


async def get_event_source_mapping(supervisor: Supervisor, context: Context, params: Params) -> Output:
    def read(reader: Reader) -> Output:
        return _shown(supervisor, reader, _existing(reader, context.scope, params))

    return await supervisor.storage.read(read)


async def list_event_source_mappings(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """Unknown functions and sources have no mappings; that is no error.

    A function's name without a qualifier names the mappings that were made without one.
    """
    page = min(params.get("MaxItems") or limits.mapping_page_max, limits.mapping_page_max)
    named, source = params.get("FunctionName"), params.get("EventSourceArn")
    function = _called(names.resolve(context.scope, named)) if named else None

    def read(reader: Reader) -> Output:
        rows = [
            row
            for row in catalog.all_of(reader, context.scope)
            if row.uuid > params.get("Marker", "")
            and function in (None, _called(row.reference))
            and source in (None, row.stream_arn)
        ]
        marker = rows[page - 1].uuid if len(rows) > page else None
        shown = [_shown(supervisor, reader, row) for row in rows[:page]]
        return {"EventSourceMappings": shown, "NextMarker": marker}

    return await supervisor.storage.read(read)


async def update_event_source_mapping(supervisor: Supervisor, context: Context, params: Params) -> Output:
    """What is not named stays as it is. A batch that waits for its retry is tried again at once."""
    settings.check(params)
    scope, named = context.scope, params.get("FunctionName")
    changes: dict[str, Any] = settings.changes(params)
    reference = names.resolve(scope, named) if named else None
    if reference is not None:
        changes |= {"function": reference.name, "qualifier": reference.qualifier}
    now = supervisor.clock.now()

    def change(reader: Reader) -> tuple[Row, Row]:
        before = _existing(reader, scope, params)
        return before, replace(before, modified=now, **changes)

    def check(reader: Reader) -> tuple[Row, str | None]:
        before, after = change(reader)
        settings.check_windows(after.lanes, after.tumbling_seconds)
        if reference is not None:
            return after, _role(scope, after, reference, reader)
        if after.destination in ("", before.destination):
            return after, None
        return after, _function(reader, scope, after.reference).role

    def write(writer: Writer) -> Output:
        before, after = change(writer)
        settings.check_windows(after.lanes, after.tumbling_seconds)  # another update may have come in between
        if reference is not None:
            _check_duplicate(writer, scope, after)
        catalog.put(writer, after)
        return describe(after, _transition(before, after), _result(supervisor, writer, after))

    mapping, role = await supervisor.storage.read(check)
    if role is not None:
        await _check_role(supervisor, mapping, role)
    return await supervisor.storage.write(write)


async def delete_event_source_mapping(supervisor: Supervisor, context: Context, params: Params) -> Output:
    def write(writer: Writer) -> Output:
        mapping = _existing(writer, context.scope, params)
        result = _result(supervisor, writer, mapping)
        catalog.remove(writer, mapping)
        past.remove(writer, mapping.uuid)
        destination.forget(writer, mapping.uuid)
        return describe(mapping, "Deleting", result)

    return await supervisor.storage.write(write)


def describe(mapping: Row, state: str, result: str) -> Output:
    """A mapping as AWS shows one of a DynamoDB stream."""
    filters = [{"Pattern": pattern} for pattern in mapping.filters]
    return {
        "UUID": mapping.uuid,
        "EventSourceMappingArn": mapping.arn,
        "EventSourceArn": mapping.stream_arn,
        "FunctionArn": mapping.function_arn,
        "BatchSize": mapping.batch_size,
        "BisectBatchOnFunctionError": mapping.bisect,
        "DestinationConfig": {
            "OnFailure": {"Destination": mapping.destination} if mapping.destination else {}
        },
        "FilterCriteria": {"Filters": filters} if filters else None,
        "FunctionResponseTypes": list(mapping.response_types),
        "KMSKeyArn": mapping.key_arn or None,
        "LastModified": mapping.modified,
        "LastProcessingResult": result,
        "MaximumBatchingWindowInSeconds": mapping.window_seconds,
        "MaximumRecordAgeInSeconds": mapping.record_age_seconds_max,
        "MaximumRetryAttempts": mapping.retry_attempts_max,
        "MetricsConfig": None if mapping.metrics is None else {"Metrics": list(mapping.metrics)},
        "ParallelizationFactor": mapping.lanes,
        "StartingPosition": mapping.starting_position,
        "State": state,
        "StateTransitionReason": permission.transition_reason(result),
        "TumblingWindowInSeconds": mapping.tumbling_seconds,
    }


def _shown(supervisor: Supervisor, reader: Reader, mapping: Row) -> Output:
    state = "Enabled" if mapping.enabled else "Disabled"
    return describe(mapping, state, _result(supervisor, reader, mapping))


def _result(supervisor: Supervisor, reader: Reader, mapping: Row) -> str:
    """LastProcessingResult: what the role lacks now says more than how the last batch ended."""
    refusal = supervisor.refusal(mapping.uuid)
    return past.last_result(reader, mapping.uuid) if refusal is None else refusal.result


def _transition(before: Row, after: Row) -> str:
    if before.enabled == after.enabled:
        return "Updating"
    return "Enabling" if after.enabled else "Disabling"


def _existing(reader: Reader, scope: Scope, params: Mapping[str, Any]) -> Row:
    mapping = catalog.find(reader, scope, params["UUID"])
    if mapping is None:
        raise names.not_found("", prefix="The resource you requested does not exist.")
    return mapping


def _role(scope: Scope, mapping: Row, reference: Reference, reader: Reader) -> str:
    """The ARN of the role that will read the stream: the function's. Both ends must be there."""
    function = _function(reader, scope, reference)
    stream = log.describe(reader, mapping.stream_arn)
    if stream is None or mapping.scope != scope or stream.disabled is not None:
        raise invalid(f"Stream not found: {mapping.stream_arn}")
    _check_duplicate(reader, scope, mapping)
    return function.role


def _function(reader: Reader, scope: Scope, reference: Reference) -> Function:
    """What a mapping's function is now: a version, or what an alias points to."""
    try:
        return functions.get(reader, scope, reference)
    except AwsError:
        raise invalid("Function does not exist") from None


def _called(reference: Reference) -> tuple[str, str]:
    """What two references have in common if they call the same."""
    return reference.name, reference.qualifier or names.LATEST


async def _check_role(supervisor: Supervisor, mapping: Row, role: str) -> None:
    """The role must be able to read the stream, and to tell the destination."""
    refused = await permission.refusal(supervisor.identities, role, mapping.stream_arn)
    if refused is not None:
        raise invalid(refused.message)
    if mapping.destination:
        await supervisor.destinations.check(role, mapping.destination)


def _create(scope: Scope, mapping: Row, reference: Reference, writer: Writer) -> None:
    _role(scope, mapping, reference, writer)
    catalog.put(writer, mapping)
    stream = log.describe(writer, mapping.stream_arn)
    for shard in stream.shards if stream is not None else ():
        checkpoint.start(writer, mapping.uuid, shard, latest=mapping.starting_position == "LATEST")


def _check_duplicate(reader: Reader, scope: Scope, mapping: Row) -> None:
    for other in catalog.all_of(reader, scope):
        same = (other.stream_arn, _called(other.reference)) == (
            mapping.stream_arn,
            _called(mapping.reference),
        )
        if same and other.uuid != mapping.uuid:
            raise AwsError(
                "ResourceConflictException",
                f'The event source arn (" {mapping.stream_arn} ") and function (" {mapping.function} ") provided '
                f"mapping already exists. Please update or delete the existing mapping with UUID {other.uuid}",
                members={"Type": "User"},
            )
