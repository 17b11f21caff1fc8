"""Invocations of real processes: what they answer, and what AWS says when they cannot."""

import asyncio
import json
import os
import re
import select
from typing import Any

import pytest
from tests.unit.functions.stage import SCOPE, Stage, play, zip_of

from millrace.core.errors import AwsError

ECHO = "def handler(event, context):\n    return event\n"


def outcome(code: str, event: Any = None, **settings: Any) -> tuple[str | None, Any]:
    """What one invocation of a new function answers: its error and its payload."""
    found: list[Any] = []

    async def scene(stage: Stage) -> None:
        await stage.create(code, **settings)
        found.append(await stage.invoke(event))

    play(scene)
    return found[0]["FunctionError"], found[0]["Payload"]


def test_handler_gets_the_event_and_its_answer_comes_back():
    async def scene(stage: Stage) -> None:
        await stage.create(ECHO)
        answer = await stage.invoke({"a": [1, "ä"]})

        assert answer == {
            "StatusCode": 200,
            "FunctionError": None,
            "LogResult": None,
            "ExecutedVersion": "$LATEST",
            "Payload": {"a": [1, "ä"]},
        }

    play(scene)


def test_missing_payload_is_an_empty_object_and_none_is_null():
    assert outcome(ECHO) == (None, {})
    assert outcome("def handler(event, context): pass", {"a": 1}) == (None, None)


def test_exception_is_reported_with_its_stack():
    code = "class Odd(Exception): pass\n\ndef handler(event, context):\n    raise Odd('no ' + event['a'])\n"

    error, payload = outcome(code, {"a": "way"})

    assert error == "Unhandled"
    assert list(payload) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert (payload["errorMessage"], payload["errorType"]) == ("no way", "Odd")
    assert len(payload["stackTrace"]) == 1
    assert payload["stackTrace"][0].endswith(
        "app.py\", line 4, in handler\n    raise Odd('no ' + event['a'])\n"
    )


@pytest.mark.parametrize(
    ("code", "settings", "kind", "message"),
    [
        ("import nothing_like_this", {}, "Runtime.ImportModuleError", "No module named 'nothing_like_this'"),
        ("import millrace", {}, "Runtime.ImportModuleError", "No module named 'millrace'"),
        ("import orjson", {}, "Runtime.ImportModuleError", "No module named 'orjson'"),
        ("def handler(", {}, "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("x = 1", {}, "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("x = 1", {"Handler": "app"}, "Runtime.MalformedHandlerName", "Bad handler 'app'"),
        ("raise KeyError('at import')", {}, "KeyError", "'at import'"),
    ],
)
def test_handler_that_cannot_be_loaded_is_reported(code, settings, kind, message):
    error, payload = outcome(code, **settings)

    assert (error, payload["errorType"], payload["requestId"]) == ("Unhandled", kind, "")
    assert message in payload["errorMessage"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys\ndef handler(e, c): sys.exit(0)", "Runtime exited without providing a reason"),
        ("import sys\nsys.exit(0)", "Runtime exited without providing a reason"),
        ("def handler(e, c): exit(3)", "Runtime exited with error: exit status 3"),
        ("import os\ndef handler(e, c): os._exit(7)", "Runtime exited with error: exit status 7"),
        ("import os\ndef handler(e, c): os.kill(0, 9)", "Runtime exited with error: signal: killed"),
        ("import os\ndef handler(e, c): os.abort()", "Runtime exited with error: signal: aborted"),
        (
            "import ctypes\ndef handler(e, c): ctypes.string_at(0)",
            "Runtime exited with error: signal: segmentation fault",
        ),
    ],
)
def test_process_that_ends_is_reported(code, reason):
    error, payload = outcome(code)

    assert error == "Unhandled"
    assert list(payload) == ["errorType", "errorMessage"]
    assert payload["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(f"RequestId: [0-9a-f-]{{36}} Error: {re.escape(reason)}", payload["errorMessage"])


@pytest.mark.parametrize(
    "code",
    [
        "def handler(e, c):\n    while True: pass",
        "import time\ndef handler(e, c):\n    try: time.sleep(60)\n    finally: time.sleep(60)",
        "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ndef handler(e, c): time.sleep(60)",
    ],
)
def test_handler_that_hangs_is_killed(code):
    error, payload = outcome(code, Timeout=1)

    assert (error, payload["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert re.fullmatch("RequestId: .* Error: Task timed out after 1.00 seconds", payload["errorMessage"])


def test_answer_too_large_is_an_error_and_the_environment_goes_on():
    async def scene(stage: Stage) -> None:
        await stage.create("n = 0\ndef handler(e, c):\n    global n; n += 1\n    return 'x' * e + str(n)")

        assert await stage.result(1) == "x1"
        assert await stage.result(6_291_600) == {
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            "errorType": "Function.ResponseSizeTooLarge",
        }
        assert await stage.result(1) == "x3"

    play(scene)


def test_events_and_answers_of_megabytes_pass():
    error, payload = outcome(ECHO, "x" * 6_000_000)

    assert (error, len(payload)) == (None, 6_000_000)


def test_what_is_not_json_is_refused():
    async def scene(stage: Stage) -> None:
        await stage.create(ECHO)
        with pytest.raises(AwsError) as refusal:
            await stage.call("Invoke", FunctionName="fn", Payload=b'{"a": nope}')

        assert refusal.value.code == "InvalidRequestContentException"
        assert str(refusal.value.message).startswith("Could not parse request body into json: ")
        assert "line: 1, column: " in str(refusal.value.message)

    play(scene)


def test_unknown_function_is_named_with_latest():
    async def scene(stage: Stage) -> None:
        with pytest.raises(AwsError) as refusal:
            await stage.invoke({}, "nobody")

        assert (
            refusal.value.message
            == "Function not found: arn:aws:lambda:eu-west-1:123456789012:function:nobody:$LATEST"
        )

    play(scene)


def test_globals_stay_warm_until_the_code_changes():
    async def scene(stage: Stage) -> None:
        code = "n = 0\ndef handler(e, c):\n    global n; n += 1\n    return '%s' + str(n)"
        await stage.create(code % "a")
        first = [await stage.result() for _ in range(3)]
        await stage.call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of(code % "b"))
        second = [await stage.result() for _ in range(2)]

        assert first + second == ["a1", "a2", "a3", "b1", "b2"]

    play(scene)


def test_environment_variables_and_context_are_as_on_aws():
    code = """
import os, json
def handler(event, context):
    return {
        "environment": dict(os.environ),
        "context": [context.function_name, context.function_version, context.invoked_function_arn,
                    context.memory_limit_in_mb, context.log_group_name, context.log_stream_name],
        "left": context.get_remaining_time_in_millis(),
        "custom": context.client_context.custom if context.client_context else None,
        "here": os.listdir("."),
    }
"""

    async def scene(stage: Stage) -> None:
        await stage.create(code, Environment={"Variables": {"COLOUR": "blue"}}, MemorySize=256, Timeout=30)
        answer = await stage.invoke({}, Qualifier="$LATEST", ClientContext="eyJjdXN0b20iOiB7ImEiOiAiw6QifX0=")
        found = answer["Payload"]
        assert answer["FunctionError"] is None, found
        variables = found["environment"]
        stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"]

        assert {
            "AWS_LAMBDA_FUNCTION_NAME": "fn",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fn",
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            "_HANDLER": "app.handler",
            "TZ": ":UTC",
            "COLOUR": "blue",
        }.items() <= variables.items()
        assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
        assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
        assert variables["_X_AMZN_TRACE_ID"].startswith("Root=1-")
        assert [
            "fn",
            "$LATEST",
            "arn:aws:lambda:eu-west-1:123456789012:function:fn:$LATEST",
            "256",
            "/aws/lambda/fn",
            stream,
        ] == found["context"]
        assert 25_000 < found["left"] <= 30_000
        assert found["custom"] == {"a": "ä"}
        assert found["here"] == ["app.py"]
        assert "PYTHONHASHSEED" not in variables

    play(scene)


def test_sdk_is_there_and_other_packages_are_not():
    code = """
import importlib.util, sys
import boto3, botocore
def handler(event, context):
    names = ("boto3", "click", "orjson", "uvloop", "pytest", "millrace", "setuptools", "simplejson")
    boto3.client("dynamodb")
    return [name for name in names if importlib.util.find_spec(name)]
"""
    assert outcome(code, Timeout=20) == (None, ["boto3", "simplejson"])


def test_two_at_once_run_in_two_environments():
    code = "import os, time\ndef handler(e, c):\n    time.sleep(0.3)\n    return [os.getpid(), c.log_stream_name]"

    async def scene(stage: Stage) -> None:
        await stage.create(code)
        one, two = await asyncio.gather(stage.result(), stage.result())
        third = await stage.result()

        assert one[0] != two[0]
        assert one[1] != two[1]
        assert third in (one, two)

    play(scene)


def test_memory_eater_is_killed_and_the_log_says_why():
    code = "def handler(e, c):\n    hog = []\n    while True: hog.append(bytearray(4_000_000))"

    async def scene(stage: Stage) -> None:
        await stage.create(code, Timeout=20)
        payload = await stage.result()

        assert payload["errorType"] == "Runtime.ExitError"
        assert payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
        assert "\tMax Memory Used: 128 MB\t" in stage.lines()[-1]
        assert any("more than 128 MB" in line for line in stage.lines())

    play(scene)


def test_memory_of_children_counts():
    code = """
import os, time
def handler(e, c):
    for _ in range(3):
        if not os.fork():
            hog = bytearray(os.urandom(1)) * 60_000_000
            time.sleep(60)
    time.sleep(60)
"""
    _, payload = outcome(code, Timeout=50)

    assert payload["errorMessage"].endswith("signal: killed")


def test_children_end_with_their_environment():
    code = """
import os, subprocess, sys, time
def handler(event, context):
    if not os.fork():
        time.sleep(600)
    stray = subprocess.Popen(["sleep", "600"], start_new_session=True)
    return [stray.pid]
"""

    async def scene(stage: Stage) -> None:
        await stage.create(code)
        (pid,) = await stage.result()
        handle = os.pidfd_open(pid)
        environments = stage.functions.pool.environments
        await stage.call("DeleteFunction", FunctionName="fn")
        for environment in environments:
            await environment.gone.wait()

        assert select.select([handle], [], [], 60)[0] == [handle]
        os.close(handle)

    play(scene)


def test_flood_of_output_is_cut_and_the_answer_comes():
    code = """
import sys
def handler(event, context):
    for _ in range(20):
        sys.stdout.write(("x" * 1023 + "\\n") * 1024)
    return "done"
"""

    async def scene(stage: Stage) -> None:
        await stage.create(code, Timeout=30)

        assert await stage.result() == "done"
        lines = stage.lines()
        assert sum(map(len, lines)) < 17_000_000
        assert sum("the rest is dropped" in line for line in lines) == 1
        assert lines[-2].startswith("END RequestId: ")

    play(scene)


def test_running_invocation_survives_change_and_deletion():
    code = (
        "import time\ndef handler(e, c):\n    print('go', flush=True)\n    time.sleep(0.5)\n    return '%s'"
    )

    async def scene(stage: Stage) -> None:
        await stage.create(code % "old")
        running = asyncio.ensure_future(stage.result())
        while "go\n" not in stage.lines():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])
        await stage.call("UpdateFunctionCode", FunctionName="fn", ZipFile=zip_of(code % "new"))
        await stage.call("DeleteFunction", FunctionName="fn")

        assert await running == "old"
        with pytest.raises(AwsError):
            await stage.result()

    play(scene)


def test_environment_that_died_idle_is_replaced():
    code = "import os, threading\ndef handler(e, c):\n    if e: threading.Timer(0.05, os._exit, [1]).start()\n    return 1"

    async def scene(stage: Stage) -> None:
        await stage.create(code)
        assert await stage.result(1) == 1
        for environment in stage.functions.pool.environments:
            await environment.gone.wait()
        assert await stage.result() == 1

    play(scene)


def test_closing_ends_what_runs():
    code = "import time\ndef handler(e, c):\n    print('go', flush=True)\n    time.sleep(60)"
    running: list[asyncio.Future[Any]] = []

    async def scene(stage: Stage) -> None:
        await stage.create(code, Timeout=60)
        running.append(asyncio.ensure_future(stage.result()))
        while "go\n" not in stage.lines():
            await asyncio.wait([asyncio.ensure_future(asyncio.to_thread(lambda: None))])

    async def around(stage: Stage) -> None:
        await scene(stage)
        await stage.functions.pool.close()
        with pytest.raises(AwsError) as refusal:
            await running[0]
        assert refusal.value.code == "ServiceException"

    play(around)


def test_started_is_told_when_the_event_is_handed_over():
    async def scene(stage: Stage) -> None:
        await stage.create(ECHO)
        told: list[int] = []
        done = await stage.functions.invoke(SCOPE, "fn", b"{}", on_start=lambda: told.append(1))
        assert (told, json.loads(done.payload)) == ([1], {})

    play(scene)


def test_open_files_are_limited():
    code = "import resource\ndef handler(e, c): return resource.getrlimit(resource.RLIMIT_NOFILE)[0]"

    assert outcome(code) == (None, 1024)
