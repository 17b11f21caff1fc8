"""The log of invocations: which events, in which order, in which words."""

import asyncio
import base64
import re
from typing import Any

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.functions.stage import Stage, play, stage

from millrace.core.clock import ManualClock
from millrace.functions.output import Splitter
from millrace.functions.platform_log import Instance, Report, TextLog

ID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
MS = r"\d+\.\d\d ms"


def matches(patterns: list[str], lines: list[str]) -> None:
    assert len(patterns) == len(lines), lines
    for pattern, line in zip(patterns, lines, strict=True):
        assert re.fullmatch(pattern, line), (pattern, line)


def test_lines_of_a_cold_and_a_warm_invocation_are_as_on_aws():
    code = """
import logging
def handler(event, context):
    print("hello")
    logging.warning("careful\\nnow")
    print("another\\rline\\nlast", end="")
    return 1
"""
    start = rf"START RequestId: {ID} Version: \$LATEST\n"
    own = [
        "hello\n",
        rf"\[WARNING\]\t\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ\t{ID}\tcareful\nnow\n",
        "another\rline\n",
        "last",
    ]
    end = rf"END RequestId: {ID}\n"
    report = rf"REPORT RequestId: {ID}\tDuration: {MS}\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t"

    async def scene(stage: Stage) -> None:
        await stage.create(code)
        await stage.invoke()
        init = (
            r"INIT_START Runtime Version: python:3\.11\.v\d+\t"
            r"Runtime Version ARN: arn:aws:lambda:eu-west-1::runtime:[0-9a-f]{64}\n"
        )
        matches([init, start, *own, end, rf"{report}Init Duration: {MS}\t\n"], stage.lines())
        cold = len(stage.lines())
        answer = await stage.invoke(LogType="Tail")
        warm = stage.lines()[cold:]
        matches([start, *own, end, rf"{report}\n"], warm)
        told = base64.b64decode(answer["LogResult"]).decode()
        assert told == "".join(warm).replace("last", "last\n")

    play(scene)


def test_unhandled_error_is_one_event():
    async def scene(stage: Stage) -> None:
        await stage.create(
            "class Odd(Exception): pass\n\ndef handler(event, context):\n    raise Odd('no')\n"
        )
        await stage.invoke()
        (event,) = [line for line in stage.lines() if line.startswith("[ERROR]")]
        assert re.fullmatch(
            "\\[ERROR\\] Odd: no\nTraceback \\(most recent call last\\):\n"
            "\xa0\xa0File \".*/app.py\", line 4, in handler\n\xa0\xa0\xa0\xa0raise Odd\\('no'\\)",
            event,
        )

    play(scene)


def test_time_out_and_exit_are_told_in_the_log():
    async def scene(stage: Stage) -> None:
        await stage.create(
            "import os, time\ndef handler(e, c):\n    os._exit(3) if e else time.sleep(9)", Timeout=1
        )
        await stage.invoke(1)
        await stage.invoke(0)
        lines = [line for line in stage.lines() if not line.startswith("INIT_START")]
        matches(
            [
                rf"START RequestId: {ID} Version: \$LATEST\n",
                rf"RequestId: {ID} Error: Runtime exited with error: exit status 3\nRuntime.ExitError\n",
                rf"END RequestId: {ID}\n",
                rf"REPORT RequestId: {ID}\t.*Init Duration: {MS}\tStatus: error\tError Type: Runtime.ExitError\n",
                rf"START RequestId: {ID} Version: \$LATEST\n",
                rf"\d{{4}}-\S+Z {ID} Task timed out after 1.00 seconds\n\n",
                rf"END RequestId: {ID}\n",
                rf"REPORT RequestId: {ID}\tDuration: \d{{4,}}\.\d\d ms\t.*\tStatus: timeout\n",
            ],
            lines,
        )

    play(scene)


def test_tail_holds_the_last_4_kb():
    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c):\n    for n in range(9000): print('line', n)")
        answer = await stage.invoke(LogType="Tail")
        tail = base64.b64decode(answer["LogResult"]).decode()
        assert len(tail) == 4096
        assert "line 8999\nEND RequestId" in tail

    play(scene)


def test_output_of_a_running_function_is_seen_before_it_ends():
    async def scene(stage: Stage) -> None:
        await stage.create(
            "import time\ndef handler(e, c):\n    print('early')\n    time.sleep(30)", Timeout=60
        )
        running = asyncio.ensure_future(stage.invoke())
        while "early\n" not in stage.lines():
            await asyncio.to_thread(lambda: None)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])

    play(scene)


def test_events_carry_the_time_of_our_clock():
    async def scene(stage: Stage) -> None:
        await stage.create("import logging\ndef handler(e, c):\n    logging.error('x')")
        await stage.invoke()
        assert {1_700_000_000_000} == {time for batch in stage.batches for time, _ in batch.events}

    play(scene, ManualClock)


def test_durations_are_finer_than_milliseconds():
    """Under the server's own event loop, whose time is not. That ten are whole by chance is out of the question."""

    async def scene() -> None:
        async with stage() as made:
            await made.create("def handler(e, c):\n    return 1")
            for _ in range(10):
                await made.invoke()
            reports = [line for line in made.lines() if line.startswith("REPORT")]
            durations = re.findall(r"Duration: \d+\.(\d\d) ms\tBilled", "".join(reports))
            assert len(durations) == 10
            assert set(durations) != {"00"}

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scene())


def test_report_rounds_the_billed_duration_up():
    _, report = TextLog(Instance("", "", "", "", 128, "", "")).end(Report("id", 3.01, 128, 36, 110.1))

    assert report == (
        "REPORT RequestId: id\tDuration: 3.01 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 36 MB\tInit Duration: 110.10 ms\t\n"
    )


def frame(text: str) -> bytes:
    data = text.encode()
    return b"\xa5\x5a\x00\x03" + len(data).to_bytes(4, "big") + bytes(8) + data


@given(st.data())
def test_pieces_may_be_cut_anywhere(data: Any):
    """Lines and frames come out whole, however the pipe cuts them."""
    text = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=20)
    parts = data.draw(st.lists(st.one_of(text.map(lambda t: t + "\n"), text.map(lambda t: (t,)))))
    raw = b"".join(frame(part[0]) if isinstance(part, tuple) else part.encode() for part in parts)
    expected = [part[0] if isinstance(part, tuple) else part for part in parts]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)))))
    splitter, actual = Splitter(), []
    for low, high in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        actual += splitter.feed(raw[low:high])

    assert expected == actual + splitter.flush()


@given(st.lists(st.binary(max_size=50)))
def test_no_bytes_break_the_splitter(chunks):
    splitter = Splitter()
    for chunk in chunks:
        splitter.feed(chunk)
    splitter.flush()


def test_line_too_long_is_cut():
    splitter = Splitter()
    pieces = [*splitter.feed(b"x" * 600_000), *splitter.flush()]

    assert sum(map(len, pieces)) == 600_000
    assert max(map(len, pieces)) <= 262_144


@pytest.mark.parametrize(
    ("data", "text"),
    [("é".encode() * 200_000, "é" * 200_000), (b"\xff" * 200_000, "\ufffd" * 200_000)],
    ids=["text", "none"],
)
def test_pieces_of_a_long_line_hold_whole_characters_and_no_more_than_an_event(data: bytes, text: str):
    splitter = Splitter()
    pieces = [*splitter.feed(data), *splitter.flush()]

    assert "".join(pieces).count(text[0]) >= len(text) - 2  # the pipe itself may cut one
    assert max(len(piece.encode()) for piece in pieces) <= 262_144 - 26
