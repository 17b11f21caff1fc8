"""The operations of DynamoDB Streams.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
Errors and edges follow what people recorded of AWS, not the manual, where the two differ.
"""

import itertools
from collections.abc import Sequence

from millrace.core import arn as arns
from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Access, Context, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.core.service import Service
from millrace.storage.interface import Reader, Storage
from millrace.streams import iterator, log, record
from millrace.streams.iterator import Position
from millrace.streams.record import Entry
from millrace.streams.resource_policy import Policies
from millrace.streams.stream import Shard, Stream


def service(storage: Storage, clock: Clock) -> Service:
    """DynamoDB Streams over this storage."""
    operations = Operations(storage, clock)
    policies = Policies(storage)
    return Service(
        "dynamodbstreams",
        {
            "DescribeStream": operations.describe_stream,
            "GetRecords": operations.get_records,
            "GetShardIterator": operations.get_shard_iterator,
            "ListStreams": operations.list_streams,
        },
        accesses,
        policies.text_for,
        policies.exist,
    )


def accesses(operation: str, _scope: Scope, params: Params) -> Sequence[Access]:
    """What a caller must be allowed: ListStreams knows no resources, the others ask for the stream."""
    match operation:
        case "ListStreams":
            resource = "*"
        case "GetRecords":
            resource = iterator.arn_of(params["ShardIterator"])
        case _:
            resource = params["StreamArn"]
    return (Access(f"dynamodb:{operation}", resource),)


class Operations:
    """The four operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def list_streams(self, context: Context, params: Params) -> Output:
        table, after = params.get("TableName"), params.get("ExclusiveStartStreamArn")
        limit = params.get("Limit") or limits.list_streams_page_max
        if limit > limits.list_streams_page_max:
            raise _out_of_range(limit, "limit", limits.list_streams_page_max)
        if after is not None and log.key_of(after) is None:
            raise validation_error("Invalid StreamArn")

        def page(reader: Reader) -> list[Stream]:
            found = log.list_streams(reader, context.scope, _table_name(table), after)
            return list(itertools.islice(found, limit))

        streams = await self._storage.read(page)
        return {
            "Streams": [
                {"StreamArn": stream.arn, "TableName": stream.table, "StreamLabel": stream.label}
                for stream in streams
            ],
            "LastEvaluatedStreamArn": streams[-1].arn if len(streams) == limit else None,
        }

    async def describe_stream(self, context: Context, params: Params) -> Output:
        limit = params.get("Limit") or limits.describe_stream_page_max
        if limit > limits.describe_stream_page_max:
            raise _out_of_range(limit, "limit", limits.describe_stream_page_max)
        parent = _shard_filter(params)
        arn: str = params["StreamArn"]
        stream = await self._storage.read(lambda reader: find(reader, context.scope, arn))
        shards = [shard for shard in stream.shards if parent is None or shard.parent == parent]
        after = params.get("ExclusiveStartShardId")
        if after is not None:
            shards = [shard for shard in shards if shard.id > after]
        last = shards[limit - 1].id if len(shards) > limit else None
        status = stream.status(self._clock.now())
        return {"StreamDescription": _description(stream, status, shards[:limit], last)}

    async def get_shard_iterator(self, context: Context, params: Params) -> Output:
        arn: str = params["StreamArn"]
        kind: str = params["ShardIteratorType"]
        wanted = _sequence_number(kind, params.get("SequenceNumber"))
        moment = self._moment(kind, params.get("Timestamp"))

        def position(reader: Reader) -> int:
            shard = find(reader, context.scope, arn).shard(params["ShardId"])
            if shard is None:
                raise AwsError(
                    "ResourceNotFoundException", "Requested resource not found: Shard does not exist"
                )
            if moment is not None:
                return log.before(reader, shard, moment)
            return _after(reader, shard, kind, wanted)

        after = await self._storage.read(position)
        return {"ShardIterator": Position(arn, params["ShardId"], after, self._milliseconds()).text()}

    async def get_records(self, context: Context, params: Params) -> Output:
        position = iterator.parse(params["ShardIterator"])
        if self._milliseconds() - position.issued > limits.shard_iterator_seconds_max * 1000:
            raise AwsError(
                "ExpiredIteratorException", "The provided iterator exceeds the maximum age allowed."
            )
        limit = params.get("Limit") or limits.get_records_count_max

        def page(reader: Reader) -> tuple[list[Entry], bool]:
            shard = find(reader, context.scope, position.arn).shard(position.shard)
            if shard is None or reader.floor(shard.journal) > position.after:
                raise iterator.trimmed()
            entries = _page(reader, shard, position.after, limit)
            number = entries[-1].number if entries else position.after
            return entries, shard.end is not None and shard.start + number >= shard.end

        entries, finished = await self._storage.read(page)
        after = entries[-1].number if entries else position.after
        following = Position(position.arn, position.shard, after, self._milliseconds())
        region = context.scope.region
        return {
            "Records": [record.encoded_records_form(entry, region) for entry in entries],
            "NextShardIterator": None if finished else following.text(),
        }

    def _moment(self, kind: str, timestamp: float | None) -> float | None:
        """The time an iterator of this kind starts from. Raises if it lacks or does not want one.

        The rules are the API model's of 2026; its sentences are not known.
        """
        if kind != "AT_TIMESTAMP":
            if timestamp is not None:
                raise _not_wanted("Timestamp", kind)
            return None
        if timestamp is None:
            raise _wanted("Timestamp", kind)
        if timestamp > self._clock.now():
            raise validation_error("Invalid Request: Timestamp must not be in the future")
        return int(timestamp * 1000) / 1000  # as exactly as records tell their time

    def _milliseconds(self) -> int:
        return int(self._clock.now() * 1000)


def find(reader: Reader, scope: Scope, arn: str) -> Stream:
    """The stream with this ARN in this scope. Raises AWS's errors for garbage and for what is not there."""
    if log.key_of(arn) is None:
        raise validation_error("Invalid StreamArn")
    stream = log.describe(reader, arn)
    if stream is None or arns.parse(arn).scope != scope:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
    return stream


def _description(stream: Stream, status: str, shards: list[Shard], last: str | None) -> Output:
    return {
        "StreamArn": stream.arn,
        "StreamLabel": stream.label,
        "StreamStatus": status,
        "StreamViewType": stream.view,
        "CreationRequestDateTime": stream.created,
        "TableName": stream.table,
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in stream.key_schema],
        "Shards": [_shard(shard) for shard in shards],
        "LastEvaluatedShardId": last,
    }


def _shard(shard: Shard) -> Output:
    numbers = {"StartingSequenceNumber": str(shard.start)}
    if shard.end is not None:
        numbers["EndingSequenceNumber"] = str(shard.end)
    return {"ShardId": shard.id, "ParentShardId": shard.parent, "SequenceNumberRange": numbers}


def _shard_filter(params: Params) -> str | None:
    """The shard whose children are asked for; None without a filter."""
    asked = params.get("ShardFilter")
    if asked is None:
        return None
    for member in ("Type", "ShardId"):
        if asked.get(member) is None:
            path = f"shardFilter.{member[0].lower()}{member[1:]}"
            raise validation_error(
                f"1 validation error detected: Value null at '{path}' failed to satisfy constraint: "
                "Member must not be null"
            )
    shard: str = asked["ShardId"]
    return shard


def _sequence_number(kind: str, text: str | None) -> int | None:
    """The sequence number an iterator of this kind starts from. Raises if it lacks or does not want one."""
    if kind not in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        if text is not None:
            raise _not_wanted("SequenceNumber", kind)
        return None
    if text is None:
        raise _wanted("SequenceNumber", kind)
    if not (text.isascii() and text.isdecimal()):
        raise validation_error("Invalid SequenceNumber")
    return int(text)


def _wanted(member: str, kind: str) -> AwsError:
    return validation_error(f"Invalid Request: {member} must be provided for ShardIteratorType {kind}")


def _not_wanted(member: str, kind: str) -> AwsError:
    return validation_error(f"Invalid Request: {member} must not be provided for ShardIteratorType {kind}")


def _after(reader: Reader, shard: Shard, kind: str, wanted: int | None) -> int:
    """The number in the shard's journal that an iterator starts behind."""
    floor = reader.floor(shard.journal)
    if wanted is None:
        return floor if kind == "TRIM_HORIZON" else reader.head(shard.journal)
    # A shard's starting number stands for its first record, whatever number that has.
    after = wanted - shard.start - (1 if kind == "AT_SEQUENCE_NUMBER" else 0)
    after = min(max(0, after), 1 << 62)  # a number from the far future still has to fit an iterator
    if after < floor:
        raise iterator.trimmed()
    return after


def _page(reader: Reader, shard: Shard, after: int, limit: int) -> list[Entry]:
    """As many records as one answer may hold, at least one if there is one."""
    entries: list[Entry] = []
    size = 0
    while len(entries) < limit:
        # Few at a time: records of large items would otherwise be read by the hundred and thrown away.
        step = log.read(reader, shard, after, min(32, limit - len(entries)))
        for entry in step:
            size += len(entry.data)
            if entries and size > limits.get_records_bytes_max:
                return entries
            entries.append(entry)
        if not step:
            break
        after = step[-1].number
    return entries


def _table_name(text: str | None) -> str | None:
    """A table's name from its name or its ARN."""
    return text.rpartition("/")[2] if text else None


def _out_of_range(value: int, member: str, most: int) -> AwsError:
    return validation_error(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have value less than or equal to {most}"
    )
