"""Bytes on their way into a bucket and out of it: in short transactions, however many they are."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from millrace.buckets import blobs, checksums
from millrace.buckets.blobs import Blob
from millrace.buckets.ranges import Piece
from millrace.core import limits
from millrace.storage.interface import Reader, Storage, Writer


@dataclass(frozen=True, slots=True)
class Digests:
    """The MD5 of some bytes in hexadecimal, and their checksums by algorithm."""

    md5: str
    checksums: Mapping[str, str]


class Stored:
    """A blob that waits for its owner: `land` it in the transaction that writes the owner's record."""

    def __init__(self, blob: Blob, data: bytes | None) -> None:
        self.blob = blob
        self._data = data  # what is small is written with its owner

    def land(self, writer: Writer) -> None:
        if self._data is None:
            blobs.finish(writer, self.blob.id)
        else:
            for number in range(self.blob.chunks):
                blobs.write_chunk(writer, self.blob.id, number, self._data)


@asynccontextmanager
async def stored(storage: Storage, data: bytes, now: float) -> AsyncGenerator[Stored]:
    """Store bytes, without an owner yet. If the block fails they are given up."""
    blob = Blob(blobs.new_id(), len(data))
    if blob.size <= limits.object_write_bytes:
        yield Stored(blob, data)
        return
    try:
        step = limits.object_write_bytes // limits.object_chunk_bytes
        for first in range(0, blob.chunks, step):
            await storage.write(lambda writer, first=first: _write(writer, blob, data, first, first + step))
        yield Stored(blob, None)
    except BaseException:
        await give_up(storage, blob.id, now)
        raise


def _write(writer: Writer, blob: Blob, data: bytes, first: int, end: int) -> None:
    blobs.begin(writer, blob.id)
    for number in range(first, min(end, blob.chunks)):
        blobs.write_chunk(writer, blob.id, number, data)


@asynccontextmanager
async def copied(
    storage: Storage, pieces: Sequence[Piece], algorithms: Sequence[str], now: float
) -> AsyncGenerator[tuple[Stored, Digests]]:
    """The same of what these pieces hold. It is read as it is written, and never held whole.

    Of what is too long to be held whole, only those of `algorithms` are told that are CRCs.
    """
    identity, size, number = blobs.new_id(), 0, 0
    md5 = hashlib.md5(usedforsecurity=False)
    try:
        async for chunk in _rechunked(read(storage, pieces)):
            md5.update(chunk)
            await storage.write(lambda writer, n=number, c=chunk: _add(writer, identity, n, c))
            size, number = size + len(chunk), number + 1
        blob = Blob(identity, size)
        told = await _checksums(storage, blob, algorithms)
        yield Stored(blob, None), Digests(md5.hexdigest(), told)
    except BaseException:
        await give_up(storage, identity, now)
        raise


async def _checksums(storage: Storage, blob: Blob, algorithms: Sequence[str]) -> dict[str, str]:
    """Of one that is small enough to be held whole; of CRCs chunk by chunk."""
    told: dict[str, str] = {}
    for name in algorithms:
        parts: list[tuple[str, int]] = []
        if checksums.is_crc(name):
            for number in range(blob.chunks):
                chunk = await storage.read(lambda reader, n=number: blobs.read_chunk(reader, blob, n))
                parts.append((await asyncio.to_thread(checksums.checksum, name, chunk), len(chunk)))
            told[name] = checksums.combined(name, parts)
        elif blob.size <= limits.request_body_bytes_max:
            data = await storage.read(lambda reader: blobs.read(reader, [blob]))
            told[name] = await asyncio.to_thread(checksums.checksum, name, data)
    return told


def _add(writer: Writer, identity: str, number: int, chunk: bytes) -> None:
    blobs.begin(writer, identity)
    blobs.put_chunk(writer, identity, number, chunk)


async def give_up(storage: Storage, identity: str, now: float) -> None:
    """What was stored of a blob gets no owner."""

    def write(writer: Writer) -> None:
        blobs.finish(writer, identity)
        blobs.bury(writer, identity, now)

    await storage.write(write)


async def _rechunked(parts: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes in whole chunks, but for the last."""
    buffer = bytearray()
    async for part in parts:
        buffer += part
        while len(buffer) >= limits.object_chunk_bytes:
            yield bytes(buffer[: limits.object_chunk_bytes])
            del buffer[: limits.object_chunk_bytes]
    if buffer:
        yield bytes(buffer)


async def read(storage: Storage, pieces: Sequence[Piece]) -> AsyncGenerator[bytes]:
    """What these pieces hold, a chunk at a time."""
    for piece in pieces:
        yield await storage.read(lambda reader, piece=piece: cut(reader, piece))


def cut(reader: Reader, piece: Piece) -> bytes:
    """What one piece holds."""
    return blobs.read_chunk(reader, piece.blob, piece.chunk)[piece.span.start : piece.span.end]


async def digests(data: bytes, algorithms: Sequence[str]) -> Digests:
    """The MD5 and the named checksums; of much data in a thread, so that others go on."""

    def compute() -> Digests:
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return Digests(md5, {name: checksums.checksum(name, data) for name in algorithms})

    if len(data) <= limits.object_chunk_bytes:
        return compute()
    return await asyncio.to_thread(compute)
