"""ExecuteStatement: one statement of PartiQL.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import capacity, catalog, search
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.composite_key import CompositeKeySchema
from millrace.dynamodb.partiql import next_token
from millrace.dynamodb.partiql.compile import prepare
from millrace.dynamodb.partiql.edit import Edit, Existence, returned
from millrace.dynamodb.partiql.next_token import Position
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.search import Place, Range
from millrace.dynamodb.transaction import Transactions
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Storage, Writer


class Statements:
    """The operation, over one storage and one clock."""

    def __init__(self, storage: Storage, clock: Clock, transactions: Transactions) -> None:
        self._storage = storage
        self._clock = clock
        self._transactions = transactions

    def operations(self) -> Mapping[str, Operation]:
        return {"ExecuteStatement": self.execute_statement}

    async def execute_statement(self, context: Context, params: Params) -> Output:
        prepared = prepare(params["Statement"], params.get("Parameters"), tell=tells(params))
        if isinstance(prepared, Selection):
            return await self._select(context, params, prepared)
        if isinstance(prepared, Existence):
            raise exists_misplaced()
        return await self._edit(context, params, prepared)

    async def _select(self, context: Context, params: Params, selection: Selection) -> Output:
        start = _start(params)
        consistent = bool(params.get("ConsistentRead"))

        def read(reader: Reader) -> tuple[Place, _Found]:
            table = catalog.find(reader, context.scope, selection.source.table)
            place = _place(table, selection.source.index, consistent=consistent)
            return place, _page(reader, place, selection, params.get("Limit"), start)

        place, found = await self._storage.read(read)
        output: dict[str, Any] = {"Items": [selection.shown(row) for row in found.rows]}
        if found.last is not None and found.end is not None:
            output["LastEvaluatedKey"] = found.last
            output["NextToken"] = next_token.encode(found.end, params["Statement"], params.get("Parameters"))
        if params.get("ReturnConsumedCapacity"):
            output["ConsumedCapacity"] = _consumed(params, place, found, consistent=consistent)
        return output

    async def _edit(self, context: Context, params: Params, edit: Edit) -> Output:
        now = self._clock.now()
        transactions = self._transactions

        def apply(writer: Writer) -> tuple[Table, Change]:
            table = catalog.find(writer, context.scope, edit.table_name)
            planned = edit.on(table).plan(writer, context.scope)
            if transactions.ongoing:
                transactions.check_free(planned)
            return table, planned.apply(writer, now)

        table, done = await self._storage.write(apply)
        item = returned(edit, done)
        output: dict[str, Any] = {"Items": [] if item is None else [answer(item)]}
        if params.get("ReturnConsumedCapacity"):
            output["ConsumedCapacity"] = capacity.written(table, (done,), params["ReturnConsumedCapacity"])
        return output


def tells(params: Params) -> bool:
    """Whether the refusal of a failed condition shall have the item in it."""
    return params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def exists_misplaced() -> AwsError:
    """The refusal of EXISTS outside of a transaction."""
    return validation_error("EXISTS can only be used in ExecuteTransaction write requests.")


@dataclass(slots=True)
class _Found:
    """One page: its rows, what was read for it in each range, and where it ended if it may not be the last."""

    rows: list[Row] = field(default_factory=list[Row])
    sizes: list[int] = field(default_factory=list[int])
    fetched: list[int] = field(default_factory=list[int])
    last: Item | None = None
    end: Position | None = None


def _start(params: Params) -> Position | None:
    token = params.get("NextToken")
    return None if token is None else next_token.decode(token, params["Statement"], params.get("Parameters"))


def refuse_several_key_attributes(table: Table, name: str | None) -> None:
    """PartiQL reads no index with several attributes in either part of its key: ValidationException."""
    index = None if name is None else table.index(name)
    if index is not None and isinstance(index.schema, CompositeKeySchema):
        raise validation_error(
            "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or multi-attribute "
            "RANGE keys."
        )


def _place(table: Table, name: str | None, *, consistent: bool) -> Place:
    """Where the statement wants to search, if it may be searched so."""
    if name is None:
        return Place(table, None)
    index = table.index(name)
    if index is None and table.vector(name) is not None:
        raise validation_error("Scan operation not supported on this index type")
    if index is None:
        # Unlike Query, it does not tell the index's name.
        raise validation_error("The table does not have the specified index")
    if index.filling:
        raise validation_error(f"Cannot read from backfilling global secondary index: {name}")
    refuse_several_key_attributes(table, name)
    if consistent and not index.local:  # not Query's words; recorded by dynoxide's tests
        raise validation_error("Strongly consistent read is not supported on Global Secondary Indexes")
    return Place(table, index)


def _page(
    reader: Reader, place: Place, selection: Selection, limit: int | None, start: Position | None
) -> _Found:
    """Go over the ranges one after the other until the page is full; rows before the filter count."""
    ranges, fetch = selection.plan(place)
    found = _Found()
    for index, among in _left(ranges, start):
        page = search.page(
            reader,
            place,
            among,
            limit=limit,
            condition=selection.condition,
            fetch=fetch,
            size_max=limits.page_size_bytes_max - sum(found.sizes),
        )
        found.rows += page.rows
        found.sizes.append(page.size)
        found.fetched += page.fetched
        if page.last is not None:
            found.last, found.end = page.last, Position(index, place.row_key(page.last))
            return found
        if limit is not None:
            limit -= page.scanned
    return found


def _left(ranges: list[Range], start: Position | None) -> list[tuple[int, Range]]:
    """What a token leaves of the ranges, each with its index."""
    numbered = list(enumerate(ranges))
    if start is None:
        return numbered
    if start.among >= len(ranges) or not ranges[start.among].holds(start.key):
        raise next_token.invalid()
    return [(start.among, ranges[start.among].after(start.key)), *numbered[start.among + 1 :]]


def _consumed(params: Params, place: Place, found: _Found, *, consistent: bool) -> Mapping[str, Any] | None:
    consumption = Consumption(place.table)
    for size in found.sizes or [0]:
        consumption.read(size, consistent=consistent, index=place.index.name if place.index else None)
    for size in found.fetched:
        consumption.read(size, consistent=consistent)
    return consumption.told(params["ReturnConsumedCapacity"])
