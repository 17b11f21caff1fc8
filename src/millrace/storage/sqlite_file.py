"""The files of an SQLite database: opening them, and saying plainly what is wrong with them."""

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from millrace.core.errors import StorageError, StorageFullError
from millrace.storage import statements
from millrace.storage.directory import Directory, JournalState
from millrace.storage.plan import Sweep, sweep_journal, sweep_space, sweep_trimmed


def translate(error: BaseException, path: Path) -> StorageError:
    """Our error for one of SQLite's, with what to do about it."""
    if isinstance(error, StorageError):
        return error
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_FULL:
            return StorageFullError(
                f"There is no room left for {path}: {error}. Free some space; writes go on by themselves then."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StorageError(
                f"{path} is damaged or is not a database: {error}. Restore it from a backup, or move it away to start empty."
            )
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_AUTH:
            return StorageError(
                f"{path} cannot be opened for writing: {error}."
                " Make its directory and its files readable and writable for this user."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return StorageError(f"{path} is locked by another program: {error}. Close what else has it open.")
        case sqlite3.SQLITE_IOERR:
            return StorageError(
                f"{path} could not be read or written: {error}. Check the disk and the system's log."
            )
        case _:
            return StorageError(f"{path}: {error}")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """An open database, held by this process alone. `close` the connections first, then the lock."""

    path: Path
    writer: sqlite3.Connection
    reader: sqlite3.Connection
    copier: sqlite3.Connection
    lock: int
    directory: Directory
    sweeps: list[Sweep]

    def unlock(self) -> None:
        os.close(self.lock)


def open_file(path: Path, *, durable: bool) -> SqliteFile:
    """Open the database, and make it if it is not there. Raises StorageError."""
    with ExitStack() as undo:
        try:
            _make_directories(path.parent)
            lock = _lock(path)
            undo.callback(os.close, lock)
            writer = _connect(path, durable=durable)
            undo.callback(writer.close)
            _make_schema(writer, path)
            reader = _connect(path, durable=durable)
            undo.callback(reader.close)
            copier = _connect(path, durable=durable)
            undo.callback(copier.close)
            directory, sweeps = _load(writer)
            _sync_directory(path.parent)
        except OSError as error:
            raise StorageError(
                f"{path} cannot be opened: {error}. Make its directory readable and writable for this user."
            ) from error
        except sqlite3.Error as error:
            raise translate(error, path) from error
        undo.pop_all()
        return SqliteFile(path, writer, reader, copier, lock, directory, sweeps)


def _make_directories(directory: Path) -> None:
    """Make what is missing of the path, for this user alone, and durably."""
    missing = [place for place in (directory, *directory.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        _sync_directory(place.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _lock(path: Path) -> int:
    """Hold the file beside the database, so that no second process opens it. Dies with the process."""
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StorageError(
            f"{path} is open in another millrace. Stop that one, or give this one a directory of its own."
        ) from None
    except OSError:
        os.close(handle)
        raise
    return handle


def _connect(path: Path, *, durable: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    try:
        for statement in (*statements.PREPARE, statements.DURABLE if durable else statements.LIGHT):
            connection.execute(statement).fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _make_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Make an empty file ours; refuse one of another program or of a newer version."""
    connection.execute(statements.BEGIN_WRITE)
    ours = _number(connection, statements.APPLICATION) == statements.APPLICATION_ID
    version = _number(connection, statements.VERSION)
    if ours and version > statements.FORMAT:
        raise StorageError(f"{path} was made by a newer millrace (format {version}). Use that one.")
    if not ours:
        if _number(connection, statements.TABLES):
            raise StorageError(f"{path} is a database of another program. Choose another file.")
        _run(connection, statements.SCHEMA)
        connection.execute(f"{statements.APPLICATION} = {statements.APPLICATION_ID}")
        connection.execute(f"{statements.VERSION} = {statements.FORMAT}")
    connection.execute(statements.COMMIT)


def _run(connection: sqlite3.Connection, texts: Iterable[str]) -> None:
    for text in texts:
        connection.execute(text)


def _number(connection: sqlite3.Connection, statement: str, row: tuple[int, ...] = ()) -> int:
    return connection.execute(statement, row).fetchone()[0] or 0


def _load(connection: sqlite3.Connection) -> tuple[Directory, list[Sweep]]:
    """What exists, and what still is to be swept away."""
    directory = Directory()
    sweeps: list[Sweep] = []
    for number, kind in connection.execute(statements.DROPPED).fetchall():
        sweeps.append(sweep_space(number) if kind == "space" else sweep_journal(number))
        directory.last_id = max(directory.last_id, number)
    for number, kind, name, floor in connection.execute(statements.NAMES).fetchall():
        directory.last_id = max(directory.last_id, number)
        if kind == "space":
            directory.spaces[name] = number
            continue
        empty = JournalState(number, floor, floor)
        bounds = (empty.row(0), JournalState(number + 1, 0, 0).row(0) - 1)
        newest = _number(connection, statements.NEWEST_RECORD, bounds)
        oldest = _number(connection, statements.OLDEST_RECORD, bounds)
        state = JournalState(number, max(floor, newest - empty.row(0)), floor)
        directory.journals[name] = state
        if oldest and oldest <= state.row(floor):
            sweeps.append(sweep_trimmed(state))
    return directory, sweeps
