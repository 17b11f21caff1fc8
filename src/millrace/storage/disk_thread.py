"""The thread that waits for the disk, so that the event loop does not."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]
Done = Callable[[BaseException | None], None]


class DiskThread:
    """Runs one job after another and tells the event loop when each is done."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._jobs: SimpleQueue[tuple[Job, Done] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Job, done: Done) -> None:
        """Run `job` in the thread, then `done` on the loop with what it raised, or None."""
        self._jobs.put((job, done))

    def stop(self) -> None:
        """End the thread once all jobs are done."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (work := self._jobs.get()) is not None:
            job, done = work
            error: BaseException | None = None
            try:
                job()
            except BaseException as raised:  # noqa: BLE001  # the loop decides: a job's error belongs to who waits
                error = raised
            try:
                self._loop.call_soon_threadsafe(done, error)
            except RuntimeError:
                return  # the loop was closed without closing the database: nobody waits any more
