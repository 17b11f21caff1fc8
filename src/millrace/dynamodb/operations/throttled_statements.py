"""Statements of PartiQL, throttled as the operations that they stand for; see `throttled`."""

from collections.abc import Mapping, Sequence
from typing import Any

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.dynamodb import cancellation, catalog, demand
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.demand import Demand
from millrace.dynamodb.operations.throttled import admit, settle
from millrace.dynamodb.throttle import Throttle
from millrace.storage.interface import Reader, Storage

_Asked = tuple[Demand, Table]


class ThrottledStatements:
    """Makes throttled operations of ExecuteStatement and BatchExecuteStatement, over their storage."""

    def __init__(self, storage: Storage, throttle: Throttle) -> None:
        self._storage = storage
        self._throttle = throttle

    def around(self, operations: Mapping[str, Operation]) -> dict[str, Operation]:
        """The two operations, throttled."""
        return {
            "BatchExecuteStatement": self._batch(operations["BatchExecuteStatement"]),
            "ExecuteStatement": self._single(operations["ExecuteStatement"]),
        }

    def _single(self, operation: Operation) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            (asked,) = await self._asked(context, (params,))
            if asked is None:
                return await operation(context, params)
            (_, kind, least), table = asked
            return await admit(self._throttle, table, kind, least(table), operation, context, params)

        return answer

    def _batch(self, operation: Operation) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            forms: Sequence[Params] = params["Statements"]
            asked = await self._asked(context, forms)
            kinds = {one.kind for one, _ in filter(None, asked)}
            if len(kinds) != 1:  # nothing to throttle, or reads among writes: AWS refuses these
                return await operation(context, params)
            refused = self._refused(asked)
            let = [form for index, form in enumerate(forms) if index not in refused]
            output: Output = {"Responses": []}
            if let:
                given = {**params, "Statements": let, "ReturnConsumedCapacity": "INDEXES"}
                tables = [table for _, table in filter(None, asked)]
                made = await operation(context, given)
                output = settle(self._throttle, tables, kinds.pop(), made, params)
            answers = iter(output["Responses"])
            responses = [refused.get(index) or next(answers) for index in range(len(forms))]
            return {**output, "Responses": responses}

        return answer

    def _refused(self, asked: Sequence[_Asked | None]) -> dict[int, Mapping[str, Any]]:
        """The answers to the statements that are not let in, by where they stand."""
        refused: dict[int, Mapping[str, Any]] = {}
        taken: dict[str, dict[str | None, float]] = {}
        for index, one in enumerate(asked):
            if one is None:
                continue
            (_, kind, least_of), table = one
            least = least_of(table)
            before = taken.setdefault(table.name, {})
            refusal = self._throttle.lacking(table, kind, least, before)
            if refusal is not None:
                refused[index] = _refusal(refusal, table)
                continue
            for place, units in least.items():
                before[place] = before.get(place, 0.0) + units
        return refused

    async def _asked(self, context: Context, forms: Sequence[Params]) -> list[_Asked | None]:
        """What each statement asks of which table; None for what the operation itself will refuse."""
        demands = [demand.of_statement(form) for form in forms]

        def find(reader: Reader) -> list[_Asked | None]:
            return [None if one is None else _placed(reader, context, one) for one in demands]

        return await self._storage.read(find)


def _placed(reader: Reader, context: Context, one: Demand) -> _Asked | None:
    table = catalog.find_if_there(reader, context.scope, one.table_name)
    return None if table is None else (one, table)


def _refusal(refusal: AwsError, table: Table) -> Mapping[str, Any]:
    """As on AWS, with the table's name: https://github.com/boto/boto3/issues/3834 has one."""
    error = {"Code": cancellation.code_of(refusal), "Message": refusal.message}
    return {"Error": error, "TableName": table.name}
