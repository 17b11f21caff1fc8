"""The functions room, joined: catalog, code, environments and events behind one door.

Operations and triggers ask a `Functions`; the app makes one and enters it.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import orjson

from millrace.buckets import catalog as buckets
from millrace.core import arn, ids, limits
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Access
from millrace.core.errors import AwsError
from millrace.functions import (
    catalog,
    destinations,
    layers,
    names,
    provisioned,
    recursion,
    resource_policy,
    usage,
)
from millrace.functions.catalog import Function
from millrace.functions.code import CodeStore, remove
from millrace.functions.download import Downloads
from millrace.functions.events import Events
from millrace.functions.invocation import Invocation
from millrace.functions.json_fault import fault
from millrace.functions.names import Reference, function_arn
from millrace.functions.output import LogTarget
from millrace.functions.pool import Kept, Pool
from millrace.functions.programs import Programs
from millrace.functions.runtime_api import Work
from millrace.functions.trace import follow
from millrace.functions.variables import Credentials
from millrace.iam.identities import Identities
from millrace.logs.log import Logs
from millrace.storage.interface import Reader, Storage

_PRINCIPAL = "lambda.amazonaws.com"


class Functions:
    """Everything about functions. Enter it before use; leaving it kills all environments.

    `events`, the asynchronous invocations, are entered on their own, when callers can be answered.

    `directory` keeps code. `endpoint_url` is where functions' SDKs find millrace.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        directory: Path,
        *,
        endpoint_url: str,
        identities: Identities,
        logs: Logs,
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.endpoint_url = endpoint_url
        self._identities = identities
        self._logs = logs
        self._directory = directory / "functions"
        self._scratch = self._directory / "scratch"
        self.codes = CodeStore(self._directory)
        self.downloads = Downloads(clock, self.codes, endpoint_url)
        self.programs = Programs(self._directory)
        self.pool = Pool(
            clock, self.codes, self.programs, self._scratch, self._credentials, self._log, endpoint_url
        )
        self.events = Events(storage, clock, identities, self.pool.tallies, self.invoke)

    async def __aenter__(self) -> Self:
        await self.codes.open()
        await asyncio.to_thread(_renew, self._scratch)
        await self.sweep_code()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pool.close()

    async def may_assume(self, scope: Scope, role_arn: str) -> bool:
        """Whether there is such a role in the account and Lambda may assume it."""
        try:
            account = arn.parse(role_arn).account
        except ValueError:
            return False
        return account == scope.account and await self._identities.role_trusts(role_arn, _PRINCIPAL)

    async def _credentials(self, scope: Scope, role_arn: str, session_name: str) -> Credentials:
        """Raises AccessDeniedException when the role is gone or has stopped to trust Lambda."""
        if not await self.may_assume(scope, role_arn):
            raise AwsError(
                "AccessDeniedException",
                "The role defined for the function cannot be assumed by Lambda.",
                status=403,
            )
        return await self._identities.assume(
            scope.account, role_arn, session_name, limits.session_seconds_max
        )

    def _log(self, target: LogTarget, events: Sequence[tuple[int, str]]) -> None:
        self._logs.append(target.scope, target.group, target.stream, events)

    async def keep_warm(self, scope: Scope, name: str) -> None:
        """Have as many environments of a function ready as its provisioned concurrency says now."""

        def read(reader: Reader) -> dict[str, Kept]:
            wanted: dict[str, Kept] = {}
            for each in provisioned.all_of(reader, scope, name):
                version = catalog.resolve(reader, scope, each.reference)
                if version is not None:
                    wanted.setdefault(version.version, Kept(version)).count += each.requested
            return wanted

        self.pool.keep(scope, name, await self.storage.read(read))

    async def warm_up(self) -> None:
        """After a start: have ready what provisioned concurrency says, of all functions."""

        def read(reader: Reader) -> set[tuple[Scope, str]]:
            return {
                (scope, each.function)
                for scope in catalog.scopes(reader)
                for each in provisioned.every(reader, scope)
            }

        for scope, name in await self.storage.read(read):
            await self.keep_warm(scope, name)

    async def sweep_code(self) -> None:
        """Remove code that no function and no layer refers to any more."""
        await self.codes.sweep(
            lambda: self.storage.read(
                lambda reader: catalog.codes_in_use(reader) | layers.codes_in_use(reader)
            )
        )

    async def function(self, scope: Scope, reference: Reference, *, shown: str | None = None) -> Function:
        """A function as it is now. Raises ResourceNotFoundException, naming `shown` or the ARN."""
        return await self.storage.read(lambda reader: catalog.get(reader, scope, reference, shown=shown))

    async def layers(self, scope: Scope, arns: Sequence[str], caller: str) -> list[Mapping[str, Any]]:
        """What a function is to remember of these layers, see `layers.attached`."""
        return await self.storage.read(lambda reader: layers.attached(reader, scope, arns, caller))

    async def policy_of(self, access: Access) -> str | None:
        """The policy of the function, version, alias, layer's version or bucket (for code) that an access is to.

        $LATEST has the function's.
        """
        try:
            parts = arn.parse(access.resource)
        except ValueError:
            return None
        if parts.service == "s3":
            bucket = parts.resource.partition("/")[0]
            return await self.storage.read(lambda reader: buckets.policy(reader, bucket))
        kind, _, rest = parts.resource.partition(":")
        if parts.service == "lambda" and kind == "layer":
            return await self.storage.read(lambda reader: layers.policy_text(reader, access.resource))
        if parts.service != "lambda" or kind != "function":
            return None
        name = rest.removesuffix(f":{names.LATEST}")
        return await self.storage.read(lambda reader: resource_policy.text(reader, parts.scope, name))

    async def invoke(
        self,
        scope: Scope,
        name_or_arn: str,
        payload: bytes,
        *,
        qualifier: str | None = None,
        request_id: str | None = None,
        client_context: str | None = None,
        on_start: Callable[[], None] | None = None,
        trace: str | None = None,
    ) -> Invocation:
        """Run a function on a JSON document and wait, see `invocation.InvokeCall`."""
        reference = names.resolve(scope, name_or_arn, qualifier)
        payload = check_payload(payload)
        shown = _invoked_arn(scope, reference)
        draw = ids.chance()  # for an alias that leads to two versions
        function = await self.storage.read(
            lambda reader: catalog.get(reader, scope, reference, shown=shown, draw=draw)
        )
        request_id = request_id or ids.uuid()
        header, runs = follow(trace, function_arn(scope, reference.name), self.clock.now())
        if recursion.is_loop(runs):
            await self._check_loop(scope, reference.name)
        work = Work(request_id, payload, reference.arn(scope), header, client_context)
        outcome, environment = await self.pool.run(scope, function, work, on_start)
        return Invocation(
            outcome.payload,
            "Unhandled" if outcome.failed else None,
            outcome.log_tail,
            function.version,
            request_id,
            environment.log.group,
            environment.log.stream,
            outcome.duration_ms,
            outcome.content_type,
        )

    async def _check_loop(self, scope: Scope, name: str) -> None:
        """Raises RecursiveInvocationException, unless the function may run in loops."""
        if await self.storage.read(lambda reader: recursion.mode(reader, scope, name)) != recursion.ALLOW:
            raise recursion.stopped()

    async def refused(self, role_arn: str, destination: str) -> str | None:
        """The first action that a role lacks for telling a destination; None if it lacks none."""
        return await destinations.refused(self._identities, role_arn, destination)


def _renew(scratch: Path) -> None:
    """What a server that was killed left is of no use: files, and processes that had left their session."""
    usage.kill_strays(f"LAMBDA_TASK_ROOT={scratch.parent}/")  # which no function can set otherwise
    if scratch.exists():
        remove(scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)


def _invoked_arn(scope: Scope, reference: Reference) -> str:
    """The ARN in Invoke's refusal has a qualifier even if the caller gave none."""
    return function_arn(scope, reference.name, reference.qualifier or names.LATEST)


def check_payload(
    payload: bytes, size_max: int = limits.invoke_request_bytes_max, *, kind: str = "RequestResponse"
) -> bytes:
    """An event that a handler can be given; nothing at all is `{}`.

    Raises RequestTooLargeException, or InvalidRequestContentException with the reason, see `json_fault`.
    """
    if len(payload) > size_max:
        raise AwsError(
            "RequestTooLargeException",
            f"{len(payload)} byte payload is too large for the {kind} invocation type "
            f"(limit {size_max} bytes)",
            members={"Type": "User"},
        )
    if not payload:
        return b"{}"
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        found = fault(payload, error)
        raise AwsError(
            "InvalidRequestContentException",
            "Could not parse request body into json: Could not parse payload into json: "
            f"{found.sentence}\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); "
            f"line: {found.line}, column: {found.column}]",
            members={"Type": "User"},
        ) from error
    return payload
