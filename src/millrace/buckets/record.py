"""What is known of an object beside its bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from millrace.buckets.blobs import Blob


@dataclass(frozen=True, slots=True)
class Record:
    """One object. A multipart upload's has a blob for each part, and an ETag that ends with their number.

    `etag` is without its quotes. `headers` are the content headers by AWS's parameter names, `metadata` the
    user's own; `checksums` by algorithm in base64, `checksum_type` FULL_OBJECT or COMPOSITE; `part_checksums`
    the same for each part. `modified` are whole epoch seconds, `put` the moment that it came to be there.
    """

    blobs: Sequence[Blob]
    etag: str
    modified: float
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    checksums: Mapping[str, str] = field(default_factory=dict[str, str])
    checksum_type: str = "FULL_OBJECT"
    part_checksums: Sequence[Mapping[str, str]] = ()
    storage_class: str = "STANDARD"
    put: float = 0.0

    @property
    def size(self) -> int:
        return sum(blob.size for blob in self.blobs)

    @property
    def parts(self) -> int | None:
        """How many parts it was uploaded in; None if it was put whole."""
        return len(self.blobs) if "-" in self.etag else None

    def encode(self) -> bytes:
        return orjson.dumps({**asdict(self), "blobs": [[blob.id, blob.size] for blob in self.blobs]})


def decode(raw: bytes) -> Record:
    told: dict[str, Any] = orjson.loads(raw)
    return Record([Blob(*blob) for blob in told.pop("blobs")], **told)
