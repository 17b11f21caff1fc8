"""The mappings under test, and what each must have seen."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash.model import LostError
from crash.reader import Reader

POISON = 40  # of the numbers of some keys every so many-th
LANES_MAX = 10
# The queue that is told of what is given up.
LOST = "lost"


@dataclass
class Mapping:
    """A mapping, how its function fails, and what it has told so far."""

    name: str
    settings: dict[str, Any]
    fails: float = 0.0
    partly: float = 0.0
    poison: int = 0
    events: tuple[str, ...] = ("INSERT", "MODIFY", "REMOVE")
    lanes: int = 1
    uuid: str = ""
    file: Path = Path()
    # Sequence numbers of each batch that was handled, in order, by the server's life.
    batches: list[tuple[int, list[int]]] = field(default_factory=list[tuple[int, list[int]]])
    # And those of each tumbling window whose last call was made, as its state told them.
    windows: list[tuple[int, list[int]]] = field(default_factory=list[tuple[int, list[int]]])
    # The bodies of what its destination was told.
    documents: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _read: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return {
            "FILE": str(self.file),
            "FAILS": str(self.fails),
            "PARTLY": str(self.partly),
            "POISON": str(self.poison),
        }

    @property
    def is_windowed(self) -> bool:
        return bool(self.settings.get("TumblingWindowInSeconds"))

    @property
    def is_told(self) -> bool:
        return "DestinationConfig" in self.settings

    def wants(self, key: str, event: str, number: int) -> bool:
        return event in self.events and not self.gives_up(key, event, number)

    def gives_up(self, key: str, event: str, number: int) -> bool:
        bad = bool(self.poison) and key.endswith("-0") and number % self.poison == 0
        return bad and event in self.events

    def read_file(self, lives: dict[int, int]) -> None:
        """Take in the lines that are new. `lives` numbers the servers by their process ids."""
        if not self.file.exists():
            return
        with self.file.open("rb") as file:
            file.seek(self._read)
            for line in file:
                told = json.loads(line)
                life = lives[told["server"]]
                if "window" in told:
                    self.windows.append((life, told["window"]))
                else:
                    self.batches.append((life, [record[0] for record in told["records"]]))
            self._read = file.tell()

    def is_summed_up(self, lives: dict[int, int]) -> bool:
        """Whether the states of ended windows have all the records that were handled."""
        self.read_file(lives)
        handled = {number for _, numbers in self.batches for number in numbers}
        return handled == {number for _, numbers in self.windows for number in numbers}

    def check(self, reader: Reader) -> int:
        """Everything came, in order, and twice only what was in flight at a kill; answers how many batches came again."""
        wanted = {
            number: key
            for number, (key, (event, version)) in reader.change_of.items()
            if self.wants(key, event, version)
        }
        done = {number for _, numbers in self.batches for number in numbers}
        if done != wanted.keys():
            missing, alien = sorted(wanted.keys() - done)[:5], sorted(done - wanted.keys())[:5]
            raise LostError(f"{self.name}: {len(wanted.keys() - done)} missing {missing}, not wanted {alien}")
        self._check_order(reader, wanted)
        if self.is_windowed:
            self._check_windows(wanted)
        if self.is_told:
            self._check_documents(reader)
        return self._check_repetitions(reader)

    def _check_windows(self, wanted: dict[int, str]) -> None:
        """Each record is in the state of one window.

        A last call that was in flight at a kill comes again in another life, with the same state or with what was
        written within the window's time besides.
        """
        ended: dict[int, tuple[int, list[int]]] = {}
        for life, numbers in self.windows:
            before, earlier = ended.get(numbers[0], (-1, []))
            if before == life or numbers[: len(earlier)] != earlier:
                raise LostError(f"{self.name}: the window of {earlier[:5]} ended again with {numbers[:5]}")
            ended[numbers[0]] = (life, numbers)
        summed = Counter(number for _, numbers in ended.values() for number in numbers)
        if summed != Counter(dict.fromkeys(wanted, 1)):
            wrong = {number: summed[number] for number in summed.keys() | wanted if summed[number] != 1}
            raise LostError(
                f"{self.name}: in so many windows' states, not in one: {sorted(wrong.items())[:5]}"
            )

    def _check_documents(self, reader: Reader) -> None:
        """What was given up was told of, each once."""
        told = Counter(
            (batch["shardId"], number)
            for batch in (document["DDBStreamBatchInfo"] for document in self.documents)
            for number in range(int(batch["startSequenceNumber"]), int(batch["endSequenceNumber"]) + 1)
        )
        wanted = Counter(
            (reader.shard_of[number], number)
            for number, (key, (event, version)) in reader.change_of.items()
            if self.gives_up(key, event, version)
        )
        if told != wanted:
            raise LostError(
                f"{self.name}: not told of {sorted((wanted - told).items())[:5]}, "
                f"told too often of {sorted((told - wanted).items())[:5]}"
            )

    def _check_order(self, reader: Reader, wanted: dict[int, str]) -> None:
        first: set[int] = set()
        last: dict[str, int] = defaultdict(int)
        for _, numbers in self.batches:
            if len({reader.shard_of[number] for number in numbers}) > 1:
                raise LostError(f"{self.name}: a batch of several shards: {numbers}")
            for number in numbers:
                if number not in first:
                    key = wanted[number]
                    if number < last[key]:
                        raise LostError(f"{self.name}: {key}: {number} came after {last[key]}")
                    last[key] = number
                    first.add(number)

    def _check_repetitions(self, reader: Reader) -> int:
        """A batch may be handled again by a later server if it was its lane's last before the kill.

        Which lane a batch was of is not told: but no later batch of that life may have one of its keys, and no more
        batches than there are lanes may come again.
        """
        lives: dict[tuple[int, str], list[list[int]]] = defaultdict(list)
        known: dict[int, tuple[int, int]] = {}  # of each record the last life and batch that handled it
        flying: dict[tuple[int, str], set[int]] = defaultdict(set)
        again = 0
        for life, numbers in self.batches:
            shard = reader.shard_of[numbers[0]]
            place = len(lives[life, shard])
            repeated = [number for number in numbers if number in known]
            for number in repeated:
                earlier, batch = known[number]
                if earlier == life:
                    raise LostError(f"{self.name}: {number} came twice from one server")
                flying[earlier, shard].add(batch)
            again += bool(repeated)
            lives[life, shard].append(numbers)
            known.update(dict.fromkeys(numbers, (life, place)))
        for place, batches in flying.items():
            self._check_flying(reader, lives[place], batches)
        return again

    def _check_flying(self, reader: Reader, handled: list[list[int]], flying: set[int]) -> None:
        for place in flying:
            keys = {reader.change_of[number][0] for number in handled[place]}
            later = [number for batch in handled[place + 1 :] for number in batch]
            done = later if self.lanes == 1 else [n for n in later if reader.change_of[n][0] in keys]
            if done:
                raise LostError(f"{self.name}: {handled[place][:5]} came again though {done[:5]} was handled")
        if len(flying) > self.lanes:
            raise LostError(f"{self.name}: {len(flying)} batches came again after one kill")


def mappings(folder: Path, region: str) -> list[Mapping]:
    """All of them; the queue that some of them tell is to be made."""
    queue = f"arn:aws:sqs:{region}:000000000000:{LOST}"
    made = [
        Mapping("plain", {"BatchSize": 100}),
        Mapping("shaky", {"BatchSize": 7}, fails=0.02),
        Mapping(
            "filtering",
            {
                "BatchSize": 10,
                "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT", "REMOVE"]}'}]},
            },
            events=("INSERT", "REMOVE"),
        ),
        Mapping(
            "poisoned",
            {
                "BatchSize": 20,
                "BisectBatchOnFunctionError": True,
                "MaximumRetryAttempts": 1,
                "DestinationConfig": {"OnFailure": {"Destination": queue}},
            },
            poison=POISON,
        ),
        Mapping(
            "partial", {"BatchSize": 50, "FunctionResponseTypes": ["ReportBatchItemFailures"]}, partly=0.05
        ),
        # Its factor changes under way.
        Mapping("parallel", {"BatchSize": 10, "ParallelizationFactor": 4}, lanes=LANES_MAX),
        Mapping("windowed", {"BatchSize": 30, "TumblingWindowInSeconds": 1}, fails=0.02),
    ]
    for mapping in made:
        mapping.file = folder / mapping.name
    return made
