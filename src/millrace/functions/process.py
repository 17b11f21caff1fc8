"""One operating-system process in a session of its own: started, listened to, killed with all it started.

It knows nothing of functions. What the bytes mean and when to kill is its owner's business.
"""

import asyncio
import contextlib
import fcntl
import os
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from millrace.core import limits

_READ_BYTES = 65_536
_DRAIN_READS_MAX = 64


class Process:
    """A process whose standard output and error are one pipe.

    `on_output` gets what it writes, in order; `on_exit` is called once, after the last output.
    """

    def __init__(self, on_output: Callable[[bytes], None], on_exit: Callable[[int], None]) -> None:
        self._on_output = on_output
        self._on_exit = on_exit
        self._popen: subprocess.Popen[bytes] | None = None
        self._output = -1
        self._lifeline = -1
        self._exit_watch = -1

    @property
    def pid(self) -> int:
        """Also the number of its group and session."""
        return 0 if self._popen is None else self._popen.pid

    def start(
        self, command: Callable[[int], Sequence[str]], environment: Mapping[str, str], directory: Path
    ) -> None:
        """Start `command(lifeline)`: the descriptor of a pipe that ends when this server does.

        It takes under a millisecond: Popen uses vfork, so a large server starts processes as fast as a
        small one; the event loops' own ways fork (17 ms with 400 MB in use). Raises OSError.
        """
        with contextlib.ExitStack() as undo, contextlib.ExitStack() as theirs:
            output, their_output = os.pipe()
            undo.callback(os.close, output)
            theirs.callback(os.close, their_output)
            their_lifeline, lifeline = os.pipe()
            undo.callback(os.close, lifeline)
            theirs.callback(os.close, their_lifeline)
            try:
                self._popen = subprocess.Popen(
                    command(their_lifeline),
                    cwd=directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=their_output,
                    stderr=their_output,
                    pass_fds=(their_lifeline,),
                    start_new_session=True,
                )
            except ValueError as error:  # a zero byte in a variable
                raise OSError(str(error)) from error
            undo.pop_all()
            bind(their_lifeline, self._popen.pid)
        self._output, self._lifeline = output, lifeline
        os.set_blocking(output, False)
        asyncio.get_running_loop().add_reader(output, self._read)
        self._watch_exit(self._popen)

    def _watch_exit(self, popen: subprocess.Popen[bytes]) -> None:
        loop = asyncio.get_running_loop()
        if hasattr(os, "pidfd_open"):
            self._exit_watch = os.pidfd_open(popen.pid)
            loop.add_reader(self._exit_watch, self._exited)
        else:  # not Linux: a thread waits
            waiting = loop.run_in_executor(None, popen.wait)
            waiting.add_done_callback(lambda _: self._exited())

    def drain(self) -> None:
        """Take what was written until now: whoever wrote before it spoke is heard in that order."""
        for _ in range(_DRAIN_READS_MAX):
            if not self._read():
                return

    def _read(self) -> bool:
        if self._output < 0:
            return False
        try:
            data = os.read(self._output, _READ_BYTES)
        except BlockingIOError:
            return False
        if data:
            self._on_output(data)
            return len(data) == _READ_BYTES
        self._close_output()
        return False

    def kill(self) -> None:
        """End the whole group at once. What has left the session is `usage.kill_strays`' business."""
        if self._popen is not None and self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _exited(self) -> None:
        assert self._popen is not None  # noqa: S101  # it was watched, so it was started
        code = self._popen.poll()
        if code is None:
            return
        loop = asyncio.get_running_loop()
        if self._exit_watch >= 0:
            loop.remove_reader(self._exit_watch)
            os.close(self._exit_watch)
        # Children that outlive it have its group: nothing they do is wanted any more.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self.drain()
        self._close_output()
        os.close(self._lifeline)
        self._on_exit(code)

    def _close_output(self) -> None:
        if self._output >= 0:
            asyncio.get_running_loop().remove_reader(self._output)
            os.close(self._output)
            self._output = -1


def bind(lifeline: int, pid: int) -> None:
    """Tie the life of a process and its group to the server's, and limit it as AWS does.

    On Linux a pipe can send a signal of our choice to a whole group when its state changes, so no program has to
    do anything for it: the kernel kills the group when the other end of `lifeline`, which the server has, closes.
    Elsewhere only the programs that watch it themselves end with a server that is killed.
    """
    if hasattr(fcntl, "F_SETSIG"):
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -pid)
        fcntl.fcntl(
            lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK
        )
    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(OSError):  # it may be gone already
        for kind, wanted in _LIMITS.items():
            hard = resource.prlimit(pid, kind)[1]
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.prlimit(pid, kind, (limit, limit))
        # If the machine runs out of memory, a function shall go before the server does.
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000", encoding="ascii")


# AWS's, but for core files, which would only fill the disk, and for the number of processes, which the system
# counts for all of a user's together: see `limits.function_processes_max`.
_LIMITS: Mapping[int, int] = {
    resource.RLIMIT_NOFILE: limits.function_open_files_max,
    resource.RLIMIT_MEMLOCK: limits.function_locked_bytes_max,
    resource.RLIMIT_CORE: 0,
}


def describe_exit(code: int) -> str:
    """How AWS's supervisor, a Go program, words an exit status."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    return f"Runtime exited with error: signal: {_SIGNALS.get(-code, f'signal {-code}')}"


# Go's own words for signals.
_SIGNALS: Mapping[int, str] = {
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGILL: "illegal instruction",
    signal.SIGTRAP: "trace/breakpoint trap",
    signal.SIGABRT: "aborted",
    signal.SIGBUS: "bus error",
    signal.SIGFPE: "floating point exception",
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGPIPE: "broken pipe",
    signal.SIGALRM: "alarm clock",
    signal.SIGTERM: "terminated",
}
