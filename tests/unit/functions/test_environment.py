"""What a process finds around it: variables, limits, its temporary folder."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.stage import Stage, play, zip_of_programs

from millrace.core.errors import AwsError
from millrace.functions import usage

LIMITS = (
    "import resource\ndef handler(e, c): return [resource.getrlimit(getattr(resource, name)) for name in e]"
)


def test_variables_are_those_of_aws():
    async def scene(stage: Stage) -> None:
        await stage.create(
            "import os\ndef handler(e, c): return dict(os.environ)",
            Environment={"Variables": {"MINE": "1", "PATH": "/mine"}},
            LoggingConfig={"LogFormat": "JSON", "ApplicationLogLevel": "WARN"},
        )
        found = await stage.result()

        assert {name: found[name] for name in EXPECTED} == EXPECTED
        assert found["PYTHONPATH"] == found["LAMBDA_RUNTIME_DIR"]
        assert found["LAMBDA_TASK_ROOT"] == found["PWD"]
        assert set(found) - set(EXPECTED) == BESIDES

    play(scene)


EXPECTED = {
    "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
    "_AWS_XRAY_DAEMON_PORT": "2000",
    "_HANDLER": "app.handler",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.11",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_NAME": "fn",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/fn",
    "AWS_LAMBDA_LOG_LEVEL": "WARN",
    "AWS_REGION": "eu-west-1",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "LANG": "en_US.UTF-8",
    "LC_CTYPE": "C.UTF-8",
    "MINE": "1",
    "PATH": "/mine",
    "SHLVL": "0",
    "TZ": ":UTC",
}
BESIDES = {
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LD_LIBRARY_PATH",
    "PWD",
    "PYTHONPATH",
    "TMPDIR",
}


def test_search_paths_of_a_functions_own_come_before_those_it_needs():
    code = "import sys, boto3\ndef handler(e, c): return sys.path"

    async def scene(stage: Stage) -> None:
        await stage.create(code, Environment={"Variables": {"PYTHONPATH": "/mine:/too"}})
        assert (await stage.result())[1:3] == ["/mine", "/too"]

    play(scene)


def test_reserved_variables_are_refused_all_at_once():
    async def scene(stage: Stage) -> None:
        with pytest.raises(AwsError) as caught:
            await stage.create("", Environment={"Variables": {"_HANDLER": "x", "OK": "", "AWS_REGION": "x"}})
        assert caught.value.message == (
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            "Reserved keys used in this request: _HANDLER, AWS_REGION"
        )

    play(scene)


def test_limits_are_those_of_aws_where_they_can_be():
    async def scene(stage: Stage) -> None:
        await stage.create(LIMITS)
        names = ["RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_CORE"]
        assert await stage.result(names) == [[1024, 1024], [65536, 65536], [0, 0]]

    play(scene)


@pytest.mark.parametrize(
    ("runtime", "program"),
    [
        (
            "nodejs20.x",
            "exports.handler = async () => Number(require('child_process').execSync('ulimit -Hn'))",
        ),
        ("provided.al2", None),
    ],
)
def test_every_runtime_has_these_limits(runtime: str, program: str | None):
    bootstrap = """#!/bin/bash
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
id=$(curl -sSi "$api/next" | tr -d '\\r' | grep -i runtime-aws-request-id | cut -d' ' -f2)
curl -sS "$api/$id/response" -d "$(ulimit -Hn)"
sleep 100
"""
    files = {"index.js": program} if program else {"bootstrap": bootstrap}

    async def scene(stage: Stage) -> None:
        code = {"ZipFile": zip_of_programs(files)}
        await stage.create("", Runtime=runtime, Handler="index.handler", Code=code, Timeout=20)
        assert await stage.result() == 1024

    if program is None or shutil.which("node"):
        play(scene)


TEMPORARY = """
import os, tempfile
def handler(event, context):
    path = os.path.join(tempfile.gettempdir(), "kept")
    before = os.path.exists(path)
    open(path, "w").close()
    if event: os._exit(1)
    return [before, tempfile.gettempdir()]
"""


def test_temporary_files_stay_from_one_event_to_the_next_and_go_with_the_environment():
    async def scene(stage: Stage) -> None:
        await stage.create(TEMPORARY)
        first, again = await stage.result(), await stage.result()
        assert (first[0], again[0]) == (False, True)
        assert first[1] == again[1]
        (environment,) = stage.functions.pool.environments
        await stage.invoke("die")
        async with asyncio.timeout(30):
            await environment.gone.wait()
        assert not await asyncio.to_thread(Path(first[1]).exists)
        assert (await stage.result())[0] is False

    play(scene)


def test_more_temporary_files_than_ephemeral_storage_end_the_process(monkeypatch: pytest.MonkeyPatch):
    stored = usage.stored_bytes
    monkeypatch.setattr(usage, "stored_bytes", lambda folder: 600 * stored(folder))
    code = """
import tempfile, time
def handler(event, context):
    with open(tempfile.gettempdir() + "/large", "wb") as file:
        file.write(bytes(1 << 20))
    time.sleep(15)
"""

    async def scene(stage: Stage) -> None:
        await stage.create(code, Timeout=20)
        assert (await stage.result())["errorType"] == "Runtime.ExitError"
        assert any("it kept more than 512 MB in its temporary folder" in line for line in stage.lines())

    play(scene)


def test_what_is_stored_counts_files_in_folders_and_no_links(tmp_path: Path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_bytes(bytes(40_960))
    (tmp_path / "link").symlink_to(tmp_path / "a")

    assert 40_960 <= usage.stored_bytes(tmp_path) < 3 * 40_960
    assert usage.stored_bytes(tmp_path / "nowhere") == usage.stored_bytes(None) == 0


def test_dependencies_come_inside_the_zip_file():
    files: dict[str, Any] = {
        "src/app/main.py": "from dep.part import x\nfrom app import sibling\ndef handler(e, c): return [x, sibling.y]",
        "src/app/__init__.py": "",
        "app/sibling.py": "y = 2",
        "app/__init__.py": "",
        "dep/part.py": "x = 1",
    }

    async def scene(stage: Stage) -> None:
        await stage.create(files, Handler="src/app/main.handler")
        assert await stage.result() == [1, 2]

    play(scene)
