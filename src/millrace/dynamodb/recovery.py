"""Point-in-time recovery of a table: turned on and off, and how far back it goes.

AWS lets a table be restored up to five minutes ago; here it may be restored to its state right now, so that
nobody has to wait for it. Times are told in whole seconds, as AWS tells them and as most clients send them.
"""

import math
from dataclasses import replace
from typing import Any

from millrace.core.clock import iso_seconds
from millrace.core.errors import AwsError
from millrace.dynamodb import catalog, copying, history
from millrace.dynamodb.catalog import Recovery, Table
from millrace.storage.interface import Reader, Writer

# The ARNs of all tables with point-in-time recovery.
SPACE = "recoveries"
_DAY_SECONDS = 24 * 3600


def turn_on(writer: Writer, table: Table, days: int, now: float) -> Table:
    """The table with recovery of so many days. What was kept until now stays, if it is no older than that."""
    since = now if table.recovery is None else max(table.recovery.since, _first(table.recovery, now))
    table = replace(table, recovery=Recovery(since, days), history=True)
    catalog.save(writer, table)
    writer.put(SPACE, table.arn.encode(), b"")
    return table


def turn_off(writer: Writer, table: Table) -> Table:
    """The table without recovery. All it was is forgotten."""
    forget(writer, table)
    table = replace(table, recovery=None)
    catalog.save(writer, table)
    return copying.stop_history(writer, table)


def forget(writer: Writer, table: Table) -> None:
    """The table is to be deleted, or its recovery was turned off."""
    writer.delete(SPACE, table.arn.encode())


def earliest(recovery: Recovery, now: float) -> int:
    """EarliestRestorableDateTime, in epoch seconds."""
    return math.floor(max(recovery.since, _first(recovery, now)))


def description(table: Table, now: float) -> dict[str, Any]:
    """ContinuousBackupsDescription.

    ContinuousBackupsStatus has nothing to do with recovery: AWS turns it on by itself for every table. (It
    does so some seconds after the table was made; nothing here would be waiting for that.)
    """
    described: dict[str, Any] = {"PointInTimeRecoveryStatus": "DISABLED"}
    if table.recovery is not None:
        described = {
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": table.recovery.days,
            "EarliestRestorableDateTime": earliest(table.recovery, now),
            "LatestRestorableDateTime": math.floor(now),
        }
    return {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": described,
    }


def number_at(reader: Reader, table: Table, moment: float | None, now: float) -> int:
    """The number of the last change up to epoch second `moment` (None: of all). Raises for what cannot be.

    The sentences were probed on AWS: ack-api-quirks DDB-TABLE-100.
    """
    if table.recovery is None:
        raise AwsError(
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{table.name}'",
        )
    if moment is None:
        return history.head(reader, table.id)
    first = earliest(table.recovery, now)
    if not first <= moment <= now:
        raise AwsError(
            "InvalidRestoreTimeException",
            f"RestoreDateTime '{iso_seconds(moment)}' must be within EarliestRestorableDateTime "
            f"'{iso_seconds(first)}' and LatestRestorableDateTime '{iso_seconds(now)}'",
        )
    return history.number_at(reader, table.id, moment)


def trim(writer: Writer, table: Table, now: float) -> None:
    """Forget the changes that are older than the table's recovery goes back, if no copy needs them."""
    if table.recovery is None:
        return
    through = history.number_at(writer, table.id, _first(table.recovery, now))
    needed = copying.oldest_needed(writer, table)
    history.trim(writer, table.id, through if needed is None else min(through, needed))


def _first(recovery: Recovery, now: float) -> float:
    return now - recovery.days * _DAY_SECONDS
