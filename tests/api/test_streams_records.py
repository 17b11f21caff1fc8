"""What a stream tells of each change: events, images, sizes, order, and silence where nothing changed."""

import re
from datetime import UTC

import pytest
from tests.api.fresh_tables import FreshTable, FreshTables, in_order, index

BOTH = "NEW_AND_OLD_IMAGES"
FRED = {"id": {"S": "Fred"}}
NEW_KEY = {"id": {"S": "NewKey"}}


def test_keys_only_records_have_no_images(tables: FreshTables):
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    table = tables.create(
        "Username", view="KEYS_ONLY", BillingMode="PROVISIONED", ProvisionedThroughput=units
    )
    for name in ("Fred", "Alice"):
        user = {"Username": {"S": name}}
        table.put(user)
        table.put(user)
        table.update(user, "SET S = :v", {":v": {"S": "x"}})
        table.delete_item(Key=user)

    assert table.changes() == [
        (event, None, None, size) for size in (12, 13) for event in ("INSERT", "MODIFY", "REMOVE")
    ]
    assert [r["dynamodb"]["Keys"]["Username"]["S"] for r in table.records()] == ["Fred"] * 3 + ["Alice"] * 3


def test_batches_are_told_in_the_order_of_their_requests(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    fred_named = {**FRED, "name": {"S": "Fred"}}
    table.put(FRED)
    for requests in (
        [{"PutRequest": {"Item": FRED}}, {"PutRequest": {"Item": NEW_KEY}}],
        [{"DeleteRequest": {"Key": NEW_KEY}}, {"PutRequest": {"Item": fred_named}}],
    ):
        tables.client.batch_write_item(RequestItems={table.name: requests})

    assert table.changes() == [
        ("INSERT", None, FRED, 12),
        ("INSERT", None, NEW_KEY, 16),
        ("REMOVE", NEW_KEY, None, 16),
        ("MODIFY", FRED, fred_named, 26),
    ]


def test_an_update_is_told_with_whole_images(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    old = {"id": {"S": "my-item-id"}, "attr1": {"S": "value1"}, "attr2": {"S": "value2"}}
    new = {"id": {"S": "my-item-id"}, "attr1": {"S": "value3"}, "attr2": {"S": "value4"}}
    table.put(old)
    table.update(
        {"id": {"S": "my-item-id"}},
        "SET attr1 = :v1, attr2 = :v2",
        {":v1": {"S": "value3"}, ":v2": {"S": "value4"}},
    )

    assert table.changes() == [("INSERT", None, old, 46), ("MODIFY", old, new, 80)]
    times = [record["dynamodb"]["ApproximateCreationDateTime"] for record in table.records()]
    assert [time.microsecond for time in times] == [0, 0]


def write_and_change(table: FreshTable) -> tuple[dict, dict]:
    """An item that is inserted, modified and removed: as it was and as it became."""
    old, new = {**FRED, "v": {"N": "1"}}, {**FRED, "v": {"N": "2"}, "w": {"B": b"\x01\x02\x03"}}
    table.put(old)
    table.put(new)
    table.delete_item(Key=FRED)
    return old, new


@pytest.mark.parametrize(
    ("view", "olds", "news"), [("NEW_IMAGE", 0, 1), ("OLD_IMAGE", 1, 0), (BOTH, 1, 1), ("KEYS_ONLY", 0, 0)]
)
def test_a_view_type_decides_which_images_are_told(tables: FreshTables, view: str, olds: int, news: int):
    table = tables.create("id", view=view)
    old, new = write_and_change(table)
    keys, old_bytes, new_bytes = 6, 6 + 3, 6 + 3 + 4

    assert table.changes() == [
        ("INSERT", None, old if news else None, keys + news * old_bytes),
        (
            "MODIFY",
            old if olds else None,
            new if news else None,
            keys + olds * old_bytes + news * new_bytes,
        ),
        ("REMOVE", new if olds else None, None, keys + olds * new_bytes),
    ]


def test_a_record_has_the_members_aws_gives_it(tables: FreshTables):
    table = tables.create("id", "at:N", view=BOTH)
    item = {**FRED, "at": {"N": "1"}, "v": {"S": "x"}}
    before = tables.server.ask("clock")["now"]
    table.put(item)
    after = tables.server.ask("clock")["now"]
    record = table.records()[0]
    change = record.pop("dynamodb")

    assert re.fullmatch(r"[0-9a-f]{32}", record.pop("eventID"))
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
    }
    created = change.pop("ApproximateCreationDateTime").astimezone(UTC).timestamp()
    assert int(before) <= created <= after
    assert re.fullmatch(r"\d{21,40}", change.pop("SequenceNumber"))
    assert change == {
        "Keys": {**FRED, "at": {"N": "1"}},
        "NewImage": item,
        "SizeBytes": 6 + 4 + 6 + 4 + 2,
        "StreamViewType": BOTH,
    }


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"my_partition_key": {"S": "hello world"}}, 54),
        ({"my_partition_key": {"S": "hello world"}, "binary_key": {"B": b"foobar"}}, 70),
        ({"my_partition_key": {"S": "testId0"}, "should_fail": {"BOOL": True}}, 58),
        ({"my_partition_key": {"S": "id"}, "numericFilter": {"N": "42"}}, 18 + 18 + 15),
    ],
)
def test_size_bytes_counts_keys_and_images_as_items_are_counted(tables: FreshTables, item: dict, size: int):
    table = tables.create("my_partition_key", view="NEW_IMAGE")
    table.put(item)

    assert [change[3] for change in table.changes()] == [size]


FULL = {
    **FRED,
    "s": {"S": "x"},
    "n": {"N": "1"},
    "ss": {"SS": ["a", "b"]},
    "m": {"M": {"x": {"N": "1"}, "y": {"L": [{"S": "p"}]}}},
}


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("SET s = :v", {":v": {"S": "x"}}),
        ("SET n = :v", {":v": {"N": "1.0"}}),
        ("SET s = s", None),
        ("ADD n :v", {":v": {"N": "0"}}),
        ("ADD ss :v", {":v": {"SS": ["b"]}}),
        ("SET ss = :v", {":v": {"SS": ["b", "a"]}}),
        ("SET m = :v", {":v": {"M": {"y": {"L": [{"S": "p"}]}, "x": {"N": "1"}}}}),
        ("SET m.x = :v", {":v": {"N": "1"}}),
        ("REMOVE gone", None),
        ("REMOVE m.y[7]", None),
        ("DELETE ss :v", {":v": {"SS": ["z"]}}),
        ("DELETE gone :v", {":v": {"SS": ["z"]}}),
    ],
)
def test_an_update_that_changes_nothing_is_not_told(tables: FreshTables, expression: str, values: dict):
    table = tables.create("id", view=BOTH)
    table.put(FULL)
    table.update(FRED, expression, values)

    assert [change[0] for change in table.changes()] == ["INSERT"]


def test_writes_that_change_nothing_are_not_told(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    table.put(FULL)
    table.put({name: FULL[name] for name in reversed(FULL)})
    table.put(NEW_KEY)
    table.update_item(Key=NEW_KEY)
    table.delete_item(Key={"id": {"S": "missing"}})
    table.update({"id": {"S": "missing"}}, "REMOVE s")
    table.update({"id": {"S": "missing"}}, "DELETE ss :v", {":v": {"SS": ["z"]}})
    for requests in (
        [{"PutRequest": {"Item": FULL}}, {"DeleteRequest": {"Key": {"id": {"S": "missing"}}}}],
        [{"PutRequest": {"Item": NEW_KEY}}],
    ):
        tables.client.batch_write_item(RequestItems={table.name: requests})
    for condition in ("attribute_not_exists(id)", "s = n"):
        with pytest.raises(tables.client.exceptions.ConditionalCheckFailedException):
            table.put({**FRED, "s": {"S": "other"}}, ConditionExpression=condition)

    assert [change[:3] for change in table.changes()] == [
        ("INSERT", None, FULL),
        ("INSERT", None, NEW_KEY),
    ]


def test_a_batch_tells_only_of_what_it_changed(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    table.put(FULL)
    requests = [
        {"PutRequest": {"Item": FULL}},
        {"DeleteRequest": {"Key": {"id": {"S": "missing"}}}},
        {"PutRequest": {"Item": NEW_KEY}},
    ]
    tables.client.batch_write_item(RequestItems={table.name: requests})

    assert [change[:3] for change in table.changes()] == [
        ("INSERT", None, FULL),
        ("INSERT", None, NEW_KEY),
    ]


def test_an_update_of_a_missing_item_is_an_insert(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    table.update(FRED, "SET v = :v", {":v": {"S": "x"}})
    table.update_item(Key=NEW_KEY)

    assert table.changes() == [
        ("INSERT", None, {**FRED, "v": {"S": "x"}}, 6 + 8),
        ("INSERT", None, NEW_KEY, 16),
    ]


def test_indexes_add_nothing_to_a_record(tables: FreshTables):
    table = tables.create(
        "id",
        "at",
        view=BOTH,
        defined=["v"],
        GlobalSecondaryIndexes=[index("by-v", "v")],
        LocalSecondaryIndexes=[index("local-v", "id", "v")],
    )
    key = {**FRED, "at": {"S": "1"}}
    table.put({**key, "v": {"S": "x"}})
    table.update(key, "REMOVE v")

    assert table.changes() == [
        ("INSERT", None, {**key, "v": {"S": "x"}}, 9 + 11),
        ("MODIFY", {**key, "v": {"S": "x"}}, key, 9 + 11 + 9),
    ]


def test_the_changes_of_every_item_are_told_in_their_order(tables: FreshTables):
    table = tables.create("id", view=BOTH)
    for value in range(10):
        table.fill([{"id": {"S": f"item {n}"}, "v": {"N": str(value)}} for n in range(25)])
    records = table.records()
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in records]
    told: dict[str, list[int]] = {}
    for record in records:
        image = record["dynamodb"]["NewImage"]
        told.setdefault(image["id"]["S"], []).append(int(image["v"]["N"]))

    assert told == {f"item {n}": list(range(10)) for n in range(25)}
    assert len(set(numbers)) == len({record["eventID"] for record in records}) == 250
    assert numbers == sorted(numbers)


def test_binary_and_sets_come_through_whole(tables: FreshTables):
    table = tables.create("id:B", view=BOTH)
    item = {
        "id": {"B": b"\x00\xff"},
        "bs": {"BS": [b"\x01", b"\xfe"]},
        "ns": {"NS": ["-1", "1.5"]},
        "l": {"L": [{"NULL": True}, {"M": {"e": {"S": ""}}}]},
    }
    table.put(item)
    change = table.records()[0]["dynamodb"]

    assert change["Keys"] == {"id": {"B": b"\x00\xff"}}
    assert in_order(change["NewImage"]) == in_order(item)
