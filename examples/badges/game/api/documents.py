"""What the pages show, as JSON: one player, and the leaderboard."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from badges.rules import GAMES, KINDS, Play, Standing, longest_row, standings
from store import Award

PLAYS_SHOWN = 60
DAYS_SHOWN = 28
PLAYERS_SHOWN = 50


def player(name: str, plays: list[Play], awards: list[Award]) -> dict[str, Any]:
    """Everything on a player's page: totals, games, the last plays and days, badges, and those still to come."""
    has = {award.badge for award in awards}
    to_come = [standing for standing in standings(plays).values() if standing.badge not in has]
    return {
        "player": name,
        "totals": {
            "plays": len(plays),
            "days": len({play.day for play in plays}),
            "longest_row": longest_row(plays),
            "badges": len(awards),
        },
        "games": [game(name, plays) for name in GAMES],
        "plays": [
            {"played_at": play.played_at, "game": play.game, "score": play.score}
            for play in plays[-PLAYS_SHOWN:]
        ],
        "days": days(plays),
        "badges": [earned(award) for award in sorted(awards, key=lambda award: award.earned_by)],
        "next": [unearned(standing) for standing in nearest(to_come)],
    }


def game(name: str, plays: list[Play]) -> dict[str, Any]:
    """One game in the player's numbers."""
    scores = [play.score for play in plays if play.game == name]
    return {
        "game": name,
        "title": GAMES[name],
        "plays": len(scores),
        "best": max(scores, default=None),
        "last": scores[-1] if scores else None,
    }


def days(plays: list[Play]) -> list[dict[str, Any]]:
    """The last four weeks up to the last day played, with the number of plays of each day."""
    if not plays:
        return []
    counts = Counter(play.day for play in plays)
    last = date.fromisoformat(plays[-1].day)
    shown = [(last - timedelta(days=back)).isoformat() for back in reversed(range(DAYS_SHOWN))]
    return [{"day": day, "plays": counts[day]} for day in shown]


def nearest(to_come: list[Standing]) -> list[Standing]:
    """Of each kind the badge that is furthest on; of first plays all, each is a game to try."""
    by_kind: dict[str, list[Standing]] = {}
    for standing in to_come:
        by_kind.setdefault(kind_of(standing.badge), []).append(standing)
    found: list[Standing] = []
    for kind, standing_of_kind in by_kind.items():
        furthest_first = sorted(standing_of_kind, key=lambda standing: -standing.have)
        found += furthest_first if kind == "first-play" else furthest_first[:1]
    return sorted(found, key=lambda standing: -standing.have / standing.need)


def earned(award: Award) -> dict[str, Any]:
    """A badge that was awarded."""
    return {**badge(award.badge), "earned_by": award.earned_by, "awarded_at": award.awarded_at}


def unearned(standing: Standing) -> dict[str, Any]:
    """A badge that is still to come, and how far it is."""
    return {**badge(standing.badge), "have": standing.have, "need": standing.need}


def badge(badge_id: str) -> dict[str, Any]:
    """What a badge is called and for what it is given."""
    kind, _, of_game = badge_id.partition("#")
    rule = KINDS[kind]
    title = GAMES.get(of_game, "")
    return {
        "badge": badge_id,
        "kind": kind,
        "title": rule.title,
        "game": of_game or None,
        "game_title": title or None,
        "text": rule.text.format(game=title),
    }


def kind_of(badge_id: str) -> str:
    """`first-play` of `first-play#comet-run`."""
    return badge_id.partition("#")[0]


def leaderboard(awards: list[Award]) -> dict[str, Any]:
    """The players with the most badges; of two with as many the one who had them first."""
    by_player: dict[str, list[Award]] = {}
    for award in awards:
        by_player.setdefault(award.player, []).append(award)
    ranked = sorted(
        by_player.items(),
        key=lambda entry: (-len(entry[1]), max(award.awarded_at for award in entry[1]), entry[0]),
    )
    return {
        "players": [standing_of(name, of_player) for name, of_player in ranked[:PLAYERS_SHOWN]],
        "totals": {"players": len(by_player), "badges": len(awards)},
    }


def standing_of(name: str, awards: list[Award]) -> dict[str, Any]:
    """One line of the leaderboard."""
    newest = max(awards, key=lambda award: award.earned_by)
    kinds = Counter(kind_of(award.badge) for award in awards)
    return {
        "player": name,
        "badges": len(awards),
        "kinds": [
            {"kind": kind, "title": KINDS[kind].title, "count": kinds[kind]} for kind in KINDS if kinds[kind]
        ],
        "newest": earned(newest),
    }
