"""StartLiveTail: the events of groups as they come in, for as long as somebody reads.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatchLogs_LiveTail.html
An update goes out as soon as there are events, and an empty one each second when there are none, so that whoever
went away is noticed. Of more than 500 events a second the first 500 are shown and the update says it is a sample.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack
from functools import partial
from typing import Any

from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.logs.catalog import get_group
from millrace.logs.events import Batch
from millrace.logs.filter import compile_filter
from millrace.logs.log import Logs
from millrace.logs.names import group_arn, invalid_parameter, name_of_identifier
from millrace.storage.interface import Reader

Update = tuple[str, Mapping[str, Any]]


def live_tail_operations(logs: Logs) -> dict[str, Operation]:
    return {"StartLiveTail": partial(start_live_tail, logs)}


async def start_live_tail(logs: Logs, context: Context, params: Params) -> Output:
    """Raises InvalidParameterException, ResourceNotFoundException."""
    names = [_group_name(context.scope, identifier) for identifier in params["logGroupIdentifiers"]]
    _check_streams(params, names)
    session = _Session(logs.clock, context.scope, params)

    def read(reader: Reader) -> None:
        for name in names:
            get_group(reader, context.scope, name)

    await logs.storage.read(read)
    return {"responseStream": _updates(logs, session, context, params, names)}


async def _updates(
    logs: Logs, session: "_Session", context: Context, params: Params, names: list[str]
) -> AsyncIterator[Update]:
    with ExitStack() as stack:
        for name in names:
            stack.callback(logs.subscribe(context.scope, name, session.take))
        yield (
            "sessionStart",
            {
                "requestId": context.request_id,
                "sessionId": ids.uuid(),
                "logGroupIdentifiers": params["logGroupIdentifiers"],
                "logStreamNames": params.get("logStreamNames") or [],
                "logStreamNamePrefixes": params.get("logStreamNamePrefixes") or [],
                "logEventFilterPattern": params.get("logEventFilterPattern") or "",
            },
        )
        until = logs.clock.now() + limits.live_tail_seconds_max
        while logs.clock.now() < until:
            yield "sessionUpdate", await session.update()
        yield "SessionTimeoutException", {"message": "The session has timed out."}


class _Session:
    """What one reader wants, and what waits for it."""

    def __init__(self, clock: Clock, scope: Scope, params: Params) -> None:
        self._clock = clock
        self._scope = scope
        self._streams = frozenset[str](params.get("logStreamNames") or ())
        self._prefixes = tuple[str, ...](params.get("logStreamNamePrefixes") or ())
        self._matches: Callable[[str], bool] = compile_filter(params.get("logEventFilterPattern") or "")
        self._waiting: list[dict[str, Any]] = []
        self._sampled = False
        self._news = asyncio.Event()

    def take(self, batch: Batch) -> None:
        """A batch has come in."""
        if not self._wants(batch.stream):
            return
        for timestamp, message in batch.events:
            if not self._matches(message):
                continue
            if len(self._waiting) >= limits.live_tail_events_max:
                self._sampled = True
                break
            self._waiting.append(
                {
                    "logStreamName": batch.stream,
                    "logGroupIdentifier": group_arn(self._scope, batch.group),
                    "message": message,
                    "timestamp": timestamp,
                    "ingestionTime": batch.ingestion,
                }
            )
        if self._waiting:
            self._news.set()

    async def update(self) -> Mapping[str, Any]:
        """What has come: at once if there is something, else after a second."""
        timer = self._clock.call_after(limits.live_tail_update_seconds, self._news.set)
        try:
            await self._news.wait()
        finally:
            timer.cancel()
        self._news.clear()
        shown, self._waiting = self._waiting, []
        sampled, self._sampled = self._sampled, False
        return {"sessionMetadata": {"sampled": sampled}, "sessionResults": shown}

    def _wants(self, stream: str) -> bool:
        if not self._streams and not self._prefixes:
            return True
        return stream in self._streams or stream.startswith(self._prefixes)


def _group_name(scope: Scope, identifier: str) -> str:
    """The group of an ARN; it takes no names, and no ARN that ends in `:*`."""
    name = name_of_identifier(identifier)
    if identifier != group_arn(scope, name) or identifier.endswith(":*"):
        raise invalid_parameter(f"{identifier} is not a valid log group ARN of this account and region.")
    return name


def _check_streams(params: Params, names: list[str]) -> None:
    streams, prefixes = params.get("logStreamNames"), params.get("logStreamNamePrefixes")
    if streams and prefixes:
        raise invalid_parameter("LogStreamNames and LogStreamNamePrefixes are mutually exclusive parameters.")
    if (streams or prefixes) and len(names) > 1:
        raise invalid_parameter("Log stream names and prefixes can only be given for one log group.")
