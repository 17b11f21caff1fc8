"""Backups as data, and the rows that keep them.

A backup has its table's definition as it was, and a space with the items as they were. It outlives its
table. What it looks like to a client is in `backup_description`; how it is filled, in `copying`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog
from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Reader, Writer

SPACE = "backups"
# The ARNs of the backups that expire, of all scopes.
EXPIRING = "backups/expiring"

USER = "USER"
SYSTEM = "SYSTEM"

_MARK = "/backup/"


@dataclass(frozen=True)
class Backup:
    """A backup of `table`, made at epoch second `created`. `items` and `size` count what it holds.

    `available` is false while the items are still being copied into `space`. What AWS makes by itself
    (`kind` SYSTEM) is gone at epoch second `expires`.
    """

    id: str
    name: str
    table: Table
    created: float
    items: int
    size: int
    space: str
    kind: str = USER
    available: bool = True
    expires: float | None = None

    @property
    def arn(self) -> str:
        return f"{self.table.arn}{_MARK}{self.id}"


def user_id(created: float) -> str:
    """An id for a backup that a user makes: 14 digits of milliseconds, 8 hexadecimal digits.

    The form is AWS's, probed in 2026: ack-api-quirks DDB-BACKUP-006.
    """
    return f"{round(created * 1000):014d}-{ids.hexadecimal(8)}"


def system_id(created: float) -> str:
    """An id for the backup of a table that is deleted (ack-api-quirks DDB-BACKUP-015)."""
    return f"{round(created * 1000):014d}-00000000"


def is_arn(text: str) -> bool:
    """Whether an ARN is a backup's."""
    return _MARK in text


def parsed(scope: Scope, text: str) -> tuple[Scope, str, str]:
    """A backup's scope, table name and id from its ARN; `scope` is the caller's, whose account it must be of.

    The sentences were probed on AWS: ack-api-quirks DDB-BACKUP-012.
    """
    try:
        arn = arns.parse(text)
    except ValueError:
        raise validation_error("Invalid Backup ARN") from None
    kind, _, rest = arn.resource.partition("/")
    name, mark, identity = rest.partition(_MARK)
    if kind != "table" or not mark or not name or not identity or "/" in name + identity:
        raise validation_error("Invalid Backup ARN")
    if arn.partition != scope.partition or arn.service != "dynamodb":
        raise validation_error("Invalid Request: BackupArn is not valid")
    if arn.account != scope.account or not arn.region:
        raise AwsError("AccessDeniedException", "Access is denied", status=400)
    return arn.scope, name, identity


def not_found(arn: str) -> AwsError:
    return AwsError("BackupNotFoundException", f"Backup not found: {arn}")


def find(reader: Reader, scope: Scope, text: str, *, anywhere: bool = False) -> Backup:
    """The backup with this ARN, in the caller's region or `anywhere` in its account.

    AWS overlooks a wrong region and a wrong table name in the ARN. We do not: whoever may touch the backups
    of one table must not reach another's by its id.
    """
    where, name, identity = parsed(scope, text)
    if not anywhere and where != scope:
        raise not_found(text)
    raw = reader.get(SPACE, _key(where, identity, name))
    if raw is None:
        raise not_found(text)
    return decode(raw)


def by_arn(reader: Reader, arn: str) -> Backup | None:
    """The backup with this ARN, of whatever scope."""
    try:
        return find(reader, arns.parse(arn).scope, arn)
    except AwsError:
        return None


def save(writer: Writer, backup: Backup) -> None:
    writer.put(SPACE, _key_of(backup), encode(backup))
    if backup.expires is not None:
        writer.put(EXPIRING, backup.arn.encode(), b"")


def remove(writer: Writer, backup: Backup) -> None:
    """Forget a backup and its items."""
    writer.delete(SPACE, _key_of(backup))
    writer.delete(EXPIRING, backup.arn.encode())
    writer.drop(backup.space)


def add_system(writer: Writer, backup: Backup) -> None:
    """Save the backup of a table that is deleted. Its id, which has only the time in it, may be put off."""
    moment = backup.created
    while writer.get(SPACE, _key_of(backup)) is not None:  # deleted twice within a millisecond
        moment += 0.001
        backup = replace(backup, id=system_id(moment))
    save(writer, backup)


def after(
    reader: Reader, scope: Scope, start: str | None, low: float | None, high: float | None
) -> Iterator[Backup]:
    """The backups of a scope, the oldest first, from epoch second `low` on and before `high`.

    `start` is the ARN after which to begin; there need not be a backup with it.
    """
    front = f"{scope.path}/"
    begin = front if low is None else front + _digits(low)
    end = front + (chr(0x7F) if high is None else _digits(high))
    if start is not None:
        where, name, identity = parsed(scope, start)
        if where != scope:
            raise validation_error(
                "Invalid Request: The supplied ExclusiveStartBackupArn does not match the region"
            )
        begin = max(begin, _key(where, identity, name).decode() + "\0")
    if begin < end:
        for _, raw in reader.range(SPACE, begin.encode(), end.encode()):
            yield decode(raw)


def encode(backup: Backup) -> bytes:
    fields = {name: getattr(backup, name) for name in Backup.__dataclass_fields__}
    return orjson.dumps({**fields, "table": catalog.encode(backup.table).decode()})


def decode(raw: bytes) -> Backup:
    row: dict[str, Any] = orjson.loads(raw)
    row["table"] = catalog.decode(row["table"].encode())
    return Backup(**row)


def _digits(moment: float) -> str:
    # Ids have milliseconds; what is between two of them is the later one's.
    return f"{math.ceil(min(max(moment, 0), limits.clock_epoch_seconds_max) * 1000):014d}"


def _key_of(backup: Backup) -> bytes:
    return _key(backup.table.scope, backup.id, backup.table.name)


def _key(scope: Scope, identity: str, name: str) -> bytes:
    """Ids begin with the time, so a scope's backups stand in the order of their making."""
    return f"{scope.path}/{identity}/{name}".encode()
