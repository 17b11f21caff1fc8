"""A SELECT with its parameters: which ranges of rows it goes over, which it takes, and what it shows of them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from millrace.core.errors import validation_error
from millrace.core.limits import statement_partition_keys_max
from millrace.dynamodb import request
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.expressions import Condition
from millrace.dynamodb.keys import (
    KeyAttribute,
    KeySchema,
    key_bytes,
    partition_prefix,
    range_bounds,
)
from millrace.dynamodb.partiql.key_terms import KeyTerms, check_key_type, ranged
from millrace.dynamodb.partiql.projection import NamedProjection
from millrace.dynamodb.partiql.syntax import Order, Source
from millrace.dynamodb.request import Compiled
from millrace.dynamodb.row import Row, answer
from millrace.dynamodb.search import Place, Range
from millrace.dynamodb.values import AttributeValue, Item


class Plan(NamedTuple):
    """The ranges to go over, in order; `fetch` says that rows of an index need their whole items."""

    ranges: list[Range]
    fetch: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """A SELECT whose own parameters are right."""

    source: Source
    terms: KeyTerms
    condition: Condition | None
    projection: NamedProjection | None
    order: tuple[Order, ...]

    def shown(self, row: Row) -> Any:
        """What the answer holds of a row."""
        return answer(row) if self.projection is None else self.projection(row.item)

    def check(self, place: Place) -> None:
        """Refuse paths into key attributes."""
        projection = None if self.projection is None else self.projection.paths
        request.check_scalars(place.table, Compiled(self.condition, projection))

    def key(self, table: Table) -> Item | None:
        """The primary key of the one item that is asked for; None if it is not just that."""
        if not self.terms.names_key(table.schema) or len(self.terms.parts) > len(table.schema.names):
            return None
        self.check(Place(table, None))
        return self.terms.key(table.schema)

    def plan(self, place: Place) -> Plan:
        """How to read this place. ValidationException if it cannot be read so."""
        self.check(place)
        schema = place.schema
        values = self.terms.partitions(schema.hash.name)
        self.terms.check_types(schema, keyed=values is not None)
        _check_apart(place.schema, self.terms.alternatives())
        self._check_order(place)
        fetch = self._fetches(place, keyed=values is not None)
        if values is None:
            return Plan([Range(b"", None, self._descends(schema.range))], fetch)
        if len(values) > statement_partition_keys_max:
            raise validation_error(
                f"The IN operator is provided with too many operands; number of operands: {len(values)}"
            )
        for value in values:
            check_key_type(schema.hash, value)
        ranges = [self._range(place, value) for value in self._ordered(schema.hash, values)]
        return Plan([one for one in ranges if one.high is None or one.low < one.high], fetch)

    def _range(self, place: Place, value: AttributeValue) -> Range:
        """The rows of one partition that all conditions on the sort key allow."""
        sort = place.schema.range
        return Range(*_bounds(partition_prefix(value), self.terms, sort), self._descends(sort))

    def _ordered(self, attribute: KeyAttribute, values: list[AttributeValue]) -> list[AttributeValue]:
        """Partition keys in the order asked for, else as the clause has them."""
        if all(order.name != attribute.name for order in self.order):
            return values
        return sorted(values, key=key_bytes, reverse=self._descends(attribute))

    def _descends(self, attribute: KeyAttribute | None) -> bool:
        return attribute is not None and any(
            order.descending for order in self.order if order.name == attribute.name
        )

    def _check_order(self, place: Place) -> None:
        if not self.order:
            return
        if self.condition is None:
            raise validation_error("Must have WHERE clause in the statement when using ORDER BY clause.")
        if not self.terms.always_tells_of(place.schema.hash.name):
            raise validation_error(
                "Must have at least one non-optional hash key condition in WHERE clause "
                "when using ORDER BY clause."
            )
        for order in self.order:
            if order.name not in place.schema.names:
                raise validation_error(
                    f"Variable reference {order.name} in ORDER BY clause must be part of the primary key"
                )

    def _fetches(self, place: Place, *, keyed: bool) -> bool:
        """Whether rows of a local index lack what is to be shown. What an index lacks, else is refused.

        As recorded by the tests of dynoxide: a filter on what is not projected is refused if the read has a key.
        """
        index = place.index
        if index is None or index.whole:
            return False
        here = {*place.key_names, *index.attributes}
        invalid = "One or more parameter values were invalid:"
        asked = self.projection.paths.attributes if self.projection else frozenset[str]()
        missing = sorted(asked - here)
        if missing and not index.local:
            raise validation_error(
                f"{invalid} Global secondary index {index.name} does not project [{', '.join(missing)}]"
            )
        filtered = sorted(self.condition.attributes - here) if self.condition else []
        if filtered and keyed:
            raise validation_error(
                f"{invalid} Secondary index {index.name} does not project one or more filter attributes: "
                f"[{', '.join(filtered)}]"
            )
        return bool(missing)


def _bounds(prefix: bytes, terms: KeyTerms, sort: KeyAttribute | None) -> tuple[bytes, bytes | None]:
    """From where to where the rows stand that all conditions on the sort key allow in a partition."""
    low, high = range_bounds(prefix, None, ())
    for term in terms.of(sort.name) if sort else ():
        if term.operator in ranged:
            begin, end = range_bounds(prefix, term.operator, term.values)
            low = max(low, begin)
            high = end if high is None else high if end is None else min(high, end)
    return low, high


def _check_apart(schema: KeySchema, alternatives: list[KeyTerms]) -> None:
    """Refuse alternatives that go over the same rows of a partition, if one of them says which sort keys it wants.

    Recorded in October 2026 (paritysuite/dynamodb-conformance), which found that one that says which it does not
    want may overlap.
    """
    sort = schema.range
    if sort is None:
        return
    seen: list[tuple[bytes, bytes | None, bool]] = []
    for terms in alternatives:
        if terms.excludes(sort.name):
            continue
        chooses = any(term.operator in ranged for term in terms.of(sort.name))
        for value in terms.partitions(schema.hash.name) or ():
            low, high = _bounds(partition_prefix(value), terms, sort)
            if any(
                (chooses or other) and (end is None or low < end) and (high is None or begin < high)
                for begin, end, other in seen
            ):
                raise validation_error(
                    "Overlapping conditions with range keys are not supported in where clause"
                )
            seen.append((low, high, chooses))
