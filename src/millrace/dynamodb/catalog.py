"""Tables as data, and the rows that keep them.

A table's items live in a space named by the table's id, as its indexes do by theirs, so a name that is
created again starts empty. Whether AWS would let a table be so is decided by `definition`.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core.arn import Scope
from millrace.core.errors import AwsError, access_denied, validation_error
from millrace.dynamodb.composite_key import CompositeKeySchema
from millrace.dynamodb.index_state import IndexState
from millrace.dynamodb.keys import KeyAttribute, KeySchema
from millrace.dynamodb.vectors import index as vector_indexes
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.storage.interface import Reader, Writer

PROVISIONED = "PROVISIONED"
ON_DEMAND = "PAY_PER_REQUEST"
_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
_ARN_FORM = (
    "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where "
    "Resource name must have length less than or equal to 255, Resource name must have length greater than or "
    "equal to 3, Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Provisioned units a second; zeros for on-demand."""

    read: int = 0
    write: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """What a table, an index or a setting is going through until `until`, in epoch seconds.

    `status` is AWS's word for it, `seconds` how long it takes in all. `what` is the part of a table that changes:
    IOPS, STREAM, CLASS or INDEX; of a new index ALLOCATION, then BACKFILL. What descriptions go on to tell until
    then is in `throughput` (IOPS, warm throughput) or in `detail` (the table class, the key of an encryption).
    """

    status: str
    until: float
    seconds: float
    what: str = ""
    throughput: Throughput | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a table and a global index have besides provisioned units, all in units a second.

    `warm` is the most that was ever provisioned or asked for; zero stands for the billing mode's own value.
    `most` is what an on-demand table may take; zero stands for no maximum. `decreases` were made on the UTC day
    of `decreased`.
    """

    warm: Throughput = Throughput()
    warming: Pending | None = None
    most: Throughput = Throughput()
    increased: float | None = None
    decreased: float | None = None
    decreases: int = 0


@dataclass(frozen=True)
class Index(IndexState):
    """A secondary index: local to a partition, or global with a partition key of its own."""

    id: str
    name: str
    local: bool
    schema: KeySchema
    projection: str
    attributes: tuple[str, ...]
    throughput: Throughput = Throughput()
    filling: bool = False
    pending: Pending | None = None
    capacity: Capacity = Capacity()

    @property
    def space(self) -> str:
        return f"index/{self.id}"

    @property
    def whole(self) -> bool:
        """Whether rows of this index hold all attributes."""
        return self.projection == "ALL"


@dataclass(frozen=True)
class TimeToLive:
    """One turning on of Time to Live: `attribute` tells when items expire, `since` when it was turned on.

    `filling`: items that were there before are still on their way into the expiry index.
    """

    id: str
    attribute: str
    since: float
    filling: bool = False

    @functools.cached_property
    def space(self) -> str:
        return f"expiry/{self.id}"


@dataclass(frozen=True, slots=True)
class Recovery:
    """Point-in-time recovery: to any moment from epoch second `since` on, but not more than `days` back."""

    since: float
    days: int


@dataclass(frozen=True, slots=True)
class Restore:
    """What a table that is still being filled is to be: `table` (an ARN) as it was at epoch second `moment`.

    `backup` is the ARN of the backup that this comes from, None for point-in-time recovery.
    """

    table: str
    moment: float
    backup: str | None = None


@dataclass(frozen=True)
class Table:
    """A table. `view` is its stream's view type, None while it has no enabled stream.

    `pending` is what it is going through, `sealing` the same of its encryption.
    `history`: every change keeps what it replaces (see `history`). `restore`: the table is still being
    restored, and nobody may use its items yet.
    """

    id: str
    name: str
    scope: Scope
    schema: KeySchema
    definitions: dict[str, str]
    created: float
    indexes: tuple[Index, ...] = ()
    billing: str = PROVISIONED
    billing_changed: float | None = None
    throughput: Throughput = Throughput()
    capacity: Capacity = Capacity()
    stream: str | None = None
    stream_label: str | None = None
    view: str | None = None
    protected: bool = False
    table_class: str | None = None
    table_class_changed: float | None = None
    encryption: dict[str, str] | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])
    ttl: TimeToLive | None = None
    pending: Pending | None = None
    sealing: Pending | None = None
    recovery: Recovery | None = None
    history: bool = False
    restore: Restore | None = None
    importing: bool = False
    vectors: tuple[VectorIndex, ...] = ()

    @functools.cached_property
    def arn(self) -> str:
        return table_arn(self.scope, self.name)

    @functools.cached_property
    def space(self) -> str:
        return f"table/{self.id}"

    @functools.cached_property
    def key_names(self) -> tuple[str, ...]:
        return self.schema.names

    @functools.cached_property
    def index_keys(self) -> tuple[tuple[KeyAttribute, str], ...]:
        """The attributes that index keys add to the table's own, each with its index's name.

        In the order of the indexes' names: AWS names the first that an item does not fit (dynoxide, 2026).
        """
        return tuple(
            (attribute, index.name)
            for index in sorted(self.indexes, key=lambda index: index.name)
            for attribute in index.schema.attributes
            if attribute.name not in self.schema.names
        )

    @functools.cached_property
    def index_key_names(self) -> tuple[str, ...]:
        """The names of those attributes."""
        return tuple(dict.fromkeys(attribute.name for attribute, _ in self.index_keys))

    @functools.cached_property
    def closed(self) -> bool:
        """Whether there are no operations on items: it is not there yet, or is on its way out."""
        return self.status in ("CREATING", "DELETING")

    @property
    def status(self) -> str:
        """AWS's TableStatus."""
        if self.restore is not None or self.importing:
            return "CREATING"
        return "ACTIVE" if self.pending is None else self.pending.status

    def index(self, name: str) -> Index | None:
        """The index with this name, unless it is being deleted."""
        found = next((index for index in self.indexes if index.name == name), None)
        return None if found is None or found.status == "DELETING" else found

    def vector(self, name: str) -> VectorIndex | None:
        """The vector index with this name, unless it is being deleted."""
        found = next((index for index in self.vectors if index.name == name), None)
        return None if found is None or found.status == "DELETING" else found

    @property
    def all_indexes(self) -> tuple[Index | VectorIndex, ...]:
        """Secondary indexes and vector indexes, which have their names and much of their lives in common."""
        return self.indexes + self.vectors

    @property
    def used(self) -> tuple[str, ...]:
        """The attributes that its key and its indexes need a definition of."""
        names = (*self.schema.names, *(name for index in self.indexes for name in index.schema.names))
        return tuple(dict.fromkeys((*names, *(name for index in self.vectors for name in index.names))))


def table_arn(scope: Scope, name: str) -> str:
    return scope.arn("dynamodb", f"table/{name}")


def name_of(scope: Scope, text: str) -> str:
    """A table's name from a TableName, which may be its ARN. Raises for what is no table of this scope."""
    if not text.startswith("arn:"):
        return text
    prefix = table_arn(scope, "")
    if not text.startswith(prefix) or not _NAME.fullmatch(text, len(prefix)):
        raise _elsewhere(scope, text)
    return text[len(prefix) :]


def _elsewhere(scope: Scope, text: str) -> AwsError:
    """Why an ARN is of no table here, in the words of ack-api-quirks DDB-TABLE-011 and -442."""
    wrong = "1 validation error detected: "
    try:
        arn = arns.parse(text)
    except ValueError:
        return validation_error(wrong + _ARN_FORM)
    for what, given, ours in (
        ("partition", arn.partition, scope.partition),
        ("region", arn.region, scope.region),
    ):
        if given != ours:
            return validation_error(f"{wrong}Invalid AWS {what} in '{text}'")
    if not arn.resource.startswith("table/"):
        return validation_error(f"{wrong}Invalid resource type in '{text}'")
    if arn.account != scope.account:
        return access_denied("Access is denied")
    return validation_error(wrong + _ARN_FORM)


def not_found() -> AwsError:
    """The answer to operations on items of a table that does not exist."""
    return AwsError("ResourceNotFoundException", "Requested resource not found")


def table_not_found(name: str) -> AwsError:
    """The answer to operations on a table that does not exist."""
    return AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")


def find(reader: Reader, scope: Scope, text: str) -> Table:
    """The table for an operation on items. Raises `not_found`."""
    table = get(reader, scope, name_of(scope, text))
    if table is None or table.closed:
        raise not_found()
    return table


def find_if_there(reader: Reader, scope: Scope, text: str) -> Table | None:
    """The table for an operation on items; None where `find` raises."""
    try:
        return find(reader, scope, text)
    except AwsError:
        return None


def get(reader: Reader, scope: Scope, name: str) -> Table | None:
    raw = reader.get(space(scope), name.encode())
    return None if raw is None else decode(raw)


def by_arn(reader: Reader, arn: str) -> Table | None:
    """The table with this ARN, of whatever scope."""
    scope = arns.parse(arn).scope
    return get(reader, scope, name_of(scope, arn))


def names(reader: Reader, scope: Scope, after: str | None, limit: int) -> list[str]:
    """Names of tables in order, after `after`."""
    low = b"" if after is None else after.encode() + b"\0"
    return [key.decode() for key, _ in reader.range(space(scope), low, limit=limit)]


def tables(reader: Reader, scope: Scope) -> Iterator[Table]:
    for _, raw in reader.range(space(scope)):
        yield decode(raw)


def save(writer: Writer, table: Table) -> None:
    writer.put(space(table.scope), table.name.encode(), encode(table))


def remove(writer: Writer, table: Table, *, keep_items: bool = False) -> None:
    """Forget a table and all it holds, but for the space of its items if somebody else has it now.

    What else belongs to a table is seen to by `deletion`.
    """
    writer.delete(space(table.scope), table.name.encode())
    if not keep_items:
        writer.drop(table.space)
    for index in table.all_indexes:
        writer.drop(index.space)


def space(scope: Scope) -> str:
    return f"tables/{scope.path}"


def encode(table: Table) -> bytes:
    return orjson.dumps(asdict(table))


@functools.lru_cache(maxsize=4096)
def decode(raw: bytes) -> Table:
    row: dict[str, Any] = orjson.loads(raw)
    row["scope"] = Scope(**row["scope"])
    row["schema"] = _schema(row["schema"])
    row["throughput"] = Throughput(**row["throughput"])
    row["capacity"] = _capacity(row)
    row["pending"] = _pending(row.get("pending"))
    row["sealing"] = _pending(row.get("sealing"))
    row["indexes"] = tuple(_index(index) for index in row["indexes"])
    row["ttl"] = TimeToLive(**row["ttl"]) if row.get("ttl") else None
    row["recovery"] = Recovery(**row["recovery"]) if row.get("recovery") else None
    row["restore"] = Restore(**row["restore"]) if row.get("restore") else None
    row["vectors"] = tuple(_vector_index(index) for index in row.get("vectors", ()))
    return Table(**row)


def _index(row: dict[str, Any]) -> Index:
    row["schema"] = _schema(row["schema"])
    row["attributes"] = tuple(row["attributes"])
    row["throughput"] = Throughput(**row["throughput"])
    row["capacity"] = _capacity(row)
    row["pending"] = _pending(row.get("pending"))
    return Index(**row)


def _vector_index(row: dict[str, Any]) -> VectorIndex:
    return vector_indexes.decoded({**row, "pending": _pending(row["pending"])})


def _capacity(row: dict[str, Any]) -> Capacity:
    # Rows from before capacities had a record of their own have these two instead.
    old = {
        "increased": row.pop("throughput_increased", None),
        "decreased": row.pop("throughput_decreased", None),
    }
    given = row.get("capacity")
    if given is None:
        return Capacity(**old)
    given["warm"], given["most"] = Throughput(**given["warm"]), Throughput(**given["most"])
    given["warming"] = _pending(given["warming"])
    return Capacity(**given)


def _pending(row: dict[str, Any] | None) -> Pending | None:
    if row is None:
        return None
    if row["throughput"] is not None:
        row["throughput"] = Throughput(**row["throughput"])
    return Pending(**row)


def _schema(row: dict[str, Any]) -> KeySchema:
    # Rows from before there were keys of several attributes have only these two.
    first = KeyAttribute(**row["hash"]), KeyAttribute(**row["range"]) if row["range"] else None
    if "more_hashes" not in row:
        return KeySchema(*first)
    more = (tuple(KeyAttribute(**one) for one in row[name]) for name in ("more_hashes", "more_ranges"))
    return CompositeKeySchema(*first, *more)
