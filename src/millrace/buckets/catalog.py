"""The buckets there are. Their names are global: no two accounts or regions share one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from millrace.buckets import faults
from millrace.core.arn import Scope
from millrace.storage.interface import Reader, Writer

_BUCKETS = "buckets"
_POLICIES = "buckets/policies"


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket. `id` names its spaces; `settings` are its configurations by AWS's names, as they were put; `cors` says which pages
    of other origins may come.
    """

    name: str
    id: str
    account: str
    region: str
    created: float
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    cors: Sequence[Mapping[str, Any]] | None = None

    @property
    def objects(self) -> str:
        """The space of its objects' records, by key."""
        return f"bucket/{self.id}/objects"

    @property
    def uploads(self) -> str:
        """The space of its multipart uploads."""
        return f"bucket/{self.id}/uploads"

    @property
    def parts(self) -> str:
        """The space of the parts of its multipart uploads."""
        return f"bucket/{self.id}/parts"

    @property
    def scope(self) -> Scope:
        return Scope(self.account, self.region)


def find(reader: Reader, name: str) -> Bucket | None:
    raw = reader.get(_BUCKETS, name.encode())
    return None if raw is None else Bucket(**orjson.loads(raw))


def get(reader: Reader, name: str) -> Bucket:
    """Raises NoSuchBucket."""
    bucket = find(reader, name)
    if bucket is None:
        raise faults.no_such_bucket(name)
    return bucket


def put(writer: Writer, bucket: Bucket) -> None:
    writer.put(_BUCKETS, bucket.name.encode(), orjson.dumps(asdict(bucket)))


def remove(writer: Writer, bucket: Bucket) -> None:
    """Take a bucket out, with its policy. What is in it must be gone."""
    writer.delete(_BUCKETS, bucket.name.encode())
    writer.delete(_POLICIES, bucket.name.encode())
    writer.drop(bucket.objects)
    writer.drop(bucket.uploads)
    writer.drop(bucket.parts)


def every(reader: Reader, low: bytes = b"") -> Iterator[Bucket]:
    """All buckets in order of their names, from `low` on."""
    for _, raw in reader.range(_BUCKETS, low):
        yield Bucket(**orjson.loads(raw))


def policy(reader: Reader, name: str) -> str | None:
    """The text of a bucket's policy, as it was put."""
    raw = reader.get(_POLICIES, name.encode())
    return None if raw is None else raw.decode()


def put_policy(writer: Writer, name: str, text: str) -> None:
    writer.put(_POLICIES, name.encode(), text.encode())


def remove_policy(writer: Writer, name: str) -> None:
    writer.delete(_POLICIES, name.encode())


def has_policies(reader: Reader) -> bool:
    """Whether any bucket has a policy."""
    return next(reader.range(_POLICIES, limit=1), None) is not None
