"""A vector index as data. It is kept in its table's row (see `catalog`)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.dynamodb.index_state import IndexState

if TYPE_CHECKING:
    from millrace.dynamodb.catalog import Pending

COSINE = "COSINE"
EUCLIDEAN = "EUCLIDEAN"
DOT_PRODUCT = "DOT_PRODUCT"


@dataclass(frozen=True, slots=True)
class SearchAttribute:
    """An attribute that searches may ask for, and its type: the partition key (`hash`), or a filter."""

    name: str
    type: str
    hash: bool


@dataclass(frozen=True)
class VectorIndex(IndexState):
    """An index of the vectors in `attribute`.

    `filling`: items from before it are still on their way in. `pending` is what it is going through.
    """

    id: str
    name: str
    attribute: str
    dimensions: int
    distance: str
    schema: tuple[SearchAttribute, ...]
    projection: str
    attributes: tuple[str, ...]
    filling: bool = False
    pending: "Pending | None" = None

    @property
    def space(self) -> str:
        return f"vector/{self.id}"

    @property
    def hash(self) -> SearchAttribute | None:
        """The attribute that every search of this index must give."""
        return next((attribute for attribute in self.schema if attribute.hash), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes of the search schema."""
        return tuple(attribute.name for attribute in self.schema)

    @property
    def gives_vector(self) -> bool:
        """Whether searches can ask for the vector itself."""
        return self.projection == "ALL" or self.attribute in self.attributes


def decoded(row: dict[str, Any]) -> VectorIndex:
    """A vector index from the JSON data that its table's row has of it; `pending` is decoded already."""
    schema = tuple(SearchAttribute(**attribute) for attribute in row["schema"])
    row |= {"schema": schema, "attributes": tuple(row["attributes"])}
    return VectorIndex(**row)
