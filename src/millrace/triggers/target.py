"""All that a mapping's delivery depends on, read in one consistent state."""

from dataclasses import dataclass

from millrace.core import arn as arns
from millrace.functions import catalog as functions
from millrace.functions.catalog import Function
from millrace.functions.names import Reference
from millrace.iam.entities import Role
from millrace.iam.registry import ROLES, changes_journal, find_document
from millrace.storage.interface import Reader
from millrace.streams import log
from millrace.streams.stream import Shard, Stream
from millrace.triggers import catalog, checkpoint
from millrace.triggers.catalog import Mapping
from millrace.triggers.lanes import Rows


@dataclass(frozen=True, slots=True)
class Target:
    """A mapping, its two ends, the role between them, and how far it is: the rows of each shard's lanes.

    `documents` are the texts that the role names but does not hold: its attached policies and its boundary.
    `changes` numbers the changes of the account's roles and policies: what is decided of the role, in a
    transaction of its own, must be decided anew if there is another number by then.
    """

    mapping: Mapping
    stream: Stream | None
    function: Function | None
    role: Role | None
    documents: tuple[str | None, ...]
    changes: int
    rows: dict[str, Rows]

    @property
    def permission(self) -> tuple[object, ...]:
        """When this changes, the role may be allowed other things."""
        return self.function and self.function.role, self.role, self.documents

    @property
    def journals(self) -> set[str]:
        """What tells of changes to the function and its role."""
        journals = {functions.changes(self.mapping.scope)}
        if self.function is not None:
            journals.add(changes_journal(arns.parse(self.function.role).account))
        return journals

    @property
    def finished(self) -> set[tuple[str, int]]:
        """The shards' lanes that are done with for ever."""
        return {(shard, row.lane) for shard, rows in self.rows.items() for row in rows if row.finished}

    def shards_to_start(self) -> list[Shard]:
        """The shards that are not finished, parents before their children."""
        shards = () if self.stream is None else self.stream.shards
        unfinished = {shard.id for shard in shards if not self._is_finished(shard)}
        return [shard for shard in shards if shard.id in unfinished and shard.parent not in unfinished]

    def _is_finished(self, shard: Shard) -> bool:
        rows = self.rows.get(shard.id, ())
        return bool(rows) and all(row.finished for row in rows)


def read_all(reader: Reader) -> list[Target]:
    return [_target(reader, mapping) for mapping in catalog.every(reader)]


def _target(reader: Reader, mapping: Mapping) -> Target:
    reference = Reference(mapping.function, mapping.qualifier)
    function = functions.resolve(reader, mapping.scope, reference)
    role = None
    documents: tuple[str | None, ...] = ()
    changes = 0
    if function is not None:
        parts = arns.parse(function.role)
        changes = reader.head(changes_journal(parts.account))
        role = ROLES.find(reader, parts.account, parts.resource.rpartition("/")[2])
        if role is not None:
            managed = (*role.attached, *([role.boundary] if role.boundary else []))
            documents = tuple(find_document(reader, parts.account, arn) for arn in managed)
    stream = log.describe(reader, mapping.stream_arn)
    rows = checkpoint.load_all(reader, mapping.uuid)
    return Target(mapping, stream, function, role, documents, changes, rows)
