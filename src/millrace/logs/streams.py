"""Operations on log streams."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.logs.catalog import (
    Group,
    Stream,
    add_stream,
    drop_stream,
    get_group,
    get_stream,
    recent_key,
    streams_by_last_event,
    streams_by_name,
)
from millrace.logs.log import Logs
from millrace.logs.names import group_name, invalid_parameter, show_stream
from millrace.logs.tokens import decode_token, encode_token
from millrace.storage.interface import Reader, Writer


def stream_operations(logs: Logs) -> dict[str, Operation]:
    return {
        "CreateLogStream": partial(create_log_stream, logs),
        "DeleteLogStream": partial(delete_log_stream, logs),
        "DescribeLogStreams": partial(describe_log_streams, logs),
    }


async def create_log_stream(logs: Logs, context: Context, params: Params) -> Output:
    name = params["logStreamName"]

    def write(writer: Writer) -> None:
        group = get_group(writer, context.scope, params["logGroupName"])
        add_stream(writer, group, name, logs.now_ms())

    await logs.storage.write(write)
    return {}


async def delete_log_stream(logs: Logs, context: Context, params: Params) -> Output:
    await logs.flush()

    def write(writer: Writer) -> None:
        group = get_group(writer, context.scope, params["logGroupName"])
        drop_stream(writer, group, get_stream(writer, group, params["logStreamName"]))

    await logs.storage.write(write)
    return {}


async def describe_log_streams(logs: Logs, context: Context, params: Params) -> Output:
    name = group_name(params)
    by_time = params.get("orderBy") == "LastEventTime"
    if by_time and params.get("logStreamNamePrefix") is not None:
        raise invalid_parameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
    limit = params.get("limit") or limits.log_describe_page_max
    await logs.flush()

    def read(reader: Reader) -> tuple[Group, list[Stream]]:
        group = get_group(reader, context.scope, name)
        return group, list(islice(_listing(reader, group, params), limit + 1))

    group, found = await logs.storage.read(read)
    page = found[:limit]
    token: str | None = None
    if len(found) > limit:
        token = encode_token(recent_key(page[-1]) if by_time else page[-1].name.encode())
    return {"logStreams": [show_stream(context.scope, group, stream) for stream in page], "nextToken": token}


def _listing(reader: Reader, group: Group, params: Params) -> Iterator[Stream]:
    after, reverse = decode_token(params.get("nextToken")), bool(params.get("descending"))
    if params.get("orderBy") == "LastEventTime":
        return streams_by_last_event(reader, group, after=after, reverse=reverse)
    prefix = params.get("logStreamNamePrefix") or ""
    return streams_by_name(reader, group, prefix=prefix, after=after, reverse=reverse)
