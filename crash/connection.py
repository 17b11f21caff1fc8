"""Signed requests over one connection, many of which one process can keep busy: a leaner client than boto3."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any, Protocol, Self

from benchmarks.signature import Signer

TARGETS = {"dynamodb": "DynamoDB_20120810", "streams": "DynamoDBStreams_20120810"}


class GoneError(Exception):
    """The server is not there any more: nobody knows what became of the request."""


class RefusedError(Exception):
    """The server's error. `code` is AWS's."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Caller(Protocol):
    """Whatever takes requests: a connection, or the operations themselves."""

    async def call(
        self, operation: str, body: dict[str, Any], service: str = "dynamodb"
    ) -> dict[str, Any]: ...


Connect = Callable[[], AbstractAsyncContextManager[Caller]]


class Connection:
    """`async with Connection(port) as connection`, then `await connection.call("PutItem", {…})`."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._signer = Signer(f"127.0.0.1:{port}", datetime.now(UTC))
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        try:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError as error:
            raise GoneError from error
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def call(self, operation: str, body: dict[str, Any], service: str = "dynamodb") -> dict[str, Any]:
        """The answer. Raises GoneError and RefusedError."""
        data = json.dumps(body).encode()
        target = f"{TARGETS[service]}.{operation}"
        head = (
            f"POST / HTTP/1.1\r\nHost: {self._signer.host}\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"X-Amz-Date: {self._signer.now:%Y%m%dT%H%M%SZ}\r\nX-Amz-Target: {target}\r\n"
            f"Authorization: {self._signer.authorization(target, data)}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        status, answer = await self._exchange(head.encode() + data)
        if status != 200:
            raise RefusedError(answer.get("__type", "").rpartition("#")[2], f"{operation}: {answer}")
        return answer

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """An answer of millrace's own API."""
        data = b"" if body is None else json.dumps(body).encode()
        method = "GET" if body is None else "POST"
        head = f"{method} /_millrace/{path} HTTP/1.1\r\nHost: {self._signer.host}\r\nContent-Length: {len(data)}\r\n\r\n"
        status, answer = await self._exchange(head.encode() + data)
        if status != 200:
            raise RefusedError(str(status), f"{path}: {answer}")
        return answer

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, Any]]:
        try:
            self._writer.write(request)
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
            answer = await self._reader.readexactly(length)
        except (OSError, EOFError) as error:
            raise GoneError from error
        return int(head.split(" ", 2)[1]), json.loads(answer)
