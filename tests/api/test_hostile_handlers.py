"""Handlers that crash, hang, flood and fork: each harms only its own invocation, and nothing outlives the server."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest
from tests.api.functions_process import Answer, Functions, Witness, carriers
from tests.api.millrace_process import Millrace

HEALTHY = """
import os

def handle(event, context):
    print("healthy", event["n"])
    return {"n": event["n"], "name": context.function_name}
"""

# Every hostile handler answers `{"peace": true}` like any other: so it shows whether it is itself well afterwards.
PEACE = """
def handle(event, context):
    return "peace" if event.get("peace") else attack(context)
"""


class Case(NamedTuple):
    source: str
    payload: Any  # REQUEST stands for the invocation's own id
    error: str | None = "Unhandled"
    log: str = ""
    settings: dict[str, Any] = {}  # noqa: RUF012 -- read only


def exit_error(reason: str) -> dict[str, str]:
    return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: REQUEST Error: {reason}"}


def time_out(seconds: str) -> dict[str, str]:
    return {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: REQUEST Error: Task timed out after {seconds} seconds",
    }


ONE_SECOND = {"Timeout": 1}
KILLED = "Runtime exited with error: signal: killed"

CASES = {
    "exits": Case(
        "import sys\ndef attack(context):\n    sys.exit(3)",
        exit_error("Runtime exited with error: exit status 3"),
        log="Error Type: Runtime.ExitError",
    ),
    "exits_well": Case(
        "import sys\ndef attack(context):\n    sys.exit()",
        exit_error("Runtime exited without providing a reason"),
    ),
    "leaves_at_once": Case(
        "import os\ndef attack(context):\n    print('last words', flush=True)\n    os._exit(7)",
        exit_error("Runtime exited with error: exit status 7"),
        log="last words\n",
    ),
    "kills_itself": Case(
        "import os, signal\ndef attack(context):\n    os.kill(os.getpid(), signal.SIGKILL)",
        exit_error(KILLED),
    ),
    "kills_its_group": Case("import os\ndef attack(context):\n    os.killpg(0, 9)", exit_error(KILLED)),
    "reads_nowhere": Case(
        "import ctypes\ndef attack(context):\n    ctypes.string_at(0)",
        exit_error("Runtime exited with error: signal: segmentation fault"),
    ),
    "hangs": Case(
        "import threading\ndef attack(context):\n    threading.Event().wait()",
        time_out("1.00"),
        log="Task timed out after 1.00 seconds",
        settings=ONE_SECOND,
    ),
    "hangs_and_ignores_signals": Case(
        "import signal, threading\n"
        "def attack(context):\n"
        "    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    while True:\n"
        "        threading.Event().wait()",
        time_out("1.00"),
        settings=ONE_SECOND,
    ),
    "stops_itself": Case(
        "import os, signal\ndef attack(context):\n    os.kill(os.getpid(), signal.SIGSTOP)",
        time_out("1.00"),
        settings=ONE_SECOND,
    ),
    "spins": Case("def attack(context):\n    while True: pass", time_out("1.00"), settings=ONE_SECOND),
    "prints_without_end": Case(
        "def attack(context):\n    while True:\n        print('x' * 1000)",
        time_out("1.00"),
        settings=ONE_SECOND,
    ),
    "prints_a_line_of_fifty_megabytes": Case(
        "def attack(context):\n    print('x' * 50_000_000)\n    return 'done'",
        "done",
        None,
        "REPORT RequestId: ",
    ),
    "prints_what_is_no_text": Case(
        "import os\ndef attack(context):\n    os.write(1, bytes(range(256)) * 100 + b'\\xa5\\x5a\\x00\\x03\\xff\\xff\\xff\\xff')\n"
        "    return 'done'",
        "done",
        None,
    ),
    "closes_its_output": Case(
        "import os\ndef attack(context):\n    os.close(1)\n    os.close(2)\n    return 'done'", "done", None
    ),
    "closes_everything_else": Case(
        "import os\ndef attack(context):\n    os.closerange(3, 1024)\n    return 'done'",
        None,
        settings={"Timeout": 2},
    ),
    "leaves_children": Case(
        "import os, signal\n"
        "def attack(context):\n"
        "    for _ in range(5):\n"
        "        if not os.fork():\n"
        "            signal.pause()\n"
        "    return 'done'",
        "done",
        None,
    ),
    "forks_five_hundred": Case(
        "import os, signal\n"
        "def attack(context):\n"
        "    for _ in range(500):\n"
        "        if not os.fork():\n"
        "            signal.pause()\n"
        "    return 'done'",
        None,
        settings={"MemorySize": 256},
    ),
    "eats_memory": Case(
        "import threading\n"
        "def attack(context):\n"
        "    eaten = [bytearray(b'x' * 10_000_000) for _ in range(40)]\n"
        "    threading.Event().wait()",
        exit_error(KILLED),
        log="it used more than 128 MB of memory",
    ),
    "eats_memory_in_a_child": Case(
        "import os, signal\n"
        "def attack(context):\n"
        "    if not os.fork():\n"
        "        eaten = [bytearray(b'x' * 10_000_000) for _ in range(40)]\n"
        "        signal.pause()\n"
        "    signal.pause()",
        exit_error(KILLED),
        log="it used more than 128 MB of memory",
    ),
    "returns_seven_megabytes": Case(
        "def attack(context):\n    return 'x' * 7_000_000",
        {
            "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            "errorType": "Function.ResponseSizeTooLarge",
        },
    ),
    "returns_two_hundred_megabytes": Case(
        "def attack(context):\n    return 'x' * 200_000_000", None, settings={"MemorySize": 1024}
    ),
    "returns_bytes": Case("def attack(context):\n    return b'\\x00\\xff'", b"\x00\xff", None),
    "returns_headers": Case(
        "import os, socket\n"
        "def attack(context):\n"
        "    host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')\n"
        "    for nonsense in (\n"
        "        b'\\x00' * 1000,\n"
        "        b'GET / HTTP/1.1\\r\\n\\r\\n',\n"
        "        b'POST /2018-06-01/runtime/invocation/none/response HTTP/1.1\\r\\ncontent-length: 4\\r\\n\\r\\nnull',\n"
        "        b'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\ncontent-length: 9999999999\\r\\n\\r\\n'\n"
        "        % context.aws_request_id.encode(),\n"
        "        b'POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\ncontent-length: 2\\r\\n\\r\\n{}',\n"
        "    ):\n"
        "        with socket.create_connection((host, int(port))) as line:\n"
        "            line.sendall(nonsense)\n"
        "            line.shutdown(socket.SHUT_WR)\n"
        "            while line.recv(1000): pass\n"
        "    return 'done'",
        "done",
        None,
    ),
    "answers_before_it_returns": Case(
        "import os, urllib.request\n"
        "def attack(context):\n"
        "    url = 'http://{AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/'.format(**os.environ)\n"
        "    urllib.request.urlopen(url + context.aws_request_id + '/response', data=b'\"early\"').read()\n"
        "    return 'late'",
        "early",
        None,
    ),
    "takes_the_next_event_too": Case(
        "import os, threading, urllib.request\n"
        "def attack(context):\n"
        "    url = 'http://{AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next'.format(**os.environ)\n"
        "    threading.Thread(target=urllib.request.urlopen, args=(url,), daemon=True).start()\n"
        "    threading.Event().wait(0.1)\n"
        "    return 'done'",
        "done",
        None,
    ),
    "clears_its_environment": Case(
        "import os\ndef attack(context):\n    os.environ.clear()\n    os.chdir('/')\n    return 'done'",
        "done",
        None,
    ),
    "fills_its_scratch": Case(
        "import os, tempfile\n"
        "def attack(context):\n"
        "    with tempfile.NamedTemporaryFile(delete=False) as file:\n"
        "        file.write(b'x' * 20_000_000)\n"
        "    os.makedirs(os.environ['TMPDIR'] + '/deep' * 100)\n"
        "    return file.name.startswith(os.environ['TMPDIR'])",
        True,
        None,
    ),
}

RAISES = """
class CustomError(Exception): pass

def attack(context):
    raise CustomError("on purpose")
"""


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    """One server for all of them: it must come through."""
    directory = tmp_path_factory.mktemp("hostile")
    with Millrace(directory / "data", errors=directory / "errors") as server:
        functions = Functions(server)
        functions.make("Healthy", HEALTHY)
        yield functions
        assert server.stop() == 0
        assert "Traceback" not in server.errors_text()
        assert carriers(str(directory)) == set()


def healthy(functions: Functions, n: int) -> Answer:
    answer = functions.invoke("Healthy", {"n": n})
    assert (answer.payload, answer.error) == ({"n": n, "name": "Healthy"}, None)
    assert f"healthy {n}\n" in answer.log
    return answer


def at_peace(functions: Functions, name: str) -> bool:
    """Whether it is itself again. Those that time out have one second, which a busy machine may take for other things."""
    return any(functions.invoke(name, {"peace": True}).payload == "peace" for _ in range(5))


def attacked(functions: Functions, name: str, case: Case) -> Answer:
    """What the attack gets, while and after which another function works as ever, and then itself again."""
    functions.make(name, case.source + PEACE, **case.settings)
    with ThreadPoolExecutor() as at_once:
        attack = at_once.submit(functions.invoke, name)
        for n in range(5):
            healthy(functions, n)
    answer = attack.result()
    healthy(functions, 5)
    if name not in BROKEN_RUNTIME:
        assert at_peace(functions, name)
    lines = answer.log.splitlines()
    assert f"END RequestId: {answer.request_id}" in lines
    assert lines[-1].startswith(f"REPORT RequestId: {answer.request_id}\tDuration: ")
    return answer


# After this an environment answers, but can ask for no more work: its next invocation times out.
BROKEN_RUNTIME = {"closes_everything_else"}
# These may end one way or the other, for instance by the machine's own limits; what counts is that others are well.
EITHER_WAY = {"closes_everything_else", "forks_five_hundred", "returns_two_hundred_megabytes"}


@pytest.mark.parametrize("name", sorted(CASES.keys() - EITHER_WAY))
def test_a_hostile_handler_harms_only_its_own_invocation(functions: Functions, name: str):
    case = CASES[name]

    answer = attacked(functions, name, case)

    expected = case.payload
    if isinstance(expected, dict):
        expected = {key: value.replace("REQUEST", answer.request_id) for key, value in expected.items()}
    assert (answer.payload, answer.error) == (expected, case.error)
    assert case.log in answer.log


@pytest.mark.parametrize("name", sorted(EITHER_WAY))
def test_a_handler_at_the_edge_of_what_is_possible_harms_nobody_else(functions: Functions, name: str):
    attacked(functions, name, CASES[name])


def test_an_environment_whose_runtime_is_broken_fails_in_time_and_is_replaced(functions: Functions):
    case = CASES["closes_everything_else"]
    functions.make("Broken", case.source + PEACE, Timeout=1)
    functions.invoke("Broken")

    after = functions.invoke("Broken", {"peace": True}).payload

    assert after == "peace" or after["errorType"] in {"Sandbox.Timedout", "Runtime.ExitError"}
    assert at_peace(functions, "Broken")


def test_what_a_handler_raises_is_reported_as_aws_reports_it(functions: Functions):
    answer = attacked(functions, "raises", Case(RAISES, None))

    assert answer.error == "Unhandled"
    assert list(answer.payload) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert answer.payload["errorMessage"] == "on purpose"
    assert answer.payload["errorType"] == "CustomError"
    assert answer.payload["requestId"] == answer.request_id
    assert answer.payload["stackTrace"][-1].endswith('raise CustomError("on purpose")\n')
    assert "[ERROR] CustomError: on purpose" in answer.log


@pytest.mark.parametrize(
    ("attack", "kind"),
    [("return attack(context)", "RecursionError"), ("raise ValueError('x' * 500_000)", "ValueError")],
)
def test_an_error_of_great_length_is_told_and_its_environment_goes_on(
    functions: Functions, attack: str, kind: str
):
    """AWS's runtime client tells X-Ray of it in a header, so that one is long too."""
    answer = attacked(functions, kind, Case(f"def attack(context):\n    {attack}\n", None))

    assert answer.payload["errorType"] == kind
    assert "Status: error" not in answer.log


def test_what_is_no_json_is_a_marshal_error(functions: Functions):
    answer = attacked(functions, "returns_a_set", Case("def attack(context):\n    return {1, 2}\n", None))

    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.MarshalError"
    assert answer.payload["errorMessage"].startswith("Unable to marshal response: ")


BROKEN_MODULES = {
    "import_error": ("import nowhere", "Runtime.ImportModuleError", "Unable to import module 'handler'"),
    "syntax_error": ("def handle(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'handler'"),
    "no_handler": ("pass", "Runtime.HandlerNotFound", "Handler 'handle' missing on module 'handler'"),
    "raises_at_import": ("raise ValueError('early')", "ValueError", "early"),
    "exits_at_import": ("import sys; sys.exit(4)", "Runtime.ExitError", "RequestId: "),
    "dies_at_import": ("import os; os.kill(os.getpid(), 9)", "Runtime.ExitError", "RequestId: "),
}


@pytest.mark.parametrize("name", BROKEN_MODULES)
def test_a_module_that_does_not_load_fails_its_invocations_alone(functions: Functions, name: str):
    source, kind, message = BROKEN_MODULES[name]
    functions.make(name, source)

    for _ in range(2):
        answer = functions.invoke(name)
        assert (answer.error, answer.payload["errorType"]) == ("Unhandled", kind)
        assert answer.payload["errorMessage"].startswith(message)
    healthy(functions, 1)


def test_the_log_of_a_flood_is_cut_and_says_so(functions: Functions):
    functions.make("Flood", "def handle(event, context):\n    print('x' * 50_000_000)\n")
    functions.invoke("Flood")
    functions.server.idle()
    logs = functions.server.client("logs")

    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/Flood")
    messages = [event["message"] for page in pages for event in page["events"]]

    assert sum(message.count("x") for message in messages if set(message) <= {"x", "\n"}) <= 16 * 1024 * 1024
    assert any(message.startswith("[millrace: this invocation wrote more than") for message in messages)
    assert all(len(message) <= 256 * 1024 for message in messages)


# Nothing outlives the server.

BREEDER = """
import os
import signal

def handle(event, context):
    pids = [os.getpid()]
    for leave in (False, True):
        reader, writer = os.pipe()
        if not os.fork():
            if leave:
                os.setsid()
            if not os.fork():
                os.write(writer, str(os.getpid()).encode())
                signal.pause()
            os._exit(0)
        pids.append(int(os.read(reader, 20)))
        os.wait()
    return pids
"""


@pytest.fixture
def breeder(millrace: Millrace) -> Functions:
    functions = Functions(millrace)
    functions.make("Breeder", BREEDER)
    return functions


def test_no_process_is_left_when_the_server_stops(breeder: Functions):
    witness = Witness(*breeder.invoke("Breeder").payload)

    breeder.server.stop()

    assert witness.survivors() == set()
    assert carriers(str(breeder.server.data)) == set()


def test_no_process_of_an_environment_is_left_when_the_server_is_killed(breeder: Functions):
    pids = breeder.invoke("Breeder").payload
    witness, stray = Witness(*pids[:2]), Witness(pids[2])

    breeder.server.kill()
    assert witness.survivors() == set()
    breeder.server.start()  # what has left the environment's session goes when the next server starts

    assert stray.survivors() == set()
    assert carriers(str(breeder.server.data / "functions")) == set()


def test_no_process_is_left_when_the_server_is_killed_in_the_middle_of_an_invocation(millrace: Millrace):
    functions = Functions(millrace)
    source = (
        "import threading\ndef handle(event, context):\n    print('at work')\n    threading.Event().wait()\n"
    )
    functions.make("Waits", source)
    with millrace.tail("function=Waits") as tail:
        functions.lambda_.invoke(FunctionName="Waits", InvocationType="Event")
        tail.wait(lambda event: event.get("message") == "at work\n")
    witness = Witness(*(carriers(str(millrace.data / "functions")) - {os.getpid()}))

    millrace.kill()

    assert witness.survivors() == set()


def test_a_server_that_is_told_to_stop_does_not_wait_for_a_handler_that_hangs(millrace: Millrace):
    functions = Functions(millrace)
    source = (
        "import signal\ndef handle(event, context):\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "    print('at work')\n    signal.pause()\n"
    )
    functions.make("Hangs", source, Timeout=600)
    with millrace.tail("function=Hangs") as tail:
        functions.lambda_.invoke(FunctionName="Hangs", InvocationType="Event")
        tail.wait(lambda event: event.get("message") == "at work\n")

    assert millrace.stop() == 0
    assert carriers(str(millrace.data)) == set()
