"""A functions room on its own: real processes, a database in memory, its log kept in a list."""

import asyncio
import contextlib
import io
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Context, Principal
from millrace.core.errors import AwsError
from millrace.functions.functions import Functions
from millrace.functions.operations import service
from millrace.iam.identities import Identities
from millrace.iam.roles import role_operations
from millrace.logs.log import Logs
from millrace.storage.interface import Storage
from millrace.storage.memory import MemoryStorage

SCOPE = Scope("123456789012", "eu-west-1")
ROLE = "arn:aws:iam::123456789012:role/runner"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
ROOT = Principal(SCOPE.account, f"arn:aws:iam::{SCOPE.account}:root", SCOPE.account)


def zip_of(files: Mapping[str, str | bytes] | str) -> bytes:
    """A zip file; a text alone is the module `app`."""
    return _zip({"app.py": files} if isinstance(files, str) else files, 0o600)


def zip_of_programs(files: Mapping[str, str]) -> bytes:
    """A zip file in which all may be executed."""
    return _zip(files, 0o755)


def _zip(files: Mapping[str, str | bytes], mode: int) -> bytes:
    """The same for the same files: the time of each is 1980."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
    return data.getvalue()


class Stage:
    """The room, and short ways to use it."""

    def __init__(self, functions: Functions, identities: Identities, logs: Logs) -> None:
        self.functions = functions
        self.clock = functions.clock
        self.identities = identities
        self.batches: list[Any] = []
        logs.subscribe(None, None, self.batches.append)
        self._operations = service(functions).operations

    def lines(self) -> list[str]:
        """All messages logged, in order."""
        return [message for batch in self.batches for _, message in batch.events]

    async def call(self, operation: str, **params: Any) -> Any:
        context = Context(SCOPE, ROOT, ids.uuid())
        return await self._operations[operation](context, params)

    async def create(self, code: Mapping[str, str | bytes] | str, name: str = "fn", **params: Any) -> Any:
        settings = {
            "Runtime": "python3.11",
            "Handler": "app.handler",
            "Role": ROLE,
            "Code": {"ZipFile": zip_of(code)},
            **params,
        }
        return await self.call("CreateFunction", FunctionName=name, **settings)

    async def invoke(self, event: Any = None, name: str = "fn", **params: Any) -> Any:
        """The answer of Invoke with its payload decoded."""
        payload = b"" if event is None else orjson.dumps(event)
        answer = await self.call("Invoke", FunctionName=name, Payload=payload, **params)
        return {**answer, "Payload": json.loads(answer["Payload"])}

    async def result(self, event: Any = None, name: str = "fn") -> Any:
        return (await self.invoke(event, name))["Payload"]


@asynccontextmanager
async def stage(
    clock: Clock | None = None, directory: Path | None = None, storage: Storage | None = None
) -> AsyncIterator[Stage]:
    clock = clock or Clock()
    with tempfile.TemporaryDirectory() as temporary:
        async with MemoryStorage() as forgetful, Logs(forgetful, clock) as logs:
            storage = storage or forgetful
            identities = Identities(storage, clock)
            with contextlib.suppress(AwsError):  # a stage on a used database has it
                await make_role(identities)
            functions = Functions(
                storage,
                clock,
                directory or Path(temporary),
                endpoint_url="http://127.0.0.1:1",
                identities=identities,
                logs=logs,
            )
            async with functions, functions.events:
                yield Stage(functions, identities, logs)


async def make_role(identities: Identities, name: str = "runner", trust: Any = None) -> None:
    params = {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(trust or TRUST)}
    create = role_operations(identities)["CreateRole"]
    await create(Context(SCOPE, ROOT, "setup"), params)


def play(scene: Callable[[Stage], Awaitable[None]], clock: Callable[[], Clock] = Clock) -> None:
    async def run() -> None:
        async with stage(clock()) as made:
            await scene(made)

    asyncio.run(run())
