"""Thousands of short histories with every fault there is; a failure names the seed that repeats it."""

import importlib.util
import os
import random  # noqa: TID251 - chooses the seeds, which are printed
import sys
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("world", Path(__file__).with_name("world.py"))
world = importlib.util.module_from_spec(_SPEC)
sys.modules["world"] = world
_SPEC.loader.exec_module(world)

HISTORIES = int(os.environ.get("MILLRACE_HISTORIES", "1500"))


def test_every_record_is_delivered_or_discarded_with_a_reason_in_order_and_counted():
    first = int(os.environ.get("MILLRACE_SEED", random.SystemRandom().randrange(10**9)))
    for seed in range(first, first + HISTORIES):
        try:
            world.run(seed, acts=60)
        except AssertionError as error:
            pytest.fail(f"MILLRACE_SEED={seed} MILLRACE_HISTORIES=1: {error}")


@pytest.mark.parametrize("seed", range(20))
def test_a_history_is_the_same_when_told_again(seed):
    one, two = world.run(seed, acts=60), world.run(seed, acts=60)

    assert (one.saved, one.acked, one.discarded) == (two.saved, two.acked, two.discarded)
