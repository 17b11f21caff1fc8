"""Random histories of the delivery machine for as long as you like:

    python -m tests.simulation --seconds 60             # from a new seed; says how many a second, and what they saw
    python -m tests.simulation --seed 4711 --steps 3,9  # one again, or some of its steps

Exits with 1, the seed and the steps that matter when a claim is broken.
"""

import argparse
import os
import sys

from tests.simulation import world
from tests.simulation.campaign import campaign, shrink

from millrace.core import ids


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, help="the first seed")
    parser.add_argument("--seed", type=int, help="tell this history only")
    parser.add_argument("--steps", default="", help="these of its steps only, as 3,9,12")
    chosen = parser.parse_args()
    if chosen.seed is not None:
        steps = [int(step) for step in chosen.steps.split(",") if step] or range(world.STEPS)
        print(dict(world.run(chosen.seed, steps).claims))  # noqa: T201 - its output
        return 0
    first = int(ids.uuid()[:8], 16) if chosen.first is None else chosen.first
    result, lasted = campaign(first, chosen.seconds, chosen.processes)
    for seed, what in result.failures.items():
        steps = ",".join(map(str, shrink(seed)))
        print(  # noqa: T201 - its output
            f"a claim is broken: {what}\nrepeat it: python -m tests.simulation --seed {seed} --steps {steps}"
        )
    rate, events = result.histories / lasted, result.events / max(1, result.histories)
    print(f"{result.histories} histories from seed {first} in {lasted:.1f} s: {rate:.0f} a second")  # noqa: T201 - its output
    print(f"{world.STEPS} steps and {events:.0f} events of the machine each")  # noqa: T201 - its output
    for name, count in sorted(result.seen.items()):
        print(f"{count:10} {name}")  # noqa: T201 - its output
    return 1 if result.failures else 0


if __name__ == "__main__":
    sys.exit(main())
