"""How long environments and events live: idleness, retries, restarts, and the server's sudden end."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.unit.functions.stage import Stage, play, stage, zip_of

from millrace.core import limits
from millrace.core.clock import ManualClock
from millrace.core.errors import AwsError
from millrace.functions import usage
from millrace.functions.environment import State
from millrace.storage.memory import MemoryStorage

ROOT = Path(__file__).parents[3]
COUNT = "n = 0\ndef handler(e, c):\n    global n; n += 1\n    return n"


async def until(done: Any) -> None:
    """Give other tasks and processes turns until `done()`."""
    while not done():
        await asyncio.to_thread(os.sched_yield)


def test_idle_environment_ends_after_its_time_and_not_before():
    async def scene(stage: Stage) -> None:
        await stage.create(COUNT)
        await stage.result()
        (environment,) = stage.functions.pool.environments
        stage.clock.advance(limits.environment_idle_seconds_max - 1)
        assert await stage.result() == 2
        stage.clock.advance(limits.environment_idle_seconds_max - 1)
        await asyncio.to_thread(os.sched_yield)
        assert environment.state is State.IDLE
        stage.clock.advance(1)
        await environment.gone.wait()
        assert await stage.result() == 1

    play(scene, ManualClock)


def test_environment_is_replaced_before_its_credentials_expire():
    code = "import os\ndef handler(e, c): return os.environ['AWS_ACCESS_KEY_ID']"

    async def scene(stage: Stage) -> None:
        await stage.create(code)
        first = await stage.result()
        assert await stage.result() == first
        stage.functions.pool._reaper.cancel()  # the idle time is not at stake here
        stage.clock.advance(limits.session_seconds_max - 30)
        assert await stage.result() != first

    play(scene, ManualClock)


def test_environment_prints_its_state():
    async def scene(stage: Stage) -> None:
        await stage.create(COUNT)
        await stage.result()
        (environment,) = stage.functions.pool.environments
        assert repr(environment).startswith("<Environment fn:")
        assert repr(environment).endswith(" [IDLE, invocation 1]>")

    play(scene)


def test_more_invocations_than_environments_wait_for_their_turn(monkeypatch):
    monkeypatch.setattr(limits, "environments_max", 2)

    async def scene(stage: Stage) -> None:
        await stage.create("import os\ndef handler(e, c): return os.getpid()", "one")
        await stage.create("import os\ndef handler(e, c): return os.getpid()", "two")
        names = ["one", "two"] * 6
        async with asyncio.timeout(30):
            pids = await asyncio.gather(*(stage.result(name=name) for name in names))
        assert len(pids) == 12
        assert len(stage.functions.pool.environments) <= 2

    play(scene)


def test_who_waits_for_room_takes_a_warm_environment_of_its_function(monkeypatch):
    """Else every invocation beyond the limit would end a warm one and start another."""
    monkeypatch.setattr(limits, "environments_max", 2)

    async def scene(stage: Stage) -> None:
        await stage.create("import os\ndef handler(e, c): return os.getpid()")
        async with asyncio.timeout(30):
            pids = await asyncio.gather(*(stage.result() for _ in range(20)))
        assert len(set(pids)) == 2

    play(scene)


def test_who_is_cancelled_when_its_turn_comes_passes_it_on(monkeypatch):
    monkeypatch.setattr(limits, "environments_max", 1)

    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c):\n    print('go', flush=True)\n    while True: pass", "one")
        await stage.create(COUNT, "two")
        pool = stage.functions.pool
        running = asyncio.ensure_future(stage.result(name="one"))
        await until(lambda: "go\n" in stage.lines())
        first = asyncio.ensure_future(stage.result(name="two"))
        await until(lambda: len(pool._waiting) == 1)
        second = asyncio.ensure_future(stage.result(name="two"))
        await until(lambda: len(pool._waiting) == 2)
        (environment,) = pool.environments
        let_in = pool._let_in

        def let_in_too_late() -> None:
            let_in()
            if environment not in pool.environments:
                first.cancel()

        pool._let_in = let_in_too_late
        environment.stop()
        async with asyncio.timeout(30):
            assert await second == 1
        assert first.cancelled()
        with pytest.raises(AwsError):
            await running

    play(scene)


def test_code_is_kept_for_who_waits_for_room(monkeypatch):
    """Else a change of the code meanwhile would make it "not found", and an event would be given up for that."""
    monkeypatch.setattr(limits, "environments_max", 1)

    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c):\n    print('go', flush=True)\n    while True: pass", "one")
        await stage.create("def handler(e, c): return 'old'", "two")
        running = asyncio.ensure_future(stage.result(name="one"))
        await until(lambda: "go\n" in stage.lines())
        waiting = asyncio.ensure_future(stage.result(name="two"))
        await until(lambda: stage.functions.pool._waiting)
        code = zip_of("def handler(e, c): return 'new'")
        await stage.call("UpdateFunctionCode", FunctionName="two", ZipFile=code)
        (environment,) = stage.functions.pool.environments
        environment.stop()
        assert await waiting == "old"
        with pytest.raises(AwsError):
            await running
        assert await stage.result(name="two") == "new"

    play(scene)


def test_environment_that_could_not_start_leaves_its_room_to_who_waits(monkeypatch):
    monkeypatch.setattr(limits, "environments_max", 1)

    async def scene(stage: Stage) -> None:
        await stage.create(COUNT, "one")
        await stage.create(COUNT, "two")
        pool = stage.functions.pool
        give, asked, refuse = pool._credentials, asyncio.Event(), asyncio.Event()

        async def refused(*_: Any) -> Any:
            asked.set()
            await refuse.wait()
            raise AwsError("AccessDeniedException", "no")

        pool._credentials = refused
        first = asyncio.ensure_future(stage.result(name="one"))
        await asked.wait()
        second = asyncio.ensure_future(stage.result(name="two"))
        await until(lambda: pool._waiting)
        pool._credentials = give
        refuse.set()
        async with asyncio.timeout(30):
            assert await second == 1
        with pytest.raises(AwsError):
            await first

    play(scene)


def test_reserved_concurrency_throttles():
    async def scene(stage: Stage) -> None:
        await stage.create("import time\ndef handler(e, c):\n    time.sleep(0.3)\n    return 1")
        await stage.call("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=1)
        one, two = await asyncio.gather(stage.result(), stage.result(), return_exceptions=True)
        assert one == 1
        assert two.code == "TooManyRequestsException"
        assert two.members == {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User"}

    play(scene)


def test_provisioned_concurrency_is_taken_out_of_what_is_reserved():
    """Recorded by LocalStack's test_lambda_concurrency_block."""

    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c):\n    return 1", Publish=True)
        await stage.call("PutFunctionConcurrency", FunctionName="fn", ReservedConcurrentExecutions=1)
        assert await stage.result() == 1
        version = {"FunctionName": "fn", "Qualifier": "1"}
        await stage.call("PutProvisionedConcurrencyConfig", **version, ProvisionedConcurrentExecutions=1)
        with pytest.raises(AwsError) as refusal:
            await stage.result()
        assert refusal.value.members["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        assert (await stage.invoke(Qualifier="1"))["Payload"] == 1
        await stage.call("DeleteProvisionedConcurrencyConfig", **version)
        assert await stage.result() == 1

    play(scene)


def test_room_that_closes_while_environments_start_leaves_nothing_behind():
    async def scene(stage: Stage) -> None:
        await stage.create(COUNT)
        await stage.functions.programs.find("python3.11")
        running = [asyncio.ensure_future(stage.result()) for _ in range(4)]
        await until(lambda: stage.functions.pool.environments)
        async with asyncio.timeout(30):
            await stage.functions.pool.close()
            answers = await asyncio.gather(*running, return_exceptions=True)
        assert {"ServiceException"} == {answer.code for answer in answers}
        assert stage.functions.pool.environments == frozenset()

    play(scene)


def test_caller_that_is_cancelled_frees_its_environment():
    async def scene(stage: Stage) -> None:
        await stage.create("import time\ndef handler(e, c): time.sleep(e)", Timeout=60)
        running = asyncio.ensure_future(stage.result(50))
        await until(
            lambda: starts(stage) or any(e.state is State.BUSY for e in stage.functions.pool.environments)
        )
        running.cancel()
        for environment in stage.functions.pool.environments:
            await environment.gone.wait()
        assert await stage.result(0) is None

    play(scene)


def test_too_many_processes_are_killed(monkeypatch):
    monkeypatch.setattr(limits, "function_processes_max", 5)
    code = """
import os, time
def handler(e, c):
    for _ in range(10):
        if not os.fork():
            time.sleep(60)
    time.sleep(60)
"""

    async def scene(stage: Stage) -> None:
        await stage.create(code, Timeout=20)
        assert (await stage.result())["errorMessage"].endswith("signal: killed")
        assert any("more than 5 processes" in line for line in stage.lines())

    play(scene)


def starts(stage: Stage) -> list[str]:
    return [line.split()[2] for line in stage.lines() if line.startswith("START")]


def test_event_is_tried_three_times_with_one_request_id():
    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c): raise ValueError(e)")
        answer = await stage.call("Invoke", FunctionName="fn", InvocationType="Event", Payload=b'"x"')
        assert answer == {"StatusCode": 202}
        events = stage.functions.events
        for tries, delay in ((1, 60), (2, 120)):
            await until(lambda: events._timers and not events._running)
            assert len(starts(stage)) == tries
            stage.clock.advance(delay - 1)
            await asyncio.to_thread(os.sched_yield)
            assert len(starts(stage)) == tries
            stage.clock.advance(1)
            await until(lambda tries=tries: len(starts(stage)) > tries)
        await until(lambda: not events._running)
        assert not events._timers
        assert len(starts(stage)) == 3
        assert len(set(starts(stage))) == 1

    play(scene, ManualClock)


def test_event_that_succeeds_is_run_once():
    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c): print(e)")
        await stage.call("Invoke", FunctionName="fn", InvocationType="Event")
        await until(lambda: "{}\n" in stage.lines() and not stage.functions.events._running)
        assert not stage.functions.events._timers
        assert len(starts(stage)) == 1

    play(scene)


def test_accepted_event_survives_a_restart(tmp_path):
    code = "import os\ndef handler(e, c):\n    print(e, flush=True)\n    if e == 'first': os.read(0, 1), __import__('time').sleep(60)"

    async def run() -> None:
        async with MemoryStorage() as storage:
            async with stage(directory=tmp_path, storage=storage) as before:
                await before.create(code, Timeout=60)
                await before.call("Invoke", FunctionName="fn", InvocationType="Event", Payload=b'"first"')
                await until(lambda: "first\n" in before.lines())
            async with stage(directory=tmp_path, storage=storage) as after:
                await until(lambda: "first\n" in after.lines())

    asyncio.run(run())


def test_event_of_a_deleted_function_is_given_up(caplog):
    async def scene(stage: Stage) -> None:
        await stage.create("def handler(e, c): raise ValueError(e)")
        await stage.call("Invoke", FunctionName="fn", InvocationType="Event")
        await until(lambda: stage.functions.events._timers)
        await stage.call("DeleteFunction", FunctionName="fn")
        stage.clock.advance(60)
        await until(lambda: "FunctionNotFound" in caplog.text)

    play(scene, ManualClock)


SERVER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from tests.unit.functions.stage import stage
CODE = '''
import os, time
def handler(event, context):
    child = os.fork()
    if child:
        print("pids", os.getpid(), child, flush=True)
    time.sleep(600)
'''
async def main():
    async with stage() as made:
        await made.create(CODE, Timeout=600)
        asyncio.ensure_future(made.invoke())
        while not (found := [line for line in made.lines() if line.startswith("pids")]):
            await asyncio.to_thread(lambda: None)
        print(found[0], flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")
def test_processes_end_when_the_server_is_killed():
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-c", SERVER, str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        pids = [int(word) for word in server.stdout.readline().split()[1:]]
        handles = [os.pidfd_open(pid) for pid in pids]
        server.send_signal(signal.SIGKILL)
    for handle in handles:
        readable, _, _ = select.select([handle], [], [], 60)
        os.close(handle)
        assert readable


def test_usage_sees_this_process():
    assert usage.resident_bytes(os.getpid()) > 1_000_000
    assert usage.peak_bytes(os.getpid()) >= usage.resident_bytes(os.getpid()) // 2
    assert usage.of_sessions([os.getsid(0)])[os.getsid(0)].processes >= 1
    assert usage.resident_bytes(999_999_999) == 0


def test_code_that_nothing_refers_to_is_removed(tmp_path):
    async def run() -> None:
        async with stage(directory=tmp_path) as made:
            await made.create("def handler(e, c): return 1", "one")
            await made.create("def handler(e, c): return 1", "two")
            zips = tmp_path / "functions" / "zips"
            assert len(list(zips.iterdir())) == 1
            await made.call("DeleteFunction", FunctionName="one")
            assert await made.result(name="two") == 1
            other = zip_of("def handler(e, c): return 2")
            await made.call("UpdateFunctionCode", FunctionName="two", ZipFile=other)
            assert await made.result(name="two") == 2
            await made.functions.sweep_code()
            assert len(list(zips.iterdir())) <= 2
        async with stage(directory=tmp_path) as again:
            assert list(zips.iterdir()) == []
            with pytest.raises(AwsError):
                await again.result(name="two")

    asyncio.run(run())
