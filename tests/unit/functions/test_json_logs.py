"""`LogFormat` JSON: what the platform writes are records, and `SystemLogLevel` says which."""

import json
import re
from typing import Any

import pytest
from tests.unit.functions.stage import Stage, play

from millrace.core.clock import ManualClock

CODE = "import os, time\ndef handler(e, c):\n    os._exit(3) if e else None\n    return 'done'"
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:fn"


async def events(stage: Stage, level: str, *payloads: Any, code: str = CODE, **params: Any) -> list[Any]:
    """What the platform has logged after these invocations."""
    logging = {"LogFormat": "JSON", "SystemLogLevel": level}
    await stage.create(code, LoggingConfig=logging, **params)
    for payload in payloads:
        await stage.invoke(payload)
    return [json.loads(line) for line in stage.lines() if line.startswith('{"time"')]


def kinds(found: list[Any]) -> list[str]:
    return [event["type"] for event in found]


def test_records_are_those_of_the_telemetry_schema():
    async def scene(stage: Stage) -> None:
        init, start, report = await events(stage, "INFO", 0)

        instance, arn = init["record"].pop("instanceId"), init["record"].pop("runtimeVersionArn")
        assert re.fullmatch(r"2023/11/14/fn\[\$LATEST\][0-9a-f]{32}", instance)
        assert arn.startswith("arn:aws:lambda:eu-west-1::runtime:")
        assert re.fullmatch(r"python:3\.11\.v\d+", init["record"].pop("runtimeVersion"))
        assert init == {
            "time": "2023-11-14T22:13:20.000Z",
            "type": "platform.initStart",
            "record": {
                "initializationType": "on-demand",
                "phase": "init",
                "functionName": "fn",
                "functionVersion": "$LATEST",
                "instanceMaxMemory": 128 * 1024 * 1024,
            },
        }
        request_id = start["record"]["requestId"]
        assert start == {
            "time": "2023-11-14T22:13:20.000Z",
            "type": "platform.start",
            "record": {"requestId": request_id, "functionArn": ARN, "version": "$LATEST"},
        }
        metrics = report["record"].pop("metrics")
        assert report == {
            "time": "2023-11-14T22:13:20.000Z",
            "type": "platform.report",
            "record": {"requestId": request_id, "status": "success"},
        }
        assert list(metrics) == [
            "durationMs",
            "billedDurationMs",
            "memorySizeMB",
            "maxMemoryUsedMB",
            "initDurationMs",
        ]
        assert metrics["durationMs"] <= metrics["billedDurationMs"] < metrics["durationMs"] + 1
        assert not [
            line for line in stage.lines() if line.startswith(("INIT_START", "START", "END", "REPORT"))
        ]

    play(scene, ManualClock)


INIT, START, REPORT = "platform.initStart", "platform.start", "platform.report"
INIT_DONE, INIT_REPORT, DONE = "platform.initRuntimeDone", "platform.initReport", "platform.runtimeDone"


@pytest.mark.parametrize(
    ("level", "payload", "logged"),
    [
        ("DEBUG", 0, [INIT, INIT_DONE, INIT_REPORT, START, DONE, REPORT]),
        ("INFO", 0, [INIT, START, REPORT]),
        ("WARN", 0, []),
        ("INFO", 1, [INIT, START, DONE, REPORT]),
        ("WARN", 1, [DONE, REPORT]),
    ],
)
def test_the_system_log_level_says_which_records_are_logged(level: str, payload: int, logged: list[str]):
    async def scene(stage: Stage) -> None:
        assert kinds(await events(stage, level, payload)) == logged

    play(scene)


def test_a_runtime_that_died_is_told_with_its_error_type():
    async def scene(stage: Stage) -> None:
        done, report = await events(stage, "WARN", 1)

        told = {"status": "error", "errorType": "Runtime.ExitError"}
        assert told.items() <= done["record"].items()
        assert done["record"]["metrics"]["producedBytes"] == 0
        assert told.items() <= report["record"].items()

    play(scene)


def test_a_time_out_is_told_as_the_status():
    async def scene(stage: Stage) -> None:
        code = "import time\ndef handler(e, c):\n    time.sleep(9)"
        found = await events(stage, "WARN", 0, code=code, Timeout=1)

        assert [(event["type"], event["record"]["status"]) for event in found] == [
            (DONE, "timeout"),
            (REPORT, "timeout"),
        ]

    play(scene)


def test_an_init_that_failed_is_told_with_its_error_type():
    async def scene(stage: Stage) -> None:
        found = await events(stage, "WARN", 0, code="import nothing_there")

        assert kinds(found) == [INIT_DONE, INIT_REPORT, DONE, REPORT]
        told = {"status": "error", "errorType": "Runtime.ImportModuleError"}
        assert all(told.items() <= event["record"].items() for event in found)
        assert found[1]["record"]["metrics"]["durationMs"] > 0

    play(scene)


def test_settings_of_the_log_that_are_left_out_stay_as_they_were():
    async def scene(stage: Stage) -> None:
        async def change(**config: str) -> Any:
            answer = await stage.call("UpdateFunctionConfiguration", FunctionName="fn", LoggingConfig=config)
            return {name: value for name, value in answer["LoggingConfig"].items() if value is not None}

        await stage.create(CODE)
        own = "/aws/lambda/fn"
        assert await change(LogGroup="mine") == {"LogFormat": "Text", "LogGroup": "mine"}
        json = {"LogFormat": "JSON", "LogGroup": "mine", "SystemLogLevel": "INFO"}
        assert await change(LogFormat="JSON", ApplicationLogLevel="DEBUG") == {
            **json,
            "ApplicationLogLevel": "DEBUG",
        }
        assert await change(LogGroup=own) == {**json, "ApplicationLogLevel": "DEBUG", "LogGroup": own}
        assert await change(LogFormat="Text") == {"LogFormat": "Text", "LogGroup": own}
        assert (await change(LogFormat="JSON"))["ApplicationLogLevel"] == "INFO"

    play(scene)


def test_streams_in_a_group_that_functions_may_share_name_the_function():
    async def scene(stage: Stage) -> None:
        await stage.create(
            "def handler(e, c): return c.log_stream_name", LoggingConfig={"LogGroup": "shared"}
        )

        stream = await stage.result()
        assert re.fullmatch(r"\d{4}/\d\d/\d\d/fn\[\$LATEST\][0-9a-f]{32}", stream)
        assert {(batch.group, batch.stream) for batch in stage.batches} == {("shared", stream)}

    play(scene)
