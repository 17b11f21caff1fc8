"""The two tables. Plays: what was played. Achievements: which badges that earned."""

import functools
import os
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import boto3

from badges.rules import GAMES, Play

Item = dict[str, Any]


class StoredPlay(NamedTuple):
    """A play as the API took it, and when: both times in UTC, as `2026-11-23T10:00:00.000Z`."""

    player: str
    play: Play
    stored_at: str


class Award(NamedTuple):
    """A badge that a player has; `earned_by` is the `played_at` of the play that completed it."""

    player: str
    badge: str
    earned_by: str
    awarded_at: str


class Store:
    """Reads and writes both tables through one DynamoDB client."""

    def __init__(self, client: Any, plays_table: str, achievements_table: str) -> None:
        self.client = client
        self.plays_table = plays_table
        self.achievements_table = achievements_table

    def add_play(self, stored: StoredPlay) -> Play | None:
        """Write the play, unless there is one with its key: then nothing changes and that one is the answer."""
        player, play, stored_at = stored
        item = {
            "player": {"S": player},
            "played_at": {"S": play.played_at},
            "game": {"S": play.game},
            "score": {"N": str(play.score)},
            "stored_at": {"S": stored_at},
        }
        earlier = self._put_new(self.plays_table, item)
        if earlier is None:
            return None
        return read_play(earlier) or Play(play.played_at, "", -1)  # written by hand, and no play

    def plays(self, player: str, *, consistent: bool = False) -> list[Play]:
        """All plays of the player in the order of `played_at`. What is not a play of a known game is left out."""
        items = self._pages(
            "query",
            TableName=self.plays_table,
            KeyConditionExpression="player = :player",
            ExpressionAttributeValues={":player": {"S": player}},
            ProjectionExpression="played_at, game, score",
            ConsistentRead=consistent,
        )
        return [play for item in items if (play := read_play(item)) is not None]

    def add_award(self, award: Award) -> bool:
        """Write the badge unless the player has it already; then the first award stays as it is, and it is False."""
        item = {name: {"S": value} for name, value in award._asdict().items()}
        return self._put_new(self.achievements_table, item) is None

    def awards(self, player: str, *, consistent: bool = False) -> list[Award]:
        """The player's badges, by id."""
        items = self._pages(
            "query",
            TableName=self.achievements_table,
            KeyConditionExpression="player = :player",
            ExpressionAttributeValues={":player": {"S": player}},
            ConsistentRead=consistent,
        )
        return [_award(item) for item in items]

    def all_awards(self) -> list[Award]:
        """Everybody's badges."""
        return [_award(item) for item in self._pages("scan", TableName=self.achievements_table)]

    def _put_new(self, table: str, item: Item) -> Item | None:
        """Write the item if its key is free; else return the item that is there."""
        try:
            self.client.put_item(
                TableName=table,
                Item=item,
                ConditionExpression="attribute_not_exists(player)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self.client.exceptions.ConditionalCheckFailedException as there:
            return there.response["Item"]
        return None

    def _pages(self, operation: str, **request: Any) -> Iterator[Item]:
        for page in self.client.get_paginator(operation).paginate(**request):
            yield from page["Items"]


def read_play(item: Item) -> Play | None:
    """The play in an item; None when somebody wrote an item by hand that is none."""
    try:
        play = Play(item["played_at"]["S"], item["game"]["S"], int(item["score"]["N"]))
        date.fromisoformat(play.day)
        return play if play.game in GAMES and play.hour >= 0 else None
    except (KeyError, ValueError):
        return None


def _award(item: Item) -> Award:
    return Award(*(item[name]["S"] for name in Award._fields))


@functools.cache
def store() -> Store:
    """The tables that the environment names. Made once for each process: a client is costly to make."""
    return Store(boto3.client("dynamodb"), os.environ["PLAYS_TABLE"], os.environ["ACHIEVEMENTS_TABLE"])
