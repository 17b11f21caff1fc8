"""`python -m crash`: kill a server at random moments, and at every numbered point of its work, and find what is lost."""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from crash.campaign import REST_KILLS, Campaign
from crash.model import LostError
from crash.points import cut

EXAMPLES = """examples:
  python -m crash                            every point of one history, then 200 kills
  python -m crash --kills 20 --seed 7
  python -m crash --kills 0 --histories 10   only the points, of ten histories

It exits with 1 and keeps the data when a promise is broken. A seed repeats the choices, not what the server was
just doing: repeat it some times.
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m crash", description=__doc__, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--kills", type=int, default=200, help="how often a server is killed (200)")
    parser.add_argument("--seed", type=int, help="of the choices; without it one is made up, and told")
    parser.add_argument("--histories", type=int, default=1, help="histories that are cut at every point (1)")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(4))
    print(f"seed {seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="millrace-crash-"))
    try:
        cut_histories(folder, options.histories, seed)
        if options.kills:
            kill(folder, options.kills, seed)
    except LostError as error:
        print(f"LOST: {error}\nseed {seed}; the data is in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def cut_histories(folder: Path, histories: int, seed: int) -> None:
    """Begin anew from every point of some histories."""
    began, points = time.monotonic(), 0
    for number in range(histories):
        place = folder / f"history-{number}"
        place.mkdir()
        points += asyncio.run(cut(place, seed + number))[0]
        if sys.stderr.isatty():
            print(f"\r{points} points of {number + 1} histories", end="", file=sys.stderr, flush=True)
    if histories:
        seconds = time.monotonic() - began
        print(f"\r{points} points of {histories} histories in {seconds:.0f} s: nothing was lost", flush=True)


def kill(folder: Path, kills: int, seed: int) -> None:
    began = time.monotonic()
    campaign = Campaign(folder, seed)
    try:
        campaign.begin()
        for number in range(1, kills + 1):
            moment = campaign.kill_once()
            if number % REST_KILLS == 0 or number == kills:
                campaign.rest()
            show(number, kills, moment, campaign, began)
    finally:
        campaign.end()
    minutes = (time.monotonic() - began) / 60
    print(
        f"{kills} kills in {minutes:.1f} minutes ({kills / minutes:.0f} a minute; {dict(campaign.kills)}), "
        f"{campaign.model.acknowledged} requests acknowledged, {campaign.model.changes} changes, "
        f"{campaign.reshaped} shards split or rolled over, {campaign.divided} times another factor, "
        f"{len(campaign.events.accepted)} events accepted, {campaign.records} records handled by "
        f"{len(campaign.mappings)} mappings, {campaign.repeated} batches came again: nothing was lost"
    )


def show(number: int, kills: int, moment: str, campaign: Campaign, began: float) -> None:
    if sys.stderr.isatty() or number % REST_KILLS == 0 or number == kills:
        print(
            f"\r{time.monotonic() - began:5.0f} s  kill {number} of {kills} (while {moment}), "
            f"{campaign.model.changes} changes      ",
            end="" if sys.stderr.isatty() and number < kills else "\n",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
