"""The rows that need triggers: how soon a function starts after a write, and how many records a second it gets.

One function, one mapping, batches of up to 100 records. The function's own first line takes the time.
"""

import contextlib
import io
import json
import random
import socket
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import items
from benchmarks.measure import Failure, Measure, Unit
from benchmarks.rows import Pace, create_table
from benchmarks.server import Server
from benchmarks.statistics import spread
from benchmarks.work import Work, run

BATCH_SIZE = 100
MIXED_CONNECTIONS = 16
FIRST_CALL_SECONDS_MAX = 60.0
CALL_SECONDS_MAX = 10.0
BACKLOG_SECONDS_MAX = 180.0
HANDLER = Path(__file__).resolve().parent / "handlers/stamp.py"
SOCKET_BUFFER_BYTES = 4 * 1024 * 1024
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"}],
}


@dataclass
class Listener:
    """Collects what the function tells: for every key the time of the first line that got it first."""

    port: int
    seen: dict[str, float] = field(default_factory=dict)
    calls: list[tuple[float, int]] = field(default_factory=list)
    repeats: int = 0
    condition: threading.Condition = field(default_factory=threading.Condition)

    def take(self, datagram: bytes) -> None:
        told = json.loads(datagram)
        with self.condition:
            self.calls.append((told["at"], len(told["keys"])))
            for key in told["keys"]:
                self.repeats += key in self.seen
                self.seen.setdefault(key, told["at"])
            self.condition.notify_all()

    def wait_for(self, keys: set[str], seconds: float) -> bool:
        """Whether all the keys have come within the time."""
        with self.condition:
            return self.condition.wait_for(lambda: keys <= self.seen.keys(), seconds)

    def clear(self) -> None:
        with self.condition:
            self.seen.clear()
            self.calls.clear()
            self.repeats = 0


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        receiver.bind(("127.0.0.1", 0))
        listener = Listener(receiver.getsockname()[1])
        thread = threading.Thread(target=receive, args=(receiver, listener), daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            receiver.sendto(b"", receiver.getsockname())
            thread.join()


def receive(receiver: socket.socket, listener: Listener) -> None:
    """Until an empty datagram comes."""
    while datagram := receiver.recv(65_536):
        listener.take(datagram)


def create_role(server: Server) -> str:
    iam = server.client("iam")
    role = iam.create_role(RoleName="stamp", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="stamp", PolicyName="stamp", PolicyDocument=json.dumps(ALLOWED))
    return role


def create_function(
    server: Server, listener: Listener, role: str, name: str = "stamp", pause: float = 0.0
) -> None:
    functions = server.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
        Role=role,
        Handler="stamp.handler",
        Code={"ZipFile": packed(HANDLER)},
        Timeout=30,
        Environment={"Variables": {"BENCHMARK_PORT": str(listener.port), "BENCHMARK_PAUSE": str(pause)}},
    )
    functions.get_waiter("function_active_v2").wait(
        FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def packed(source: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.write(source, source.name)
    return archive.getvalue()


def create_mapping(server: Server, table: str, position: str, name: str = "stamp", **settings: Any) -> str:
    stream = server.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    functions = server.client("lambda")
    settings = {"BatchSize": BATCH_SIZE, **settings}
    mapping = functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName=name, StartingPosition=position, **settings
    )
    return mapping["UUID"]


def delete_mapping(server: Server, identifier: str) -> None:
    server.client("lambda").delete_event_source_mapping(UUID=identifier)


def wake(server: Server, listener: Listener, table: str) -> None:
    """Write until the function has answered: its mapping is on, and its environment started."""
    client = server.client("dynamodb")
    until = time.monotonic() + FIRST_CALL_SECONDS_MAX
    for attempt in range(1_000):
        client.put_item(TableName=table, Item=items.item(f"wake-{attempt}", 1))
        if listener.wait_for({f"wake-{attempt}"}, 2.0):
            return
        if time.monotonic() > until:
            break
    raise TimeoutError("the function was not called")


def idle(server: Server, pace: Pace) -> dict[str, Measure | Failure]:
    """Single writes with pauses: from the answer, and from the call, to the function's first line."""
    with listening() as listener:
        ensure_function(server, listener)
        create_table(server, items.table("idle", {"id": "HASH"}))
        mapping = create_mapping(server, "idle", "LATEST")
        wake(server, listener, "idle")
        times = timed_puts(server, listener, pace.idle_puts)
        delete_mapping(server, mapping)
        notes = (
            [f"{pace.idle_puts - len(times)} of {pace.idle_puts} never came"]
            if len(times) < pace.idle_puts
            else []
        )
        if not times:
            return {name: Failure("no record came") for name in ("trigger-answer", "trigger-call")}
        after_answer = spread(came - answered for _, answered, came in times)
        after_call = spread(came - called for called, _, came in times)
    return {
        "trigger-answer": Measure(after_answer.p50, Unit.SECONDS, after_answer, notes),
        "trigger-call": Measure(after_call.p50, Unit.SECONDS, after_call, notes),
    }


def timed_puts(server: Server, listener: Listener, count: int) -> list[tuple[float, float, float]]:
    """(call, answer, first line) of every write whose record came in time."""
    client, pauses, times = server.client("dynamodb"), random.Random(7), []
    for number in range(count):
        time.sleep(pauses.uniform(0.05, 0.25))
        item = items.item(f"idle-{number}", 1)
        called = time.time()
        client.put_item(TableName="idle", Item=item)
        answered = time.time()
        if listener.wait_for({f"idle-{number}"}, CALL_SECONDS_MAX):
            times.append((called, answered, listener.seen[f"idle-{number}"]))
    return times


def put_many(server: Server, table: str, count: int, connections: int) -> tuple[set[str], Any]:
    """Put that many new items through the generator; their keys and its outcome."""
    keys = [f"{table}-{number}" for number in range(count)]
    bodies = [items.encode({"TableName": table, "Item": items.item(key, 1)}) for key in keys]
    signer = server.signer
    requests = [signer.request("PutItem", body) for body in bodies]
    outcome = run(Work(server.port, requests, connections, count=count))
    if outcome.errors:
        raise RuntimeError(f"writes were refused: {outcome.errors.most_common(1)[0][0]}")
    return set(keys), outcome


def backlog(server: Server, pace: Pace) -> dict[str, Measure | Failure]:
    """Records per second once a backlog exists: written first, then mapped from the stream's beginning.

    Counted from the first call's first line, without that call's records, to the last call's first line.
    """
    with listening() as listener:
        ensure_function(server, listener)
        create_table(server, items.table("backlog", {"id": "HASH"}))
        keys, _ = put_many(server, "backlog", pace.records, MIXED_CONNECTIONS)
        mapping = create_mapping(server, "backlog", "TRIM_HORIZON")
        complete = listener.wait_for(keys, BACKLOG_SECONDS_MAX)
        delete_mapping(server, mapping)
        calls = sorted(listener.calls)
        if len(calls) < 2:
            return {"trigger-backlog": Failure("no record came")}
        records = len(listener.seen) - calls[0][1]  # each counts once, however often it came
        rate = records / (calls[-1][0] - calls[0][0])
        return {"trigger-backlog": Measure(rate, Unit.RATE, None, remarks(listener, keys, complete=complete))}


def mixed(server: Server, pace: Pace) -> dict[str, Measure | Failure]:
    """Records per second while they are written: from the first write's start to the last call's first line."""
    with listening() as listener:
        ensure_function(server, listener)
        create_table(server, items.table("mixed", {"id": "HASH"}))
        mapping = create_mapping(server, "mixed", "LATEST")
        wake(server, listener, "mixed")
        listener.clear()
        keys, outcome = put_many(server, "mixed", pace.records, MIXED_CONNECTIONS)
        complete = listener.wait_for(keys, BACKLOG_SECONDS_MAX)
        delete_mapping(server, mapping)
        if not listener.calls:
            return {"trigger-mixed": Failure("no record came")}
        rate = len(listener.seen) / (max(at for at, _ in listener.calls) - outcome.started_at)
        notes = [f"written at {outcome.rate:,.0f} /s", *remarks(listener, keys, complete=complete)]
        return {"trigger-mixed": Measure(rate, Unit.RATE, None, notes)}


def ensure_function(server: Server, listener: Listener) -> None:
    """Make the function new, telling this listener."""
    functions, iam = server.client("lambda"), server.client("iam")
    with contextlib.suppress(functions.exceptions.ResourceNotFoundException):
        functions.delete_function(FunctionName="stamp")
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_role_policy(RoleName="stamp", PolicyName="stamp")
        iam.delete_role(RoleName="stamp")
    create_function(server, listener, create_role(server))


def remarks(listener: Listener, keys: set[str], *, complete: bool) -> list[str]:
    notes = []
    if not complete:
        notes.append(f"only {len(keys & listener.seen.keys()):,} of {len(keys):,} came in time")
    if listener.repeats:
        notes.append(f"{listener.repeats:,} came more than once")
    return notes
