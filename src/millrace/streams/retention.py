"""Retention: change records live 24 hours, and disabled streams until their last record may be gone.

A sweep goes over all streams in short transactions, so that nobody waits for it. Records may be read until
the sweep after their day: AWS also promises no more than that they may be trimmed at any moment then.
"""

from millrace.core import limits
from millrace.core.background import Sweeps
from millrace.core.clock import Clock
from millrace.storage.interface import Reader, Storage, Writer
from millrace.streams import log
from millrace.streams import stream as streams
from millrace.streams.stream import Shard, Stream


class Retention(Sweeps):
    """Sweeps now and then while it is entered."""

    name = "stream retention"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__(clock, limits.stream_sweep_seconds)
        self._storage = storage
        self._clock = clock

    async def sweep(self) -> None:
        """Trim every shard's records of more than a day, and drop streams disabled for more than a day."""
        before = self._clock.now() - limits.stream_retention_seconds
        for stream in await self._storage.read(_all):
            if stream.disabled is not None and stream.disabled <= before:
                await self._storage.write(lambda writer, stream=stream: log.drop(writer, stream))
                continue
            for shard in stream.shards:
                while await self._trim(shard, before):
                    pass

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
    return [streams.decode(raw) for _, raw in reader.range(log.SPACE)]
