"""One running server: started, waited for, looked at from outside, and ended with everything it started."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.config import Config

from benchmarks.signature import ACCESS_KEY, REGION, SECRET_KEY, Signer
from benchmarks.targets import Target, inherited_environment

READY_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0
BYTES_PER_KIB = 1024


class ServerFailedError(Exception):
    """The server ended or never answered; the text has the end of what it printed."""


@dataclass
class Server:
    target: Target
    process: subprocess.Popen[bytes]
    port: int
    data: Path
    log: Path
    ready_seconds: float = 0.0

    @property
    def signer(self) -> Signer:
        """Signs for this server as of now."""
        return Signer(f"127.0.0.1:{self.port}", datetime.now(UTC))

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
        )

    def answers(self) -> bool:
        """Whether ListTables is answered with 200 right now."""
        request = self.signer.request("ListTables", b"{}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(request)
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def wait_until_ready(self, started: float) -> None:
        while not self.answers():
            if self.process.poll() is not None:
                raise ServerFailedError(
                    f"{self.target.name} ended with {self.process.returncode}: {self.log_end()}"
                )
            if time.perf_counter() - started > READY_SECONDS_MAX:
                raise ServerFailedError(f"{self.target.name} did not answer in time: {self.log_end()}")
            time.sleep(0.002)
        self.ready_seconds = time.perf_counter() - started

    def log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def memory(self) -> tuple[int, int]:
        """Resident bytes of the server's own process, and of it and all it started."""
        resident = {pid: size for pid, _, size in processes()}
        tree = descendants(self.process.pid)
        return resident.get(self.process.pid, 0), sum(resident.get(pid, 0) for pid in tree)

    def stop(self) -> None:
        """End the whole process group, politely first, and whatever left the group."""
        tree = descendants(self.process.pid)
        signal_group(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS_MAX)
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        alive = {pid for pid, _, _ in processes()}
        for pid in tree & alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def processes() -> list[tuple[int, int, int]]:
    """(pid, parent's pid, resident bytes) of every process of this machine."""
    listing = subprocess.run(
        ["ps", "-axo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in listing.splitlines()]
    return [(int(pid), int(parent), int(kib) * BYTES_PER_KIB) for pid, parent, kib in rows]


def descendants(root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, parent, _ in processes():
        children.setdefault(parent, []).append(pid)
    found, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        found.add(pid)
        waiting.extend(children.get(pid, []))
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(target: Target, disk: Path) -> Iterator[Server]:
    """The target, answering, with an empty data directory under `disk` that is gone afterwards."""
    with tempfile.TemporaryDirectory(
        dir=disk, prefix=f"bench-{target.name}-", ignore_cleanup_errors=True
    ) as home:
        data, log, port = Path(home) / "data", Path(home) / "log", free_port()
        data.mkdir()
        environment = inherited_environment() | dict(target.environment(port, data))
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                target.command(port, data),
                env=environment,
                cwd=data,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        server = Server(target, process, port, data, log)
        try:
            server.wait_until_ready(started)
            yield server
        finally:
            server.stop()
