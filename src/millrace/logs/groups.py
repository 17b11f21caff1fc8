"""Operations on log groups and their tags."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from millrace.core import limits
from millrace.core.context import Context, Operation, Output, Params
from millrace.logs.catalog import Group, add_group, drop_group, get_group, groups, put_group
from millrace.logs.log import Logs
from millrace.logs.names import group_arn, invalid_parameter, name_of_identifier, show_group
from millrace.logs.tokens import decode_name_token, encode_token
from millrace.storage.interface import Reader, Writer

_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def group_operations(logs: Logs) -> dict[str, Operation]:
    return {
        "CreateLogGroup": partial(create_log_group, logs),
        "DeleteLogGroup": partial(delete_log_group, logs),
        "DescribeLogGroups": partial(describe_log_groups, logs),
        "ListLogGroups": partial(list_log_groups, logs),
        "PutRetentionPolicy": partial(put_retention_policy, logs),
        "DeleteRetentionPolicy": partial(delete_retention_policy, logs),
        "TagResource": partial(tag_resource, logs),
        "UntagResource": partial(untag_resource, logs),
        "ListTagsForResource": partial(list_tags_for_resource, logs),
        "TagLogGroup": partial(tag_log_group, logs),
        "UntagLogGroup": partial(untag_log_group, logs),
        "ListTagsLogGroup": partial(list_tags_log_group, logs),
    }


async def create_log_group(logs: Logs, context: Context, params: Params) -> Output:
    group = Group(
        params["logGroupName"],
        0,
        logs.now_ms(),
        tags=dict(params.get("tags") or {}),
        group_class=params.get("logGroupClass") or "STANDARD",
    )
    await logs.storage.write(lambda writer: add_group(writer, context.scope, group))
    return {}


async def delete_log_group(logs: Logs, context: Context, params: Params) -> Output:
    """What was appended before goes as well; what comes later makes the group anew."""
    await logs.flush()

    def write(writer: Writer) -> None:
        drop_group(writer, context.scope, get_group(writer, context.scope, params["logGroupName"]))

    await logs.storage.write(write)
    return {}


async def describe_log_groups(logs: Logs, context: Context, params: Params) -> Output:
    prefix, pattern = params.get("logGroupNamePrefix"), params.get("logGroupNamePattern")
    if prefix is not None and pattern is not None:
        raise invalid_parameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."
        )
    wanted = {name_of_identifier(each) for each in params.get("logGroupIdentifiers") or ()}
    group_class = params.get("logGroupClass")

    def matches(group: Group) -> bool:
        return (
            (not wanted or group.name in wanted)
            and (pattern is None or pattern.lower() in group.name.lower())
            and (group_class is None or group.group_class == group_class)
        )

    found, token = await _page(logs, context, params, prefix or "", matches)
    shown = [show_group(context.scope, group) for group in found]
    if pattern is not None:
        for each in shown:
            del each["storedBytes"], each["deletionProtectionEnabled"]
    return {"logGroups": shown, "nextToken": token}


async def list_log_groups(logs: Logs, context: Context, params: Params) -> Output:
    """`logGroupNamePattern` is `^beginning`, or a part of the name; alternatives are parted by `|`."""
    words = [word for word in (params.get("logGroupNamePattern") or "").split("|") if word]
    group_class = params.get("logGroupClass")

    def matches(group: Group) -> bool:
        named = any(
            group.name.startswith(word[1:]) if word[0] == "^" else word in group.name for word in words
        )
        return (named or not words) and group_class in (None, group.group_class)

    found, token = await _page(logs, context, params, "", matches)
    shown = [
        {
            "logGroupName": group.name,
            "logGroupArn": group_arn(context.scope, group.name),
            "logGroupClass": group.group_class,
        }
        for group in found
    ]
    return {"logGroups": shown, "nextToken": token}


async def put_retention_policy(logs: Logs, context: Context, params: Params) -> Output:
    days = params["retentionInDays"]
    if days not in _RETENTION_DAYS:
        choices = ", ".join(map(str, _RETENTION_DAYS))
        raise invalid_parameter(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{choices}]"
        )
    return await _change(logs, context, params["logGroupName"], lambda group: replace(group, retention=days))


async def delete_retention_policy(logs: Logs, context: Context, params: Params) -> Output:
    return await _change(logs, context, params["logGroupName"], lambda group: replace(group, retention=None))


async def tag_resource(logs: Logs, context: Context, params: Params) -> Output:
    return await _tag(logs, context, name_of_identifier(params["resourceArn"]), params["tags"])


async def untag_resource(logs: Logs, context: Context, params: Params) -> Output:
    return await _untag(logs, context, name_of_identifier(params["resourceArn"]), params["tagKeys"])


async def list_tags_for_resource(logs: Logs, context: Context, params: Params) -> Output:
    name = name_of_identifier(params["resourceArn"])
    group = await logs.storage.read(lambda reader: get_group(reader, context.scope, name))
    return {"tags": group.tags}


async def tag_log_group(logs: Logs, context: Context, params: Params) -> Output:
    return await _tag(logs, context, params["logGroupName"], params["tags"])


async def untag_log_group(logs: Logs, context: Context, params: Params) -> Output:
    return await _untag(logs, context, params["logGroupName"], params["tags"])


async def list_tags_log_group(logs: Logs, context: Context, params: Params) -> Output:
    group = await logs.storage.read(lambda reader: get_group(reader, context.scope, params["logGroupName"]))
    return {"tags": group.tags}


async def _tag(logs: Logs, context: Context, name: str, tags: dict[str, str]) -> Output:
    return await _change(logs, context, name, lambda group: replace(group, tags={**group.tags, **tags}))


async def _untag(logs: Logs, context: Context, name: str, keys: list[str]) -> Output:
    def change(group: Group) -> Group:
        return replace(group, tags={key: value for key, value in group.tags.items() if key not in keys})

    return await _change(logs, context, name, change)


async def _change(logs: Logs, context: Context, name: str, change: Callable[[Group], Group]) -> Output:
    def write(writer: Writer) -> None:
        put_group(writer, context.scope, change(get_group(writer, context.scope, name)))

    await logs.storage.write(write)
    return {}


async def _page(
    logs: Logs, context: Context, params: Params, prefix: str, matches: Callable[[Group], bool]
) -> tuple[list[Group], str | None]:
    """The groups of one page, and the token of the next if there is one."""
    after = decode_name_token(params.get("nextToken"))
    limit: Any = params.get("limit") or limits.log_describe_page_max

    def read(reader: Reader) -> list[Group]:
        found: list[Group] = []
        for group in groups(reader, context.scope, prefix=prefix, after=after):
            if matches(group):
                found.append(group)
            if len(found) > limit:
                break
        return found

    found = await logs.storage.read(read)
    page = found[:limit]
    return page, encode_token(page[-1].name.encode()) if len(found) > limit else None
