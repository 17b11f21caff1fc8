"""The API function, called with the events of a function URL; its tables are on a real server."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from api.handler import handler
from badges.rules import Play
from store import Award, Store, StoredPlay

PLAY = {"player": "ada", "game": "comet-run", "score": 120}
TOLD = {**PLAY, "id": "one", "played_at": "2023-11-20T10:00:00.000Z"}


def ask(method: str, path: str, body: Any = None, query: str = "", **headers: str) -> dict[str, Any]:
    return handler(
        {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "requestContext": {"http": {"method": method, "path": path}},
            "isBase64Encoded": False,
            **({} if body is None else {"body": body if isinstance(body, str) else json.dumps(body)}),
        },
        None,
    )


def data(response: dict[str, Any]) -> dict[str, Any]:
    return json.loads(response["body"])


def test_a_play_is_stored_and_answered_with_202(tables: Store):
    response = ask("POST", "/plays", TOLD)

    assert response["statusCode"] == 202
    assert data(response) == {**TOLD, "repeated": False}
    assert tables.plays("ada") == [Play("2023-11-20T10:00:00.000Z#one", "comet-run", 120)]


def test_a_play_without_time_and_id_gets_them(tables: Store):
    before = datetime.now(UTC).replace(microsecond=0)
    play = data(ask("POST", "/plays", PLAY))

    assert before <= datetime.fromisoformat(play["played_at"]) <= datetime.now(UTC)
    assert [stored.played_at for stored in tables.plays("ada")] == [f"{play['played_at']}#{play['id']}"]


def test_a_play_told_twice_is_stored_once(tables: Store):
    ask("POST", "/plays", TOLD)
    response = ask("POST", "/plays", TOLD)

    assert (response["statusCode"], data(response)["repeated"]) == (202, True)
    assert len(tables.plays("ada")) == 1


def test_another_play_with_the_same_id_and_time_is_a_conflict(tables: Store):
    ask("POST", "/plays", TOLD)
    response = ask("POST", "/plays", {**TOLD, "score": 121})

    assert response["statusCode"] == 409
    assert [play.score for play in tables.plays("ada")] == [120]


def test_a_time_in_another_zone_is_stored_as_utc(tables: Store):
    play = data(ask("POST", "/plays", {**TOLD, "played_at": "2023-11-20T11:30:00+02:00"}))

    assert play["played_at"] == "2023-11-20T09:30:00.000Z"


def test_a_body_in_base64_is_read(tables: Store):
    body = base64.b64encode(json.dumps(TOLD).encode()).decode()
    event = {
        "rawPath": "/plays",
        "requestContext": {"http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": True,
    }

    assert handler(event, None)["statusCode"] == 202


@pytest.mark.parametrize(
    ("change", "field", "says"),
    [
        ({"player": None}, "player", "must be 1 to 32"),
        ({"player": ""}, "player", "must be 1 to 32"),
        ({"player": "Ada"}, "player", "must be 1 to 32"),
        ({"player": "a/../b"}, "player", "must be 1 to 32"),
        ({"player": "<b>"}, "player", "must be 1 to 32"),
        ({"player": "-a"}, "player", "must be 1 to 32"),
        ({"player": "a\n"}, "player", "must be 1 to 32"),
        ({"player": "a" * 33}, "player", "must be 1 to 32"),
        ({"game": "solitaire"}, "game", "must be one of comet-run, "),
        ({"game": ["comet-run"]}, "game", "must be one of comet-run, "),
        ({"score": -1}, "score", "must be a whole number"),
        ({"score": 1.5}, "score", "must be a whole number"),
        ({"score": "1"}, "score", "must be a whole number"),
        ({"score": True}, "score", "must be a whole number"),
        ({"score": 10**400}, "score", "must be a whole number"),
        ({"id": "a#b"}, "id", "must be 1 to 64"),
        ({"id": 7}, "id", "must be 1 to 64"),
        ({"played_at": None}, "played_at", "is needed with an id"),
        ({"played_at": "yesterday"}, "played_at", "must be a time"),
        ({"played_at": "2023-11-20T10:00:00"}, "played_at", "must be a time"),
        ({"played_at": 1700000000}, "played_at", "must be a time"),
        ({"played_at": "0001-01-01T00:00:00+10:00"}, "played_at", "must be a time"),
        ({"played_at": "9999-01-01T00:00:00Z"}, "played_at", "is in the future"),
        ({"cheat": 1}, "cheat", "is not known"),
    ],
)
def test_what_is_wrong_is_said_by_field(tables: Store, change: dict[str, Any], field: str, says: str):
    response = ask("POST", "/plays", {**TOLD, **change})

    assert response["statusCode"] == 400
    assert list(data(response)["errors"]) == [field]
    assert data(response)["errors"][field].startswith(says)
    assert tables.plays("ada") == []


def test_everything_wrong_is_said_at_once():
    response = ask("POST", "/plays", {})

    assert data(response)["errors"].keys() == {"player", "game", "score"}


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"play"', "[" * 4000, " " * 5000, "1" * 4096])
def test_what_is_no_json_object_is_refused(body: str):
    assert ask("POST", "/plays", body)["statusCode"] == 400


def test_bytes_that_are_no_text_are_refused():
    event = {
        "rawPath": "/plays",
        "requestContext": {"http": {"method": "POST"}},
        "body": "/////w==",
        "isBase64Encoded": True,
    }

    assert handler(event, None)["statusCode"] == 400


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/plays", "POST"), ("DELETE", "/", "GET, HEAD"), ("POST", "/players/ada", "GET, HEAD")],
)
def test_other_methods_are_refused(method: str, path: str, allowed: str):
    response = ask(method, path)

    assert (response["statusCode"], response["headers"]["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/handler.py",
        "/medals.svg",
        "/players/",
        "/players/Ada",
        "/players/a/b",
        "/players/..",
        "//",
        "/players/<script>",
    ],
)
def test_what_is_not_there_is_404(path: str):
    assert ask("GET", path)["statusCode"] == 404


def test_a_page_names_its_player_and_has_relative_addresses_only():
    page = ask("GET", "/players/ada-l")

    assert page["statusCode"] == 200
    assert page["headers"]["content-type"] == "text/html; charset=utf-8"
    assert '<h1 id="player-name">ada-l</h1>' in page["body"]
    assert "{{" not in page["body"]
    for start in ('href="/', 'src="/', 'action="/', "http://", "https://"):
        assert start not in page["body"]


@pytest.mark.parametrize("path", ["/", "/players/ada"])
def test_pages_allow_no_inline_script_or_style_and_have_none(path: str):
    page = ask("GET", path)

    assert (
        "default-src 'none'; script-src 'self'; style-src 'self';"
        in page["headers"]["content-security-policy"]
    )
    assert "unsafe" not in page["headers"]["content-security-policy"]
    for inline in ("style=", "onclick", "<style", "<script>"):
        assert inline not in page["body"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("style.css", "text/css"), ("app.js", "text/javascript"), ("icon.svg", "image/svg+xml")],
)
def test_files_are_kept_for_ever_under_their_version(name: str, kind: str):
    page = ask("GET", "/")["body"]
    version = page.partition("style.css?v=")[2].partition('"')[0]
    current, plain = ask("GET", f"/{name}", query=f"v={version}"), ask("GET", f"/{name}")

    assert current["headers"]["content-type"].startswith(kind)
    assert "immutable" in current["headers"]["cache-control"]
    assert plain["headers"]["cache-control"] == "no-cache"


def test_data_that_has_not_changed_is_304_without_a_body(tables: Store):
    first = ask("GET", "/players/ada.json")
    again = ask("GET", "/players/ada.json", if_none_match=first["headers"]["etag"])
    ask("POST", "/plays", TOLD)
    changed = ask("GET", "/players/ada.json", if_none_match=first["headers"]["etag"])

    assert (first["statusCode"], again["statusCode"], changed["statusCode"]) == (200, 304, 200)
    assert again["body"] == ""
    assert again["headers"]["etag"] == first["headers"]["etag"] != changed["headers"]["etag"]


def test_a_player_nobody_knows_has_an_empty_page(tables: Store):
    page = data(ask("GET", "/players/zoe.json"))

    assert page["totals"] == {"plays": 0, "days": 0, "longest_row": 0, "badges": 0}
    assert (page["plays"], page["days"], page["badges"]) == ([], [], [])
    assert {badge["kind"] for badge in page["next"]} == {
        "first-play",
        "ten-days",
        "ever-higher",
        "night-owl",
        "all-rounder",
    }


def test_a_players_data_has_plays_games_days_badges_and_what_is_still_to_come(tables: Store):
    keys = [f"2023-11-{day:02}T10:00:00.000Z#p" for day in (18, 19, 20)]
    for key, score in zip(keys, (10, 30, 20), strict=True):
        tables.add_play(StoredPlay("ada", Play(key, "comet-run", score), "2023-11-23T10:00:00.000Z"))
    tables.add_award(Award("ada", "first-play#comet-run", keys[0], "2023-11-23T10:00:01.000Z"))

    page = data(ask("GET", "/players/ada.json"))

    assert page["totals"] == {"plays": 3, "days": 3, "longest_row": 3, "badges": 1}
    assert page["games"][0] == {"game": "comet-run", "title": "Comet Run", "plays": 3, "best": 30, "last": 20}
    assert [play["score"] for play in page["plays"]] == [10, 30, 20]
    assert [day["plays"] for day in page["days"]] == [0] * 25 + [1, 1, 1]
    assert [(badge["badge"], badge["earned_by"]) for badge in page["badges"]] == [
        ("first-play#comet-run", keys[0])
    ]
    progress = {badge["badge"]: (badge["have"], badge["need"]) for badge in page["next"]}
    assert progress["ten-days#comet-run"] == (3, 10)
    assert progress["ever-higher"] == (2, 5)
    assert "first-play#comet-run" not in progress


def test_the_leaderboard_ranks_by_badges_and_then_by_who_had_them_first(tables: Store):
    for player, badge, second in (
        ("ada", "first-play#comet-run", 1),
        ("ada", "night-owl", 2),
        ("grace", "first-play#comet-run", 9),
        ("linus", "first-play#tile-drop", 5),
    ):
        moment = f"2023-11-23T10:00:0{second}.000Z"
        tables.add_award(Award(player, badge, f"{moment}#p", moment))

    board = data(ask("GET", "/leaderboard.json"))

    assert [(line["player"], line["badges"]) for line in board["players"]] == [
        ("ada", 2),
        ("linus", 1),
        ("grace", 1),
    ]
    assert board["totals"] == {"players": 3, "badges": 4}
    assert board["players"][0]["newest"]["badge"] == "night-owl"
