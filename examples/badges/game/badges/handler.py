"""Runs for every new play, in batches: finds out which badges it earned, and awards each once.

Batches may come again, in part or as a whole: after a crash, after an error, after a split. So nothing here depends
on what the batch says but the players' names. The plays are read from the table, the rules are pure, and
an award is written only where there is none.
"""

import functools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from badges.rules import due
from store import Award, Store, store

AT_ONCE = 8


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Award what the players of this batch have earned; report the first record whose player could not be judged.

    Lambda delivers that record again with all that follow it. Players behind the one that failed are judged all the
    same, and judging them again will change nothing.
    """
    failed: list[str] = []
    awarded = 0
    players = first_records(event["Records"])
    # Judging is waiting for the tables, so players are judged side by side.
    with ThreadPoolExecutor(AT_ONCE) as judges:
        verdicts = judges.map(functools.partial(judge, store()), players)
        for (player, sequence_number), verdict in zip(players.items(), verdicts, strict=True):
            if isinstance(verdict, Exception):
                print(f"could not judge {player}: {type(verdict).__name__}: {verdict}")
                failed.append(sequence_number)
                continue
            for award in verdict:
                print(f"awarded {award.badge} to {player} for the play of {award.earned_by}")
            awarded += len(verdict)
    print(f"{len(event['Records'])} plays by {len(players)} players: {awarded} awarded, {len(failed)} failed")
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed[:1]]}


def judge(tables: Store, player: str) -> list[Award] | Exception:
    """What the player was awarded, or why that could not be: one player's trouble is not the others'."""
    try:
        return give(tables, player)
    except Exception as error:  # noqa: BLE001 -- reported, and tried again
        return error


def first_records(records: list[dict[str, Any]]) -> dict[str, str]:
    """Each player of the batch once, in order, with the sequence number of his or her first record."""
    players: dict[str, str] = {}
    for record in records:
        change = record["dynamodb"]
        players.setdefault(change["Keys"]["player"]["S"], change["SequenceNumber"])
    return players


def give(tables: Store, player: str) -> list[Award]:
    """Write the badges that the player has earned and does not have yet, and return those."""
    # A consistent read: the play that we were called for must be among them.
    plays = tables.plays(player, consistent=True)
    has = {award.badge for award in tables.awards(player)}
    earned = (
        Award(player, badge, earned_by, now()) for badge, earned_by in due(plays).items() if badge not in has
    )
    return [award for award in earned if tables.add_award(award)]


def now() -> str:
    """UTC, as `2026-11-23T10:00:00.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
