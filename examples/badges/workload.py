"""Whom a load run plays for, and what: drawn from a seed, so that a run can be repeated."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from badges.rules import GAMES, Play

DAYS = 30
DAY_MS = 24 * 3600 * 1000
SCORE_MAX = 10_000
FAVOURITE = 0.6  # of a player's plays are of one game
GREAT_DAY = 0.15  # of them are on one day, and of any game


class Told(NamedTuple):
    """One play of a run."""

    player: str
    play: Play

    def request(self) -> dict[str, Any]:
        """What is posted. Told again it is the same play, as it has its time and its id."""
        played_at, _, play_id = self.play.played_at.partition("#")
        return {
            "player": self.player,
            "game": self.play.game,
            "score": self.play.score,
            "played_at": played_at,
            "id": play_id,
        }


def draw(seed: int, prefix: str, plays: int, players: int, until: datetime) -> list[Told]:
    """So many plays within the last 30 days before `until`, in the order of their times.

    Each player has a favourite game and one great day, so that there are badges of every kind.
    """
    chance = random.Random(seed)
    games = list(GAMES)
    names = [f"{prefix}-{number:04}" for number in range(players)]
    favourites = {name: chance.choice(games) for name in names}
    great_days = {name: chance.randrange(DAYS) for name in names}
    drawn = []
    for number in range(plays):
        player = names[number % players]
        great = chance.random() < GREAT_DAY
        day = great_days[player] if great else chance.randrange(DAYS)
        game = favourites[player] if not great and chance.random() < FAVOURITE else chance.choice(games)
        moment = until - timedelta(days=day, milliseconds=chance.randrange(DAY_MS))
        text = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        drawn.append(Told(player, Play(f"{text}#{number:06}", game, chance.randrange(SCORE_MAX))))
    return sorted(drawn, key=lambda told: told.play.played_at)


def shares(drawn: Sequence[Told], connections: int) -> list[list[Told]]:
    """The plays of each connection. A player's plays stay on one, so that they are told in their order."""
    shared: dict[str, int] = {}
    found: list[list[Told]] = [[] for _ in range(connections)]
    for told in drawn:
        connection = shared.setdefault(told.player, len(shared) % connections)
        found[connection].append(told)
    return found
