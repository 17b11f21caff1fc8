"""What DescribeTable, and a backup's description, tell of a vector index."""

from typing import Any

from millrace.dynamodb import counts
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.vectors.index import VectorIndex
from millrace.storage.interface import Reader


def of(reader: Reader, table: Table, index: VectorIndex, status: str) -> dict[str, Any]:
    """VectorIndexDescription; `status` is the table's."""
    items, size = counts.get(reader, index.id)
    described = {
        **settings(index),
        "IndexStatus": "CREATING" if status == "CREATING" else index.status,
        "IndexSizeBytes": size,
        "ItemCount": items,
        "IndexArn": f"{table.arn}/index/{index.name}",
    }
    if index.status == "CREATING":
        # False while its resources are made ready, true while it is filled, and told no longer than that.
        described["Backfilling"] = not index.is_allocating
    return described


def settings(index: VectorIndex) -> dict[str, Any]:
    """VectorIndexInfo: what the index was created with."""
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.attributes:
        projection["NonKeyAttributes"] = sorted(index.attributes)
    described: dict[str, Any] = {
        "IndexName": index.name,
        "VectorAttribute": {"AttributeName": index.attribute},
        "Projection": projection,
        "Dimensions": index.dimensions,
        "DistanceFunction": index.distance,
    }
    if index.schema:
        described["SearchSchema"] = [
            {
                "AttributeName": attribute.name,
                "SearchSchemaElementType": "HASH" if attribute.hash else "INLINE_FILTER",
            }
            for attribute in index.schema
        ]
    return described
