"""SearchVectors: the items whose vectors are nearest to a given one."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from millrace.core import limits, turn
from millrace.core.context import Context, Operation, Output, Params
from millrace.core.errors import validation_error
from millrace.dynamodb import catalog, request
from millrace.dynamodb.expressions import Equality, Projection
from millrace.dynamodb.values import Item
from millrace.dynamodb.vectors import condition, embedding, search
from millrace.dynamodb.vectors.embedding import Vector
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.dynamodb.vectors.search import Hit, Search
from millrace.storage.interface import Reader, Storage

_CONDITION = "SearchConditionExpression"
_PROJECTION = "ProjectionExpression"


class Vectors:
    """The operation, over one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def operations(self) -> Mapping[str, Operation]:
        return {"SearchVectors": self.search_vectors}

    async def search_vectors(self, context: Context, params: Params) -> Output:
        request.check_together(params, (_CONDITION, _PROJECTION))
        vector = embedding.searched(params["SearchVector"])
        _check_count(params["TopK"])
        asked, projection = _compile(params)

        def begin(reader: Reader) -> Search:
            index = _index(reader, context, params)
            _check_dimensions(vector, index)
            return Search(index, vector, condition.matched(index, asked), params["TopK"])

        found = await self._storage.read(begin)
        await self._compare(found)
        output: dict[str, Any] = {"SearchResults": await _results(found.index, found.hits, projection)}
        if params.get("ReturnConsumedCapacity") in ("TOTAL", "INDEXES"):
            size = float(max(found.size, limits.vector_request_bytes_min))
            output["ConsumedCapacity"] = {"VectorSearchRequestBytes": size}
        return output

    async def _compare(self, found: Search) -> None:
        low, high = found.bounds()
        while rows := await self._storage.read(
            partial(search.chunk, space=found.index.space, low=low, high=high)
        ):
            found.compare(value for _, value in rows)
            low = rows[-1][0] + b"\0"
            await turn.give_way()


def _check_count(count: int) -> None:
    most = limits.vector_search_results_max
    if count > most:
        raise validation_error(
            f"Provided TopK value '{count}' is out of valid range. The value must be between 1 and {most} inclusive"
        )


def _compile(params: Params) -> tuple[tuple[Equality, ...] | None, Projection | None]:
    given = request.expressions_of(params)
    asked, projection = params.get(_CONDITION), params.get(_PROJECTION)
    equalities = None if asked is None else given.search_condition(asked)
    projected = None if projection is None else given.projection(projection)
    given.finish()
    return equalities, projected


def _index(reader: Reader, context: Context, params: Params) -> VectorIndex:
    name: str = params["IndexName"]
    index = catalog.find(reader, context.scope, params["TableName"]).vector(name)
    if index is None or index.is_allocating:
        raise validation_error(f"The table does not have the specified index: {name}")
    if index.status == "CREATING":
        raise validation_error(f"Cannot search backfilling vector index: {name}")
    return index


def _check_dimensions(vector: Vector, index: VectorIndex) -> None:
    if len(vector) != index.dimensions:
        raise validation_error(
            f"Input search vector dimension {len(vector)} does not match vector index dimension {index.dimensions}"
        )


async def _results(
    index: VectorIndex, hits: list[Hit], projection: Projection | None
) -> list[dict[str, Any]]:
    """SearchResults. What is asked for and not projected is left out without a word."""
    results: list[dict[str, Any]] = []
    size = 0
    for hit in hits:
        told = orjson.dumps(_item(index, hit, projection))
        size += len(told)
        if size > limits.vector_search_answer_bytes_max:
            # The limit is documented, its sentence is not.
            raise validation_error(
                f"The response exceeds the maximum size of {limits.vector_search_answer_bytes_max} bytes. "
                "Use a narrower projection or a smaller TopK"
            )
        results.append({"Item": orjson.Fragment(told), "Score": hit.score})
        await turn.give_way()  # a vector as text takes milliseconds
    return results


def _item(index: VectorIndex, hit: Hit, projection: Projection | None) -> Item:
    item = hit.entry.item
    if projection is None:
        return item
    if index.gives_vector and index.attribute in projection.attributes:
        item[index.attribute] = embedding.attribute_value(hit.entry.vector)
    return projection(item)
