"""A small HTTP/1.1 server over asyncio: connections, order, limits and closing.

It knows nothing of AWS. What it promises: answers leave in the order of the requests, one `write` each;
a body is refused before it is kept when it is too large; a client that goes away ends its stream but never
a handler at work (what it began may already be promised to others), which may ask `Request.client`.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from email.utils import formatdate
from typing import Self, cast

from millrace.core import limits
from millrace.core.clock import Clock
from millrace.http import writer
from millrace.http.message import Handler, Refuse, Request, Response
from millrace.http.reader import Incoming, Reader

_log = logging.getLogger(__name__)
_BROKEN = Response(500, b"{}", {"content-type": "application/json"})


def refuse(status: int, request: Request) -> Response:  # noqa: ARG001 -- a `Refuse`
    """A refusal that says nothing but its status."""
    return Response(status, b"{}", {"content-type": "application/json"})


class _Connection(asyncio.Protocol):
    """One client. Requests wait in `_waiting` while `_task` answers the one before them."""

    def __init__(self, listener: "Listener") -> None:
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(listener.head_bytes_max, listener.body_bytes_max)
        self._waiting: deque[Incoming] = deque()
        self._task: asyncio.Task[None] | None = None
        self._streaming = False
        self._last = False  # nothing is answered after the answer at work
        self._ended = False  # the client sends no more
        self._refused = False  # what the client still sends is swallowed
        self._reading = True
        self._writable = asyncio.Event()
        self._writable.set()
        self._active_at = self._loop.time()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self._reader.peer = str(peer[0])  # pyright: ignore[reportUnknownArgumentType] -- asyncio's is untyped
        self._listener.add(self)
        self._timer = self._loop.call_later(self._listener.idle_seconds_max, self._check_idle)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        self._listener.remove(self)
        self._reader.client.leave()
        self._reader.close()
        self._waiting.clear()
        self._timer.cancel()
        self._writable.set()
        if self._streaming and self._task is not None:
            self._task.cancel()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._active_at = self._loop.time()
        self._waiting.extend(self._reader.feed(data))
        if self._task is None:
            self._next()
        if self._reading and len(self._waiting) >= limits.request_pipeline_max:
            self._reading = False
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Keep the half-open connection for as long as answers are due.

        Not for a stream: it may have nothing to write for long, and so no other way to learn of the end.
        """
        self._ended = True
        self._reader.client.leave()
        return self._task is not None and not self._streaming

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._active_at = self._loop.time()
        self._writable.set()

    # One request after the other.

    def _next(self) -> None:
        if self._last:
            self._transport.close()
        elif self._waiting:
            self._task = self._loop.create_task(self._answer(self._waiting.popleft()))
        elif self._reader.refusal is not None:
            self._refuse(self._reader.refusal)
        elif self._ended:
            self._transport.close()
        elif self._reader.expects_continue:
            self._reader.expects_continue = False
            self._transport.write(writer.CONTINUE)
        if not self._reading and not self._waiting and not self._transport.is_closing():
            self._reading = True
            self._transport.resume_reading()

    async def _answer(self, incoming: Incoming) -> None:
        request = incoming.request
        try:
            response = await self._listener.handler(request)
        except Exception:  # noqa: BLE001  # the border: what a handler did wrong becomes a 500 and a traceback
            _log.exception("%s %s failed", request.method, request.path)
            response = _BROKEN
        if not self._writable.is_set():
            await self._writable.wait()
        if response.stream is None:
            self._send(response, incoming)
        else:
            await self._send_stream(response, response.stream, incoming)
        self._active_at = self._loop.time()
        self._task = None
        self._next()

    def _send(self, response: Response, incoming: Incoming) -> None:
        connection = self._date_field(response) + self._connection_field(incoming)
        head_only = incoming.request.method == "HEAD"
        try:
            data = writer.encode(response, connection=connection, head_only=head_only)
        except ValueError:
            _log.exception("%s: headers that cannot be sent", incoming.request.path)
            data = writer.encode(_BROKEN, connection=connection, head_only=head_only)
        if not self._transport.is_closing():
            self._transport.write(data)

    def _date_field(self, response: Response) -> str:
        """When it was answered, unless the answer tells that itself, as a function's may."""
        return "" if "date" in response.headers else self._listener.date_field()

    def _connection_field(self, incoming: Incoming, *, framed: bool = True) -> str:
        """Decide whether the connection goes on after this answer, and how to say so."""
        keep_alive = incoming.keep_alive and framed and not self._last
        self._last = not keep_alive
        return writer.connection_field(keep_alive=keep_alive, chunks=incoming.chunks)

    async def _send_stream(
        self, response: Response, stream: AsyncIterator[bytes], incoming: Incoming
    ) -> None:
        told = "content-length" in response.headers
        chunks = incoming.chunks and not told
        connection = self._date_field(response) + self._connection_field(incoming, framed=chunks or told)
        self._streaming = True
        try:
            if not self._transport.is_closing():
                self._transport.write(
                    writer.encode_stream_head(response, connection=connection, chunks=chunks)
                )
                if incoming.request.method != "HEAD":
                    await self._send_parts(stream, chunks=chunks)
        except Exception:  # noqa: BLE001  # the border, too late for a status: a torn connection tells the client
            _log.exception("%s: the stream failed", incoming.request.path)
            self._transport.abort()
        finally:
            self._streaming = False
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    async def _send_parts(self, stream: AsyncIterator[bytes], *, chunks: bool) -> None:
        async for part in stream:
            if part:
                self._transport.write(writer.encode_chunk(part) if chunks else part)
                await self._writable.wait()
        if chunks:
            self._transport.write(writer.LAST_CHUNK)

    def _refuse(self, status: int) -> None:
        """Say why, and swallow what the client still sends, or it may never get to read the answer."""
        self._last = self._refused = True
        refused = self._reader.refused or Request("", "", "", "", {}, b"")
        response = self._listener.refuse(status, refused)
        connection = f"{self._date_field(response)}connection: close\r\n"
        self._transport.write(writer.encode(response, connection=connection))
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._reader.refusal = None
        self._rearm(limits.refusal_linger_seconds_max, self._transport.abort)

    # Ends.

    def finish(self) -> None:
        """Close once the answer at work is sent; at once if there is none."""
        self._last = True
        if self._task is None:
            self._transport.close()

    def abort(self) -> None:
        """Stop the answer at work, and close."""
        if self._task is not None:
            self._task.cancel()
        self._transport.abort()

    def _rearm(self, seconds: float, call: Callable[[], None]) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(seconds, call)

    def _check_idle(self) -> None:
        """One timer a connection, looked at rarely, instead of one a request."""
        working = self._task is not None and self._writable.is_set()
        left = self._listener.idle_seconds_max
        if not working:
            left += self._active_at - self._loop.time()
        if left > 0:
            self._rearm(left, self._check_idle)
        else:
            self._transport.abort()


class Listener:
    """An open port. `close` it, or use it with `async with`."""

    def __init__(
        self,
        handler: Handler,
        refuse: Refuse,
        *,
        head_bytes_max: int,
        body_bytes_max: int,
        idle_seconds_max: float,
    ) -> None:
        self.handler = handler
        self.refuse = refuse
        self.head_bytes_max = head_bytes_max
        self.body_bytes_max = body_bytes_max
        self.idle_seconds_max = idle_seconds_max
        self.port = 0
        self._clock = Clock()
        self._date = (0, "")
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    async def open(self, host: str, port: int) -> None:
        """Bind and accept. Raises OSError if the address is taken or not ours."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port, backlog=1024)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self, seconds: float = limits.server_close_seconds_max) -> None:
        """Accept no more, let running requests end for so many seconds, then end them. Twice is fine."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in tuple(self._connections):
            connection.finish()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        for connection in tuple(self._connections):
            connection.abort()
        await self._empty.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def date_field(self) -> str:
        """The line that tells when an answer was made, by the machine's time: put together once a second."""
        second = int(self._clock.wall())
        if second != self._date[0]:
            self._date = (second, f"date: {formatdate(second, usegmt=True)}\r\n")
        return self._date[1]

    def add(self, connection: _Connection) -> None:
        self._connections.add(connection)
        self._empty.clear()

    def remove(self, connection: _Connection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()


async def listen(
    handler: Handler,
    host: str,
    port: int,
    *,
    head_bytes_max: int = limits.request_header_bytes_max,
    body_bytes_max: int = limits.request_body_bytes_max,
    idle_seconds_max: float = limits.request_idle_seconds_max,
    refuse: Refuse = refuse,
) -> Listener:
    """Serve `handler` at an address; port 0 takes a free one, see `Listener.port`. Raises OSError.

    `refuse` puts into words why a request is not read to its end.
    """
    listener = Listener(
        handler,
        refuse,
        head_bytes_max=head_bytes_max,
        body_bytes_max=body_bytes_max,
        idle_seconds_max=idle_seconds_max,
    )
    await listener.open(host, port)
    return listener
