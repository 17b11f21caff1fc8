"""Which badges a player's plays have earned. Pure functions: no clock, no table, no chance.

A rule sees all plays of one player in the order of `played_at` and nothing else, so it does not matter in
which order they were delivered, or how often. And every rule asks whether something is *among* the plays, so
further plays, even earlier ones that arrive late, never take a badge away.

Days and hours are UTC.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

GAMES = {
    "comet-run": "Comet Run",
    "deep-dive": "Deep Dive",
    "paper-plane": "Paper Plane",
    "tile-drop": "Tile Drop",
    "word-mill": "Word Mill",
    "chess-blitz": "Chess Blitz",
}

DAYS_IN_A_ROW = 10
CLIMBING_SCORES = 5
NIGHTS = 3
NIGHT_ENDS_HOUR = 5
GAMES_IN_ONE_DAY = 5


class Play(NamedTuple):
    """One finished play. `played_at` is its sort key: a time as `2026-11-23T10:00:00.000Z`, `#`, the play's id."""

    played_at: str
    game: str
    score: int

    @property
    def day(self) -> str:
        """As `2026-11-23`."""
        return self.played_at[:10]

    @property
    def hour(self) -> int:
        """0 to 23."""
        return int(self.played_at[11:13])


@dataclass(frozen=True)
class Standing:
    """How far a player is with one badge: `have` of `need`, and the play that completed it, once there is one."""

    badge: str
    have: int
    need: int
    earned_by: str | None = None


@dataclass(frozen=True)
class Kind:
    """One rule: the first part of its badges' ids, what the page says of it, and how it judges."""

    title: str
    text: str
    standings: Callable[[Sequence[Play]], Iterator[Standing]]


def first_play(plays: Sequence[Play]) -> Iterator[Standing]:
    """`first-play#GAME`, for each game: earned by the first play of that game."""
    for game in GAMES:
        yield _standing(f"first-play#{game}", 1, (play for play in plays if play.game == game))


def ten_days(plays: Sequence[Play]) -> Iterator[Standing]:
    """`ten-days#GAME`, for each game: earned by the first play of it on the tenth day in a row with a play of it.

    A day is a calendar day in UTC. A missed day begins a new row. `have` is the longest row so far.
    """
    for game in GAMES:
        best, earned_by = 0, None
        for length, play in _rows(play for play in plays if play.game == game):
            best = max(best, length)
            if length == DAYS_IN_A_ROW and earned_by is None:
                earned_by = play.played_at
        yield Standing(f"ten-days#{game}", min(best, DAYS_IN_A_ROW), DAYS_IN_A_ROW, earned_by)


def ever_higher(plays: Sequence[Play]) -> Iterator[Standing]:
    """`ever-higher`: earned by the last of five plays of one game, each with a higher score than the one before.

    Worse plays in between do no harm: it is the longest rising sequence that can be picked out of the plays of a
    game that counts. (Counting beaten records instead could take the badge away when an older, better
    play arrives late.)
    """
    ladders: dict[str, list[int]] = {game: [] for game in GAMES}
    earned_by = None
    for play in plays:
        # ladder[n] is the lowest score that n + 1 rising plays of this game can end with.
        ladder = ladders[play.game]
        step = bisect_left(ladder, play.score)
        ladder[step : step + 1] = [play.score]
        if len(ladder) == CLIMBING_SCORES and earned_by is None:
            earned_by = play.played_at
    best = max(len(ladder) for ladder in ladders.values())
    yield Standing("ever-higher", min(best, CLIMBING_SCORES), CLIMBING_SCORES, earned_by)


def night_owl(plays: Sequence[Play]) -> Iterator[Standing]:
    """`night-owl`: earned by the first play of the third night. A night is 00:00 to 04:59 UTC of one calendar day."""
    nights: dict[str, Play] = {}
    for play in plays:
        if play.hour < NIGHT_ENDS_HOUR:
            nights.setdefault(play.day, play)
    yield _standing("night-owl", NIGHTS, nights.values())


def all_rounder(plays: Sequence[Play]) -> Iterator[Standing]:
    """`all-rounder`: earned by the first play of a fifth different game within one calendar day, UTC."""
    days: dict[str, dict[str, Play]] = {}
    for play in plays:
        days.setdefault(play.day, {}).setdefault(play.game, play)
    of_one_day = [_standing("all-rounder", GAMES_IN_ONE_DAY, games.values()) for games in days.values()]
    # The first day that did it; else the day that came nearest.
    yield max(
        of_one_day, key=lambda standing: standing.have, default=Standing("all-rounder", 0, GAMES_IN_ONE_DAY)
    )


KINDS = {
    "first-play": Kind("First play", "Play {game} for the first time", first_play),
    "ten-days": Kind("Ten days in a row", "Play {game} on ten days in a row", ten_days),
    "ever-higher": Kind(
        "Ever higher", "Five scores in one game, each better than the one before", ever_higher
    ),
    "night-owl": Kind("Night owl", "Play on three nights, between midnight and five (UTC)", night_owl),
    "all-rounder": Kind("All-rounder", "Five different games in one day", all_rounder),
}


def standings(plays: Iterable[Play]) -> dict[str, Standing]:
    """Every badge there is, by id, and how far these plays, in any order, have come with it."""
    in_order = sorted(set(plays))
    found = (standing for kind in KINDS.values() for standing in kind.standings(in_order))
    return {standing.badge: standing for standing in found}


def due(plays: Iterable[Play]) -> dict[str, str]:
    """The badges that these plays have earned: badge id → `played_at` of the play that completed it."""
    return {
        badge: standing.earned_by
        for badge, standing in standings(plays).items()
        if standing.earned_by is not None
    }


def longest_row(plays: Iterable[Play]) -> int:
    """On how many days in a row these plays were played, at best, whatever the game."""
    return max((length for length, _ in _rows(sorted(plays))), default=0)


def _rows(plays: Iterable[Play]) -> Iterator[tuple[int, Play]]:
    """The first play of each day, with the length of the row of days that it ends."""
    length, last = 0, ""
    for play in plays:
        if play.day == last:
            continue
        length = length + 1 if last and play.day == _day_after(last) else 1
        last = play.day
        yield length, play


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _standing(badge: str, need: int, counted: Iterable[Play]) -> Standing:
    """The badge for `need` plays that count; the one that makes it full has earned it."""
    found = list(counted)
    earned_by = found[need - 1].played_at if len(found) >= need else None
    return Standing(badge, min(len(found), need), need, earned_by)
