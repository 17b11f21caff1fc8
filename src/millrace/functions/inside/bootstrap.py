"""The first thing an environment's process runs: it ties its life to the server's and starts AWS's client.

    python -S bootstrap.py [LIFELINE_FD OPEN_FILES_MAX]

The server does the same from its side on Linux, so behind a wrapper script, which may want the last word to be
this program's, there are no arguments.

It must work with any Python from 3.10 on, import little (every import is cold start), and leave nothing
behind that a handler could stumble over.
"""

import fcntl
import importlib
import os
import resource
import site
import sys
from _thread import start_new_thread
from signal import SIGKILL


def die_with_the_server(lifeline: int) -> None:
    """Have the kernel kill this process group when the other end of the pipe `lifeline` closes.

    On Linux a pipe can send a signal of our choice to a whole group when its state changes. Unlike
    PR_SET_PDEATHSIG this needs no ctypes, takes the children along, and does not depend on a thread.
    """
    group = os.getpgrp()
    if not hasattr(fcntl, "F_SETSIG"):
        watch_from_a_thread(lifeline, group)
        return
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, -group)
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
    try:
        gone = os.read(lifeline, 1) == b""
    except BlockingIOError:
        gone = False
    if gone:  # before we could ask for the signal
        os._exit(1)


def watch_from_a_thread(lifeline: int, group: int) -> None:
    """The same without such a signal (macOS): a thread waits for the pipe's end."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.killpg(group, SIGKILL)

    start_new_thread(watch, ())


def offer_to_the_memory_killer() -> None:
    """If the machine runs out of memory, a function shall go before the server does."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123  # pathlib is a slow import
            file.write("1000")
    except OSError:
        pass


def main() -> None:
    handler = os.environ["_HANDLER"]
    if len(sys.argv) > 2:
        lifeline, open_files = int(sys.argv[1]), int(sys.argv[2])
        die_with_the_server(lifeline)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limit = open_files if hard == resource.RLIM_INFINITY else min(open_files, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    offer_to_the_memory_killer()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # `site` is off because it would show the interpreter's own packages; people still write exit().
    site.setquit()
    site.setcopyright()
    site.sethelper()
    task = os.environ["LAMBDA_TASK_ROOT"]
    # The first is where this program is. PYTHONPATH, which has the layers and ends with the runtime, comes next.
    sys.path[:] = [task, *(path for path in sys.path[1:] if path != task)]
    sys.argv[:] = ["bootstrap", handler]
    sys.dont_write_bytecode = True  # the code's directory is for reading only, as on AWS

    run = importlib.import_module("awslambdaric.__main__").main  # found only on the new path
    run(sys.argv)


main()
