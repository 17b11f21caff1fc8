"""Removes bytes that no object owns: those of objects that were replaced, and what a crash left half written."""

from typing import Self

from millrace.buckets import blobs
from millrace.core import limits
from millrace.core.background import Sweeps
from millrace.core.clock import Clock
from millrace.storage.interface import Storage, Writer


class Sweeper(Sweeps):
    """Enter it before requests are answered: then nothing is being written, and what is unfinished is left over."""

    name = "bytes without an object"

    def __init__(self, storage: Storage, clock: Clock) -> None:
        super().__init__(clock, limits.object_sweep_seconds)
        self._storage = storage

    async def __aenter__(self) -> Self:
        now = self._clock.now()

        def bury(writer: Writer) -> None:
            for identity in blobs.unfinished(writer):
                blobs.bury(writer, identity, now)
                blobs.finish(writer, identity)

        await self._storage.write(bury)
        return await super().__aenter__()

    async def sweep(self) -> None:
        before = self._clock.now() - limits.object_grave_seconds
        while await self._storage.write(lambda writer: blobs.sweep(writer, before)):
            pass
