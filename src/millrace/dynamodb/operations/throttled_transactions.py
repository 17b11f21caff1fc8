"""Transactions, throttled: all of their parts are let in, or none is; see `throttled`.

A part takes twice the units of its table that it takes elsewhere. A transaction that happened under its token takes
reads when it is repeated, so it does not wait for writes.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError
from millrace.dynamodb import catalog, demand, throttle, tokens
from millrace.dynamodb.cancellation import Reasons
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.demand import CONSISTENT, Demand, Units
from millrace.dynamodb.operations.throttled import settle
from millrace.dynamodb.throttle import READ, WRITE, Throttle
from millrace.storage.interface import Reader, Storage

_TIMES = 2
_READ: Units = {None: _TIMES * CONSISTENT}
_FAILED_WRITE: Units = {None: _TIMES * 1.0}
_FAILED = ("ConditionalCheckFailed", "DuplicateItem")

_Part = tuple[Table, str, Units]


class ThrottledTransactions:
    """Makes throttled operations of the three that carry transactions out, over their storage."""

    def __init__(self, storage: Storage, clock: Clock, throttle: Throttle) -> None:
        self._storage = storage
        self._clock = clock
        self._throttle = throttle

    def around(self, operations: Mapping[str, Operation]) -> dict[str, Operation]:
        """The three operations, throttled."""
        return {
            name: self._transaction(name, operations[name], asked)
            for name, asked in (
                ("ExecuteTransaction", _statements),
                ("TransactGetItems", _gets),
                ("TransactWriteItems", _writes),
            )
        }

    def _transaction(
        self, name: str, operation: Operation, asked: Callable[[Params], list[Demand | None]]
    ) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            parts = await self._parts(name, context, params, asked(params))
            if parts is None:
                return await operation(context, params)
            self._check(parts)
            try:
                output = await operation(context, {**params, "ReturnConsumedCapacity": "INDEXES"})
            except AwsError as error:
                self._take_failed(parts, error)
                raise
            return settle(self._throttle, [table for table, _, _ in parts], _kind(output), output, params)

        return answer

    async def _parts(
        self, name: str, context: Context, params: Params, demands: Sequence[Demand | None]
    ) -> list[_Part] | None:
        """What each part takes at least of its table; None for what the operation itself will refuse."""
        asked = [one for one in demands if one is not None]
        if len(asked) < len(demands) or len({one.kind for one in asked}) > 1:
            return None
        text: str | None = params.get("ClientRequestToken")
        now = self._clock.now()

        def find(reader: Reader) -> tuple[list[Table | None], bool]:
            tables = [catalog.find_if_there(reader, context.scope, one.table_name) for one in asked]
            return tables, text is not None and tokens.is_used(reader, context.scope, name, text, now)

        tables, repeated = await self._storage.read(find)
        parts = [
            (table, READ, _READ) if repeated else (table, one.kind, _least(one, table))
            for one, table in zip(asked, tables, strict=True)
            if table is not None
        ]
        return parts if len(parts) == len(asked) else None

    def _check(self, parts: Sequence[_Part]) -> None:
        """Raise TransactionCanceledException if some part cannot be let in after those before it.

        Unlike a batch, a transaction that takes more than full buckets hold is let in when they are full.
        """
        reasons = Reasons(len(parts))
        taken: dict[str, dict[str | None, float]] = {}
        for index, (table, kind, least) in enumerate(parts):
            before = taken.setdefault(table.name, {})
            after = {place: before.get(place, 0.0) + units for place, units in least.items()}
            refusal = self._throttle.lacking(table, kind, after, {})
            if refusal is None:
                before.update(after)
            else:
                reasons.add(index, throttle.in_transaction(refusal))
        reasons.check()

    def _take_failed(self, parts: Sequence[_Part], error: AwsError) -> None:
        """When a condition fails, every write has been prepared, and takes its units."""
        reasons: Any = error.members.get("CancellationReasons") or ()
        if any(reason["Code"] in _FAILED for reason in reasons):
            for table, _, _ in parts:
                self._throttle.take(table, WRITE, _FAILED_WRITE)


def _statements(params: Params) -> list[Demand | None]:
    return [demand.of_statement(form) for form in params["TransactStatements"]]


def _gets(params: Params) -> list[Demand | None]:
    return [demand.of_read(part["Get"]) for part in params["TransactItems"]]


def _writes(params: Params) -> list[Demand | None]:
    return [_write(part) for part in params["TransactItems"]]


def _write(part: Params) -> Demand | None:
    """What a part of TransactWriteItems asks for; None if it is not one of the four."""
    given = [(kind, form) for kind, form in part.items() if form is not None]
    if len(given) != 1:
        return None
    ((kind, form),) = given
    name: str = form["TableName"]
    return demand.of_check(name) if kind == "ConditionCheck" else demand.of_write(name, form.get("Item"))


def _least(asked: Demand, table: Table) -> Units:
    """The units of a part: those of its table count twice, those of its indexes do not."""
    if asked.kind == READ:
        return _READ
    least = asked.least(table)
    return {**least, None: _TIMES * least[None]}


def _kind(output: Output) -> str:
    """What a transaction took: of reads, as one that was repeated, it tells so itself."""
    return READ if any("ReadCapacityUnits" in one for one in output["ConsumedCapacity"]) else WRITE
