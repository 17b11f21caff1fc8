"""Operations on backups: CreateBackup, DescribeBackup, ListBackups, DeleteBackup.

A small table's backup is complete when the answer leaves, which still says CREATING as AWS's does; a larger
one is copied in the background. AWS's limits of calls a second are left out, so that tests need not wait.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from millrace.core import ids, limits
from millrace.core.clock import Clock, iso_seconds
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import backup as backups
from millrace.dynamodb import backup_description, catalog, copying, counts
from millrace.dynamodb.backup import SYSTEM, USER, Backup
from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Reader, Storage, Writer


class Backups:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateBackup": self.create_backup,
            "DeleteBackup": self.delete_backup,
            "DescribeBackup": self.describe_backup,
            "ListBackups": self.list_backups,
        }

    async def create_backup(self, context: Context, params: Params) -> Output:
        now = round(self._clock.now(), 3)
        identity = backups.user_id(now)

        def create(writer: Writer) -> Output:
            table = recoverable(writer, context, params["TableName"])
            items, size = counts.get(writer, table.id)
            backup = Backup(
                id=identity,
                name=params["BackupName"],
                table=replace(table, history=False, recovery=None),
                created=now,
                items=items,
                size=size,
                space=f"backup/{ids.uuid()}",
            )
            _fill(writer, table, backup)
            return {"BackupDetails": backup_description.details(backup, "CREATING")}

        return await self._storage.write(create)

    async def describe_backup(self, context: Context, params: Params) -> Output:
        def describe(reader: Reader) -> Output:
            backup = backups.find(reader, context.scope, params["BackupArn"])
            return {"BackupDescription": backup_description.of(backup)}

        return await self._storage.read(describe)

    async def list_backups(self, context: Context, params: Params) -> Output:
        limit = params.get("Limit") or limits.list_backups_page_max
        found = await self._storage.read(
            lambda reader: list(islice(_listed(reader, context, params), limit + 1))
        )
        return {
            "BackupSummaries": [backup_description.summary(backup) for backup in found[:limit]],
            "LastEvaluatedBackupArn": found[limit - 1].arn if len(found) > limit else None,
        }

    async def delete_backup(self, context: Context, params: Params) -> Output:
        def delete(writer: Writer) -> Output:
            backup = backups.find(writer, context.scope, params["BackupArn"])
            _check_deletable(writer, backup)
            backups.remove(writer, backup)
            return {"BackupDescription": backup_description.of(backup, "DELETED")}

        return await self._storage.write(delete)


def recoverable(reader: Reader, context: Context, text: str) -> Table:
    """The table that backups or recovery are asked for. Raises TableNotFoundException.

    A table that is being restored is not there yet (ack-api-quirks DDB-TABLE-217).
    """
    try:
        return catalog.find(reader, context.scope, text)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        name = text.rpartition("table/")[2] if text.startswith("arn:") else text
        raise AwsError("TableNotFoundException", f"Table not found: {name}") from None


def _fill(writer: Writer, table: Table, backup: Backup) -> None:
    """Copy the items now if they are few, else begin to."""
    if backup.items <= limits.copy_items_max and backup.size <= limits.copy_bytes_max:
        copying.copy_at_once(writer, table.space, backup.space)
        backups.save(writer, backup)
        return
    backups.save(writer, replace(backup, available=False))
    copying.begin(writer, table, backup.arn)


def _check_deletable(reader: Reader, backup: Backup) -> None:
    """The sentences but for that of CREATING were probed on AWS: ack-api-quirks DDB-BACKUP-010 and -015."""
    if backup.kind == SYSTEM:
        raise validation_error(
            f"Invalid Request: User is not allowed to delete the system backup with arn {backup.arn}. "
            f"It will automatically expire on {iso_seconds(backup.expires or 0)}"
        )
    if not backup.available:
        raise AwsError("BackupInUseException", f"Backup is being created: {backup.arn}")
    if copying.uses(reader, backup):
        raise AwsError("BackupInUseException", f"Backup is being used to restore table: {backup.arn}")


def _listed(reader: Reader, context: Context, params: Params) -> Iterator[Backup]:
    """The backups that ListBackups asks for."""
    low, high = params.get("TimeRangeLowerBound"), params.get("TimeRangeUpperBound")
    if low is not None and high is not None and low > high:
        raise validation_error(
            "One or more parameter values were invalid: "
            "Time range lower bound must be less than or equal to upper bound"
        )
    kind = params.get("BackupType") or USER
    text: str | None = params.get("TableName")
    for backup in backups.after(reader, context.scope, params.get("ExclusiveStartBackupArn"), low, high):
        if kind not in ("ALL", backup.kind):
            continue
        if text is None or text in (backup.table.name, backup.table.arn):
            yield backup
