"""A runner without a loop: one lane of a shard, with the machine's state and what the books expect of it."""

from millrace.streams.stream import Shard
from millrace.triggers.delivery import Checkpoint, Config, Invoke, Phase, Read, begin

_STILL = (Phase.DISABLED, Phase.STOPPED, Phase.FINISHED)


class Lane:
    def __init__(
        self, mapping: str, shard: Shard, row: Checkpoint, config: Config, divisor: int, *, enabled: bool
    ) -> None:
        self.mapping = mapping
        self.shard = shard
        self.index = row.lane
        self.count = row.lanes
        self.config = config
        self.state = begin(row, config, enabled=enabled)
        self.reading: Read | None = None
        self.call: Invoke | None = None
        self.hangs_until: float | None = None
        self.timer: float | None = None
        self.draining = False
        self.gap = False
        self.is_over = False  # crashed, cut off, or replaced: what it heard and did not save is lost
        self.is_cut_off = False  # somebody else owns its row
        # The books'.
        self.saved = row
        self.filters = [divisor]  # that what is not saved may have gone through; the last one is in force
        self.filters_until = 0  # as far as had been read when it changed
        self.floor = 0  # as far as it was told that the journal is trimmed
        self.taken: list[int] = []  # by the function, not saved
        self.returned: list[int] = []  # what the function added to the window's state, not saved
        self.closed = False  # the window had its last call, not saved
        self.doomed: list[int] | None = None
        self.tries = 0
        self.tried_at = row.position
        self.limits: list[int] = []  # where failing batches end, the innermost last
        self.failures = 0
        self.not_before = 0.0

    @property
    def is_drained(self) -> bool:
        busy = self.call is not None or self.reading is not None
        return self.draining and self.state.phase in _STILL and not busy

    def owns(self, partition: int) -> bool:
        return partition % self.count == self.index

    def may_filter(self, kind: int) -> bool:
        """Whether a filter that was in force did not let this kind pass."""
        return any(divisor and kind % divisor == 0 for divisor in self.filters)

    def change(self, config: Config, divisor: int) -> None:
        self.config = config
        if divisor != self.filters[-1]:
            self.filters = [*self.filters, divisor]
            self.filters_until = max(self.state.read_to, self.filters_until)

    def bound(self, end: int) -> None:
        if end not in self.limits:
            self.limits.append(end)

    def look_back(self) -> None:
        """Attempts and failures are of one batch: who has moved on has none."""
        if self.state.checkpoint.position > self.tried_at:
            self.tries, self.failures, self.tried_at = 0, 0, self.state.checkpoint.position
