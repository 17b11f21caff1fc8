"""Objects in buckets, inside a transaction of whoever puts or reads them."""

import dataclasses
import hashlib
from collections.abc import Mapping

from millrace.buckets import blobs, catalog, checksums, faults, record
from millrace.buckets.catalog import Bucket
from millrace.buckets.record import Record
from millrace.core.arn import Scope
from millrace.storage.interface import Reader, Writer


def put(
    writer: Writer,
    scope: Scope,  # noqa: ARG001 -- names of buckets are global
    bucket: str,
    key: str,
    data: bytes,
    now: float,
    headers: Mapping[str, str] | None = None,
) -> Record:
    """Store an object whole, in place of what was at its key. Raises NoSuchBucket.

    `headers` are content headers by AWS's parameter names, for instance ContentType.
    """
    there = catalog.get(writer, bucket)
    etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
    told = {checksums.DEFAULT: checksums.checksum(checksums.DEFAULT, data)}
    made = Record([blobs.write(writer, data)], etag, int(now), dict(headers or {}), checksums=told)
    replace(writer, there, key, made, now)
    return made


def get(reader: Reader, scope: Scope, bucket: str, key: str) -> bytes:  # noqa: ARG001 -- as above
    """What an object holds. Raises NoSuchBucket, NoSuchKey."""
    return blobs.read(reader, find(reader, catalog.get(reader, bucket), key).blobs)


def find(reader: Reader, bucket: Bucket, key: str) -> Record:
    """The object's record. Raises NoSuchKey."""
    found = look(reader, bucket, key)
    if found is None:
        raise faults.no_such_key(key)
    return found


def look(reader: Reader, bucket: Bucket, key: str) -> Record | None:
    """The object's record, None if there is no object."""
    raw = reader.get(bucket.objects, key.encode())
    return None if raw is None else record.decode(raw)


def replace(writer: Writer, bucket: Bucket, key: str, made: Record, now: float) -> None:
    """Put a record whose bytes are there; those of the object it replaces are freed."""
    remove(writer, bucket, key, now)
    writer.put(bucket.objects, key.encode(), dataclasses.replace(made, put=now).encode())


def keep(writer: Writer, bucket: Bucket, key: str, changed: Record) -> None:
    """Put a record that has the same bytes as before."""
    writer.put(bucket.objects, key.encode(), changed.encode())


def remove(writer: Writer, bucket: Bucket, key: str, now: float) -> None:
    """Take an object out. Nothing happens if it is not there."""
    before = look(writer, bucket, key)
    if before is not None:
        blobs.free(writer, before.blobs, now)
        writer.delete(bucket.objects, key.encode())
