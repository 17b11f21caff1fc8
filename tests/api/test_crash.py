"""The promise itself, in short: a server that ends anywhere loses nothing. `make crash` is the long run.

MILLRACE_KILLS says how often a real server is killed (3), MILLRACE_SEED repeats a run's choices.
"""

import asyncio
import os
from pathlib import Path

from crash.campaign import Campaign
from crash.points import cut


def seed() -> int:
    chosen = int(os.environ.get("MILLRACE_SEED") or int.from_bytes(os.urandom(4)))
    print(f"MILLRACE_SEED={chosen}")  # noqa: T201 -- shown when it fails
    return chosen


def test_nothing_is_lost_or_out_of_order_when_the_server_is_killed(tmp_path: Path):
    campaign = Campaign(tmp_path, seed(), writes=200)
    try:
        campaign.begin()
        for _ in range(int(os.environ.get("MILLRACE_KILLS", "3"))):
            campaign.kill_once()
        campaign.rest()
    finally:
        campaign.end()

    assert campaign.model.acknowledged > 0
    assert campaign.records > campaign.model.changes


def test_nothing_is_lost_at_the_points_where_a_crash_matters(tmp_path: Path):
    points, checked = asyncio.run(cut(tmp_path, seed(), stride=30))

    assert points > 100
    assert checked >= points // 30
