"""What a runner is told, and what it makes of it before its machine hears of it. No loop, no storage.

The supervisor speaks to runners at any moment; their machines hear of it when what they ordered before is carried
out. In between stands the inbox.
"""

from collections import deque

from millrace.streams.stream import Shard
from millrace.triggers.catalog import Mapping
from millrace.triggers.delivery import Checkpoint, Configured, Event, Phase, ShardEnded, Signal, begin

_STILL = (Phase.DISABLED, Phase.STOPPED, Phase.FINISHED)


class Listener:
    """One lane of a shard, delivered to one mapping's function from `row` on.

    `gap`: records were trimmed before it read them, and it cannot tell which of them were its own.
    """

    def __init__(self, mapping: Mapping, shard: Shard, row: Checkpoint) -> None:
        self.mapping = mapping
        self.shard = shard
        self.state = begin(row, mapping.config, enabled=mapping.enabled)
        self.gap = False
        self.draining = False
        self._inbox: deque[Event] = deque()
        self._kicked = False

    @property
    def key(self) -> tuple[str, int]:
        """Its shard and lane."""
        return self.shard.id, self.state.checkpoint.lane

    @property
    def is_busy(self) -> bool:
        """Whether it is doing something, or a function does."""
        return bool(self._inbox)

    @property
    def is_drained(self) -> bool:
        """Whether it was told to drain, and all that it will ever do is done and saved."""
        return self.draining and self.state.phase in _STILL and not self.is_busy

    def tell(self, event: Event) -> None:
        """Let the machine know, soon."""
        self._inbox.append(event)

    def hear(self) -> Event:
        """The next of what it was told."""
        event = self._inbox.popleft()
        if event is Signal.KICK:
            self._kicked = False
        return event

    def drain(self) -> None:
        """Begin no batch any more: the shard's lanes are about to be others."""
        if not self.draining:
            self.draining = True
            self.tell(Signal.DISABLE)

    def kick(self) -> None:
        """The journal has more. Cheap: the machine hears of it once, until it has read on."""
        if not self._kicked and not self.state.behind:
            self._kicked = True
            self.tell(Signal.KICK)

    def configure(self, mapping: Mapping) -> None:
        """The mapping was changed. Whoever comes after a runner that drains begins with what is new."""
        if self.draining:
            return
        if mapping.lanes != self.state.checkpoint.lanes:
            # It begins nothing more, not even in the new way: a lane among several must not open a window.
            self.drain()
            return
        before, self.mapping = self.mapping, mapping
        if mapping == before:
            return
        if before.enabled and not mapping.enabled:
            self.tell(Signal.DISABLE)
        if (before.config, before.filters, before.function) != (
            mapping.config,
            mapping.filters,
            mapping.function,
        ):
            self.filter_by(mapping.filters)
            self.tell(Configured(mapping.config))
        if mapping.enabled and not before.enabled:
            self.tell(Signal.ENABLE)

    def filter_by(self, patterns: tuple[str, ...]) -> None:
        """What is read from now on passes these."""

    def follow(self, shard: Shard) -> None:
        """The shard may have been closed."""
        if shard.end is not None and self.state.end is None:
            self.tell(ShardEnded(shard.number(str(shard.end))))
        self.shard = shard
