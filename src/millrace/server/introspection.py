"""millrace's own API under `/_millrace/`: what AWS has no call for. docs/api.md is its manual."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import orjson

from millrace import __version__
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.dynamodb.life import TableLife
from millrace.functions.download import PATH as CODE_PATH
from millrace.functions.download import RefusedError
from millrace.functions.functions import Functions
from millrace.functions.runtimes import OWN
from millrace.http.message import Request, Response
from millrace.iam.identities import Identities
from millrace.logs.log import Logs
from millrace.server import figures, idleness, shards
from millrace.server.console import PREFIX as CONSOLE
from millrace.server.console import Console
from millrace.server.deliveries import Deliveries, Delivery, fate
from millrace.server.idleness import Worker
from millrace.server.live import Feeds, Interest
from millrace.storage.interface import Reader, Storage
from millrace.triggers import journey
from millrace.triggers.journey import Journey, Remembered
from millrace.triggers.supervisor import Supervisor

PREFIX = "/_millrace/"
HEALTH = "/_millrace/health"
JSON = {"content-type": "application/json"}
IDLE_SECONDS_DEFAULT = 60.0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose server it is: `region` is its own, `auth` says whether keys are needed."""

    account: str
    region: str
    auth: bool


@dataclass(frozen=True, slots=True)
class Rooms:
    """What is asked for its state. `workers` are all whose work idle waits for, in any order."""

    storage: Storage
    clock: Clock
    logs: Logs
    identities: Identities
    functions: Functions
    supervisor: Supervisor
    life: TableLife
    workers: Sequence[Worker]


class BadRequestError(Exception):
    """What was asked cannot be; the message says why."""


class UnknownError(Exception):
    """What was asked about is not there; the message names it."""


class Introspection:
    """Answers `/_millrace/…`. Who may ask is the dispatcher's affair."""

    def __init__(self, rooms: Rooms, feeds: Feeds, console: Console, owner: Owner) -> None:
        self._clock = rooms.clock
        self._storage = rooms.storage
        self._logs = rooms.logs
        self._identities = rooms.identities
        self._functions = rooms.functions
        self._supervisor = rooms.supervisor
        self._life = rooms.life
        self._workers = rooms.workers
        self._deliveries = Deliveries(rooms.clock, rooms.supervisor)
        self._feeds = feeds
        self._console = console
        self._owner = owner
        self._started = rooms.clock.wall()

    def is_open(self, request: Request) -> bool:
        """Whether no signature is needed: it is no secret, or the address says that it may be fetched.

        `handle` looks whether the latter is true.
        """
        return request.path == HEALTH or request.path.startswith((CODE_PATH, CONSOLE))

    async def handle(self, request: Request) -> Response:
        """The answer; 404 for what is not there, 400 for what cannot be."""
        if request.method == "GET" and request.path.startswith(CODE_PATH):
            return await self._code(request)
        if request.method in ("GET", "HEAD") and request.path.startswith(CONSOLE):
            return await self._console.file(request) or _absent(request)
        try:
            match request.method, request.path.removeprefix(PREFIX):
                case "GET", "health":
                    return self._health()
                case "GET", "status":
                    return await self._status()
                case "GET", "tail":
                    return self._tail(request)
                case "GET", "deliveries":
                    return await self._lately(request)
                case "GET", "journey":
                    return await self._journey(request)
                case "GET", "streams":
                    return await self._streams(request)
                case "POST", "streams":
                    return await self._reshape(_body(request))
                case "GET", "denials":
                    return await self._denied(request)
                case "GET", "clock":
                    return _json({"now": self._clock.now()})
                case "POST", "clock":
                    return await self._advance(_body(request))
                case "POST", "idle":
                    return await self._idle(_body(request))
                case _:
                    return _absent(request)
        except BadRequestError as error:
            return _json({"message": str(error)}, 400)
        except UnknownError as error:
            return _json({"message": str(error)}, 404)

    def _health(self) -> Response:
        """What anyone may know: also whether keys are needed for the rest."""
        known = {"region": self._owner.region, "auth": self._owner.auth, "runtime": OWN}
        return _json({"status": "ok", "version": __version__, **known})

    async def welcome(self, request: Request) -> Response:
        """What is at `/`."""
        return await self._console.front(request)

    async def _code(self, request: Request) -> Response:
        try:
            data = await self._functions.downloads.fetch(request.path, request.query)
        except RefusedError as error:
            return _json({"message": str(error)}, 403)
        except FileNotFoundError:
            return _json({"message": "the function is gone or has other code by now"}, 404)
        return Response(200, data, {"content-type": "application/zip"})

    async def _status(self) -> Response:
        mappings = await self._mappings()
        now = self._clock.now()
        return _json(
            {
                "version": __version__,
                "now": now,
                "uptime_seconds": self._clock.wall() - self._started,
                "mappings": mappings,
                "tables": await self._storage.read(figures.tables),
                "functions": await self._storage.read(partial(figures.functions, room=self._functions)),
            }
        )

    async def _lately(self, request: Request) -> Response:
        uuid = _query(request, "mapping").get("mapping")
        known = {status.uuid for status in await self._supervisor.status()}
        self._deliveries.keep(known)
        if uuid is not None and uuid not in known:
            raise UnknownError(f"there is no mapping {uuid}")
        found = self._deliveries.every() if uuid is None else self._deliveries.of(uuid)
        return _json({"deliveries": [one.as_dict() for one in found]})

    async def _journey(self, request: Request) -> Response:
        query = _query(request, "stream", "shard", "sequence")
        missing = [name for name in ("stream", "shard", "sequence") if not query.get(name)]
        if missing:
            raise BadRequestError(f"journey needs {', '.join(missing)}")
        if not re.fullmatch(r"[0-9]{1,40}", query["sequence"]):
            raise BadRequestError("sequence must be a sequence number")
        shard, sequence_number = query["shard"], int(query["sequence"])

        def lately(uuid: str, partition: int | None) -> list[Delivery]:
            return [one for one in self._deliveries.of(uuid) if one.covers(shard, sequence_number, partition)]

        def remembered(uuid: str, partition: int | None) -> Remembered | None:
            return fate(lately(uuid, partition))

        def look(reader: Reader) -> tuple[list[Journey], int | None]:
            place = journey.locate(reader, query["stream"], shard, sequence_number)
            return journey.follow(reader, place, self._supervisor.runner, remembered), place.partition

        try:
            found, partition = await self._storage.read(look)
        except LookupError as error:
            raise UnknownError(str(error.args[0])) from None
        told = [
            {**asdict(one), "attempts": [attempt.as_dict() for attempt in lately(one.mapping, partition)]}
            for one in found
        ]
        return _json(
            {"stream": query["stream"], "shard": shard, "sequence": query["sequence"], "mappings": told}
        )

    async def _streams(self, request: Request) -> Response:
        table = _query(request, "table").get("table")
        now = self._clock.now()
        return _json({"streams": await self._storage.read(lambda reader: shards.every(reader, table, now))})

    async def _reshape(self, body: Mapping[str, Any]) -> Response:
        try:
            work = partial(shards.carry_out, shards.order(body), self._clock.now())
            return _json(await self._storage.write(work))
        except ValueError as error:
            raise BadRequestError(str(error)) from None
        except LookupError as error:
            raise UnknownError(str(error.args[0])) from None

    async def _denied(self, request: Request) -> Response:
        identity = _query(request, "identity").get("identity")
        if identity is not None and not identity.startswith(("role/", "user/")):
            raise BadRequestError("identity must be role/NAME or user/NAME")
        found = await self._identities.denials(self._owner.account, identity)
        return _json({"denials": [asdict(denial) for denial in found]})

    def _tail(self, request: Request) -> Response:
        query = _query(request, "name", "table", "function", "region")
        headers = {"content-type": "application/x-ndjson"}
        return Response(200, headers=headers, stream=self._feeds.follow(Interest(**query)))

    async def _advance(self, body: Mapping[str, Any]) -> Response:
        left = limits.clock_epoch_seconds_max - self._clock.now()
        self._clock.advance(_seconds(body, "advance", left))
        # Whoever moves the clock and asks for a table's state expects that of the new time.
        await self._life.settle()
        return _json({"now": self._clock.now()})

    async def _idle(self, body: Mapping[str, Any]) -> Response:
        most = limits.idle_seconds_max
        seconds = _seconds(body, "timeout", most) if "timeout" in body else IDLE_SECONDS_DEFAULT
        try:
            async with asyncio.timeout(seconds):
                await idleness.reached(self._storage, self._workers)
                await self._logs.flush()
        except TimeoutError:
            return await self._busy(seconds)
        return _json({"idle": True, "mappings": await self._mappings()})

    async def _busy(self, seconds: float) -> Response:
        names = [worker.name for worker in await idleness.busy(self._storage, self._workers)]
        message = f"still busy after {seconds:g} seconds: {', '.join(names) or 'no more, but until now'}"
        told = {"idle": False, "busy": names, "message": message, "mappings": await self._mappings()}
        return _json(told, 408)

    async def _mappings(self) -> list[dict[str, Any]]:
        statuses = await self._supervisor.status()
        now = self._clock.now()
        return [status.as_dict(now) for status in statuses]


def _query(request: Request, *known: str) -> dict[str, str]:
    """What is asked for, by name."""
    query = {name: values[-1] for name, values in parse_qs(request.query).items()}
    unknown = sorted(query.keys() - set(known))
    if unknown:
        *others, last = known
        listed = f"{', '.join(others)} and {last}" if others else last
        call = request.path.removeprefix(PREFIX)
        raise BadRequestError(f"{call} knows {listed}, not {', '.join(unknown)}")
    return query


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError:
        raise BadRequestError("the body is not JSON") from None
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    return body  # pyright: ignore[reportUnknownVariableType] -- any JSON object


def _seconds(body: Mapping[str, Any], name: str, most: float) -> float:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadRequestError(f"{name} must be a number of seconds, zero or more")
    if value > most:
        raise BadRequestError(f"{name} must be at most {int(most)} seconds")
    return float(value)


def _json(value: Mapping[str, Any], status: int = 200) -> Response:
    return Response(status, orjson.dumps(value), JSON)


def _absent(request: Request) -> Response:
    return _json({"message": f"there is no {request.method} {request.path}"}, 404)
