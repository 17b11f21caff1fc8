"""millrace's own API under `/_millrace/`: what AWS has no call for. docs/api.md is its manual."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import orjson

from millrace import __version__
from millrace.core import limits
from millrace.core.clock import Clock
from millrace.dynamodb.expiry import Expirer
from millrace.functions.download import PATH as CODE_PATH
from millrace.functions.download import Downloads, RefusedError
from millrace.http.message import Request, Response
from millrace.logs.log import Logs
from millrace.server.live import Feeds, Interest
from millrace.triggers.supervisor import Supervisor

PREFIX = "/_millrace/"
JSON = {"content-type": "application/json"}
IDLE_SECONDS_DEFAULT = 60.0


class BadRequestError(Exception):
    """What was asked cannot be; the message says why."""


class Introspection:
    """Answers `/_millrace/…`. Who may ask is the dispatcher's affair."""

    def __init__(
        self,
        clock: Clock,
        logs: Logs,
        expirer: Expirer,
        supervisor: Supervisor,
        feeds: Feeds,
        downloads: Downloads,
    ) -> None:
        self._clock = clock
        self._logs = logs
        self._expirer = expirer
        self._supervisor = supervisor
        self._feeds = feeds
        self._downloads = downloads
        self._started = clock.now()

    def is_signed(self, request: Request) -> bool:
        """Whether the address itself says that it may be fetched; `handle` looks whether that is true."""
        return request.path.startswith(CODE_PATH)

    async def handle(self, request: Request) -> Response:
        """The answer; 404 for what is not there, 400 for what cannot be."""
        if request.method == "GET" and request.path.startswith(CODE_PATH):
            return await self._code(request)
        try:
            match request.method, request.path.removeprefix(PREFIX):
                case "GET", "health":
                    return _json({"status": "ok", "version": __version__})
                case "GET", "status":
                    return await self._status()
                case "GET", "tail":
                    return self._tail(request)
                case "GET", "clock":
                    return _json({"now": self._clock.now()})
                case "POST", "clock":
                    return self._advance(_body(request))
                case "POST", "idle":
                    return await self._idle(_body(request))
                case _:
                    return _json({"message": f"there is no {request.method} {request.path}"}, 404)
        except BadRequestError as error:
            return _json({"message": str(error)}, 400)

    def welcome(self) -> Response:
        """What a browser sees at `/`."""
        text = f"millrace {__version__} is running. Point AWS clients at this address.\n"
        return Response(200, text.encode(), {"content-type": "text/plain; charset=utf-8"})

    async def _code(self, request: Request) -> Response:
        try:
            data = await self._downloads.fetch(request.path, request.query)
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
                "uptime_seconds": now - self._started,
                "mappings": mappings,
            }
        )

    def _tail(self, request: Request) -> Response:
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        unknown = query.keys() - {"name", "table", "function"}
        if unknown:
            raise BadRequestError(f"tail knows name, table and function, not {', '.join(sorted(unknown))}")
        headers = {"content-type": "application/x-ndjson"}
        return Response(200, headers=headers, stream=self._feeds.follow(Interest(**query)))

    def _advance(self, body: Mapping[str, Any]) -> Response:
        left = limits.clock_epoch_seconds_max - self._clock.now()
        self._clock.advance(_seconds(body, "advance", left))
        return _json({"now": self._clock.now()})

    async def _idle(self, body: Mapping[str, Any]) -> Response:
        most = limits.idle_seconds_max
        seconds = _seconds(body, "timeout", most) if "timeout" in body else IDLE_SECONDS_DEFAULT
        idle = True
        try:
            async with asyncio.timeout(seconds):
                await self._expirer.idle()
                await self._supervisor.idle()
                # Meanwhile functions may have written what is due, or time went by.
                while await self._expirer.is_due():
                    await self._expirer.idle()
                    await self._supervisor.idle()
                await self._logs.flush()
        except TimeoutError:
            idle = False
        return _json({"idle": idle, "mappings": await self._mappings()}, 200 if idle else 408)

    async def _mappings(self) -> list[dict[str, Any]]:
        statuses = await self._supervisor.status()
        now = self._clock.now()
        return [status.as_dict(now) for status in statuses]


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
