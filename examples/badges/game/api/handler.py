"""Behind the function's URL: takes plays, and answers with pages and the JSON that keeps them up to date.

    POST /plays                tells a play: 202 with the play as it was stored
    GET  /                     the leaderboard; its data is /leaderboard.json
    GET  /players/{id}         a player's page; its data is /players/{id}.json
    GET  /style.css, /app.js…  what the pages are made of

Addresses within the pages are relative, so the application may live under any path.
"""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from api import documents, pages
from api.play_request import PLAYER, Invalid, as_text, parse
from store import StoredPlay, store

Response = dict[str, Any]

# No inline scripts or styles and nothing from elsewhere: text that slips into a page could do nothing there.
SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
FOR_EVER = "public, max-age=31536000, immutable"


def handler(event: dict[str, Any], _context: object) -> Response:
    """Answer one request, given as the event of a function URL (payload format 2.0)."""
    method = event["requestContext"]["http"]["method"]
    path = event.get("rawPath") or "/"
    if path == "/plays":
        return take_play(event) if method == "POST" else not_allowed("POST")
    if method not in {"GET", "HEAD"}:
        return not_allowed("GET, HEAD")
    if path == "/":
        return html(pages.page("index.html"))
    if path == "/leaderboard.json":
        return fresh(event, documents.leaderboard(store().all_awards()))
    if path.startswith("/players/"):
        return of_player(event, path.removeprefix("/players/"))
    if path.removeprefix("/") in pages.TYPES:
        return file(event, path.removeprefix("/"))
    return problem(404, "There is no such page.")


def take_play(event: dict[str, Any]) -> Response:
    """Store one play. A play that was told before, by its id and time, is answered in the same way and changes nothing."""
    now = datetime.now(UTC)
    try:
        request = parse(body_of(event), now)
    except Invalid as wrong:
        return problem(400, str(wrong), wrong.fields)
    stored = StoredPlay(request.player, request.play, as_text(now))
    earlier = store().add_play(stored)
    if earlier is not None and earlier != request.play:
        return problem(
            409, "There is a play with this id and time already, of another game or with another score."
        )
    played_at, _, play_id = request.play.played_at.partition("#")
    return answer(
        202,
        {
            "player": request.player,
            "game": request.play.game,
            "score": request.play.score,
            "id": play_id,
            "played_at": played_at,
            "repeated": earlier is not None,
        },
    )


def body_of(event: dict[str, Any]) -> str:
    """The request's body as text. Raises Invalid when it is none."""
    body = event.get("body") or ""
    try:
        return base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
    except ValueError:
        raise Invalid("The body is not UTF-8.") from None


def of_player(event: dict[str, Any], name: str) -> Response:
    """A player's page, or its data. There is a page for everybody: a play may be told on it."""
    player = name.removesuffix(".json")
    if not PLAYER.fullmatch(player):
        return problem(404, "There is no such player: names are 1 to 32 of a-z, 0-9 and -.")
    if name == player:
        return html(pages.page("player.html", player=player))
    return fresh(event, documents.player(player, store().plays(player), store().awards(player)))


def file(event: dict[str, Any], name: str) -> Response:
    """A part of the pages; kept for ever when asked for with the version in its address."""
    current = event.get("rawQueryString") == f"v={pages.version()}"
    headers = {"content-type": pages.TYPES[name], "cache-control": FOR_EVER if current else "no-cache"}
    return tagged(event, headers, pages.text(name))


def fresh(event: dict[str, Any], document: dict[str, Any]) -> Response:
    """Data that is asked for again and again: 304, without a body, when it has not changed."""
    headers = {"content-type": "application/json", "cache-control": "no-cache"}
    return tagged(event, headers, json.dumps(document, separators=(",", ":")))


def tagged(event: dict[str, Any], headers: dict[str, str], body: str) -> Response:
    """The body with its ETag, unless the browser has it already."""
    headers["etag"] = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    asked = event.get("headers", {}).get("if-none-match", "")
    known = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
    if headers["etag"] in known:
        return respond(304, headers, "")
    return respond(200, headers, body)


def html(text: str) -> Response:
    """A page."""
    return respond(200, {"content-type": "text/html; charset=utf-8", "cache-control": "no-cache"}, text)


def not_allowed(methods: str) -> Response:
    """The path is there, but not for this method."""
    response = problem(405, f"Only {methods} can be used here.")
    response["headers"]["allow"] = methods
    return response


def problem(status: int, message: str, fields: dict[str, str] | None = None) -> Response:
    """What is wrong, in a sentence, and by field."""
    return answer(status, {"message": message, **({"errors": fields} if fields else {})})


def answer(status: int, document: dict[str, Any]) -> Response:
    """JSON that nobody keeps."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return respond(status, headers, json.dumps(document))


def respond(status: int, headers: dict[str, str], body: str) -> Response:
    """A response as function URLs take it."""
    return {"statusCode": status, "headers": {**SECURITY, **headers}, "body": body, "isBase64Encoded": False}
