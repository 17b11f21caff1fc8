"""The data of the benchmarks is what its documentation says it is."""

import json

from benchmarks.items import ITEM_COUNT, batch_bodies, get_bodies, item, put_bodies


def test_an_item_has_ten_attributes_and_about_300_bytes():
    assert len(item("item-00001", 1)) == 10
    assert 300 <= len(json.dumps(item("item-00001", 1))) <= 600


def test_every_key_is_read_and_written_once_per_round():
    read = {json.loads(body)["Key"]["id"]["S"] for body in get_bodies()}
    written = [json.loads(body)["Item"] for body in put_bodies()]

    assert len(read) == ITEM_COUNT
    assert {one["id"]["S"] for one in written[:ITEM_COUNT]} == read
    assert {one["id"]["S"] for one in written[ITEM_COUNT:]} == read


def test_every_write_changes_its_item():
    first, second = (json.loads(put_bodies()[at])["Item"] for at in (0, ITEM_COUNT))

    assert first["id"] == second["id"]
    assert first["version"] != second["version"]


def test_a_batch_never_has_a_key_twice():
    for body in batch_bodies():
        keys = [
            request["PutRequest"]["Item"]["id"]["S"] for request in json.loads(body)["RequestItems"]["items"]
        ]
        assert len(set(keys)) == 25


def test_no_row_writes_the_version_the_table_begins_with():
    def versions(bodies):
        batches = [json.loads(body)["RequestItems"]["items"] for body in bodies]
        return {request["PutRequest"]["Item"]["version"]["N"] for batch in batches for request in batch}

    puts = {json.loads(body)["Item"]["version"]["N"] for body in put_bodies()}

    assert versions(batch_bodies(versions=(0,))).isdisjoint(versions(batch_bodies()) | puts)
