"""Shards come by number, by age and on command, keep every key's order, and go when nobody can read them any more."""

import itertools

from tests.unit.tables.calls import n, run, s

from millrace.core import limits
from millrace.dynamodb import transition
from millrace.streams import log, stream
from millrace.streams.retention import Retention

HOUR = 3600


async def _streamed(calls, puts=0):
    made = await calls.table(view="NEW_IMAGE")
    await _put(calls, range(puts))
    return made["TableDescription"]["LatestStreamArn"]


async def _put(calls, numbers, keys=20):
    for number in numbers:
        await calls("PutItem", TableName="orders", Item={"id": s(str(number % keys)), "n": n(number)})


async def _described(calls, arn, **params):
    return (await calls("DescribeStream", StreamArn=arn, **params))["StreamDescription"]


async def _shards(calls, arn):
    return (await _described(calls, arn))["Shards"]


async def _divide(calls, arn, how):
    def divide(writer):
        current = log.describe(writer, arn)
        for shard in current.open_shards:
            current = how(writer, current, shard, calls.clock.now())
        return current

    return await calls.storage.write(divide)


def _seen(records):
    """The numbers of each key in the order of the records."""
    found = {}
    for record in records:
        image = record["dynamodb"]["NewImage"]
        found.setdefault(image["id"]["S"], []).append(int(image["n"]["N"]))
    return found


def test_a_new_stream_has_as_many_open_shards_as_are_asked_for():
    async def test(calls):
        arn = await _streamed(calls, puts=200)
        shards = await _shards(calls, arn)
        records = await calls.records()
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]

        assert [shard["ShardId"] for shard in shards] == sorted(shard["ShardId"] for shard in shards)
        assert len(shards) == 4
        assert all("ParentShardId" not in shard for shard in shards)
        assert len(set(numbers)) == 200
        assert _seen(records) == {str(key): list(range(key, 200, 20)) for key in range(20)}

    run(test, stream_shards=4)


def test_every_partition_belongs_to_one_open_shard_whatever_was_split_and_rolled():
    async def test(calls):
        arn = await _streamed(calls)
        for how in (log.split, log.roll, log.split):
            made = await _divide(calls, arn, how)
        ranges = sorted((shard.low, shard.high) for shard in made.open_shards)

        assert (ranges[0][0], ranges[-1][1], len(ranges)) == (0, stream.HASH_END, 12)
        assert all(left[1] == right[0] for left, right in itertools.pairwise(ranges))
        assert len({shard.id.split("-")[1] for shard in made.shards}) == len(made.shards)
        assert stream.decode(stream.encode(made)) == made

    run(test, stream_shards=3)


def test_keys_keep_their_order_from_parents_to_children():
    async def test(calls):
        arn = await _streamed(calls, puts=60)
        for at, how in ((60, log.split), (120, log.roll), (180, log.split)):
            await _divide(calls, arn, how)
            await _put(calls, range(at, at + 60))
        records = await calls.records()
        by_key = {}
        for record in records:
            image = record["dynamodb"]["NewImage"]
            by_key.setdefault(image["id"]["S"], []).append(int(record["dynamodb"]["SequenceNumber"]))

        assert _seen(records) == {str(key): list(range(key, 240, 20)) for key in range(20)}
        assert all(numbers == sorted(numbers) for numbers in by_key.values())

    run(test, stream_shards=2)


def test_a_shard_rolls_over_after_four_hours_unless_it_never_had_a_record():
    async def test(calls):
        arn = await _streamed(calls, puts=3)
        retention = Retention(calls.storage, calls.clock)
        calls.clock.advance(limits.shard_age_seconds_max - 1)
        await retention.sweep()
        young = await _shards(calls, arn)
        calls.clock.advance(1)
        await retention.sweep()
        parent, child = await _shards(calls, arn)
        calls.clock.advance(limits.shard_age_seconds_max)
        await retention.sweep()

        assert len(young) == 1
        assert child["ParentShardId"] == parent["ShardId"] == young[0]["ShardId"]
        assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
        assert await _shards(calls, arn) == [parent, child]
        await _put(calls, range(3, 6))
        await retention.sweep()
        assert len(await _shards(calls, arn)) == 3
        assert sorted(number for numbers in _seen(await calls.records()).values() for number in numbers) == [
            *range(6)
        ]

    run(test)


def test_a_closed_shard_goes_a_day_after_its_end_and_its_child_goes_on_naming_it():
    async def test(calls):
        farewells = []

        def farewell(writer, _stream, shard):
            farewells.append((shard.id, writer.head(shard.journal), writer.floor(shard.journal)))

        arn = await _streamed(calls, puts=3)
        retention = Retention(calls.storage, calls.clock, farewell)
        await _divide(calls, arn, log.roll)
        parent, child = await _shards(calls, arn)
        form = {"StreamArn": arn, "ShardId": parent["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        calls.clock.advance(24 * HOUR - 1)
        await retention.sweep()
        early = await _shards(calls, arn)
        iterator = await calls("GetShardIterator", **form)
        calls.clock.advance(1)
        await retention.sweep()
        kept = await calls.storage.read(lambda reader: log.describe(reader, arn))

        assert early == [parent, child]
        assert await _shards(calls, arn) == [child]
        assert child["ParentShardId"] == parent["ShardId"]
        assert farewells == [(parent["ShardId"], 3, 3)]
        assert kept.removed == 3
        assert (await calls.refused("GetShardIterator", **form))[0] == "ResourceNotFoundException"
        assert (await calls.refused("GetRecords", **iterator))[0] == "TrimmedDataAccessException"

    run(test)


def test_a_dropped_stream_says_farewell_to_each_of_its_shards():
    async def test(calls):
        gone = []
        arn = await _streamed(calls, puts=3)
        await _divide(calls, arn, log.split)
        ids = [shard["ShardId"] for shard in await _shards(calls, arn)]
        await calls("DeleteTable", TableName="orders")
        calls.clock.advance(25 * HOUR)
        await Retention(calls.storage, calls.clock, lambda _, __, shard: gone.append(shard.id)).sweep()

        assert gone == ids
        assert await calls("ListStreams") == {"Streams": []}

    run(test)


def test_a_closed_shard_ends_with_its_last_records_wherever_one_begins():
    async def test(calls):
        arn = await _streamed(calls, puts=2)
        await _divide(calls, arn, log.roll)
        await _divide(calls, arn, log.roll)
        full, empty, leaf = await _shards(calls, arn)
        end = full["SequenceNumberRange"]["EndingSequenceNumber"]
        answers = []
        for shard, kind in itertools.product((full, empty, leaf), ("TRIM_HORIZON", "LATEST")):
            iterator = await calls(
                "GetShardIterator", StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType=kind
            )
            page = await calls("GetRecords", **iterator)
            answers.append((len(page["Records"]), "NextShardIterator" in page))
        behind = await calls(
            "GetShardIterator",
            StreamArn=arn,
            ShardId=full["ShardId"],
            ShardIteratorType="AFTER_SEQUENCE_NUMBER",
            SequenceNumber=end,
        )

        assert answers == [(2, False), (0, False), (0, False), (0, False), (0, True), (0, True)]
        assert await calls("GetRecords", **behind) == {"Records": []}
        assert end == (await calls.records())[-1]["dynamodb"]["SequenceNumber"]

    run(test)


def test_shards_are_told_in_pages_also_of_children_only():
    async def test(calls):
        arn = await _streamed(calls)
        await _divide(calls, arn, log.split)
        (parent, *children) = await _shards(calls, arn)
        family = {"ShardFilter": {"Type": "CHILD_SHARDS", "ShardId": parent["ShardId"]}}
        first = await _described(calls, arn, Limit=1, **family)
        second = await _described(
            calls, arn, Limit=1, ExclusiveStartShardId=first["LastEvaluatedShardId"], **family
        )

        assert len(children) == 2
        assert first["Shards"] + second["Shards"] == children
        assert "LastEvaluatedShardId" not in second

    run(test)


def test_a_streams_states_last_as_long_as_its_tables():
    async def test(calls):
        arn = await _streamed(calls)
        told = [(await _described(calls, arn))["StreamStatus"]]
        calls.clock.advance(5)
        told.append((await _described(calls, arn))["StreamStatus"])
        table = arn.partition("/stream/")[0]
        await calls.storage.write(lambda writer: transition.settle(writer, table, calls.clock.now()))
        await calls("DeleteTable", TableName="orders")
        leaving = await _described(calls, arn)
        calls.clock.advance(5)
        told += [leaving["StreamStatus"], (await _described(calls, arn))["StreamStatus"]]

        assert told == ["ENABLING", "ENABLED", "DISABLING", "DISABLED"]
        assert "EndingSequenceNumber" in leaving["Shards"][0]["SequenceNumberRange"]

    run(test, table_delay=5)


def test_streams_of_the_first_versions_are_read_as_they_were_stored():
    old = (
        b'{"arn":"a","label":"l","table":"t","view":"KEYS_ONLY","key_schema":[["id","HASH"]],"created":1.0,'
        b'"disabled":2.0,"shards":[["shardId-00000000000000001000-00000000","j",null,"5","7","0","9"]]}'
    )
    (shard,) = stream.decode(old).shards

    assert (shard.start, shard.end, shard.closed, shard.opened) == (5, 7, None, 1.0)
    assert stream.decode(old).status(3.0) == "DISABLED"
