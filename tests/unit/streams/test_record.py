"""The stored bytes of change records."""

import pytest

from millrace.streams import record
from millrace.streams.record import Entry, Image

KEYS, OLD, NEW = Image(b'{"id":{"S":"a"}}', 3), Image(b'{"old":1}', 30), Image(b'{"new":1}', 500)


def _form(view, old, new, **flags):
    data = record.encode(view, 1_700_000_000.1234, KEYS, old, new, **flags)
    return record.get_records_form(Entry(7, "12", record.created(data), data, "journal"), "eu-west-1")


@pytest.mark.parametrize(
    ("view", "old", "new", "name", "images", "size"),
    [
        ("KEYS_ONLY", OLD, NEW, "MODIFY", set(), 3),
        ("NEW_IMAGE", None, NEW, "INSERT", {"NewImage"}, 503),
        ("NEW_IMAGE", OLD, None, "REMOVE", set(), 3),
        ("OLD_IMAGE", OLD, NEW, "MODIFY", {"OldImage"}, 33),
        ("OLD_IMAGE", None, NEW, "INSERT", set(), 3),
        ("NEW_AND_OLD_IMAGES", OLD, NEW, "MODIFY", {"NewImage", "OldImage"}, 533),
    ],
)
def test_a_record_has_the_images_of_its_view(view, old, new, name, images, size):
    form = _form(view, old, new)

    assert form["eventName"] == name
    assert {"NewImage", "OldImage"} & set(form["dynamodb"]) == images
    assert form["dynamodb"]["SizeBytes"] == size
    assert form["dynamodb"]["StreamViewType"] == view


def test_a_record_keeps_milliseconds_and_tells_seconds():
    data = record.encode("KEYS_ONLY", 1_700_000_000.1234, KEYS, None, NEW)

    assert record.created(data) == 1_700_000_000.123
    assert _form("KEYS_ONLY", None, NEW)["dynamodb"]["ApproximateCreationDateTime"] == 1_700_000_000.0


def test_only_expiry_names_an_identity():
    assert "userIdentity" not in _form("KEYS_ONLY", OLD, None)
    assert _form("KEYS_ONLY", OLD, None, expired=True)["userIdentity"] == {
        "PrincipalId": "dynamodb.amazonaws.com",
        "Type": "Service",
    }


def test_a_record_knows_its_partition_and_older_ones_go_by_their_keys():
    new = record.encode("KEYS_ONLY", 1.0, KEYS, None, NEW, partition=0xFEDCBA9876543210)
    old = record.encode("KEYS_ONLY", 1.0, KEYS, None, NEW)
    other = record.encode("KEYS_ONLY", 2.0, KEYS, NEW, None)

    assert record.partition_hash(new) == 0xFEDCBA9876543210
    assert record.partition_hash(old) == record.partition_hash(other) < 1 << 64
    assert record.get_records_form(Entry(7, "12", 1.0, new, "j"), "eu-west-1") == record.get_records_form(
        Entry(7, "12", 1.0, old, "j"), "eu-west-1"
    )
