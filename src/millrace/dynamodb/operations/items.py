"""Operations on one item: PutItem, GetItem, UpdateItem, DeleteItem."""

from collections.abc import Mapping
from typing import Any

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import capacity, catalog, change, request, values
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change, Decision
from millrace.dynamodb.expressions import Update
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Storage, Writer

_RETURNS_OF_PUT = ("NONE", "ALL_OLD")


class Items:
    """The four operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def operations(self) -> Mapping[str, Operation]:
        return {
            "DeleteItem": self.delete_item,
            "GetItem": self.get_item,
            "PutItem": self.put_item,
            "UpdateItem": self.update_item,
        }

    async def put_item(self, context: Context, params: Params) -> Output:
        returns = request.check_returns(params, _RETURNS_OF_PUT)
        found = request.compiled(params, ("ConditionExpression",))
        item, size = values.normalise(params["Item"])
        request.check_size(size)
        new, tell, now = Row.of(item, size), _tells(params), self._clock.now()

        def decide(old: Row | None) -> Row | None:
            request.check_condition(found.condition, old, tell=tell)
            return new

        def write(writer: Writer) -> tuple[Table, Change]:
            table = catalog.find(writer, context.scope, params["TableName"])
            request.check_scalars(table, found)
            key = table.schema.key_of(item)
            change.check_index_keys(table, item)
            return table, change.apply(writer, table, key, decide, now)

        table, done = await self._storage.write(write)
        return _written(params, table, item, done, done.old if returns == "ALL_OLD" else None)

    async def delete_item(self, context: Context, params: Params) -> Output:
        returns = request.check_returns(params, _RETURNS_OF_PUT)
        found = request.compiled(params, ("ConditionExpression",))
        tell = _tells(params)

        def decide(old: Row | None) -> Row | None:
            request.check_condition(found.condition, old, tell=tell)
            return None

        key, _ = values.normalise(params["Key"])
        table, done = await self._change(context, params, key, found, decide)
        return _written(params, table, key, done, done.old if returns == "ALL_OLD" else None)

    async def update_item(self, context: Context, params: Params) -> Output:
        found = request.compiled(params, ("UpdateExpression", "ConditionExpression"))
        update, tell = found.update, _tells(params)
        key, _ = values.normalise(params["Key"])

        def decide(old: Row | None) -> Row | None:
            request.check_condition(found.condition, old, tell=tell)
            return updated(update, key, old)

        table, done = await self._change(context, params, key, found, decide)
        returned = _updated_part(params.get("ReturnValues") or "NONE", update, done)
        return _written(params, table, key, done, returned)

    async def get_item(self, context: Context, params: Params) -> Output:
        found = request.compiled(params, ("ProjectionExpression",))
        key, _ = values.normalise(params["Key"])

        def read(reader: Reader) -> tuple[Table, bytes | None]:
            table = catalog.find(reader, context.scope, params["TableName"])
            request.check_scalars(table, found)
            return table, reader.get(table.space, table.schema.key_of_key(key))

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

    async def _change(
        self, context: Context, params: Params, key: Item, found: Compiled, decide: Decision
    ) -> tuple[Table, Change]:
        """Change the item at the request's Key, as `decide` says."""
        now = self._clock.now()

        def write(writer: Writer) -> tuple[Table, Change]:
            table = catalog.find(writer, context.scope, params["TableName"])
            request.check_scalars(table, found)
            row_key = table.schema.key_of_key(key)
            if found.update is not None:
                _check_spares_key(table, found.update)

            def checked(old: Row | None) -> Row | None:
                new = decide(old)
                if new is not None:
                    change.check_index_keys(table, new.item)
                return new

            return table, change.apply(writer, table, row_key, checked, now)

        return await self._storage.write(write)


def updated(update: Update | None, key: Item, old: Row | None) -> Row | None:
    """The item after an update. Without an expression an item of its key comes into being.

    An update that only removes leaves a missing item missing.
    """
    before = key if old is None else old.item
    after = before if update is None else update.apply(before)
    if old is None and update is not None and len(after) == len(key):
        return None
    size = values.size(after)
    if size > limits.item_size_bytes_max:
        raise validation_error("Item size to update has exceeded the maximum allowed size")
    return Row.of(after, size)


def _check_spares_key(table: Table, update: Update) -> None:
    for name in table.schema.names:
        if name in update.attributes:
            raise validation_error(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {name}. This attribute is part of the key"
            )


def _updated_part(returns: str, update: Update | None, done: Change) -> Row | Item | None:
    """What ReturnValues asks for of an update."""
    row = done.old if returns.endswith("OLD") else done.new
    if returns == "NONE" or row is None:
        return None
    if returns.startswith("ALL"):
        return row
    return None if update is None else update.touched(row.item) or None


def _tells(params: Params) -> bool:
    return params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


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
