"""Bytes of objects, in rows of at most a chunk each, under ids of their own.

Whoever has a record of a blob owns it. One that is being written in several transactions is listed as
unfinished until the record is there; what a crash leaves on that list is swept at the next start. A blob
without an owner is buried first: who is still reading it may finish, then a sweep removes it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from millrace.core import ids, limits
from millrace.storage.interface import Reader, Writer

_BYTES = "buckets/bytes"
_UNFINISHED = "buckets/unfinished"
_BURIED = "buckets/buried"


@dataclass(frozen=True, slots=True)
class Blob:
    """So many bytes under an id."""

    id: str
    size: int

    @property
    def chunks(self) -> int:
        return -(-self.size // limits.object_chunk_bytes)


def new_id() -> str:
    return ids.hexadecimal(32)


def write(writer: Writer, data: bytes) -> Blob:
    """Store bytes whole, in this transaction."""
    blob = Blob(new_id(), len(data))
    for number in range(blob.chunks):
        write_chunk(writer, blob.id, number, data)
    return blob


def write_chunk(writer: Writer, identity: str, number: int, data: bytes) -> None:
    """Store the chunk of this number out of all of `data`."""
    start = number * limits.object_chunk_bytes
    put_chunk(writer, identity, number, data[start : start + limits.object_chunk_bytes])


def put_chunk(writer: Writer, identity: str, number: int, chunk: bytes) -> None:
    writer.put(_BYTES, _row(identity, number), chunk)


def read_chunk(reader: Reader, blob: Blob, number: int) -> bytes:
    """Raises KeyError if it is gone."""
    found = reader.get(_BYTES, _row(blob.id, number))
    if found is None:
        raise KeyError(blob.id)
    return found


def read(reader: Reader, blobs: Sequence[Blob]) -> bytes:
    """All bytes of these blobs, one after the other."""
    return b"".join(read_chunk(reader, blob, number) for blob in blobs for number in range(blob.chunks))


def begin(writer: Writer, identity: str) -> None:
    """Say that a blob is being written."""
    writer.put(_UNFINISHED, identity.encode(), b"")


def finish(writer: Writer, identity: str) -> None:
    """Say that a blob has an owner."""
    writer.delete(_UNFINISHED, identity.encode())


def free(writer: Writer, blobs: Sequence[Blob], now: float) -> None:
    """These, of one object, have no owner any more. What is no more than a chunk is read at once: nobody is at it."""
    at_once = sum(blob.chunks for blob in blobs) <= 1
    for blob in blobs:
        if not at_once:
            bury(writer, blob.id, now)
        elif blob.chunks:
            writer.delete(_BYTES, _row(blob.id, 0))


def bury(writer: Writer, identity: str, now: float) -> None:
    writer.put(_BURIED, int(now).to_bytes(8, "big") + identity.encode(), b"")


def unfinished(reader: Reader) -> list[str]:
    """The blobs that are being written."""
    return [key.decode() for key, _ in reader.range(_UNFINISHED)]


def sweep(writer: Writer, buried_before: float) -> bool:
    """Remove some rows of what was buried long enough ago. Says whether there may be more."""
    high = int(buried_before).to_bytes(8, "big")
    for grave, _ in writer.range(_BURIED, b"", high, limit=1):
        identity = grave[8:].decode()
        rows = list(_rows(writer, identity))
        for row in rows:
            writer.delete(_BYTES, row)
        if len(rows) < limits.object_sweep_rows_max:
            writer.delete(_BURIED, grave)
        return True
    return False


def _rows(reader: Reader, identity: str) -> Iterator[bytes]:
    front = identity.encode()
    for key, _ in reader.range(_BYTES, front, front + b"\xff", limit=limits.object_sweep_rows_max):
        yield key


def _row(identity: str, number: int) -> bytes:
    return identity.encode() + number.to_bytes(4, "big")
