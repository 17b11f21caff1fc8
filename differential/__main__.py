"""`python -m differential`: the same random requests to millrace and to DynamoDB Local, and where they differ."""

import argparse
import sys
import time

from benchmarks import machine
from benchmarks.server import running
from benchmarks.targets import TARGETS, missing_program

from differential.differences import KNOWN
from differential.rounds import Tally, play

EXAMPLES = """examples:
  python -m differential                         100 rounds of 40 requests, the same every time
  python -m differential --seed 7 --rounds 1     one round again, by the seed that a difference tells
  python -m differential --seed 1000 --rounds 2000
  python -m differential --known                 the differences that are right, with their reasons

`make bench-peers PEERS=dynamodb-local` installs the peer (from Maven Central; needs Java).
"""
PEER = "dynamodb-local"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m differential",
        description="Send the same random requests to millrace and to DynamoDB Local and tell where they differ.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="the first round's seed (1)")
    parser.add_argument(
        "--rounds", type=int, default=100, help="how many rounds, each with the next seed (100)"
    )
    parser.add_argument("--requests", type=int, default=40, help="requests in a round (40)")
    parser.add_argument(
        "--peer", default=PEER, help=f"another server that `make bench-peers` installs ({PEER})"
    )
    parser.add_argument("--known", action="store_true", help="list the differences that are right")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.known:
        print("\n\n".join(f"{one.name}: {one.reason}" for one in KNOWN))
        return 0
    targets = {target.name: target for target in TARGETS}
    peer = targets[options.peer]
    if missing := missing_program(peer) or (None if peer.installed else "make bench-peers"):
        print(f"{peer.name} is not there: {missing} is wanted", file=sys.stderr)
        return 2
    tally, disk = Tally(), machine.disk()
    with running(targets["millrace"], disk) as ours, running(peer, disk) as theirs:
        for seed in range(options.seed, options.seed + options.rounds):
            play((ours.port, theirs.port), seed, options.requests, tally)
            show_progress(seed - options.seed + 1, options.rounds, tally)
    return report(tally, options)


def show_progress(done: int, rounds: int, tally: Tally) -> None:
    if sys.stderr.isatty() or done == rounds:
        print(
            f"\r{time.strftime('%H:%M:%S')} round {done} of {rounds}, {len(tally.found)} differences not listed",
            end="\n" if done == rounds else "",
            file=sys.stderr,
            flush=True,
        )


def report(tally: Tally, options: argparse.Namespace) -> int:
    for found in tally.found:
        print(found)
    for name, count in tally.listed.most_common():
        print(f"listed: {name}: {count}")
    print(
        f"{tally.requests} requests ({tally.refused} refused by millrace), {tally.listed.total()} differences that "
        f"are listed, {len(tally.found)} that are not; seeds {options.seed} to {options.seed + options.rounds - 1}"
    )
    return 1 if tally.found else 0


if __name__ == "__main__":
    sys.exit(main())
