"""Which environment runs which invocation: warm ones again, new ones when more run at once, none for long.

A function's code and configuration decide by its revision which environments may serve it; those of an
older revision finish what they do and end. All processes of a server together are limited, and whoever
comes later waits.
"""

import asyncio
import contextlib
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from millrace.core import limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock, Timer
from millrace.core.errors import AwsError, StorageError
from millrace.functions.catalog import Function
from millrace.functions.code import CodeStore
from millrace.functions.environment import Environment, EnvironmentGoneError, Outcome, Setup, State
from millrace.functions.names import not_found
from millrace.functions.output import LogSink
from millrace.functions.programs import Programs
from millrace.functions.runtime_api import Work
from millrace.functions.tally import Tallies
from millrace.functions.usage import Watch
from millrace.functions.variables import Credentials, session_name

_log = logging.getLogger(__name__)

# Temporary credentials for a role: (scope, role ARN, session name).
CredentialSource = Callable[[Scope, str, str], Awaitable[Credentials]]

# An environment is not used when its credentials end sooner than this after the function's time-out.
_CREDENTIALS_MARGIN_SECONDS = 60.0
# How often an environment may die under our hands before we say so.
_ATTEMPTS = 3


@dataclass(slots=True)
class Kept:
    """So many environments of a version are to be ready. `broken`: one could not load the handler, so no more are tried."""

    function: Function
    count: int = 0
    starting: int = 0
    broken: bool = False


class _Crew:
    """The environments of one function, of all its versions. Concurrency is the function's, whatever the version."""

    def __init__(self) -> None:
        self.idle: list[Environment] = []  # the one used last is last, and used first
        self.busy: set[Environment] = set()
        self.running: Counter[str] = (
            Counter()
        )  # invocations by version, also those that wait for an environment
        self.kept: dict[str, Kept] = {}  # by version

    def of(self, version: str) -> list[Environment]:
        """All of one version, the busy ones and then the idle ones, of which the one used last is last."""
        return [
            environment
            for environment in (*self.busy, *self.idle)
            if environment.setup.function.version == version
        ]

    @property
    def held(self) -> int:
        """What provisioned concurrency holds for its versions."""
        return sum(kept.count for kept in self.kept.values())

    @property
    def spilled(self) -> int:
        """Invocations beyond what is held for their versions."""
        return sum(max(0, running - self._own(version)) for version, running in self.running.items())

    def has_place(self, version: str) -> bool:
        """Whether one more of this version fits into what is held for it."""
        return self.running[version] < self._own(version)

    def _own(self, version: str) -> int:
        kept = self.kept.get(version)
        return 0 if kept is None else kept.count

    def spare(self) -> list[Environment]:
        """The idle ones that may end."""
        if not self.kept:
            return self.idle[:]
        needed: set[Environment] = set()
        for version, kept in self.kept.items():
            needed.update(self.of(version)[: kept.count])
        return [environment for environment in self.idle if environment not in needed]


class Pool:
    """All environments of a server. `endpoint_url` is where their SDKs find millrace."""

    def __init__(
        self,
        clock: Clock,
        codes: CodeStore,
        programs: Programs,
        scratch: Path,
        credentials: CredentialSource,
        sink: LogSink,
        endpoint_url: str,
    ) -> None:
        self._clock = clock
        self._codes = codes
        self._programs = programs
        self._scratch = scratch
        self._credentials = credentials
        self._sink = sink
        self._endpoint_url = endpoint_url
        self._crews: dict[tuple[Scope, str], _Crew] = {}
        self._all: set[Environment] = set()
        self._starting = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._watch = Watch()
        self._reaper: Timer | None = None
        self._reaping: set[asyncio.Task[None]] = set()
        self._closed = False
        self.tallies = Tallies()

    @property
    def environments(self) -> frozenset[Environment]:
        """Those whose processes live, for whoever wants to look."""
        return frozenset(self._all)

    def load(self, scope: Scope, name: str) -> tuple[int, int]:
        """How many invocations of a function run or wait now, and how many environments it has."""
        crew = self._crews.get((scope, name))
        if crew is None:
            return 0, 0
        return crew.running.total(), len(crew.busy) + len(crew.idle)

    async def run(
        self, scope: Scope, function: Function, work: Work, on_start: Callable[[], None] | None = None
    ) -> tuple[Outcome, Environment]:
        """Run one piece of work in an environment of the function, and say in which; count what became of it.

        Raises TooManyRequestsException, or ServiceException when there can be no environment.
        """
        try:
            outcome, environment = await self._run(scope, function, work, on_start)
        except AwsError as error:
            self.tallies.refused(scope, function.name, error)
            raise
        self.tallies.ran(scope, function.name, outcome)
        return outcome, environment

    async def _run(
        self, scope: Scope, function: Function, work: Work, on_start: Callable[[], None] | None
    ) -> tuple[Outcome, Environment]:
        crew = self._crews.setdefault((scope, function.name), _Crew())
        _check_concurrency(function, crew)
        crew.running[function.version] += 1
        try:
            # Whoever waits for room may find the function changed, and its code would be swept away.
            with self._codes.pinned(*function.codes):
                for _ in range(_ATTEMPTS):
                    environment = await self._take(scope, function, crew)
                    try:
                        return await environment.run(work, on_start), environment
                    except EnvironmentGoneError:
                        continue
                    finally:
                        self._give_back(crew, environment)
        finally:
            crew.running[function.version] -= 1
        raise AwsError("ServiceException", "The execution environments of the function ended unexpectedly.")

    def keep(self, scope: Scope, name: str, wanted: dict[str, Kept]) -> None:
        """Have environments of a function ready, by version, from now on and instead of what was wanted before."""
        if wanted:
            crew = self._crews.setdefault((scope, name), _Crew())
        elif (crew := self._crews.get((scope, name))) is None:
            return
        # Those that are being started count for what is wanted now, too.
        for version, kept in wanted.items():
            before = crew.kept.get(version)
            if before is not None and before.function.revision == kept.function.revision:
                before.count, before.broken = kept.count, False
                wanted[version] = before
        crew.kept = wanted
        self._refill(scope, crew)
        self._plan_reaping()

    def warm(self, scope: Scope, name: str, version: str) -> tuple[int, bool]:
        """How many environments of a version are ready or at work, and whether no more can be."""
        crew = self._crews.get((scope, name))
        kept = crew.kept.get(version) if crew else None
        if crew is None or kept is None:
            return 0, False
        return sum(environment.loaded for environment in crew.of(version)), kept.broken

    def retire(self, scope: Scope, name: str, version: str | None = None) -> None:
        """The function (or one version) was changed or deleted: idle environments end now, busy ones after their work."""
        crew = self._crews.get((scope, name))
        if crew is None:
            return
        for environment in crew.busy:
            environment.retired |= version in {None, environment.setup.function.version}
        for environment in tuple(crew.idle):
            if version in {None, environment.setup.function.version}:
                self._drop(environment)

    async def close(self) -> None:
        """Kill all environments. Work in them is settled with ServiceException."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        for future in self._waiting:
            if not future.done():
                future.set_exception(_closing())
        ends = tuple(self._all)
        for environment in ends:
            environment.stop()
        for environment in ends:
            await environment.gone.wait()
        if self._reaping:
            await asyncio.wait(self._reaping)
        await self._watch.close()

    # Taking and giving back.

    async def _take(self, scope: Scope, function: Function, crew: _Crew) -> Environment:
        waited = False
        while (environment := self._warm(crew, function)) is None and not self._has_room():
            await self._wait_for_room(waited=waited)
            waited = True
        if environment is not None:
            if waited and self._has_room():
                self._let_in()  # it was woken for room that it did not need
            return environment
        self._starting += 1
        try:
            environment = await self._start(scope, function)
        except BaseException:
            self._starting -= 1
            self._let_in()  # its room is free again, and nothing else would say so
            raise
        self._starting -= 1
        crew.busy.add(environment)
        return environment

    def _warm(self, crew: _Crew, function: Function) -> Environment | None:
        """An idle environment of the function as it is now, which is busy from here on."""
        for environment in crew.idle[::-1]:
            if environment.setup.function.version != function.version:
                continue
            crew.idle.remove(environment)
            if self._fits(environment, function):
                crew.busy.add(environment)
                return environment
            environment.stop()
        return None

    def _fits(self, environment: Environment, function: Function) -> bool:
        expires = environment.setup.expiration - function.timeout_seconds - _CREDENTIALS_MARGIN_SECONDS
        return (
            environment.state in {State.IDLE, State.STARTING}
            and environment.setup.function.revision == function.revision
            and self._clock.now() < expires
        )

    def _give_back(self, crew: _Crew, environment: Environment) -> None:
        crew.busy.discard(environment)
        if environment.state is State.IDLE and not environment.retired and not self._closed:
            environment.idle_since = self._clock.now()
            crew.idle.append(environment)
            self._plan_reaping()
        elif environment.state is not State.DEAD:
            environment.stop()
        self._let_in()

    def _refill(self, scope: Scope, crew: _Crew) -> None:
        """Start what provisioned concurrency wants and is not there."""
        for version, kept in crew.kept.items():
            missing = kept.count - len(crew.of(version)) - kept.starting
            for _ in range(0 if kept.broken or self._closed else missing):
                if not self._has_room():
                    self._stop_idlest()  # once that is gone, it is tried again
                    return
                kept.starting += 1
                self._starting += 1
                task = asyncio.get_running_loop().create_task(self._prepare(scope, crew, kept))
                self._reaping.add(task)
                task.add_done_callback(self._reaping.discard)

    async def _prepare(self, scope: Scope, crew: _Crew, kept: Kept) -> None:
        try:
            environment = await self._start(scope, kept.function, kind="provisioned-concurrency")
        except (AwsError, StorageError) as error:
            kept.broken = True
            _log.warning("No environment of %s can be kept ready: %s", kept.function.name, error)
        else:
            environment.idle_since = self._clock.now()
            wanted = crew.kept.get(kept.function.version) is kept
            if wanted and not environment.refused and not self._closed:
                crew.idle.insert(0, environment)
            else:  # it has no program, or meanwhile nobody wants it any more
                environment.stop()
        finally:
            kept.starting -= 1
            self._starting -= 1
            self._let_in()

    async def _start(self, scope: Scope, function: Function, *, kind: str = "on-demand") -> Environment:
        program = await self._programs.find(function.runtime)
        try:
            code = await self._codes.directory(function.code_sha256)
            opt = await self._codes.together([layer["sha256"] for layer in function.layers])
        except FileNotFoundError as error:  # deleted since the function was looked up
            raise not_found(function.arn(scope)) from error
        credentials = await self._credentials(scope, function.role, session_name(function.name))
        variables = {
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret,
            "AWS_SESSION_TOKEN": credentials.token,
            "AWS_ENDPOINT_URL": self._endpoint_url,
            "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
            **(function.environment or {}),
        }
        setup = Setup(scope, function, program, code, opt, self._scratch, variables, credentials.expiration)
        if self._closed:
            raise _closing()
        environment = Environment(setup, self._clock, self._sink, self._watch)
        self._all.add(environment)
        self._keep_until_gone(environment)
        try:
            await environment.start()
        except OSError as error:
            raise AwsError("ServiceException", f"No process could be started: {error}") from error
        return environment

    def _keep_until_gone(self, environment: Environment) -> None:
        """Its code stays and it counts until its process and what that left behind are gone."""

        async def wait() -> None:
            with self._codes.pinned(*environment.setup.function.codes):
                await environment.gone.wait()
            self._all.discard(environment)
            self._forget(environment)
            for (scope, _), crew in self._crews.items():
                self._refill(scope, crew)
            self._let_in()

        task = asyncio.get_running_loop().create_task(wait())
        self._reaping.add(task)
        task.add_done_callback(self._reaping.discard)

    def _forget(self, environment: Environment) -> None:
        """It is gone. If it never loaded its handler, no other of its kind is kept ready in its place."""
        scope, function = environment.setup.scope, environment.setup.function
        crew = self._crews.get((scope, function.name))
        if crew is None:
            return
        with contextlib.suppress(ValueError):
            crew.idle.remove(environment)
        kept = crew.kept.get(function.version)
        if kept is not None and kept.function.revision == function.revision:
            kept.broken |= not (environment.loaded or environment.retired)

    # Room for more.

    def _has_room(self) -> bool:
        return len(self._all) + self._starting < limits.environments_max

    async def _wait_for_room(self, *, waited: bool) -> None:
        """Wait for room or an environment that is idle again. Who `waited` before keeps the first place."""
        if self._closed:
            raise _closing()
        if not waited and len(self._waiting) >= limits.function_concurrency_max:
            raise _too_many("ConcurrentInvocationLimitExceeded")
        self._stop_idlest()
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if waited:
            self._waiting.appendleft(future)
        else:
            self._waiting.append(future)
        try:
            await future
        except asyncio.CancelledError:
            self._let_in()  # it may have been woken a moment ago
            raise
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(future)

    def _let_in(self) -> None:
        """Wake who waits longest, if there is room or an idle environment that can make some."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
                return

    def _stop_idlest(self) -> None:
        idle = [environment for crew in self._crews.values() for environment in crew.spare()]
        if idle:
            self._drop(min(idle, key=lambda environment: environment.idle_since))

    def _drop(self, environment: Environment) -> None:
        setup = environment.setup
        self._crews[setup.scope, setup.function.name].idle.remove(environment)
        environment.stop()

    # Ends.

    def _plan_reaping(self) -> None:
        if self._reaper is None:
            self._reaper = self._clock.call_after(limits.environment_idle_seconds_max, self._reap)

    def _reap(self) -> None:
        """End what nobody has used for long, and look again when the next may be due."""
        self._reaper = None
        now = self._clock.now()
        idle = [environment for crew in self._crews.values() for environment in crew.spare()]
        for environment in idle:
            if now - environment.idle_since >= limits.environment_idle_seconds_max:
                self._drop(environment)
        left = [environment.idle_since for crew in self._crews.values() for environment in crew.spare()]
        if left:
            due = min(left) + limits.environment_idle_seconds_max
            self._reaper = self._clock.call_at(due, self._reap)
        unused = [
            key for key, crew in self._crews.items() if not (crew.idle or crew.running.total() or crew.kept)
        ]
        for key in unused:
            del self._crews[key]


def _check_concurrency(function: Function, crew: _Crew) -> None:
    """Raises TooManyRequestsException. Provisioned concurrency is taken out of what is reserved: recorded on AWS."""
    reserved = function.reserved_concurrency
    if reserved is not None and not crew.has_place(function.version) and crew.spilled >= reserved - crew.held:
        raise _too_many("ReservedFunctionConcurrentInvocationLimitExceeded")
    if crew.running.total() >= limits.function_concurrency_max:
        raise _too_many("ConcurrentInvocationLimitExceeded")


def _too_many(reason: str) -> AwsError:
    return AwsError("TooManyRequestsException", "Rate Exceeded.", members={"Reason": reason, "Type": "User"})


def _closing() -> AwsError:
    return AwsError("ServiceException", "The server is closing.")
