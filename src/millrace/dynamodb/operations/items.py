"""Operations on one item: PutItem, GetItem, UpdateItem, DeleteItem."""

from collections.abc import Mapping
from typing import Any

from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.dynamodb import capacity, catalog, request, values, write
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.expressions import Update
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.transaction import Transactions
from millrace.dynamodb.values import Item
from millrace.dynamodb.write import Write
from millrace.storage.interface import Reader, Storage, Writer

_PROJECTION = ("ProjectionExpression",)


class Items:
    """The four operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock, transactions: Transactions) -> None:
        self._storage = storage
        self._clock = clock
        self._transactions = transactions

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteItem": self.delete_item,
            "GetItem": self.get_item,
            "PutItem": self.put_item,
            "UpdateItem": self.update_item,
        }

    async def put_item(self, context: Context, params: Params) -> Output:
        asked = write.put(params)
        table, done = await self._apply(context, asked)
        return _written(params, table, asked.item, done, _old_part(params, done))

    async def delete_item(self, context: Context, params: Params) -> Output:
        asked = write.delete(params)
        table, done = await self._apply(context, asked)
        return _written(params, table, asked.item, done, _old_part(params, done))

    async def update_item(self, context: Context, params: Params) -> Output:
        asked = write.update(params, alone=True)
        table, done = await self._apply(context, asked)
        returned = _updated_part(params.get("ReturnValues") or "NONE", asked.found.update, done)
        return _written(params, table, asked.item, done, returned)

    async def get_item(self, context: Context, params: Params) -> Output:
        request.check_together(params, _PROJECTION)
        try:
            key, _ = values.normalise(params["Key"])
        except MisfitError as misfit:
            raise misfit.of_newer() from None
        found = request.compiled(params)

        def read(reader: Reader) -> tuple[Table, bytes | None]:
            table = catalog.find(reader, context.scope, params["TableName"])
            row_key = table.schema.key_of_key(key)
            request.check_scalars(table, found)
            return table, reader.get(table.space, row_key)

        table, stored = await self._storage.read(read)
        row = None if stored is None else Row.stored(stored)
        output: dict[str, Any] = {}
        if row is not None:
            output["Item"] = row.fragment if found.projection is None else found.projection(row.item)
        if params.get("ReturnConsumedCapacity"):
            consumption = Consumption(table)
            consumption.read(row.size if row else 0, consistent=bool(params.get("ConsistentRead")))
            output["ConsumedCapacity"] = consumption.told(params["ReturnConsumedCapacity"])
        return output

    async def _apply(self, context: Context, asked: Write) -> tuple[Table, Change]:
        now = self._clock.now()
        transactions = self._transactions

        def apply(writer: Writer) -> tuple[Table, Change]:
            planned = asked.plan(writer, context.scope)
            if transactions.ongoing:
                transactions.check_free(planned)
            return planned.table, planned.apply(writer, now)

        return await self._storage.write(apply)


def _old_part(params: Params, done: Change) -> Row | None:
    """What ReturnValues asks for of a put or a deletion."""
    return done.old if params.get("ReturnValues") == "ALL_OLD" else None


def _updated_part(returns: str, update: Update | None, done: Change) -> Row | Item | None:
    """What ReturnValues asks for of an update."""
    row = done.old if returns.endswith("OLD") else done.new
    if returns == "NONE" or row is None:
        return None
    if returns.startswith("ALL"):
        return row
    return None if update is None else update.touched(row.item) or None


def _written(
    params: Params, table: Table, key: Item, done: Change, returned: Row | Item | None
) -> dict[str, Any]:
    """The answer to a write."""
    output: dict[str, Any] = {}
    if returned is not None:
        output["Attributes"] = answer(returned)
    if params.get("ReturnConsumedCapacity"):
        output["ConsumedCapacity"] = capacity.written(table, (done,), params["ReturnConsumedCapacity"])
    if params.get("ReturnItemCollectionMetrics"):
        output["ItemCollectionMetrics"] = capacity.collection(
            table, key, params["ReturnItemCollectionMetrics"]
        )
    return output
