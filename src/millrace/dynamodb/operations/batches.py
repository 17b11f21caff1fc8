"""Operations on many items: BatchWriteItem and BatchGetItem.

A batch is one transaction here. AWS promises less: each of its writes alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import capacity, catalog, change, request, values
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.transaction import Transactions
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Storage, Writer

_PROJECTION = ("ProjectionExpression",)
_PROJECTIONS = (*_PROJECTION, "AttributesToGet")


@dataclass(frozen=True, slots=True)
class _Write:
    """One write of a batch as it was asked for: the new item, or the key of the item to delete."""

    form: Mapping[str, Any]
    key: Item
    new: Row | None

    def row_key(self, table: Table) -> bytes:
        if self.new is None:
            return table.schema.key_of_key(self.key)
        try:
            key = table.schema.key_of(self.key)
        except AwsError as error:
            # In a batch AWS has one sentence for all that can be wrong with a key.
            if error.message and ("Missing the key" in error.message or "Type mismatch" in error.message):
                raise validation_error("The provided key element does not match the schema") from error
            raise
        change.check_index_keys(table, self.key)
        return key


# A table's name as it was asked for, the table, and its writes, each with its row's key; or their changes.
_Planned = tuple[str, Table, list[tuple[bytes, _Write]]]
_Done = tuple[str, Table, list[tuple[_Write, Change]]]


class _Get:
    """One table's part of BatchGetItem, and what came of it."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        request.check_together(form, ("ProjectionExpression",))
        self.form = form
        self.keys: list[Item] = [values.normalise(key)[0] for key in form["Keys"]]
        self.projection = request.compiled(form).projection
        if len({orjson.dumps(key, option=orjson.OPT_SORT_KEYS) for key in self.keys}) != len(self.keys):
            raise _duplicates()
        self.consistent = bool(form.get("ConsistentRead"))


@dataclass(slots=True)
class _Answer:
    """What BatchGetItem gathers: a table at a time, until the answer is full."""

    responses: dict[str, list[Any]]
    unprocessed: dict[str, Any]
    consumed: list[Consumption]
    size: int = 0


class Batches:
    """The two operations, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock, transactions: Transactions) -> None:
        self._storage = storage
        self._clock = clock
        self._transactions = transactions

    def operations(self) -> Mapping[str, Operation]:
        return {"BatchGetItem": self.batch_get_item, "BatchWriteItem": self.batch_write_item}

    async def batch_write_item(self, context: Context, params: Params) -> Output:
        asked: Mapping[str, list[Mapping[str, Any]]] = params["RequestItems"]
        if sum(map(len, asked.values())) > limits.batch_write_items_max:
            raise validation_error("Too many items requested for the BatchWriteItem call")
        try:
            writes = {name: [_write(form) for form in forms] for name, forms in asked.items()}
        except MisfitError as misfit:
            raise misfit.of_older() from None
        now = self._clock.now()

        def write(writer: Writer) -> tuple[list[_Done], dict[str, list[Any]]]:
            planned = [
                (name, table, _distinct(table, of_table))
                for name, of_table in writes.items()
                for table in (catalog.find(writer, context.scope, name),)
            ]
            unprocessed = self._take_ongoing(planned) if self._transactions.ongoing else {}
            return [
                (name, table, [(one, _apply(writer, table, key, one, now)) for key, one in keyed])
                for name, table, keyed in planned
            ], unprocessed

        done, unprocessed = await self._storage.write(write)
        return {
            "UnprocessedItems": unprocessed,
            "ConsumedCapacity": _told(
                [
                    capacity.written(table, (made for _, made in writes), _how(params))
                    for _, table, writes in done
                ]
            ),
            "ItemCollectionMetrics": _collections(params, done),
        }

    def _take_ongoing(self, planned: list[_Planned]) -> dict[str, list[Any]]:
        """Take out of the plan what would meet an ongoing transaction: the client is to try it again.

        A batch has no error for it, as PutItem has.
        """
        unprocessed: dict[str, list[Any]] = {}
        for name, table, keyed in planned:
            held = [pair for pair in keyed if self._transactions.holds(table, pair[0])]
            if held:
                unprocessed[name] = [one.form for _, one in held]
                keyed[:] = [pair for pair in keyed if pair not in held]
        return unprocessed

    async def batch_get_item(self, context: Context, params: Params) -> Output:
        asked: Mapping[str, Mapping[str, Any]] = params["RequestItems"]
        if sum(len(form["Keys"]) for form in asked.values()) > limits.batch_get_items_max:
            raise validation_error("Too many items requested for the BatchGetItem call")
        _check_projections(asked.values())
        try:
            gets = {name: _Get(form) for name, form in asked.items()}
        except MisfitError as misfit:
            raise misfit.of_newer() from None

        def read(reader: Reader) -> _Answer:
            answered = _Answer({}, {}, [])
            for name, get in gets.items():
                table = catalog.find(reader, context.scope, name)
                _gather(reader, table, name, get, answered)
            return answered

        answered = await self._storage.read(read)
        return {
            "Responses": answered.responses,
            "UnprocessedKeys": answered.unprocessed,
            "ConsumedCapacity": _told([consumption.told(_how(params)) for consumption in answered.consumed]),
        }


def _check_projections(forms: Iterable[Mapping[str, Any]]) -> None:
    """All tables of a batch say in one way what they ask for: as expressions, or as names."""
    given = {name: True for form in forms for name, value in form.items() if value is not None}
    request.check_together({name: given.get(name) for name in _PROJECTIONS}, _PROJECTION)


def _write(form: Mapping[str, Any]) -> _Write:
    put, delete = form.get("PutRequest"), form.get("DeleteRequest")
    if (put is None) == (delete is None):
        raise validation_error(
            "Supplied AttributeValue has more than one datatypes set, "
            "must contain exactly one of the supported datatypes"
        )
    if put is None:
        deletion: Mapping[str, Any] = delete or {}
        key, _ = values.normalise(deletion["Key"])
        return _Write(form, key, None)
    item, size = values.normalise(put["Item"])
    request.check_size(size)
    return _Write(form, item, Row.of(item, size))


def _distinct(table: Table, asked: list[_Write]) -> list[tuple[bytes, _Write]]:
    """The row keys of a batch's writes. Raises if two are the same."""
    keyed = [(one.row_key(table), one) for one in asked]
    if len({key for key, _ in keyed}) != len(keyed):
        raise _duplicates()
    return keyed


def _duplicates() -> AwsError:
    return validation_error("Provided list of item keys contains duplicates")


def _apply(writer: Writer, table: Table, key: bytes, one: _Write, now: float) -> Change:
    return change.apply(writer, table, key, lambda _: one.new, now)


def _gather(reader: Reader, table: Table, name: str, get: _Get, answered: _Answer) -> None:
    """Read one table's keys; what no longer fits the answer is left unprocessed."""
    consumption = Consumption(table)
    found = answered.responses.setdefault(name, [])
    for row_key, key in [(table.schema.key_of_key(key), key) for key in get.keys]:
        stored = reader.get(table.space, row_key)
        row = None if stored is None else Row.stored(stored)
        if row is not None and answered.size + row.size > limits.batch_get_bytes_max:
            left = answered.unprocessed.setdefault(name, {**get.form, "Keys": []})
            left["Keys"].append(key)
            continue
        consumption.read(row.size if row else 0, consistent=get.consistent)
        if row is not None:
            answered.size += row.size
            found.append(answer(row) if get.projection is None else get.projection(row.item))
    answered.consumed.append(consumption)


def _how(params: Params) -> str | None:
    how: str | None = params.get("ReturnConsumedCapacity")
    return how


def _told(consumed: list[Mapping[str, Any] | None]) -> list[Mapping[str, Any]] | None:
    return [one for one in consumed if one is not None] or None


def _collections(params: Params, done: list[_Done]) -> dict[str, list[Mapping[str, Any]]] | None:
    """ItemCollectionMetrics: each item collection that was written to, once."""
    how = params.get("ReturnItemCollectionMetrics")
    if how != "SIZE":
        return None
    told: dict[str, list[Mapping[str, Any]]] = {}
    for name, table, writes in done:
        for one, _ in writes:
            metrics = capacity.collection(table, one.key, how)
            if metrics is not None and metrics not in told.setdefault(name, []):
                told[name].append(metrics)
    return told
