"""The count after a load run: it must see every way in which badges can be wrong."""

from datetime import UTC, datetime

import pytest

from audit import Spread, audit
from badges.rules import Play, due
from store import Award, Store, StoredPlay
from workload import Told, draw, shares

UNTIL = datetime(2023, 11, 23, tzinfo=UTC)
PLAY = Play("2023-11-20T10:00:00.000Z#1", "comet-run", 5)
TOLD = [Told("ada", PLAY)]
AWARD = Award("ada", "first-play#comet-run", PLAY.played_at, "2023-11-23T10:00:00.250Z")
LINE = f"awarded first-play#comet-run to ada for the play of {PLAY.played_at}"


@pytest.fixture
def played(tables: Store) -> Store:
    tables.add_play(StoredPlay("ada", PLAY, "2023-11-23T10:00:00.000Z"))
    return tables


def test_a_run_with_all_that_is_due_is_clean(played: Store):
    played.add_award(AWARD)
    result = audit(TOLD, played, [LINE, "1 plays by 1 players: 1 awarded, 0 failed"])

    assert result.clean
    assert str(result) == "1 badges due, 1 awarded, 0 twice, 0 missing"
    assert result.badges_lag == Spread(250, 250, 250)


def test_a_badge_that_is_not_there_is_missing(played: Store):
    result = audit(TOLD, played, [])

    assert (result.clean, result.missing) == (False, ["ada: first-play#comet-run"])


def test_a_badge_that_is_not_due_is_extra(played: Store):
    played.add_award(AWARD)
    played.add_award(AWARD._replace(badge="night-owl"))
    result = audit(TOLD, played, [])

    assert (result.clean, result.extra) == (False, ["ada: night-owl"])


def test_an_award_logged_twice_is_seen(played: Store):
    played.add_award(AWARD)
    result = audit(TOLD, played, [LINE, LINE])

    assert (result.clean, result.twice) == (False, 1)


def test_a_play_that_is_not_stored_is_seen(tables: Store):
    tables.add_award(AWARD)

    assert not audit(TOLD, tables, [LINE]).clean


def test_the_same_seed_draws_the_same_plays():
    one, other = (draw(7, prefix, 300, 9, UNTIL) for prefix in ("run-a", "run-b"))

    assert [told.play for told in one] == [told.play for told in other]
    assert {told.player for told in one}.isdisjoint(told.player for told in other)
    assert one != draw(8, "run-a", 300, 9, UNTIL)


def test_a_run_earns_badges_of_every_kind():
    plays: dict[str, list[Play]] = {}
    for told in draw(1, "run", 10_000, 200, UNTIL):
        plays.setdefault(told.player, []).append(told.play)
    kinds = {badge.partition("#")[0] for own in plays.values() for badge in due(own)}

    assert kinds == {"first-play", "ten-days", "ever-higher", "night-owl", "all-rounder"}


def test_a_players_plays_stay_on_one_connection_in_their_order():
    drawn = draw(3, "run", 200, 10, UNTIL)
    shared = shares(drawn, 4)

    assert sorted(told for share in shared for told in share) == sorted(drawn)
    for share in shared:
        assert share == [told for told in drawn if told.player in {own.player for own in share}]
