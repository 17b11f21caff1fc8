"""The rules, one by one, and what holds of them all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.rules import GAMES, KINDS, Play, due, longest_row, standings

GAME, OTHER = "comet-run", "word-mill"


def play(day: int, time: str = "12:00", game: str = GAME, score: int = 0, name: str = "p") -> Play:
    return Play(f"2023-11-{day:02}T{time}:00.000Z#{name}", game, score)


PLAYS = st.lists(
    st.builds(
        play,
        day=st.integers(1, 14),
        time=st.sampled_from(["00:00", "03:30", "04:59", "05:00", "12:00", "23:59"]),
        game=st.sampled_from([*list(GAMES)[:5], GAME, GAME]),
        score=st.integers(0, 20),
        name=st.sampled_from("abc"),
    ),
    max_size=60,
)


@given(PLAYS.flatmap(lambda plays: st.tuples(st.just(plays), st.permutations(plays))))
def test_the_order_of_delivery_does_not_matter(plays: tuple[list[Play], list[Play]]):
    delivered, otherwise = plays

    assert standings(delivered) == standings(otherwise)


@given(PLAYS, PLAYS)
def test_more_plays_never_revoke_a_badge_nor_any_of_its_progress(plays: list[Play], more: list[Play]):
    before, after = standings(plays), standings([*plays, *more])

    assert due(plays).keys() <= due([*plays, *more]).keys()
    assert all(before[badge].have <= after[badge].have for badge in before)


@given(PLAYS)
def test_a_play_told_twice_counts_once(plays: list[Play]):
    assert standings([*plays, *plays]) == standings(plays)


@given(PLAYS)
def test_a_badge_is_earned_exactly_when_its_progress_is_full(plays: list[Play]):
    for standing in standings(plays).values():
        assert (standing.earned_by is not None) == (standing.have == standing.need)


@given(PLAYS)
def test_the_play_that_earned_a_badge_is_the_first_with_which_it_is_due(plays: list[Play]):
    for badge, earned_by in due(plays).items():
        until = [play for play in plays if play.played_at <= earned_by]
        before = [play for play in plays if play.played_at < earned_by]

        assert badge in due(until)
        # Two plays of one key, of different games, come in the order of their games.
        assert due(before).get(badge) != earned_by


@pytest.mark.parametrize("game", GAMES)
def test_the_first_play_of_each_game_earns_a_badge(game: str):
    plays = [play(3, game=game, name="later"), play(2, game=game, name="first")]

    assert due(plays) == {f"first-play#{game}": "2023-11-02T12:00:00.000Z#first"}


def test_the_tenth_day_in_a_row_earns_a_badge_with_its_first_play():
    plays = [play(day) for day in range(1, 10)]
    tenth = [play(10, "08:00", name="tenth"), play(10, "09:00", name="again")]

    assert "ten-days#comet-run" not in due(plays)
    assert due([*plays, *tenth])["ten-days#comet-run"] == "2023-11-10T08:00:00.000Z#tenth"


def test_a_missed_day_begins_a_new_row():
    plays = [play(day) for day in (*range(1, 10), *range(11, 20))]

    assert "ten-days#comet-run" not in due(plays)
    assert standings(plays)["ten-days#comet-run"].have == 9
    assert "ten-days#comet-run" in due([*plays, play(10)])


def test_days_of_different_games_make_no_row_together():
    plays = [play(day, game=GAME if day % 2 else OTHER) for day in range(1, 21)]

    assert "ten-days#comet-run" not in due(plays)
    assert longest_row(plays) == 20


def test_a_row_goes_on_over_the_end_of_a_month():
    plays = [Play(f"2023-{day}T12:00:00.000Z#p", GAME, 0) for day in ("02-27", "02-28", "03-01")]

    assert standings(plays)["ten-days#comet-run"].have == 3


def test_five_rising_scores_of_one_game_earn_a_badge_with_worse_ones_in_between():
    scores = [10, 5, 20, 1, 30, 30, 40, 2, 50]
    plays = [play(1, f"12:{minute:02}", score=score) for minute, score in enumerate(scores)]

    assert "ever-higher" not in due(plays[:-1])
    assert due(plays)["ever-higher"] == plays[-1].played_at


def test_equal_scores_do_not_rise():
    assert standings([play(day, score=7) for day in range(1, 9)])["ever-higher"].have == 1


def test_scores_of_different_games_do_not_rise_together():
    plays = [play(day, game=list(GAMES)[day], score=day) for day in range(5)]

    assert standings(plays)["ever-higher"].have == 1


def test_the_third_night_earns_a_badge():
    plays = [play(1, "00:00"), play(2, "04:59"), play(2, "03:00"), play(4, "01:00", name="third")]

    assert "night-owl" not in due(plays[:-1])
    assert due(plays)["night-owl"] == "2023-11-04T01:00:00.000Z#third"


@pytest.mark.parametrize("time", ["05:00", "23:59"])
def test_before_midnight_and_from_five_on_is_no_night(time: str):
    assert standings([play(day, time) for day in range(1, 9)])["night-owl"].have == 0


def test_the_fifth_game_of_a_day_earns_a_badge():
    plays = [play(1, f"12:{minute:02}", game=game) for minute, game in enumerate([GAME, *list(GAMES)[:5]])]

    assert "all-rounder" not in due(plays[:-1])
    assert due(plays)["all-rounder"] == plays[-1].played_at


def test_five_games_on_two_days_do_not():
    plays = [play(1 + number // 3, game=game) for number, game in enumerate(list(GAMES)[:5])]

    assert standings(plays)["all-rounder"].have == 3


def test_without_plays_every_badge_is_still_to_come():
    kinds = {badge.partition("#")[0] for badge in standings([])}

    assert kinds == KINDS.keys()
    assert due([]) == {}


@given(PLAYS)
def test_the_longest_row_is_as_long_as_the_days_that_follow_each_other(plays: list[Play]):
    days = sorted({int(play.day[-2:]) for play in plays})
    longest = length = 1 if days else 0
    for one, next_one in pairwise(days):
        length = length + 1 if next_one == one + 1 else 1
        longest = max(longest, length)

    assert longest_row(plays) == longest
