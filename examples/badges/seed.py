"""Gives the game a past: four players with some weeks of plays, told over HTTP as any client would.

    python examples/badges/seed.py --url http://….lambda-url.us-east-1.localhost:8000/

A second run tells the same plays again, by the same ids and times, and so changes nothing.
"""

import argparse
import http.client
import json
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

EXAMPLES = """examples:
  python examples/badges/seed.py --url http://abc123.lambda-url.us-east-1.localhost:8000/
"""
TIMEOUT_SECONDS = 60
ID = "#seed-"


class Past(NamedTuple):
    """One play of a player's past: so many days before the day of the first seeding."""

    days_ago: int
    time: str
    game: str
    score: int


def _every_day(first: int, last: int, time: str, game: str, scores: tuple[int, ...]) -> list[Past]:
    days = range(first, last - 1, -1)
    return [Past(day, time, game, scores[number % len(scores)]) for number, day in enumerate(days)]


PASTS: dict[str, list[Past]] = {
    # Everything there is: ten days of Word Mill in a row among it.
    "ada": [
        *_every_day(
            13, 2, "19:20:00.000", "word-mill", (4210, 4080, 5120, 3990, 6240, 5870, 7010, 6630, 8150, 7720)
        ),
        *_every_day(20, 16, "01:12:00.000", "comet-run", (1210, 2380, 1920, 3150, 2890)),
        Past(9, "10:05:00.000", "chess-blitz", 3120),
        Past(9, "10:40:00.000", "tile-drop", 5480),
        Past(9, "11:15:00.000", "deep-dive", 2760),
        Past(9, "12:02:00.000", "paper-plane", 6930),
        Past(1, "20:31:00.000", "deep-dive", 4410),
    ],
    # Nine days in a row until yesterday: the next round of Comet Run, played today, is the tenth.
    "grace": [
        *_every_day(
            9, 1, "12:30:00.000", "comet-run", (3020, 2610, 3340, 4150, 3980, 4020, 4630, 3870, 4480)
        ),
        Past(6, "13:10:00.000", "tile-drop", 2350),
        Past(3, "13:25:00.000", "tile-drop", 3140),
    ],
    # Awake at night, and one night short of a badge.
    "linus": [
        Past(18, "23:48:00.000", "chess-blitz", 5230),
        Past(17, "02:14:00.000", "chess-blitz", 6120),
        Past(11, "03:41:00.000", "chess-blitz", 5810),
        Past(10, "22:05:00.000", "paper-plane", 1480),
        Past(5, "21:30:00.000", "chess-blitz", 6450),
        Past(2, "21:45:00.000", "chess-blitz", 7390),
    ],
    # A little of everything on Sundays.
    "margaret": [
        *(
            Past(days_ago, f"15:{10 + 8 * number}:00.000", game, 2000 + 700 * number + 90 * (22 - days_ago))
            for days_ago in (22, 15, 8, 1)
            for number, game in enumerate(("deep-dive", "paper-plane", "tile-drop", "word-mill"))
        ),
        Past(8, "16:30:00.000", "chess-blitz", 4040),
        Past(1, "16:45:00.000", "deep-dive", 5150),
    ],
}


class Api:
    """The game's HTTP address, over one connection that is kept open and made anew when it breaks.

    Names that end with `.localhost` are this machine, also where the system's resolver does not know them.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.base = parts.path.rstrip("/")
        self.host = parts.netloc
        name = parts.hostname or ""
        secure = parts.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        address = "127.0.0.1" if name.endswith(".localhost") and not secure else name
        self.connection = kind(address, parts.port, timeout=TIMEOUT_SECONDS)

    def tell(self, play: dict[str, Any]) -> dict[str, Any]:
        """POST a play; the answer. Raises OSError, HTTPException, or ValueError with the server's words."""
        return self.ask("POST", "/plays", json.dumps(play))

    def player(self, name: str) -> dict[str, Any]:
        """What the player's page shows."""
        return self.ask("GET", f"/players/{name}.json")

    def ask(self, method: str, path: str, body: str | None = None) -> dict[str, Any]:
        """The JSON that answers."""
        headers = {"Host": self.host, "Content-Type": "application/json"}
        if self.connection.sock is None:
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.connection.request(method, self.base + path, body, headers)
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.status >= 300:
            raise ValueError(f"{method} {path}: {response.status} {text.decode(errors='replace')}")
        return json.loads(text)

    def close(self) -> None:
        """Close the connection; the next request makes another."""
        self.connection.close()


def seed(url: str, today: date | None = None) -> int:
    """Tell the pasts to the game at `url`, which end yesterday; how many plays were new to it."""
    with ThreadPoolExecutor(len(PASTS)) as players:
        return sum(players.map(lambda name: _seed(url, name, today or datetime.now(UTC).date()), PASTS))


def _seed(url: str, name: str, today: date) -> int:
    api = Api(url)
    try:
        day_zero = seeded_on(name, api.player(name)) or today
        return sum(not api.tell(play)["repeated"] for play in plays(name, day_zero))
    finally:
        api.close()


def plays(name: str, day_zero: date) -> Iterator[dict[str, Any]]:
    """The player's past as requests, counted back from `day_zero`."""
    for number, past in enumerate(PASTS[name]):
        day = day_zero - timedelta(days=past.days_ago)
        yield {
            "player": name,
            "game": past.game,
            "score": past.score,
            "id": f"seed-{number:02}",
            "played_at": f"{day.isoformat()}T{past.time}Z",
        }


def seeded_on(name: str, page: dict[str, Any]) -> date | None:
    """The day of the first seeding, which its plays tell wherever one is seen; None when there was none."""
    keys = [play["played_at"] for play in page["plays"]] + [badge["earned_by"] for badge in page["badges"]]
    for key in keys:
        moment, mark, number = key.partition(ID)
        if mark:
            return date.fromisoformat(moment[:10]) + timedelta(days=PASTS[name][int(number)].days_ago)
    return None


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Tell the game the pasts of a few players.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", required=True, help="the game's address: PageAddress of the stack")
    options = parser.parse_args()
    try:
        new = seed(options.url)
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.exit(f"{options.url}: {error}")
    told = sum(len(past) for past in PASTS.values())
    print(f"{told} plays by {', '.join(PASTS)}: {new} new")


if __name__ == "__main__":
    main()
