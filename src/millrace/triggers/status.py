"""Where mappings stand, for people: what `millrace status` and the console show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from millrace.core import limits
from millrace.storage.interface import Reader
from millrace.streams import log, record
from millrace.streams.stream import Shard
from millrace.triggers import destination, lanes
from millrace.triggers import past as pasts
from millrace.triggers.delivery import Checkpoint, Phase, Reason
from millrace.triggers.destination import Tally
from millrace.triggers.past import Past
from millrace.triggers.permission import Refusal
from millrace.triggers.runner import Runner
from millrace.triggers.target import Target

# What a lane is doing, the most telling first.
_TELLING = (
    Phase.WAITING, Phase.STOPPED, Phase.DISABLED, Phase.INVOKING, Phase.COLLECTING, Phase.IDLE, Phase.FINISHED,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardStatus:
    """One shard's part. Counts are since the mapping's starting position; `position` is a sequence number.

    Of several lanes, `phase` is that of the one that has most to tell, and `position` that of the last. `invoked` and
    `failed` count records once for each invocation, and for each that failed or was not run.
    """

    shard: str
    lanes: int
    records: int
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

    delivered + filtered + discarded + pending is what the shards have had since the starting position: those
    there are, and those that are gone (`past`). `missing` is the statement, as JSON, that the role lacks; `role` is
    that role's ARN. `told` is how the failure destination fared.
    """

    uuid: str
    table: str
    stream_arn: str
    function: str
    qualifier: str | None
    role: str | None
    state: str
    last_result: str
    missing: str | None
    destination: str | None = None
    told: Tally = field(default_factory=Tally)
    shards: tuple[ShardStatus, ...] = ()
    past: Past = field(default_factory=Past)

    @property
    def discarded(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for part in (self.past, *self.shards):
            for reason, count in part.discarded.items():
                counts = lanes.add(counts, reason, count)
        return counts

    @property
    def pending(self) -> int:
        return sum(shard.pending for shard in self.shards)

    @property
    def metrics(self) -> dict[str, int]:
        """AWS's metrics of event source mappings, in records.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """
        delivered = self.past.delivered + sum(shard.delivered for shard in self.shards)
        filtered = self.past.filtered + sum(shard.filtered for shard in self.shards)
        dropped = sum(self.discarded.values()) - self.discarded.get(Reason.TRIMMED, 0)
        return {
            "PolledEventCount": delivered + filtered + dropped,
            "FilteredOutEventCount": filtered,
            "InvokedEventCount": self.past.invoked + sum(shard.invoked for shard in self.shards),
            "FailedInvokeEventCount": self.past.failed + sum(shard.failed for shard in self.shards),
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
        past: dict[str, Any] = {"records": self.past.records, "delivered": self.past.delivered}
        past |= {"filtered": self.past.filtered, "discarded": self.past.discarded}
        return {
            **asdict(self),
            "past": past,
            "records": self.past.records + sum(shard.records for shard in self.shards),
            "delivered": self.past.delivered + sum(shard.delivered for shard in self.shards),
            "filtered": self.past.filtered + sum(shard.filtered for shard in self.shards),
            "discarded": self.discarded,
            "pending": self.pending,
            "lag_seconds": self.lag_seconds(now),
            "attempts": max((shard.attempts for shard in self.shards), default=0),
            "retry_in_seconds": self.retry_in_seconds(now),
            "last_error": errors[0] if errors else None,
            "metrics": self.metrics,
        }


def of_mapping(
    reader: Reader, one: Target, runners: Mapping[tuple[str, int], Runner], refusal: Refusal | None
) -> MappingStatus:
    """Where a mapping stands. `runners` are its own, by shard and lane, `refusal` is what its role lacks."""
    mapping = one.mapping
    shards = () if one.stream is None else one.stream.shards
    return MappingStatus(
        uuid=mapping.uuid,
        table=mapping.table,
        stream_arn=mapping.stream_arn,
        function=mapping.function,
        qualifier=mapping.qualifier,
        role=None if one.function is None else one.function.role,
        state="Enabled" if mapping.enabled else "Disabled",
        last_result=pasts.last_result(reader, mapping.uuid) if refusal is None else refusal.result,
        missing=None if refusal is None else refusal.remedy,
        destination=mapping.destination or None,
        told=destination.tally(reader, mapping.uuid),
        shards=tuple(
            _of_shard(reader, shard, one.rows.get(shard.id, ()), _of(runners, shard)) for shard in shards
        ),
        past=pasts.load(reader, mapping.uuid),
    )


def _of(runners: Mapping[tuple[str, int], Runner], shard: Shard) -> list[Runner]:
    return [runner for (shard_id, _), runner in runners.items() if shard_id == shard.id]


def _of_shard(reader: Reader, shard: Shard, saved: lanes.Rows, runners: Sequence[Runner]) -> ShardStatus:
    # A runner knows better than the row: filtered records are saved a little later.
    newer = {runner.state.checkpoint.lane: runner.state.checkpoint for runner in runners}
    rows = tuple(newer.get(row.lane, row) for row in saved) or (Checkpoint(0, 0),)
    states = [runner.state for runner in runners]
    records = reader.head(shard.journal) - rows[0].start
    pending = records - sum(row.done for row in rows)
    retries = [state.wake for state in states if state.phase is Phase.WAITING and state.wake is not None]
    errors = [runner.last_error for runner in runners if runner.last_error is not None]
    return ShardStatus(
        shard=shard.id,
        lanes=len(rows),
        records=records,
        phase=min((state.phase for state in states), key=_TELLING.index, default="pending"),
        position=shard.sequence_number(min(row.position for row in rows)),
        delivered=sum(row.delivered for row in rows),
        filtered=sum(row.filtered for row in rows),
        invoked=sum(row.invoked for row in rows),
        failed=sum(row.failed for row in rows),
        discarded=lanes.discarded(rows),
        pending=pending,
        oldest_pending=_oldest_pending(reader, shard, rows) if pending else None,
        # Throttles are no attempts, but people want to know why nothing goes on.
        attempts=max([row.attempts for row in rows] + [state.failures for state in states]),
        retry_at=min(retries, default=None),
        last_error=errors[0] if errors else None,
    )


def _oldest_pending(reader: Reader, shard: Shard, rows: lanes.Rows) -> float | None:
    """When the first record was made that no lane is done with.

    Not every record is looked at: what lies far behind may be somewhat younger than this tells.
    """
    first = after = min(row.position for row in rows)
    step, seen = 1 if rows[0].is_alone else limits.mapping_read_chunk_records_max, None
    while after - first < limits.mapping_status_records_max:
        entries = log.read(reader, shard, after, step)
        for entry in entries:
            seen, after = entry.created, entry.number
            if not lanes.has_done(rows, entry.number, record.partition_hash(entry.data)):
                return seen
        if not entries:
            break
    return seen
