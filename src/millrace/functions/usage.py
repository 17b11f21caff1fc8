"""What environments use of the machine, read from /proc, and the watch that ends those that use too much.

A limit on address space would be too coarse (threads and mappings count there but cost nothing), so the
memory really resident is looked at, a few times a second and only while something runs for longer. Where
there is no /proc (macOS) nothing is measured and nothing is limited.
"""

import asyncio
import contextlib
import os
import resource
import signal
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from millrace.core import limits

_PROC = Path("/proc")
_PAGE = resource.getpagesize()
_SCAN_EVERY = 5  # looks; only a scan of all processes sees children


@dataclass(frozen=True, slots=True)
class Usage:
    """Processes of one session, the bytes resident in all of them, and those in its temporary folder."""

    processes: int
    bytes: int
    stored_bytes: int = 0


def resident_bytes(pid: int) -> int:
    """Memory of one process now; 0 if it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def peak_bytes(pid: int) -> int:
    """The most memory a process ever had; 0 if it is gone or nobody knows."""
    try:
        status = (_PROC / str(pid) / "status").read_bytes()
    except OSError:
        return 0
    at = status.find(b"VmHWM:")
    return int(status[at + 6 :].split(None, 1)[0]) * 1024 if at >= 0 else 0


def of_sessions(sessions: Iterable[int]) -> dict[int, Usage]:
    """What each session uses. Looks at every process of the machine: run it in a thread."""
    wanted = set(sessions)
    members: dict[int, dict[int, int]] = {session: {} for session in wanted}
    for path in _PROC.glob("[0-9]*"):
        try:
            fields = (path / "stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue
        session = int(fields[3])
        if session in wanted:
            members[session][int(path.name)] = int(fields[21]) * _PAGE
    return {session: Usage(len(found), _together(found)) for session, found in members.items()}


def _together(resident: Mapping[int, int]) -> int:
    """Memory of several processes, pages they share counted once."""
    if len(resident) <= 1:
        return sum(resident.values())
    return sum(_proportional_bytes(pid, most) for pid, most in resident.items())


def _proportional_bytes(pid: int, most: int) -> int:
    try:
        rollup = (_PROC / str(pid) / "smaps_rollup").read_bytes()
    except OSError:
        return most
    at = rollup.find(b"\nPss:")
    return int(rollup[at + 5 :].split(None, 1)[0]) * 1024 if at >= 0 else most


def stored_bytes(folder: Path | None) -> int:
    """What the files below a folder take of the disk. Files may come and go meanwhile."""
    total = 0
    folders = [] if folder is None else [folder]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                total += _taken(entry, folders)
    return total


def _taken(entry: os.DirEntry[str], folders: list[Path]) -> int:
    try:
        if entry.is_dir(follow_symlinks=False):
            folders.append(Path(entry.path))
            return 0
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0


def kill_strays(marker: str) -> None:
    """Kill what left its session but still carries `marker` in its environment. Run it in a thread.

    A process that is just becoming another program shows no environment for a moment, though whoever started it has
    heard already that it runs. Such ones are looked at again.
    """
    mark = marker.encode()
    left = list(_PROC.glob("[0-9]*"))
    for _ in range(limits.stray_looks_max):
        left = [path for path in left if not _kill_marked(path, mark)]
        if not left:
            return
        threading.Event().wait(limits.stray_look_seconds)


def _kill_marked(path: Path, mark: bytes) -> bool:
    """Kill the process if it carries the mark; false if that cannot be told yet."""
    try:
        environment = (path / "environ").read_bytes()
        if mark in environment:
            os.kill(int(path.name), signal.SIGKILL)
        # The kernel's own processes have no environment, but no program either.
        return bool(environment) or not (path / "exe").readlink().is_absolute()
    except OSError:
        return True


class Watched(Protocol):
    """What a `Watch` looks at."""

    @property
    def pid(self) -> int: ...

    @property
    def temporary(self) -> Path | None:
        """The folder whose size is looked at."""
        ...

    def judge(self, seen: Usage) -> None:
        """Hear what is used."""
        ...


class Watch:
    """Looks at those that run, and only while some do."""

    def __init__(self) -> None:
        self._watched: dict[Watched, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._scan: asyncio.Task[None] | None = None

    def add(self, watched: Watched) -> None:
        self._watched[watched] = 0
        if self._timer is None and _PROC.is_dir():
            self._arm()

    def discard(self, watched: Watched) -> None:
        self._watched.pop(watched, None)

    async def close(self) -> None:
        self._watched.clear()
        if self._timer is not None:
            self._timer.cancel()
        if self._scan is not None:
            await self._scan

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(limits.environment_usage_seconds, self._look)

    def _look(self) -> None:
        self._timer = None
        due: list[Watched] = []
        for watched, looks in list(self._watched.items()):
            self._watched[watched] = looks + 1
            watched.judge(Usage(1, resident_bytes(watched.pid)))
            if looks % _SCAN_EVERY == _SCAN_EVERY - 1:
                due.append(watched)
        if due and (self._scan is None or self._scan.done()):
            self._scan = asyncio.get_running_loop().create_task(self._scan_all(due))
        if self._watched:
            self._arm()

    async def _scan_all(self, due: Iterable[Watched]) -> None:
        folders = {watched.pid: watched.temporary for watched in due}
        usages = await asyncio.to_thread(_of_all, folders)
        for watched in due:
            if watched in self._watched:
                watched.judge(usages[watched.pid])


def _of_all(folders: Mapping[int, Path | None]) -> dict[int, Usage]:
    return {
        session: replace(usage, stored_bytes=stored_bytes(folders[session]))
        for session, usage in of_sessions(folders).items()
    }
