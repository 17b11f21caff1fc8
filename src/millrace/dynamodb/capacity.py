"""Capacity units as AWS counts them, for those who ask with ReturnConsumedCapacity.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from millrace.core import limits
from millrace.dynamodb.catalog import Table
from millrace.dynamodb.change import Change
from millrace.dynamodb.values import Item


@dataclass(slots=True)
class Consumption:
    """Units that one request took from a table and from its indexes, summed up."""

    table: Table
    units: float = 0.0
    indexes: dict[str, float] = field(default_factory=dict[str, float])
    vectors: dict[str, float] = field(default_factory=dict[str, float])

    def write(self, change: Change) -> None:
        """Count a write: the larger of the item before and after, and every index row written."""
        sizes = [row.size for row in (change.old, change.new) if row is not None]
        self.units += write_units(max(sizes, default=0))
        for name, index_sizes in change.indexes.items():
            units = sum(map(write_units, index_sizes))
            self.indexes[name] = self.indexes.get(name, 0.0) + units
        for name, size in change.vectors:
            self.vectors[name] = self.vectors.get(name, 0.0) + max(size, limits.vector_request_bytes_min)

    def read(self, size: int, *, consistent: bool, index: str | None = None) -> None:
        """Count a read of so many bytes from the table, or from one of its indexes."""
        units = read_units(size, consistent=consistent)
        if index is None:
            self.units += units
        else:
            self.indexes[index] = self.indexes.get(index, 0.0) + units

    def told(self, how: str | None) -> Mapping[str, Any] | None:
        """ConsumedCapacity as ReturnConsumedCapacity asks for it: NONE, TOTAL or INDEXES."""
        if how not in ("TOTAL", "INDEXES"):
            return None
        told: dict[str, Any] = {
            "TableName": self.table.name,
            "CapacityUnits": self.units + sum(self.indexes.values()),
        }
        if how == "INDEXES":
            told["Table"] = {"CapacityUnits": self.units}
            told["LocalSecondaryIndexes"] = self._units_of(local=True)
            told["GlobalSecondaryIndexes"] = self._units_of(local=False)
            told["VectorIndexes"] = self._bytes_of_vectors()
        return told

    def _bytes_of_vectors(self) -> dict[str, Any] | None:
        """What vector indexes took, in bytes: it counts for itself, and INDEXES alone tells it."""
        return {name: {"VectorWriteRequestBytes": size} for name, size in self.vectors.items()} or None

    def _units_of(self, *, local: bool) -> dict[str, Any] | None:
        chosen = {
            index.name: {"CapacityUnits": self.indexes[index.name]}
            for index in self.table.indexes
            if index.local is local and index.name in self.indexes
        }
        return chosen or None


def write_units(size: int) -> float:
    """One for each KiB begun, and at least one."""
    return float(max(1, -(-size // limits.KIB)))


def read_units(size: int, *, consistent: bool) -> float:
    """One for each 4 KiB begun, and at least one; half of that without consistency."""
    return max(1, -(-size // (4 * limits.KIB))) * (1.0 if consistent else 0.5)


def written(table: Table, changes: Iterable[Change], how: str | None) -> Mapping[str, Any] | None:
    """ConsumedCapacity of writes to one table."""
    if how not in ("TOTAL", "INDEXES"):
        return None
    consumption = Consumption(table)
    for change in changes:
        consumption.write(change)
    return consumption.told(how)


def collection(table: Table, key: Item, how: str | None) -> Mapping[str, Any] | None:
    """ItemCollectionMetrics of a write, for tables with local indexes. The size is AWS's coarsest estimate."""
    if how != "SIZE" or not any(index.local for index in table.indexes):
        return None
    name = table.schema.hash.name
    return {"ItemCollectionKey": {name: key[name]}, "SizeEstimateRangeGB": [0.0, 1.0]}


def written_in_transaction(
    changes: Iterable[tuple[Table, Change]], how: str | None
) -> list[Mapping[str, Any]] | None:
    """ConsumedCapacity of a transaction's writes, by table.

    Each item costs twice what it costs elsewhere, whether it changes or is only checked; its rows in indexes
    do not (recorded on AWS by dynoxide's tests of transactional index capacity).
    """
    if how not in ("TOTAL", "INDEXES"):
        return None
    consumed: dict[str, Consumption] = {}
    for table, change in changes:
        consumed.setdefault(table.name, Consumption(table)).write(change)
    return [_doubled(one, how) for one in consumed.values()]


def _doubled(consumption: Consumption, how: str) -> Mapping[str, Any]:
    consumption.units *= 2
    told = dict(consumption.told(how) or {})
    told["WriteCapacityUnits"] = told["CapacityUnits"]
    if how == "INDEXES":
        told["Table"] = _as_writes(told["Table"])
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
            if told[member] is not None:
                told[member] = {name: _as_writes(units) for name, units in told[member].items()}
    return told


def _as_writes(units: Mapping[str, float]) -> dict[str, float]:
    return {"WriteCapacityUnits": units["CapacityUnits"], **units}


def read_in_transaction(sizes: Iterable[tuple[str, int]], how: str | None) -> list[Mapping[str, Any]] | None:
    """ConsumedCapacity of items read in a transaction, by table: each costs twice a consistent read.

    Items are given by table's name and size. A transaction that is repeated with its token costs this, too.
    """
    if how not in ("TOTAL", "INDEXES"):
        return None
    consumed: dict[str, float] = {}
    for name, size in sizes:
        consumed[name] = consumed.get(name, 0.0) + 2 * read_units(size, consistent=True)
    told: list[Mapping[str, Any]] = []
    for name, units in consumed.items():
        both = {"CapacityUnits": units, "ReadCapacityUnits": units}
        told.append({"TableName": name, **both, **({"Table": both} if how == "INDEXES" else {})})
    return told
