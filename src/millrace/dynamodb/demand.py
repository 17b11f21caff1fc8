"""What requests ask of a table's capacity: the least that is known before they are made, and what they took.

Units are by the name of the index, None for the table with its local indexes: so are the buckets of `throttle`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from millrace.core.context import Params
from millrace.core.errors import AwsError
from millrace.dynamodb import capacity, values
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.partiql.compile import prepare
from millrace.dynamodb.partiql.edit import Existence, Insertion
from millrace.dynamodb.partiql.selection import Selection
from millrace.dynamodb.throttle import READ, WRITE
from millrace.dynamodb.values import Item

CONSISTENT, EVENTUAL = 1.0, 0.5

Units = Mapping[str | None, float]


class Demand(NamedTuple):
    """One read or write of one table, by the name that the request calls it; `least` tells the units it takes at least."""

    table_name: str
    kind: str
    least: Callable[[Table], Units]


def of_statement(form: Params) -> Demand | None:
    """What a statement of PartiQL asks for; None if it is none, which its operation will say."""
    try:
        prepared = prepare(form["Statement"], form.get("Parameters"), tell=False)
    except AwsError:
        return None
    if isinstance(prepared, Selection):
        source = prepared.source
        return of_read({**form, "TableName": source.table, "IndexName": source.index})
    if isinstance(prepared, Existence):
        return of_check(prepared.table_name)
    return of_write(prepared.table_name, prepared.item if isinstance(prepared, Insertion) else None)


def of_read(form: Params) -> Demand:
    """What a read asks for: an item, a query or a scan."""
    return Demand(form["TableName"], READ, partial(least_read, params=form))


def of_write(table_name: str, item: Item | None) -> Demand:
    """What a write asks for, of a new item or (None) of one that is only known then."""
    return Demand(table_name, WRITE, partial(least_write, item=item))


def of_check(table_name: str) -> Demand:
    """What a condition asks for that is a part of a transaction by itself."""
    return Demand(table_name, WRITE, _least_check)


def least_write(table: Table | None, item: Item | None) -> dict[str | None, float]:
    """One unit of the table, or as many as a new item takes; and one of each global index that the item is in.

    What an update or a deletion does to indexes is not known before it is done: they wait for all of them.
    """
    units = 1.0
    if item is not None:
        item, size = values.normalise(item)
        units = capacity.write_units(size)
    least: dict[str | None, float] = {None: units}
    for index in () if table is None else table.indexes:
        if not index.local and (item is None or index.schema.covers(item)):
            least[index.name] = 1.0
    return least


def _least_check(_table: Table) -> Units:
    return {None: 1.0}


def least_read(table: Table, params: Params) -> dict[str | None, float]:
    """One read of the table, or of the index that the request is about."""
    index = None if params.get("IndexName") is None else table.index(params["IndexName"])
    place = None if index is None or index.local else index.name
    return {place: CONSISTENT if params.get("ConsistentRead") else EVENTUAL}


def units(consumed: Mapping[str, Any]) -> dict[str | None, float]:
    """What ConsumedCapacity tells, by whose bucket it is taken from: local indexes live on their table's."""
    local: Mapping[str, Mapping[str, float]] = consumed.get("LocalSecondaryIndexes") or {}
    overall: Mapping[str, Mapping[str, float]] = consumed.get("GlobalSecondaryIndexes") or {}
    of_table: float = consumed["Table"]["CapacityUnits"]
    taken: dict[str | None, float] = {None: of_table + sum(part["CapacityUnits"] for part in local.values())}
    return taken | {name: part["CapacityUnits"] for name, part in overall.items()}


def told(consumed: Mapping[str, Any], params: Params) -> Mapping[str, Any] | None:
    """ConsumedCapacity as the request itself asks for it."""
    match params.get("ReturnConsumedCapacity"):
        case "INDEXES":
            return consumed
        case "TOTAL":
            whole = ("TableName", "CapacityUnits", "ReadCapacityUnits", "WriteCapacityUnits")
            return {name: value for name, value in consumed.items() if name in whole}
        case _:
            return None
