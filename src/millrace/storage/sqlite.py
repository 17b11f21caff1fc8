"""A database in one file: SQLite, with commits shared by the transactions that wait for them.

A transaction's function runs at once, on the event loop, over an overlay on what is durable and what is
about to be. Whatever came while one group was on its way to the disk is the next group. Its changes are
written on the loop (it takes microseconds); the COMMIT, which waits for the disk, runs in a thread.
Reads go to a second connection, that sees a group only when it is durable.
docs/decisions/0002-group-commit.md says why, with numbers.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from millrace.core.errors import StorageError
from millrace.core.limits import (
    storage_checkpoint_pages,
    storage_group_transactions_max,
    storage_sweep_rows_max,
)
from millrace.storage import statements
from millrace.storage.disk_thread import DiskThread
from millrace.storage.group import Group, Transaction
from millrace.storage.interface import Reader, Writer
from millrace.storage.plan import Plan, Sweep, plan
from millrace.storage.snapshot import Snapshot
from millrace.storage.sqlite_file import SqliteFile, open_file, translate
from millrace.storage.watchers import Watchers

T = TypeVar("T")
SweepKey = tuple[str, int]


class SqliteStorage:
    """`async with SqliteStorage(path) as storage`. See `storage.interface` for the contract.

    `durable=False` survives a crash of the process but may lose the last commits when the machine loses
    power. Opening raises StorageError when the file cannot be used, or is used by another process.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self._path = path
        self._durable = durable
        self._watchers = Watchers()
        self._open: _Committer | None = None

    async def __aenter__(self) -> Self:
        file = open_file(self._path, durable=self._durable)
        self._open = _Committer(file, self._watchers)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._open is not None:
            committer, self._open = self._open, None
            await committer.close()

    async def read(self, fn: Callable[[Reader], T]) -> T:
        return self._committer().read(fn)

    async def write(self, fn: Callable[[Writer], T]) -> T:
        return await self._committer().write(fn)

    def watch(self, journal: str, wake: Callable[[], None]) -> Callable[[], None]:
        return self._watchers.add(journal, wake)

    def _committer(self) -> "_Committer":
        if self._open is None:
            raise StorageError(f"{self._path} is closed.")
        return self._open


class _Commit:
    """The part of a commit that waits for the disk. `run` is called in the thread."""

    def __init__(self, connection: sqlite3.Connection, sweeps: dict[SweepKey, Sweep]) -> None:
        self._connection = connection
        self._sweeps = sweeps
        self.finished: list[SweepKey] = []

    def run(self) -> None:
        """Sweep some rows, since this is no hold-up for the loop, and commit."""
        room = storage_sweep_rows_max
        for key, sweep in self._sweeps.items():
            done = self._connection.execute(sweep.statement, (*sweep.row, room)).rowcount
            if done < room:
                self.finished.append(key)
                if sweep.dropped:
                    self._connection.execute(statements.SWEPT, (sweep.dropped,))
            room -= done
            if room <= 0:
                break
        self._connection.execute(statements.COMMIT)


class _Log(Enum):
    """What is being done about the write-ahead log's length."""

    SHORT = "short"
    COPYING = "being copied into the database"
    COPIED = "copied, but for what came meanwhile"


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute(statements.CHECKPOINT).fetchall()


class _Committer:
    """One group is on its way to the disk (then it is `_busy`), or none; the next one gathers (`_waiting`)."""

    def __init__(self, file: SqliteFile, watchers: Watchers) -> None:
        self._file = file
        self._watchers = watchers
        self._loop = asyncio.get_running_loop()
        self._thread = DiskThread(f"disk of {file.path.name}")
        self._copier = DiskThread(f"log of {file.path.name}")
        self._snapshot = Snapshot(file.reader, file.directory)
        self._snapshot.renew()
        self._waiting = Group(self._snapshot)
        self._sweeps = {(sweep.statement, sweep.row[0]): sweep for sweep in file.sweeps}
        self._sweeping = True
        self._busy = False
        self._called = False
        self._gathered = 0
        self._log = _Log.SHORT
        self._pages = 0
        self._idle: asyncio.Future[None] | None = None
        self._call_start()

    def read(self, fn: Callable[[Reader], T]) -> T:
        try:
            return fn(self._snapshot)
        except sqlite3.Error as error:
            raise translate(error, self._file.path) from error
        finally:
            self._snapshot.release()

    async def write(self, fn: Callable[[Writer], T]) -> T:
        future: asyncio.Future[T] = self._loop.create_future()
        try:
            self._waiting.run(Transaction(fn, future))
        finally:
            self._snapshot.release()
        self._call_start()
        try:
            return await future
        except sqlite3.Error as error:
            raise translate(error, self._file.path) from error

    async def close(self) -> None:
        """Wait for what is under way, then leave one tidy file behind. Raises StorageError."""
        self._idle = self._loop.create_future()
        self._call_start()
        await self._idle
        self._copier.stop()
        self._file.copier.close()
        self._snapshot.close()
        ended: asyncio.Future[BaseException | None] = self._loop.create_future()
        self._thread.submit(self._tidy, ended.set_result)
        error = await ended
        self._thread.stop()
        self._file.writer.close()
        self._file.unlock()
        if isinstance(error, Exception):
            raise translate(error, self._file.path) from error

    def _tidy(self) -> None:
        for statement in (statements.OPTIMIZE, statements.CHECKPOINT_LAST):
            self._file.writer.execute(statement).fetchall()

    def _gather(self) -> None:
        """Start, unless this turn brought more than the one before: who comes together shares a commit."""
        gathered = len(self._waiting.transactions)
        if 1 < gathered > self._gathered and gathered < storage_group_transactions_max:
            self._gathered = gathered
            self._loop.call_soon(self._gather)
        else:
            self._start()

    def _call_start(self) -> None:
        """Start a group on the loop's next turn: who is ready to write in this turn joins it."""
        if not self._busy and not self._called:
            self._called = True
            self._gathered = 0
            self._loop.call_soon(self._gather)

    def _start(self) -> None:
        """Send the waiting group to the disk."""
        self._called = False
        if self._busy:
            return  # the log is being restarted; whoever ends that goes on
        group = self._waiting
        sweeps = self._sweeps if self._sweeping and self._idle is None else {}
        if group.overlay.is_empty() and not sweeps:
            self._waiting = Group(self._snapshot)
            group.settle()
            self._next()
            return
        try:
            todo = self._write(group)
        except Exception as error:  # noqa: BLE001  # whatever it is, those who wait must hear of it
            self._waiting = Group(self._snapshot)
            self._refuse(group, error)
            self._next()
            return
        self._busy = True
        self._waiting = Group(group.overlay)
        commit = _Commit(self._file.writer, sweeps)
        self._submit(commit.run, partial(self._landed, group, todo, commit.finished))

    def _write(self, group: Group) -> Plan:
        """Everything but the COMMIT."""
        todo = plan(group.overlay, self._file.directory)
        self._file.writer.execute(statements.BEGIN_WRITE)
        for statement, rows in todo.steps:
            self._file.writer.executemany(statement, rows)
        return todo

    def _submit(self, job: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        self._thread.submit(job, done)

    def _landed(self, group: Group, todo: Plan, swept: list[SweepKey], error: BaseException | None) -> None:
        """The commit is durable, or failed."""
        self._busy = False
        if error is not None:
            self._refuse(group, error)
            self._waiting = self._waiting.rerun(self._snapshot)
            self._next()
            return
        todo.directory.apply(self._file.directory)
        self._snapshot.renew(todo.changed)
        self._waiting.overlay.base = self._snapshot
        group.settle()
        self._watchers.wake(group.grown_journals())
        self._remember_sweeps(todo, swept)
        self._pages += todo.pages
        if self._pages >= storage_checkpoint_pages and self._log is _Log.SHORT:
            self._log = _Log.COPYING
            self._copier.submit(partial(_checkpoint, self._file.copier), self._copied)
        self._next()

    def _remember_sweeps(self, todo: Plan, swept: list[SweepKey]) -> None:
        self._sweeping = True
        for key in swept:
            del self._sweeps[key]
        for sweep in todo.sweeps:
            self._sweeps[sweep.statement, sweep.row[0]] = sweep

    def _refuse(self, group: Group, error: BaseException) -> None:
        """Nothing of the group happened. Sweeping waits until something can be written again."""
        self._sweeping = False
        if self._file.writer.in_transaction:
            with suppress(sqlite3.Error):  # the error that counts is the one they are told
                self._file.writer.execute(statements.ROLLBACK)
        group.refuse(partial(self._refusal, error))

    def _refusal(self, error: BaseException) -> StorageError:
        refusal = translate(error, self._file.path)
        refusal.__cause__ = error
        return refusal

    def _copied(self, _error: BaseException | None) -> None:
        """Most of the log is in the database, while writes went on. The rest follows between two groups.

        An error here or there loses nothing: the log only grows, and the next round tries again.
        """
        self._log = _Log.COPIED
        if not self._busy:
            self._next()

    def _restart_log(self) -> None:
        """Copy the log up to its end, since nobody writes now and the reader is up to date."""
        self._busy = True
        self._pages = 0
        self._thread.submit(partial(_checkpoint, self._file.writer), self._restarted)

    def _restarted(self, _error: BaseException | None) -> None:
        """The reader lets go of the log, so that the next commit starts it at its beginning again."""
        self._busy = False
        self._log = _Log.SHORT
        self._snapshot.renew()
        self._next()

    def _next(self) -> None:
        """Go on with what came meanwhile, or tell who closes that nothing is left."""
        closing = self._idle is not None
        if self._log is _Log.COPIED:
            self._restart_log()
        elif self._waiting.transactions or (self._sweeps and self._sweeping and not closing):
            self._call_start()
        elif self._idle is not None and self._log is _Log.SHORT and not self._idle.done():
            self._idle.set_result(None)
