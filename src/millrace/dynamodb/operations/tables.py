"""Operations on tables: CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable.

What AWS does in seconds in the background is done here when the answer leaves; the answers still say
CREATING, UPDATING and DELETING as AWS's do.
"""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import alteration, backfill, catalog, counts, definition, deletion, description
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.operations import resource_policies
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log


class Tables:
    """The operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateTable": self.create_table,
            "DeleteTable": self.delete_table,
            "DescribeTable": self.describe_table,
            "ListTables": self.list_tables,
            "UpdateTable": self.update_table,
        }

    async def create_table(self, context: Context, params: Params) -> Output:
        view = alteration.check_stream(params.get("StreamSpecification"), creating=True)
        now = self._clock.now()
        name = catalog.name_of(context.scope, params["TableName"])
        table = definition.table(context.scope, {**params, "TableName": name}, now, ids.uuid)
        policy = resource_policies.judged(params.get("ResourcePolicy"))

        def create(writer: Writer) -> Output:
            known = catalog.get(writer, context.scope, name)
            if known is not None:
                what = "already exists" if known.restore is None else "is being used"
                raise AwsError("ResourceInUseException", f"Table {what}: {name}")
            made = table if view is None else _open_stream(writer, table, view, now)
            catalog.save(writer, made)
            resource_policies.attach(writer, made, policy, now)
            return {"TableDescription": description.of(writer, made, "CREATING")}

        return await self._storage.write(create)

    async def describe_table(self, context: Context, params: Params) -> Output:
        def describe(reader: Reader) -> Output:
            return {"Table": description.of(reader, _there(reader, context, params))}

        return await self._storage.read(describe)

    async def list_tables(self, context: Context, params: Params) -> Output:
        limit = params.get("Limit") or limits.list_tables_page_max
        after = params.get("ExclusiveStartTableName")
        names = await self._storage.read(
            lambda reader: catalog.names(reader, context.scope, after, limit + 1)
        )
        more = len(names) > limit
        return {
            "TableNames": names[:limit],
            "LastEvaluatedTableName": names[limit - 1] if more else None,
        }

    async def update_table(self, context: Context, params: Params) -> Output:
        alteration.check(params)
        specification = params.get("StreamSpecification")
        now = self._clock.now()

        def update(writer: Writer) -> tuple[Table, Output]:
            table = named(writer, context, params)
            made = alteration.altered(table, params, now, ids.uuid)
            _drop_lost_indexes(writer, table, made)
            if specification is not None:
                alteration.check_toggle(table, specification)
                made = _toggle_stream(writer, made, specification, now)
            catalog.save(writer, made)
            if any(index.filling for index in made.indexes):
                backfill.begin(writer, made)
            return made, {"TableDescription": description.of(writer, made, "UPDATING")}

        table, output = await self._storage.write(update)
        if any(index.filling for index in table.indexes):
            await backfill.fill(self._storage, table.arn)
        return output

    async def delete_table(self, context: Context, params: Params) -> Output:
        now = self._clock.now()

        def delete(writer: Writer) -> Output:
            table = _there(writer, context, params)
            if table.restore is not None:
                raise AwsError(
                    "ResourceInUseException",
                    "Attempt to change a resource which is still in use: Table is being created: "
                    + table.name,
                )
            if table.protected:
                raise validation_error(
                    "Resource cannot be deleted as it is currently protected against deletion. "
                    "Disable deletion protection first."
                )
            output = {"TableDescription": description.of(writer, table, "DELETING")}
            deletion.delete(writer, table, now)
            return output

        return await self._storage.write(delete)


def named(reader: Reader, context: Context, params: Params) -> Table:
    """The table an operation on tables names. Raises ResourceNotFoundException, with the name.

    A table that is being restored can only be described (ack-api-quirks DDB-TABLE-217).
    """
    table = _there(reader, context, params)
    if table.restore is not None:
        raise catalog.table_not_found(table.name)
    return table


def _there(reader: Reader, context: Context, params: Params) -> Table:
    """The same, also while it is being restored."""
    name = catalog.name_of(context.scope, params["TableName"])
    table = catalog.get(reader, context.scope, name)
    if table is None:
        raise catalog.table_not_found(name)
    return table


def _open_stream(writer: Writer, table: Table, view: str, now: float) -> Table:
    schema = tuple(zip(table.schema.names, ("HASH", "RANGE"), strict=False))
    stream = log.create(writer, table.scope, table.name, view, schema, now)
    return replace(table, stream=stream.arn, stream_label=stream.label, view=view)


def _toggle_stream(writer: Writer, table: Table, specification: Mapping[str, object], now: float) -> Table:
    """Enable a new stream, or disable the one there is: its ARN stays the table's latest."""
    if specification["StreamEnabled"]:
        return _open_stream(writer, table, str(specification["StreamViewType"]), now)
    if table.stream is not None:
        log.disable(writer, table.stream, now)
    return replace(table, view=None)


def _drop_lost_indexes(writer: Writer, before: Table, after: Table) -> None:
    kept = {index.id for index in after.indexes}
    for index in before.indexes:
        if index.id not in kept:
            writer.drop(index.space)
            counts.forget(writer, index.id)
