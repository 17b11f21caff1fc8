"""A real server in a process of its own, and how a test talks to it."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import boto3
from botocore.config import Config

ENVIRONMENT = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
ENVIRONMENT.pop("AWS_SESSION_TOKEN", None)
# Else each server compiles its source anew, which is half of what a start takes.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)

# One for all clients of a test run: each new one reads AWS's models anew, which takes longer than most tests.
_SESSION = boto3.session.Session()
_ONE_AT_A_TIME = threading.Lock()


class Millrace:
    """`millrace serve` on a free port with its data in `data`; `kill` and `start` again at will.

    What it says to the operator is added to the file `errors`, if that is given. `before` are words before the
    command itself, for instance `prlimit`'s; `environment` are variables on top of the usual ones.
    """

    def __init__(
        self,
        data: Path,
        *options: str,
        errors: Path | None = None,
        before: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.errors = errors
        self.before = before
        self.environment = {**ENVIRONMENT, **(environment or {})}
        self.options = options
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self._clients: dict[Any, Any] = {}

    def start(self) -> "Millrace":
        command = [
            *self.before,
            sys.executable,
            "-m",
            "millrace",
            "serve",
            "--json",
            "--port",
            str(self.port),
        ]
        command += ["--data", str(self.data), *self.options]
        with contextlib.ExitStack() as stack:
            told = None if self.errors is None else stack.enter_context(self.errors.open("a"))
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=told, text=True, env=self.environment
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait(timeout=60)
            self.close()
            raise AssertionError(f"the server did not start (exit code {code})")
        self.port = json.loads(line)["port"]
        return self

    def errors_text(self) -> str:
        """What it has said to the operator."""
        assert self.errors is not None
        return self.errors.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        return self._end(signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing behind, however it ended: it is killed if it still runs."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.kill()
        elif self.process.stdout is not None:
            self.process.stdout.close()

    def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def client(self, service: str, **arguments: Any) -> Any:
        """A stock boto3 client that never repeats a call by itself. Making one takes long, so each is kept."""
        assert self.process is not None
        place = (self.process.pid, service, tuple(sorted(arguments.items())))
        if place not in self._clients:
            self._clients[place] = self._client(service, arguments)
        return self._clients[place]

    def _client(self, service: str, arguments: Mapping[str, Any]) -> Any:
        given = {
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
            "region_name": "eu-central-1",
            "config": Config(retries={"total_max_attempts": 1}, read_timeout=60),
            **arguments,
        }
        with _ONE_AT_A_TIME:
            return _SESSION.client(service, endpoint_url=self.url, **given)

    def unchecked_client(self, service: str) -> Any:
        """A boto3 client that sends what it is given: the server alone judges it."""
        unchecked = Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=False)
        return self._client(service, {"config": unchecked})

    def aws(self, *words: str, check: bool = True) -> Any:
        """What `aws WORDS…` prints, as data; with `check=False` the completed process."""
        done = subprocess.run(
            [str(Path(sys.executable).with_name("aws")), "--output", "json", *words],
            env={**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if not check:
            return done
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def millrace(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command `millrace WORDS…`, pointed at this server."""
        return subprocess.run(
            [sys.executable, "-m", "millrace", *words],
            env={**ENVIRONMENT, "AWS_ENDPOINT_URL": self.url},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def ask(self, path: str, **body: Any) -> Any:
        """The answer of millrace's own API: a POST when there is a body, else a GET."""
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}/_millrace/{path}", data=data)
        with urllib.request.urlopen(request, timeout=100) as response:
            return json.load(response)

    def idle(self, seconds: float = 90) -> Any:
        """Return once every change was delivered, filtered or discarded and its log lines are stored."""
        return self.ask("idle", timeout=seconds)

    @contextlib.contextmanager
    def tail(self, query: str) -> Iterator["Tail"]:
        """The live events that fit `query` (`table=…` or `function=…`), from now on."""
        with Tail(f"{self.url}/_millrace/tail?{query}") as tail:
            yield tail


class Tail:
    """Collects live events in a thread; `wait` returns once enough of them fit."""

    def __init__(self, url: str) -> None:
        self._response = urllib.request.urlopen(url, timeout=60)
        self._news = threading.Condition()
        self.events: list[dict[str, Any]] = []
        assert json.loads(self._response.readline())["kind"] == "ready"
        self._thread = threading.Thread(target=self._collect, daemon=True)

    def _collect(self) -> None:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            for line in self._response:
                with self._news:
                    self.events.append(json.loads(line))
                    self._news.notify_all()

    def wait(
        self, fits: Callable[[dict[str, Any]], bool], count: int = 1, seconds: float = 60
    ) -> list[dict[str, Any]]:
        """The first `count` events that fit; fails when they do not come in time."""
        deadline = time.monotonic() + seconds  # noqa: TID251 -- a real process is being waited for
        with self._news:
            while len(found := [event for event in self.events if fits(event)]) < count:
                left = deadline - time.monotonic()  # noqa: TID251
                assert left > 0, f"{len(found)} of {count} came; all events: {self.events}"
                self._news.wait(left)
        return found[:count]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, AttributeError):  # the latter when the server has ended it
            self._response.fp.raw._sock.shutdown(2)  # wakes the thread out of its read
        self._thread.join(timeout=5)
        self._response.close()


def zipped(source: str, name: str = "handler.py") -> bytes:
    """A deployment package with one file; the same for the same source: its time is 1980."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o600 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, source)
    return buffer.getvalue()


TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def stream_policy(stream_arn: str, *, without: str = "") -> str:
    """The article's policy, exactly these four actions on exactly this stream, plus logs."""
    reads = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
    actions = [f"dynamodb:{name}" for name in reads if name != without]
    logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": actions, "Resource": [stream_arn]},
                {"Effect": "Allow", "Action": logs, "Resource": "*"},
            ],
        }
    )


HANDLER = """
import json

def lambda_handler(event, context):
    print("Received event: " + json.dumps(event))
    return "Successfully processed {} records.".format(len(event["Records"]))
"""

BROKEN_HANDLER = """
def lambda_handler(event, context):
    raise KeyError("a small mistake")
"""
