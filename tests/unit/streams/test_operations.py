"""ListStreams, DescribeStream, GetShardIterator, GetRecords, and the retention behind them."""

from tests.unit.tables.calls import n, run, s

from millrace.streams import log
from millrace.streams.retention import Retention

TRIMMED = ("TrimmedDataAccessException", "The data you are trying to access has been trimmed")


async def _stream(calls, puts=0, name="orders"):
    made = await calls.table(name, view="NEW_IMAGE")
    for number in range(puts):
        await calls("PutItem", TableName=name, Item={"id": s("a"), "n": n(number)})
    return made["TableDescription"]["LatestStreamArn"]


async def _shards(calls, arn, **params):
    return (await calls("DescribeStream", StreamArn=arn, **params))["StreamDescription"]["Shards"]


async def _iterator(calls, arn, kind="TRIM_HORIZON", **params):
    (*_, shard) = await _shards(calls, arn)
    form = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": kind, **params}
    return (await calls("GetShardIterator", **form))["ShardIterator"]


def _numbers(answer):
    return [int(record["dynamodb"]["NewImage"]["n"]["N"]) for record in answer["Records"]]


def _sequence_numbers(answer):
    return [record["dynamodb"]["SequenceNumber"] for record in answer["Records"]]


def test_a_stream_is_described_with_one_open_shard():
    async def test(calls):
        arn = await _stream(calls)
        found = (await calls("DescribeStream", StreamArn=arn))["StreamDescription"]
        (shard,) = found.pop("Shards")

        assert found == {
            "StreamArn": arn,
            "StreamLabel": arn.rpartition("/")[2],
            "StreamStatus": "ENABLED",
            "StreamViewType": "NEW_IMAGE",
            "CreationRequestDateTime": calls.clock.now(),
            "TableName": "orders",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        }
        assert set(shard) == {"ShardId", "SequenceNumberRange"}
        assert set(shard["SequenceNumberRange"]) == {"StartingSequenceNumber"}
        assert 28 <= len(shard["ShardId"]) <= 65

    run(test)


def test_each_iterator_starts_where_its_type_says():
    async def test(calls):
        arn = await _stream(calls, puts=3)
        latest = await _iterator(calls, arn, "LATEST")
        everything = await calls("GetRecords", ShardIterator=await _iterator(calls, arn))
        second = _sequence_numbers(everything)[1]
        at = await _iterator(calls, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=second)
        after = await _iterator(calls, arn, "AFTER_SEQUENCE_NUMBER", SequenceNumber=second)
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "n": n(9)})

        assert _numbers(everything) == [0, 1, 2]
        assert _numbers(await calls("GetRecords", ShardIterator=latest)) == [9]
        assert _numbers(await calls("GetRecords", ShardIterator=at)) == [1, 2, 9]
        assert _numbers(await calls("GetRecords", ShardIterator=after)) == [2, 9]

    run(test)


def test_the_starting_sequence_number_stands_for_the_first_record():
    async def test(calls):
        arn = await _stream(calls, puts=2)
        (shard,) = await _shards(calls, arn)
        start = shard["SequenceNumberRange"]["StartingSequenceNumber"]
        iterator = await _iterator(calls, arn, "AT_SEQUENCE_NUMBER", SequenceNumber=start)

        assert _numbers(await calls("GetRecords", ShardIterator=iterator)) == [0, 1]

    run(test)


def test_pages_follow_one_another_and_an_open_shard_never_ends():
    async def test(calls):
        arn = await _stream(calls, puts=5)
        iterator, found = await _iterator(calls, arn), []
        for _ in range(4):
            page = await calls("GetRecords", ShardIterator=iterator, Limit=2)
            found.append(_numbers(page))
            iterator = page["NextShardIterator"]

        assert found == [[0, 1], [2, 3], [4], []]
        assert iterator.startswith(f"{arn}|1|")

    run(test)


def test_an_answer_holds_no_more_than_a_mebibyte():
    async def test(calls):
        arn = await _stream(calls)
        for number in range(5):
            item = {"id": s("a"), "n": n(number), "x": s("x" * 300 * 1024)}
            await calls("PutItem", TableName="orders", Item=item)
        page = await calls("GetRecords", ShardIterator=await _iterator(calls, arn))

        assert _numbers(page) == [0, 1, 2]

    run(test)


def test_a_disabled_stream_is_closed_and_readable_to_its_end():
    async def test(calls):
        arn = await _stream(calls, puts=2)
        before = await _iterator(calls, arn)
        await calls("UpdateTable", TableName="orders", StreamSpecification={"StreamEnabled": False})
        found = (await calls("DescribeStream", StreamArn=arn))["StreamDescription"]
        page = await calls("GetRecords", ShardIterator=before)
        part = await calls("GetRecords", ShardIterator=await _iterator(calls, arn), Limit=1)

        assert found["StreamStatus"] == "DISABLED"
        assert (
            found["Shards"][0]["SequenceNumberRange"]["EndingSequenceNumber"] == (_sequence_numbers(page)[-1])
        )
        assert _numbers(page) == [0, 1]
        assert "NextShardIterator" not in page
        assert "NextShardIterator" in part

    run(test)


def test_records_outlive_their_table_for_a_day():
    async def test(calls):
        arn = await _stream(calls, puts=1)
        await calls("DeleteTable", TableName="orders")
        async with Retention(calls.storage, calls.clock) as retention:
            calls.clock.advance(23 * 3600)
            await retention.sweep()
            page = await calls("GetRecords", ShardIterator=await _iterator(calls, arn))
            calls.clock.advance(2 * 3600)
            await retention.sweep()

        assert _numbers(page) == [0]
        assert await calls.refused("DescribeStream", StreamArn=arn) == (
            "ResourceNotFoundException",
            f"Requested resource not found: Stream: {arn} not found",
        )
        assert await calls("ListStreams") == {"Streams": []}

    run(test)


def test_records_of_more_than_a_day_are_trimmed():
    async def test(calls):
        arn = await _stream(calls, puts=2)
        everything = await calls("GetRecords", ShardIterator=await _iterator(calls, arn))
        calls.clock.advance(25 * 3600)
        stale = await _iterator(calls, arn)
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "n": n(9)})
        await Retention(calls.storage, calls.clock).sweep()
        shard, _its_child = await _shards(calls, arn)
        oldest = await calls(
            "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        page = await calls("GetRecords", **oldest)
        first = _sequence_numbers(everything)[0]

        assert _numbers(page) == [9]
        assert await calls.refused("GetRecords", ShardIterator=stale) == TRIMMED
        assert (
            await calls.refused(
                "GetShardIterator",
                StreamArn=arn,
                ShardId=shard["ShardId"],
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=first,
            )
            == TRIMMED
        )

    run(test)


def test_an_iterator_expires_after_fifteen_minutes():
    async def test(calls):
        arn = await _stream(calls)
        iterator = await _iterator(calls, arn)
        calls.clock.advance(15 * 60)
        await calls("GetRecords", ShardIterator=iterator)
        calls.clock.advance(1)

        assert (await calls.refused("GetRecords", ShardIterator=iterator))[0] == "ExpiredIteratorException"

    run(test)


def test_iterators_we_did_not_issue_are_refused():
    async def test(calls):
        arn = await _stream(calls)
        iterator = await _iterator(calls, arn)
        for garbage in ("x", iterator[:-4], iterator.replace("orders", "others"), f"{arn}|1|!!", f"{arn}|1|"):
            assert (await calls.refused("GetRecords", ShardIterator=garbage))[0] == "ValidationException"

    run(test)


def test_wrong_arns_and_shards_are_told_apart():
    async def test(calls):
        arn = await _stream(calls)
        form = {"StreamArn": arn, "ShardId": f"shardId-{0:020}-00000000", "ShardIteratorType": "LATEST"}
        (shard,) = await _shards(calls, arn)
        form_of_shard = {**form, "ShardId": shard["ShardId"]}

        assert await calls.refused("DescribeStream", StreamArn="x" * 40) == (
            "ValidationException",
            "Invalid StreamArn",
        )
        assert await calls.refused("GetShardIterator", **form) == (
            "ResourceNotFoundException",
            "Requested resource not found: Shard does not exist",
        )
        for wrong in (
            {"SequenceNumber": "1" * 21},
            {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
            {"ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": "x" * 21},
        ):
            refused = await calls.refused("GetShardIterator", **{**form_of_shard, **wrong})
            assert refused[0] == "ValidationException"

    run(test)


def test_streams_are_listed_in_pages_that_may_start_at_a_stream_that_is_gone():
    async def test(calls):
        arns = [await _stream(calls, name=name) for name in ("aaa", "bbb", "ccc")]
        first = await calls("ListStreams", Limit=2)
        rest = await calls("ListStreams", Limit=2, ExclusiveStartStreamArn=first["LastEvaluatedStreamArn"])
        gone = arns[0].replace("aaa", "aab")
        after_gone = await calls("ListStreams", ExclusiveStartStreamArn=gone)

        assert first["LastEvaluatedStreamArn"] == arns[1]
        assert [stream["StreamArn"] for stream in rest["Streams"]] == arns[2:]
        assert "LastEvaluatedStreamArn" not in rest
        assert [stream["StreamArn"] for stream in after_gone["Streams"]] == arns[1:]
        assert await calls("ListStreams", TableName="none") == {"Streams": []}

    run(test)


def test_a_shard_that_rolled_over_has_a_child_with_higher_numbers():
    async def test(calls):
        arn = await _stream(calls, puts=2)

        def roll(writer):
            stream = log.describe(writer, arn)
            (shard,) = stream.shards
            return log.roll(writer, stream, shard, calls.clock.now())

        await calls.storage.write(roll)
        await calls("PutItem", TableName="orders", Item={"id": s("a"), "n": n(9)})
        parent, child = await _shards(calls, arn)
        children = await _shards(
            calls, arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]}
        )
        none = await _shards(calls, arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": child["ShardId"]})
        page = await calls("DescribeStream", StreamArn=arn, Limit=1)
        rest = await _shards(calls, arn, ExclusiveStartShardId=parent["ShardId"])

        assert child["ParentShardId"] == parent["ShardId"]
        assert int(child["SequenceNumberRange"]["StartingSequenceNumber"]) > int(
            parent["SequenceNumberRange"]["EndingSequenceNumber"]
        )
        assert (children, none, rest) == ([child], [], [child])
        assert page["StreamDescription"]["LastEvaluatedShardId"] == parent["ShardId"]
        assert _numbers(await calls("GetRecords", ShardIterator=await _iterator(calls, arn))) == [9]

    run(test)


def test_a_split_shares_the_partitions_between_two_children():
    async def test(calls):
        arn = await _stream(calls)

        def split(writer):
            stream = log.describe(writer, arn)
            (shard,) = stream.shards
            return log.split(writer, stream, shard, calls.clock.now())

        stream = await calls.storage.write(split)
        for number in range(40):
            await calls("PutItem", TableName="orders", Item={"id": s(str(number)), "n": n(number)})
        _, *children = stream.shards
        counts = [
            await calls.storage.read(lambda reader, s=child: reader.head(s.journal)) for child in children
        ]

        assert sum(counts) == 40
        assert min(counts) > 0

    run(test)


def test_at_timestamp_starts_with_the_first_record_of_that_time_or_later():
    async def test(calls):
        began = calls.clock.now()
        arn = await _stream(calls)
        for number in range(5):
            calls.clock.advance(10)
            await calls("PutItem", TableName="orders", Item={"id": s("a"), "n": n(number)})
        found = [
            _numbers(
                await calls(
                    "GetRecords",
                    ShardIterator=await _iterator(calls, arn, "AT_TIMESTAMP", Timestamp=began + seconds),
                )
            )
            for seconds in (-1000, 10, 10.5, 30, 41, 50)
        ]

        assert found == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4], [4], [4]]

    run(test)


def test_at_timestamp_needs_a_time_that_has_been():
    async def test(calls):
        arn = await _stream(calls)
        (shard,) = await _shards(calls, arn)
        form = {"StreamArn": arn, "ShardId": shard["ShardId"]}
        later = calls.clock.now() + 1
        wrong = "Invalid Request: Timestamp must"

        assert await calls.refused("GetShardIterator", **form, ShardIteratorType="AT_TIMESTAMP") == (
            "ValidationException",
            f"{wrong} be provided for ShardIteratorType AT_TIMESTAMP",
        )
        assert await calls.refused(
            "GetShardIterator", **form, ShardIteratorType="AT_TIMESTAMP", Timestamp=later
        ) == ("ValidationException", f"{wrong} not be in the future")
        assert await calls.refused(
            "GetShardIterator", **form, ShardIteratorType="LATEST", Timestamp=later
        ) == ("ValidationException", f"{wrong} not be provided for ShardIteratorType LATEST")

    run(test)
