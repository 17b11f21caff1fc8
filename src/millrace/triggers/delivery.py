"""What the delivery machine is told, what it remembers and what it orders: data only, see `machine`.

Numbers are those of the shard's journal: 1, 2, 3, … without a gap. A *position* is the number of the last
record that is done with; everything up to it was delivered, filtered or discarded, and is counted so.
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from operator import attrgetter
from typing import NamedTuple

from millrace.core import limits


class Phase(StrEnum):
    """Where a mapping stands with a shard.

    Splitting a batch and discarding one are done within a step, so nothing is ever seen doing them.
    """

    IDLE = "idle"
    COLLECTING = "collecting"
    INVOKING = "invoking"
    WAITING = "waiting"
    DISABLED = "disabled"
    STOPPED = "stopped"
    FINISHED = "finished"


class Reason(StrEnum):
    """Why records were discarded. The first two are AWS's words in its on-failure messages."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"
    TRIMMED = "trimmed"


class Result:
    """LastProcessingResult."""

    NONE = "No records processed"
    OK = "OK"
    FAILED = "PROBLEM: Function call failed"


class Record(NamedTuple):
    """A record that passed the filters. `data` is as the function gets it, `created` in epoch seconds."""

    number: int
    sequence_number: str
    created: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Window:
    """An open tumbling window: from `start` until before `end`, in epoch seconds.

    `state` is what the function returned last, as JSON text. `early`: the state grew too large, so the window
    ends now.
    """

    start: int
    end: int
    state: str = "{}"
    early: bool = False


class Config(NamedTuple):
    """The part of a mapping that decides how records are delivered. -1 is AWS's word for "no limit".

    `tumbling_seconds`: how long a tumbling window is, 0 for none.
    """

    batch_size: int = 100
    window_seconds: int = 0
    retry_attempts_max: int = -1
    record_age_seconds_max: int = -1
    bisect: bool = False
    report_item_failures: bool = False
    tumbling_seconds: int = 0


@dataclass(slots=True)
class Checkpoint:
    """What is durable of a mapping's way through a shard: one row for each of its lanes, mostly one.

    It is a value that many hold: only a copy that nobody has seen yet is changed, see `Ledger.draft`.

    delivered + filtered + the discarded of all the lanes are the records that are done with, always: of a
    lone lane without history, position - start. What the journal has besides is pending. `lanes`, `lane` and
    `history` say which records are this lane's own, see `lanes`. `bounds` are the ends of batches that are being retried: the last one is the
    current batch's, those before it are of the batches it was split from. `attempts` are the failed
    invocations of the current batch that count, `failed_at` the first failure's time, `request_id` the last
    one's. `window` is the tumbling window that is open. `invoked` and `failed` count records once for each
    invocation that they were part of, and for each that failed or never ran.
    """

    start: int
    position: int
    delivered: int = 0
    filtered: int = 0
    discarded: dict[str, int] = field(default_factory=dict[str, int])
    attempts: int = 0
    failed_at: float | None = None
    bounds: tuple[int, ...] = ()
    result: str = Result.NONE
    result_at: float = 0.0
    finished: bool = False
    owner: str = ""
    lease_until: float = 0.0
    request_id: str = ""
    window: Window | None = None
    invoked: int = 0
    failed: int = 0
    lanes: int = 1
    lane: int = 0
    history: tuple[tuple[int, ...], ...] = ()

    @property
    def is_alone(self) -> bool:
        """Whether every record beyond the position is this lane's own."""
        return self.lanes == 1 and not self.history

    @property
    def done(self) -> int:
        """How many records it has brought to an end."""
        return self.delivered + self.filtered + sum(self.discarded.values())


@dataclass(slots=True)
class State:
    """All that the machine knows of one mapping and shard. `step` makes the next one; nobody else changes it.

    `buffer` holds what was read and is not done with, of `size` bytes, `read_to` how far was read; numbers
    between that are not in the buffer were filtered, unless they are in `lost` (trimmed before they could be
    read). Of several lanes they may also be another's: there `skips` says how many were filtered, as
    `RecordsRead.filtered` does. `reading`: an answer is due, `stale`: it will be of no use. `behind`: there may be
    more to read. `through` is the last record of the batch in flight, `closing` that it is the last call of a
    tumbling window (which has no records: `through` is the position then), `failures` how often in a row it went
    wrong, `wake`
    when a waiting or collecting batch is due, `timer` the last time asked for, `unsaved` since when counts
    have not been saved, `end` the shard's last number once it is closed.
    """

    config: Config
    checkpoint: Checkpoint
    phase: Phase = Phase.IDLE
    enabled: bool = True
    missing: str = ""
    buffer: tuple[Record, ...] = ()
    size: int = 0
    read_to: int = 0
    lost: tuple[tuple[int, int], ...] = ()
    skips: tuple[tuple[int, int], ...] = ()
    reading: bool = False
    stale: bool = False
    behind: bool = False
    through: int | None = None
    closing: bool = False
    failures: int = 0
    wake: float | None = None
    timer: float | None = None
    unsaved: float | None = None
    end: int | None = None


_STATE = attrgetter(*State.__slots__)
_ROW = attrgetter(*Checkpoint.__slots__)


def copy_of(state: State) -> State:
    """The same again. Every step makes one: this is a good deal quicker than `dataclasses.replace`."""
    return State(*_STATE(state))


def copy_of_row(row: Checkpoint) -> Checkpoint:
    return Checkpoint(*_ROW(row))


def begin(checkpoint: Checkpoint, config: Config, *, enabled: bool = True, missing: str = "") -> State:
    """The state of a delivery that goes on from its checkpoint; the first event is `Started`."""
    return State(config, checkpoint, enabled=enabled, missing=missing, read_to=checkpoint.position)


# Events: what happened.


class Signal(Enum):
    """Events that have nothing more to say.

    KICK: the journal has more. RETRY: the function, or its role, changed: a waiting batch may pass now.
    """

    STARTED = "started"
    KICK = "kick"
    TIMER_FIRED = "timer fired"
    RETRY = "retry"
    ENABLE = "enable"
    DISABLE = "disable"
    PERMISSION_RESTORED = "permission restored"


class RecordsRead(NamedTuple):
    """The answer to `Read(after)`: the records that pass the filters, up to number `through`.

    `floor`: up to there the journal is trimmed. `exhausted`: there was no more when it was read. `filtered` is
    for lanes: the number of the last one of a run of records that did not pass, and how many these are. For who
    is alone, all that is not there did not pass.
    """

    after: int
    records: tuple[Record, ...]
    through: int
    exhausted: bool
    floor: int = 0
    filtered: tuple[tuple[int, int], ...] = ()


class Answer(NamedTuple):
    """An invocation that ran, as on-failure documents tell of it."""

    request_id: str = ""
    executed_version: str = "$LATEST"
    function_error: str | None = None


class InvocationSucceeded(NamedTuple):
    """The function answered; `payload` is what it returned."""

    payload: bytes = b"null"
    answer: Answer = Answer()


class InvocationFailed(NamedTuple):
    """The invocation failed. `counts`: it was the function's fault; throttles and the like are not."""

    error: str
    counts: bool = True
    answer: Answer = Answer()


class Configured(NamedTuple):
    """The mapping, or its filters, changed."""

    config: Config


class PermissionLost(NamedTuple):
    """The function's role may not read the stream. `missing` says which statement is not there."""

    missing: str
    result: str


class ShardEnded(NamedTuple):
    """The shard is closed: `last` is the number of its last record."""

    last: int


Event = (
    Signal | RecordsRead | InvocationSucceeded | InvocationFailed | Configured | PermissionLost | ShardEnded
)


# Commands: what to do, in this order, each done before the next begins (but for `Invoke`, whose end is an event).


class Read(NamedTuple):
    """Read up to `limit` records after number `after`, and answer with `RecordsRead`."""

    after: int
    limit: int


class Invoke(NamedTuple):
    """Call the function with these records. `final`: the window is over, and there are no records."""

    records: tuple[Record, ...]
    attempt: int
    window: Window | None = None
    final: bool = False


class SetTimer(NamedTuple):
    """Say `TIMER_FIRED` at this time instead of the one asked for before; None: no more."""

    when: float | None


class GivenUp(NamedTuple):
    """A batch that was discarded, for the mapping's on-failure destination.

    `condition` is AWS's word for why, `invocations` how often it was tried, `request_id` the last one's (empty:
    it never was). `answer` is what became of the last invocation, None if the batch was too old. Without
    `records` it is the last call of a `window`, which came after number `position`.
    """

    records: tuple[Record, ...]
    position: int
    condition: str
    invocations: int
    request_id: str
    answer: Answer | None
    window: Window | None = None


class SaveCheckpoint(NamedTuple):
    """Make this row durable before anything else is done, and tell the destination in the same breath."""

    checkpoint: Checkpoint
    given_up: tuple[GivenUp, ...] = ()


class Report(NamedTuple):
    """Tell observers."""

    fact: "Fact"


@dataclass(frozen=True, slots=True)
class Finish:
    """The closed shard is done with: its children may start."""


Command = Read | Invoke | SetTimer | SaveCheckpoint | Report | Finish


# Facts: what observers are told.


@dataclass(frozen=True, slots=True)
class BatchStarted:
    """An invocation begins. `attempt` counts from 1."""

    first: str
    last: str
    count: int
    attempt: int


@dataclass(frozen=True, slots=True)
class BatchSucceeded:
    """The function answered: these records are delivered."""

    first: str
    last: str
    count: int


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An invocation failed. `retry_at` None: there is no other with this batch (split, or given up)."""

    first: str
    last: str
    count: int
    attempt: int
    error: str
    counts: bool
    retry_at: float | None


@dataclass(frozen=True, slots=True)
class Discarded:
    """Records were given up. Of trimmed ones only the number is known."""

    first: str
    last: str
    count: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Told:
    """The destination was told of discarded records; `error` says why it could not be."""

    first: str
    last: str
    count: int
    destination: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Filtered:
    """So many records did not match the filters."""

    count: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """Delivery stands still: the mapping is disabled, or `missing` names the statement that its role lacks."""

    missing: str = ""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Delivery goes on."""


Fact = BatchStarted | BatchSucceeded | AttemptFailed | Discarded | Told | Filtered | Stopped | Resumed


def retry_delay(failures: int) -> float:
    """Seconds to wait after so many failures in a row: doubling, see `limits`.

    AWS documents none; recorded were 8 attempts within 60 seconds.
    """
    doubled = limits.mapping_retry_seconds_min * 2.0 ** min(failures - 1, 30)
    return min(doubled, limits.mapping_retry_seconds_max)
