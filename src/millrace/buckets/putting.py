"""Objects that other rooms put and read outside of a transaction of theirs, however large they are."""

from collections.abc import Mapping
from dataclasses import replace

from millrace.buckets import catalog, checksums, listing, objects, storing
from millrace.buckets.record import Record
from millrace.storage.interface import Reader, Storage, Writer


async def put(
    storage: Storage, bucket: str, key: str, data: bytes, now: float, headers: Mapping[str, str] | None = None
) -> None:
    """Store an object, in place of what was at its key. Raises NoSuchBucket."""
    digests = await storing.digests(data, [checksums.DEFAULT])
    record = Record([], digests.md5, int(now), dict(headers or {}), checksums=digests.checksums)
    async with storing.stored(storage, data, now) as stored:

        def write(writer: Writer) -> None:
            there = catalog.get(writer, bucket)
            stored.land(writer)
            objects.replace(writer, there, key, replace(record, blobs=[stored.blob]), now)

        await storage.write(write)


async def keys(storage: Storage, bucket: str, prefix: str) -> list[str]:
    """The keys of all objects that begin so, in order. Raises NoSuchBucket."""

    def read(reader: Reader) -> list[str]:
        there = catalog.get(reader, bucket)
        low, high = prefix.encode(), listing.beyond(prefix.encode())
        return [key.decode() for key, _ in reader.range(there.objects, low, high)]

    return await storage.read(read)
