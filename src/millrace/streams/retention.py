"""What becomes of streams with time: records live 24 hours, shards some hours, disabled streams 24 hours more.

A sweep goes over all streams in short transactions, so that nobody waits for it. Records may be read until
the sweep after their day: AWS also promises no more than that they may be trimmed at any moment then.

A shard rolls over when it has been open for `limits.shard_age_seconds_max`, as on AWS, unless it has never had a record:
then whoever reads it has nothing to read before its child, and nothing to trim with it, so nobody could tell the
difference but by the number of shards. So streams at rest are not written to.
"""

from functools import partial

from millrace.core import limits
from millrace.core.background import Sweeps
from millrace.core.clock import Clock
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log
from millrace.streams.log import Farewell
from millrace.streams.stream import Shard, Stream


def unattended(_writer: Writer, _stream: Stream, _shard: Shard) -> None:
    """The farewell of a shard that nobody keeps an account of."""


class Retention(Sweeps):
    """Sweeps now and then while it is entered. `farewell` hears of every shard that goes."""

    name = "stream retention"

    def __init__(self, storage: Storage, clock: Clock, farewell: Farewell = unattended) -> None:
        super().__init__(clock, limits.stream_sweep_seconds)
        self._storage = storage
        self._clock = clock
        self._farewell = farewell

    async def sweep(self) -> None:
        """Trim what is more than a day old, drop what is empty and over, and roll over what is old."""
        now = self._clock.now()
        before = now - limits.stream_retention_seconds
        for stream in await self._storage.read(_all):
            if stream.disabled is not None and stream.disabled <= before:
                await self._storage.write(partial(self._drop, stream.arn))
                continue
            for shard in stream.shards:
                while await self._trim(shard, before):
                    pass
            if await self._storage.read(partial(_is_due, stream.arn, before, now)):
                await self._storage.write(partial(self._renew, stream.arn, before, now))

    def _drop(self, arn: str, writer: Writer) -> None:
        stream = log.describe(writer, arn)
        if stream is not None:
            log.drop(writer, stream, self._farewell)

    def _renew(self, arn: str, before: float, now: float, writer: Writer) -> None:
        """Take out the shards that are over, and let those that are old be followed by new ones."""
        stream = log.describe(writer, arn)
        if stream is None:
            return
        over = [shard for shard in stream.shards if _is_over(writer, shard, before)]
        if over:
            stream = log.remove(writer, stream, over, self._farewell)
        for shard in stream.open_shards:
            if _is_old(writer, shard, now):
                stream = log.roll(writer, stream, shard, now)

    async def _trim(self, shard: Shard, before: float) -> bool:
        """Trim some records of a shard; answers whether there may be more to trim."""
        step = limits.stream_sweep_records_max

        def old(reader: Reader) -> tuple[int, int]:
            entries = log.read(reader, shard, reader.floor(shard.journal), step)
            gone = [entry.number for entry in entries if entry.created <= before]
            return (gone[-1] if gone else 0), len(gone)

        def trim(writer: Writer) -> None:
            writer.trim(shard.journal, through)

        through, count = await self._storage.read(old)
        if through:
            await self._storage.write(trim)
        return count == step


def _all(reader: Reader) -> list[Stream]:
    return list(log.every(reader))


def _is_due(arn: str, before: float, now: float, reader: Reader) -> bool:
    stream = log.describe(reader, arn)
    return stream is not None and any(
        _is_over(reader, shard, before) or _is_old(reader, shard, now) for shard in stream.shards
    )


def _is_over(reader: Reader, shard: Shard, before: float) -> bool:
    """Whether a shard was closed more than a day ago and all it had is trimmed."""
    if shard.end is None or (shard.closed or 0.0) > before:
        return False
    return reader.floor(shard.journal) == reader.head(shard.journal)


def _is_old(reader: Reader, shard: Shard, now: float) -> bool:
    """Whether an open shard is due to roll over."""
    old = shard.end is None and shard.opened + limits.shard_age_seconds_max <= now
    return old and reader.head(shard.journal) > 0
