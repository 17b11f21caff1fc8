"""Where mappings stand, for people: what `millrace status` and the console show."""

from dataclasses import asdict, dataclass, field
from typing import Any

from millrace.triggers.delivery import Reason
from millrace.triggers.destination import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardStatus:
    """One shard's part. Counts are since the mapping's starting position; `position` is a sequence number.

    `invoked` and `failed` count records once for each invocation, and for each that failed or was not run.
    """

    shard: str
    phase: str
    position: str
    delivered: int
    filtered: int
    invoked: int
    failed: int
    discarded: dict[str, int]
    pending: int
    oldest_pending: float | None
    attempts: int
    retry_at: float | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingStatus:
    """A mapping over all its shards.

    delivered + filtered + discarded + pending is what the shards have had since the starting position.
    `missing` is the statement, as JSON, that the role lacks; `role` is that role's ARN. `told` is how the
    failure destination fared.
    """

    uuid: str
    table: str
    stream_arn: str
    function: str
    role: str | None
    state: str
    last_result: str
    missing: str | None
    destination: str | None = None
    told: Tally = field(default_factory=Tally)
    shards: tuple[ShardStatus, ...] = field(default_factory=tuple)

    @property
    def discarded(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for shard in self.shards:
            for reason, count in shard.discarded.items():
                counts[reason] = counts.get(reason, 0) + count
        return counts

    @property
    def pending(self) -> int:
        return sum(shard.pending for shard in self.shards)

    @property
    def metrics(self) -> dict[str, int]:
        """AWS's metrics of event source mappings, in records.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """
        delivered = sum(shard.delivered for shard in self.shards)
        filtered = sum(shard.filtered for shard in self.shards)
        dropped = sum(self.discarded.values()) - self.discarded.get(Reason.TRIMMED, 0)
        return {
            "PolledEventCount": delivered + filtered + dropped,
            "FilteredOutEventCount": filtered,
            "InvokedEventCount": sum(shard.invoked for shard in self.shards),
            "FailedInvokeEventCount": sum(shard.failed for shard in self.shards),
            "DroppedEventCount": dropped,
            "OnFailureDestinationDeliveredEventCount": self.told.delivered,
            "DeletedEventCount": 0,
        }

    def lag_seconds(self, now: float) -> float:
        """The age of the oldest record that is pending."""
        oldest = [shard.oldest_pending for shard in self.shards if shard.oldest_pending is not None]
        return max(0.0, now - min(oldest)) if oldest else 0.0

    def retry_in_seconds(self, now: float) -> float | None:
        times = [shard.retry_at for shard in self.shards if shard.retry_at is not None]
        return max(0.0, min(times) - now) if times else None

    def as_dict(self, now: float) -> dict[str, Any]:
        """As JSON shows it; times are relative to `now`."""
        errors = [shard.last_error for shard in self.shards if shard.last_error is not None]
        return {
            **asdict(self),
            "delivered": sum(shard.delivered for shard in self.shards),
            "filtered": sum(shard.filtered for shard in self.shards),
            "discarded": self.discarded,
            "pending": self.pending,
            "lag_seconds": self.lag_seconds(now),
            "attempts": max((shard.attempts for shard in self.shards), default=0),
            "retry_in_seconds": self.retry_in_seconds(now),
            "last_error": errors[0] if errors else None,
            "metrics": self.metrics,
        }
