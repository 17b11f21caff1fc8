"""Operations that make a table of what another one was: RestoreTableFromBackup, RestoreTableToPointInTime.

The answer leaves when it is sure that the table will be there; it is filled in the background (see
`copier`), and is CREATING until then.
"""

from collections.abc import Mapping

from millrace.core import arn as arns
from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import backup as backups
from millrace.dynamodb import catalog, copying, description, recovery, restore
from millrace.dynamodb.backup import Backup
from millrace.dynamodb.catalog import Restore, Table
from millrace.storage.interface import Reader, Storage, Writer


class Restores:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "RestoreTableFromBackup": self.restore_table_from_backup,
            "RestoreTableToPointInTime": self.restore_table_to_point_in_time,
        }

    async def restore_table_from_backup(self, context: Context, params: Params) -> Output:
        now = self._clock.now()

        def begin(writer: Writer) -> Output:
            backup = backups.find(writer, context.scope, params["BackupArn"], anywhere=True)
            source = backup.table
            restore.check_region(source.scope, context.scope, params)
            what = Restore(source.arn, backup.created, backup.arn)
            table = restore.table(source, context.scope, params, what, now, ids.uuid)
            restore.check_name(writer, context.scope, table.name)
            _check_usable(writer, backup)
            _save(writer, table)
            copying.begin_from(writer, backup, table.arn)
            return {"TableDescription": description.of(writer, table)}

        return await self._storage.write(begin)

    async def restore_table_to_point_in_time(self, context: Context, params: Params) -> Output:
        moment = _moment(params)
        scope, name = _source(context, params)
        now = self._clock.now()

        def begin(writer: Writer) -> Output:
            source = _recoverable(writer, scope, name)
            restore.check_region(scope, context.scope, params)
            through = recovery.number_at(writer, source, moment, now)
            what = Restore(source.arn, now if moment is None else moment)
            restore.check_name(writer, context.scope, params["TargetTableName"])
            table = restore.table(source, context.scope, params, what, now, ids.uuid)
            _save(writer, table)
            copying.begin(writer, source, table.arn, through)
            return {"TableDescription": description.of(writer, table)}

        return await self._storage.write(begin)


def _save(writer: Writer, table: Table) -> None:
    if copying.restores(writer, table.scope) >= limits.restores_max:
        raise AwsError(
            "LimitExceededException",
            f"Subscriber limit exceeded: Only {limits.restores_max} restore operations can be done "
            "simultaneously",
        )
    catalog.save(writer, table)


def _check_usable(reader: Reader, backup: Backup) -> None:
    """AWS restores one table at a time from a backup: ack-api-quirks DDB-BACKUP-010."""
    if not backup.available:
        raise AwsError("BackupInUseException", f"Backup is being created: {backup.arn}")
    if copying.uses(reader, backup):
        raise AwsError("BackupInUseException", f"Backup is being used to restore another table: {backup.arn}")


def _moment(params: Params) -> float | None:
    """The epoch second to restore to; None for now. The sentences: ack-api-quirks DDB-TABLE-100 and -272."""
    given: float | None = params.get("RestoreDateTime")
    latest = bool(params.get("UseLatestRestorableTime"))
    if given is not None and latest:
        raise validation_error(
            "Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for "
            "point-in-time restore request. Please specify either RestoreDateTime or UseLatestRestorableTime"
        )
    if given is None and not latest:
        raise validation_error(
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, "
            "but not both"
        )
    return given


def _source(context: Context, params: Params) -> tuple[Scope, str]:
    """The scope and the name of the table to restore from."""
    name: str | None = params.get("SourceTableName")
    text: str | None = params.get("SourceTableArn")
    if name is not None and text is not None:
        raise validation_error(
            "Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName"
        )
    if text is None:
        if name is None:
            raise validation_error("The parameter 'TableName' is required but was not present in the request")
        return context.scope, name
    if not text.startswith("arn:"):
        raise validation_error(
            f"One or more parameter values were invalid: ARNs must start with 'arn:': {text}"
        )
    return _source_of_arn(context.scope, text)


def _source_of_arn(scope: Scope, text: str) -> tuple[Scope, str]:
    invalid = validation_error("sourceTableArn is not a valid ARN")
    try:
        arn = arns.parse(text)
    except ValueError:
        raise invalid from None
    kind, _, name = arn.resource.partition("/")
    if arn.service != "dynamodb" or kind != "table" or not name or "/" in name:
        raise invalid
    if arn.partition != scope.partition or not arn.region:
        raise invalid
    if arn.account != scope.account:
        raise validation_error(
            "This action is only supported by accounts that match the resource owner\N{RIGHT SINGLE QUOTATION MARK}s account."
        )
    return arn.scope, name


def _recoverable(reader: Reader, scope: Scope, name: str) -> Table:
    table = catalog.get(reader, scope, name)
    if table is None or table.restore is not None:
        raise AwsError("TableNotFoundException", f"Table not found: {name}")
    return table
