"""The messages of one queue, in rows. Inside transactions only.

`bodies` has what never changes and `states` what does, both by the message's number. `index` says who is next:
in a standard queue by the moment a message is visible and then by number, in a FIFO queue by number alone,
with that moment and the group as its value. `tally` has the number of messages. The journal `news` numbers the
messages and wakes whoever waits for one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from millrace.core import limits
from millrace.queues.message import Message, State, decode, decode_state, encode, encode_state
from millrace.queues.queue import Queue
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the index. `visible` is epoch milliseconds."""

    number: int
    visible: int
    group: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages are there: all, in flight, and delayed."""

    total: int
    in_flight: int
    delayed: int

    @property
    def visible(self) -> int:
        return max(0, self.total - self.in_flight - self.delayed)


def take_number(writer: Writer, queue: Queue) -> int:
    """A new message's number. Whoever waits is woken when the transaction commits."""
    number = writer.append(queue.space("news"), b"")
    writer.trim(queue.space("news"), number)
    return number


def add(writer: Writer, queue: Queue, number: int, message: Message, new: State) -> None:
    key = _key(number)
    writer.put(queue.space("bodies"), key, encode(message))
    writer.put(queue.space("states"), key, encode_state(new))
    _index(writer, queue, number, new, message.group or "")
    _count(writer, queue, 1)


def remove(writer: Writer, queue: Queue, number: int, old: State) -> None:
    key = _key(number)
    writer.delete(queue.space("bodies"), key)
    writer.delete(queue.space("states"), key)
    writer.delete(queue.space("index"), _index_key(queue, number, old.visible))
    _count(writer, queue, -1)


def change(writer: Writer, queue: Queue, number: int, old: State, new: State, group: str) -> None:
    """Replace a message's state."""
    writer.put(queue.space("states"), _key(number), encode_state(new))
    if old.visible != new.visible:
        writer.delete(queue.space("index"), _index_key(queue, number, old.visible))
        _index(writer, queue, number, new, group)


def find_state(reader: Reader, queue: Queue, number: int) -> State | None:
    raw = reader.get(queue.space("states"), _key(number))
    return None if raw is None else decode_state(raw)


def state(reader: Reader, queue: Queue, number: int) -> State:
    """The state of a message that is in the index."""
    found = find_state(reader, queue, number)
    if found is None:
        raise LookupError(f"message {number} of {queue.arn} has no state")
    return found


def body(reader: Reader, queue: Queue, number: int) -> Message:
    raw = reader.get(queue.space("bodies"), _key(number))
    if raw is None:
        raise LookupError(f"message {number} of {queue.arn} has no body")
    return decode(raw)


def entries(reader: Reader, queue: Queue) -> Iterator[Entry]:
    """The index in its order."""
    for key, raw in reader.range(queue.space("index")):
        if queue.is_fifo:
            yield Entry(int.from_bytes(key), int.from_bytes(raw[:8]), raw[8:].decode())
        else:
            yield Entry(int.from_bytes(key[8:]), int.from_bytes(key[:8]), "")


def oldest(reader: Reader, queue: Queue) -> Iterator[tuple[int, State]]:
    """The messages in order of their numbers."""
    for key, raw in reader.range(queue.space("states")):
        yield int.from_bytes(key), decode_state(raw)


def counts(reader: Reader, queue: Queue, now_ms: int) -> Counts:
    """Looks only at messages that are not visible, as far as the queue is not FIFO."""
    in_flight = delayed = 0
    low = b"" if queue.is_fifo else _key(now_ms + 1)
    for key, raw in reader.range(queue.space("index"), low):
        if queue.is_fifo and int.from_bytes(raw[:8]) <= now_ms:
            continue
        if state(reader, queue, int.from_bytes(key[-8:])).receives:
            in_flight += 1
        else:
            delayed += 1
    return Counts(_total(reader, queue), in_flight, delayed)


def is_full(reader: Reader, queue: Queue, now_ms: int) -> bool:
    """Whether so many messages of a standard queue are in flight that there may be no more. Seldom counts."""
    most = limits.queue_in_flight_messages_max
    if queue.is_fifo or _total(reader, queue) < most:
        return False
    hidden = sum(1 for _ in reader.range(queue.space("index"), _key(now_ms + 1), limit=most))
    return hidden >= most and counts(reader, queue, now_ms).in_flight >= most


def next_visible(reader: Reader, queue: Queue, now_ms: int) -> int | None:
    """When the first of a standard queue's hidden messages is visible again, in epoch milliseconds."""
    first = next(reader.range(queue.space("index"), _key(now_ms + 1), limit=1), None)
    return None if first is None else int.from_bytes(first[0][:8])


def empty(writer: Writer, queue: Queue) -> None:
    """Forget all messages, and what a FIFO queue was sent lately."""
    for part in ("index", "states", "bodies", "tally"):
        writer.drop(queue.space(part))
    for space in queue.repeats.spaces:
        writer.drop(space)


def tell(writer: Writer, queue: Queue) -> None:
    """Wake whoever waits: a message has become visible."""
    take_number(writer, queue)


def _index(writer: Writer, queue: Queue, number: int, new: State, group: str) -> None:
    value = _key(new.visible) + group.encode() if queue.is_fifo else b""
    writer.put(queue.space("index"), _index_key(queue, number, new.visible), value)


def _index_key(queue: Queue, number: int, visible: int) -> bytes:
    return _key(number) if queue.is_fifo else _key(visible) + _key(number)


def _key(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _total(reader: Reader, queue: Queue) -> int:
    raw = reader.get(queue.space("tally"), b"total")
    return 0 if raw is None else int.from_bytes(raw)


def _count(writer: Writer, queue: Queue, by: int) -> None:
    writer.put(queue.space("tally"), b"total", _key(max(0, _total(writer, queue) + by)))
