"""The load generator: one thread, plain sockets, requests that were built and signed beforehand.

It runs in a process of its own (`python -m benchmarks.generator`, pickled Work in, pickled Outcome out) and does as
little as it can per request, so that what is measured is the server. It speaks just enough HTTP/1.1 to find the end of
an answer, and connects again where a server closes.
"""

import gc
import pickle
import selectors
import socket
import sys
import time

from benchmarks.work import Outcome, Work

SILENCE_SECONDS_MAX = 30.0
RECEIVE_BYTES = 65_536


def answer_end(data: bytes, head_end: int) -> int | None:
    """Where the answer that starts `data` ends; None while that cannot be told yet."""
    head = data[:head_end].lower()
    at = head.find(b"content-length:")
    if at >= 0:
        stop = head.find(b"\r", at)
        return head_end + 4 + int(head[at + 15 : stop if stop > 0 else None])
    if b"chunked" in head:
        return len(data) if data.endswith(b"0\r\n\r\n") else None
    return None


class Connection:
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("data", "index", "load", "request", "sent_at", "socket")

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.load.work.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        self.load.selector.register(self.socket, selectors.EVENT_READ, self.readable)

    def reconnect(self) -> None:
        self.load.selector.unregister(self.socket)
        self.socket.close()
        self.load.outcome.reconnects += 1
        self.connect()

    def send(self, index: int, due: float | None = None) -> None:
        """Send a request; its latency counts from when it was due, if that was earlier."""
        self.index = index
        self.request = self.load.requests[index]
        self.sent_at = due or time.perf_counter()
        try:
            self.socket.sendall(self.request)
        except (BrokenPipeError, ConnectionResetError):
            self.reconnect()
            self.socket.sendall(self.request)

    def readable(self) -> None:
        try:
            chunk = self.socket.recv(RECEIVE_BYTES)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            self.closed()
            return
        data = self.data + chunk if self.data else chunk
        head_end = data.find(b"\r\n\r\n")
        end = answer_end(data, head_end) if head_end >= 0 else None
        if end is None or len(data) < end:
            self.data = data
            return
        self.data = b""
        if b"connection: close" in data[:head_end].lower():
            self.reconnect()
        self.load.answered(self, data, head_end)

    def closed(self) -> None:
        """The server closed: that ended an answer without a length, or the request has to be sent again."""
        data = self.data
        head_end = data.find(b"\r\n\r\n")
        self.reconnect()
        if head_end >= 0:
            self.load.answered(self, data, head_end)
        elif self.index >= 0:
            self.socket.sendall(self.request)


class Load:
    def __init__(self, work: Work) -> None:
        self.work = work
        self.requests = work.requests
        self.selector = selectors.DefaultSelector()
        self.outcome = Outcome()
        self.position = work.first % len(work.requests)
        self.busy = 0
        self.sample_every = 97

    def run(self) -> Outcome:
        connections = [Connection(self) for _ in range(self.work.connections)]
        processor_start = time.process_time()
        self.outcome.started_at = time.time()
        self.start = self.last = time.perf_counter()
        self.warm_until = self.start + self.work.warm_up_seconds
        self.until = self.warm_until + self.work.seconds if self.work.seconds is not None else float("inf")
        self.busy = len(connections)
        for connection in connections:
            self.next(connection)
        while self.busy:
            if not self.select(SILENCE_SECONDS_MAX):
                self.outcome.errors[f"no answer for {SILENCE_SECONDS_MAX:.0f} seconds"] += self.busy
                break
        self.outcome.elapsed = self.last - self.start
        self.outcome.processor_seconds = time.process_time() - processor_start
        self.outcome.next = self.position
        return self.outcome

    def select(self, seconds: float) -> bool:
        """Read what comes within the time; whether anything came."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            key.data()
        return bool(ready)

    def next(self, connection: Connection) -> None:
        connection.send(self.take())

    def take(self) -> int:
        """The number of the request that is next."""
        index = self.position
        self.position = index + 1 if index + 1 < len(self.requests) else 0
        self.outcome.sent += 1
        return index

    def answered(self, connection: Connection, data: bytes, head_end: int) -> None:
        now = time.perf_counter()
        outcome = self.outcome
        if data[9:12] == b"200":
            outcome.latencies.append(now - connection.sent_at)
            if self.work.stamped:
                outcome.answered_at[connection.index] = time.time()
            if len(outcome.latencies) % self.sample_every == 1 and len(outcome.sampled) < self.work.samples:
                outcome.sampled.append((connection.index, data[head_end + 4 :]))
        else:
            outcome.errors[
                data[9:12].decode() + " " + data[head_end + 4 :][:160].decode(errors="replace")
            ] += 1
        self.last = now
        if self.warm_until is not None and now >= self.warm_until:
            self.begin(now)
        if self.is_over(now):
            connection.index = -1
            self.busy -= 1
        else:
            self.next(connection)

    def is_over(self, now: float) -> bool:
        return now >= self.until or (self.work.count is not None and self.outcome.sent >= self.work.count)

    def begin(self, now: float) -> None:
        """The warm-up is over: forget what it measured."""
        self.warm_until = None
        if self.work.warm_up_seconds:
            del self.outcome.latencies[:]
            self.outcome.errors.clear()
            self.start = now


class PacedLoad(Load):
    """So many requests a second, whatever becomes of them: `count` in all, without a warm-up."""

    def __init__(self, work: Work, rate: float, count: int) -> None:
        super().__init__(work)
        self.pause = 1 / rate
        self.left = count
        self.free: list[Connection] = []
        self.due = 0.0

    def next(self, connection: Connection) -> None:
        self.free.append(connection)

    def is_over(self, _now: float) -> bool:
        return False

    def select(self, seconds: float) -> bool:
        """Send what is due, then read; nothing that came is no silence while the next request is not due."""
        now = time.perf_counter()
        self.due = self.due or now
        while self.left and self.free and self.due <= now:
            self.free.pop().send(self.take(), self.due)
            self.left -= 1
            self.due += self.pause
        pausing = bool(self.left and self.free)
        came = super().select(max(0.0, self.due - now) if pausing else seconds)
        self.busy = self.left + self.work.connections - len(self.free)
        return came or pausing


def main() -> None:
    work = pickle.load(sys.stdin.buffer)
    gc.disable()
    load = PacedLoad(work, work.rate, work.count) if work.rate and work.count else Load(work)
    pickle.dump(load.run(), sys.stdout.buffer)


if __name__ == "__main__":
    main()
