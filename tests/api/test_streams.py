"""Streams come, are read, close, are replaced and end: the four operations, over the wire."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.fresh_tables import FreshTable, FreshTables, invalid, refused
from tests.api.millrace_process import Millrace

VIEW = "NEW_AND_OLD_IMAGES"
DAY = 24 * 3600
GARBAGE_ARN = "arn:aws:dynamodb:eu-central-1:000000000000:stream-of-nothing"


def streamed(tables: FreshTables, *values: str) -> FreshTable:
    table = tables.create("id", view=VIEW)
    write(table, *values)
    return table


def write(table: FreshTable, *values: str) -> None:
    for value in values:
        table.put({"id": {"S": "one"}, "v": {"S": value}})


def described(table: FreshTable, arn: str | None = None, **arguments: Any) -> dict[str, Any]:
    streams = table.tables.streams
    return streams.describe_stream(StreamArn=arn or table.stream_arn(), **arguments)["StreamDescription"]


def place(table: FreshTable, kind: str, number: str | None = None, arn: str | None = None) -> str:
    """A shard iterator of the stream's only shard."""
    stream = described(table, arn)
    given = {} if number is None else {"SequenceNumber": number}
    return table.tables.streams.get_shard_iterator(
        StreamArn=stream["StreamArn"],
        ShardId=stream["Shards"][0]["ShardId"],
        ShardIteratorType=kind,
        **given,
    )["ShardIterator"]


def values(answer: dict[str, Any]) -> list[str]:
    return [record["dynamodb"]["NewImage"]["v"]["S"] for record in answer["Records"]]


def read(table: FreshTable, iterator: str, **arguments: Any) -> dict[str, Any]:
    return table.tables.streams.get_records(ShardIterator=iterator, **arguments)


def numbers(table: FreshTable) -> list[str]:
    return [record["dynamodb"]["SequenceNumber"] for record in table.records()]


def test_a_stream_is_described_as_aws_does(tables: FreshTables):
    table = tables.create("id", "at:N", view=VIEW)
    stream = described(table)
    label = stream["StreamLabel"]
    shard = stream["Shards"][0]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", label)
    assert stream["StreamArn"] == f"{table.describe()['TableArn']}/stream/{label}"
    assert set(stream) == {
        *("StreamArn", "StreamLabel", "StreamStatus", "StreamViewType"),
        *("CreationRequestDateTime", "TableName", "KeySchema", "Shards"),
    }
    assert (stream["StreamStatus"], stream["StreamViewType"]) == ("ENABLED", VIEW)
    assert stream["KeySchema"] == table.describe()["KeySchema"]
    assert re.fullmatch(r"shardId-\d{20}-[0-9a-f]{8}", shard["ShardId"])
    assert re.fullmatch(r"\d{21,40}", shard["SequenceNumberRange"]["StartingSequenceNumber"])
    assert set(shard) == {"ShardId", "SequenceNumberRange"}
    assert set(shard["SequenceNumberRange"]) == {"StartingSequenceNumber"}


def test_shards_are_listed_behind_the_one_given(tables: FreshTables):
    table = streamed(tables)
    shard = described(table)["Shards"][0]["ShardId"]
    behind = described(table, ExclusiveStartShardId=shard)
    unknown = described(table, ExclusiveStartShardId="z" * 30)
    childless = described(table, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": shard})

    assert [stream["Shards"] for stream in (behind, unknown, childless)] == [[], [], []]
    assert behind["StreamStatus"] == childless["StreamStatus"] == "ENABLED"


def test_iterators_start_where_their_type_says(tables: FreshTables):
    table = streamed(tables, "1", "2", "3")
    second = numbers(table)[1]
    start = described(table)["Shards"][0]["SequenceNumberRange"]["StartingSequenceNumber"]
    latest = place(table, "LATEST")
    write(table, "4")

    assert values(read(table, place(table, "TRIM_HORIZON"))) == ["1", "2", "3", "4"]
    assert values(read(table, place(table, "AT_SEQUENCE_NUMBER", second))) == ["2", "3", "4"]
    assert values(read(table, place(table, "AFTER_SEQUENCE_NUMBER", second))) == ["3", "4"]
    assert values(read(table, place(table, "AT_SEQUENCE_NUMBER", start))) == ["1", "2", "3", "4"]
    assert values(read(table, latest)) == ["4"]


def test_an_iterator_starts_at_a_time(tables: FreshTables):
    table = streamed(tables, "1", "2")
    tables.server.ask("clock", advance=60)
    between = tables.server.ask("clock", advance=60)["now"] - 60
    write(table, "3")
    stream = described(table)
    given = {"StreamArn": stream["StreamArn"], "ShardId": stream["Shards"][0]["ShardId"]}
    found = [
        values(
            read(
                table,
                tables.streams.get_shard_iterator(
                    **given, ShardIteratorType="AT_TIMESTAMP", Timestamp=moment
                )["ShardIterator"],
            )
        )
        for moment in (0, between)
    ]
    future = refused(
        tables.streams.get_shard_iterator,
        **given,
        ShardIteratorType="AT_TIMESTAMP",
        Timestamp=between + 1000,
    )

    assert found == [["1", "2", "3"], ["3"]]
    assert future[0] == "ValidationException"


def test_iterators_look_as_they_do_on_aws(tables: FreshTables):
    table = streamed(tables)
    first = place(table, "TRIM_HORIZON")
    form = re.escape(table.stream_arn()) + r"\|\d\|.+"

    assert re.fullmatch(form, first)
    assert re.fullmatch(form, read(table, first)["NextShardIterator"])


def test_an_open_shard_always_has_a_next_iterator(tables: FreshTables):
    table = streamed(tables)
    empty = read(table, place(table, "TRIM_HORIZON"))
    write(table, "1")
    one = read(table, empty["NextShardIterator"])
    none = read(table, one["NextShardIterator"])

    assert (empty["Records"], values(one), none["Records"]) == ([], ["1"], [])
    assert "NextShardIterator" in none


def test_records_come_a_page_at_a_time(tables: FreshTables):
    table = streamed(tables, *"abcdefg")
    stream = described(table)
    pages = table.pages(stream["StreamArn"], stream["Shards"][0]["ShardId"], Limit=3)

    assert [values({"Records": page}) for page in pages] == [["a", "b", "c"], ["d", "e", "f"], ["g"]]


def test_a_page_of_records_is_at_most_one_megabyte_or_one_record(tables: FreshTables):
    table = streamed(tables, *(letter * 390_000 for letter in "abc"))
    stream = described(table)
    pages = list(table.pages(stream["StreamArn"], stream["Shards"][0]["ShardId"]))
    sizes = [sum(record["dynamodb"]["SizeBytes"] for record in page) for page in pages]

    assert [letter[0] for page in pages for letter in values({"Records": page})] == ["a", "b", "c"]
    assert len(pages) > 1
    assert all(size <= 1024 * 1024 for size in sizes)


def test_an_iterator_gives_the_same_records_again(tables: FreshTables):
    table = streamed(tables, "1")
    iterator = place(table, "TRIM_HORIZON")

    assert read(table, iterator)["Records"] == read(table, iterator)["Records"]


def test_a_disabled_stream_is_closed_and_stays_readable(tables: FreshTables):
    table = streamed(tables, "1", "2")
    before = place(table, "TRIM_HORIZON")
    arn = table.stream_arn()
    answer = table.toggle(view=None)
    stream = described(table, arn)
    partly = read(table, before, Limit=1)
    whole = read(table, place(table, "TRIM_HORIZON", arn=arn))
    write(table, "3")
    after = table.describe()

    assert (answer["TableStatus"], answer["LatestStreamArn"]) == ("UPDATING", arn)
    assert "StreamSpecification" not in answer | after
    assert after["LatestStreamArn"] == arn
    assert stream["StreamStatus"] == "DISABLED"
    assert (stream["StreamViewType"], stream["TableName"]) == (VIEW, table.name)
    assert stream["Shards"][0]["SequenceNumberRange"]["EndingSequenceNumber"] == numbers(table)[-1]
    assert (values(partly), "NextShardIterator" in partly) == (["1"], True)
    assert (values(whole), "NextShardIterator" in whole) == (["1", "2"], False)


def test_an_enabled_stream_is_a_new_one_and_the_old_one_remains(tables: FreshTables):
    table = streamed(tables, "1")
    old = table.stream_arn()
    table.toggle(view=None)
    answer = table.toggle(view="NEW_IMAGE")
    write(table, "2")
    new = table.stream_arn()
    listed = tables.streams.list_streams(TableName=table.name)["Streams"]

    assert answer["LatestStreamArn"] == new != old
    assert answer["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert [values({"Records": table.records(arn)}) for arn in (old, new)] == [["1"], ["2"]]
    assert [stream["StreamArn"] for stream in listed] == [old, new]
    assert listed[1] == {"StreamArn": new, "TableName": table.name, "StreamLabel": new.rpartition("/")[2]}


def test_a_deleted_tables_stream_is_closed_and_stays_readable(tables: FreshTables):
    table = streamed(tables, "1")
    arn = table.stream_arn()
    table.delete_table()

    assert described(table, arn)["StreamStatus"] in ("DISABLING", "DISABLED")
    assert values({"Records": table.records(arn)}) == ["1"]


def test_a_table_with_the_name_of_a_deleted_one_has_a_stream_of_its_own(tables: FreshTables):
    table = streamed(tables, "1")
    old = table.stream_arn()
    table.delete_table()
    again = tables.create("id", view=VIEW, TableName=table.name)

    assert again.stream_arn() != old
    assert again.records() == []
    assert len(tables.streams.list_streams(TableName=table.name)["Streams"]) == 2


def test_tags_and_indexes_leave_the_stream_alone(tables: FreshTables):
    table = streamed(tables)
    arn = table.stream_arn()
    tables.client.tag_resource(ResourceArn=table.describe()["TableArn"], Tags=[{"Key": "a", "Value": "b"}])
    table.update_table(DeletionProtectionEnabled=True)

    assert table.stream_arn() == arn


def test_list_streams_gives_a_page_at_a_time(tables: FreshTables):
    client = tables.server.client("dynamodbstreams", region_name="ap-south-1")
    dynamodb = tables.server.client("dynamodb", region_name="ap-south-1")
    arns = [
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )["TableDescription"]["LatestStreamArn"]
        for name in ("aaa", "bbb", "ccc")
    ]
    first = client.list_streams(Limit=2)
    dynamodb.delete_table(TableName="bbb")
    rest = client.list_streams(Limit=2, ExclusiveStartStreamArn=first["LastEvaluatedStreamArn"])

    assert [stream["StreamArn"] for stream in first["Streams"]] == arns[:2]
    assert first["LastEvaluatedStreamArn"] == arns[1]
    assert [stream["StreamArn"] for stream in rest["Streams"]] == arns[2:]
    assert "LastEvaluatedStreamArn" not in rest
    assert client.list_streams(TableName="bbb")["Streams"][0]["StreamArn"] == arns[1]


def test_a_table_without_a_stream_has_none_listed(tables: FreshTables):
    table = tables.create("id")

    assert tables.streams.list_streams(TableName=table.name)["Streams"] == []
    assert tables.streams.list_streams(TableName="nowhere")["Streams"] == []


def test_an_iterator_expires_after_15_minutes(tables: FreshTables):
    table = streamed(tables, "1")
    early = place(table, "TRIM_HORIZON")
    tables.server.ask("clock", advance=14 * 60)
    in_time = values(read(table, early))
    tables.server.ask("clock", advance=61)

    assert in_time == ["1"]
    assert refused(tables.streams.get_records, ShardIterator=early) == (
        "ExpiredIteratorException",
        "The provided iterator exceeds the maximum age allowed.",
    )
    assert values(read(table, place(table, "TRIM_HORIZON"))) == ["1"]


def until_trimmed(table: FreshTable, number: str) -> tuple[str, str]:
    """The answer to who asks for a record that a sweep is about to remove."""
    trimmed = table.tables.streams.exceptions.TrimmedDataAccessException
    return until_refused(trimmed, place, table, "AFTER_SEQUENCE_NUMBER", str(int(number) - 1))


def until_refused(kind: type[ClientError], call: Callable[..., Any], *arguments: Any) -> tuple[str, str]:
    """The answer to a call that a sweep, which is due but in its own time, is about to refuse."""
    deadline = time.monotonic() + 30  # noqa: TID251 -- a real process is being waited for
    while time.monotonic() < deadline:  # noqa: TID251
        try:
            call(*arguments)
        except kind as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("the sweep never came")


def test_records_live_24_hours(tables: FreshTables):
    table = streamed(tables, "old", "older")
    first, second = numbers(table)
    tables.server.ask("clock", advance=DAY - 3600)
    write(table, "young")
    # The shard may have rolled over by now, as it is 23 hours old.
    all_there = values({"Records": table.records()})
    tables.server.ask("clock", advance=7200)
    answer = until_trimmed(table, second)

    assert all_there == ["old", "older", "young"]
    assert answer == (
        "TrimmedDataAccessException",
        "The data you are trying to access has been trimmed",
    )
    assert values({"Records": table.records()}) == ["young"]
    assert place(table, "AFTER_SEQUENCE_NUMBER", second)
    assert int(first) < int(second)


def test_a_disabled_stream_is_forgotten_after_24_hours(tables: FreshTables):
    table = streamed(tables, "1")
    arn = table.stream_arn()
    table.toggle(view=None)
    tables.server.ask("clock", advance=DAY + 120)

    assert until_refused(tables.streams.exceptions.ResourceNotFoundException, described, table, arn) == (
        "ResourceNotFoundException",
        f"Requested resource not found: Stream: {arn} not found",
    )
    assert tables.streams.list_streams(TableName=table.name)["Streams"] == []


UNKNOWN = "arn:aws:dynamodb:eu-central-1:000000000000:table/nowhere/stream/2026-01-01T00:00:00.000"


def test_an_unknown_stream_is_not_found(tables: FreshTables):
    expected = ("ResourceNotFoundException", f"Requested resource not found: Stream: {UNKNOWN} not found")
    shard = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "LATEST"}

    assert refused(tables.streams.describe_stream, StreamArn=UNKNOWN) == expected
    assert refused(tables.streams.get_shard_iterator, StreamArn=UNKNOWN, **shard) == expected


def test_an_unknown_shard_is_not_found(tables: FreshTables):
    table = streamed(tables)

    assert refused(
        tables.streams.get_shard_iterator,
        StreamArn=table.stream_arn(),
        ShardId="shardId-00000000000000000000-00000000",
        ShardIteratorType="LATEST",
    ) == ("ResourceNotFoundException", "Requested resource not found: Shard does not exist")


def test_garbage_is_invalid(tables: FreshTables):
    table = streamed(tables)
    arn = table.stream_arn()
    shard = described(table)["Shards"][0]["ShardId"]
    client = tables.unchecked_streams
    iterator = {"StreamArn": arn, "ShardId": shard}
    child = {"Type": "CHILD_SHARDS", "ShardId": shard}
    good = place(table, "TRIM_HORIZON")
    refusals = {
        "garbage ARN": refused(client.describe_stream, StreamArn=GARBAGE_ARN),
        "short ARN": refused(client.describe_stream, StreamArn="arn"),
        "no ARN": refused(client.describe_stream),
        "filter type": refused(client.describe_stream, StreamArn=arn, ShardFilter=child | {"Type": "X"}),
        "filter without type": refused(client.describe_stream, StreamArn=arn, ShardFilter={"ShardId": shard}),
        "filter without shard": refused(
            client.describe_stream, StreamArn=arn, ShardFilter={"Type": "CHILD_SHARDS"}
        ),
        "garbage start": refused(client.list_streams, ExclusiveStartStreamArn=GARBAGE_ARN),
        "iterator of garbage": refused(
            client.get_shard_iterator, StreamArn=GARBAGE_ARN, ShardId=shard, ShardIteratorType="LATEST"
        ),
        "iterator type": refused(client.get_shard_iterator, **iterator, ShardIteratorType="AT_TIME"),
        "no number": refused(client.get_shard_iterator, **iterator, ShardIteratorType="AT_SEQUENCE_NUMBER"),
        "a number too many": refused(
            client.get_shard_iterator, **iterator, ShardIteratorType="LATEST", SequenceNumber="1" * 21
        ),
        "no digits": refused(
            client.get_shard_iterator,
            **iterator,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber="x" * 21,
        ),
        "garbage iterator": refused(client.get_records, ShardIterator="garbage"),
        "edited iterator": refused(client.get_records, ShardIterator=good[:-6] + "AAAAAA"),
        "iterator for another": refused(client.get_records, ShardIterator=UNKNOWN + good[len(arn) :]),
    }

    assert {what: code for what, (code, _) in refusals.items() if code != "ValidationException"} == {}


@pytest.mark.parametrize(
    ("operation", "limit"),
    [
        *(("list_streams", limit) for limit in (0, 101)),
        *(("describe_stream", limit) for limit in (0, 101)),
        *(("get_records", limit) for limit in (-1, 0, 1001)),
    ],
)
def test_limits_are_kept(tables: FreshTables, operation: str, limit: int):
    table = streamed(tables)
    arguments = {
        "list_streams": {},
        "describe_stream": {"StreamArn": table.stream_arn()},
        "get_records": {"ShardIterator": place(table, "LATEST")},
    }[operation]
    bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {limit - 1}"

    assert refused(getattr(tables.unchecked_streams, operation), **arguments, Limit=limit) == invalid(
        f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def test_a_shard_id_that_is_too_short_is_named(tables: FreshTables):
    table = streamed(tables)
    code, message = refused(
        tables.unchecked_streams.describe_stream,
        StreamArn=table.stream_arn(),
        ShardFilter={"Type": "CHILD_SHARDS", "ShardId": "qwerty"},
    )

    assert code == "ValidationException"
    assert "shardFilter.shardId" in message


def test_streams_outlive_the_server(millrace: Millrace):
    tables = FreshTables(millrace)
    table = streamed(tables, "1", "2")
    before = table.records()
    iterator = place(table, "AFTER_SEQUENCE_NUMBER", numbers(table)[0])
    tables.server.kill()
    tables.server.start()
    write(table, "3")

    assert values(read(table, iterator)) == ["2", "3"]
    assert table.records()[:2] == before
