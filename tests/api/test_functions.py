"""Functions with boto3: their life with AWS's exact shapes, and every way to invoke them."""

import base64
import hashlib
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.api.functions_process import Functions, Witness
from tests.api.millrace_process import zipped
from tests.api.refusals import refusal

ARN = "arn:aws:lambda:eu-central-1:000000000000:function:"
RUNTIME = f"python3.{sys.version_info.minor}"  # the one that is surely there
ECHO = "def handle(event, context):\n    return event\n"
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# Waits for a file, so that a test decides how long an invocation takes.
WAITS = """
import os

def handle(event, context):
    print("at work")
    with open(event["gate"]) as gate:  # a named pipe: opens when the test opens it
        gate.read()
    return os.environ.get("VERSION", "old")
"""


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def test_a_function_lives_as_on_aws(functions: Functions):
    lambda_, package = functions.lambda_, zipped(ECHO)
    created = lambda_.create_function(
        FunctionName="Life",
        Runtime=RUNTIME,
        Role=functions.role,
        Handler="handler.handle",
        Code={"ZipFile": package},
        Tags={"team": "mill"},
    )

    status = created["ResponseMetadata"]["HTTPStatusCode"]
    created = plain(created)
    digest = base64.b64encode(hashlib.sha256(package).digest()).decode()
    varying = ("LastModified", "RevisionId", "RuntimeVersionConfig")
    first = {name: created.pop(name) for name in varying}
    configuration = {
        "Architectures": ["x86_64"],
        "CodeSha256": digest,
        "CodeSize": len(package),
        "Description": "",
        "EphemeralStorage": {"Size": 512},
        "FunctionArn": f"{ARN}Life",
        "FunctionName": "Life",
        "Handler": "handler.handle",
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/Life"},
        "MemorySize": 128,
        "PackageType": "Zip",
        "Role": functions.role,
        "Runtime": RUNTIME,
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "Timeout": 3,
        "TracingConfig": {"Mode": "PassThrough"},
        "Version": "$LATEST",
    }
    pending = {
        "State": "Pending",
        "StateReason": "The function is being created.",
        "StateReasonCode": "Creating",
    }
    assert (status, created) == (201, configuration | pending)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", first["LastModified"])
    assert re.fullmatch(ID, first["RevisionId"])
    version = first["RuntimeVersionConfig"]["RuntimeVersionArn"]
    assert re.fullmatch(r"arn:aws:lambda:eu-central-1::runtime:[0-9a-f]{64}", version)

    lambda_.get_waiter("function_active_v2").wait(FunctionName="Life")
    got = plain(lambda_.get_function(FunctionName="Life"))
    shown = {name: value for name, value in got["Configuration"].items() if name not in varying}
    assert shown == configuration | {"State": "Active", "LastUpdateStatus": "Successful"}
    assert (got["Code"]["RepositoryType"], got["Tags"]) == ("S3", {"team": "mill"})

    changed = lambda_.update_function_configuration(
        FunctionName="Life", Timeout=9, MemorySize=256, Environment={"Variables": {"MODE": "x"}}
    )
    assert {name: changed[name] for name in ("State", "LastUpdateStatus", "LastUpdateStatusReasonCode")} == {
        "State": "Active",
        "LastUpdateStatus": "InProgress",
        "LastUpdateStatusReasonCode": "Creating",
    }
    lambda_.get_waiter("function_updated_v2").wait(FunctionName="Life")
    after = lambda_.get_function_configuration(FunctionName="Life")
    assert (after["Timeout"], after["MemorySize"], after["Environment"]) == (
        9,
        256,
        {"Variables": {"MODE": "x"}},
    )
    assert (
        len(
            {
                first["RevisionId"],
                got["Configuration"]["RevisionId"],
                changed["RevisionId"],
                after["RevisionId"],
            }
        )
        == 4
    )

    listed = [it for it in lambda_.list_functions()["Functions"] if it["FunctionName"] == "Life"]
    assert [set(it) & {"State", "LastUpdateStatus"} for it in listed] == [set()]
    deleted = lambda_.delete_function(FunctionName=f"{ARN}Life")
    assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert refusal(lambda_.get_function, FunctionName="Life") == (
        404,
        "ResourceNotFoundException",
        f"Function not found: {ARN}Life",
    )


def test_what_cannot_be_made_is_refused_in_awss_words(functions: Functions):
    functions.make("Taken", ECHO)

    def refused(name: str, **settings: Any) -> tuple[int, str, str]:
        return refusal(lambda **_: functions.make(name, ECHO, **settings))

    big = {"Variables": {"KEY": "v" * 4096}}
    assert refused("Taken") == (409, "ResourceConflictException", "Function already exist: Taken")
    assert refused("NoRole", Role="arn:aws:iam::000000000000:role/Nobody") == (
        400,
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    )
    assert refused("NoZip", Code={"ZipFile": b"no zip"}) == (
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file. Please check your file, then try to upload again.",
    )
    assert refused("BigEnvironment", Environment=big) == (
        400,
        "InvalidParameterValueException",
        "Lambda was unable to configure your environment variables because the environment variables you have provided"
        f" exceeded the 4KB limit. String measured: {json.dumps(big['Variables'], separators=(',', ':'))}",
    )
    assert refused("BadRuntime", Runtime="cobol1.0")[:2] == (400, "InvalidParameterValueException")
    assert refused("x" * 65)[2].endswith("Member must have length less than or equal to 64")


def test_names_that_cannot_be_are_not_found_and_another_account_is_none_of_ours(functions: Functions):
    functions.make("Named", ECHO)
    arn = "arn:aws:lambda:eu-central-1:000000000000:function:"
    long = "a" * 65
    lambda_ = functions.lambda_

    def missing(call: Any, **arguments: Any) -> str:
        status, code, message = refusal(call, **arguments)
        assert (status, code) == (404, "ResourceNotFoundException")
        return message.removeprefix("Function not found: ")

    assert missing(lambda_.get_function, FunctionName=long) == arn + long
    assert missing(lambda_.delete_function, FunctionName=long) == arn + long
    assert missing(lambda_.invoke, FunctionName=long) == f"{arn}{long}:$LATEST"
    assert missing(lambda_.delete_function, FunctionName="Named", Qualifier="$latest") == f"{arn}Named"
    other = arn.replace("0" * 12, "1" * 12) + "Named"
    assert refusal(lambda_.get_function, FunctionName=other) == (403, "AccessDeniedException", None)


def test_lists_leave_out_the_runtimes_build_and_tags_are_part_of_a_revision(functions: Functions):
    lambda_, name = functions.lambda_, functions.make("Tagged", ECHO)
    before = lambda_.get_function_configuration(FunctionName=name)
    lambda_.tag_resource(Resource=before["FunctionArn"], Tags={"a": "b"})
    after = lambda_.get_function_configuration(FunctionName=name)

    listed = lambda_.list_versions_by_function(FunctionName=name)["Versions"]
    listed += lambda_.list_functions()["Functions"]
    assert "RuntimeVersionConfig" in before
    assert not any("RuntimeVersionConfig" in each for each in listed)
    assert before["RevisionId"] != after["RevisionId"]
    queue = "arn:aws:sqs:eu-central-1:000000000000:nothing"
    source = {"EventSourceArn": queue, "FunctionName": "nobody"}
    assert refusal(lambda_.create_event_source_mapping, **source)[2] == "Function does not exist"
    used = lambda_.get_account_settings()["AccountUsage"]["TotalCodeSize"]
    layer = lambda_.publish_layer_version(LayerName="counted", Content={"ZipFile": zipped("x = 1")})
    grown = lambda_.get_account_settings()["AccountUsage"]["TotalCodeSize"] - used
    assert grown == layer["Content"]["CodeSize"]


# Invocations.


def test_an_invocation_answers_with_what_the_handler_returns_and_the_end_of_its_log(functions: Functions):
    functions.make(
        "Speaks", "def handle(event, context):\n    print('heard', event)\n    return {'ä': [1, None]}\n"
    )

    answer = functions.lambda_.invoke(FunctionName="Speaks", Payload=b'{"n": 1}', LogType="Tail")

    request_id = answer["ResponseMetadata"]["RequestId"]
    assert (answer["StatusCode"], answer["ExecutedVersion"], "FunctionError" in answer) == (
        200,
        "$LATEST",
        False,
    )
    assert json.load(answer["Payload"]) == {"ä": [1, None]}
    log = base64.b64decode(answer["LogResult"]).decode().split("\n")
    assert log[:3] == [
        f"START RequestId: {request_id} Version: $LATEST",
        "heard {'n': 1}",
        f"END RequestId: {request_id}",
    ]
    report = (
        rf"REPORT RequestId: {request_id}\tDuration: (\d+\.\d\d) ms\tBilled Duration: (\d+) ms\tMemory Size: 128 MB\t"
        r"Max Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t"
    )
    match = re.fullmatch(report, log[3])
    assert match is not None
    assert 0 < float(match[1]) <= int(match[2]) < float(match[1]) + 1


def test_without_a_payload_the_handler_gets_an_empty_object_and_none_is_null(functions: Functions):
    functions.make("Quiet", "def handle(event, context):\n    assert event == {}\n")

    answer = functions.lambda_.invoke(FunctionName="Quiet")

    assert answer["Payload"].read() == b"null"
    assert "LogResult" not in answer


def test_the_context_is_lambdas(functions: Functions):
    source = """
def handle(event, context):
    return {
        "request_id": context.aws_request_id,
        "name": context.function_name,
        "version": context.function_version,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "group": context.log_group_name,
        "stream": context.log_stream_name,
        "left": context.get_remaining_time_in_millis(),
        "client": context.client_context and [context.client_context.client.app_title, context.client_context.custom],
    }
"""
    functions.make("Context", source, Timeout=60)
    client_context = base64.b64encode(
        json.dumps({"client": {"app_title": "ä"}, "custom": {"k": "v"}}).encode()
    ).decode()

    answer = functions.invoke("Context")
    told = functions.lambda_.invoke(FunctionName=f"{ARN}Context:$LATEST", ClientContext=client_context)
    with_context = json.load(told["Payload"])

    left, stream = answer.payload.pop("left"), answer.payload.pop("stream")
    assert answer.payload == {
        "request_id": answer.request_id,
        "name": "Context",
        "version": "$LATEST",
        "arn": f"{ARN}Context",
        "memory": "128",
        "group": "/aws/lambda/Context",
        "client": None,
    }
    assert 50_000 < left <= 60_000
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    assert (with_context["arn"], with_context["client"]) == (f"{ARN}Context:$LATEST", ["ä", {"k": "v"}])


def test_a_dry_run_runs_nothing_and_an_event_answers_at_once(functions: Functions):
    functions.make("Later", "def handle(event, context):\n    print('ran', event['n'])\n")
    with functions.server.tail("function=Later") as tail:
        dry = functions.lambda_.invoke(FunctionName="Later", InvocationType="DryRun", Payload=b'{"n": 1}')
        event = functions.lambda_.invoke(FunctionName="Later", InvocationType="Event", Payload=b'{"n": 2}')
        (ran,) = tail.wait(lambda it: it.get("message", "").startswith("ran"))

    assert (dry["StatusCode"], dry["Payload"].read()) == (204, b"")
    assert (event["StatusCode"], event["Payload"].read(), "ExecutedVersion" in event) == (202, b"", False)
    assert ran["message"] == "ran 2\n"


def test_an_answer_can_be_had_as_a_stream_of_events(functions: Functions):
    functions.make("Streamed", "def handle(event, context):\n    print('told')\n    return 1 / event['n']")
    invoke = functions.lambda_.invoke_with_response_stream

    answer = invoke(FunctionName="Streamed", Payload=b'{"n": 2}', LogType="Tail")
    chunk, end = answer["EventStream"]
    failed = list(invoke(FunctionName="Streamed", Payload=b'{"n": 0}')["EventStream"])
    dry = invoke(FunctionName="Streamed", InvocationType="DryRun")

    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert chunk == {"PayloadChunk": {"Payload": b"0.5"}}
    assert b"told" in base64.b64decode(end["InvokeComplete"]["LogResult"])
    assert "ErrorCode" not in end["InvokeComplete"]
    assert failed[-1]["InvokeComplete"]["ErrorCode"] == "Unhandled"
    assert "division by zero" in failed[-1]["InvokeComplete"]["ErrorDetails"]
    assert dry["StatusCode"] == 204
    assert refusal(invoke, FunctionName="nobody")[1] == "ResourceNotFoundException"


def test_what_is_no_json_is_refused_before_it_is_run(functions: Functions):
    functions.make("Strict", ECHO)
    invoke = functions.lambda_.invoke

    status, code, message = refusal(invoke, FunctionName="Strict", Payload=b"{no")

    assert (status, code) == (400, "InvalidRequestContentException")
    assert message.startswith("Could not parse request body into json: Could not parse payload into json: ")
    assert refusal(invoke, FunctionName="Strict", Payload=b'"' + b"x" * 6_291_455 + b'"')[:2] == (
        413,
        "RequestTooLargeException",
    )
    assert refusal(invoke, FunctionName="Strict", ClientContext="%%%")[1] == "InvalidRequestContentException"


def test_invocations_at_the_same_time_run_in_environments_of_their_own(functions: Functions, tmp_path: Path):
    gate = tmp_path / "gate"
    source = """
import os, threading

def handle(event, context):
    print("at work")
    with open(event["gate"]) as gate:
        gate.read()
    return [os.getpid(), context.log_stream_name, os.environ["AWS_ACCESS_KEY_ID"]]
"""
    functions.make("Twice", source)
    gates = [_gate(tmp_path, name) for name in ("one", "two")]
    with ThreadPoolExecutor() as at_once, functions.server.tail("function=Twice") as tail:
        calls = [at_once.submit(functions.invoke, "Twice", {"gate": str(gate)}) for gate in gates]
        tail.wait(lambda it: it.get("message") == "at work\n", count=2)
        for gate in gates:
            gate.write_text("")
        answers = [call.result().payload for call in calls]

    assert [len({answer[part] for answer in answers}) for part in range(3)] == [2, 2, 2]


def _gate(directory: Path, name: str) -> Path:
    """A named pipe: who reads it waits until someone writes."""
    path = directory / name
    os.mkfifo(path)
    return path


def test_environments_are_reused_and_reaped_when_nobody_needs_them(functions: Functions):
    functions.make(
        "Warm",
        "import os\ncount = 0\ndef handle(event, context):\n    global count\n    count += 1\n    return [os.getpid(), count]\n",
    )
    first, second = (functions.invoke("Warm").payload for _ in range(2))
    witness = Witness(first[0])

    functions.server.ask("clock", advance=301)

    assert (first[0], first[1], second[1]) == (second[0], 1, 2)
    assert witness.survivors() == set()
    assert functions.invoke("Warm").payload[1] == 1


def test_a_running_invocation_ends_with_the_old_code_and_later_ones_have_the_new(
    functions: Functions, tmp_path: Path
):
    functions.make("Changing", WAITS, Environment={"Variables": {"VERSION": "first"}})
    gate = _gate(tmp_path, "gate")
    with ThreadPoolExecutor() as at_once, functions.server.tail("function=Changing") as tail:
        running = at_once.submit(functions.invoke, "Changing", {"gate": str(gate)})
        tail.wait(lambda it: it.get("message") == "at work\n")
        functions.lambda_.update_function_configuration(
            FunctionName="Changing", Environment={"Variables": {"VERSION": "second"}}
        )
        functions.lambda_.update_function_code(
            FunctionName="Changing",
            ZipFile=zipped(
                "import os\ndef handle(event, context):\n    return os.environ['VERSION'] + ' code'\n"
            ),
        )
        after = functions.invoke("Changing").payload
        gate.write_text("")

    assert (running.result().payload, after) == ("first", "second code")


def test_deleting_a_function_does_not_disturb_its_running_invocation(functions: Functions, tmp_path: Path):
    functions.make("Doomed", WAITS)
    gate = _gate(tmp_path, "gate")
    with ThreadPoolExecutor() as at_once, functions.server.tail("function=Doomed") as tail:
        running = at_once.submit(functions.invoke, "Doomed", {"gate": str(gate)})
        tail.wait(lambda it: it.get("message") == "at work\n")
        functions.lambda_.delete_function(FunctionName="Doomed")
        gate.write_text("")

    assert running.result().payload == "old"


def test_reserved_concurrency_refuses_what_is_too_much(functions: Functions):
    functions.make("Reserved", ECHO)
    functions.lambda_.put_function_concurrency(FunctionName="Reserved", ReservedConcurrentExecutions=0)

    with pytest.raises(ClientError) as refused:
        functions.invoke("Reserved")
    functions.lambda_.delete_function_concurrency(FunctionName="Reserved")

    response = refused.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (
        429,
        "TooManyRequestsException",
    )
    assert (response["Error"]["Message"], response["Reason"]) == (
        "Rate Exceeded.",
        "ReservedFunctionConcurrentInvocationLimitExceeded",
    )
    assert functions.invoke("Reserved", {"n": 1}).payload == {"n": 1}


def test_an_event_that_fails_is_tried_three_times_with_one_request_id(functions: Functions):
    functions.make("Fails", "def handle(event, context):\n    raise ValueError('always')\n")

    def is_start(event: dict[str, Any]) -> bool:
        return event.get("message", "").startswith("START RequestId")

    def is_report(event: dict[str, Any]) -> bool:
        return event.get("message", "").startswith("REPORT RequestId")

    with functions.server.tail("function=Fails") as tail:
        functions.lambda_.invoke(FunctionName="Fails", InvocationType="Event")
        tail.wait(is_report, count=1)
        _advance_until(functions, tail, is_report, 60, 2)
        _advance_until(functions, tail, is_report, 120, 3)
        functions.server.ask("clock", advance=3_600)
        starts = tail.wait(is_start, count=3)
        functions.make("Marker", "def handle(event, context):\n    print('marker')\n")
        functions.invoke("Marker")

    assert len({event["message"] for event in starts}) == 1
    assert len([event for event in tail.events if is_start(event)]) == 3


def _advance_until(functions: Functions, tail: Any, fits: Any, seconds: float, count: int) -> None:
    """Move the clock on; the retry is planned a moment after the report is seen, so it may take a second move."""
    for _ in range(20):
        functions.server.ask("clock", advance=seconds)
        try:
            tail.wait(fits, count=count, seconds=0.5)
        except AssertionError:
            continue
        return
    pytest.fail(f"no attempt number {count}")
