"""A runner without a loop: one lane of a shard, with the machine's state and what the books expect of it."""

from millrace.streams.stream import Shard
from millrace.triggers.catalog import Mapping
from millrace.triggers.delivery import (
    Checkpoint,
    Configured,
    Event,
    Invoke,
    PermissionLost,
    Read,
    Signal,
)
from millrace.triggers.listener import Listener

_CHANGES = (Signal.RETRY, Signal.ENABLE, Signal.DISABLE, Signal.PERMISSION_RESTORED)


class Lane(Listener):
    """`news` is where it is put once it has been told something."""

    reading: Read | None = None
    read_head = 0  # the journal's, when it was asked to be read
    call: Invoke | None = None
    hangs_until: float | None = None
    timer: float | None = None
    is_over = False  # crashed, cut off, or replaced: what it heard and did not save is lost
    is_cut_off = False  # somebody else owns its row, or nobody
    is_gone = False  # it does nothing any more
    is_saving = False  # a commit is under way
    # The books'.
    lacks = False  # its machine has heard that the role may not read
    filters_until = 0  # as far as had been read when the filters changed
    unheard = 0  # changes of filters that its machine has not heard of
    flown = 0  # up to here records may have been in flight when it heard of a change
    floor = 0  # as far as it was told that the journal is trimmed
    closed = False  # the window had its last call, not saved
    doomed: list[int] | None = None
    tries = 0
    failures = 0
    not_before = 0.0

    def __init__(self, mapping: Mapping, shard: Shard, row: Checkpoint, news: list["Lane"]) -> None:
        super().__init__(mapping, shard, row)
        self.name = (shard.id, row.lane)
        self.index = row.lane
        self.count = row.lanes
        self.news = news
        self.config = self.state.config  # what its machine has heard of
        self.is_off = not mapping.enabled
        self.saved = row
        self.filters = [
            _divisor(mapping.filters)
        ]  # that what is not saved may have gone through, the last in force
        self.taken: list[int] = []  # by the function, not saved
        self.returned: list[int] = []  # what the function added to the window's state, not saved
        self.tried_at = row.position
        self.limits: list[int] = []  # where failing batches end, the innermost last

    @property
    def is_busy(self) -> bool:
        return bool(self._inbox) or self.is_saving or self.call is not None or self.reading is not None

    @property
    def has_news(self) -> bool:
        return bool(self._inbox)

    def tell(self, event: Event) -> None:
        self._inbox.append(event)
        self.news.append(self)

    def filter_by(self, patterns: tuple[str, ...]) -> None:
        self.unheard += 1
        divisor = _divisor(patterns)
        if divisor != self.filters[-1]:
            self.filters = [*self.filters, divisor]
            self.filters_until = max(self.state.read_to, self.filters_until)

    def note(self, event: Event) -> None:
        """The machine is about to hear of this."""
        if isinstance(event, Signal):
            if event in _CHANGES:
                self.not_before = 0.0
                self.is_off = event is Signal.DISABLE or (self.is_off and event is not Signal.ENABLE)
                self.lacks = self.lacks and event is not Signal.PERMISSION_RESTORED
        elif isinstance(event, Configured):
            self._note_config(event)
        elif isinstance(event, PermissionLost):
            self.lacks, self.not_before = True, 0.0

    def _note_config(self, event: Configured) -> None:
        self.config, self.not_before = event.config, 0.0
        self.unheard -= 1
        if len(self.filters) > 1:
            if self.call is not None and self.call.records:
                self.flown = self.call.records[-1].number
            # What was read meanwhile may have been read in the old way, and is read again.
            self.filters_until = max(self.state.read_to, self.filters_until)

    def owns(self, partition: int) -> bool:
        return partition % self.count == self.index

    def may_filter(self, kind: int) -> bool:
        """Whether a filter that was in force did not let this kind pass."""
        return any(divisor and kind % divisor == 0 for divisor in self.filters)

    def passes(self, kind: int) -> bool:
        divisor = self.filters[-1]
        return not divisor or kind % divisor != 0

    def may_pass(self, number: int, kind: int) -> bool:
        """Whether a record may be called with: before a new filter is heard of, those of the old one may."""
        if number <= self.flown or self.passes(kind):
            return True
        return self.unheard > 0 and any(not divisor or kind % divisor != 0 for divisor in self.filters)

    def bound(self, end: int) -> None:
        if end not in self.limits:
            self.limits.append(end)

    def look_back(self) -> None:
        """Attempts and failures are of one batch: who has moved on has none."""
        if self.state.checkpoint.position > self.tried_at:
            self.tries, self.failures, self.tried_at = 0, 0, self.state.checkpoint.position


def _divisor(patterns: tuple[str, ...]) -> int:
    """A filter passes what this does not divide; 0 divides nothing."""
    return int(patterns[0]) if patterns else 0
