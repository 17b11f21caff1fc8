"""Throttling as a setting: what tables and indexes may take in a second, and what they have saved up.

Every table and index has a bucket for reads and one for writes, in memory. A provisioned one fills with its units each
second and holds what five minutes bring, as AWS's burst capacity does; a maximum of an on-demand table holds what one
second brings. A request is let in when the bucket holds what it takes at least, and takes what it really took: the
bucket may fall below zero, and the requests after it wait for that.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html

Whoever lets several parts in at once (batches, transactions) asks `lacking` of each with what the parts before it took.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.core.errors import AwsError
from millrace.dynamodb.catalog import ON_DEMAND, Index, Table, Throughput

READ, WRITE = "Read", "Write"
_TABLE_TEXT = (
    "The level of configured provisioned throughput for the table was exceeded. "
    "Consider increasing your provisioning level with the UpdateTable API."
)
_INDEX_TEXT = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
    "exceeded. Consider provisioning your under-provisioned global secondary indexes with the UpdateTable API"
)
# In a transaction AWS says it otherwise, but only of indexes.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_REASONS = {
    _INDEX_TEXT: (
        "The level of configured provisioned throughput for one or more global secondary indexes of the table was "
        "exceeded. Consider increasing your provisioning level for the under-provisioned global secondary indexes "
        "with the UpdateTable API."
    )
}
_MAXIMUM_TEXT = "Throughput exceeds the maximum OnDemandThroughput configured on table or index"


@dataclass(slots=True)
class _Bucket:
    """`units` as of `moment`, in epoch seconds, of `size` at most."""

    units: float
    moment: float
    size: float

    def fill(self, rate: float, size: float, now: float) -> None:
        self.units = min(self.units + (now - self.moment) * rate, size)
        self.moment, self.size = now, size


class Throttle:
    """The buckets of all tables and indexes. A new one is full."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def lacking(
        self, table: Table, kind: str, units: Mapping[str | None, float], taken: Mapping[str | None, float]
    ) -> AwsError | None:
        """The refusal of a request that takes at least `units`, after `taken`; None if it is let in.

        Units are by the name of the index, None for the table with its local indexes. `kind` is READ or WRITE.
        """
        for name, needed in units.items():
            bucket = self._bucket(table, kind, name)
            if bucket is None:
                continue
            # What is more than a full bucket is let in when it is full: else it would never be.
            if bucket.units - taken.get(name, 0.0) < min(needed, bucket.size):
                return _refusal(table, kind, name)
        return None

    def take(self, table: Table, kind: str, units: Mapping[str | None, float]) -> None:
        """Take what a request took."""
        for name, taken in units.items():
            bucket = self._bucket(table, kind, name)
            if bucket is not None:
                bucket.units -= taken

    def _bucket(self, table: Table, kind: str, name: str | None) -> _Bucket | None:
        """The bucket as it is now; None where there is no limit."""
        owner: Table | Index | None = table if name is None else table.index(name)
        if owner is None:
            return None
        on_demand = table.billing == ON_DEMAND
        rate = _of(kind, owner.capacity.most if on_demand else owner.throughput)
        if not rate:
            return None
        size = float(rate if on_demand else rate * limits.capacity_burst_seconds)
        now = self._clock.now()
        bucket = self._buckets.get((owner.id, kind))
        if bucket is None:
            bucket = self._buckets[owner.id, kind] = _Bucket(size, now, size)
        bucket.fill(rate, size, now)
        return bucket


def _of(kind: str, throughput: Throughput) -> int:
    return throughput.read if kind == READ else throughput.write


def _refusal(table: Table, kind: str, name: str | None) -> AwsError:
    where = "Table" if name is None else "Index"
    resource = table.arn if name is None else f"{table.arn}/index/{name}"
    if table.billing == ON_DEMAND:
        code, text, cause = "ThrottlingException", _MAXIMUM_TEXT, "MaxOnDemandThroughputExceeded"
    else:
        code, cause = "ProvisionedThroughputExceededException", "ProvisionedThroughputExceeded"
        text = _TABLE_TEXT if name is None else _INDEX_TEXT
    member = "throttlingReasons" if code == "ThrottlingException" else "ThrottlingReasons"
    reason = {"reason": f"{where}{kind}{cause}", "resource": resource}
    return AwsError(code, text, members={member: [reason]})


def in_transaction(refusal: AwsError) -> AwsError:
    """The refusal as AWS words it where it is the reason of a cancelled transaction."""
    text = refusal.message or ""
    return AwsError(refusal.code, _REASONS.get(text, text))
