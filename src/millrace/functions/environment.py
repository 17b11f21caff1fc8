"""One execution environment: one process that runs one function's handler, one event at a time.

It starts, hands work over through its Runtime API, times it, and settles every piece of work exactly once:
with the function's answer, or with AWS's error document when the process fails, hangs or dies. Which
environment gets which work, and when one ends, is the pool's business.
"""

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import orjson

from millrace.core import ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.errors import AwsError
from millrace.functions import entrypoint, usage
from millrace.functions.catalog import Function
from millrace.functions.code import remove
from millrace.functions.entrypoint import Entrypoint
from millrace.functions.output import LogSink, LogTarget, Output, time_text
from millrace.functions.platform_log import Instance, JsonLog, PlatformLog, Report, TextLog
from millrace.functions.process import Process, describe_exit
from millrace.functions.program import EntrypointError, Place, Program
from millrace.functions.runtime_api import RuntimeApi, Work
from millrace.functions.runtimes import version_arn
from millrace.functions.variables import given


class State(StrEnum):
    """STARTING until the handler is loaded; BUSY with work; STOPPING when it will take no more."""

    STARTING = "STARTING"
    IDLE = "IDLE"
    BUSY = "BUSY"
    STOPPING = "STOPPING"
    DEAD = "DEAD"


class EnvironmentGoneError(Exception):
    """The process ended before the work reached it: another environment may take it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What an environment is made of. `variables` come on top of what every function is given."""

    scope: Scope
    function: Function
    program: Program
    code: Path
    opt: Path | None  # its layers, put together
    scratch: Path
    variables: Mapping[str, str]
    expiration: float  # of its credentials, in epoch seconds

    @property
    def place(self) -> Place:
        function = self.function
        variables = function.environment or {}
        return Place(function.handler, function.runtime, function.memory_mb, self.code, self.opt, variables)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a piece of work."""

    payload: bytes
    failed: bool
    log_tail: bytes
    duration_ms: float
    content_type: str = ""  # as the runtime says: of interest where answers are streamed


@dataclass(slots=True)
class _Job:
    work: Work
    on_start: Callable[[], None] | None
    outcome: asyncio.Future[Outcome]


class Environment:
    """A process, its Runtime API and its log stream."""

    def __init__(self, setup: Setup, clock: Clock, sink: LogSink, watch: usage.Watch) -> None:
        self.setup = setup
        self.state = State.STARTING
        self.idle_since = 0.0
        self.invocations = 0
        self.retired = False  # of an older revision: to be stopped when its work is done
        self._mark = ids.hexadecimal(32)
        self.log = LogTarget(setup.scope, setup.function.log_group, _stream_name(setup, clock, self._mark))
        self._clock = clock
        self._watch = watch
        self._output = Output(clock, self.log, sink, _platform_log(setup, self.log, clock))
        self._api = RuntimeApi(self)
        self._process = Process(self._read, self._exited)
        self._asking: asyncio.Future[tuple[Work, int]] | None = None
        self._pending: _Job | None = None
        self._current: _Job | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._flush: asyncio.TimerHandle | None = None
        self._began = self._started = 0.0
        self._init_ms: float | None = None
        self._loaded = False
        self._used_bytes = 0
        self._looked = 0.0
        self._verdict = ""
        self._refusal = ""  # why there is no process
        self._cleaning: asyncio.Task[None] | None = None
        self._temporary: Path | None = None
        self.gone = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Environment {self.setup.function.name}:{self._mark[:8]} [{self.state}, invocation {self.invocations}]>"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def loaded(self) -> bool:
        """Whether the handler's module has been loaded: it has worked, or can at once."""
        return self._loaded

    @property
    def refused(self) -> bool:
        """Whether there is no process, because the function has no program that can be started."""
        return bool(self._refusal)

    @property
    def temporary(self) -> Path | None:
        return self._temporary

    # From the pool's side.

    async def start(self) -> None:
        """Start the process; it need not be waited for. Raises OSError if there cannot be one."""
        try:
            self._spawn(await self._api.open())
        except BaseException:
            self._exited(1)
            raise

    def _spawn(self, address: str) -> None:
        if self.state is not State.STARTING:
            raise OSError("the environment was stopped before it started")
        loop, setup = asyncio.get_running_loop(), self.setup
        self._temporary = Path(tempfile.mkdtemp(prefix="tmp-", dir=setup.scratch))
        self._output.init_start(setup.program.note(setup.function.runtime))
        self._began = self._clock.stopwatch()
        try:
            self._process.start(
                lambda lifeline: setup.program.command(setup.place, lifeline),
                self._variables(address),
                setup.code,
            )
        except EntrypointError as error:
            self._refusal = str(error)
        except OSError as error:
            if not isinstance(setup.program, Entrypoint):
                raise
            self._refusal = str(entrypoint.refusal(setup.place, error))
        else:
            self._timer = loop.call_later(limits.function_init_seconds_max, self._init_overdue)

    def _variables(self, address: str) -> dict[str, str]:
        setup = self.setup
        told = given(setup.function, setup.scope, setup.program, setup.place, log_stream=self.log.stream)
        # Search paths that the function sets come before what is needed here, and do not replace it.
        kept = {name: told[name] for name in ("PYTHONPATH", "NODE_PATH") if name in told}
        addresses = {"AWS_LAMBDA_RUNTIME_API": address, "TMPDIR": str(self._temporary)}
        return {**told, **addresses, **setup.variables, **kept}

    async def run(self, work: Work, on_start: Callable[[], None] | None = None) -> Outcome:
        """Hand work over, now or when the handler is loaded, and wait for what becomes of it.

        Raises EnvironmentGoneError if it never got there, AwsError if the server closes meanwhile.
        """
        if self.state not in {State.STARTING, State.IDLE}:
            raise EnvironmentGoneError(repr(self))
        job = _Job(work, on_start, asyncio.get_running_loop().create_future())
        self._pending = job
        if self._refusal:
            self._init_failed("Runtime.InvalidEntrypoint")
            self._end_badly(self._begin(job), "Runtime.InvalidEntrypoint", self._refusal)
            self._exited(1)
        elif self.state is State.IDLE:
            self.state = State.BUSY
            # A handler may have broken its runtime, so that it never asks for work again: time runs from here.
            self._start_timer()
        self._hand_over()
        return await job.outcome

    def stop(self) -> None:
        """Kill it. Work in it is settled with ServiceException. `gone` is set when all is cleaned up."""
        if self.state is not State.DEAD:
            self.state = State.STOPPING
            self._settle_with(AwsError("ServiceException", "The execution environment was stopped."))
            if self._refusal:  # there is no process whose end would be heard of
                self._exited(1)
            self._process.kill()

    # From the process' side: the Desk of the Runtime API.

    async def next(self) -> tuple[Work, int]:
        loop = asyncio.get_running_loop()
        if not self._loaded:
            self._loaded = True
            self._init_ms = (self._clock.stopwatch() - self._began) * 1000
            self._process.drain()
            self._output.init_done(self._init_ms)
            self._cancel_timer()
            if self.state is State.STARTING:
                self.state = State.BUSY if self._pending is not None else State.IDLE
        self._asking = loop.create_future()
        self._hand_over()
        return await self._asking

    def answer(self, request_id: str, payload: bytes, *, failed: bool, content_type: str) -> bool:
        job = self._current
        if job is None or job.work.request_id != request_id:
            return False
        self._finish(job, payload, failed=failed, content_type=content_type)
        if self.state is State.BUSY:
            self.state = State.IDLE
        return True

    def fail_init(self, payload: bytes, error_type: str) -> bool:
        if self._loaded:
            return False
        self._process.drain()
        self._init_failed(error_type)
        self.state = State.STOPPING
        if self._pending is not None:
            job = self._begin(self._pending)
            self._finish(job, payload, failed=True, status="error", error_type=error_type)
        return True

    def _init_failed(self, error_type: str) -> None:
        self._output.init_failed((self._clock.stopwatch() - self._began) * 1000, error_type)

    # What happens in between.

    def _hand_over(self) -> None:
        asking, job = self._asking, self._pending
        if asking is None or asking.done() or job is None or self._current is not None:
            return
        self._process.drain()
        self._begin(job)
        self._start_timer()
        self._watch.add(self)
        if job.on_start is not None:
            job.on_start()
        deadline = self._clock.wall() + self.setup.function.timeout_seconds
        asking.set_result((job.work, int(deadline * 1000)))

    def _begin(self, job: _Job) -> _Job:
        self._pending, self._current = None, job
        self.invocations += 1
        self._output.begin(job.work.request_id)
        self._started = self._clock.stopwatch()
        return job

    def _finish(
        self,
        job: _Job,
        payload: bytes,
        *,
        failed: bool,
        status: str = "success",
        error_type: str | None = None,
        last_words: str = "",
        content_type: str = "",
    ) -> None:
        """Settle the work at hand. All it wrote is read by now or right here, so the log is complete first."""
        self._cancel_timer()
        self._watch.discard(self)
        self._process.drain()
        duration_ms = (self._clock.stopwatch() - self._started) * 1000
        function = self.setup.function
        report = Report(
            job.work.request_id,
            duration_ms,
            function.memory_mb,
            self._used_mb(),
            self._init_ms,
            status,
            error_type,
            len(payload) if status == "success" else 0,
        )
        self._current = self._init_ms = None
        tail = self._output.end(report, last_words=last_words)
        if not job.outcome.done():
            job.outcome.set_result(Outcome(payload, failed, tail, duration_ms, content_type))

    def _used_mb(self) -> int:
        now = self._clock.stopwatch()
        if now - self._looked > limits.environment_usage_seconds:  # a look takes longer than the rest
            self._looked = now
            self._used_bytes = max(self._used_bytes, usage.peak_bytes(self.pid))
        return min(-(-self._used_bytes // limits.MIB), self.setup.function.memory_mb)

    def _read(self, data: bytes) -> None:
        self._output.feed(data)
        if self._flush is None:
            delay = limits.function_output_flush_seconds
            self._flush = asyncio.get_running_loop().call_later(delay, self._flush_output)

    def _flush_output(self) -> None:
        self._flush = None
        self._output.hand_over()

    def _init_overdue(self) -> None:
        """Loading took too long: from now on the invocation's own time runs, as on AWS."""
        self._start_timer()

    def _time_out(self) -> None:
        job = self._current or self._pending
        self.state = State.STOPPING
        self._process.kill()
        if job is not None:
            if job is self._pending:
                self._begin(job)
            request_id, seconds = job.work.request_id, f"{self.setup.function.timeout_seconds:.2f}"
            payload = _failure(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds} seconds"
            )
            words = f"{time_text(self._clock)} {request_id} Task timed out after {seconds} seconds\n\n"
            self._finish(job, payload, failed=True, status="timeout", last_words=words)

    def judge(self, seen: usage.Usage) -> None:
        """Kill the process if it uses more than its function may."""
        self._used_bytes = max(self._used_bytes, seen.bytes)
        if seen.bytes > self.setup.function.memory_mb * limits.MIB:
            self._verdict = (
                f"[millrace: killed, it used more than {self.setup.function.memory_mb} MB of memory]\n"
            )
        elif seen.processes > limits.function_processes_max:
            self._verdict = (
                f"[millrace: killed, it had more than {limits.function_processes_max} processes]\n"
            )
        elif seen.stored_bytes > self.setup.function.storage_mb * limits.MIB:
            self._verdict = f"[millrace: killed, it kept more than {self.setup.function.storage_mb} MB in its temporary folder]\n"
        if self._verdict:
            self._watch.discard(self)
            self._process.kill()

    # The end.

    def _exited(self, code: int) -> None:
        self.state = State.DEAD
        self._cancel_timer()
        self._watch.discard(self)
        job = self._current or self._pending
        if job is not None and job is self._pending and self._loaded:
            self._settle_with(EnvironmentGoneError(repr(self)))
        elif job is not None:
            if job is self._pending:
                self._init_failed("Runtime.ExitError")
                self._begin(job)
            self._end_badly(job, "Runtime.ExitError", describe_exit(code))
        self._output.close()
        if self._flush is not None:
            self._flush.cancel()
        self._cleaning = asyncio.get_running_loop().create_task(self._clean())

    def _end_badly(self, job: _Job, error_type: str, why: str) -> None:
        reason = f"RequestId: {job.work.request_id} Error: {why}"
        self._finish(
            job,
            _failure(error_type, reason),
            failed=True,
            status="error",
            error_type=error_type,
            last_words=f"{self._verdict}{reason}\n{error_type}\n",
        )

    async def _clean(self) -> None:
        await self._api.close()
        await asyncio.to_thread(usage.kill_strays, self._mark)
        if self._temporary is not None:
            await asyncio.to_thread(remove, self._temporary)
        self.gone.set()

    def _settle_with(self, error: Exception) -> None:
        for job in (self._current, self._pending):
            if job is not None and not job.outcome.done():
                job.outcome.set_exception(error)
        self._current = self._pending = None
        self._cancel_timer()
        self._watch.discard(self)

    def _start_timer(self) -> None:
        self._cancel_timer()
        timeout = self.setup.function.timeout_seconds
        self._timer = asyncio.get_running_loop().call_later(timeout, self._time_out)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _stream_name(setup: Setup, clock: Clock, mark: str) -> str:
    """In a group that functions may share the name of each is in the names of its streams.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
    """
    function = setup.function
    day = datetime.fromtimestamp(clock.now(), UTC).strftime("%Y/%m/%d")
    shared = function.log_group != f"/aws/lambda/{function.name}"
    return f"{day}/{function.name if shared else ''}[{function.version}]{mark}"


def _platform_log(setup: Setup, target: LogTarget, clock: Clock) -> PlatformLog:
    function = setup.function
    instance = Instance(
        id=target.stream.replace("/[", f"/{function.name}[", 1),
        function=function.name,
        function_arn=function.arn(setup.scope),
        version=function.version,
        memory_mb=function.memory_mb,
        runtime_version=setup.program.version(function.runtime),
        runtime_version_arn=version_arn(setup.scope, function.runtime),
    )
    if function.log_format == "JSON":
        return JsonLog(instance, function.system_log_level or "INFO", lambda: time_text(clock))
    return TextLog(instance)


def _failure(kind: str, message: str) -> bytes:
    return orjson.dumps({"errorType": kind, "errorMessage": message})
