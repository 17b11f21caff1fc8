"""Checkpoint rows: whole, and saved by their owner alone."""

import asyncio

import pytest

from millrace.storage.memory import MemoryStorage
from millrace.streams.stream import Shard
from millrace.triggers import checkpoint, past
from millrace.triggers.checkpoint import LeaseLostError
from millrace.triggers.delivery import Checkpoint, Reason

SHARD = Shard("shardId-1", "journal", 0, None, None, 0, 1)


def write(*steps):
    async def run():
        async with MemoryStorage() as storage:
            return [await storage.write(step) for step in steps][-1]

    return asyncio.run(run())


def test_a_row_comes_back_as_it_was_saved():
    row = Checkpoint(
        1,
        9,
        4,
        2,
        {Reason.AGE.value: 2},
        3,
        5.5,
        (20, 12),
        "OK",
        7.0,
        owner="me",
        lanes=2,
        history=((10, 12),),
    )

    def save(writer):
        _, other = checkpoint.claim(writer, "u", SHARD, "me", 2)[0]
        checkpoint.save(writer, "u", SHARD.id, row)
        return checkpoint.load_all(writer, "u"), other

    rows, other = write(save)
    assert rows == {SHARD.id: (row, other)}


def test_who_lost_the_row_cannot_save_it():
    def contend(writer):
        (mine,), _ = checkpoint.claim(writer, "u", SHARD, "me")
        checkpoint.claim(writer, "u", SHARD, "other")
        checkpoint.save(writer, "u", SHARD.id, mine)

    with pytest.raises(LeaseLostError):
        write(contend)


def test_the_row_of_a_deleted_mapping_is_not_saved_again():
    def delete(writer):
        (mine,), _ = checkpoint.claim(writer, "u", SHARD, "me")
        checkpoint.remove_all(writer, "u")
        checkpoint.save(writer, "u", SHARD.id, mine)

    with pytest.raises(LeaseLostError):
        write(delete)


def test_the_result_of_a_mapping_is_its_newest_shard_result():
    def save(writer):
        for shard_id, result, at in (("1", "OK", 2.0), ("2", "PROBLEM: x", 5.0), ("3", "OK", 3.0)):
            shard = Shard(shard_id, shard_id, 0, None, None, 0, 1)
            checkpoint.claim(writer, "u", shard, "me")
            row = Checkpoint(0, 0, result=result, result_at=at, owner="me")
            checkpoint.save(writer, "u", shard_id, row)
        return past.last_result(writer, "u")

    assert write(save) == "PROBLEM: x"


def test_a_row_of_an_older_data_directory_is_that_of_a_lone_lane():
    def read(writer):
        writer.put(checkpoint.SPACE, b"u\0shardId-1", b'{"start":1,"position":9,"delivered":8,"bounds":[12]}')
        rows, _ = checkpoint.claim(writer, "u", SHARD, "me")
        return rows

    assert write(read) == (Checkpoint(1, 9, 8, bounds=(12,), owner="me"),)
