"""What a FIFO queue or topic was sent within five minutes, so that the same counts once. Inside transactions only."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from millrace.core import limits
from millrace.storage.interface import Reader, Writer

# The MessageId and SequenceNumber of the first message.
First = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Repeats:
    """What one queue or topic remembers, in spaces that begin with `space`.

    A deduplication id is the queue's, or `by_group` that of each message group.
    """

    space: str
    by_group: bool = False

    def find(self, reader: Reader, group: str, deduplication: str, now: float) -> First | None:
        """The message that had this deduplication id in the last five minutes."""
        raw = reader.get(self.spaces[0], self._key(group, deduplication))
        if raw is None:
            return None
        ends, message_id, sequence = orjson.loads(raw)
        return (message_id, sequence) if now < ends else None

    def note(self, writer: Writer, group: str, deduplication: str, first: First, now: float) -> None:
        """Remember a message, and forget some of those whose time is over."""
        rows, endings = self.spaces
        over = list(writer.range(endings, b"", _moment(now), limit=limits.queue_expired_messages_max))
        for key, _ in over:
            writer.delete(endings, key)
            raw = writer.get(rows, key[8:])
            if raw is not None and orjson.loads(raw)[0] <= now:
                writer.delete(rows, key[8:])
        key, ends = self._key(group, deduplication), now + limits.queue_deduplication_seconds
        writer.put(rows, key, orjson.dumps((ends, *first)))
        writer.put(endings, _moment(ends) + key, b"")

    @property
    def spaces(self) -> tuple[str, str]:
        """The two that are in use."""
        return f"{self.space}/repeats", f"{self.space}/repeat-ends"

    def _key(self, group: str, deduplication: str) -> bytes:
        return hashlib.sha256(orjson.dumps((group if self.by_group else "", deduplication))).digest()


def deduplication_of(attributes: Mapping[str, str], given: str | None, body: str) -> str | None:
    """A message's deduplication id: what was given, or with ContentBasedDeduplication its body's digest."""
    if given is not None:
        return given
    if attributes.get("ContentBasedDeduplication", "false").lower() == "true":
        return hashlib.sha256(body.encode()).hexdigest()
    return None


def _moment(seconds: float) -> bytes:
    return int(seconds * 1000).to_bytes(8, "big")
