"""Operations on point-in-time recovery: UpdateContinuousBackups, DescribeContinuousBackups."""

from collections.abc import Mapping

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import recovery
from millrace.dynamodb.operations.backups import recoverable
from millrace.storage.interface import Reader, Storage, Writer


class Recoveries:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeContinuousBackups": self.describe_continuous_backups,
            "UpdateContinuousBackups": self.update_continuous_backups,
        }

    async def describe_continuous_backups(self, context: Context, params: Params) -> Output:
        now = self._clock.now()

        def describe(reader: Reader) -> Output:
            table = recoverable(reader, context, params["TableName"])
            return {"ContinuousBackupsDescription": recovery.description(table, now)}

        return await self._storage.read(describe)

    async def update_continuous_backups(self, context: Context, params: Params) -> Output:
        specification = params["PointInTimeRecoverySpecification"]
        days: int | None = specification.get("RecoveryPeriodInDays")
        enabled: bool = specification["PointInTimeRecoveryEnabled"]
        if days is not None and not enabled:
            # Probed on AWS, as the default is: ack-api-quirks DDB-TABLE-084.
            raise validation_error(
                "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."
            )
        now = self._clock.now()

        def update(writer: Writer) -> Output:
            table = recoverable(writer, context, params["TableName"])
            if enabled:
                table = recovery.turn_on(writer, table, days or limits.recovery_days_default, now)
            elif table.recovery is not None:
                table = recovery.turn_off(writer, table)
            told = {**recovery.description(table, now), "ContinuousBackupsStatus": "ENABLED"}
            return {"ContinuousBackupsDescription": told}

        return await self._storage.write(update)
