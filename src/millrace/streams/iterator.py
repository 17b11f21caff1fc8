"""Shard iterators: where a reader stands, as text that only GetShardIterator can make.

The form is AWS's: `<stream ARN>|<digit>|<opaque>`. The opaque part holds the shard, the position and the time
of issue, behind a check over all of it, so that cut or edited text is refused. It keeps nobody out: what a
caller may read is decided on the ARN.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass

import orjson

from millrace.core.errors import AwsError, validation_error

_CHECK_BYTES = 8


@dataclass(frozen=True, slots=True)
class Position:
    """After record `after` of a shard's journal, as issued at epoch millisecond `issued`."""

    arn: str
    shard: str
    after: int
    issued: int

    def text(self) -> str:
        payload = orjson.dumps((self.shard, self.after, self.issued))
        opaque = base64.urlsafe_b64encode(_check(self.arn, payload) + payload)
        return f"{self.arn}|1|{opaque.decode()}"


def arn_of(text: str) -> str:
    """The ARN in front of an iterator, unchecked: what a caller must be allowed to read."""
    return text.partition("|")[0]


def parse(text: str) -> Position:
    """The position an iterator stands for. Raises ValidationException for what we did not issue."""
    error = validation_error("Invalid ShardIterator")
    arn, _, rest = text.partition("|")
    digit, _, opaque = rest.partition("|")
    try:
        decoded = base64.b64decode(opaque, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as cause:
        raise error from cause
    check, payload = decoded[:_CHECK_BYTES], decoded[_CHECK_BYTES:]
    if digit != "1" or check != _check(arn, payload):
        raise error
    shard, after, issued = orjson.loads(payload)
    return Position(arn, shard, after, issued)


def trimmed() -> AwsError:
    """AWS's answer to whoever asks for what retention has removed."""
    return AwsError("TrimmedDataAccessException", "The data you are trying to access has been trimmed")


def _check(arn: str, payload: bytes) -> bytes:
    return hashlib.blake2b(arn.encode() + b"|" + payload, digest_size=_CHECK_BYTES).digest()
