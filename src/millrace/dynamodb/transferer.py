"""Works on exports and imports, each beside the others, and goes on with them after a crash.

It does nothing until a transaction tells that one may be worked on (`jobs.READY`).
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from millrace.core import limits
from millrace.core.background import Background
from millrace.core.clock import Clock
from millrace.core.errors import AwsError, StorageError
from millrace.core.progress import Progress
from millrace.dynamodb import exporting, importing, jobs
from millrace.dynamodb.jobs import Job
from millrace.logs.log import Logs
from millrace.storage.interface import Reader, Storage, Writer

_log = logging.getLogger("millrace.dynamodb")


class Transferer(Background):
    """Transfers while it is entered, in all scopes. What is wrong with single items is told to `logs`."""

    name = "exports and imports"

    def __init__(self, storage: Storage, clock: Clock, logs: Logs) -> None:
        super().__init__()
        self._storage = storage
        self._clock = clock
        self._logs = logs
        self._woken = asyncio.Event()
        self._running: set[str] = set()
        self._progress = Progress()

    def is_busy(self, reader: Reader) -> bool:
        """Whether exports or imports are under way, also those whose items are still being copied aside."""
        return jobs.any_under_way(reader)

    async def idle(self) -> None:
        """Return once none is under way."""
        await self._progress.until(lambda: self._storage.read(lambda reader: not self.is_busy(reader)))

    async def run(self) -> None:
        close = self._storage.watch(jobs.READY, self._woken.set)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._woken.clear()
                    for job in await self._storage.read(jobs.ready):
                        if job.arn not in self._running:
                            self._running.add(job.arn)
                            group.create_task(self._work(job), name=job.arn)
                    await self._woken.wait()
        finally:
            close()

    async def _work(self, job: Job) -> None:
        while not await self._done(job):
            await self._clock.sleep(limits.transfer_retry_seconds)
        self._running.discard(job.arn)
        self._progress.tell()

    async def _done(self, job: Job) -> bool:
        try:
            if job.kind == "export":
                told = await exporting.export(self._storage, self._clock, job)
            else:
                told = await importing.load(self._storage, self._clock, self._logs, job)
        except AwsError as error:
            told = {"FailureCode": f"S3{error.code}", "FailureMessage": error.message}
            told = {f"{job.kind.capitalize()}Status": "FAILED", **told}
        except StorageError:
            return False  # a full disk is told to everyone who writes; here the remedy is to try again later
        except Exception:  # noqa: BLE001 - the border: whatever is wrong with one must not stop the others
            _log.exception("%s could not be done; trying again.", job.arn)
            return False
        try:
            now = self._clock.now()
            await self._storage.write(lambda writer: _end(writer, job, {**told, "EndTime": now}))
        except StorageError:
            return False
        return True


def _end(writer: Writer, job: Job, told: Mapping[str, Any]) -> None:
    if job.kind == "import":
        importing.open_table(writer, job)
    jobs.end(writer, job, told)
