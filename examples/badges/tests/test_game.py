"""The whole game, deployed from its template and played over HTTP, as a visitor does."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.api.millrace_process import ENVIRONMENT, Millrace

from badges.rules import Play, due
from seed import PASTS, Api, plays, seed

HERE = Path(__file__).resolve().parents[1]
TODAY = datetime(2023, 11, 20, tzinfo=UTC).date()


@pytest.fixture(scope="module")
def url(server: Millrace) -> str:
    """The address of the game's pages."""
    done = server.millrace("deploy", str(HERE), "--stack-name", "badges", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["outputs"]["PageAddress"]


@pytest.fixture
def api(url: str) -> Iterator[Api]:
    with contextlib.closing(Api(url)) as api:
        yield api


def badges_of(api: Api, player: str) -> dict[str, str]:
    """The badges on the player's page: badge → when it was awarded."""
    return {badge["badge"]: badge["awarded_at"] for badge in api.player(player)["badges"]}


def play_of(request: dict[str, Any]) -> Play:
    return Play(f"{request['played_at']}#{request['id']}", request["game"], request["score"])


def test_a_play_told_over_http_brings_its_badge_to_the_players_page(server: Millrace, api: Api):
    api.tell({"player": "zoe", "game": "deep-dive", "score": 7})
    server.idle()

    assert badges_of(api, "zoe").keys() == {"first-play#deep-dive"}


def test_the_seeded_players_have_exactly_the_badges_they_earned(server: Millrace, url: str, api: Api):
    seed(url, TODAY)
    server.idle()

    for player in PASTS:
        assert badges_of(api, player).keys() == due(map(play_of, plays(player, TODAY))).keys()
    assert "ten-days#word-mill" in badges_of(api, "ada")


def test_seeding_again_on_a_later_day_changes_nothing(server: Millrace, url: str, api: Api):
    seed(url, TODAY)
    server.idle()
    before = {player: api.player(player) for player in PASTS}

    assert seed(url, TODAY.replace(day=25)) == 0

    server.idle()
    assert {player: api.player(player) for player in PASTS} == before


def test_the_tenth_day_in_a_row_brings_its_badge(server: Millrace, api: Api):
    """Grace is seeded with nine, so that a visitor can play the tenth; here under another name."""
    for play in plays("grace", TODAY):
        api.tell({**play, "player": "grace-too"})
    server.idle()
    assert "ten-days#comet-run" not in badges_of(api, "grace-too")

    tenth = {"id": "tenth", "played_at": f"{TODAY}T09:00:00Z"}
    api.tell({"player": "grace-too", "game": "comet-run", "score": 1, **tenth})
    server.idle()

    assert "ten-days#comet-run" in badges_of(api, "grace-too")


def test_every_address_of_the_pages_is_answered(api: Api):
    for path in ("/", "/leaderboard.json", "/players/ada", "/style.css", "/app.js", "/icon.svg"):
        api.connection.request("GET", api.base + path, headers={"Host": api.host})
        response = api.connection.getresponse()
        response.read()

        assert response.status == 200, path


@pytest.mark.timeout(240)
def test_a_load_run_finds_every_badge_exactly_once(server: Millrace, url: str):
    options = ["--plays", "400", "--players", "12", "--connections", "4", "--seed", "1", "--json"]
    done = subprocess.run(
        [sys.executable, str(HERE / "load.py"), *options, "--url", url],
        env={**ENVIRONMENT, "AWS_ENDPOINT_URL": server.url, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    audit = json.loads(done.stdout)["audit"]
    assert audit["stored"] == 400
    assert audit["due"] == audit["awarded"] > 12
    assert (audit["twice"], audit["missing"], audit["extra"]) == (0, [], [])


@pytest.mark.timeout(240)
def test_a_server_killed_in_the_middle_loses_no_badge_and_repeats_none(server: Millrace, api: Api):
    told = [
        {"player": f"crash-{number % 4}", "game": "tile-drop", "score": number, "id": str(number)}
        | {"played_at": f"2023-11-{1 + number // 4:02}T10:00:00.000Z"}
        for number in range(48)
    ]
    for play in told:
        api.tell(play)
    before = {player: badges_of(api, player) for player in {play["player"] for play in told}}
    server.kill()
    api.close()
    server.start()
    server.idle(60)

    for player, badges in before.items():
        after = badges_of(api, player)
        own = [play_of(play) for play in told if play["player"] == player]
        assert after.keys() == due(own).keys()
        assert badges.items() <= after.items()
