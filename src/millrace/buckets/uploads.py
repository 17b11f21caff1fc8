"""Multipart uploads under way, and the parts that have come."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from millrace.buckets import blobs, checksums, faults
from millrace.buckets.blobs import Blob
from millrace.buckets.catalog import Bucket
from millrace.core import ids, limits
from millrace.core.context import Params
from millrace.storage.interface import Reader, Writer


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload. `algorithm` is the checksum its parts have, `checksum_type` how the whole one is made of them."""

    key: str
    id: str
    begun: float
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    storage_class: str = "STANDARD"
    algorithm: str | None = None
    checksum_type: str | None = None

    @property
    def own(self) -> str:
        """The checksum that the whole will have: AWS's own choice where the client made none."""
        return self.algorithm or checksums.DEFAULT

    def shown(self, part: "Part") -> dict[str, str]:
        """The checksums of a part that are told: what is computed for AWS's own sake is not."""
        return {} if self.algorithm is None else checksums.shown(part.checksums)


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `etag` is its MD5 in hexadecimal."""

    blob: Blob
    etag: str
    modified: float
    checksums: Mapping[str, str] = field(default_factory=dict[str, str])


def new_id(now: float) -> str:
    """In order of time, and unguessable."""
    return f"{int(now * 1000):012x}{ids.hexadecimal(84)}"


def begun_at(identity: str) -> float:
    """The moment that an id was made, to the millisecond."""
    return int(identity[:12], 16) / 1000


def part_number(params: Params) -> int:
    """Raises InvalidArgument for a number that no part can have."""
    number: int = params["PartNumber"]
    if not 1 <= number <= limits.upload_parts_max:
        sentence = f"Part number must be an integer between 1 and {limits.upload_parts_max}, inclusive"
        raise faults.invalid_argument(sentence, "partNumber", number)
    return number


def part_marker(params: Params) -> int:
    """The number that PartNumberMarker, a text, says to go on after. Raises InvalidArgument."""
    text = str(params.get("PartNumberMarker") or 0)
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        sentence = "Argument part-number-marker must be an integer between 0 and 2147483647"
        raise faults.invalid_argument(sentence, "part-number-marker", text)
    return int(text)


def row(key: str, identity: str) -> str:
    """Where an upload is in the bucket's space of them: in order of keys, then of time."""
    return f"{key}\0{identity}"


def put(writer: Writer, bucket: Bucket, upload: Upload) -> None:
    writer.put(bucket.uploads, row(upload.key, upload.id).encode(), orjson.dumps(asdict(upload)))


def get(reader: Reader, bucket: Bucket, key: str, identity: str) -> Upload:
    """Raises NoSuchUpload."""
    raw = reader.get(bucket.uploads, row(key, identity).encode())
    if raw is None:
        raise faults.no_such_upload(identity)
    return decode(raw)


def decode(raw: bytes) -> Upload:
    return Upload(**orjson.loads(raw))


def put_part(writer: Writer, bucket: Bucket, upload: Upload, number: int, part: Part, now: float) -> None:
    """Keep a part, in place of one of the same number."""
    place = _part_row(upload.id, number)
    before = writer.get(bucket.parts, place)
    if before is not None:
        blobs.free(writer, [_decode_part(before).blob], now)
    told = {**asdict(part), "blob": [part.blob.id, part.blob.size]}
    writer.put(bucket.parts, place, orjson.dumps(told))


def parts(reader: Reader, bucket: Bucket, upload: Upload, after: int = 0) -> Iterator[tuple[int, Part]]:
    """The parts with numbers above `after`, in order."""
    low, high = _part_row(upload.id, after + 1), upload.id.encode() + b"\xff"
    for place, raw in reader.range(bucket.parts, low, high):
        yield int.from_bytes(place[-2:], "big"), _decode_part(raw)


def end(writer: Writer, bucket: Bucket, upload: Upload, kept: Sequence[Blob], now: float) -> None:
    """Forget an upload. The bytes of its parts are freed, but for those that are `kept`."""
    wanted = {blob.id for blob in kept}
    for number, part in list(parts(writer, bucket, upload)):
        writer.delete(bucket.parts, _part_row(upload.id, number))
        if part.blob.id not in wanted:
            blobs.free(writer, [part.blob], now)
    writer.delete(bucket.uploads, row(upload.key, upload.id).encode())


def every_blob(reader: Reader, bucket: Bucket) -> list[Blob]:
    """The bytes of all parts of all uploads of a bucket."""
    return [_decode_part(raw).blob for _, raw in reader.range(bucket.parts)]


def _decode_part(raw: bytes) -> Part:
    told: dict[str, Any] = orjson.loads(raw)
    return Part(Blob(*told.pop("blob")), **told)


def _part_row(identity: str, number: int) -> bytes:
    return identity.encode() + b"/" + number.to_bytes(2, "big")
