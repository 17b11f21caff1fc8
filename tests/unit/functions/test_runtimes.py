"""Interpreters, and the runtime client in plain Python that fits all of them."""

import asyncio
import importlib.util
import json
import os

import pytest
from tests.unit.functions.stage import stage

from millrace.functions import runtimes
from millrace.functions.pythons import Pythons, build


def test_handlers_run_on_the_client_in_plain_python(tmp_path, monkeypatch):
    """As they do on another Python than millrace's own, which AWS's compiled client does not fit."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "runtime_client" else found(name)
    )
    code = """
import runtime_client, socket
socket.setdefaulttimeout(0.001)
def handler(event, context):
    if event == "fail":
        raise ValueError("ä" * 3000)
    assert 0 < context.get_remaining_time_in_millis() <= 3000
    return [runtime_client.__file__.endswith(".py"), event, context.client_context.custom["a"]]
"""

    async def run() -> None:
        async with stage() as made:
            await made.create(code)
            context = "eyJjdXN0b20iOiB7ImEiOiAxfX0="
            for _ in range(3):
                answer = await made.invoke("x" * 1_000_000, ClientContext=context)
                assert answer["Payload"] == [True, "x" * 1_000_000, 1]
            assert (await made.result("fail"))["errorMessage"] == "ä" * 3000
            assert len(made.functions.pool.environments) == 1

    asyncio.run(run())


def test_runtime_directory_is_made_once(tmp_path):
    first = build(tmp_path, native=True)
    portable = build(tmp_path, native=False)

    assert build(tmp_path, native=True) == first
    assert portable != first
    names = {path.name for path in portable.iterdir()}
    assert {"awslambdaric", "boto3", "bootstrap.py", "runtime_client.py"} <= names
    assert "orjson" not in names


def test_interpreter_that_does_not_start_is_not_taken(tmp_path, monkeypatch):
    broken = tmp_path / "python3.14"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    found = asyncio.run(Pythons(tmp_path).find("python3.14"))

    assert found.path != str(broken)
    assert (
        found.note("python3.14")
        == f"[millrace: python3.14 is not installed here; runs on python3.{found.minor}]"
    )


@pytest.mark.parametrize("runtime", ["python3.9", "python3.13"])
def test_known_runtimes_are_taken(runtime):
    assert runtimes.check(runtime) is None


def test_environment_of_the_process_is_not_ours(monkeypatch):
    """Nothing of the server's own environment reaches a handler."""
    monkeypatch.setenv("MILLRACE_SECRET", "x")
    monkeypatch.setenv("PYTHONPATH", "/nowhere", prepend=os.pathsep)

    async def run() -> None:
        async with stage() as made:
            await made.create("import os, sys\ndef handler(e, c): return [dict(os.environ), sys.path]")
            environment, path = await made.result()
            assert "MILLRACE_SECRET" not in environment
            assert "/nowhere" not in json.dumps(path)
            assert path[0].endswith(environment["LAMBDA_TASK_ROOT"])
            assert path[1] == environment["LAMBDA_RUNTIME_DIR"]
            assert "site-packages" not in json.dumps(path)

    asyncio.run(run())
