"""What `POST /plays` takes: one play as JSON, checked field by field."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from badges.rules import GAMES, Play

PLAYER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
SCORE_MAX = 1_000_000
BODY_BYTES_MAX = 4096
CLOCKS_DIFFER_BY = timedelta(days=1)


class Invalid(Exception):  # noqa: N818 -- an answer, not a fault
    """The request cannot be taken. `fields` says for each field that is wrong what is asked for."""

    def __init__(self, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = fields or {}


class PlayRequest(NamedTuple):
    """A play that may be stored."""

    player: str
    play: Play


def parse(body: str, now: datetime) -> PlayRequest:
    """The play in the body. Raises Invalid, with all that is wrong with it at once."""
    document = _object(body)
    errors: dict[str, str] = {}

    def field(name: str, check: Callable[[Any], Any]) -> Any:
        try:
            return check(document.get(name))
        except Invalid as wrong:
            errors[name] = str(wrong)
            return None

    player, game, score = field("player", _player), field("game", _game), field("score", _score)
    play_id, played_at = field("id", _id), field("played_at", lambda value: _time(value, now))
    if document.get("id") is not None and document.get("played_at") is None:
        errors["played_at"] = "is needed with an id: both together name the play, so that it is stored once"
    errors |= {
        str(name): f"is not known; a play has {', '.join(KNOWN)}" for name in document if name not in KNOWN
    }
    if errors:
        raise Invalid("The play cannot be taken.", errors)
    return PlayRequest(player, Play(f"{played_at}#{play_id}", game, score))


KNOWN = ("player", "game", "score", "id", "played_at")


def as_text(moment: datetime) -> str:
    """UTC with milliseconds, as `2026-11-23T10:00:00.000Z`: in the order of time when sorted as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _object(body: str) -> dict[str, Any]:
    if len(body) > BODY_BYTES_MAX:
        raise Invalid(f"A play takes at most {BODY_BYTES_MAX} bytes.")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise Invalid(
            'The body is not a JSON object like {"player": "ada", "game": "comet-run", "score": 120}.'
        )
    return document


def _player(value: Any) -> str:
    if not isinstance(value, str) or not PLAYER.fullmatch(value):
        raise Invalid("must be 1 to 32 of a-z, 0-9 and -, and begin and end with a letter or digit")
    return value


def _game(value: Any) -> str:
    if not isinstance(value, str) or value not in GAMES:
        raise Invalid(f"must be one of {', '.join(GAMES)}")
    return value


def _score(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= SCORE_MAX:
        raise Invalid(f"must be a whole number from 0 to {SCORE_MAX}")
    return value


def _id(value: Any) -> str:
    if value is None:
        return uuid.uuid4().hex[:12]
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise Invalid("must be 1 to 64 of A-Z, a-z, 0-9, _ and -")
    return value


def _time(value: Any, now: datetime) -> str:
    if value is None:
        return as_text(now)
    try:
        moment = datetime.fromisoformat(value)
        text = as_text(moment)
    except (TypeError, ValueError, OverflowError):
        moment = text = None
    if moment is None or text is None or moment.tzinfo is None:
        raise Invalid("must be a time with its zone, for example 2026-11-23T10:00:00.000Z")
    if moment > now + CLOCKS_DIFFER_BY:
        raise Invalid("is in the future")
    return text
