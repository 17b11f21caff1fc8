"""Which log groups and streams there are. Inside transactions only.

Groups and streams have numbers besides their names: a name that is deleted and made again begins anew.
Streams are listed by name, and once more by the time of their last event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import orjson

from millrace.core.arn import Scope
from millrace.core.errors import AwsError
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True)
class Group:
    """A log group. Times are epoch milliseconds; `retention` is days, None for ever."""

    name: str
    id: int
    created: int
    retention: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    group_class: str = "STANDARD"


@dataclass(frozen=True)
class Stream:
    """A log stream. `count` is how many events it ever got: the last event's number within it."""

    name: str
    id: int
    created: int
    first: int | None = None
    last: int | None = None
    ingested: int | None = None
    count: int = 0


def not_found(what: str) -> AwsError:
    """`what` is "group" or "stream"."""
    return AwsError("ResourceNotFoundException", f"The specified log {what} does not exist.", status=400)


def already_exists(what: str) -> AwsError:
    return AwsError("ResourceAlreadyExistsException", f"The specified log {what} already exists", status=400)


def find_group(reader: Reader, scope: Scope, name: str) -> Group | None:
    raw = reader.get(_groups(scope), _bytes(name))
    return None if raw is None else _decode_group(raw)


def get_group(reader: Reader, scope: Scope, name: str) -> Group:
    group = find_group(reader, scope, name)
    if group is None:
        raise not_found("group")
    return group


def groups(reader: Reader, scope: Scope, *, prefix: str = "", after: str = "") -> Iterator[Group]:
    """In the order of their names."""
    low = max(_bytes(prefix), _bytes(after) + b"\0" if after else b"")
    for key, raw in reader.range(_groups(scope), low):
        if not key.startswith(_bytes(prefix)):
            return
        yield _decode_group(raw)


def scopes(reader: Reader) -> list[Scope]:
    """Every scope that ever had a log group."""
    return [Scope(*orjson.loads(raw)) for _, raw in reader.range("logs/scopes")]


def add_group(writer: Writer, scope: Scope, group: Group) -> Group:
    """Keep a new group, under a number of its own. Raises ResourceAlreadyExistsException."""
    if find_group(writer, scope, group.name) is not None:
        raise already_exists("group")
    numbered = replace(group, id=_next_id(writer))
    writer.put(
        "logs/scopes", _bytes(scope.path), orjson.dumps([scope.account, scope.region, scope.partition])
    )
    put_group(writer, scope, numbered)
    return numbered


def put_group(writer: Writer, scope: Scope, group: Group) -> None:
    writer.put(_groups(scope), _bytes(group.name), orjson.dumps(group))


def drop_group(writer: Writer, scope: Scope, group: Group) -> None:
    """Remove a group, its streams and their events."""
    for stream in list(streams_by_name(writer, group)):
        writer.drop(event_space(stream))
    writer.drop(_streams(group))
    writer.drop(_recent(group))
    writer.delete(_groups(scope), _bytes(group.name))


def find_stream(reader: Reader, group: Group, name: str) -> Stream | None:
    raw = reader.get(_streams(group), _bytes(name))
    return None if raw is None else _decode_stream(raw)


def get_stream(reader: Reader, group: Group, name: str) -> Stream:
    stream = find_stream(reader, group, name)
    if stream is None:
        raise not_found("stream")
    return stream


def streams_by_name(
    reader: Reader, group: Group, *, prefix: str = "", after: bytes = b"", reverse: bool = False
) -> Iterator[Stream]:
    """`after` is the name, in bytes, that the listing goes on behind."""
    start = _bytes(prefix)
    low, high = start, _after_prefix(start)
    if after and reverse:
        high = after
    elif after:
        low = after + b"\0"
    for _, raw in reader.range(_streams(group), low, high, reverse=reverse):
        yield _decode_stream(raw)


def streams_by_last_event(
    reader: Reader, group: Group, *, after: bytes = b"", reverse: bool = False
) -> Iterator[Stream]:
    """`after` is the `recent_key` that the listing goes on behind. Streams without events are oldest."""
    low, high = (b"", after or None) if reverse else (after + b"\0" if after else b"", None)
    for key, _ in reader.range(_recent(group), low, high, reverse=reverse):
        stream = find_stream(reader, group, key[8:].decode())
        if stream is not None:
            yield stream


def recent_key(stream: Stream) -> bytes:
    return (stream.last or 0).to_bytes(8, "big") + _bytes(stream.name)


def add_stream(writer: Writer, group: Group, name: str, now_ms: int) -> Stream:
    """Keep a new stream. Raises ResourceAlreadyExistsException."""
    if find_stream(writer, group, name) is not None:
        raise already_exists("stream")
    stream = Stream(name, _next_id(writer), now_ms)
    put_stream(writer, group, None, stream)
    return stream


def put_stream(writer: Writer, group: Group, old: Stream | None, new: Stream) -> None:
    if old is not None and old.last != new.last:
        writer.delete(_recent(group), recent_key(old))
    if old is None or old.last != new.last:
        writer.put(_recent(group), recent_key(new), b"")
    writer.put(_streams(group), _bytes(new.name), orjson.dumps(new))


def drop_stream(writer: Writer, group: Group, stream: Stream) -> None:
    writer.drop(event_space(stream))
    writer.delete(_recent(group), recent_key(stream))
    writer.delete(_streams(group), _bytes(stream.name))


def event_space(stream: Stream) -> str:
    return f"log/{stream.id}"


def _next_id(writer: Writer) -> int:
    """Numbers are given once, also across restarts."""
    raw = writer.get("logs/numbers", b"last")
    number = 1 if raw is None else int.from_bytes(raw, "big") + 1
    writer.put("logs/numbers", b"last", number.to_bytes(8, "big"))
    return number


def _after_prefix(prefix: bytes) -> bytes | None:
    """The first key behind all that begin with a UTF-8 prefix: no byte of UTF-8 is 255."""
    return prefix + b"\xff" if prefix else None


@lru_cache(maxsize=4096)
def _decode_group(raw: bytes) -> Group:
    members: dict[str, Any] = orjson.loads(raw)
    return Group(**members)


@lru_cache(maxsize=8192)
def _decode_stream(raw: bytes) -> Stream:
    members: dict[str, Any] = orjson.loads(raw)
    return Stream(**members)


def _groups(scope: Scope) -> str:
    return f"logs/{scope.path}/groups"


def _streams(group: Group) -> str:
    return f"logs/streams/{group.id}"


def _recent(group: Group) -> str:
    return f"logs/recent/{group.id}"


def _bytes(name: str) -> bytes:
    return name.encode(errors="replace")
