"""Waiting for what takes its time: until there is nothing to wait for, with news of how far it is."""

from typing import Any

import pytest

from millrace.deploy.aws import watch
from millrace.deploy.problem import DeployError
from millrace.deploy.resources.table_states import unsettled

TABLE: dict[str, Any] = {"TableName": "t", "TableStatus": "ACTIVE", "ItemCount": 2000}


class Told:
    """Says these words one after the other, each so many seconds after the one before."""

    def __init__(self, seconds: float, *words: str) -> None:
        self._seconds = seconds
        self._left = iter(words)
        self._now = 0.0

    def lacking(self) -> str:
        self._now += self._seconds
        return next(self._left)

    def stopwatch(self) -> float:
        return self._now


def heard(told: Told) -> list[str]:
    notes: list[str] = []
    watch(told.lacking, notes.append, told.stopwatch)
    return notes


def test_what_lasts_is_told_and_only_what_is_new():
    assert heard(Told(1, "a", "a", "a", "a", "b", "c", "")) == ["a", "b"]


def test_what_is_done_at_once_is_not_worth_a_word():
    assert heard(Told(0.1, "a", "b", "")) == []


def test_what_goes_on_may_take_long_and_what_does_not_is_given_up():
    assert heard(Told(500, "a", "b", "c", "")) == ["a", "b", "c"]
    with pytest.raises(DeployError, match="b, and nothing changed for 600 seconds"):
        heard(Told(500, "a", "b", "b", "b", "b"))


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, ""),
        ({"TableStatus": "CREATING"}, "t is CREATING"),
        (
            {"GlobalSecondaryIndexes": [{"IndexName": "i", "IndexStatus": "CREATING", "Backfilling": False}]},
            "index i of t is CREATING",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    {"IndexName": "i", "IndexStatus": "CREATING", "Backfilling": True, "ItemCount": 1500}
                ]
            },
            "index i of t is being filled: 1,500 of at most 2,000 items",
        ),
        ({"WarmThroughput": {"Status": "UPDATING"}}, "t is being warmed"),
        (
            {
                "GlobalSecondaryIndexes": [
                    {"IndexName": "i", "IndexStatus": "ACTIVE", "WarmThroughput": {"Status": "UPDATING"}}
                ]
            },
            "index i of t is being warmed",
        ),
        ({"SSEDescription": {"Status": "UPDATING"}}, "the encryption of t is being changed"),
    ],
)
def test_what_a_table_lacks_is_said_in_words(table: dict[str, Any], words: str):
    assert unsettled({**TABLE, **table}) == words
