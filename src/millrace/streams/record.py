"""Change records: the stored bytes of one change, and what GetRecords and Lambda make of them.

A record is four lines: a header, the keys, the new image and the old image. The last three are the very
JSON that the item is stored as (JSON has no raw line feed in it), so a change is written and read without
encoding an item a second time. Shapes and sizes follow AWS's own recordings of DynamoDB Streams.

Pure: where records are kept, and their numbers, is `log`'s affair.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
_EXPIRY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
_NEW_VIEWS = frozenset(("NEW_IMAGE", "NEW_AND_OLD_IMAGES"))
# The place of the partition's hash in a header, in hexadecimal digits.
_PARTITION = 5
_OLD_VIEWS = frozenset(("OLD_IMAGE", "NEW_AND_OLD_IMAGES"))


class Image(NamedTuple):
    """An item, or its keys, as encoded wire JSON, and the bytes DynamoDB counts it as."""

    raw: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A change record in its journal.

    `created` is in epoch seconds, with milliseconds. `sequence_number` is decimal text: compare it as a
    number. `data` is what `encode` made.
    """

    number: int
    sequence_number: str
    created: float
    data: bytes
    journal: str


def encode(
    view: str,
    created: float,
    keys: Image,
    old: Image | None,
    new: Image | None,
    *,
    partition: int | None = None,
    expired: bool = False,
) -> bytes:
    """The stored bytes of a change from `old` to `new` (None: there was, or is, no item).

    Images that the view type leaves out are left out here. `partition` is the partition's hash, for
    `partition_hash`. `expired` marks a deletion by Time to Live.
    """
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    size, old_raw, new_raw = keys.size, b"", b""
    if new is not None and view in _NEW_VIEWS:
        new_raw = new.raw
        size += new.size
    if old is not None and view in _OLD_VIEWS:
        old_raw = old.raw
        size += old.size
    cause = "ttl" if expired else "-"
    where = "" if partition is None else f" {partition:x}"
    header = f"{name} {view} {int(created * 1000)} {size} {cause}{where}".encode()
    return b"\n".join((header, keys.raw, new_raw, old_raw))


def created(data: bytes) -> float:
    """When the change was made, in epoch seconds."""
    return int(data[: data.index(b"\n")].split(b" ")[2]) / 1000


def partition_hash(data: bytes) -> int:
    """What records of one partition have in common. Those of older data directories have it of their keys."""
    end = data.index(b"\n")
    header = data[:end].split(b" ")
    if len(header) > _PARTITION:
        return int(header[_PARTITION], 16)
    keys = data[end + 1 : data.index(b"\n", end + 1)]
    return int.from_bytes(hashlib.blake2b(keys, digest_size=8).digest())


def get_records_form(entry: Entry, region: str) -> dict[str, Any]:
    """The record as GetRecords shows it, in wire form and wholly decoded."""
    return _form(entry, region, orjson.loads)


def encoded_records_form(entry: Entry, region: str) -> dict[str, Any]:
    """The same for an answer that is only passed on: its images stay the bytes they are stored as."""
    return _form(entry, region, orjson.Fragment)


def _form(entry: Entry, region: str, item: Any) -> dict[str, Any]:
    header, keys, new, old = entry.data.split(b"\n")
    name, view, milliseconds, size, cause = header.decode().split(" ")[:_PARTITION]
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": float(int(milliseconds) // 1000),
        "Keys": item(keys),
    }
    if new:
        change["NewImage"] = item(new)
    if old:
        change["OldImage"] = item(old)
    change["SequenceNumber"] = entry.sequence_number
    change["SizeBytes"] = int(size)
    change["StreamViewType"] = view
    form: dict[str, Any] = {
        "eventID": event_id(entry),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": change,
    }
    if cause == "ttl":
        form["userIdentity"] = _EXPIRY
    return form


def event_id(entry: Entry) -> str:
    """32 hexadecimal digits that are the same at every delivery of the record."""
    return hashlib.blake2b(f"{entry.journal}#{entry.number}".encode(), digest_size=16).hexdigest()
