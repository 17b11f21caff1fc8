"""`provided.*`: a program of the function's own that speaks with the Runtime API."""

import asyncio
import json
from typing import Any

import pytest
from tests.unit.functions.stage import Stage, play, zip_of, zip_of_programs

# What AWS's documentation has as the first custom runtime, with a handler of one line.
SHELL = """#!/bin/bash
set -euo pipefail
source "$LAMBDA_TASK_ROOT/$(echo "$_HANDLER" | cut -d. -f1).sh"
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers="$(mktemp)"
  event="$(curl -sS -LD "$headers" "$api/next")"
  id="$(grep -Fi Lambda-Runtime-Aws-Request-Id "$headers" | tr -d '[:space:]' | cut -d: -f2)"
  answer="$($(echo "$_HANDLER" | cut -d. -f2) "$event")"
  curl -sS "$api/$id/response" -d "$answer" > /dev/null
done
"""
FUNCTION = 'function handler () { echo "heard: $1" >&2; echo "{\\"got\\": $1}"; }'

# The same in Python, with the ways to fail.
PROGRAM = """#!/usr/bin/env python3
import http.client, json, os, sys
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def post(path, body, **headers):
    api.request("POST", "/2018-06-01/runtime/" + path, json.dumps(body), headers)
    answer = api.getresponse()
    return answer.status, json.loads(answer.read() or "null")
if os.environ["_HANDLER"] == "init.error":
    told = {"errorMessage": "cannot", "errorType": "Function.Broken"}
    post("init/error", told, **{"Lambda-Runtime-Function-Error-Type": "Function.Broken"})
    sys.exit(1)
if os.environ["_HANDLER"] == "init.exit":
    sys.exit(7)
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = api.getresponse()
    event, id = json.loads(answer.read()), answer.headers["Lambda-Runtime-Aws-Request-Id"]
    if event == "fail":
        post(f"invocation/{id}/error", {"errorMessage": "boom", "errorType": "Mine"})
    elif event == "exit":
        sys.exit(3)
    elif event == "environment":
        post(f"invocation/{id}/response", dict(os.environ))
    elif event == "misuse":
        wrong = post("invocation/nobody/response", 1), post("init/error", {})
        post(f"invocation/{id}/response", [wrong, sorted(name.lower() for name in answer.headers)])
    else:
        post(f"invocation/{id}/response", [os.getpid(), event])
"""


async def create(stage: Stage, files: Any, **params: Any) -> None:
    code = {"ZipFile": files if isinstance(files, bytes) else zip_of_programs(files)}
    await stage.create("", Runtime="provided.al2023", Code=code, **params)


def failure(kind: str, reason: str, request_id: str) -> dict[str, str]:
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {reason}"}


def request_id(stage: Stage) -> str:
    return next(line.split()[2] for line in stage.lines() if line.startswith("START"))


def test_a_shell_script_is_a_runtime():
    async def scene(stage: Stage) -> None:
        await create(
            stage, {"bootstrap": SHELL, "function.sh": FUNCTION}, Handler="function.handler", Timeout=20
        )

        assert [await stage.result({"n": n}) for n in range(2)] == [{"got": {"n": 0}}, {"got": {"n": 1}}]
        assert 'heard: {"n":1}\n' in stage.lines()
        assert stage.lines()[0].startswith("INIT_START Runtime Version: provided:al2023.v")
        assert len(stage.functions.pool.environments) == 1

    play(scene)


def test_a_program_answers_fails_and_is_told_of_its_mistakes():
    async def scene(stage: Stage) -> None:
        await create(stage, {"bootstrap": PROGRAM})

        pid, event = await stage.result([1])
        assert event == [1]
        assert await stage.invoke("fail") == {
            **await stage.invoke("fail"),
            "FunctionError": "Unhandled",
            "Payload": {"errorMessage": "boom", "errorType": "Mine"},
        }
        (wrong_id, wrong_state), headers = await stage.result("misuse")
        assert wrong_id == [400, {"errorMessage": "Invalid request ID", "errorType": "InvalidRequestID"}]
        assert wrong_state[0] == 403
        assert wrong_state[1]["errorType"] == "InvalidStateTransition"
        assert {
            "lambda-runtime-deadline-ms",
            "lambda-runtime-invoked-function-arn",
            "lambda-runtime-trace-id",
        } <= set(headers)
        assert (await stage.result([2]))[0] == pid

    play(scene)


def test_a_program_finds_the_variables_of_aws_and_no_others():
    async def scene(stage: Stage) -> None:
        await create(stage, {"bootstrap": PROGRAM}, Environment={"Variables": {"MINE": "1"}})

        found = await stage.result("environment")
        assert found["MINE"] == "1"
        assert found["_HANDLER"] == "app.handler"
        assert not {"AWS_EXECUTION_ENV", "HOME", "PWD", "PYTHONPATH", "SHLVL"} & set(found)
        assert {"AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "TZ", "LANG"} <= set(
            found
        )

    play(scene)


@pytest.mark.parametrize(
    ("handler", "event", "reason"),
    [("app.handler", "exit", "exit status 3"), ("init.exit", "any", "exit status 7")],
)
def test_a_program_that_ends_is_told_with_its_status(handler: str, event: str, reason: str):
    async def scene(stage: Stage) -> None:
        await create(stage, {"bootstrap": PROGRAM}, Handler=handler)

        answer = await stage.result(event)
        assert answer == failure(
            "Runtime.ExitError", f"Runtime exited with error: {reason}", request_id(stage)
        )

    play(scene)


def test_an_init_error_is_the_answer_and_its_type_is_reported():
    async def scene(stage: Stage) -> None:
        await create(stage, {"bootstrap": PROGRAM}, Handler="init.error")

        assert await stage.result() == {"errorMessage": "cannot", "errorType": "Function.Broken"}
        assert stage.lines()[-1].endswith("Status: error\tError Type: Function.Broken\n")

    play(scene)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"other": ""}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        (zip_of({"bootstrap": SHELL}), "fork/exec /var/task/bootstrap: permission denied"),
        ({"bootstrap": "#!/no/such/program\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
        ({"bootstrap": "\x7fELF, but not really"}, "fork/exec /var/task/bootstrap: exec format error"),
    ],
    ids=["nothing", "not executable", "no interpreter", "no program"],  # a zip file holds the time
)
def test_what_cannot_be_started_is_an_invalid_entrypoint(files: Any, reason: str):
    async def scene(stage: Stage) -> None:
        await create(stage, files)

        answer = await stage.result()
        first = request_id(stage)
        assert answer == failure("Runtime.InvalidEntrypoint", reason, first)
        assert f"RequestId: {first} Error: {reason}\nRuntime.InvalidEntrypoint\n" in stage.lines()
        assert stage.lines()[-1].endswith("Status: error\tError Type: Runtime.InvalidEntrypoint\n")
        async with asyncio.timeout(30):
            for environment in stage.functions.pool.environments:
                await environment.gone.wait()
        assert (await stage.result())["errorType"] == "Runtime.InvalidEntrypoint"

    play(scene)


def test_a_layer_may_bring_the_program():
    async def scene(stage: Stage) -> None:
        layer = await stage.call(
            "PublishLayerVersion",
            LayerName="runtime",
            Content={"ZipFile": zip_of_programs({"bootstrap": PROGRAM})},
        )
        await create(stage, {"data": ""}, Layers=[layer["LayerVersionArn"]])

        assert (await stage.result("x"))[1] == "x"

    play(scene)


def test_a_wrapper_script_starts_python_and_one_that_is_missing_ends_with_127():
    wrapper = (
        '#!/bin/bash\nargs=("$@")\nexport WRAPPED=yes\nexec "${args[@]:0:$#-1}" -X dev "${args[@]: -1}"\n'
    )
    code = "import os, sys\ndef handler(e, c): return [os.environ['WRAPPED'], sys.flags.dev_mode]"

    async def scene(stage: Stage) -> None:
        layer = await stage.call(
            "PublishLayerVersion",
            LayerName="wrap",
            Content={"ZipFile": zip_of_programs({"wrapper": wrapper})},
        )
        variables = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
        await stage.create(code, Layers=[layer["LayerVersionArn"]], Environment={"Variables": variables})
        assert await stage.result() == ["yes", True]

        await stage.create(code, "without", Environment={"Variables": variables})
        assert (await stage.result(name="without"))["errorMessage"].endswith("exit status 127")

    play(scene)


def test_a_runtime_that_does_not_run_here_is_named():
    async def scene(stage: Stage) -> None:
        await stage.create("", Runtime="java21")
        shown = await stage.call("GetFunctionConfiguration", FunctionName="fn")
        assert shown["StateReason"].startswith("[millrace: java21 does not run here;")
        with pytest.raises(Exception, match="java21 does not run here") as caught:
            await stage.invoke()
        assert getattr(caught.value, "code", None) == "InvalidRuntimeException"
        assert json.dumps(shown["Runtime"]) == '"java21"'

    play(scene)
