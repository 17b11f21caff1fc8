"""Capacity as CreateTable and UpdateTable set it: provisioned, on demand, and warm, of tables and of their indexes.

Sentences and rules were probed on AWS in October 2026 (ack-api-quirks DDB-TABLE-038, -039, -051, -058, -059, -128,
-134, -152, -155, -164, -171, -178, -184, -326).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from millrace.core import limits
from millrace.core.errors import AwsError, invalid, validation_error
from millrace.dynamodb.catalog import ON_DEMAND, Capacity, Throughput

_Form = Mapping[str, Any]
_DAY_SECONDS = 24 * 3600
# What an on-demand table takes from the start.
_INITIAL = Throughput(12_000, 4_000)
_INITIAL_PAGE = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
    "#on-demand-capacity-mode-initial"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose capacity it is: the table's, or that of the index with this name. AWS's sentences name them so."""

    index: str | None = None

    @property
    def most(self) -> str:
        return "table" if self.index is None else f"index : {self.index}"

    @property
    def warm(self) -> str:
        return "table" if self.index is None else f"index {self.index}"


def warm(billing: str, throughput: Throughput, capacity: Capacity) -> Throughput:
    """The units that are taken at once: what the billing mode gives, or more if there ever was more."""
    base = _INITIAL if billing == ON_DEMAND else throughput
    return Throughput(max(base.read, capacity.warm.read), max(base.write, capacity.warm.write))


def created(form: _Form, billing: str, throughput: Throughput, owner: Owner) -> Capacity:
    """OnDemandThroughput and WarmThroughput of a new table or index."""
    capacity = Capacity(
        most=_most(form.get("OnDemandThroughput"), Throughput(), billing, owner, clears=False)
    )
    asked = form.get("WarmThroughput")
    if not asked:
        return capacity
    least = warm(billing, throughput, capacity)
    units = _units(asked, least)
    below = _below(units, least)
    if below is not None and billing == ON_DEMAND:
        raise invalid(
            f"Requested {below}UnitsPerSecond for WarmThroughput for {owner.warm} is lower than initial "
            f"throughput for OnDemand. See: {_INITIAL_PAGE}"
        )
    if below is not None:
        raise invalid(
            f"Requested {below}UnitsPerSecond for WarmThroughput for {owner.warm} is lower than "
            f"{below}CapacityUnits of ProvisionedThroughput"
        )
    return replace(capacity, warm=units)


def limited(capacity: Capacity, form: _Form, billing: str, owner: Owner) -> Capacity:
    """After a change of OnDemandThroughput: what is not named stays, and -1 takes a maximum away."""
    return replace(capacity, most=_most(form, capacity.most, billing, owner, clears=True))


def warmed(capacity: Capacity, form: _Form, billing: str, throughput: Throughput, owner: Owner) -> Capacity:
    """After a change of WarmThroughput, which only rises."""
    check_warm(form, owner)
    now = warm(billing, throughput, capacity)
    units = _units(form, now)
    below = _below(units, now)
    if below is not None:
        raise invalid(
            f"Requested {below}UnitsPerSecond for WarmThroughput for {owner.warm} is lower than current "
            "WarmThroughput, decreasing WarmThroughput is not supported"
        )
    return replace(capacity, warm=units)


def check_warm(form: _Form, owner: Owner) -> None:
    """Refuse a change of WarmThroughput that names no units."""
    if not any(form.get(name) is not None for name in ("ReadUnitsPerSecond", "WriteUnitsPerSecond")):
        place = "" if owner.index is None else f" for index: {owner.index}"
        raise invalid(
            f"WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified{place}"
        )


def changed(capacity: Capacity, billing: str, before: Throughput, after: Throughput, now: float) -> Capacity:
    """After provisioned units went from `before` to `after` at `now`, in epoch seconds.

    Raises LimitExceededException when there were too many decreases on this UTC day.
    """
    more = after.read > before.read or after.write > before.write
    less = after.read < before.read or after.write < before.write
    kept = replace(capacity, warm=warm(billing, before, capacity))
    if more:
        kept = replace(kept, increased=now)
    if not less:
        return kept
    count = decreases_today(capacity, now)
    if count >= limits.capacity_decreases_max:
        _check_pause(count, capacity.decreased or 0.0, now)
    return replace(kept, decreased=now, decreases=count + 1)


def decreases_today(capacity: Capacity, now: float | None) -> int:
    """How often provisioned units were lowered on the UTC day of `now`."""
    if capacity.decreased is None or now is None or _day(capacity.decreased) != _day(now):
        return 0
    return capacity.decreases


def units(form: _Form) -> Throughput:
    """ProvisionedThroughput's units. Raises for those beyond all bounds."""
    for name in ("ReadCapacityUnits", "WriteCapacityUnits"):
        if form[name] > limits.table_capacity_units_max:
            raise validation_error(f"Given value {form[name]} for {name} is out of bounds")
    return Throughput(form["ReadCapacityUnits"], form["WriteCapacityUnits"])


def check_quota(throughput: Throughput, region: str, index: str | None = None) -> None:
    """Refuse more provisioned units than DescribeLimits tells."""
    for name, value in (("ReadCapacityUnits", throughput.read), ("WriteCapacityUnits", throughput.write)):
        if value > limits.provisioned_table_units_max:
            what = "table" if index is None else "index"
            named = name if index is None else f"{name} for index {index}"
            raise AwsError(
                "LimitExceededException",
                f"The requested {named}, {value}, is above the per {what} maximum for the account in {region}. "
                f"Per table maximum: {limits.provisioned_table_units_max}. "
                "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher "
                "limits.",
            )


def check_maxima(form: _Form, region: str, owner: Owner) -> None:
    """Refuse higher maxima than DescribeLimits tells of tables (ack-api-quirks DDB-TABLE-154)."""
    for name, limit in (("MaxReadRequestUnits", "Read"), ("MaxWriteRequestUnits", "Write")):
        if (form.get(name) or 0) > limits.provisioned_table_units_max:
            raise AwsError(
                "LimitExceededException",
                f"Subscriber limit exceeded: Requested {name} for OnDemandThroughput for {owner.most} exceeds "
                f"TableMax{limit}CapacityUnits of the account in region {region}",
            )


def _most(form: _Form | None, before: Throughput, billing: str, owner: Owner, *, clears: bool) -> Throughput:
    kept: list[int] = []
    for name, value in (("MaxReadRequestUnits", before.read), ("MaxWriteRequestUnits", before.write)):
        asked: int | None = None if form is None else form.get(name)
        if asked is None:
            kept.append(value)
            continue
        if billing != ON_DEMAND:
            place = "" if owner.index is None else f" for index : {owner.index}"
            article, end = ("the ", "") if clears else ("", ".")
            raise invalid(
                f"{name} for OnDemandThroughput{place} cannot be specified when {article}table BillingMode is "
                f"PROVISIONED{end}"
            )
        if asked < 1 and not (clears and asked == -1):
            raise invalid(
                f"Requested {name} for OnDemandThroughput for {owner.most} is outside of valid range"
            )
        kept.append(max(asked, 0))
    return Throughput(*kept)


def _units(form: _Form, default: Throughput) -> Throughput:
    read, write = form.get("ReadUnitsPerSecond"), form.get("WriteUnitsPerSecond")
    return Throughput(default.read if read is None else read, default.write if write is None else write)


def _below(asked: Throughput, least: Throughput) -> str | None:
    """Which of the two is too low."""
    if asked.read < least.read:
        return "Read"
    return "Write" if asked.write < least.write else None


def _check_pause(count: int, last: float, now: float) -> None:
    # The count begins anew with the next day in any case (ack-api-quirks DDB-TABLE-184).
    midnight = (math.floor(last) // _DAY_SECONDS + 1) * _DAY_SECONDS
    following = min(last + limits.capacity_decrease_pause_seconds, midnight)
    if now < following:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. "
            f"After the first {limits.capacity_decreases_max} decreases, each subsequent decrease in the same UTC "
            f"day can be performed at most once every {limits.capacity_decrease_pause_seconds} seconds. "
            f"Number of decreases today: {count}. Last decrease at {_long(last)}. "
            f"Next decrease can be made at {_long(following)}",
        )


def _day(moment: float) -> date:
    return datetime.fromtimestamp(moment, UTC).date()


def _long(moment: float) -> str:
    """`Friday, October 9, 2026 at 12:21:34 AM Coordinated Universal Time`."""
    time = datetime.fromtimestamp(int(moment), UTC)
    hour = time.hour % 12 or 12
    return f"{time:%A, %B} {time.day}, {time:%Y} at {hour}:{time:%M:%S %p} Coordinated Universal Time"
