"""The service "logs", and what each of its requests needs to be allowed."""

from collections.abc import Sequence
from functools import partial

from millrace.core.arn import Scope
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.service import Service
from millrace.logs.event_operations import event_operations
from millrace.logs.groups import group_operations
from millrace.logs.live_tail import live_tail_operations
from millrace.logs.log import Logs
from millrace.logs.names import check_name, group_arn, name_of_identifier, stream_arn
from millrace.logs.streams import stream_operations
from millrace.logs.subscriptions import subscription_operations

# Authorised on a stream: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
_ON_STREAMS = {"PutLogEvents", "GetLogEvents", "DeleteLogStream"}


def logs_service(logs: Logs) -> Service:
    operations = {
        **group_operations(logs),
        **stream_operations(logs),
        **event_operations(logs),
        **subscription_operations(logs),
        **live_tail_operations(logs),
    }
    return Service(
        "logs",
        {name: partial(_with_names, operation) for name, operation in operations.items()},
        logs_accesses,
    )


async def _with_names(operation: Operation, context: Context, params: Params) -> Output:
    """Call an operation once the names in its request are found short enough."""
    for member in ("logGroupName", "logStreamName"):
        check_name(params.get(member) or "")
    return await operation(context, params)


def logs_accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
    """The action of the same name, on a stream or on a group; lists of groups on all of them."""
    if operation == "StartLiveTail":
        groups = (name_of_identifier(str(identifier)) for identifier in params["logGroupIdentifiers"])
        return [Access("logs:StartLiveTail", group_arn(scope, group)) for group in groups]
    return [Access(f"logs:{operation}", _resource(operation, scope, params))]


def _resource(operation: str, scope: Scope, params: Params) -> str:
    identifier = params.get("logGroupName") or params.get("logGroupIdentifier")
    if "resourceArn" in params:
        return str(params["resourceArn"]).removesuffix(":*")
    if not identifier:
        return f"{group_arn(scope, '')}:log-stream:"
    name = name_of_identifier(str(identifier))
    if operation in _ON_STREAMS and params.get("logStreamName"):
        return stream_arn(scope, name, str(params["logStreamName"]))
    return f"{group_arn(scope, name)}:log-stream:"
