"""Compares what a run's players were awarded with what the rules say they have earned."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from badges.rules import Play, due
from store import Award, Store
from workload import Told

AT_ONCE = 8
AWARDED = re.compile(r"awarded (\S+) to (\S+) for the play of")


@dataclass(frozen=True)
class Spread:
    """Milliseconds: the middle, all but one in a hundred, and the worst."""

    p50: float
    p99: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread | None":
        """None when there are no values."""
        ordered = sorted(values)
        if not ordered:
            return None
        return cls(
            ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], ordered[-1]
        )

    def __str__(self) -> str:
        return f"p50 {self.p50:,.0f} ms, p99 {self.p99:,.0f} ms, max {self.max:,.0f} ms"


@dataclass(frozen=True)
class Audit:
    """What came of it. `twice` counts badges whose award was logged more than once."""

    told: int
    stored: int
    due: int
    awarded: int
    twice: int
    missing: list[str]
    extra: list[str]
    badges_lag: Spread | None

    @property
    def clean(self) -> bool:
        """Every play is stored, and every badge that is due is there, once, and no other."""
        return self.told == self.stored and not (self.twice or self.missing or self.extra)

    def document(self) -> dict[str, Any]:
        """As data."""
        return {**asdict(self), "clean": self.clean}

    def __str__(self) -> str:
        extra = f", {len(self.extra):,} extra" if self.extra else ""
        return (
            f"{self.due:,} badges due, {self.awarded:,} awarded, {self.twice:,} twice, "
            f"{len(self.missing):,} missing{extra}"
        )


def audit(drawn: Sequence[Told], store: Store, log_lines: Iterable[str]) -> Audit:
    """Reads both tables for every player of the run, and the badge function's log."""
    plays: dict[str, list[Play]] = defaultdict(list)
    for told in drawn:
        plays[told.player].append(told.play)
    with ThreadPoolExecutor(AT_ONCE) as readers:
        awards = dict(
            zip(plays, readers.map(lambda player: store.awards(player, consistent=True), plays), strict=True)
        )
        times = dict(zip(plays, readers.map(lambda player: stored_at(store, player), plays), strict=True))
    expected = {(player, badge) for player, own in plays.items() for badge in due(own)}
    found = {(award.player, award.badge): award for own in awards.values() for award in own}
    lines = Counter(
        (match[2], match[1]) for line in log_lines if (match := AWARDED.search(line)) and match[2] in plays
    )
    return Audit(
        told=len(drawn),
        stored=sum(told.play.played_at in times[told.player] for told in drawn),
        due=len(expected),
        awarded=len(found),
        twice=sum(times > 1 for times in lines.values()),
        missing=named(expected - found.keys()),
        extra=named(found.keys() - expected),
        badges_lag=Spread.of(lags(found.values(), times)),
    )


def lags(awards: Iterable[Award], stored: dict[str, dict[str, str]]) -> Iterator[float]:
    """From the API's taking of the play that completed a badge to its award, in milliseconds."""
    for award in awards:
        if taken := stored[award.player].get(award.earned_by):
            yield (moment(award.awarded_at) - moment(taken)).total_seconds() * 1000


def stored_at(store: Store, player: str) -> dict[str, str]:
    """When each of the player's plays was taken, by the plays' keys."""
    pages = store.client.get_paginator("query").paginate(
        TableName=store.plays_table,
        KeyConditionExpression="player = :player",
        ExpressionAttributeValues={":player": {"S": player}},
        ConsistentRead=True,
    )
    return {item["played_at"]["S"]: item["stored_at"]["S"] for page in pages for item in page["Items"]}


def named(badges: Iterable[tuple[str, str]]) -> list[str]:
    """In order, to be read."""
    return [f"{player}: {badge}" for player, badge in sorted(badges)]


def moment(text: str) -> datetime:
    """The time in it."""
    return datetime.fromisoformat(text)
