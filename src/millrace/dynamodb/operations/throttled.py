"""Operations on items, throttled: put around them when throttling is set, so that without it nothing is any slower.

What a request takes at least is known before it is made, what it took from the ConsumedCapacity of its answer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.dynamodb import catalog, demand
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.demand import CONSISTENT, EVENTUAL, Units, least_read, least_write
from millrace.dynamodb.throttle import READ, WRITE, Throttle
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Storage

_KINDS = {
    "DeleteItem": WRITE,
    "GetItem": READ,
    "PutItem": WRITE,
    "Query": READ,
    "Scan": READ,
    "UpdateItem": WRITE,
}
# The refusals of a write whose condition fails: it takes its unit all the same.
_FAILED = ("ConditionalCheckFailedException", "DuplicateItemException")


class Throttled:
    """Makes throttled operations of others, over their storage."""

    def __init__(self, storage: Storage, throttle: Throttle) -> None:
        self._storage = storage
        self._throttle = throttle

    def around(self, operations: Mapping[str, Operation]) -> dict[str, Operation]:
        """All operations, with those on items throttled."""
        around = dict(operations)
        for name, kind in _KINDS.items():
            around[name] = self._single(operations[name], kind)
        around["BatchGetItem"] = self._batch_get(operations["BatchGetItem"])
        around["BatchWriteItem"] = self._batch_write(operations["BatchWriteItem"])
        return around

    def _single(self, operation: Operation, kind: str) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            (table,) = await self._tables(context, (params["TableName"],))
            if table is None:
                return await operation(context, params)
            least = least_write(table, params.get("Item")) if kind == WRITE else least_read(table, params)
            return await admit(self._throttle, table, kind, least, operation, context, params)

        return answer

    def _batch_get(self, operation: Operation) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            asked: Mapping[str, Any] = params["RequestItems"]
            parts: list[tuple[str, Any, Units]] = [
                (name, key, {None: CONSISTENT if form.get("ConsistentRead") else EVENTUAL})
                for name, form in asked.items()
                for key in form["Keys"]
            ]
            tables = await self._by_name(context, asked)
            let, left = self._sorted(tables, READ, parts)
            given = {name: {**asked[name], "Keys": keys} for name, keys in let.items()}
            output = await self._answer(operation, context, params, given, tables, READ)
            unprocessed = {**output["UnprocessedKeys"]}
            for name, keys in left.items():
                known = unprocessed.get(name, {}).get("Keys", [])
                unprocessed[name] = {**asked[name], "Keys": [*known, *keys]}
            return {**output, "UnprocessedKeys": unprocessed}

        return answer

    def _batch_write(self, operation: Operation) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            asked: Mapping[str, list[Any]] = params["RequestItems"]
            tables = await self._by_name(context, asked)
            parts: list[tuple[str, Any, Units]] = [
                (name, form, least_write(tables[name], _new_item(form)))
                for name, forms in asked.items()
                for form in forms
            ]
            let, left = self._sorted(tables, WRITE, parts)
            output = await self._answer(operation, context, params, let, tables, WRITE)
            return {**output, "UnprocessedItems": {**output["UnprocessedItems"], **left}}

        return answer

    def _sorted(
        self, tables: Mapping[str, Table | None], kind: str, parts: Iterable[tuple[str, Any, Units]]
    ) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        """What is let in of a batch, and what is not, by table. Raises if nothing is."""
        let: dict[str, list[Any]] = {}
        left: dict[str, list[Any]] = {}
        taken: dict[str, dict[str | None, float]] = {name: {} for name in tables}
        refusal: AwsError | None = None
        for name, part, least in parts:
            table = tables[name]
            lacking = None if table is None else self._throttle.lacking(table, kind, least, taken[name])
            refusal = lacking or refusal
            (left if lacking else let).setdefault(name, []).append(part)
            if lacking is None:
                for place, units in least.items():
                    taken[name][place] = taken[name].get(place, 0.0) + units
        if refusal is not None and not let:
            raise refusal
        return let, left

    async def _answer(
        self,
        operation: Operation,
        context: Context,
        params: Params,
        let: Mapping[str, Any],
        tables: Mapping[str, Table | None],
        kind: str,
    ) -> Output:
        """The operation's answer for what is let in, and what it took taken."""
        given = {**params, "RequestItems": let, "ReturnConsumedCapacity": "INDEXES"}
        return settle(self._throttle, tables.values(), kind, await operation(context, given), params)

    async def _by_name(self, context: Context, names: Iterable[str]) -> dict[str, Table | None]:
        asked = list(names)
        return dict(zip(asked, await self._tables(context, asked), strict=True))

    async def _tables(self, context: Context, names: Iterable[str]) -> list[Table | None]:
        """The tables with these names; None for one that the operation itself will not find."""

        def find(reader: Reader) -> list[Table | None]:
            return [catalog.find_if_there(reader, context.scope, name) for name in names]

        return await self._storage.read(find)


def _new_item(form: Mapping[str, Any]) -> Item | None:
    put: Mapping[str, Any] | None = form.get("PutRequest")
    return None if put is None else put.get("Item")


async def admit(
    throttle: Throttle,
    table: Table,
    kind: str,
    least: Units,
    operation: Operation,
    context: Context,
    params: Params,
) -> Output:
    """The answer of an operation on one table, and what it took taken. Raises if not even `least` is there."""
    refusal = throttle.lacking(table, kind, least, {})
    if refusal is not None:
        raise refusal
    try:
        output = await operation(context, {**params, "ReturnConsumedCapacity": "INDEXES"})
    except AwsError as error:
        if error.code in _FAILED:
            throttle.take(table, WRITE, {None: 1.0})
        raise
    throttle.take(table, kind, demand.units(output["ConsumedCapacity"]))
    return {**output, "ConsumedCapacity": demand.told(output["ConsumedCapacity"], params)}


def settle(
    throttle: Throttle, tables: Iterable[Table | None], kind: str, output: Output, params: Params
) -> Output:
    """Take what an operation on several tables took, and give its answer as the request asks for it."""
    known = {table.name: table for table in tables if table is not None}
    consumed: list[Mapping[str, Any]] = list(output.get("ConsumedCapacity") or ())
    for one in consumed:
        table = known.get(one["TableName"])
        if table is not None:  # else it has been made since then
            throttle.take(table, kind, demand.units(one))
    told = [told for one in consumed if (told := demand.told(one, params)) is not None]
    return {**output, "ConsumedCapacity": told or None}
