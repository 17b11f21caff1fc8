"""The numbers of tables and functions, for a page that draws curves: totals, whose differences are rates."""

from typing import Any

from millrace.core.arn import Scope
from millrace.functions import catalog
from millrace.functions.catalog import Function
from millrace.functions.functions import Functions
from millrace.storage.interface import Reader
from millrace.streams import log
from millrace.streams.stream import Stream


def tables(reader: Reader) -> list[dict[str, Any]]:
    """Every table that has a stream now, and how many changes the stream has ever had."""
    return [_table(reader, stream) for stream in log.every(reader) if stream.disabled is None]


def _table(reader: Reader, stream: Stream) -> dict[str, Any]:
    return {
        "name": stream.table,
        "arn": stream.arn.partition("/stream/")[0],
        "stream_arn": stream.arn,
        "changes": stream.removed + sum(reader.head(shard.journal) for shard in stream.shards),
    }


def functions(reader: Reader, room: Functions) -> list[dict[str, Any]]:
    """Every function, what its invocations came to since the server started, and what runs now."""
    return [
        _function(room, scope, function)
        for scope in catalog.scopes(reader)
        for function in catalog.every(reader, scope)
    ]


def _function(room: Functions, scope: Scope, function: Function) -> dict[str, Any]:
    tally = room.pool.tallies.of(scope, function.name)
    running, environments = room.pool.load(scope, function.name)
    return {
        "name": function.name,
        "arn": function.arn(scope),
        "invocations": tally.invocations,
        "errors": tally.errors,
        "throttles": tally.throttles,
        "events": {
            "waiting": room.events.waiting(scope, function.name),
            "retries": tally.retries,
            "dropped": tally.dropped,
            "loops": tally.loops,
            "delivered": tally.delivered,
            "undelivered": tally.undelivered,
        },
        "duration_ms_total": round(tally.duration_ms_total, 3),
        "running": running,
        "environments": environments,
    }
