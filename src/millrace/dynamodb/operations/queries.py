"""Operations that go over many items: Query and Scan."""

from collections.abc import Mapping
from typing import Any

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import catalog, request, search
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions import Condition, Expressions, Projection
from millrace.dynamodb.keys import partition_prefix, range_bounds
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import answer
from millrace.dynamodb.search import Page, Place, Range
from millrace.storage.interface import Reader, Storage

_KEY_CONDITION = "KeyConditionExpression"
_FILTER = "FilterExpression"
_PROJECTION = "ProjectionExpression"


class Queries:
    """The two operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {"Query": self.query, "Scan": self.scan}

    async def query(self, context: Context, params: Params) -> Output:
        request.refuse_legacy(params)
        _check_select(params, "1 validation error detected: ")
        if params.get(_KEY_CONDITION) is None:
            raise validation_error(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified "
                "in the request."
            )

        given = request.expressions_of(params, (_FILTER, _KEY_CONDITION, _PROJECTION))
        demands = given.key_demands(params[_KEY_CONDITION])
        found = _compile(given, params)

        def read(reader: Reader) -> Output:
            place = _place(reader, context, params)
            request.check_scalars(place.table, found)
            keys = demands.match(place.schema)
            if found.condition is not None:
                _check_filter(found.condition, place)
            prefix = partition_prefix(keys.hash)
            low, high = range_bounds(prefix, keys.operator, keys.values)
            among = Range(low, high, params.get("ScanIndexForward") is False)
            return _answer(reader, params, place, _resume(params, place, among, prefix), found)

        return await self._storage.read(read)

    async def scan(self, context: Context, params: Params) -> Output:
        request.refuse_legacy(params)
        _check_select(params, "")
        _check_segments(params)

        found = Compiled()
        if params.get(_FILTER) is None and params.get(_PROJECTION) is None:
            request.compiled(params, (_FILTER, _PROJECTION))
        else:
            found = _compile(request.expressions_of(params, (_FILTER, _PROJECTION)), params)

        def read(reader: Reader) -> Output:
            place = _place(reader, context, params)
            request.check_scalars(place.table, found)
            return _answer(reader, params, place, _scan_range(params, place), found)

        return await self._storage.read(read)


def _place(reader: Reader, context: Context, params: Params) -> Place:
    """Where the request wants to search, if it may be searched so."""
    table = catalog.find(reader, context.scope, params["TableName"])
    name = params.get("IndexName")
    if name is None:
        return Place(table, None)
    index = table.index(name)
    if index is None:
        raise validation_error(f"The table does not have the specified index: {name}")
    if index.status == "CREATING":
        raise validation_error(f"Cannot read from backfilling global secondary index: {name}")
    if not index.local and params.get("ConsistentRead"):
        raise validation_error("Consistent reads are not supported on global secondary indexes")
    if not index.local and not index.whole and params.get("Select") == "ALL_ATTRIBUTES":
        raise invalid(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {name} "
            "because its projection type is not ALL"
        )
    return Place(table, index)


def _compile(given: Expressions, params: Params) -> Compiled:
    condition, projection = params.get(_FILTER), params.get(_PROJECTION)
    found = Compiled(
        condition=None if condition is None else given.condition(condition, _FILTER),
        projection=None if projection is None else given.projection(projection),
    )
    given.finish()
    return found


def _check_select(params: Params, prefix: str) -> None:
    """Select goes with ProjectionExpression or without it. To Query, AWS puts a prefix before it."""
    select, projected = params.get("Select"), params.get(_PROJECTION) is not None
    if projected and select not in (None, "SPECIFIC_ATTRIBUTES"):
        what = "only the Count" if select == "COUNT" else select
        raise validation_error(f"{prefix}Cannot specify the ProjectionExpression when choosing to get {what}")
    if select == "SPECIFIC_ATTRIBUTES" and not projected:
        raise validation_error(
            f"{prefix}Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and params.get("IndexName") is None:
        raise validation_error(
            f"{prefix}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )


def _check_filter(condition: Condition, place: Place) -> None:
    for name in place.schema.names:
        if name in condition.attributes:
            raise validation_error(
                "Filter Expression can only contain non-primary key attributes: "
                f"Primary key attribute: {name}"
            )


def _check_segments(params: Params) -> None:
    number, total = params.get("Segment"), params.get("TotalSegments")
    if number is not None and total is None:
        raise validation_error(
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"
        )
    if total is not None and number is None:
        raise validation_error(
            "The Segment parameter is required but was not present in the request when "
            "parameter TotalSegments is present"
        )
    if number is not None and total is not None and number >= total:
        raise validation_error(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {number} is not less than TotalSegments: {total}"
        )


def _resume(params: Params, place: Place, among: Range, prefix: bytes) -> Range:
    """What of the range an ExclusiveStartKey leaves to a query."""
    given = params.get("ExclusiveStartKey")
    if given is None:
        return among
    key = search.start_key(place, given, short=True)
    if not key.startswith(prefix):
        raise validation_error(
            "The provided starting key is outside query boundaries based on provided conditions"
        )
    if not among.holds(key):
        raise validation_error("The provided starting key does not match the range key predicate")
    return among.after(key)


def _scan_range(params: Params, place: Place) -> Range:
    total, number = params.get("TotalSegments") or 1, params.get("Segment") or 0
    among = search.segment(number, total)
    given = params.get("ExclusiveStartKey")
    if given is None:
        return among
    key = search.start_key(place, given, short=place.index is not None)
    if not among.holds(key):
        raise validation_error(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            "ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {total} Segment: {number}"
        )
    return among.after(key)


def _answer(reader: Reader, params: Params, place: Place, among: Range, asked: Compiled) -> Output:
    projection = asked.projection
    fetch = _fetches(params, place, projection)
    found = search.page(
        reader, place, among, limit=params.get("Limit"), condition=asked.condition, fetch=fetch
    )
    output: dict[str, Any] = {"Count": len(found.rows), "ScannedCount": found.scanned}
    if params.get("Select") != "COUNT":
        output["Items"] = [answer(row) if projection is None else projection(row.item) for row in found.rows]
    if found.last is not None:
        output["LastEvaluatedKey"] = found.last
    if params.get("ReturnConsumedCapacity"):
        output["ConsumedCapacity"] = _consumed(params, place, found, fetch=fetch)
    return output


def _fetches(params: Params, place: Place, projection: Projection | None) -> bool:
    """Whether a local index has to fetch from the table what is asked for but not projected.

    A global index refuses what it does not project.
    """
    index = place.index
    if index is None or index.whole:
        return False
    if projection is None:
        return params.get("Select") == "ALL_ATTRIBUTES"
    missing = sorted(projection.attributes - {*place.key_names, *index.attributes})
    if missing and not index.local:
        raise invalid(f"Global secondary index {index.name} does not project [{', '.join(missing)}]")
    return bool(missing)


def _consumed(params: Params, place: Place, found: Page, *, fetch: bool) -> Mapping[str, Any] | None:
    consumption = Consumption(place.table)
    consistent = bool(params.get("ConsistentRead"))
    consumption.read(found.size, consistent=consistent, index=place.index.name if place.index else None)
    if fetch and found.fetched:
        consumption.read(found.fetched, consistent=consistent)
    return consumption.told(params["ReturnConsumedCapacity"])
