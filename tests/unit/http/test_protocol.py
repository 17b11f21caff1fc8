"""The HTTP server, seen from raw sockets."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from millrace.http.message import Handler, Request, Response
from millrace.http.protocol import Listener, listen

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Scene = Callable[[Listener, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def echo(request: Request) -> Response:
    return Response(200, request.method.encode() + b" " + request.target.encode() + b" " + request.body)


def play(scene: Scene, handler: Handler = echo, **settings: float) -> None:
    async def run() -> None:
        async with await listen(handler, "127.0.0.1", 0, **settings) as listener:
            reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
            try:
                await scene(listener, reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()

    asyncio.run(run())


DATE = re.compile(rb"date: \w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT\r\n")


def ask(data: bytes, handler: Handler = echo, **settings: float) -> bytes:
    """Everything the server says to `data` until it closes the connection, but for the time of day."""
    answers: list[bytes] = []

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        answers.append(await reader.read())

    play(scene, handler, **settings)
    return DATE.sub(b"", answers[0])


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head, await reader.readexactly(length)


def test_request_with_length_is_answered_and_closed_when_asked():
    said = ask(b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")

    assert said == b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\nPOST /a?b=c abc"


def test_an_answer_tells_its_date_once():
    async def dated(request: Request) -> Response:
        return Response(200, b"", {"date": "some day"})

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        heads.append((await answer(reader))[0])

    heads: list[bytes] = []
    play(scene, echo)
    play(scene, dated)

    assert [len(DATE.findall(head)) for head in heads] == [1, 0]
    assert [head.count(b"date: ") for head in heads] == [1, 1]


def test_headers_and_target_reach_the_handler():
    seen: list[Request] = []

    async def handler(request: Request) -> Response:
        seen.append(request)
        return Response(204)

    ask(b"GET http://h/p%20q?x=1?2 HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\n", handler)

    headers = {"x-a": "1,2", "connection": "close"}
    assert Request("GET", "http://h/p%20q?x=1?2", "/p%20q", "x=1?2", headers, b"", "127.0.0.1") == seen[0]


def test_each_cookie_is_sent_on_a_line_of_its_own():
    async def handler(_: Request) -> Response:
        return Response(204, headers={"x": "y"}, cookies=["a=1", "b=2, c"])

    said = ask(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", handler)

    assert b"\r\nx: y\r\nset-cookie: a=1\r\nset-cookie: b=2, c\r\n" in said


def test_cookie_with_a_line_break_is_not_sent():
    async def handler(_: Request) -> Response:
        return Response(204, cookies=["a=1\r\nx: y"])

    said = ask(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", handler)

    assert said.startswith(b"HTTP/1.1 500 ")
    assert b"x: y" not in said


def test_pipelined_requests_are_answered_in_order():
    async def handler(request: Request) -> Response:
        if request.path == "/0":
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        return Response(200, request.path.encode())

    requests = b"".join(b"GET /%d HTTP/1.1\r\n\r\n" % number for number in range(100))

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(requests)
        bodies = [(await answer(reader))[1] for _ in range(100)]
        assert [b"/%d" % number for number in range(100)] == bodies

    play(scene, handler)


def test_body_in_chunks_and_byte_by_byte_is_joined():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n"
        )
        for byte in request:
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await answer(reader))[1] == b"PUT / abcdefg"

    play(scene)


def test_head_after_a_large_body_is_not_taken_for_a_large_head():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"PUT / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" + bytes(200_000) + b"GET /2 HT")
        assert len((await answer(reader))[1]) == 200_006
        writer.write(b"TP/1.1\r\n\r\n")
        assert (await answer(reader))[1] == b"GET /2 "

    play(scene)


def test_expect_continue_is_answered_before_the_body_is_sent():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"hi")
        assert (await answer(reader))[1] == b"PUT / hi"

    play(scene)


def test_expect_continue_with_a_body_too_large_is_refused_at_once():
    said = ask(b"PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n", body_bytes_max=10)

    assert said.startswith(b"HTTP/1.1 413 ")


def test_chunks_beyond_the_limit_are_refused_as_soon_as_counted():
    said = ask(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nabcdefghijk\r\n", body_bytes_max=10)

    assert said.startswith(b"HTTP/1.1 413 ")


def test_refusal_is_readable_while_the_client_still_sends():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"PUT / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n" + bytes(3_000_000))
        await writer.drain()
        assert (await reader.read()).startswith(b"HTTP/1.1 413 ")

    play(scene, body_bytes_max=10)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000,
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(10_000)) + b"\r\n",
    ],
    ids=["value", "unfinished value", "target", "many"],
)
def test_head_beyond_the_limit_is_refused(head):
    assert ask(head).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_malformed_is_refused_and_closed(data):
    assert ask(data).startswith(b"HTTP/1.1 400 ")


def test_requests_before_a_malformed_one_are_answered_first():
    said = ask(b"GET /1 HTTP/1.1\r\n\r\nnonsense\r\n\r\n")

    assert [part.split(b"\r\n")[0] for part in said.split(b"HTTP/1.1 ")[1:]] == [
        b"200 OK",
        b"400 Bad Request",
    ]


def test_head_has_a_length_and_no_body():
    said = ask(b"HEAD /x HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert said == b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n"


def test_old_client_is_closed_unless_it_asks_to_keep():
    assert ask(b"GET / HTTP/1.0\r\n\r\n") == b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nGET / "

    said = ask(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n")
    assert said.count(b"200 OK") == 2
    assert said.count(b"connection: keep-alive") == 1


def test_upgrade_is_ignored_and_the_connection_goes_on():
    said = ask(
        b"POST /1 HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi"
        b"GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n"
    )

    assert b"POST /1 hiHTTP/1.1 200" in said
    assert b"GET /2 " in said


def test_proxy_requests_are_refused():
    assert ask(b"CONNECT example.com:443 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 405 ")


def test_client_that_stops_sending_still_gets_its_answers():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        writer.write_eof()
        said = await reader.read()
        assert (b"GET /1 " in said, b"GET /2 " in said) == (True, True)

    play(scene)


def test_exception_becomes_500_and_a_traceback_in_the_log(caplog):
    async def handler(request: Request) -> Response:
        raise KeyError(request.path)

    with caplog.at_level(logging.ERROR):
        said = ask(b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", handler)

    assert said.startswith(b"HTTP/1.1 500 ")
    assert said.endswith(b"\r\n\r\n{}")
    assert "KeyError: '/x'" in caplog.text


def test_header_with_a_line_break_is_not_sent(caplog):
    async def handler(request: Request) -> Response:
        return Response(200, b"", {"x": "a\r\nset-cookie: b"})

    said = ask(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", handler)

    assert said.startswith(b"HTTP/1.1 500 ")


def test_handlers_may_use_timeouts_and_task_groups():
    async def handler(request: Request) -> Response:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            task = group.create_task(echo(request))
        return task.result()

    assert ask(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", handler).endswith(b"GET / ")


async def parts(*data: bytes) -> AsyncIterator[bytes]:
    for part in data:
        yield part


def test_stream_is_sent_in_chunks_and_the_connection_goes_on():
    async def handler(request: Request) -> Response:
        return Response(200, stream=parts(b"abc", b"", b"0123456789abcdef"))

    said = ask(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n", handler)

    assert said.count(b"\r\n\r\n3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n") == 2


def test_stream_to_an_old_client_ends_with_the_connection():
    async def handler(request: Request) -> Response:
        return Response(200, stream=parts(b"abc", b"def"))

    said = ask(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", handler)

    assert said == b"HTTP/1.1 200 OK\r\n\r\nabcdef"


def test_stream_ends_when_the_client_goes_away():
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await reader.readuntil(b"\r\nx\r\n")
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 60)

    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"x"
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def handler(request: Request) -> Response:
        return Response(200, stream=endless())

    play(scene, handler)
    assert ended.is_set()


def test_stream_waits_for_a_client_that_reads_slowly():
    sent = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 2000:
            sent += 1
            yield bytes(65_536)
            await asyncio.wait([asyncio.ensure_future(turn())])

    async def turn() -> None: ...

    async def handler(request: Request) -> Response:
        return Response(200, stream=flood())

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(5000):
            await turn_of_the_loop()
        assert sent < 1000
        while await reader.read(1 << 20):
            pass
        assert sent == 2000

    async def turn_of_the_loop() -> None:
        await asyncio.wait([asyncio.ensure_future(turn())])

    play(scene, handler)


def test_broken_stream_tears_the_connection(caplog):
    async def broken() -> AsyncIterator[bytes]:
        yield b"abc"
        raise KeyError("stream")

    async def handler(request: Request) -> Response:
        return Response(200, stream=broken())

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readuntil(b"0\r\n\r\n")

    play(scene, handler)
    assert "KeyError: 'stream'" in caplog.text


@pytest.mark.parametrize(
    "data", [b"", b"GET / HTTP/1.1\r\nX", b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"]
)
def test_silent_client_is_closed_after_a_while(data):
    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await asyncio.wait_for(reader.readexactly(1), 60)

    play(scene, idle_seconds_max=0.05)


def test_close_lets_the_running_request_end():
    async def run() -> None:
        started, go = asyncio.Event(), asyncio.Event()

        async def handler(request: Request) -> Response:
            started.set()
            await go.wait()
            return Response(200, b"done")

        listener = await listen(handler, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
        idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", listener.port)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await started.wait()
        closing = asyncio.ensure_future(listener.close())
        assert await idle_reader.read() == b""
        go.set()
        assert (await reader.read()).endswith(b"connection: close\r\n\r\ndone")
        await closing
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", listener.port)
        for each in (writer, idle_writer):
            each.close()
            await each.wait_closed()

    asyncio.run(run())


def test_close_ends_what_does_not_end_by_itself():
    async def scene(listener: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await started.wait()
        await listener.close(0.01)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)

    started = asyncio.Event()

    async def handler(request: Request) -> Response:
        started.set()
        await asyncio.Event().wait()
        return Response(200)

    play(scene, handler)


def test_a_handler_at_work_can_tell_that_its_client_has_left():
    heard = asyncio.Event()
    asked = asyncio.Event()

    async def waiting(request: Request) -> Response:
        request.client.watch(heard.set)
        asked.set()
        await heard.wait()
        return Response(200, str(request.client.has_left).encode())

    async def scene(_: Listener, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await asked.wait()
        writer.write_eof()
        assert (await answer(reader))[1] == b"True"

    play(scene, waiting)
