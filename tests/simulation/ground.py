"""What there is in a small world: time, a disk, streams with their records, and a mapping with its settings.

Whatever happens is told by the layers above, from `runners` to `world`.
"""

from collections import defaultdict
from dataclasses import replace
from functools import cache

from tests.simulation.books import Account, Shelf
from tests.simulation.chance import Chance
from tests.simulation.disk import Disk

from millrace.core.arn import Scope
from millrace.streams import log
from millrace.streams.stream import Stream
from millrace.triggers import catalog, checkpoint
from millrace.triggers.catalog import Mapping

SCOPE = Scope("000000000000", "eu-west-1")
BEGIN = 1_700_000_000.0
HOUR = 3600.0
FACTORS = (1,) * 20 + (2,) * 6 + (3,) * 4 + (10,)
LOST = "arn:aws:sqs:eu-west-1:000000000000:lost"


class Ground:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = chance = Chance(seed)
        self.now = BEGIN
        self.healthy = False
        self.missing = ""  # what the role lacks
        # What the history has seen, so that none is seen by nobody.
        self.claims: defaultdict[str, int] = defaultdict(int)
        self.checks_purity = chance.odds(100)
        self.events = 0
        self.has_big = chance.odds(150)
        began = _beginning(chance.pick((1, 1, 1, 2)))
        self.disk = began[0].copy()
        self.live = self.stream = began[1]  # that is written to, and the mapping's
        self.shelves: dict[str, Shelf] = {}
        self.note_stream(self.stream)
        self.mappings = 0

    def note_stream(self, stream: Stream) -> None:
        """A stream has other shards now."""
        if stream.arn == self.live.arn:
            self.live = stream
        if stream.arn == self.stream.arn:
            self.stream = stream
        for shard in stream.shards:
            if shard.id not in self.shelves:
                self.shelves[shard.id] = Shelf(shard, self.shelves.get(shard.parent or ""))

    def make_mapping(self) -> None:
        """One for the stream that is written to."""
        self.mappings += 1
        self.stream = self.live
        self.mapping = Mapping(
            uuid=f"m{self.mappings}",
            stream_arn=self.stream.arn,
            function="ship",
            starting_position="LATEST",
            modified=self.now,
            **self.settings(),
        )
        catalog.put(self.disk, self.mapping)
        latest = self.chance.odds(300)
        self.accounts: dict[str, Account] = {}
        self.rows_before: defaultdict[str, int] = defaultdict(int)
        for shard in self.stream.shards:
            row = checkpoint.start(self.disk, self.mapping.uuid, shard, latest=latest)
            self.accounts[shard.id] = account = Account(self.shelves[shard.id], row.start)
            account.rows = (row,)

    def settings(self) -> dict:
        pick = self.chance.pick
        tumbling = pick((0, 0, 0, 10, 900))
        return {
            "batch_size": pick((1, 2, 3, 5, 100)),
            "window_seconds": pick((0, 0, 0, 1, 300)),
            "retry_attempts_max": pick((-1, -1, 0, 1, 3)),
            "record_age_seconds_max": pick((-1, -1, -1, 60, 300, 604_800)),
            "bisect": pick((False, True)),
            "response_types": pick(((), ("ReportBatchItemFailures",))),
            "tumbling_seconds": tumbling,
            "lanes": 1 if tumbling else pick(FACTORS),
            "destination": pick(("", LOST)),
            "filters": pick(((), ("2",), ("3",))),
        }

    def update(self, **changes: object) -> None:
        """The mapping's settings are others: those at work hear of it later."""
        self.mapping = replace(self.mapping, **changes)
        catalog.put(self.disk, self.mapping)


@cache
def _beginning(shards: int) -> tuple[Disk, Stream]:
    """The first stream, which is the same in all histories."""
    disk = Disk()
    stream = log.create(disk, SCOPE, "orders", "KEYS_ONLY", (), BEGIN, shards=shards)
    return disk, stream
