"""Operations on tables: CreateTable, DescribeTable, ListTables, UpdateTable, DeleteTable.

What AWS does in seconds in the background is done here when the answer leaves, unless a delay is set: then states
last that long (see `transition`). The answers say CREATING, UPDATING and DELETING as AWS's do, either way. Only an
index on a table of more than a few items is always filled in the background.
"""

from collections.abc import Mapping
from dataclasses import replace

from millrace.core import ids, limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import (
    admission,
    alteration,
    catalog,
    definition,
    description,
    expiry_index,
    index_alteration,
    transition,
)
from millrace.dynamodb.catalog import Pending, Table
from millrace.dynamodb.operations import resource_policies
from millrace.dynamodb.vectors import alteration as vector_alteration
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log


class Tables:
    """The operations, over one storage and one clock; states last `seconds`, new streams have so many `shards`."""

    def __init__(self, storage: Storage, clock: Clock, seconds: float, shards: int) -> None:
        self._storage = storage
        self._clock = clock
        self._seconds = seconds
        self._shards = shards

    def operations(self) -> Mapping[str, Operation]:
        return {
            "CreateTable": self.create_table,
            "DeleteTable": self.delete_table,
            "DescribeTable": self.describe_table,
            "ListTables": self.list_tables,
            "UpdateTable": self.update_table,
        }

    async def create_table(self, context: Context, params: Params) -> Output:
        alteration.refuse_not_built(params)
        view = alteration.check_stream(params.get("StreamSpecification"), creating=True)
        now = self._clock.now()
        name = catalog.name_of(context.scope, params["TableName"])
        table = definition.table(context.scope, {**params, "TableName": name}, now, ids.uuid)
        policy = resource_policies.judged(params.get("ResourcePolicy"))
        warm = bool(params.get("WarmThroughput"))

        def create(writer: Writer) -> Output:
            _check_free(catalog.get(writer, context.scope, name), name)
            made = table if view is None else self._open_stream(writer, table, view, now)
            if self._seconds:
                made = replace(made, pending=Pending("CREATING", now + self._seconds, self._seconds))
            catalog.save(writer, made)
            resource_policies.attach(writer, made, policy, now)
            transition.watch_over(writer, made)
            return {"TableDescription": description.of_new(writer, made, now, warm=warm)}

        return await self._storage.write(create)

    async def describe_table(self, context: Context, params: Params) -> Output:
        now = self._clock.now()

        def describe(reader: Reader) -> Output:
            return {"Table": description.of(reader, _there(reader, context, params), now=now)}

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
        params = alteration.asked(params)
        alteration.check(params, context.scope.region)
        now = self._clock.now()

        def update(writer: Writer) -> Output:
            table = named(writer, context, params)
            admission.check_update(table, params)
            made = alteration.altered(table, params, now)
            made = index_alteration.altered(table, made, params, now, ids.uuid)
            made = vector_alteration.altered(table, made, params, ids.uuid)
            made = self._with_stream(writer, table, made, params, now)
            made = transition.under_way(table, made, now, self._seconds, params)
            catalog.save(writer, made)
            # The counts of what goes are told, so the answer is made first.
            output = {"TableDescription": description.of_changed(writer, made, params, now)}
            transition.settle(writer, made.arn, self._clock.now())
            return output

        return await self._storage.write(update)

    async def delete_table(self, context: Context, params: Params) -> Output:
        now = self._clock.now()

        def delete(writer: Writer) -> Output:
            table = _there(writer, context, params)
            admission.check_delete(table)
            if table.protected:
                raise validation_error(
                    "Resource cannot be deleted as it is currently protected against deletion. "
                    "Disable deletion protection first."
                )
            output = {"TableDescription": description.of_deleted(writer, table, now)}
            if table.stream is not None:
                log.disable(writer, table.stream, now, seconds=self._seconds)
            expiry_index.forget(writer, table)
            leaving = replace(
                table, ttl=None, pending=Pending("DELETING", now + self._seconds, self._seconds)
            )
            catalog.save(writer, leaving)
            transition.watch_over(writer, leaving)
            transition.settle(writer, leaving.arn, now)
            return output

        return await self._storage.write(delete)

    def _open_stream(self, writer: Writer, table: Table, view: str, now: float) -> Table:
        schema = tuple(zip(table.schema.names, ("HASH", "RANGE"), strict=False))
        stream = log.create(
            writer, table.scope, table.name, view, schema, now, shards=self._shards, seconds=self._seconds
        )
        return replace(table, stream=stream.arn, stream_label=stream.label, view=view)

    def _with_stream(self, writer: Writer, before: Table, table: Table, params: Params, now: float) -> Table:
        """Enable a new stream, or disable the one there is: its ARN stays the table's latest."""
        specification = params.get("StreamSpecification")
        if specification is None:
            return table
        alteration.check_toggle(before, specification)
        if specification["StreamEnabled"]:
            return self._open_stream(writer, table, str(specification["StreamViewType"]), now)
        if table.stream is not None:
            log.disable(writer, table.stream, now, seconds=self._seconds)
        return replace(table, view=None)


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


def _check_free(table: Table | None, name: str) -> None:
    if table is None:
        return
    if table.restore is not None:
        raise AwsError("ResourceInUseException", f"Table is being used: {name}")
    if table.status == "CREATING":
        admission.check_there(table)
    raise AwsError("ResourceInUseException", f"Table already exists: {name}")
