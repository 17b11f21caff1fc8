"""The one place where parts are chosen and joined.

Everything that starts is entered on one exit stack and leaves in reverse: triggers and asynchronous invocations
stop first, then no more requests are taken (functions still call back until then), then functions' processes
end, then the data closes.
"""

import asyncio
import errno
import gc
import os
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from millrace.buckets import catalog as buckets
from millrace.buckets.operations import service as buckets_service
from millrace.buckets.sweeper import Sweeper
from millrace.config import Settings
from millrace.core import arn as arns
from millrace.core import ids
from millrace.core.arn import Scope
from millrace.core.clock import Clock
from millrace.core.context import Access, Context, Operation, Output, Params
from millrace.core.errors import SettingsError
from millrace.core.service import Service
from millrace.dynamodb.backup_retention import BackupRetention
from millrace.dynamodb.copier import Copier
from millrace.dynamodb.expiry import Expirer
from millrace.dynamodb.life import TableLife
from millrace.dynamodb.operations import service as dynamodb_service
from millrace.dynamodb.throttle import Throttle
from millrace.dynamodb.transferer import Transferer
from millrace.functions.event import Event
from millrace.functions.functions import Functions
from millrace.functions.names import resolve
from millrace.functions.operations import service as functions_service
from millrace.http.protocol import Listener, listen
from millrace.iam.identities import Identities
from millrace.iam.operations import iam_service, sts_service
from millrace.iam.policy import parse as parse_policy
from millrace.logs.log import Logs
from millrace.logs.operations import logs_service
from millrace.queues.operations import queues_service
from millrace.queues.queues import Queues
from millrace.server.authentication import Authenticator
from millrace.server.base_path import under
from millrace.server.console import Console
from millrace.server.dispatch import Dispatcher
from millrace.server.function_urls import FunctionUrls
from millrace.server.idleness import Worker
from millrace.server.introspection import Introspection, Owner, Rooms
from millrace.server.live import Feeds
from millrace.storage.interface import Storage
from millrace.storage.memory import MemoryStorage
from millrace.storage.sqlite import SqliteStorage
from millrace.streams.operations import service as streams_service
from millrace.streams.retention import Retention
from millrace.topics.operations import topics_service
from millrace.topics.sender import Invoke, Sender
from millrace.topics.topics import Topics
from millrace.triggers import past
from millrace.triggers.operations import service as triggers_service
from millrace.triggers.supervisor import Supervisor
from millrace.triggers.tags import is_mapping
from millrace.wire.models import load_all
from millrace.wire.routing import Router

# The names botocore gives the services; the Lambda service is answered by two rooms.
SERVICES = ("dynamodb", "dynamodbstreams", "lambda", "logs", "iam", "sts", "sqs", "sns", "s3")

# What a request leaves behind is freed by counting references; looking for cycles among the
# thousands of objects that live as long as the server costs more than it finds.
GARBAGE_THRESHOLDS = (50_000, 20, 50)


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    settings: Settings
    port: int
    endpoint: str
    credentials_file: Path | None


def event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    """The factory of the loop everything runs on."""
    return uvloop.new_event_loop


@asynccontextmanager
async def run(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Running]:
    """A whole millrace, answering while the context is open.

    Raises SettingsError when the address cannot be used and StorageError when the data cannot.
    """
    clock = clock or Clock()
    async with AsyncExitStack() as stack:
        port = _free_port(settings)
        endpoint = f"http://{_reachable(settings.host)}:{port}"
        storage, log_storage = await _storages(stack, settings)
        logs = await stack.enter_async_context(Logs(log_storage, clock))
        life = await stack.enter_async_context(TableLife(storage, clock))
        identities = Identities(storage, clock)
        stack.push_async_callback(identities.settle)
        background = await _background(stack, storage, clock, logs)
        functions = await stack.enter_async_context(
            Functions(
                storage,
                clock,
                directory=_directory(stack, settings),
                endpoint_url=endpoint,
                identities=identities,
                logs=logs,
            )
        )
        supervisor = Supervisor(storage, clock, functions, identities)
        queues = Queues(storage, clock)
        services = every_service(storage, clock, functions, supervisor, identities, logs, settings, queues)
        feeds = Feeds(storage, clock, logs, supervisor)
        sender = Sender(storage, clock, _later(functions))
        workers = (*background, life, supervisor, sender, functions.events)
        rooms = Rooms(storage, clock, logs, identities, functions, supervisor, life, workers)
        owner = Owner(settings.account, settings.region, settings.auth)
        introspection = Introspection(rooms, feeds, Console(), owner)
        home = Scope(settings.account, settings.region)
        authenticator = Authenticator(
            identities, clock, home, closed=settings.auth, base_path=settings.base_path
        )
        dispatcher = Dispatcher(
            Router(load_all(SERVICES)),
            services,
            authenticator,
            identities,
            introspection,
            FunctionUrls(
                functions, identities, authenticator, closed=settings.auth, base_path=settings.base_path
            ),
            lambda name: storage.read(lambda reader: buckets.find(reader, name)),
            closed=settings.auth,
            base_path=settings.base_path,
        )
        credentials_file = await _credentials(identities, settings)
        listener = await _opened(dispatcher, settings, port)
        stack.push_async_callback(listener.close)
        await stack.enter_async_context(queues)
        await stack.enter_async_context(functions.events)
        await stack.enter_async_context(sender)
        await functions.warm_up()
        await stack.enter_async_context(supervisor)
        await stack.enter_async_context(feeds)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        yield Running(settings, listener.port, endpoint, credentials_file)


async def _background(stack: AsyncExitStack, storage: Storage, clock: Clock, logs: Logs) -> Sequence[Worker]:
    """What is done beside the requests, at work."""
    return [
        await stack.enter_async_context(Retention(storage, clock, past.farewell)),
        await stack.enter_async_context(Copier(storage, clock)),
        await stack.enter_async_context(BackupRetention(storage, clock)),
        await stack.enter_async_context(Sweeper(storage, clock)),
        await stack.enter_async_context(Transferer(storage, clock, logs)),
        await stack.enter_async_context(Expirer(storage, clock)),
    ]


def every_service(
    storage: Storage,
    clock: Clock,
    functions: Functions,
    supervisor: Supervisor,
    identities: Identities,
    logs: Logs,
    settings: Settings,
    queues: Queues,
) -> Mapping[str, Service]:
    """What is answered, by botocore's name of the service."""
    parts = (
        dynamodb_service(
            storage,
            clock,
            table_delay=settings.table_delay,
            stream_shards=settings.stream_shards,
            throttle=Throttle(clock) if settings.throttle else None,
        ),
        streams_service(storage, clock),
        _lambda(functions_service(functions), triggers_service(supervisor)),
        logs_service(logs),
        iam_service(identities),
        sts_service(identities),
        queues_service(queues),
        topics_service(Topics(storage, clock)),
        buckets_service(storage, clock, lambda text: parse_policy(text, "resource")),
    )
    return {part.name: part for part in parts}


def _lambda(functions: Service, triggers: Service) -> Service:
    """One AWS service out of two rooms. What both answer is about a resource: its ARN says whose it is."""

    def room(operation: str, params: Params) -> Service:
        if operation in functions.operations and operation in triggers.operations:
            return triggers if is_mapping(str(params["Resource"])) else functions
        return functions if operation in functions.operations else triggers

    def accesses(operation: str, scope: Scope, params: Params) -> Sequence[Access]:
        return room(operation, params).accesses(operation, scope, params)

    def by_resource(operation: str) -> Operation:
        async def answer(context: Context, params: Params) -> Output:
            return await room(operation, params).operations[operation](context, params)

        return answer

    shared = functions.operations.keys() & triggers.operations.keys()
    picked = {operation: by_resource(operation) for operation in shared}
    return Service(
        "lambda",
        {**functions.operations, **triggers.operations, **picked},
        accesses,
        functions.resource_policies,
    )


def _later(functions: Functions) -> Invoke:
    """How topics hand events to functions: to be run later, as asynchronous invocations."""

    async def invoke(arn: str, payload: bytes) -> None:
        scope = arns.parse(arn).scope
        reference = resolve(scope, arn)
        await functions.function(scope, reference, shown=arn)
        now = functions.clock.now()
        await functions.events.accept(
            Event(scope, reference.name, reference.qualifier, ids.uuid(), payload, now, now)
        )

    return invoke


async def _storages(stack: AsyncExitStack, settings: Settings) -> tuple[Storage, Storage]:
    """The database of everything that commits together, and the lighter one of log events."""
    if settings.memory:
        return (
            await stack.enter_async_context(MemoryStorage()),
            await stack.enter_async_context(MemoryStorage()),
        )
    tables = SqliteStorage(settings.data_path / "tables.db")
    logs = SqliteStorage(settings.data_path / "logs.db", durable=False)
    return await stack.enter_async_context(tables), await stack.enter_async_context(logs)


def _directory(stack: AsyncExitStack, settings: Settings) -> Path:
    """Where functions' code is kept; in memory mode a directory that goes away at the end."""
    if settings.memory:
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="millrace-")))
    return settings.data_path


async def _credentials(identities: Identities, settings: Settings) -> Path | None:
    """With `--auth`, a file with the root's access key in the form AWS clients read, for its owner alone."""
    if not settings.auth:
        return None
    key, secret = await identities.root_key(settings.account)
    directory = Path(tempfile.mkdtemp(prefix="millrace-")) if settings.memory else settings.data_path
    path = directory / "root-credentials"
    text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        os.fchmod(file.fileno(), 0o600)  # it may have been there, and been opened to others
        file.write(text)
    return path


async def _opened(dispatcher: Dispatcher, settings: Settings, port: int) -> Listener:
    """The port, open. Raises SettingsError."""
    handler = under(settings.base_path, dispatcher.handle)
    try:
        return await listen(handler, settings.host, port, refuse=dispatcher.refuse)
    except OSError as error:
        raise SettingsError(_cannot_listen(settings, error)) from None


def _free_port(settings: Settings) -> int:
    """The port to listen on, known before anything starts: functions are told of it. Raises SettingsError."""
    if settings.port:
        return settings.port
    try:
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.bind((settings.host, 0))
            return probe.getsockname()[1]
    except OSError as error:
        raise SettingsError(_cannot_listen(settings, error)) from None


def _reachable(host: str) -> str:
    """How processes on this machine name the address that is listened on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _cannot_listen(settings: Settings, error: OSError) -> str:
    reason = error.strerror or str(error)
    where = f"cannot listen on {settings.host}:{settings.port} ({reason})"
    if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT) or isinstance(error, socket.gaierror):
        return f"{where}; choose an address of this machine: --host 127.0.0.1"
    return (
        f"{where}; is another server running there? Stop it, or choose another port:"
        f" {Path(sys.argv[0]).name} serve --port 0"
    )
