"""Lambda's event, member by member in the order recorded of AWS."""

import orjson

from millrace.streams import record
from millrace.streams.record import Entry, Image
from millrace.triggers.event import Shaper, payload

ARN = "arn:aws:dynamodb:eu-west-1:000000000000:table/T/stream/2026-01-02T03:04:05.678"
KEYS = Image(b'{"id":{"S":"a"}}', 3)
NEW = Image(b'{"id":{"S":"a"},"b":{"B":"Zm9vYmFy"}}', 10)


def shaped(old, new, *, expired=False):
    data = record.encode("NEW_AND_OLD_IMAGES", 1733418659.987, KEYS, old, new, expired=expired)
    entry = Entry(7, "300000000000000000007", 1733418659.987, data, "journal")
    return Shaper(ARN, "eu-west-1").record(entry)


def test_a_record_is_as_recorded_of_aws():
    one = shaped(None, NEW)
    event = orjson.loads(payload([one]))

    assert list(event["Records"][0].items()) == [
        ("eventID", record.event_id(Entry(7, "", 0, b"", "journal"))),
        ("eventName", "INSERT"),
        ("eventVersion", "1.1"),
        ("eventSource", "aws:dynamodb"),
        ("awsRegion", "eu-west-1"),
        (
            "dynamodb",
            {
                "ApproximateCreationDateTime": 1733418659.0,
                "Keys": {"id": {"S": "a"}},
                "NewImage": {"id": {"S": "a"}, "b": {"B": "Zm9vYmFy"}},
                "SequenceNumber": "300000000000000000007",
                "SizeBytes": 13,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        ),
        ("eventSourceARN", ARN),
    ]
    assert isinstance(event["Records"][0]["dynamodb"]["ApproximateCreationDateTime"], float)
    assert list(event["Records"][0]["dynamodb"]) == [
        "ApproximateCreationDateTime", "Keys", "NewImage", "SequenceNumber", "SizeBytes", "StreamViewType",
    ]  # fmt: skip


def test_the_record_says_what_get_records_says():
    one = orjson.loads(shaped(NEW, None).data)
    del one["eventSourceARN"]
    data = record.encode("NEW_AND_OLD_IMAGES", 1733418659.987, KEYS, NEW, None)
    entry = Entry(7, "300000000000000000007", 1733418659.987, data, "journal")

    assert one == record.get_records_form(entry, "eu-west-1")


def test_an_expired_item_names_who_deleted_it():
    event = orjson.loads(shaped(NEW, None, expired=True).data)

    assert event["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert "userIdentity" not in orjson.loads(shaped(NEW, None).data)


def test_an_event_holds_its_records_in_order():
    event = orjson.loads(payload([shaped(None, NEW), shaped(NEW, None)]))

    assert [one["eventName"] for one in event["Records"]] == ["INSERT", "REMOVE"]
