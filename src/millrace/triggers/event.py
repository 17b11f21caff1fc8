"""Lambda's event for a batch of stream records, made of the bytes that the stream has stored. Pure.

The order of members is the one recorded of AWS. Items are not decoded: they pass through as they are.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from millrace.streams.record import Entry, event_id
from millrace.triggers.delivery import Record, Window

# Deletions by Time to Live; Lambda's event has it in lower case, GetRecords has not.
_EXPIRY = b',"userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}'


class Shaper:
    """Makes the records of one stream: what is the same in all of them is written once."""

    def __init__(self, stream_arn: str, region: str) -> None:
        self._middle = f'","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"{region}"'.encode()
        self._end = f',"eventSourceARN":"{stream_arn}"}}'.encode()

    def shape(self, entry: Entry) -> bytes:
        """One member of `Records`, as JSON."""
        header, keys, new, old = entry.data.split(b"\n")
        name, view, milliseconds, size, cause = header.split(b" ")[:5]
        parts = [
            b'{"eventID":"', event_id(entry).encode(), b'","eventName":"', name, self._middle,
            # Whole seconds, and yet a float.
            b',"dynamodb":{"ApproximateCreationDateTime":', milliseconds[:-3] or b"0", b'.0,"Keys":', keys,
        ]  # fmt: skip
        if new:
            parts += (b',"NewImage":', new)
        if old:
            parts += (b',"OldImage":', old)
        parts += (
            b',"SequenceNumber":"', entry.sequence_number.encode(), b'","SizeBytes":', size,
            b',"StreamViewType":"', view, b'"}', _EXPIRY if cause == b"ttl" else b"", self._end,
        )  # fmt: skip
        return b"".join(parts)

    def record(self, entry: Entry) -> Record:
        return Record(entry.number, entry.sequence_number, entry.created, self.shape(entry))


def payload(records: Sequence[Record]) -> bytes:
    """The event of a batch."""
    return b'{"Records":[' + b",".join([record.data for record in records]) + b"]}"


def window_payload(
    records: Sequence[Record], window: Window, shard_id: str, stream_arn: str, *, final: bool
) -> bytes:
    """The event of a batch in a tumbling window, or of the window's last call.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
    """
    more = {
        "shardId": shard_id,
        "eventSourceARN": stream_arn,
        "isFinalInvokeForWindow": final,
        "isWindowTerminatedEarly": window.early,
    }
    span = orjson.dumps({"start": seconds_text(window.start), "end": seconds_text(window.end)})
    head = payload(records)[:-1]
    return b"".join(
        (head, b',"window":', span, b',"state":', window.state.encode(), b",", orjson.dumps(more)[1:])
    )


def seconds_text(when: float) -> str:
    """A time as AWS writes it where it wants no milliseconds."""
    return datetime.fromtimestamp(int(when), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
