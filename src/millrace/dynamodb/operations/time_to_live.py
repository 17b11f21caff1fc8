"""Operations on a table's Time to Live: UpdateTimeToLive, DescribeTimeToLive.

What AWS takes up to an hour for is done here when the answer leaves, but on tables of many items, whose expiry index
is filled in the background. AWS also refuses to change the setting
again for half an hour to an hour ("Time to live has been modified multiple times within a fixed interval"):
that protects a service of many machines, and here it would only keep tests from turning it off and on, so
it is left out. The sentences and the order of the checks were probed on AWS (ack-api-quirks DDB-TABLE-143 to
-147).
"""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import ids
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import admission, backfill, catalog, expiry_index
from millrace.dynamodb.catalog import TimeToLive
from millrace.dynamodb.operations.tables import named
from millrace.storage.interface import Reader, Storage, Writer

_DOINGS = {"CREATING": "created", "DELETING": "deleted"}


class Expiries:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DescribeTimeToLive": self.describe_time_to_live,
            "UpdateTimeToLive": self.update_time_to_live,
        }

    async def describe_time_to_live(self, context: Context, params: Params) -> Output:
        def describe(reader: Reader) -> Output:
            table = named(reader, context, params)
            if table.closed:
                raise validation_error(
                    f"Cannot describe time to live while table is in {table.status} state: "
                    f"Current table state is {table.status}"
                )
            return {"TimeToLiveDescription": _description(table.ttl)}

        return await self._storage.read(describe)

    async def update_time_to_live(self, context: Context, params: Params) -> Output:
        attribute: str = params["TimeToLiveSpecification"]["AttributeName"]
        enabled: bool = params["TimeToLiveSpecification"]["Enabled"]
        ttl = TimeToLive(ids.uuid(), attribute, self._clock.now(), filling=True) if enabled else None

        def update(writer: Writer) -> None:
            table = named(writer, context, params)
            if table.closed:
                raise admission.in_use(f"Table {table.name} is being {_DOINGS[table.status]}")
            _check(table.ttl, attribute, enabled=enabled)
            expiry_index.forget(writer, table)
            table = replace(table, ttl=ttl)
            if enabled:
                backfill.begin_or_finish(writer, table)
            else:
                catalog.save(writer, table)

        await self._storage.write(update)
        return {"TimeToLiveSpecification": {"Enabled": enabled, "AttributeName": attribute}}


def _check(ttl: TimeToLive | None, attribute: str, *, enabled: bool) -> None:
    """Refuse what changes nothing, and another attribute than the one in use."""
    if ttl is None:
        if not enabled:
            raise validation_error("TimeToLive is already disabled")
        return
    if ttl.attribute != attribute:
        raise validation_error(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {ttl.attribute}"
        )
    if enabled:
        raise validation_error("TimeToLive is already enabled")


def _description(ttl: TimeToLive | None) -> dict[str, str]:
    if ttl is None:
        return {"TimeToLiveStatus": "DISABLED"}
    status = "ENABLING" if ttl.filling else "ENABLED"
    return {"TimeToLiveStatus": status, "AttributeName": ttl.attribute}
