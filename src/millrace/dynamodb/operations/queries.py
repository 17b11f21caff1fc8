"""Operations that go over many items: Query and Scan."""

from collections.abc import Mapping
from typing import Any

from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import AwsError, validation_error
from millrace.dynamodb import catalog, legacy, request, search
from millrace.dynamodb.capacity import Consumption
from millrace.dynamodb.catalog import Index
from millrace.dynamodb.definition import invalid
from millrace.dynamodb.expressions import Condition, Expressions, KeyCondition, KeyDemands, Projection
from millrace.dynamodb.expressions.condition import value_text
from millrace.dynamodb.keys import joint_prefix
from millrace.dynamodb.misfit import MisfitError
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import answer
from millrace.dynamodb.search import Page, Place, Range
from millrace.dynamodb.values import Item
from millrace.storage.interface import Reader, Storage

_KEY_CONDITION = "KeyConditionExpression"
_FILTER = "FilterExpression"
_PROJECTION = "ProjectionExpression"
_ATTRIBUTES = "AttributesToGet"
_ONE_ROW = "The query can return at most one row and cannot be restarted"


class Queries:
    """The two operations, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {"Query": self.query, "Scan": self.scan}

    async def query(self, context: Context, params: Params) -> Output:
        try:
            start, demands, found = _asked(params)
        except MisfitError as misfit:
            raise misfit.of_newer() from None

        def read(reader: Reader) -> Output:
            place = _place(reader, context, params)
            if start is not None:
                search.check_start_partition(place, start)
            keys = demands.match(place.schema)
            if start is not None:
                search.check_start(place, start)
            if found.condition is not None:
                _check_filter(params, found.condition, place)
            _check_projected(params, place.index)
            request.check_scalars(place.table, found)
            among = Range(*keys.bounds, params.get("ScanIndexForward") is False)
            if start is not None:
                among = _resume(place, among, keys, start)
            output = _answer(reader, params, place, among, found)
            if _finds_one(place):
                output.pop("LastEvaluatedKey", None)
            return output

        return await self._storage.read(read)

    async def scan(self, context: Context, params: Params) -> Output:
        try:
            start, found = _scanned(params)
        except MisfitError as misfit:
            raise misfit.of_older() from None

        def read(reader: Reader) -> Output:
            place = _place(reader, context, params)
            if start is not None:
                search.check_scan_start(place, start)
            _check_projected(params, place.index)
            among = _scan_range(params, place, start)
            request.check_scalars(place.table, found)
            return _answer(reader, params, place, among, found)

        return await self._storage.read(read)


def _asked(params: Params) -> tuple[Item | None, KeyDemands, Compiled]:
    """Where a query starts, what it demands of keys, and its filter and projection."""
    request.check_together(params, (_FILTER, _KEY_CONDITION, _PROJECTION))
    _check_select(params, "1 validation error detected: ")
    condition = legacy.filtered(params.get("QueryFilter"), params.get("ConditionalOperator"))
    projection = legacy.attributes_to_get(params.get(_ATTRIBUTES))
    start = _start(params)
    return start, *_compile_query(params, Compiled(condition, projection))


def _scanned(params: Params) -> tuple[Item | None, Compiled]:
    """Where a scan starts, and its filter and projection."""
    request.check_together(params, (_FILTER, _PROJECTION))
    _check_select(params, "")
    projection = legacy.attributes_to_get(params.get(_ATTRIBUTES))
    condition = legacy.filtered(params.get("ScanFilter"), params.get("ConditionalOperator"))
    start = _start(params)
    _check_segments(params)
    expressions = request.expressions_of(params)
    found = _compile(expressions, params, Compiled(condition, projection))
    expressions.finish()
    return start, found


def _place(reader: Reader, context: Context, params: Params) -> Place:
    """Where the request wants to search, if it may be searched so."""
    table = catalog.find(reader, context.scope, params["TableName"])
    name = params.get("IndexName")
    if name is None:
        return Place(table, None)
    index = table.index(name)
    if index is None and table.vector(name) is not None:
        raise _no_such_read(params)
    if index is None:
        raise validation_error(f"The table does not have the specified index: {name}")
    if index.status == "CREATING":
        raise validation_error(f"Cannot read from backfilling global secondary index: {name}")
    if not index.local and params.get("ConsistentRead"):
        raise validation_error("Consistent reads are not supported on global secondary indexes")
    return Place(table, index)


def _check_projected(params: Params, index: Index | None) -> None:
    """Refuse to select all attributes of a global index that has not all."""
    if index and not index.local and not index.whole and params.get("Select") == "ALL_ATTRIBUTES":
        raise invalid(
            f"Select type ALL_ATTRIBUTES is not supported for global secondary index {index.name} "
            "because its projection type is not ALL"
        )


def _no_such_read(params: Params) -> AwsError:
    """The refusal to query or scan a vector index. Both sentences, and what comes before, are ExtendDB's recordings."""
    if params.get("KeyConditionExpression") is None and params.get("KeyConditions") is None:
        return validation_error("Scan operation not supported on this index type")
    if params.get("ConsistentRead"):
        return validation_error("Consistent reads are not supported on global secondary indexes")
    return validation_error("Query operation not supported on this index type.")


def _start(params: Params) -> Item | None:
    given = params.get("ExclusiveStartKey")
    return None if given is None else search.start_values(given)


def _compile_query(params: Params, older: Compiled) -> tuple[KeyDemands, Compiled]:
    text, conditions = params.get(_KEY_CONDITION), params.get("KeyConditions")
    if text is None and conditions is None:
        raise validation_error(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    given = request.expressions_of(params)
    if text is None:
        found = _compile(given, params, older)
        given.finish()
        return legacy.key_demands(conditions or {}, index=params.get("IndexName") is not None), found
    # The text is judged before the other expressions, and what it says of keys after them.
    if params.get(_FILTER) is not None or params.get(_PROJECTION) is not None:
        given.condition(text, _KEY_CONDITION)
    found = _compile(given, params, older)
    demands = given.key_demands(text)
    given.finish()
    return demands, found


def _compile(given: Expressions, params: Params, older: Compiled) -> Compiled:
    """The filter and the projection: expressions or `older` parameters, never both."""
    condition, projection = params.get(_FILTER), params.get(_PROJECTION)
    return Compiled(
        condition=older.condition if condition is None else given.condition(condition, _FILTER),
        projection=older.projection if projection is None else given.projection(projection),
    )


def _check_select(params: Params, prefix: str) -> None:
    """Select goes with named attributes or without them. To Query, AWS puts a prefix before it."""
    select = params.get("Select")
    named = next((member for member in (_PROJECTION, _ATTRIBUTES) if params.get(member) is not None), None)
    if named and select not in (None, "SPECIFIC_ATTRIBUTES"):
        what = "only the Count" if select == "COUNT" else select
        raise validation_error(f"{prefix}Cannot specify the {named} when choosing to get {what}")
    if select == "SPECIFIC_ATTRIBUTES" and not named:
        raise validation_error(
            f"{prefix}Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and params.get("IndexName") is None:
        raise validation_error(
            f"{prefix}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )


def _check_filter(params: Params, condition: Condition, place: Place) -> None:
    told = "QueryFilter" if params.get(_FILTER) is None else "Filter Expression"
    for name in place.schema.names:
        if name in condition.attributes:
            raise validation_error(
                f"{told} can only contain non-primary key attributes: Primary key attribute: {name}"
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


def _resume(place: Place, among: Range, keys: KeyCondition, start: Item) -> Range:
    """What of the range an ExclusiveStartKey leaves to a query.

    The order of the checks was recorded of AWS in October 2026 (dynoxide 3.2).
    """
    key, asked = place.row_key(start), (keys.hash, *keys.more)
    own = tuple(start[attribute.name] for attribute in place.schema.hashes)
    if own[:-1] != asked[:-1]:
        raise validation_error(_ONE_ROW)
    if not among.holds(keys.prefix + key[len(joint_prefix(own)) :]):
        raise validation_error("The provided starting key does not match the range key predicate")
    if _finds_one(place):
        text = f": ExclusiveStartKey: {{{place.schema.hash.name}=AttributeValue: {value_text(own[0])}}}"
        raise validation_error(f"The provided exclusive start key is invalid{text if own == asked else ''}")
    if own == asked:
        return among.after(key)
    if keys.equal or keys.operator is not None:
        raise validation_error(_ONE_ROW)
    raise validation_error(
        "The provided starting key is outside query boundaries based on provided conditions"
    )


def _finds_one(place: Place) -> bool:
    """Whether a query can find one item at most. AWS tells no place to go on from then, and goes on from none.

    It goes by the key schema, of a table without a sort key (alternator's test_query.py).
    """
    return place.index is None and place.schema.range is None


def _scan_range(params: Params, place: Place, start: Item | None) -> Range:
    total, number = params.get("TotalSegments") or 1, params.get("Segment") or 0
    among = search.segment(number, total)
    if start is None:
        return among
    key = search.scan_start_key(place, start)
    if not among.holds(key):
        raise validation_error(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
            "ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {total} Segment: {number}"
        )
    return among.after(key)


def _answer(reader: Reader, params: Params, place: Place, among: Range, asked: Compiled) -> dict[str, Any]:
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
        output["ConsumedCapacity"] = _consumed(params, place, found)
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


def _consumed(params: Params, place: Place, found: Page) -> Mapping[str, Any] | None:
    """ConsumedCapacity. A page is rounded up as a whole, each item fetched for a local index by itself."""
    consumption = Consumption(place.table)
    consistent = bool(params.get("ConsistentRead"))
    consumption.read(found.size, consistent=consistent, index=place.index.name if place.index else None)
    for size in found.fetched:
        consumption.read(size, consistent=consistent)
    return consumption.told(params["ReturnConsumedCapacity"])
