"""The badge function against a real server: batches that come twice, come in parts, and fail in the middle."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges import handler as badge_function
from badges.rules import GAMES, Play, due
from store import Award, Store, StoredPlay

STORED_AT = "2023-11-23T10:00:00.000Z"
DAY = [Play(f"2023-11-01T1{number}:00:00.000Z#p", game, number) for number, game in enumerate(GAMES)]


class ProcessDiedError(BaseException):
    """As when Lambda ends a function: nothing in the handler can catch it."""


def tell(tables: Store, player: str, plays: Iterable[Play]) -> None:
    for play in plays:
        assert tables.add_play(StoredPlay(player, play, STORED_AT)) is None


def batch(*players: str, first: int = 1) -> dict[str, Any]:
    """One record for each player named, numbered from `first`."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "Keys": {"player": {"S": player}, "played_at": {"S": "…"}},
                    "SequenceNumber": str(first + place),
                },
            }
            for place, player in enumerate(players)
        ]
    }


def deliver(event: dict[str, Any]) -> list[str]:
    """The sequence numbers reported as failed."""
    answer = badge_function.handler(event, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def failing(monkeypatch: pytest.MonkeyPatch, *players: str, error: BaseException, after: int = 0) -> None:
    """Awards of these players fail with `error`, all but the first `after` of them."""
    add_award = Store.add_award
    given_so_far: list[Award] = []

    def add(self: Store, award: Award) -> bool:
        if award.player in players:
            if len(given_so_far) == after:
                raise error
            given_so_far.append(award)
        return add_award(self, award)

    monkeypatch.setattr(Store, "add_award", add)


def test_a_play_earns_its_badges_and_names_itself(tables: Store, capsys: pytest.CaptureFixture[str]):
    tell(tables, "ada", DAY[:1])

    assert deliver(batch("ada")) == []

    (award,) = tables.awards("ada")
    assert (award.badge, award.earned_by) == ("first-play#comet-run", DAY[0].played_at)
    assert capsys.readouterr().out.splitlines() == [
        f"awarded first-play#comet-run to ada for the play of {DAY[0].played_at}",
        "1 plays by 1 players: 1 awarded, 0 failed",
    ]


def test_a_batch_delivered_twice_awards_nothing_twice(tables: Store, capsys: pytest.CaptureFixture[str]):
    tell(tables, "ada", DAY)
    deliver(batch("ada", "ada", "ada"))
    first = tables.awards("ada")
    capsys.readouterr()

    deliver(batch("ada", "ada", "ada"))

    assert tables.awards("ada") == first
    assert {award.badge for award in first} == due(DAY).keys()
    assert capsys.readouterr().out == "3 plays by 1 players: 0 awarded, 0 failed\n"


def test_two_deliveries_at_once_award_once(tables: Store, monkeypatch: pytest.MonkeyPatch):
    tell(tables, "ada", DAY[:1])
    deliver(batch("ada"))
    first = tables.awards("ada")
    # The other delivery has read the awards before the first wrote its own.
    monkeypatch.setattr(Store, "awards", lambda self, player: [])

    assert badge_function.give(tables, "ada") == []

    monkeypatch.undo()
    assert [award.awarded_at for award in first] == [award.awarded_at for award in tables.awards("ada")]


def test_a_crash_between_two_awards_loses_none_and_repeats_none(
    tables: Store, monkeypatch: pytest.MonkeyPatch
):
    tell(tables, "ada", DAY)
    with monkeypatch.context() as patch:
        failing(patch, "ada", error=ProcessDiedError(), after=2)
        with pytest.raises(ProcessDiedError):
            deliver(batch("ada"))
    before = tables.awards("ada")

    deliver(batch("ada"))

    after = tables.awards("ada")
    assert len(before) == 2
    assert set(before) < set(after)
    assert {award.badge for award in after} == due(DAY).keys()


def test_the_first_record_of_the_first_player_who_failed_is_reported(
    tables: Store, monkeypatch: pytest.MonkeyPatch
):
    for player in ("ada", "grace", "linus", "margaret"):
        tell(tables, player, DAY[:1])
    failing(monkeypatch, "grace", "linus", error=RuntimeError("throttled"))

    failed = deliver(batch("ada", "grace", "ada", "grace", "linus", "margaret", first=100))

    assert failed == ["101"]
    assert [len(tables.awards(player)) for player in ("ada", "grace", "linus", "margaret")] == [1, 0, 0, 1]


def test_what_failed_is_awarded_when_it_comes_again(tables: Store, monkeypatch: pytest.MonkeyPatch):
    tell(tables, "ada", DAY[:1])
    tell(tables, "grace", DAY[:1])
    with monkeypatch.context() as patch:
        failing(patch, "grace", error=RuntimeError("throttled"))
        deliver(batch("ada", "grace"))
    ada = tables.awards("ada")

    assert deliver(batch("grace", first=2)) == []

    assert len(tables.awards("grace")) == 1
    assert tables.awards("ada") == ada


def test_all_earlier_plays_are_read_however_many_pages_they_fill(tables: Store):
    """A page of a Query ends after 1 MB."""
    for day in range(1, 11):
        item = {
            "player": {"S": "ada"},
            "played_at": {"S": f"2023-11-{day:02}T10:00:00.000Z#p"},
            "game": {"S": "comet-run"},
            "score": {"N": "1"},
            "note": {"S": "x" * 300_000},
        }
        tables.client.put_item(TableName=tables.plays_table, Item=item)

    deliver(batch("ada"))

    assert "ten-days#comet-run" in {award.badge for award in tables.awards("ada")}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"game": {"S": "comet-run"}, "score": {"S": "many"}},
        {"game": {"S": "solitaire"}, "score": {"N": "1"}},
        {"game": {"S": "comet-run"}, "score": {"N": "1.5"}},
    ],
)
def test_an_item_that_is_no_play_holds_nobody_up(tables: Store, attributes: dict[str, Any]):
    tell(tables, "ada", DAY[:1])
    for key in ("by hand", "2023-11-02T10:00:00.000Z#x"):
        item = {"player": {"S": "ada"}, "played_at": {"S": key}, **attributes}
        tables.client.put_item(TableName=tables.plays_table, Item=item)

    assert deliver(batch("ada")) == []
    assert len(tables.awards("ada")) == 1


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=st.lists(st.integers(0, 40), max_size=8), number=st.integers(0, 10**9))
def test_whatever_is_repeated_in_the_end_there_is_what_is_due(
    tables: Store, deliveries: list[int], number: int
):
    """Plays arrive one after the other; after some of them come deliveries, at last one for all."""
    player = f"p{number}-{len(tables.all_awards())}"
    plays = [
        Play(
            f"2023-11-{1 + place % 13:02}T0{place % 9}:00:00.000Z#{place}",
            list(GAMES)[place * number % 6],
            place,
        )
        for place in range(40)
    ]
    seen: set[Award] = set()
    for place, play in enumerate(plays):
        tell(tables, player, [play])
        for _ in range(deliveries.count(place)):
            deliver(batch(player))
            assert seen <= set(tables.awards(player))
            seen = set(tables.awards(player))
    deliver(batch(player))

    assert seen <= set(tables.awards(player))
    assert {award.badge for award in tables.awards(player)} == due(plays).keys()
