"""The end of a table: all that belongs to it goes, in one place.

With point-in-time recovery its items stay, as a backup that AWS makes of every such table and keeps for 35
days: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
The space with the items is handed over rather than copied.
"""

from millrace.core import limits
from millrace.dynamodb import attached, catalog, copying, counts, expiry_index, recovery
from millrace.dynamodb import backup as backups
from millrace.dynamodb.backup import SYSTEM, Backup
from millrace.dynamodb.catalog import Table
from millrace.storage.interface import Writer
from millrace.streams import log


def delete(writer: Writer, table: Table, now: float) -> None:
    """Delete a table at epoch second `now`, with its indexes; its stream is disabled."""
    if table.stream is not None:
        log.disable(writer, table.stream, now)
    expiry_index.forget(writer, table)
    kept = table.recovery is not None
    if kept:
        _keep(writer, table, now)
    copied = copying.abandon(writer, table, kept=kept) if table.history else False
    recovery.forget(writer, table)
    catalog.remove(writer, table, keep_items=kept or copied)
    attached.forget(writer, table)
    for identity in (table.id, *(index.id for index in table.all_indexes)):
        counts.forget(writer, identity)


def _keep(writer: Writer, table: Table, now: float) -> None:
    items, size = counts.get(writer, table.id)
    made = round(now, 3)
    backup = Backup(
        id=backups.system_id(made),
        name=f"{table.name}$DeletedTableBackup",
        table=table,
        created=made,
        items=items,
        size=size,
        space=table.space,
        kind=SYSTEM,
        expires=made + limits.system_backup_seconds,
    )
    backups.add_system(writer, backup)
